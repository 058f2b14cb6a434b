"""The cookie that carries what is stale to where scripts can't see the header."""

import re
import sys
from collections.abc import Callable
from itertools import product
from string import ascii_letters
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.test import RequestFactory
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation.cookie import (
    COOKIE,
    MAX_BYTES,
    MAX_LENGTH,
    SECURE_COOKIE,
    carry,
    hides_headers,
    received,
)
from mizan_htmx.protocol.keys import Invalidation
from tests.helpers.visitor import (
    CALL,
    HEADER,
    SyncOrAsync,
    Visitor,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
NUMBER = "0123456789abcdef"


def notes(response: HttpResponse, name: str = COOKIE) -> list[tuple[str, str]]:
    """List what the cookie of an answer holds: numbers, and what became stale."""
    found = [each.partition(":") for each in response.cookies[name].value.split("|")]
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number, _, _ in found)
    return [(number, unquote(written)) for number, _, written in found]


def lists(response: HttpResponse, name: str = COOKIE) -> list[str]:
    """List what became stale, by the cookie of an answer."""
    return [text for _, text in notes(response, name)]


@pytest.fixture(autouse=True)
def user(registry: Any) -> None:
    """Declare a context to invalidate."""

    def user_name(request: HttpRequest, user_id: int, tab: str = "") -> str:
        return "Ada"

    register(client(context="user")(user_name))


