"""Under ``DEBUG`` a block that a reader has emptied says why, in a comment."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import Context, client, register
from tests.helpers.blocks import Site, blocks_of

END = "{% endmizan_context %}"


@pytest.fixture(autouse=True)
def debug(settings: Settings) -> None:
    """Turn on ``DEBUG``."""
    settings.DEBUG = True


def declare(error: Exception | None = None, **options: Any) -> None:
    """Declare a reader of the context ``secret``."""

    @client(context=options.pop("context", "secret"), **options)
    def secret(request: HttpRequest) -> str:
        if error is not None:
            raise error
        return "Secret"

    register(secret)


def content(site: Site, tag: str = "div") -> str:
    """Return the content of a block of that reader, the same at first and after a refresh."""
    html = site.page(f'{{% mizan_context "secret" tag="{tag}" %}}{{{{ secret }}}}{END}')
    site.assert_refreshes_alike(html)
    return html.partition(">")[2].rpartition("</")[0]


def test_a_refusal_is_named_with_its_reader_and_the_way_out(any_site: Site) -> None:
    declare(auth=True)
    assert content(any_site) == (
        "<!-- mizan: This block is empty, because 'secret' raised Unauthorized: Please sign in."
        " {% refused %}…{% endrefused %} in the block would be shown here. -->"
    )


def test_the_wrapper_says_it_to_the_pages_script(any_site: Site) -> None:
    declare(auth=True)
    source = '{% mizan_context "secret" %}{{ secret }}' + END
    (block,) = blocks_of(any_site.page(source + '{% mizan_context "tag" tag="x" %}a' + END))[:1]
    assert block["data-mizan-empty"] == (
        "This block is empty, because 'secret' raised Unauthorized: Please sign in."
        " {% refused %}…{% endrefused %} in the block would be shown here."
    )
    other = any_site.page('{% mizan_context "tag" tag="x" %}a' + END)
    assert "data-mizan-empty" not in other


def test_what_is_gone_is_named(any_site: Site) -> None:
    declare(Http404("No movie."))
    found = content(any_site)
    assert "'secret' raised Http404: No movie." in found
    assert "{% gone %}…{% endgone %} in the block would be shown here." in found


@pytest.mark.parametrize("text", ["--> <b>", "--!> <b>", "a---->", "<!--", "->", "-", "--", "<!-"])
def test_no_text_ends_the_comment(site: Site, text: str) -> None:
    declare(PermissionDenied(text))
    found = content(site)
    assert re.fullmatch(r"<!-- (?:(?!--).)* -->", found)
    assert not re.search("--!?>|<!--", found[4:-3])


@pytest.mark.parametrize("tag", ["textarea", "title", "xmp"])
def test_there_is_none_where_browsers_would_show_it(site: Site, tag: str) -> None:
    declare(PermissionDenied())
    assert content(site, tag) == ""
    own = f'{{% mizan_context "secret" %}}<{tag} {{% mizan_attributes %}}>{{{{ secret }}}}</{tag}>{END}'
    assert site.page(own).endswith(f'"></{tag}>')


def test_there_is_none_in_an_element_without_content(site: Site) -> None:
    declare(PermissionDenied())
    html = site.page('{% mizan_context "secret" tag="input" value=secret %}' + END)
    assert html.endswith('hx-swap="outerHTML">')


def test_the_reader_that_refused_first_is_named(site: Site) -> None:
    declare(PermissionDenied())

    @client(context="secret")
    def second(request: HttpRequest) -> str:
        raise PermissionDenied

    register(second)
    html = site.page('{% mizan_context "secret" data-a=secret data-b=second %}' + END)
    assert "&#x27;secret&#x27; raised PermissionDenied" in html
    assert "second" not in html


def test_there_is_none_without_debug(any_site: Site, settings: Settings) -> None:
    settings.DEBUG = False
    declare(PermissionDenied("No."))
    assert content(any_site) == ""
    assert "data-mizan-empty" not in any_site.page('{% mizan_context "secret" %}{{ secret }}' + END)


def test_there_is_none_beside_a_fallback_or_content(site: Site) -> None:
    declare(PermissionDenied("No."))
    source = '{% mizan_context "secret" %}{{ secret }}{% refused %}No{% endrefused %}' + END
    assert site.page(source).endswith(">No</div>")
    assert "<!--" not in site.page('{% mizan_context "secret" %}Open{% gone %}Gone{% endgone %}' + END)


def test_the_login_that_a_site_requires_is_named(site: Site, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    settings.ROOT_URLCONF = (
        path("page/", _open(site)),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    declare()
    assert "This block is empty, because the site requires login. {% refused %}" in content(site)


def _open(site: Site) -> Any:
    def view(request: HttpRequest) -> Any:
        return site.page_view(request)

    view.login_required = False  # type: ignore[attr-defined]
    return view


def test_a_page_for_everyone_has_none_for_what_is_private(site: Site, settings: Settings) -> None:
    from django.http import HttpResponse
    from django.shortcuts import render

    declare(PermissionDenied("No."))

    @client(context=Context("news", public=True, max_age=60))
    def news(request: HttpRequest) -> HttpResponse:
        return render(request, "page.html")

    register(news)
    settings.ROOT_URLCONF = (path("news/", news), path("api/mizan/", include("mizan_htmx.urls")))
    site.address = "/news/"
    html = site.page('{% mizan_context "secret" %}{{ secret }}' + END)
    assert blocks_of(html)[0]["hx-trigger"].startswith("load")
    assert html.endswith("></div>")


def test_the_reason_does_not_keep_a_block_from_being_unchanged(site: Site, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    declare(PermissionDenied("No."))
    html = site.page('{% mizan_context "secret" %}{{ secret }}' + END)
    (block,) = blocks_of(html)
    query = block["hx-get"].partition("?")[2]
    answer: Any = site.get(f"/api/mizan/partials/?{query}&mizan-hash={block['data-mizan-hash']}")
    assert answer.json()["blocks"] == [{"status": 304}]
