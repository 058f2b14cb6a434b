"""A function's signature, read once: its typed parameters, its result, and validators for both."""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, NotRequired, Protocol, Union, get_args, get_origin

from django.http.response import HttpResponseBase
from pydantic import BeforeValidator, ConfigDict, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError
from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema
from typing_extensions import TypeAliasType, TypedDict

from mizan_htmx.errors import DeclarationError, ValidationFailed
from mizan_htmx.invalidation import SCALARS, canonical

# An answer lists this many field errors at most: a list of a million wrong values is only counted.
MAX_FIELD_ERRORS = 100

_MISSING: Any = inspect.Parameter.empty
_COLLECTIONS = (list, tuple, set, frozenset)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function, with what has to be known to fill it from a form field.

    ``scalar``: its values have one canonical text. ``many``: a repeated field fills it. ``flag``: a checkbox,
    which a browser leaves out when it is not ticked. ``blank``: an empty field means ``None``.
    """

    name: str
    annotation: Any
    default: Any
    scalar: bool
    many: bool
    flag: bool
    blank: bool

    @property
    def required(self) -> bool:
        """Tell whether a call must give it."""
        return self.default is _MISSING


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes after ``request``, and what it says it returns."""

    parameters: Mapping[str, Parameter]
    returns: Any


def where(func: Callable[..., Any]) -> str:
    """Name a function and its place for an error message: ``app.views.rename (app/views.py:12)``."""
    code = getattr(inspect.unwrap(func), "__code__", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
    return f"{getattr(func, '__module__', '?')}.{getattr(func, '__qualname__', repr(func))}{place}"


def read_signature(func: Callable[..., Any]) -> Signature:
    """Read the typed signature of ``func(request, ...)``; raise DeclarationError where it is none."""
    rest = _split(func)[1:]
    hints = _resolve(func, {"return", *(each.name for each in rest)})
    parameters = {}
    for each in rest:
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD, each.POSITIONAL_ONLY):
            raise DeclarationError(
                f"{where(func)}: {each} can't be filled by name. Declare each argument with its type."
            )
        if each.name not in hints:
            raise DeclarationError(
                f"{where(func)}: argument {each.name!r} has no type. Annotate it, as in '{each.name}: int'."
            )
        parameters[each.name] = describe(each.name, hints[each.name], each.default)
    if "return" not in hints:
        raise DeclarationError(
            f"{where(func)} does not say what it returns. Annotate it: '-> HttpResponse' for a view,"
            " a pydantic model, list, dict or scalar for data, '-> None' for nothing."
        )
    return Signature(parameters, hints["return"])


def _split(func: Callable[..., Any]) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(func).parameters.values())
    first = parameters[0] if parameters else None
    if first is None or first.kind not in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD):
        raise DeclarationError(f"{where(func)} takes no request. Its first argument must be the request.")
    return parameters


def _resolve(func: Callable[..., Any], names: set[str]) -> dict[str, Any]:
    raw = {name: hint for name, hint in inspect.get_annotations(func).items() if name in names}
    # Not the request's: 'HttpRequest' is often imported for type checkers only.
    holder = types.SimpleNamespace(__annotations__=raw)
    namespace = getattr(inspect.unwrap(func), "__globals__", {})
    try:
        return typing.get_type_hints(holder, globalns=namespace, include_extras=True)
    except NameError as error:
        raise DeclarationError(
            f"{where(func)}: {error}. Types of arguments and results must be importable at run time,"
            " from the module's top level."
        ) from error


def describe(name: str, annotation: Any, default: Any = _MISSING) -> Parameter:
    """Work out how a parameter of this type is filled."""
    members = list(_members(annotation))
    real = [member for member in members if member is not type(None)]
    return Parameter(
        name=name,
        annotation=annotation,
        default=default,
        scalar=bool(real) and all(_is_scalar(member) for member in real),
        many=any(_class_of(member) in _COLLECTIONS for member in real),
        flag=real == [bool],
        blank=len(real) < len(members) and str not in real,
    )


def _members(annotation: Any) -> Iterable[Any]:
    """Flatten unions, ``Annotated``, ``NewType`` and type aliases into the types a value may have."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif isinstance(annotation, TypeAliasType):
        yield from _members(annotation.__value__)
    elif isinstance(annotation, typing.NewType):
        yield from _members(annotation.__supertype__)
    elif annotation is None:
        yield type(None)
    else:
        yield annotation


def _class_of(annotation: Any) -> Any:
    return get_origin(annotation) or annotation


def _is_scalar(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return True
    if not isinstance(annotation, type):
        return False
    if issubclass(annotation, Enum):
        return all(isinstance(member.value, SCALARS) for member in annotation)
    return issubclass(annotation, SCALARS)


def returns_response(annotation: Any, func: Callable[..., Any] | None = None) -> bool:
    """Tell whether a return annotation means the view path; raise DeclarationError where it means both."""
    classes = [_class_of(each) for each in _members(annotation)]
    responses = [isinstance(each, type) and issubclass(each, HttpResponseBase) for each in classes]
    if any(responses) and not all(responses):
        raise DeclarationError(
            f"{_at(func)}{annotation} is both data and an HttpResponse. Return one or the other."
        )
    return all(responses)


class Validator(Protocol):
    """What pydantic compiles a shape to."""

    def validate_python(self, raw: Any, /) -> Any:
        """Give the value that is meant; raise pydantic's ValidationError for one that does not fit."""


