"""The session fingerprint, by which a page notices that somebody else, or nobody, is signed in now."""

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import alogin, alogout, login, logout
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.http.session_fingerprint import fingerprint_of
from tests.helpers.blocks import Site, blocks_of

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "X-Mizan-Session"
GREETING = '{% mizan_context "user" user_id=5 as greeting %}{{ user.username }}{% endmizan_context %}'
PLAIN = '{% mizan_context "user" user_id=5 %}{{ user_profile.name }}{% endmizan_context %}'


@pytest.fixture
def ada(db: None) -> User:
    """Give somebody who can sign in."""
    return User.objects.create_user("ada")


def fingerprint(user: User | AnonymousUser) -> str | None:
    """Return the fingerprint of the session of somebody."""
    request = RequestFactory().get("/")
    request.user = user
    return fingerprint_of(request)


def shown(html: str) -> set[str]:
    """Return the fingerprints on a page's scripts."""
    return set(re.findall(r'data-session="([^"]*)"', html))


def test_it_differs_for_each_user_and_names_none(ada: User, settings: Settings) -> None:
    bob = User.objects.create_user("bob")

    assert re.fullmatch("[0-9a-f]{16}", str(fingerprint(ada)))
    assert len({fingerprint(ada), fingerprint(bob), fingerprint(AnonymousUser())}) == 3
    assert fingerprint(AnonymousUser()) == "anonymous"
    before = fingerprint(ada)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert fingerprint(ada) == before
    settings.SECRET_KEY_FALLBACKS = []
    assert fingerprint(ada) != before


def test_a_site_without_users_has_no_fingerprint(site: Site, settings: Settings) -> None:
    settings.MIDDLEWARE = [
        each for each in settings.MIDDLEWARE if "auth" not in each and "messages" not in each
    ]
    settings.TEMPLATES[0]["OPTIONS"]["context_processors"] = []
    settings.TEMPLATES = [*settings.TEMPLATES]

    assert shown(site.page("{% mizan_scripts %}")) == set()
    assert HEADER not in site.get("/api/mizan/session/").headers
    assert HEADER not in site.refresh(site.page(PLAIN)).headers


def test_every_script_of_a_page_has_it(any_site: Site, ada: User) -> None:
    assert shown(any_site.page("{% mizan_scripts %}")) == {"anonymous"}
    any_site.browser.force_login(ada)
    assert shown(any_site.page("{% mizan_scripts %}")) == {fingerprint(ada)}


def test_a_page_rendered_in_the_event_loop_goes_without(any_site: Site, ada: User) -> None:
    any_site.browser.force_login(ada)
    any_site.address = "/inside/"

    if any_site.server == "asgi":
        assert shown(any_site.page("{% mizan_scripts %}")) == set()


def test_a_page_for_everyone_has_none(site: Site, ada: User, settings: Settings) -> None:
    @client(context=Context("news", public=True, max_age=60))
    def front(request: HttpRequest) -> HttpResponse:
        return site.page_view(request)

    settings.ROOT_URLCONF = (path("page/", front), path("api/mizan/", include("mizan_htmx.urls")))
    register(front)
    site.browser.force_login(ada)

    html = site.page("{% mizan_scripts %}")

    assert (shown(html), 'data-login="/login/"' in html) == (set(), True)


def test_a_visitor_without_a_session_costs_no_query(site: Site) -> None:
    site.write("page.html", "{% mizan_scripts %}")

    with CaptureQueriesContext(connection) as queries:
        response = site.get("/page/")

    assert (shown(response.text), list(queries)) == ({"anonymous"}, [])
    assert response.headers["Vary"] == "Cookie"


def test_a_refresh_carries_it_if_the_user_was_loaded_and_loads_nobody(site: Site, ada: User) -> None:
    site.browser.force_login(ada)
    plain, greeting = (blocks_of(site.page(source))[0]["hx-get"] for source in (PLAIN, GREETING))
    site.write("page.html", PLAIN + GREETING)

    with CaptureQueriesContext(connection) as queries:
        quiet = site.get(plain)
        together = site.get(f"/api/mizan/partials/?{plain.partition('?')[2]}&{plain.partition('?')[2]}")
    assert ([HEADER in each.headers for each in (quiet, together)], len(queries)) == ([False, False], 0)
    with CaptureQueriesContext(connection) as queries:
        response = site.get(greeting)
    assert (response.status_code, response.headers[HEADER], len(queries)) == (200, fingerprint(ada), 2)
    with CaptureQueriesContext(connection) as queries:
        both = site.get(f"/api/mizan/partials/?{greeting.partition('?')[2]}&{greeting.partition('?')[2]}")
    assert (both.headers[HEADER], len(queries)) == (fingerprint(ada), 2)


def test_a_refresh_carries_that_nobody_is_there_any_more(any_site: Site, ada: User) -> None:
    any_site.browser.force_login(ada)
    html = any_site.page(GREETING)
    assert any_site.refresh(html).headers[HEADER] == fingerprint(ada)

    any_site.browser.logout()

    assert any_site.refresh(html).headers[HEADER] == "anonymous"


def test_that_of_a_user_who_is_loaded_in_a_coroutine_is_carried_too(any_site: Site, ada: User) -> None:
    async def whoami(request: HttpRequest, user_id: int) -> str:
        return (await request.auser()).get_username()

    register(client(context="user")(whoami))
    any_site.browser.force_login(ada)
    html = any_site.page('{% mizan_context "user" user_id=5 %}{{ whoami }}{% endmizan_context %}')

    response = any_site.refresh(html)

    assert (">ada</div>" in response.text, response.headers[HEADER]) == (True, fingerprint(ada))


def test_the_endpoint_of_sessions_always_carries_it(any_site: Site, ada: User) -> None:
    assert any_site.get("/api/mizan/session/").headers[HEADER] == "anonymous"
    any_site.browser.force_login(ada)
    assert any_site.get("/api/mizan/session/").headers[HEADER] == fingerprint(ada)


def post(site: Site, url: str) -> Any:
    """Send a mutation over WSGI or ASGI."""
    if site.server == "wsgi":
        return site.browser.post(url)
    browser = AsyncClient()
    browser.cookies = site.browser.cookies
    return async_to_sync(browser.post)(url)


def stay(request: HttpRequest) -> HttpResponse:
    """Stand for a view that nobody signs in by."""
    return HttpResponse("hm")


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("declared", [True, False])
def test_who_signs_in_or_out_gets_the_new_one_at_once(
    any_site: Site, settings: Settings, ada: User, kind: str, declared: bool
) -> None:
    def come(request: HttpRequest) -> HttpResponse:
        login(request, ada, "django.contrib.auth.backends.ModelBackend")
        return HttpResponse("in")

    def go(request: HttpRequest) -> HttpResponse:
        logout(request)
        return HttpResponse("out")

    async def acome(request: HttpRequest) -> HttpResponse:
        await alogin(request, ada, "django.contrib.auth.backends.ModelBackend")
        return HttpResponse("in")

    async def ago(request: HttpRequest) -> HttpResponse:
        await alogout(request)
        return HttpResponse("out")

    views: Any = {"def": (come, go), "async def": (acome, ago)}[kind]
    coming, going = map(client(affects="user"), views) if declared else views
    settings.ROOT_URLCONF = (path("in/", coming), path("out/", going), path("hm/", stay))

    assert post(any_site, "/in/").headers[HEADER] == fingerprint(ada)
    assert HEADER not in post(any_site, "/hm/").headers
    assert post(any_site, "/out/").headers[HEADER] == "anonymous"
