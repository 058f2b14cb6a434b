"""Passing values into a block by ``with``, and what to write instead of one that can't be: a reader."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import GeneratorType

from django.db.models import CharField, Field, ForeignKey, Model, QuerySet, UUIDField
from django.http import HttpRequest
from django.template import Context, TemplateSyntaxError
from django.template.base import FilterExpression

from mizan_htmx.blocks.scope.passed_values import MAX_LIST, CannotPass, TooLong, Variable, passed
from mizan_htmx.setup.registry import registry

_KINDS = (
    "strings, numbers, booleans, None, dates, times, UUIDs, decimals, members of enums, and lists of these"
)


def pass_in(
    variables: Mapping[str, FilterExpression], context: Context, contexts: Iterable[str], request: HttpRequest
) -> dict[str, Variable]:
    """Return what ``with`` passes; raise TemplateSyntaxError for a value that can't be passed."""
    values: dict[str, Variable] = {}
    for name, expression in variables.items():
        value = expression.resolve(context)
        try:
            values[name] = passed(value)
        except CannotPass as error:
            what, way = _refusal(name, expression.token, error, contexts, getattr(request, "user", None))
            raise TemplateSyntaxError(
                f"{{% mizan_context … with {name}=… %}} got {what}, which can't be part of a URL. {way}"
            ) from None
    return values


def _refusal(
    name: str, written: str, error: CannotPass, contexts: Iterable[str], visitor: object
) -> tuple[str, str]:
    """Return what was given, and what to write instead; ``written`` is the expression in the template."""
    value = error.value if error.item is None else error.item
    held = "" if error.item is None else f"{_a(error.value)} with "
    if hasattr(value, "is_authenticated") and value == visitor:
        return "the visitor", "Leave it out of the tag: blocks have the visitor, as {{ request.user }}."
    reader = reader_of(name, written, error, contexts)
    if isinstance(value, QuerySet):
        return f"{held}a queryset of {value.model.__name__}", reader
    if isinstance(value, Model):
        return f"{held}a model instance ({type(value).__name__})", reader
    if isinstance(error, TooLong):
        return f"{_a(value)} of more than {MAX_LIST:,} characters", _instead_of(name, written, error)
    return f"{held}{_a(value)}", _instead_of(name, written, error)


def reader_of(name: str, written: str, error: CannotPass, contexts: Iterable[str]) -> str:
    """Return the reader to write instead of passing rows of a database; "" for other values."""
    if isinstance(error.value, Model):
        return _reader_of_row(name, written, error.value, contexts)
    if isinstance(error.value, QuerySet):
        return _reader_of_rows(name, error.value.model, contexts)
    if isinstance(error.item, Model):
        return _reader_of_rows(name, type(error.item), contexts)
    return ""


def _a(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _reader_of_row(name: str, written: str, value: Model, contexts: Iterable[str]) -> str:
    """Return the reader of an instance, by a parameter that the block has, or else in a new context."""
    model = type(value)
    own = str(model._meta.model_name)
    names = (f"{name}_id", f"{name}_pk", f"{own}_id", f"{own}_pk")
    groups = [registry.graph.groups[each] for each in contexts if each in registry.graph.groups]
    found = [(each.context.name, param) for each in groups for param in names if param in each.params]
    context, param = found[0] if found else (own, names[0])
    if found:
        use = f"leave {name}={written} out of the tag."
    else:
        written = name if "|" in written else written
        use = f'write {{% mizan_context … "{context}" … {param}={written}.pk %}}.'
    return (
        f"A block reads its data again at each refresh: let a reader return it, and {use}\n\n"
        f'    @client(context="{context}")\n'
        f"    def {name}(request: HttpRequest, {param}: {_type_of_key(model)}) -> {model.__name__}:\n"
        f"        return get_object_or_404({model.__name__}, pk={param})\n\n"
        f"Anyone can request another {param}: check in the reader, or by auth=…, who may see it."
    )


def _reader_of_rows(name: str, model: type[Model], contexts: Iterable[str]) -> str:
    context = next(iter(contexts))
    return (
        f"A block reads its data again at each refresh: let a reader return it, and leave {name}=… out of the"
        " tag.\n\n"
        f'    @client(context="{context}")\n'
        f"    def {name}(request: HttpRequest) -> QuerySet[{model.__name__}]:\n"
        f"        return {model.__name__}.objects.all()"
    )


def _type_of_key(model: type[Model]) -> str:
    key: Field[object, object] = model._meta.pk
    while isinstance(key, ForeignKey):
        key = key.target_field
    if isinstance(key, UUIDField):
        return "UUID"
    return "str" if isinstance(key, CharField) else "int"


def _instead_of(name: str, written: str, error: CannotPass) -> str:
    value = error.value if error.item is None else error.item
    names = getattr(value, "_fields", value if isinstance(value, Mapping) else ())
    field = next((each for each in names if str(each).isidentifier()), None) if error.item is None else None
    if field is not None:
        return f"Pass each value under a name of its own, as in {name}_{field}={written}.{field}."
    if isinstance(error, TooLong) or isinstance(value, (Mapping, int)):
        return "Let a reader return it."
    if isinstance(value, timedelta):
        return f"Pass its seconds: {name}={written}.total_seconds."
    if isinstance(value, GeneratorType):
        return "Make a list of it in the view, or let a reader return it."
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "Decode it in the view."
    return f"Pass {_KINDS}; let a reader return everything else."
