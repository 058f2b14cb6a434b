"""Blocks of sites where every view wants one to sign in, on pages that are for everybody nevertheless."""

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import GlobalContext, client, register
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.forms import declare_contact

pytestmark = pytest.mark.django_db

END = "{% endmizan_context %}"
NEWS = '{% mizan_context "news" %}'


@pytest.fixture(autouse=True)
def public_pages(site: Site, settings: Settings) -> None:
    """Ask everybody to sign in, but on the pages of the site."""
    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    settings.ROOT_URLCONF = (
        path("page/", _public(site.page_view)),
        path("async/", _apublic(site.async_view)),
        path("inside/", site.inside_view),
        path("api/mizan/", include("mizan_htmx.urls")),
    )


def _public(view: Any) -> Any:
    @login_not_required
    def public(request: HttpRequest) -> Any:
        return view(request)

    return public


def _apublic(view: Any) -> Any:
    @login_not_required
    async def public(request: HttpRequest) -> Any:
        return await view(request)

    return public


def headline(request: HttpRequest) -> str:
    """Read the news."""
    return "News!"


def page(request: HttpRequest) -> HttpResponse:
    """Show the news."""
    return HttpResponse()


def sign_in(site: Site) -> None:
    """Be somebody."""
    site.browser.force_login(User.objects.create_user("ada"))


def batch(site: Site, html: str) -> list[Any]:
    """Refresh all blocks of a page by one request."""
    queries = [block["hx-get"].partition("?")[2] for block in blocks_of(html)]
    response = site.get(f"/api/mizan/partials/?{'&'.join(queries)}")
    assert response.status_code == 200
    results: list[Any] = response.json()["blocks"]  # type: ignore[attr-defined]
    return results


@pytest.mark.parametrize("is_lazy", [False, True])
def test_a_block_whose_readers_say_nothing_is_empty_for_who_is_nobody(any_site: Site, is_lazy: bool) -> None:
    register(client(context="news")(headline))
    content = "{% if False %}{{ headline }}{% endif %}Ours" if is_lazy else "{{ headline }}Ours"
    html = any_site.page(NEWS + content + END)
    assert html.endswith("></div>")
    any_site.assert_refreshes_alike(html)
    assert [result["html"] for result in batch(any_site, html)] == [html]
    sign_in(any_site)
    html = any_site.page(NEWS + content + END)
    assert html.endswith(">Ours</div>" if is_lazy else ">News!Ours</div>")
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize("is_marked", [False, True])
def test_a_block_whose_reader_says_so_is_for_everybody(any_site: Site, is_marked: bool) -> None:
    declared: Any = client(context="news", auth=None if is_marked else False)(headline)
    register(login_not_required(declared) if is_marked else declared)
    html = any_site.page(NEWS + "{{ headline }}" + END)
    assert html.endswith(">News!</div>")
    any_site.assert_refreshes_alike(html)
    assert [result["html"] for result in batch(any_site, html)] == [html]


@pytest.mark.parametrize("is_read", [False, True])
def test_a_reader_with_an_auth_decides_when_it_is_read(any_site: Site, is_read: bool) -> None:
    register(client(context="news", auth=lambda request: not is_read)(headline))
    html = any_site.page(NEWS + ("{{ headline }}" if is_read else "") + "Ours" + END)
    assert html.endswith("></div>" if is_read else ">Ours</div>")
    any_site.assert_refreshes_alike(html)


def test_of_several_readers_each_says_for_itself(any_site: Site) -> None:
    register(client(context="news")(headline))
    register(client(context="news", auth=False)(headline), "teaser")
    html = any_site.page(NEWS + "{{ teaser }}" + END + NEWS + "{{ teaser }}{{ headline }}" + END)
    shown, hidden = batch(any_site, html)
    assert shown["html"].endswith(">News!</div>")
    assert hidden["html"].endswith("></div>")


def test_of_several_contexts_one_that_says_so_opens_what_is_its_own(any_site: Site) -> None:
    register(client(context="news")(headline))
    register(client(context="tips", auth=False)(headline), "tip")
    both = '{% mizan_context "news" "tips" %}'
    html = any_site.page(both + "{{ tip }}" + END + both + "{{ tip }}{{ headline }}" + END)
    shown, hidden = batch(any_site, html)
    assert shown["html"].endswith(">News!</div>")
    assert hidden["html"].endswith("></div>")


@pytest.mark.parametrize(("auth", "shown"), [(None, ""), (False, "Ours")])
def test_where_nothing_is_read_the_pages_say_so(any_site: Site, auth: Any, shown: str) -> None:
    register(client(context="news", auth=auth)(page))
    html = any_site.page(NEWS + "Ours" + END)
    assert html.endswith(f">{shown}</div>")
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize(("auth", "shown"), [(None, ""), (False, "News!")])
def test_a_global_reader_is_there_for_whom_it_says(any_site: Site, auth: Any, shown: str) -> None:
    register(client(context=GlobalContext, auth=auth)(headline))
    assert any_site.page("[{{ headline }}]") == f"[{shown}]"
    sign_in(any_site)
    assert any_site.page("[{{ headline }}]") == "[News!]"


def test_a_form_that_says_nothing_is_not_shown(any_site: Site) -> None:
    (any_site.folder / "mizan_htmx").mkdir()
    any_site.write("mizan_htmx/form.html", "<form></form>")
    declare_contact()
    assert "<form" not in any_site.page('{% mizan_form "contact" %}')
    sign_in(any_site)
    assert "<form" in any_site.page('{% mizan_form "contact" %}')


def test_a_user_who_was_loaded_before_is_known_inside_the_event_loop(site: Site) -> None:
    """The middleware has asked who it is, in a thread."""
    register(client(context="news")(headline))
    site.server, site.address = "asgi", "/inside/"
    sign_in(site)
    assert site.page(NEWS + "{{ headline }}" + END).endswith(">News!</div>")
