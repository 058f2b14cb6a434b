"""What is brought along is read as in a request of its own: anew, after the commit, for the same visitor."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.setup.registry import registry
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.single_flight import PAGE, names, send, serve

pytestmark = pytest.mark.django_db


def test_a_block_sees_the_request_of_its_refresh(flight: Site, settings: Settings) -> None:
    source = (
        '{% mizan_context "user" user_id=5 %}{{ request.method }} {{ request.path }}'
        " {{ request.GET.page }} {{ request.POST }} {{ request.FILES }}"
        " {{ request.content_type }}[{{ request.body }}]"
        " {{ request.htmx.target }} {{ request.resolver_match.url_name }}"
        " {{ request.META.REQUEST_METHOD }} {{ request.COOKIES.a }}{% endmizan_context %}"
    )
    html = flight.page(source)
    flight.browser.cookies["a"] = "b"

    here = {"HX-Current-URL": "http://testserver/page/?page=2"}
    headers = {**names(html), **here, "HX-Target": "elsewhere"}
    answer = send(flight, "/plain/", headers, body='{"x": 1}')

    refresh = flight.get(blocks_of(html)[0]["hx-get"], **{"HX-Request": "true"}, **here)
    assert (answer.brought or {})[blocks_of(html)[0]["id"]] == refresh.text
    assert "GET /page/ 2" in str(answer.brought)


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
def test_a_reader_knows_the_user_sync_or_async(
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


def test_what_a_reader_invalidates_while_it_is_brought_is_discarded(flight: Site, settings: Settings) -> None:
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
