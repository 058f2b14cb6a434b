"""A block of public contexts is the same on all pages: it has its own address, and no query."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import client, has_claimed_address, register
from mizan_htmx.client import Context
from mizan_htmx.forms.rendering import with_query
from tests.helpers.batch import all_of, batch_results
from tests.helpers.blocks import PROCESSORS, Site, blocks_of, template_settings
from tests.helpers.visitor import SyncOrAsync

pytestmark = pytest.mark.django_db

NEWS, WEATHER = Context("news", public=True, max_age=600), Context("weather", public=True)
HERE = {"HX-Request": "true", "HX-Current-URL": "http://testserver/page/?page=2"}
SEEN = (
    "{{ request.path }}|{{ request.path_info }}|{{ request.get_full_path }}|{{ request.resolver_match }}|"
    "{{ request.META.QUERY_STRING }}|{% url 'page' %}"
)
BLOCK = "{% mizan_context 'news' %}{{ headline }}|" + SEEN + "{% endmizan_context %}"
OWN = "/api/mizan/partial/news/"
SHOWN = f"{OWN} False|{OWN}|{OWN}|{OWN}|None||/page/"


@pytest.fixture(params=["wsgi", "asgi"])
def shared(
    site: Site, settings: Settings, request: pytest.FixtureRequest, sync_or_async: SyncOrAsync
) -> Site:
    """Return a site with public contexts, whose functions are sync, and once more async."""
    site.server, site.address = request.param, "/page/?page=2"

    def headline(request: HttpRequest) -> str:
        site.calls.append("headline")
        return f"{request.path} {has_claimed_address(request)}"

    def sky(request: HttpRequest) -> str:
        return request.path

    def letters(request: HttpRequest) -> str:
        return f"{request.get_full_path()}"

    def query(request: HttpRequest) -> str:
        return str(request.GET.get("page"))

    def news_page(request: HttpRequest) -> HttpResponse:
        return render(request, "page.html")

    for func, context in (
        (headline, NEWS),
        (sky, WEATHER),
        (letters, "inbox"),
        (query, Context("query", public=True)),
    ):
        register(client(context=context)(sync_or_async(func)))
    public_page = client(context=NEWS)(sync_or_async(news_page))
    register(public_page)
    settings.ROOT_URLCONF = (
        path("page/", site.page_view, name="page"),
        path("news/", public_page, name="news"),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    return site


def test_it_has_its_own_address_at_first_and_on_a_refresh(shared: Site) -> None:
    html = shared.page(BLOCK + BLOCK)

    assert html.count(f">{SHOWN}<") == 2
    assert shared.assert_refreshes_alike(html) == 2
    assert shared.refresh(html, **HERE).text in html
    assert all(each["html"] in html for each in batch_results(shared, all_of(html)))
    assert shared.calls[:2] == ["headline", "headline"]  # once on the page, once for the first refresh


def test_it_has_its_own_address_on_a_public_page(shared: Site) -> None:
    shared.write("page.html", "{{ request.get_full_path }}{{ request.GET.page }}|" + BLOCK + SEEN)

    response = shared.get("/news/?page=2", **HERE)

    assert response.text.startswith("/news/?page=22|")
    assert f">{SHOWN}</div>/news/|/news/|/news/?page=2|" in response.text
    assert "Vary" not in response.headers


def test_it_has_its_own_address_in_another_block(shared: Site) -> None:
    html = shared.page(
        "{% mizan_context 'inbox' %}{{ letters }}"
        "{% mizan_context 'weather' %}{{ sky }}" + BLOCK + "{{ request.path }}{% endmizan_context %}"
        "{{ request.path }}{% endmizan_context %}"
    )

    assert ">/page/?page=2<" in html
    assert ">/api/mizan/partial/weather/<" in html
    assert f">{SHOWN}</div>/api/mizan/partial/weather/</div>/page/</div>" in html
    assert shared.refresh(html, **HERE).text in html


def test_a_public_reader_beside_a_private_one_sees_no_page(shared: Site) -> None:
    html = shared.page("{% mizan_context 'inbox' 'news' %}{{ letters }} {{ headline }}{% endmizan_context %}")

    assert f">/page/?page=2 {OWN} False<" in html
    assert shared.refresh(html, **HERE).text in html


@pytest.mark.parametrize(
    "content",
    [
        "{{ request.GET.page }}",
        "{% if request.GET.page %}{% endif %}",
        "{% if 1 and request.GET.page %}{% endif %}",
        "{% if request.GET.page == '2' %}{% endif %}",
        "{% querystring page=3 %}",
        "{{ query }}",
    ],
)
def test_its_query_is_empty_and_under_debug_an_error(shared: Site, settings: Settings, content: str) -> None:
    source = "{% mizan_context 'query' %}" + content + "!{% endmizan_context %}"
    html = shared.page(source)

    assert ("!</div>" in html, "2!" in html) == (True, False)
    settings.DEBUG = True
    shared.browser.raise_request_exception = True
    with pytest.raises(ImproperlyConfigured) as caught:
        shared.raw(source)
    assert str(caught.value) == (
        "request.GET is read in a block of a public context, which is the same on all pages."
        " Pass what it needs: as a parameter of its context, or by 'with'."
    )


def query_of_any(request: HttpRequest) -> dict[str, object]:
    """Give every template something of the query."""
    return {"shown_page": request.GET.get("page", "none")}


def test_a_context_processor_may_read_the_query_for_other_templates(shared: Site, settings: Settings) -> None:
    settings.TEMPLATES = template_settings(
        shared.folder, context_processors=[*PROCESSORS, f"{__name__}.query_of_any"]
    )
    settings.DEBUG = True
    html = shared.page("{{ shown_page }}{% mizan_context 'news' %}[{{ shown_page }}]{% endmizan_context %}")

    assert html.startswith("2<")
    assert "[none]" in html
    assert shared.refresh(html, **HERE).text in html
    shared.write("page.html", "{{ shown_page }}{{ request.GET.page }}")
    assert shared.get("/news/?page=3").text == "33"
    with pytest.raises(ImproperlyConfigured):
        shared.raw("{% mizan_context 'news' %}{{ shown_page }}{{ request.GET.page }}{% endmizan_context %}")


@pytest.mark.parametrize(
    "seen",
    [
        "{{ request.htmx.current_url }}",
        "{{ request.htmx.current_url_abs_path }}",
        "{{ request.headers.HX_Current_URL }}",
    ],
)
def test_it_does_not_vary_by_the_page_that_it_is_on(shared: Site, seen: str) -> None:
    block = "{% mizan_context 'news' %}[" + seen + "]{% endmizan_context %}"
    html = shared.page(block)

    refresh = shared.refresh(html, **HERE)

    assert refresh.text in html
    assert "testserver" not in refresh.text
    assert refresh.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Vary" not in refresh.headers
    shared.write("page.html", block + seen)
    page = shared.get("/news/", **HERE)
    assert page.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Vary" not in page.headers


def test_other_headers_of_htmx_are_as_they_were(shared: Site) -> None:
    html = shared.page("{% mizan_context 'news' %}{{ request.htmx.target }}{% endmizan_context %}")

    refresh = shared.refresh(html, **HERE, **{"HX-Target": "here"})

    assert (refresh.text, refresh.headers["Vary"]) == (html.replace("None", "here"), "HX-Target")


def test_a_form_in_it_has_its_own_query(shared: Site, settings: Settings) -> None:
    found: list[Any] = []

    @client(context=Context("copied", public=True))
    def copied(request: HttpRequest) -> str:
        seen = with_query(request, {"card_id": 5})
        found.append(seen.GET.urlencode())
        return seen.path

    settings.DEBUG = True
    register(copied)
    html = shared.page("{% mizan_context 'copied' %}{{ copied }}{% endmizan_context %}")

    assert ">/api/mizan/partial/copied/<" in html
    assert found == ["card_id=5"]
    assert len(blocks_of(html)) == 1
