"""The signature of a function, read once: typed parameters, the return type, and validators for both."""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, NotRequired, Protocol, get_origin

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http.response import HttpResponseBase
from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError
from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema
from typing_extensions import TypedDict

from mizan_htmx.declarations.scalars import (
    class_of,
    is_collection,
    is_scalar,
    limited,
    limited_schema,
    members_of,
    readable,
    takes_text,
)
from mizan_htmx.declarations.validation_messages import field_messages
from mizan_htmx.errors import DeclarationError, ValidationFailed

# The most field errors in one response: of a list with a million wrong values only the count is sent.
MAX_FIELD_ERRORS = 100

_MISSING: Any = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function, and how a form field fills it.

    ``scalar``: its values have one canonical text. ``many``: a repeated field fills it. ``flag``: a checkbox,
    which browsers omit when it is not ticked. ``blank``: an empty field means ``None``. ``names``: it is a
    parameter of a context, so each value must have a text.
    """

    name: str
    annotation: Any
    default: Any
    scalar: bool
    many: bool
    flag: bool
    blank: bool
    names: bool = False

    @property
    def required(self) -> bool:
        """Whether a call must pass it."""
        return self.default is _MISSING


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function after ``request``, and its return annotation."""

    parameters: Mapping[str, Parameter]
    returns: Any

    def of_a_context(self) -> "Signature":
        """Return a copy whose parameters are those of a context."""
        named = {name: replace(each, names=True) for name, each in self.parameters.items()}
        return replace(self, parameters=named)


def where(func: Callable[..., Any]) -> str:
    """Return a function's name and place for messages: ``app.views.rename (app/views.py:12)``."""
    code = getattr(inspect.unwrap(func), "__code__", None)
    # What has made a function says where it was asked to.
    at = getattr(func, "declared_at", "") or (code and f"{code.co_filename}:{code.co_firstlineno}")
    place = f" ({at})" if at else ""
    return f"{getattr(func, '__module__', '?')}.{getattr(func, '__qualname__', repr(func))}{place}"


