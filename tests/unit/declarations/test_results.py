"""What a function returns: held to its declaration, and written as JSON whatever is in it."""

import base64
import datetime
import enum
import zoneinfo
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import pytest
from django.http import HttpRequest
from pydantic import (
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    TypeAdapter,
    computed_field,
)
from typing_extensions import TypedDict

from mizan_htmx import client, register
from mizan_htmx.channels import register as register_channel
from mizan_htmx.channels.channel import payload_of
from mizan_htmx.declarations.results import Result
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError
from mizan_htmx.forms.registration import Accepted
from tests.helpers.sockets import ChatChannel
from tests.helpers.visitor import (
    MOUNT,
    SyncOrAsync,
    Visitor,
    answer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

BYTES = b"\xff\xfe"
TEXT = "_\u2014"
Encoded = Annotated[bytes, PlainSerializer(lambda value: base64.b64encode(value).decode())]


class Leaf(BaseModel):
    """A model with bytes in it."""

    content: bytes


class Tree(BaseModel):
    """One that is deep, and refers to itself."""

    leaves: dict[str, list[Leaf]] = {}
    more: "list[Tree]" = []


class Root(RootModel[list[bytes]]):
    """One around a list."""


class Computed(BaseModel):
    """One that works bytes out."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def content(self) -> bytes:
        """Give bytes."""
        return BYTES


@dataclass
class Plain:
    """A dataclass."""

    content: bytes


class Pair(NamedTuple):
    """A named tuple."""

    name: str
    content: bytes


class Typed(TypedDict):
    """A typed dictionary."""

    content: bytes


class Safe(BaseModel):
    """A model that says how bytes are written."""

    model_config = ConfigDict(ser_json_bytes="base64")
    content: bytes
    many: list[bytes] = []


class Hidden(BaseModel):
    """A model that does not write its bytes."""

    content: bytes = Field(default=BYTES, exclude=True)


class Loose(BaseModel):
    """A model that may hold anything."""

    name: str = ""
    held: Any = None


class Kind(enum.Enum):
    """An enum of bytes."""

    ODD = BYTES


REFUSED: list[Any] = [
    bytes,
    list[bytes],
    bytes | None,
    dict[str, bytes],
    dict[bytes, int],
    tuple[int, bytes],
    set[bytes],
]
REFUSED += [Annotated[bytes, Field(max_length=5)], Leaf, Tree, list[Tree], Root, Computed, Plain, Pair, Typed]
REFUSED += [Sequence[bytes], deque[bytes], str | bytes]


def returning(annotation: Any, value: object = None) -> Any:
    """Make a function that is declared to return this, and does."""

    def give(request: HttpRequest) -> Any:
        return value

    give.__annotations__["return"] = annotation
    return give


@pytest.mark.parametrize("annotation", REFUSED, ids=str)
def test_bytes_are_refused_at_declaration(annotation: Any) -> None:
    give = returning(annotation)
    with pytest.raises(DeclarationError) as caught:
        client(give)
    assert str(caught.value) == (
        f"{where(give)}: {annotation!r} contains bytes, which JSON can't represent."
        " Return 'str', a pydantic model with ConfigDict(ser_json_bytes='base64'), or an HttpResponse."
    )


def test_a_type_that_pydantic_does_not_know_is_refused_at_declaration() -> None:
    for annotation in (bytearray, memoryview, list[bytearray]):
        with pytest.raises(DeclarationError, match="can't be read from or written to JSON"):
            client(returning(annotation))


LONG_AGO = datetime.datetime(1850, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))

WRITTEN: list[tuple[Any, Any, Any]] = [
    (Encoded, BYTES, "//4="),
    (list[Encoded], [BYTES], ["//4="]),
    (Base64Bytes, b"//4=", "//4="),
    (Safe, Safe(content=BYTES, many=[BYTES]), {"content": "__4=", "many": ["__4="]}),
    (Hidden, Hidden(), {}),
    (Any, BYTES, "__4="),
    (Any, bytearray(BYTES), "__4="),
    (dict[str, Any], {"a": [BYTES, {"b": BYTES}]}, {"a": ["__4=", {"b": "__4="}]}),
    (Any, {BYTES: 1}, {"__4=": 1}),
    (Loose, Loose(held=[BYTES]), {"name": "", "held": ["__4="]}),
    (list[Loose], [Loose(held=Safe(content=BYTES))], [{"name": "", "held": {"content": "__4=", "many": []}}]),
    (Any, Loose(held=BYTES), {"name": "", "held": "__4="}),
    (object, BYTES, "__4="),
    (dict, {"a": BYTES}, {"a": "__4="}),
    (Any, Kind.ODD, "__4="),
    (str, "a\ud800b", "a\ufffdb"),
    (Any, ["\udc00", {"\ud800": "\ud83d\ude00"}], ["\ufffd", {"\ufffd": "\U0001f600"}]),
    (Loose, Loose(name="\ud800"), {"name": "\ufffd", "held": None}),
    (list[str], ["a", "\udfff"], ["a", "\ufffd"]),
    (list[float], [1.5, float("nan"), float("inf")], [1.5, None, None]),
    (Any, ["\ud800", float("nan")], ["\ufffd", None]),
    (dict[float, int], {float("nan"): 1}, {"nan": 1}),
    (Any, {1}, [1]),
    (frozenset[int], frozenset({1}), [1]),
    (Any, {(1, 2): None, None: 1}, {"1,2": None, "None": 1}),
    (datetime.datetime, LONG_AGO, "1850-01-01T00:00:00+00:53"),
    (datetime.timedelta, datetime.timedelta.max, "P2739726Y9DT23H59M59.999999S"),
    (Decimal, Decimal("1E+99999999"), "1E+99999999"),
    (complex, 1j, "1j"),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), WRITTEN, ids=lambda each: repr(each)[:40])
def test_what_json_has_no_word_for_is_written_anyway(
    visitor: Visitor, sync_or_async: SyncOrAsync, annotation: Any, value: Any, expected: object
) -> None:
    give = sync_or_async(returning(annotation, value))
    register(client(context="given", websocket=True)(give), "read")
    register(client(affects="given")(give), "change")
    assert answer(visitor.call("change")) == (200, {"result": expected, "invalidate": ["given"]})
    assert answer(visitor.get(f"{MOUNT}ctx/given/")) == (200, {"read": expected})


def test_a_number_of_any_length_is_written(visitor: Visitor) -> None:
    register(client(context="given")(returning(int, 10**5000)), "read")
    assert visitor.get(f"{MOUNT}ctx/given/").content == b'{"read":1%s}' % (b"0" * 5000)


def test_what_nobody_can_write_is_the_functions_own_failure(visitor: Visitor) -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    for number, value in enumerate((object(), {"a": object()}, cycle)):
        register(client(returning(Any, value)), f"give{number}")
        assert visitor.call(f"give{number}").status_code == 500


def test_templates_get_bytes_as_they_are() -> None:
    assert client(returning(Safe, Safe(content=BYTES)))(HttpRequest()).content == BYTES


def test_a_channel_that_would_send_bytes_is_refused_and_one_that_may_send_anything_writes_it() -> None:
    class News(ChatChannel):
        class DjangoMessage(BaseModel):
            content: list[bytes]

    with pytest.raises(DeclarationError) as caught:
        register_channel(News, "news")
    assert str(caught.value) == (
        f"{where(News)}.DjangoMessage contains bytes, which JSON can't represent."
        " Declare 'str', or ConfigDict(ser_json_bytes='base64', val_json_bytes='base64') on it."
    )

    class Held(ChatChannel):
        class DjangoMessage(BaseModel):
            held: Any = None
            text: str = ""

    register_channel(Held, "held")
    message = Held.DjangoMessage(held=BYTES, text="\ud800")
    assert payload_of(Held, message) == {"held": "__4=", "text": "\ufffd"}


def test_what_a_form_returns_may_have_bytes_in_it() -> None:
    accepted = Accepted(data={"a": BYTES, "b": Kind.ODD, "c": "\ud800"})
    assert Result(TypeAdapter(Accepted)).write(accepted) == (
        '{"success":true,"data":{"a":"__4=","b":"__4=","c":"\ufffd"}}'.encode()
    )
