"""Scalars: types whose values have exactly one text each; how it is parsed, and which values are allowed."""

import collections
import re
import types
import typing
from collections import abc
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, Flag
from functools import partial
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Json
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

from mizan_htmx.protocol.keys import LONGEST_INT, MAX_DIGITS, SCALARS, canonical, is_nameable

# The types that a repeated form field, or a JSON list, fills.
_COLLECTIONS: tuple[Any, ...] = (list, tuple, set, frozenset, collections.deque)
_COLLECTIONS += (abc.Sequence, abc.MutableSequence, abc.Set, abc.MutableSet, abc.Collection, abc.Iterable)

# The types of which every value that pydantic accepts has a text.
_ALWAYS_NAMEABLE = (bool, str, UUID, float, date, datetime, time)

_TOO_LONG = "Input should be a number of at most {digits} digits"
_FLAGS = re.compile(r"[0-9]{1,18}")
UNNAMEABLE = "Names no block."


def members_of(annotation: Any) -> Iterable[Any]:
    """Return the types that a value may have, without unions, ``Annotated``, ``NewType`` and aliases.

    A ``Json[…]`` type yields ``Json``, whatever it contains.
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *facts = get_args(annotation)
        yield from [Json] if any(_is_json(fact) for fact in facts) else members_of(inner)
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from members_of(member)
    elif isinstance(annotation, TypeAliasType):
        yield from members_of(annotation.__value__)
    elif isinstance(annotation, typing.NewType):
        yield from members_of(annotation.__supertype__)
    elif annotation is None:
        yield type(None)
    else:
        yield annotation


def _is_json(fact: Any) -> bool:
    json: Any = Json  # to mypy it is no class
    return fact is json or isinstance(fact, json)


def class_of(annotation: Any) -> Any:
    """Return the class that a type is written with: ``list`` for ``list[int]``."""
    return get_origin(annotation) or annotation


def is_collection(member: Any) -> bool:
    """Return whether a repeated form field fills a value of this type."""
    return class_of(member) in _COLLECTIONS


def takes_text(member: Any) -> bool:
    """Return whether an empty field is a value of this type: a text, or a list with an empty text in it."""
    if not is_collection(member):
        return member is str
    elements = [each for each in get_args(member) if each is not Ellipsis]
    return not elements or any(each in (str, Any) for element in elements for each in members_of(element))


def is_scalar(member: Any) -> bool:
    """Return whether each value of this type has exactly one text, which no other value has."""
    if get_origin(member) is Literal:
        return _have_texts([each for each in get_args(member) if each is not None])
    if not isinstance(member, type):
        return False
    if issubclass(member, Enum):
        return _have_texts([each.value for each in member])
    return issubclass(member, SCALARS)


def _have_texts(values: list[Any]) -> bool:
    return all(map(is_nameable, values)) and len(set(map(canonical, values))) == len(values)


def readable(annotation: Any) -> Any:
    """Return a type that takes members of a ``Literal`` or ``Enum`` also as text, as forms send them."""
    values: list[Any] = []
    has_flags = False
    for member in members_of(annotation):
        if get_origin(member) is Literal:
            values += get_args(member)
        elif isinstance(member, type) and issubclass(member, Enum):
            values += [each.value for each in member]
            has_flags = has_flags or issubclass(member, Flag)
    texts = {canonical(each): each for each in values if is_nameable(each) and not isinstance(each, str)}
    if not texts:
        return annotation

    def read(raw: Any) -> Any:
        if type(raw) is not str:
            return raw
        if has_flags and _FLAGS.fullmatch(raw):  # a list of texts is not a member
            return int(raw)
        return texts.get(raw, raw)

    return Annotated[annotation, BeforeValidator(read)]


def limited(annotation: Any, *, names: bool) -> Any:
    """Return the type limited to numbers that can be written out and, if it ``names`` blocks, have a text."""
    check = _check_of(annotation, names=names)
    # A new object each time, because typing caches types, and unions are equal in any order.
    return annotation if check is None else Annotated[annotation, AfterValidator(partial(check))]


def limited_schema(schema: CoreSchema, kind: type, *, names: bool) -> CoreSchema:
    """See ``limited``; for a schema that pydantic has built for a class."""
    if kind is int:
        return _limited_int(schema) if names else schema
    check = _check_of(kind, names=names)
    return schema if check is None else core_schema.no_info_after_validator_function(check, schema)


def _limited_int(schema: CoreSchema) -> CoreSchema:
    # Checked inside pydantic's core, without a Python call: most parameters are integers.
    within = core_schema.int_schema(ge=-LONGEST_INT, le=LONGEST_INT)
    named = core_schema.custom_error_schema(within, "mizan_unnameable", custom_error_message=UNNAMEABLE)
    return core_schema.chain_schema([schema, named])


def _check_of(annotation: Any, *, names: bool) -> Callable[[Any], Any] | None:
    members = [each for each in members_of(annotation) if each is not type(None)]
    if not all(map(is_scalar, members)):
        return None
    if names:
        is_sure = _is_bare(annotation) and all(map(_is_always_nameable, members))
        return None if is_sure else _named
    is_decimal = any(isinstance(each, type) and issubclass(each, Decimal) for each in members)
    return _written_out if is_decimal else None


def _is_always_nameable(member: Any) -> bool:
    if get_origin(member) is Literal:
        return True
    return member in _ALWAYS_NAMEABLE or issubclass(member, Enum)


def _is_bare(annotation: Any) -> bool:
    """Return whether only pydantic's own code makes the value; a site's could return anything."""
    if get_origin(annotation) is Annotated:
        return False
    if get_origin(annotation) in (Union, types.UnionType):
        return all(map(_is_bare, get_args(annotation)))
    inner = getattr(annotation, "__value__", None) or getattr(annotation, "__supertype__", None)
    return inner is None or isinstance(annotation, type) or _is_bare(inner)


def _named(value: Any) -> Any:
    if isinstance(value, SCALARS) and not is_nameable(value):
        raise PydanticCustomError("mizan_unnameable", UNNAMEABLE)
    return value


def _written_out(value: Any) -> Any:
    if isinstance(value, Decimal) and value.is_finite() and not is_nameable(value):
        raise PydanticCustomError("mizan_digits", _TOO_LONG, {"digits": MAX_DIGITS})
    return value