def redirecting(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change somebody, and send the browser on."""
    return HttpResponseRedirect("/")


@pytest.mark.parametrize(
    ("status", "headers", "carried"),
    [
        (302, {"HX-Request": "true"}, True),
        (303, {"Sec-Fetch-Mode": "cors"}, True),
        (200, NAVIGATION, True),
        (200, {"Accept": "text/html,*/*"}, True),
        (204, {"HX-Request": "true", "Accept": "text/html"}, False),
        (200, {"HX-Request": "true", "Sec-Fetch-Mode": "navigate"}, False),
        (200, {"Sec-Fetch-Mode": "cors", "Accept": "text/html"}, False),
        (200, {"Sec-Fetch-Mode": "same-origin"}, False),
        (200, {"Accept": "application/json"}, False),
        (200, {}, False),
        (300, {}, True),
        (399, {}, True),
    ],
)
def test_the_cookie_is_set_on_redirects_and_full_page_posts(
    visitor: Visitor,
    sync_or_async: SyncOrAsync,
    settings: Settings,
    status: int,
    headers: dict[str, str],
    carried: bool,
) -> None:
    def change(request: HttpRequest, user_id: int) -> HttpResponse:
        invalidate(request, "user", tab="é;, ")
        return HttpResponse(status=status, headers={"Location": "/"})

    declared = client(affects=["user", "people"])(sync_or_async(change))
    serve(settings, {"change/<int:user_id>/": declared})
    response = visitor.send("POST", "/change/5/", "", headers=headers, content_type="")
    assert response.headers[HEADER] == "user;user_id=5, people, user;tab=%C3%A9%3B%2C%20"
    assert list(response.cookies) == ([COOKIE] if carried else [])
    if carried:
        cookie = response.cookies[COOKIE]
        [(number, text)] = notes(response)
        assert text == response.headers[HEADER]
        assert cookie.OutputString() == (
            f"{COOKIE}={number}:{quote(text, safe='')};"
            f" expires={cookie['expires']}; Max-Age=60; Path=/; SameSite=Lax"
        )


def test_the_cookie_keeps_what_has_not_been_read_yet(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    first = notes(visitor.form("/change/5/", ""))
    response = visitor.form("/change/6/", "")
    assert response.headers[HEADER] == "user;user_id=6"
    second = notes(response)
    assert second == [*first, (second[1][0], "user;user_id=6")]
    assert lists(visitor.form("/change/5/", "")) == ["user;user_id=6", "user;user_id=5"]


def test_each_answer_has_a_number_of_its_own(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    numbers = {notes(visitor.form("/change/5/", ""))[-1][0] for _ in range(5)}
    assert len(numbers) == 5


def test_what_is_invalidated_as_a_whole_need_not_be_kept(visitor: Visitor, settings: Settings) -> None:
    def all_of_them(request: HttpRequest) -> HttpResponse:
        invalidate(request, "user")
        return HttpResponseRedirect("/")

    serve(
        settings,
        {"change/<int:user_id>/": client(affects="user")(redirecting), "all/": client(all_of_them)},
    )
    visitor.form("/change/5/", "")
    assert lists(visitor.form("/all/", "")) == ["user"]


@pytest.mark.parametrize(
    "value",
    [
        "*",  # without a number, as a site under the same domain may write it
        "user",
        "user%3Buser_id%3D7",
        ":user",
        "|",
        "1:user",
        f"{NUMBER}0:user",
        f"{NUMBER.upper()}:user",
        f"{NUMBER}:",
        f"{NUMBER}:user:user",
        f"{NUMBER}:unknown",
        f"{NUMBER}:%ff",
        f"{NUMBER}:user%3Buser_id%3D5",
        f"{NUMBER}:%0d%0aSet-Cookie%3A%20a%3Db",
        f"{NUMBER}:<script>",
        f"{NUMBER}:*%3Ba%3D1",
        "%",
        '"',
    ],
)
def test_what_says_nothing_or_has_no_number_is_dropped(
    visitor: Visitor, settings: Settings, value: str
) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    headers = {"Cookie": f"{COOKIE}={value}"}
    response = visitor.send("POST", "/change/5/", "", headers=headers)
    assert lists(response) == ["user;user_id=5"]


def test_contexts_that_nobody_here_knows_are_not_handed_on(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    value = f"{NUMBER}:{quote('other, user;user_id=6, user;other=1, more;a=1', safe='')}"
    response = visitor.send("POST", "/change/5/", "", headers={"Cookie": f"{COOKIE}={value}"})
    assert notes(response)[0] == (NUMBER, "user;user_id=6, user;other=1")


def test_all_cookies_of_the_name_are_read(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    other = NUMBER[::-1]
    long = "a" * MAX_LENGTH
    cookies = [f"{COOKIE}={NUMBER}:user%3Buser_id%3D6", f"x{COOKIE}={NUMBER}:user", f"{COOKIE}={long}"]
    cookies += [f"{COOKIE}=*", f"{COOKIE}={other}:user%3Buser_id%3D7", f"{SECURE_COOKIE}={NUMBER}:user"]
    response = visitor.send("POST", "/change/5/", "", headers={"Cookie": "; ".join(cookies)})
    assert notes(response)[:2] == [(NUMBER, "user;user_id=6"), (other, "user;user_id=7")]
    assert lists(response)[2:] == ["user;user_id=5"]


def test_what_a_sibling_domain_planted_keeps_its_number(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    headers = {"Cookie": f"{COOKIE}={NUMBER}:*"}
    for _ in range(2):
        visitor.client.cookies.clear()
        response = visitor.send("POST", "/change/5/", "", headers=headers)
        assert notes(response)[0] == (NUMBER, "*")


def entries(count: int) -> str:
    """Write so many scoped entries of a context that is known and as many of contexts that are not."""
    names = ("".join(letters) for letters in product(ascii_letters, repeat=3))
    return ",".join(
        f"user%3Btab%3D{name},{name}%3Bx%3D1" for name, _ in zip(names, range(count), strict=False)
    )


def calls(action: Callable[[], object]) -> int:
    """Count the calls of functions, Python's and C's, that an action takes."""
    count = 0

    def see(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event.endswith("call")

    sys.setprofile(see)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


def test_a_long_cookie_is_not_read_nor_a_long_list(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})

    def sent(value: str) -> HttpResponse:
        visitor.client.cookies.clear()
        return visitor.send("POST", "/change/5/", "", headers={"Cookie": f"{COOKIE}={value}"})

    assert notes(sent(f"{NUMBER}:{entries(70)}"))[0] == (NUMBER, "*")
    for count in (300, 3000):
        value = f"{NUMBER}:{entries(count)}"
        assert len(value) > MAX_LENGTH
        assert lists(sent(value)) == ["user;user_id=5"]


def test_what_a_cookie_costs_grows_with_its_length(rf: RequestFactory) -> None:
    def cost(count: int) -> int:
        value = f"{NUMBER}:{entries(count)}"
        request = rf.post("/", HTTP_COOKIE=f"{COOKIE}={value}")
        stale = [Invalidation.of("user", user_id=5)]
        return calls(lambda: carry(request, HttpResponse(status=302), stale))

    assert len(unquote(entries(60))) <= MAX_BYTES
    assert cost(60) < 2.2 * cost(30)
    assert cost(3000) < cost(1)


def test_what_many_cookies_cost_grows_with_their_length_alone(rf: RequestFactory) -> None:
    def cost(count: int) -> int:
        cookies = "; ".join(f"{COOKIE}={number:016x}:{entries(60)}" for number in range(count))
        request = rf.post("/", HTTP_COOKIE=cookies)
        return calls(lambda: carry(request, HttpResponse(status=302), [Invalidation.of("user", user_id=5)]))

    # What one cookie can hold is all that is read, as all that could be handed on.
    assert cost(60) < 8 * cost(3)


def test_many_notes_become_one_with_a_number_of_theirs(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})

    def planted(count: int, text: str) -> list[tuple[str, str]]:
        visitor.client.cookies.clear()
        value = "|".join(f"{number:016x}:{text}" for number in range(count))
        assert len(value) <= MAX_LENGTH
        return notes(visitor.send("POST", "/change/5/", "", headers={"Cookie": f"{COOKIE}={value}"}))

    wide = planted(78, "user%3Btab%3D" + "a" * 20)
    assert wide[:78] == [(f"{number:016x}", "*") for number in range(78)]
    assert wide[78:] == [(wide[-1][0], "user;user_id=5")]
    one, other = (planted(200, "*") for _ in range(2))
    assert [text for _, text in one] == ["*", "user;user_id=5"]
    assert one[0] == other[0] != planted(199, "*")[0]


def test_the_cookie_stays_small_enough_for_a_browser(visitor: Visitor, settings: Settings) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        for user_id in range(200):
            invalidate(request, "user", user_id=user_id)
        invalidate(request, "people")
        return HttpResponseRedirect("/")

    def people(request: HttpRequest) -> int:
        return 1

    register(client(context="people")(people))
    serve(settings, {"change/": client(change)})
    response = visitor.form("/change/", "")
    assert response.headers[HEADER].count("user;user_id=") == 200
    assert lists(response) == ["user, people"]


@pytest.mark.parametrize("name", ["é" * 200, "a;" * 200])
def test_the_longest_cookie_fits_into_a_browser(visitor: Visitor, settings: Settings, name: str) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        invalidate(request, "user", tab=name)
        return HttpResponseRedirect("/")

    serve(settings, {"change/": client(change)})
    for _ in range(9):
        cookie = visitor.send("POST", "/change/", "", secure=True).cookies[SECURE_COOKIE]
        assert len(cookie.OutputString()) <= 4096


def test_a_page_over_https_has_a_cookie_that_no_other_domain_can_write(
    visitor: Visitor, settings: Settings
) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    planted = {"Cookie": f"{COOKIE}={NUMBER}:user"}
    response = visitor.send("POST", "/change/5/", "", secure=True, headers=planted)
    assert list(response.cookies) == ["__Host-mizan_invalidate"]
    cookie = response.cookies[SECURE_COOKIE]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert lists(response, SECURE_COOKIE) == ["user;user_id=5"]
    response = visitor.send("POST", "/change/6/", "", secure=True)
    assert lists(response, SECURE_COOKIE) == ["user;user_id=5", "user;user_id=6"]


def test_it_is_the_same_behind_a_proxy_that_ends_tls(visitor: Visitor, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    for scheme, name in (("https", SECURE_COOKIE), ("http", COOKIE)):
        headers = {"X-Forwarded-Proto": scheme}
        response = visitor.send("POST", "/change/5/", "", headers=headers)
        assert list(response.cookies) == [name]


def test_a_call_from_a_full_page_form_carries_it_too(visitor: Visitor) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        return JsonResponse({})

    register(client(affects="people")(change))
    response = visitor.form(CALL, "fn=change", Sec_Fetch_Mode="navigate")
    assert lists(response) == ["people"]


def bringing(cookie: str) -> HttpRequest:
    """Return a navigation that brings a cookie, without the header ``Cookie`` where it is empty."""
    request = RequestFactory().post("/", headers=NAVIGATION)
    request.META.pop("HTTP_COOKIE", None)
    if cookie:
        request.META["HTTP_COOKIE"] = f"{COOKIE}={cookie}"
    return request


def carried_after(cookie: str) -> HttpResponse:
    """Return an answer that invalidates a user, to a navigation that brings a cookie."""
    response = HttpResponse()
    carry(bringing(cookie), response, [Invalidation.of("user", user_id=5)])
    return response


def test_the_headers_of_an_error_are_not_hidden_as_those_of_a_redirect_are() -> None:
    request = RequestFactory().post("/")
    hidden = [
        status for status in (299, 300, 399, 400) if hides_headers(request, HttpResponse(status=status))
    ]
    assert hidden == [300, 399]


def test_a_request_without_any_cookie_brings_nothing() -> None:
    assert received(bringing("")) == ()
    assert lists(carried_after("")) == ["user;user_id=5"]


def test_what_a_request_has_brought_is_read_once() -> None:
    request = bringing(f"{NUMBER}:user")
    [note] = received(request)
    assert (note.number, note.invalidations) == (NUMBER, (Invalidation("user"),))
    request.META["HTTP_COOKIE"] = ""
    assert received(request) == (note,)


def test_what_is_no_note_is_dropped_and_the_others_are_read() -> None:
    assert lists(carried_after(f"a=b|{NUMBER}:user%3Btab%3Db|c=d")) == ["user;tab=b", "user;user_id=5"]


def test_a_cookie_of_exactly_the_limit_is_read_in_full_and_a_longer_one_is_none() -> None:
    note = f"{NUMBER}:user%3Btab%3Db"
    filler = "|x" * ((MAX_LENGTH - len(note)) // 2)
    longest = (note + filler).ljust(MAX_LENGTH, "x")
    assert lists(carried_after(longest)) == ["user;tab=b", "user;user_id=5"]
    assert lists(carried_after(f"{longest}x")) == ["user;user_id=5"]


def notes_of(lengths: list[int]) -> str:
    """Write notes of these lengths, each with another number and a tab that no other has."""
    written = []
    for number, length in enumerate(lengths):
        begin = f"{number:016x}:user%3Btab%3D{number}"
        written.append(begin.ljust(length, "a"))
    return "|".join(written)


def test_notes_of_exactly_the_limit_are_read_in_full() -> None:
    exactly = [995, 995, 995, 995]
    assert sum(exactly) == MAX_LENGTH
    several = "; ".join(
        [notes_of(exactly[:2]), f"{COOKIE}={notes_of([0, 0, *exactly[2:]]).split('|', 2)[2]}"]
    )
    assert [note.invalidations[0].context for note in received(bringing(several))] == ["user"] * 4
    longer = several + "a"
    assert [note.invalidations[0].context for note in received(bringing(longer))] == ["user"] * 3 + ["*"]


def test_a_value_of_exactly_the_limit_is_written_in_full() -> None:
    new = len(f"|{NUMBER}:user%3Buser_id%3D5")
    room = MAX_LENGTH - new
    fits = notes_of([1000, 1000, 1000, room - 3003])
    value = carried_after(fits).cookies[COOKIE].value
    assert (len(value), value.startswith(fits)) == (MAX_LENGTH, True)
    assert [text for _, text in notes(carried_after(f"{fits}a"))] == [*["*"] * 4, "user;user_id=5"]