_INPUT = ConfigDict(allow_inf_nan=False, arbitrary_types_allowed=True)
_ERRORS = (PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError)
# Sites have more functions than types. Bounded, because a test may make types for ever.
_REMEMBERED = 1024


def input_adapter(parameters: Iterable[Parameter], func: Callable[..., Any] | None = None) -> Validator:
    """Compile the validator that turns raw values into arguments; names it does not know are ignored."""
    fields = {}
    listed = tuple(parameters)
    for each in listed:
        schema = _schema_of(each.annotation)
        if schema is None:
            return _compile(_shape(listed), func).validator
        fields[each.name] = core_schema.typed_dict_field(schema, required=each.required)
    config = core_schema.CoreConfig(title="Arguments", allow_inf_nan=False)
    return SchemaValidator(core_schema.typed_dict_schema(fields, extra_behavior="ignore", config=config))


def _shape(parameters: Iterable[Parameter]) -> Any:
    fields = {
        each.name: _readable(each.annotation) if each.required else NotRequired[_readable(each.annotation)]
        for each in parameters
    }
    typed_dict: Any = TypedDict  # mypy knows it with a literal dictionary only
    shape = typed_dict("Arguments", fields)
    shape.__pydantic_config__ = _INPUT
    return shape


def _schema_of(annotation: Any) -> CoreSchema | None:
    """Give what pydantic makes of a class, or of one that may be ``None``; ``None`` for all the rest.

    Making a TypedDict for each function and asking pydantic takes a quarter of a millisecond and 6 KiB.
    """
    real = [member for member in _members(annotation) if member is not type(None)]
    if len(real) != 1 or not isinstance(real[0], type) or get_origin(annotation) is Annotated:
        return None
    return _schema_of_class(real[0]) if annotation is real[0] else _schema_of_optional(real[0], annotation)


def _schema_of_optional(member: type, annotation: Any) -> CoreSchema | None:
    schema = _schema_of_class(member) if annotation == (member | None) else None
    return None if schema is None else core_schema.nullable_schema(schema)


@lru_cache(_REMEMBERED)
def _schema_of_class(annotation: type) -> CoreSchema | None:
    if not _is_scalar(annotation):
        return None  # it may refer to others, or to itself
    try:
        whole: Any = TypeAdapter(_shape([describe("value", annotation)])).core_schema
    except _ERRORS:
        return None  # compiling the function's own shape says where it stands
    return whole["fields"]["value"]["schema"] if whole["type"] == "typed-dict" else None


def _readable(annotation: Any) -> Any:
    """Let the members of a ``Literal`` or ``Enum`` be given as text too: forms and URLs hold nothing else."""
    values: list[Any] = []
    for member in _members(annotation):
        if get_origin(member) is Literal:
            values += get_args(member)
        elif isinstance(member, type) and issubclass(member, Enum):
            values += [each.value for each in member]
    texts = {
        canonical(each): each for each in values if isinstance(each, SCALARS) and not isinstance(each, str)
    }
    if not texts:
        return annotation
    return Annotated[
        annotation, BeforeValidator(lambda raw: texts.get(raw, raw) if type(raw) is str else raw)
    ]


def output_adapter(annotation: Any, func: Callable[..., Any] | None = None) -> TypeAdapter[Any]:
    """Compile the validator and serializer of a result; raise DeclarationError where it can't be JSON."""
    return _compile(annotation, func)


def _compile(annotation: Any, func: Callable[..., Any] | None) -> TypeAdapter[Any]:
    try:
        return _adapter_of_class(annotation) if isinstance(annotation, type) else TypeAdapter(annotation)
    except _ERRORS as error:
        reason = error.message.partition("\n")[0]
        raise DeclarationError(
            f"{_at(func)}{annotation!r} can't be read from or written to JSON: {reason} For a Django model,"
            " declare a pydantic model with the fields to show and ConfigDict(from_attributes=True)."
        ) from error


@lru_cache(_REMEMBERED)
def _adapter_of_class(annotation: type) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _at(func: Callable[..., Any] | None) -> str:
    return f"{where(func)}: " if func else ""


def validate(adapter: Validator, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Turn raw values into arguments; raise ValidationFailed with the fields that do not fit."""
    try:
        return adapter.validate_python(raw)  # type: ignore[no-any-return]
    except ValidationError as error:
        count = error.error_count()
        if count > MAX_FIELD_ERRORS:
            raise ValidationFailed({"__all__": [f"{count} values do not fit."]}) from None
        fields: dict[str, list[str]] = {}
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            fields.setdefault(".".join(map(str, each["loc"])), []).append(each["msg"])
        raise ValidationFailed(fields) from None
