"""Blocks with parameters from the page's address: inside one another, shared, in responses to htmx."""

import json
from urllib.parse import urlsplit

import pytest
from django.http import HttpRequest, QueryDict

from mizan_htmx import client, register
from mizan_htmx.client import Context
from tests.helpers.blocks import Site, blocks_of

END = "{% endmizan_context %}"
LIST = '{% mizan_context "tickets" from_query="page" %}<p>{{ listed }}</p>' + END
NEWS = Context("news", public=True)


@pytest.fixture(autouse=True)
def declared(site: Site) -> None:
    """Declare a private context and a public one, with a page each."""

    @client(context="tickets")
    def listed(request: HttpRequest, page: int = 1) -> str:
        return f"page {page}"

    @client(context=NEWS)
    def headlines(request: HttpRequest, page: int = 1, topic: str = "") -> str:
        return f"{topic} {page}"

    for each in (listed, headlines):
        register(each)


def at(site: Site, query: str, source: str, method: str = "GET", **headers: str) -> str:
    site.write("page.html", source)
    response = site.request(method, f"/page/?{query}", **headers)
    assert response.status_code == 200, response.text
    return response.text


def bound(html: str) -> list[str]:
    return [block["data-mizan"] for block in blocks_of(html)]


def fields_of(url: str) -> dict[str, str]:
    return {name: str(text) for name, text in QueryDict(urlsplit(url).query).items() if name != "block"}


def test_the_response_to_a_change_by_htmx_takes_them_from_its_page(site: Site) -> None:
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/page/?page=4"}

    assert bound(at(site, "page=9", LIST, "POST", **htmx)) == ["tickets;page=4"]
    assert bound(at(site, "page=9", LIST, "POST", **htmx, **{"HX-Boosted": "true"})) == ["tickets;page=9"]
    assert bound(at(site, "page=9", LIST, "POST")) == ["tickets;page=9"]
    assert bound(at(site, "page=9", LIST, "GET", **htmx)) == ["tickets;page=9"]
    foreign = {"HX-Request": "true", "HX-Current-URL": "http://elsewhere.example/page/?page=4"}
    assert bound(at(site, "page=9", LIST, "POST", **foreign)) == ["tickets"]


def test_a_lazy_block_has_them_before_it_is_loaded(site: Site) -> None:
    lazy = LIST.replace('"page"', '"page" lazy')

    [block] = blocks_of(at(site, "page=2", lazy))

    assert block["data-mizan"] == "tickets;page=2"
    assert "data-mizan-lazy" in block
    assert "<p>page 2</p>" in site.get(block["hx-get"]).text


def test_a_public_block_has_them_in_its_url_and_everyone_is_answered_alike(site: Site) -> None:
    source = '{% mizan_context "news" topic="sport" from_query="page:p" %}<p>{{ headlines }}</p>' + END
    html = at(site, "p=2", source)
    [block] = blocks_of(html)

    assert (block["data-mizan"], fields_of(block["hx-get"])) == (
        "news;page=2;topic=sport",
        {"page": "2", "topic": "sport"},
    )
    response = site.get(block["hx-get"], **{"HX-Current-URL": "http://testserver/page/?p=7"})
    assert bound(response.text) == ["news;page=2;topic=sport"]
    assert response.headers["Cache-Control"].startswith("public")
    assert "HX-Current-URL" not in response.headers.get("Vary", "")


def test_a_block_inside_a_public_one_knows_what_that_has_of_the_address(site: Site) -> None:
    inner = '{% mizan_context "news" from_query="page:p topic" %}<i>{{ headlines }}</i>' + END
    source = '{% mizan_context "news" from_query="page:p" %}<p>{{ headlines }}</p>' + inner + END

    html = at(site, "p=2&topic=sport", source)

    assert bound(html) == ["news;page=2", "news;page=2"]
    assert bound(site.get(blocks_of(html)[0]["hx-get"]).text) == ["news;page=2", "news;page=2"]


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_what_is_inside_a_block_takes_them_from_the_page_when_that_is_refreshed(
    site: Site, server: str
) -> None:
    site.server = server
    outer = '{% mizan_context "user" user_id=5 %}<p>{{ user_profile.name }}</p>' + LIST + END
    html = at(site, "page=2", outer)
    url, query = blocks_of(html)[0]["hx-get"], urlsplit(blocks_of(html)[0]["hx-get"]).query

    for current, expected in [("page=3", "tickets;page=3"), ("", "tickets")]:
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/page/?{current}"}
        alone = site.get(url, **headers).text
        [part] = json.loads(site.get(f"/api/mizan/partials/?{query}", **headers).content)["blocks"]
        assert bound(alone) == bound(part["html"]) == ["user;user_id=5", expected]
        assert blocks_of(alone)[1]["id"] == blocks_of(html)[1]["id"]


def test_blocks_of_one_context_are_found_apart_by_their_keys(site: Site) -> None:
    other = LIST.replace('"page"', '"page:other"')

    html = at(site, "page=2&other=3", LIST + other + LIST)

    assert bound(html) == ["tickets;page=2", "tickets;page=3", "tickets;page=2"]
    assert site.assert_refreshes_alike(html) == 3


def test_a_batch_renders_each_with_its_own(site: Site) -> None:
    other = LIST.replace('"page"', '"page:other"')
    html = at(site, "page=2&other=x", LIST + other)
    queries = "&".join(urlsplit(block["hx-get"]).query for block in blocks_of(html))

    parts = json.loads(site.get(f"/api/mizan/partials/?{queries}").content)["blocks"]

    assert [bound(part["html"])[0] for part in parts] == ["tickets;page=2", "tickets"]
    assert all(part["html"] in html for part in parts)
