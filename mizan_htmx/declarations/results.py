"""Results of functions: validated against the return annotation, and serialized as JSON in UTF-8."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from mizan_htmx.declarations.signature import output_adapter, where
from mizan_htmx.errors import DeclarationError

# The values of ConfigDict(ser_json_bytes=…) that can write any bytes; "utf8", the default, can't.
_SAFE = ("base64", "hex")

_FOR_TEMPLATES = " If only templates read it, write @client(…, data=False)."

Check = Callable[..., Any]


class Result:
    """The validator and the writer of what a function is declared to return."""

    __slots__ = ("_serializer", "validate")

    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        self._serializer = adapter.serializer
        #: Return a value as declared; raise pydantic's ValidationError.
        self.validate: Check = adapter.validator.validate_python

    def write(self, value: Any) -> bytes:
        """Return a validated value as JSON in UTF-8; raise ValueError if JSON can't represent it."""
        try:
            return self._serializer.to_json(value)
        except ValueError:
            return self._write_anyway(value)

    def _write_anyway(self, value: Any) -> bytes:
        """See ``write``, for text with a lone surrogate, or bytes in a value of the type ``Any``."""
        try:
            plain = self._serializer.to_python(value, mode="json")
        except ValueError:
            plain = self._serializer.to_python(value)
        return to_json(_well_formed(plain), bytes_mode="base64", inf_nan_mode="null")


class TemplateResult(Result):
    """What a reader for templates returns: handed on as the very object, and never written."""

    __slots__ = ()

    def __init__(self) -> None:
        self.validate = _as_it_is

    def write(self, value: Any) -> bytes:
        """Raise TypeError: nothing but a template may get the value."""
        raise TypeError(f"{value!r} is for templates only, and can't be written as JSON.")


def _as_it_is(value: Any, **options: Any) -> Any:
    return value


def _well_formed(value: Any) -> Any:
    """Return a copy with U+FFFD in place of lone surrogates, in texts and keys, as browsers encode them."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {_well_formed(key): _well_formed(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_well_formed(each) for each in value]
    return value


def read_result(annotation: Any, func: Callable[..., Any], *, reads: bool = False) -> Result:
    """Return the validator and serializer of a return type; ``reads``: the function reads a context.

    Raises DeclarationError for a type with values that JSON can't represent.
    """
    adapter = output_adapter(annotation, func, instead=_FOR_TEMPLATES if reads else "")
    refuse_bytes(
        adapter.core_schema,
        f"{where(func)}: {annotation!r}",
        "Return 'str', a pydantic model with ConfigDict(ser_json_bytes='base64'), or an HttpResponse.",
    )
    return Result(adapter)


def refuse_bytes(schema: Any, what: str, instead: str) -> None:
    """Raise DeclarationError for a pydantic schema that would serialize bytes as text."""
    config: Mapping[str, Any] = {}
    if next(_bytes_in(schema, config, set()), None):
        raise DeclarationError(f"{what} contains bytes, which JSON can't represent. {instead}")


def _bytes_in(schema: Any, config: Mapping[str, Any], seen: set[int]) -> Iterator[Any]:
    """Yield the places in a pydantic schema where bytes would be serialized as text."""
    if isinstance(schema, (list, tuple)):
        for each in schema:
            yield from _bytes_in(each, config, seen)
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    seen.add(id(schema))
    if isinstance(schema.get("type"), str):
        config = schema.get("config") or config
        if schema.get("serialization_exclude") is True or _writes_itself(schema.get("serialization")):
            return
        if schema["type"] == "bytes" and config.get("ser_json_bytes") not in _SAFE:
            yield schema
    for name, each in schema.items():
        if name not in _ASIDE:
            yield from _bytes_in(each, config, seen)


_OWN = ("function-plain", "to-string", "format")

# Parts of a schema that serialization does not use.
_ASIDE = ("config", "metadata", "serialization", "default", "expected", "members", "cls")


def _writes_itself(serialization: Any) -> bool:
    """Return whether a site's own code serializes the value."""
    return isinstance(serialization, dict) and serialization.get("type") in _OWN
