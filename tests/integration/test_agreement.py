"""One rule for what fits a parameter of a context, wherever it comes from; nothing that comes is a 500."""

import datetime
import enum
import json
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NewType
from urllib.parse import quote, urlencode

import pytest
from django.core.validators import MaxValueValidator, RegexValidator, validate_slug
from django.http import HttpRequest
from django.template import TemplateSyntaxError
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, Field
from pytest_django import Settings
from typing_extensions import TypeAliasType

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import Site, blocks_of, partial_url, sign, template_settings
from tests.helpers.sockets import Tab
from tests.helpers.visitor import CALL, MOUNT, SyncOrAsync, Visitor


class Colour(enum.Enum):
    """An enum of texts."""

    RED = "red"
    EMPTY = ""


class Level(enum.IntEnum):
    """An enum of numbers."""

    LOW = 1
    HIGH = 2


class Mixed(enum.Enum):
    """An enum of many types."""

    PRICE = Decimal("1.50")
    DAY = datetime.date(2026, 1, 31)
    YES = True
    SEVEN = 7


class Rights(enum.IntFlag):
    """Flags."""

    READ = 1
    WRITE = 2


def slug(value: str) -> str:
    """Ask a validator of Django's, which raises a ValidationError of Django's."""
    validate_slug(value)
    return value


Price = NewType("Price", Decimal)
Named = TypeAliasType("Named", Decimal)

TYPES: dict[str, Any] = {
    "int": int,
    "float": float,
    "Decimal": Decimal,
    "Decimal with limits": Annotated[Decimal, Field(max_digits=9000, decimal_places=5000)],
    "Decimal with NaN": Annotated[Decimal, Field(allow_inf_nan=True)],
    "float with NaN": Annotated[float, Field(allow_inf_nan=True)],
    "NewType": Price,
    "alias": Named,
    "bool": bool,
    "date": datetime.date,
    "time": datetime.time,
    "datetime": datetime.datetime,
    "UUID": uuid.UUID,
    "Enum": Colour,
    "IntEnum": Level,
    "Enum of many": Mixed,
    "IntFlag": Rights,
    "Literal": Literal["a", 5, True],
    "str": str,
    "int or None": int | None,
    "Decimal or None": Decimal | None,
    "str or None": str | None,
    "bool or None": bool | None,
    "int or str": int | str,
    "Decimal or str": Decimal | str,
    "date or datetime": datetime.date | datetime.datetime,
    "limited": Annotated[int, Field(gt=0)],
    "slug": Annotated[str, AfterValidator(slug)],
    "with a validator of Django's": Annotated[int, MaxValueValidator(5)],
    "optional with one": Annotated[str | None, RegexValidator("^a")],
}

CORNERS = [
    *(
        "",
        "0",
        "-0",
        "5",
        "05",
        " 5 ",
        "+5",
        "5.0",
        "5.50",
        "-1",
        "1e3",
        "1E+4095",
        "1E+4096",
        "1E-4095",
        "1E-4096",
    ),
    *(
        "1E+999999999999",
        "-1E+999999999999",
        "1E-999999999999",
        "0E+999999999999",
        "0E-999999999999",
        "1e9999",
    ),
    *(
        "9" * 640,
        "9" * 641,
        "9" * 4096,
        "9" * 4097,
        "9" * 4300,
        "9" * 4301,
        "0." + "1" * 5000,
        "1." + "0" * 5000,
    ),
    *("NaN", "sNaN", "nan", "Infinity", "-inf", "1e308", "1e309", "1e-400", "\u0665", "1_000", "0x10", "5\0"),
    *("true", "on", "off", "False", "None", "null", "red", "RED", "a", "b", "7", "1.5", "1.50", "3", "2"),
    *("0001-01-01", "9999-12-31", "0000-01-01", "10000-01-01", "2026-01-31", "2026-02-30", "253402300800"),
    *(
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999-12:00",
        "1e20",
        "-1e20",
    ),
    *(
        "9999-12-31T23:59:59Z",
        "2026-03-29T02:30:00+01:00",
        "2026-01-31 12:00",
        "2026-01-31T12:00:00.1234567Z",
    ),
    *("00:00", "23:59:60", "12:00:00+00:00", "00:30:00+02:00", "23:30:00-02:00", "12:00+23:59", "24:00"),
    *("00000000-0000-0000-0000-000000000005", "{0000AAAA-0000-0000-0000-000000000000}", "urn:uuid:5"),
    *("\0", "é\r\n;,%=", "\ufffd", "\ud800", "a\udc00b", "a" * 5000, "<b>", "x;value=5", "*"),
]
SOME = [
    "5",
    "1E+999999999999",
    "0E+999999999999",
    "1E+4095",
    "1E-4096",
    "9" * 4300,
    "9" * 4301,
    "NaN",
    "1e309",
]
SOME += ["true", "red", "a", "7", "2026-01-31", "9999-12-31T23:59:59-12:00", "23:30:00-02:00", "x", "\0"]
TEXTS = st.one_of(
    st.sampled_from(CORNERS),
    st.text(max_size=20),
    st.integers().map(str),
    st.decimals().map(str),
    st.floats().map(str),
    st.datetimes(timezones=st.none() | st.timezones()).map(lambda each: each.isoformat()),
    st.times(timezones=st.none() | st.timezones()).map(lambda each: each.isoformat()),
)

