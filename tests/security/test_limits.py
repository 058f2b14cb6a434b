"""Attacks by size, depth and number: refused early, and at a bounded cost."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.errors import TooLarge
from mizan_htmx.http.arguments import read_call
from mizan_htmx.protocol.keys import parse
from tests.helpers.visitor import (
    CALL,
    FORM,
    HEADER,
    MOUNT,
    SyncOrAsync,
    Visitor,
    answer,
    problem,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

MEGABYTE = 1_000_000
TOO_LARGE = (413, problem("TOO_LARGE", "The request is too large."))


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Fail if what happens inside takes more memory than this at once."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < megabytes * MEGABYTE


def echo(request: HttpRequest, text: str = "") -> str:
    """Give a text back."""
    return text


def test_a_string_of_ten_megabytes_is_too_large(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    register(client(sync_or_async(echo)))
    text = "x" * 10 * MEGABYTE
    assert answer(visitor.call("echo", text=text)) == TOO_LARGE
    assert answer(visitor.form(CALL, f"fn=echo&text={text}")) == TOO_LARGE
    body = f'--c\r\nContent-Disposition: form-data; name="text"\r\n\r\n{text}\r\n--c--\r\n'
    assert (
        answer(visitor.send("POST", CALL, body, content_type="multipart/form-data; boundary=c")) == TOO_LARGE
    )


@pytest.mark.parametrize("content_type", [FORM, "application/json", ""])
def test_a_body_that_does_not_say_its_length_is_too_large_too(settings: Settings, content_type: str) -> None:
    """Over ASGI a body comes in chunks; Django's own check trusts Content-Length."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    request = AsyncRequestFactory().generic("POST", "/", b"fn=echo&text=" + b"x" * 200, content_type)
    request.META.pop("CONTENT_LENGTH")
    with pytest.raises(TooLarge):
        read_call(request)


@pytest.mark.parametrize("length", ["0", "5"])
def test_a_body_that_is_longer_than_it_says_is_too_large_too(settings: Settings, length: str) -> None:
    """A chunked request may have a Content-Length, too, which some servers hand on and do not go by."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    request = AsyncRequestFactory().post("/", content_type="application/json")
    request.META["CONTENT_LENGTH"] = length
    request._body = b'{"fn": "echo"}' + b" " * 200  # as releases of Django read it that go by that alone
    with pytest.raises(TooLarge):
        read_call(request)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_view_takes_no_larger_body_than_a_call(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, method: str
) -> None:
    def view(request: HttpRequest, text: str) -> HttpResponse:
        raise AssertionError("The body ran.")

    serve(settings, {"view/": client(methods=["POST", "PUT"])(sync_or_async(view))})
    for content_type in (FORM, "application/json"):
        response = visitor.send(method, "/view/", "text=" + "x" * 3 * MEGABYTE, content_type=content_type)
        assert response.status_code == 413


def test_long_names_are_not_remembered() -> None:
    """Cookies and sockets bring lists of anybody's making."""
    with at_most(megabytes=5):
        for number in range(300):
            parse(f"n{number}{'x' * 60_000}")


@pytest.mark.parametrize("depth", [201, 10_000, 400_000])
@pytest.mark.parametrize("brackets", ["[]", ('{"a":', "}")], ids=["arrays", "objects"])
def test_deep_json_is_400(visitor: Visitor, brackets: tuple[str, str], depth: int) -> None:
    opening, closing = brackets
    body = f'{{"fn": "echo", "args": {opening * depth}1{closing * depth}}}'
    message = "The body must be a JSON object in UTF-8, not nested too deeply."
    assert answer(visitor.send("POST", CALL, body)) == (400, problem("BAD_REQUEST", message))


