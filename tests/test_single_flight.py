"""The answer to a mutation brings along the blocks that it made stale."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.setup.registry import registry
from tests.support_blocks import Site, blocks_of
from tests.support_visitor import as_coroutine, as_written

pytest_plugins = ["tests.support_blocks_fixtures"]
pytestmark = pytest.mark.django_db

PAGE = (
    '{% for id in "56" %}{% mizan_context "user" user_id=id %}{{ user_profile.name }}{% endmizan_context %}'
    '{% endfor %}{% mizan_context "tag" tag="x" %}{{ tag_label }}{% endmizan_context %}'
)
HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
BROUGHT = "X-Mizan-Brought"


@dataclass(frozen=True)
class Answer:
    """An answer, cut in what it says by itself and what it brings along."""

    status: int
    body: str
    brought: dict[str, str | None] | None
    headers: dict[str, str]


def named(*blocks: dict[str, str]) -> str:
    """Write the header that names these blocks, with their hashes if they have some."""
    return "&".join(
        urlsplit(block["hx-get"]).query
        + (f"&mizan-hash={block['data-mizan-hash']}" if "data-mizan-hash" in block else "")
        for block in blocks
    )


def names(html: str) -> dict[str, str]:
    """Give the headers of a mutation that names every block of a page."""
    return {**HTMX, "X-Mizan-Blocks": named(*blocks_of(html))}


def send(site: Site, url: str, headers: dict[str, str], *, method: str = "POST", body: str = "") -> Answer:
    """Send a mutation as htmx does."""
    args = (method, url, body, "application/json" if body else "application/x-www-form-urlencoded")
    if site.server == "wsgi":
        response: Any = site.browser.generic(*args, headers=headers)
    else:
        browser = AsyncClient(raise_request_exception=False)
        browser.cookies = site.browser.cookies

        async def ask() -> Any:
            return await browser.generic(*args, headers=headers)

        response = async_to_sync(ask)()
    text = "" if response.streaming else response.content.decode(errors="replace")
    count = int(response.headers.get(BROUGHT, 0))
    start = len(text) - count
    brought = json.loads(text[start:]) if count else None
    return Answer(response.status_code, text[:start], brought, dict(response.headers))


@pytest.fixture(params=["wsgi def", "wsgi async def", "asgi def", "asgi async def"])
def flying(site: Site, settings: Settings, request: pytest.FixtureRequest) -> Site:
    """Give a site of either server whose mutations, of either colour, bring blocks along."""
    site.server, _, colour = request.param.partition(" ")
    coloured = {"def": as_written, "async def": as_coroutine}[colour]
    settings.MIZAN_SINGLE_FLIGHT = True
    prepare(site, settings, coloured)
    return site


@pytest.fixture
def flight(site: Site, settings: Settings) -> Site:
    """Give such a site for what has no colour."""
    settings.MIZAN_SINGLE_FLIGHT = True
    prepare(site, settings, as_written)
    return site


def prepare(site: Site, settings: Settings, coloured: Callable[..., Any]) -> None:
    """Declare mutations of each path, and a plain view."""

    def rename(request: HttpRequest, user_id: int) -> HttpResponse:
        site.names[user_id] = "Grace & Ü"
        return HttpResponse("<p>é😀</p>")

    def rename_by_call(request: HttpRequest, user_id: int) -> str:
        site.names[user_id] = "Grace & Ü"
        return "done"

    def plain(request: HttpRequest) -> HttpResponse:
        site.names[5] = "Grace & Ü"
        invalidate(request, "user", user_id=5)
        return HttpResponse("plain")

    # Not to be found by their annotations: a coroutine has those of what it wraps.
    view = client(affects="user")(coloured(rename))
    register(client(affects="user")(coloured(rename_by_call)))
    register(view)
    settings.ROOT_URLCONF = (
        path("page/", site.page_view),
        path("rename/<int:user_id>/", view),
        path("plain/", coloured(plain)),
        path("api/mizan/", include("mizan_htmx.urls")),
    )


def serve(settings: Settings, view: Callable[..., Any]) -> None:
    """Add a view at ``/own/``."""
    settings.ROOT_URLCONF = (*settings.ROOT_URLCONF, path("own/", view))


def own(site: Site, settings: Settings, response: HttpResponse | StreamingHttpResponse) -> Answer:
    """Send a mutation to a view that changes something and answers this."""

    def view(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        invalidate(request, "user", user_id=5)
        return response

    html = site.page(PAGE)
    serve(settings, view)
    return send(site, "/own/", names(html))


def test_a_view_brings_what_it_made_stale_as_its_refresh_gives_it(flying: Site) -> None:
    html = flying.page(PAGE)

    answer = send(flying, "/rename/5/", names(html))

    ada = blocks_of(html)[0]
    fresh = flying.get(ada["hx-get"]).text
    assert "Grace &amp; Ü" in fresh
    assert (answer.status, answer.body, answer.brought) == (200, "<p>é😀</p>", {ada["id"]: fresh})
    assert answer.headers == {
        "Content-Type": "text/html; charset=utf-8",
        "X-Mizan-Invalidate": "user;user_id=5",
        "Cache-Group-Invalidation": answer.headers["Cache-Group-Invalidation"],
        "Cache-Control": "no-store",
        BROUGHT: str(len(json.dumps({ada["id"]: fresh}, separators=(",", ":")))),
    }


def test_a_call_and_a_plain_view_do_so_too(flying: Site) -> None:
    html = flying.page(PAGE)
    ada = blocks_of(html)[0]

    called = send(
        flying, "/api/mizan/call/", names(html), body='{"fn": "rename_by_call", "args": {"user_id": 5}}'
    )
    viewed = send(flying, "/plain/", names(html))

    fresh = flying.get(ada["hx-get"]).text
    assert json.loads(called.body)["result"] == "done"
    assert (viewed.body, viewed.brought, called.brought) == ("plain", {ada["id"]: fresh}, {ada["id"]: fresh})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_method_that_changes_something_brings(flight: Site, settings: Settings, method: str) -> None:
    html = flight.page(PAGE)

    assert send(flight, "/plain/", names(html), method=method).brought is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": None},
        {"HX-Boosted": "true"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": None},
        {"Sec-Fetch-Site": None, "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "https://testserver"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
        {"X-Mizan-Blocks": None},
        {"X-Mizan-Blocks": ""},
        {"X-Mizan-Blocks": "user_id=5"},
    ],
)
def test_only_htmx_on_a_page_of_this_origin_is_brought_something(
    flight: Site, headers: dict[str, str | None]
) -> None:
    given = {**names(flight.page(PAGE)), **headers}

    answer = send(flight, "/plain/", {name: text for name, text in given.items() if text is not None})

    assert (answer.status, answer.body, answer.brought) == (200, "plain", None)
    assert answer.headers["X-Mizan-Invalidate"] == "user;user_id=5"


def test_where_browsers_do_not_say_whose_page_it_is_its_origin_does(flight: Site) -> None:
    headers = names(flight.page(PAGE))
    del headers["Sec-Fetch-Site"]

    assert send(flight, "/plain/", {**headers, "Origin": "http://testserver"}).brought is not None


def test_reading_brings_nothing(flight: Site) -> None:
    html = flight.page(PAGE)

    answer = send(flight, "/plain/", names(html), method="GET")

    assert (answer.body, answer.brought) == ("plain", None)


def test_nothing_is_brought_where_it_is_not_asked_for(flight: Site, settings: Settings) -> None:
    html = flight.page(PAGE)
    assert all("data-mizan-hash" in block for block in blocks_of(html))

    settings.MIZAN_SINGLE_FLIGHT = False

    html = flight.page(PAGE)
    assert not any("data-mizan-hash" in block for block in blocks_of(html))
    assert send(flight, "/plain/", names(html)).brought is None


def test_a_block_whose_content_is_the_same_is_not_sent(flying: Site) -> None:
    flying.names[5] = "Grace & Ü"
    html = flying.page(PAGE)

    answer = send(flying, "/rename/5/", names(html))

    assert answer.brought == {blocks_of(html)[0]["id"]: None}


def test_what_together_is_asked_for_may_be_the_same_too(flight: Site) -> None:
    html = flight.page(PAGE)
    ada, bob, _ = blocks_of(html)
    flight.names[6] = "Eve"

    response = flight.get(f"/api/mizan/partials/?{named(ada, bob)}")

    assert json.loads(response.content) == {
        "blocks": [{"status": 304}, {"status": 200, "html": flight.get(bob["hx-get"]).text}]
    }


def test_the_hash_is_of_the_content_alone_and_its_refresh_has_it_too(flight: Site) -> None:
    html = flight.page(
        '{% for css in "ab" %}{% mizan_context "user" user_id=5 class=css %}{{ user_profile.name }}'
        "{% endmizan_context %}{% endfor %}"
    )

    first, second = blocks_of(html)
    assert first["data-mizan-hash"] == second["data-mizan-hash"] == blake2b(b"Ada", digest_size=8).hexdigest()
    flight.assert_refreshes_alike(html)


def test_a_live_block_has_no_hash_because_its_version_changes(
    flight: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "clock", lambda: "0a1b2c3d.1")

    @client(context=Context("board", live=True))
    def board(request: HttpRequest) -> str:
        return "Plans"

    register(board)
    html = flight.page('{% mizan_context "board" %}{{ board }}{% endmizan_context %}')

    assert "data-mizan-hash" not in blocks_of(html)[0]
    assert blocks_of(html)[0]["data-mizan-version"] == "0a1b2c3d.1"


def test_no_content_becomes_content_that_is_not_swapped(flight: Site, settings: Settings) -> None:
    answer = own(flight, settings, HttpResponse(status=204))

    assert (answer.status, answer.body, answer.headers["HX-Reswap"]) == (200, "", "none")
    assert list(answer.brought or {}) == [blocks_of(flight.page(PAGE))[0]["id"]]


def test_the_length_is_that_of_all(flight: Site, settings: Settings) -> None:
    answer = own(flight, settings, HttpResponse("äb", headers={"Content-Length": "3"}))

    assert answer.headers["Content-Length"] == str(3 + int(answer.headers[BROUGHT]))
    assert answer.body == "äb"


@pytest.mark.parametrize(
    "response",
    [
        HttpResponseRedirect("/page/"),
        HttpResponse("x", status=400),
        HttpResponse("x", status=422),
        HttpResponse("x", status=205),
        HttpResponse("x", status=206),
        HttpResponse("x", headers={"HX-Redirect": "/page/"}),
        HttpResponse("x", headers={"HX-Location": "/page/"}),
        HttpResponse("x", headers={"HX-Refresh": "true"}),
        HttpResponse(b"x", headers={"Content-Encoding": "br"}),
        HttpResponse("x", headers={"Content-Disposition": "attachment"}),
        HttpResponse(b"x", content_type="image/png"),
        HttpResponse("x", content_type="text/html; charset=utf-16"),
        StreamingHttpResponse(iter([b"x"])),
    ],
    ids=lambda response: f"{response.status_code} {dict(response.headers)}",
)
def test_answers_that_can_carry_nothing_are_left_as_they_are(
    flight: Site, settings: Settings, response: HttpResponse
) -> None:
    before = b"" if response.streaming else response.content

    answer = own(flight, settings, response)

    assert (answer.status, answer.brought) == (response.status_code, None)
    assert response.streaming or response.content == before


def test_json_can_carry(flight: Site, settings: Settings) -> None:
    answer = own(flight, settings, JsonResponse({"a": 1}))

    assert (answer.body, len(answer.brought or {})) == ('{"a": 1}', 1)


def test_a_mutation_that_fails_brings_nothing(flight: Site, settings: Settings) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        invalidate(request, "user", user_id=5)
        raise PermissionDenied

    html = flight.page(PAGE)
    serve(settings, fail)
    answer = send(flight, "/own/", names(html))

    assert (answer.status, answer.brought) == (403, None)


def test_forged_blocks_and_those_of_other_contexts_are_left_out(flight: Site) -> None:
    html = flight.page(PAGE)
    ada, bob, tag = (urlsplit(block["hx-get"]).query for block in blocks_of(html))
    forged = ada.replace("block=", "block=x")

    answer = send(
        flight,
        "/plain/",
        {**HTMX, "X-Mizan-Blocks": f"x=1&{forged}&block=&{tag}&{bob}&{ada}&%ff&block={'A' * 60}&user_id=5"},
    )

    assert list(answer.brought or {}) == [blocks_of(html)[0]["id"]]


def test_whose_data_is_brought_is_not_decided_by_its_address_alone(flight: Site) -> None:
    def refused(request: HttpRequest, user_id: int) -> str:
        raise PermissionDenied

    register(client(context="user")(refused))
    html = flight.page('{% mizan_context "user" user_id=5 %}{{ refused }}{% endmizan_context %}')

    answer = send(
        flight,
        "/plain/",
        names(html).copy() | {"X-Mizan-Blocks": named(*blocks_of(html)).split("&mizan-hash")[0]},
    )

    assert answer.brought == {blocks_of(html)[0]["id"]: html}


@pytest.mark.parametrize(
    ("count", "more", "brings"),
    [(1, "", True), (50, "", True), (51, "", False), (1, "&x=" + "y" * 4000, False)],
)
def test_there_is_a_limit_to_what_may_be_named(flight: Site, count: int, more: str, brings: bool) -> None:
    html = flight.page(PAGE)
    ada = urlsplit(blocks_of(html)[0]["hx-get"]).query
    header = "&".join([ada, *["block=x"] * (count - 1)]) + more

    answer = send(flight, "/plain/", {**HTMX, "X-Mizan-Blocks": header})

    assert (answer.status, answer.body, answer.brought is not None) == (200, "plain", brings)


def test_too_many_fields_are_left_out(flight: Site, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    html = flight.page(PAGE)
    ada = urlsplit(blocks_of(html)[0]["hx-get"]).query

    answer = send(flight, "/plain/", {**HTMX, "X-Mizan-Blocks": f"{ada}&{'a&' * 20}{ada}"})

    assert list(answer.brought or {}) == [blocks_of(html)[0]["id"]]


def test_a_block_inside_another_comes_with_it(flight: Site) -> None:
    inner = '{% mizan_context "user" user_id=5 %}{{ user_profile.name }}{% endmizan_context %}'
    html = flight.page(inner.replace("{{ user_profile.name }}", f"({inner})"))

    answer = send(flight, "/plain/", names(html))

    outer, own = blocks_of(html)
    assert list(answer.brought or {}) == [outer["id"]]
    assert f'id="{own["id"]}"' in str((answer.brought or {})[outer["id"]])


def test_a_block_that_fails_is_logged_and_left_out(flying: Site, caplog: pytest.LogCaptureFixture) -> None:
    def shaky(request: HttpRequest, user_id: int) -> str:
        if flying.names[user_id] != "Ada":
            raise RuntimeError("It broke.")
        return "fine"

    register(client(context="user")(shaky))
    html = flying.page('{% mizan_context "user" user_id=5 %}{{ shaky }}{% endmizan_context %}' + PAGE)

    answer = send(flying, "/rename/5/", names(html))

    assert (answer.status, answer.body) == (200, "<p>é😀</p>")
    assert list(answer.brought or {}) == [blocks_of(html)[1]["id"]]
    (failure,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert failure.getMessage().startswith("RuntimeError in the block page.html#mizan-")


def test_whatever_fails_the_answer_to_the_mutation_stands(
    flight: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    html = flight.page(PAGE)

    def broken(*args: object) -> object:
        raise RuntimeError("It broke.")

    monkeypatch.setattr("mizan_htmx.single_flight.render_asked", broken)
    answer = send(flight, "/plain/", names(html))

    assert (answer.status, answer.body, answer.brought) == (200, "plain", None)
    assert [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR] == [
        "Nothing was brought along with the answer of /plain/."
    ]


def test_a_block_sees_the_request_of_its_refresh(flight: Site, settings: Settings) -> None:
    source = (
        '{% mizan_context "user" user_id=5 %}{{ request.method }} {{ request.path }}'
        " {{ request.GET.user_id }} {{ request.POST }} {{ request.FILES }}"
        " {{ request.content_type }}[{{ request.body }}]"
        " {{ request.htmx.target }} {{ request.resolver_match.url_name }}"
        " {{ request.META.REQUEST_METHOD }} {{ request.COOKIES.a }}{% endmizan_context %}"
    )
    html = flight.page(source)
    flight.browser.cookies["a"] = "b"

    headers = {**names(html), "HX-Target": "elsewhere"}
    answer = send(flight, "/plain/", headers, body='{"x": 1}')

    block = blocks_of(html)[0]
    assert (answer.brought or {})[block["id"]] == flight.get(block["hx-get"], **{"HX-Request": "true"}).text
    assert "GET /api/mizan/partial/user/ 5" in str(answer.brought)


def test_readers_run_once_and_only_those_of_stale_blocks(flying: Site) -> None:
    html = flying.page(PAGE + PAGE)
    flying.calls.clear()

    answer = send(flying, "/rename/5/", names(html))

    assert len(answer.brought or {}) == 2
    assert flying.calls == ["user_profile 5"]


def test_what_the_mutation_read_is_read_again(flight: Site, settings: Settings) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        response = flight.page_view(request)
        flight.names[5] = "Grace"
        invalidate(request, "user", user_id=5)
        return response

    html = flight.page(PAGE)
    serve(settings, view)
    answer = send(flight, "/own/", names(html))

    assert ">Ada<" in answer.body
    assert ">Grace<" in str(answer.brought)


@pytest.mark.django_db(transaction=True)
def test_the_user_is_read_again_and_what_middleware_put_on_him_stays(
    flight: Site, settings: Settings
) -> None:
    def greeting(request: HttpRequest, user_id: int) -> str:
        user: Any = request.user
        allowed = request.user.has_perm("auth.add_user")
        return f"{user.first_name} {getattr(user, 'verified', False)} {allowed}"

    def view(request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        user.verified = True
        assert not user.has_perm("auth.add_user")
        User.objects.update(first_name="Grace", is_superuser=True)
        invalidate(request, "user", user_id=5)
        return HttpResponse("done")

    register(client(context="user")(greeting))
    flight.browser.force_login(User.objects.create_user("ada", first_name="Ada"))
    html = flight.page('{% mizan_context "user" user_id=5 %}{{ greeting }}{% endmizan_context %}')
    serve(settings, view)
    assert html.endswith(">Ada False False</div>")

    answer = send(flight, "/own/", names(html))

    assert ">Grace True True<" in str(answer.brought)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["delete", "close"])
def test_a_user_who_is_gone_is_nobody(flight: Site, settings: Settings, change: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        assert request.user.is_authenticated
        User.objects.filter(pk=request.user.pk).delete() if change == "delete" else User.objects.update(
            is_active=False
        )
        invalidate(request, "user", user_id=5)
        return HttpResponse("done")

    register(client(context="user")(whoami))
    flight.browser.force_login(User.objects.create_user("ada"))
    html = flight.page('{% mizan_context "user" user_id=5 %}{{ whoami }}{% endmizan_context %}')
    serve(settings, view)
    assert html.endswith(">ada</div>")

    assert "></div>" in str(send(flight, "/own/", names(html)).brought)


def whoami(request: HttpRequest, user_id: int) -> str:
    """Read who asks."""
    return request.user.get_username()


async def awhoami(request: HttpRequest, user_id: int) -> str:
    """Read who asks, in a coroutine."""
    return (await request.auser()).get_username()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reader", [whoami, awhoami])
@pytest.mark.parametrize("loaded", [True, False])
def test_a_reader_of_either_colour_knows_the_user(
    flying: Site, settings: Settings, reader: Any, loaded: bool
) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        if loaded:
            assert request.user.is_authenticated
        User.objects.update(username="grace")
        invalidate(request, "user", user_id=5)
        return HttpResponse("done")

    register(client(context="user")(reader))
    flying.browser.force_login(User.objects.create_user("ada"))
    html = flying.page(
        f'{{% mizan_context "user" user_id=5 %}}{{{{ {reader.__name__} }}}}{{% endmizan_context %}}'
    )
    serve(settings, view)
    assert html.endswith(">ada</div>")

    assert ">grace</div>" in str(send(flying, "/own/", names(html)).brought)


@pytest.mark.django_db(transaction=True)
def test_it_is_rendered_after_the_commit(
    flight: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []

    def state(request: HttpRequest, user_id: int) -> str:
        inside.append(connection.in_atomic_block)
        return str(User.objects.count())

    def view(request: HttpRequest) -> HttpResponse:
        assert connection.in_atomic_block
        User.objects.create_user("ada")
        invalidate(request, "user", user_id=5)
        return HttpResponse("done")

    register(client(context="user")(state))
    html = flight.page('{% mizan_context "user" user_id=5 %}{{ state }}{% endmizan_context %}')
    serve(settings, view)
    monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
    inside.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = send(flight, "/own/", names(html))

    assert ">1</div>" in str(answer.brought)
    assert inside == [False]
    assert not [
        query for query in queries if query["sql"].startswith("SAVEPOINT") and "SELECT" in query["sql"]
    ]


def test_a_token_that_is_made_for_a_block_reaches_the_visitor(flight: Site) -> None:
    html = flight.page(
        '{% mizan_context "user" user_id=5 %}<form>{% csrf_token %}{{ user_profile.name }}</form>'
        "{% endmizan_context %}"
    )
    flight.browser.cookies.clear()

    response = flight.browser.post("/plain/", headers=names(html))

    assert "csrfmiddlewaretoken" in response.text
    assert response.cookies["csrftoken"].value


def test_a_reader_that_invalidates_while_it_is_brought_is_not_heard(flight: Site, settings: Settings) -> None:
    def careless(request: HttpRequest, user_id: int) -> str:
        invalidate(request, "notifications")
        return flight.names[user_id]

    register(client(context="user")(careless))
    html = flight.page('{% mizan_context "user" user_id=5 %}{{ careless }}{% endmizan_context %}')

    answer = send(flight, "/plain/", names(html))

    assert answer.headers["X-Mizan-Invalidate"] == "user;user_id=5"
    assert len(answer.brought or {}) == 1


def test_a_live_block_is_brought_with_the_version_of_the_change(
    flight: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter(["0a1b2c3d.1", "0a1b2c3d.2", "0a1b2c3d.3"])
    monkeypatch.setattr(registry, "clock", lambda: next(versions))

    @client(context=Context("board", live=True))
    def board(request: HttpRequest) -> str:
        return "Plans"

    @client(affects="board")
    def change(request: HttpRequest) -> str:
        return "done"

    register(board)
    register(change)
    html = flight.page('{% mizan_context "board" %}{{ board }}{% endmizan_context %}')

    answer = send(flight, "/api/mizan/call/", names(html), body='{"fn": "change", "args": {}}')

    assert 'data-mizan-version="0a1b2c3d.2"' in str(answer.brought)