BLOCK = '{% load mizan %}{% mizan_context "thing" value=value as card %}{{ read }}{% endmizan_context %}'


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    """Serve a template with one block of the context ``thing``."""
    settings.TEMPLATES = template_settings(tmp_path)
    settings.CHANNEL_LAYERS = {}
    site = Site(tmp_path)
    site.write("page.html", BLOCK)
    with isolated_registry():
        yield site


def declare(annotation: Any, sync_or_async: SyncOrAsync = lambda func: func, *, default: bool = True) -> None:
    """Declare a reader of ``thing``, and a mutation, with a ``value`` of this type."""

    def read(request: HttpRequest, value: Any = None) -> str:
        return f"{type(value).__name__} {value!r}"[:100]

    def change(request: HttpRequest, value: Any) -> None:
        return None

    for func in (read, change):
        func.__annotations__["value"] = annotation
    register(client(context=Context("thing", live=True), websocket=True)(sync_or_async(read)))
    register(client(affects="thing", websocket=True, atomic=False)(sync_or_async(change)))


def block_url(text: str) -> str:
    """Return the URL of the block with this value, as somebody may make it up."""
    return partial_url(sign(["page.html#card", ["thing"], "b", {}, {}]), "thing", value=text)


def over_http(visitor: Visitor, text: str) -> dict[str, int]:
    """Send a text by each endpoint; give the statuses."""
    url = block_url(text)
    batch = visitor.get(f"{MOUNT}partials/?{url.partition('?')[2]}")
    assert batch.status_code == 200
    return {
        "partials/": json.loads(batch.content)["blocks"][0]["status"],
        "partial/": visitor.get(url).status_code,
        "ctx/": visitor.get(f"{MOUNT}ctx/thing/?{urlencode({'value': text})}").status_code,
        "call/ of the reader": visitor.form(CALL, urlencode({"fn": "read", "value": text})).status_code,
        "call/": visitor.form(CALL, urlencode({"fn": "change", "value": text})).status_code,
    }


async def over_the_socket(text: str) -> dict[str, str]:
    """Send a text by each frame; give the codes, ``"ok"`` for none."""
    codes = {}
    async with Tab() as tab:
        asked: dict[str, dict[str, Any]] = {
            "ctx": {"action": "ctx", "context": "thing", "params": {"value": text}},
            "rpc of the reader": {"action": "rpc", "fn": "read", "args": {"value": text}},
            "rpc": {"action": "rpc", "fn": "change", "args": {"value": text}},
            "watch": {"action": "watch", "contexts": f"thing;value={quote(text, safe='')}"},
        }
        for name, frame in asked.items():
            answer = await tab.ask(id=1, **frame)
            while "invalidate" in answer:  # what was made stale by the frame before
                answer = await tab.receive()
            error = answer.get("error")
            code = error["code"] if isinstance(error, dict) else answer.get("code")
            if name == "watch" and error is not None:
                assert (await tab.receive())["data"] == {"watching": ""}
            codes[name] = code or "ok"
    return codes