def test_deep_multipart_is_read_flat(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    register(client(sync_or_async(echo)))
    inner = '--i\r\nContent-Disposition: form-data; name="text"\r\n\r\ninner\r\n--i--\r\n'
    body = (
        '--o\r\nContent-Disposition: form-data; name="fn"\r\n\r\necho\r\n'
        '--o\r\nContent-Disposition: form-data; name="deep"\r\n'
        f"Content-Type: multipart/mixed; boundary=i\r\n\r\n{inner}\r\n--o--\r\n"
    )
    response = visitor.send("POST", CALL, body, content_type="multipart/form-data; boundary=o")
    assert answer(response) == (200, {"result": ""})


def test_too_many_fields_and_files_are_400(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    register(client(sync_or_async(echo)))
    expected = (400, problem("BAD_REQUEST", "The request can't be read."))
    assert answer(visitor.form(CALL, "fn=echo" + "&a=1" * 2000)) == expected
    files = "".join(
        f'--c\r\nContent-Disposition: form-data; name="f{n}"; filename="f"\r\n\r\nx\r\n' for n in range(200)
    )
    response = visitor.send("POST", CALL, f"{files}--c--\r\n", content_type="multipart/form-data; boundary=c")
    assert answer(response) == expected


def test_too_many_query_parameters_are_400(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    settings.MIDDLEWARE = []  # other middleware reads the query first
    register(client(context="text")(sync_or_async(echo)))
    response = visitor.get(f"{MOUNT}ctx/text/?" + "&a=1" * 2000)
    assert answer(response) == (400, problem("BAD_REQUEST", "The request can't be read."))


def test_a_list_of_wrong_values_earns_a_hundred_errors_at_a_bounded_cost(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    def count(request: HttpRequest, numbers: list[int]) -> int:
        return len(numbers)

    register(client(sync_or_async(count)))
    body = '{"fn": "count", "args": {"numbers": [' + ",".join(['"x"'] * 100_000) + "]}}"
    with at_most(megabytes=20):
        status, content = answer(visitor.send("POST", CALL, body))
    assert (status, len(content["details"]["fields"]) <= 100) == (422, True)


@pytest.mark.parametrize("amount", ["1e9999999", "-1E+9999999", "1e-9999999"])
def test_a_number_with_a_giant_exponent_is_not_written_out(
    visitor: Visitor, sync_or_async: SyncOrAsync, amount: str
) -> None:
    """In plain notation, 1e999999999 takes a gigabyte."""

    def price(request: HttpRequest, amount: Decimal) -> int:
        return 1

    register(client(context="price")(sync_or_async(price)))
    register(client(affects="price")(sync_or_async(price)), "change_price")
    with at_most(megabytes=5):
        response = visitor.call("change_price", amount=amount)
    assert response.status_code in (200, 422)
    assert len(response.headers.get(HEADER, "")) <= 4096


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_the_end_of_time_scopes_as_any_other(
    visitor: Visitor, sync_or_async: SyncOrAsync, at: str
) -> None:
    """In UTC it would have no year."""

    def moment(request: HttpRequest, at: datetime) -> int:
        return 1

    register(client(context="moment")(sync_or_async(moment)))
    register(client(affects="moment")(sync_or_async(moment)), "change_moment")
    response = visitor.call("change_moment", at=at)
    assert response.status_code in (200, 422)


@pytest.mark.parametrize(
    ("number", "status"),
    [("9" * 4300, 200), ("9" * 4301, 400), ("9" * MEGABYTE, 400), (f'"{"9" * MEGABYTE}"', 422)],
    ids=["4300 digits", "4301 digits", "a million digits", "a text of a million digits"],
)
def test_a_giant_integer_costs_nothing(
    visitor: Visitor, sync_or_async: SyncOrAsync, number: str, status: int
) -> None:
    """Python turns at most 4,300 digits into an integer, because more takes quadratic time."""

    def thing(request: HttpRequest, number: int) -> int:
        return 1

    register(client(context="thing")(sync_or_async(thing)))
    register(client(affects="thing")(sync_or_async(thing)), "change_thing")
    response = visitor.send("POST", CALL, f'{{"fn": "change_thing", "args": {{"number": {number}}}}}')
    assert response.status_code == status
    assert response.headers.get(HEADER) == ("thing" if status == 200 else None)


def test_a_model_that_holds_itself_is_refused_by_depth(visitor: Visitor) -> None:
    def walk(request: HttpRequest, tree: dict[str, Any]) -> int:
        return 1

    register(client(walk))

    def deep(depth: int) -> str:
        return '{"a":' * depth + "1" + "}" * depth

    bodies = [f'{{"fn": "walk", "args": {{"tree": {deep(depth)}}}}}' for depth in (100, 300)]
    assert [visitor.send("POST", CALL, body).status_code for body in bodies] == [200, 400]