def read_signature(func: Callable[..., Any]) -> Signature:
    """Return the signature of ``func(request, …)``; raise DeclarationError if it is not fully typed."""
    rest = _split(func)[1:]
    hints = _resolve(func, {"return", *(each.name for each in rest)})
    parameters = {}
    for each in rest:
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD, each.POSITIONAL_ONLY):
            raise DeclarationError(
                f"{where(func)}: {each} can't be passed by name. Declare each argument by name, with"
                " its type."
            )
        if each.name not in hints:
            raise DeclarationError(
                f"{where(func)}: argument {each.name!r} has no type. Annotate it, as in '{each.name}: int'."
            )
        parameters[each.name] = describe(each.name, hints[each.name], each.default)
    if "return" not in hints:
        raise DeclarationError(
            f"{where(func)} has no return annotation. Add '-> HttpResponse' for a view,"
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
    except TypeError as error:  # in a string, which is not evaluated before: 'Page[Movie]'
        raise DeclarationError(
            f"{where(func)}: {error}. A type in its signature is none at run time: leave its [] out,"
            " or call django_stubs_ext.monkeypatch() before."
        ) from error


def describe(name: str, annotation: Any, default: Any = _MISSING) -> Parameter:
    """Return the parameter for a type, with how a form field fills it."""
    members = list(members_of(annotation))
    real = [member for member in members if member is not type(None)]
    return Parameter(
        name=name,
        annotation=annotation,
        default=default,
        scalar=bool(real) and all(map(is_scalar, real)),
        many=any(map(is_collection, real)),
        flag=real == [bool],
        blank=len(real) < len(members) and not any(map(takes_text, real)),
    )


def returns_response(annotation: Any, func: Callable[..., Any] | None = None) -> bool:
    """Return whether a return annotation means the view path; raise DeclarationError if it is ambiguous."""
    classes = [class_of(each) for each in members_of(annotation)]
    responses = [isinstance(each, type) and issubclass(each, HttpResponseBase) for each in classes]
    if any(responses) and not all(responses):
        raise DeclarationError(
            f"{_at(func)}{annotation} is both data and an HttpResponse. Return one or the other."
        )
    return all(responses)


class Validator(Protocol):
    """A validator that pydantic has compiled."""

    def validate_python(self, raw: Any, /) -> Any:
        """Return the validated value; raise pydantic's ValidationError."""


_INPUT = ConfigDict(allow_inf_nan=False, arbitrary_types_allowed=True)
_ERRORS = (PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError)
# Sites have more functions than types. Bounded, because tests may create any number of types.
_REMEMBERED = 1024


def input_adapter(parameters: Iterable[Parameter], func: Callable[..., Any] | None = None) -> Validator:
    """Return a validator from raw values to arguments; it ignores unknown names."""
    fields = {}
    listed = tuple(parameters)
    for each in listed:
        schema = _schema_of(each)
        if schema is None:
            return _compile(_shape(listed), func).validator
        fields[each.name] = core_schema.typed_dict_field(schema, required=each.required)
    config = core_schema.CoreConfig(title="Arguments", allow_inf_nan=False)
    return SchemaValidator(core_schema.typed_dict_schema(fields, extra_behavior="ignore", config=config))


def _shape(parameters: Iterable[Parameter]) -> Any:
    fields = {}
    for each in parameters:
        shape = limited(readable(each.annotation), names=each.names)
        fields[each.name] = shape if each.required else NotRequired[shape]
    return _typed_dict(fields)


def _typed_dict(fields: dict[str, Any]) -> Any:
    typed_dict: Any = TypedDict  # mypy accepts only a literal dictionary
    shape = typed_dict("Arguments", fields)
    shape.__pydantic_config__ = _INPUT
    return shape


def _schema_of(parameter: Parameter) -> CoreSchema | None:
    """Return pydantic's schema of a class, or of a class or ``None``; ``None`` for other types.

    The alternative, pydantic's adapter of a TypedDict for each function, takes 0.25 ms and 6 KiB.
    """
    annotation = parameter.annotation
    real = [member for member in members_of(annotation) if member is not type(None)]
    if len(real) != 1 or not isinstance(real[0], type) or get_origin(annotation) is Annotated:
        return None
    is_optional = annotation is not real[0]
    if is_optional and annotation != (real[0] | None):
        return None
    schema = _schema_of_class(real[0], parameter.names)
    return core_schema.nullable_schema(schema) if schema is not None and is_optional else schema


@lru_cache(_REMEMBERED)
def _schema_of_class(annotation: type, names: bool) -> CoreSchema | None:
    if not is_scalar(annotation):
        return None  # it may refer to others, or to itself
    try:
        whole: Any = TypeAdapter(_typed_dict({"value": readable(annotation)})).core_schema
    except _ERRORS:
        return None  # compiling the whole signature raises with the function's place
    if whole["type"] != "typed-dict":
        return None
    return limited_schema(whole["fields"]["value"]["schema"], annotation, names=names)


def output_adapter(
    annotation: Any, func: Callable[..., Any] | None = None, *, instead: str = ""
) -> TypeAdapter[Any]:
    """Return pydantic's adapter of a return type; raise DeclarationError if it can't be JSON.

    ``instead`` is what else can be written, for the message.
    """
    return _compile(annotation, func, instead)


def _compile(annotation: Any, func: Callable[..., Any] | None, instead: str = "") -> TypeAdapter[Any]:
    try:
        return _adapter_of_class(annotation) if isinstance(annotation, type) else TypeAdapter(annotation)
    except _ERRORS as error:
        reason = error.message.partition("\n")[0]
        raise DeclarationError(
            f"{_at(func)}{annotation!r} can't be read from or written to JSON: {reason} For a Django model,"
            " declare a pydantic model with the fields to show and ConfigDict(from_attributes=True)."
            f"{instead}"
        ) from error


@lru_cache(_REMEMBERED)
def _adapter_of_class(annotation: type) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _at(func: Callable[..., Any] | None) -> str:
    return f"{where(func)}: " if func else ""


def validate(adapter: Validator, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments for raw values; raise ValidationFailed with the invalid fields."""
    try:
        return adapter.validate_python(raw)  # type: ignore[no-any-return]
    except ValidationError as error:
        count = error.error_count()
        if count > MAX_FIELD_ERRORS:
            raise ValidationFailed({"__all__": [f"{count} values are invalid."]}) from None
        errors = error.errors(include_url=False)
        reasons: dict[str, list[str]] = {}
        for each in errors:
            reasons.setdefault(".".join(map(str, each["loc"])), []).append(each["msg"])
        raise ValidationFailed(field_messages(errors, raw), reasons=reasons) from None
    except DjangoValidationError as error:  # from a Django validator; pydantic does not catch it
        raise ValidationFailed({"__all__": [*map(str, error.messages)]}) from None