def fits(attempt: Callable[[], Any], refusal: type[Exception]) -> bool:
    """Return whether something is taken; anything but ``refusal`` is a failure of its own."""
    try:
        attempt()
    except refusal:
        return False
    return True


unhurried = settings(deadline=None, max_examples=20)
each_type = pytest.mark.parametrize("name", TYPES)


@pytest.mark.django_db
@each_type
def test_every_endpoint_has_the_same_idea_of_what_fits(site: Site, visitor: Visitor, name: str) -> None:
    declare(TYPES[name])

    @unhurried
    @given(TEXTS)
    def check(text: str) -> None:
        statuses = over_http(visitor, _as_requested(text))
        misfit = {"partial/": 404, "partials/": 404}
        taken = {way: status == 200 for way, status in statuses.items()}
        assert all(status in (200, misfit.get(way, 422)) for way, status in statuses.items()), statuses
        if "NaN" in name:  # which a mutation may take, and invalidate without it
            del taken["call/"]
        assert len(set(taken.values())) == 1, statuses

    check()


@each_type
async def test_the_socket_the_template_and_invalidate_agree(site: Site, name: str) -> None:
    declare(TYPES[name])
    for text in SOME:
        codes = await over_the_socket(text)
        assert set(codes.values()) <= {"ok", "VALIDATION_ERROR"}, (text, codes)
        taken = {way: code == "ok" for way, code in codes.items()}
        taken["template"] = fits(partial(site.raw, BLOCK, value=text), TemplateSyntaxError)
        taken["invalidate"] = fits(partial(invalidate, None, "thing", value=text), ValueError)
        if "NaN" in name:
            del taken["rpc"]
        assert len(set(taken.values())) == 1, (text, taken)


@pytest.mark.django_db
@each_type
def test_what_fits_is_the_same_value_after_a_refresh(site: Site, name: str) -> None:
    declare(TYPES[name])

    @unhurried
    @given(TEXTS)
    def check(text: str) -> None:
        if fits(lambda: site.raw(BLOCK, value=text), TemplateSyntaxError):
            html = site.raw(BLOCK, value=text)
            refreshed = site.refresh(html).text
            assert refreshed == html
            assert blocks_of(refreshed)[0]["hx-get"] == blocks_of(html)[0]["hx-get"]

    check()


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers() | st.sampled_from([10**4299, 10**4300 - 1, 10**4300, -(10**4300), 10**9000]),
    "float": st.floats(),
    "Decimal": st.decimals() | st.sampled_from([Decimal("1E+4095"), Decimal("1E+4096"), Decimal("0E-99999")]),
    "bool": st.booleans(),
    "date": st.dates(),
    "time": st.times(timezones=st.none() | st.timezones()),
    "datetime": st.datetimes(timezones=st.none() | st.timezones()),
    "UUID": st.uuids(),
    "Enum": st.sampled_from(Colour),
    "IntEnum": st.sampled_from(Level),
    "Enum of many": st.sampled_from(Mixed),
    "IntFlag": st.sampled_from([Rights.READ, Rights.READ | Rights.WRITE]),
    "Literal": st.sampled_from(["a", 5, True, "5", 1]),
    "str": st.text(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_python_is_shown_or_refused_as_invalidate_does(site: Site, name: str) -> None:
    declare(TYPES[name])

    @unhurried
    @given(VALUES[name])
    def check(value: Any) -> None:
        named = fits(lambda: invalidate(None, "thing", value=value), ValueError)
        shown = fits(lambda: site.raw(BLOCK, value=value), TemplateSyntaxError)
        assert named is shown
        if shown:
            html = site.raw(BLOCK, value=value)
            assert site.refresh(html).text == html

    check()


def _as_requested(text: str) -> str:
    """Give what is left of a text on its way through a request: no half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
