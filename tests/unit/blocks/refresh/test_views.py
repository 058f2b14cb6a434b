"""The endpoint that renders one block again."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import Site, blocks_of, declare_readers, partial_url, sign

SOURCE = '{% mizan_context "user" user_id=5 as card %}{{ user_profile.name }}{% endmizan_context %}'
CONTENT: list[Any] = ["page.html#card", ["user"], "x", {}, {}]
HTML = {"Content-Type": "text/html; charset=utf-8"}
REFRESH = {**HTML, "X-Mizan-Refresh": "1", "Cache-Control": "no-store"}
NOT_FOUND = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


def assert_not_found(site: Site, url: str) -> None:
    """Hold that nothing stands at ``url``, and that nothing is shown about it."""
    response = site.get(url)
    assert (response.status_code, response.text, dict(response.headers)) == (404, "Not found.", NOT_FOUND)


def test_an_answer_is_the_block_and_three_headers(any_site: Site) -> None:
    html = any_site.page(SOURCE)

    response = any_site.refresh(html)

    assert (response.status_code, response.text, dict(response.headers)) == (200, html, REFRESH)


def test_head_answers_the_headers_alone(any_site: Site) -> None:
    html = any_site.page(SOURCE)

    response = any_site.request("HEAD", blocks_of(html)[0]["hx-get"])

    assert (response.status_code, response.text, dict(response.headers)) == (200, "", REFRESH)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"])
def test_other_methods_are_refused(any_site: Site, method: str) -> None:
    html = any_site.page(SOURCE)
    any_site.calls.clear()

    response = any_site.request(method, blocks_of(html)[0]["hx-get"])

    if method == "get":  # Django writes methods in upper case
        assert response.status_code == 200
    else:
        assert (response.status_code, response.text) == (405, "")
        assert dict(response.headers) == {**HTML, "Allow": "GET, HEAD"}
        assert any_site.calls == []


def test_a_method_override_changes_nothing(site: Site) -> None:
    html = site.page(SOURCE)

    response = site.request("POST", blocks_of(html)[0]["hx-get"], **{"X-HTTP-Method-Override": "GET"})

    assert response.status_code == 405


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        ":",
        "a:b:c",
        "é😀\x00",
        "x" * 10_000,
        sign(CONTENT, key="one", salt="mizan_htmx.other"),
        sign(CONTENT, key="another"),
        signing.Signer(key="one").sign_object(CONTENT),
        signing.TimestampSigner(key="one", salt="mizan_htmx.block").sign_object(CONTENT),
        sign(CONTENT, key="one")[:-1],
        sign(CONTENT, key="one") + "=",
        sign(CONTENT, key="one").partition(":")[0],
        ":" + sign(CONTENT, key="one").partition(":")[2],
    ],
    ids=len,
)
def test_a_token_that_this_site_did_not_sign_is_not_found(any_site: Site, token: str) -> None:
    any_site.page(SOURCE)

    assert_not_found(any_site, partial_url(token, user_id=5))


def test_a_token_must_be_there(site: Site) -> None:
    assert_not_found(site, "/api/mizan/partial/user/?user_id=5")


@pytest.mark.parametrize("position", range(5))
def test_no_part_of_a_token_can_be_changed(site: Site, position: int) -> None:
    site.page(SOURCE)
    changed = [*CONTENT]
    changed[position] = ["other.html#card", ["tag"], "y", {"tag": "p"}, {"a": 1}][position]
    signature = sign(CONTENT).partition(":")[2]

    assert site.get(partial_url(sign(CONTENT), user_id=5)).status_code == 200
    assert_not_found(site, partial_url(f"{sign(changed).partition(':')[0]}:{signature}", user_id=5))


@pytest.mark.parametrize(
    "content",
    [
        CONTENT[:-1],
        [*CONTENT, "more"],
        ["page.html#gone", *CONTENT[1:]],
        ["gone.html#card", *CONTENT[1:]],
        ["../../etc/passwd", *CONTENT[1:]],
        [CONTENT[0], ["gone"], *CONTENT[2:]],
        [CONTENT[0], ["user", "gone"], *CONTENT[2:]],
        [*CONTENT[:3], {"tag": "script"}, CONTENT[4]],
    ],
)
def test_what_was_signed_before_a_deployment_and_is_gone_is_not_found(site: Site, content: object) -> None:
    site.page(SOURCE)

    assert_not_found(site, partial_url(sign(content), user_id=5))


def test_the_path_names_the_first_context_of_the_block(site: Site) -> None:
    site.page(SOURCE)
    token = sign([CONTENT[0], ["user", "notifications"], *CONTENT[2:]])

    assert site.get(partial_url(token, "user", user_id=5)).status_code == 200
    for context in ("notifications", "tag", "unknown", "User", quote("user;user_id=5")):
        assert_not_found(site, partial_url(token, context, user_id=5))


@pytest.mark.parametrize("query", ["", "user_id=", "user_id=x", "user_id=5.5", "user_id=null", "USER_ID=5"])
def test_parameters_that_do_not_fit_are_not_found(any_site: Site, query: str) -> None:
    any_site.page(SOURCE)
    any_site.calls.clear()

    assert_not_found(any_site, f"/api/mizan/partial/user/?block={sign(CONTENT)}&{query}")
    assert any_site.calls == []


@pytest.mark.parametrize(
    "query", ["user_id=05", "user_id=6&user_id=5", "user_id=%205", "user_id=5&user_id=5"]
)
def test_parameters_are_read_as_anywhere_and_written_canonically(site: Site, query: str) -> None:
    site.page(SOURCE)

    response = site.get(f"/api/mizan/partial/user/?{query}&block={sign(CONTENT)}")

    assert response.text == (
        '<div id="x" data-mizan="user;user_id=5"'
        f' hx-get="/api/mizan/partial/user/?block={sign(CONTENT)}&amp;user_id=5"'
        ' hx-trigger="mizan:refresh" hx-target="this" hx-swap="outerHTML">Ada</div>'
    )


def test_what_the_page_adds_to_every_request_of_htmx_changes_nothing(site: Site) -> None:
    """An inherited hx-vals or hx-include, or a cache buster, adds what is no part of the block."""
    html = site.page(SOURCE)

    response = site.get(blocks_of(html)[0]["hx-get"] + "&org.htmx.cache-buster=x&__proto__=1&user_profile=2")

    assert (response.status_code, response.text) == (200, html)


def test_a_token_keeps_working_while_its_key_is_a_fallback(site: Site, settings: Settings) -> None:
    html = site.page(SOURCE)
    url = blocks_of(html)[0]["hx-get"]
    settings.SECRET_KEY = "two"

    assert_not_found(site, url)
    settings.SECRET_KEY_FALLBACKS = ["zero", "one"]
    response = site.get(url)
    settings.SECRET_KEY_FALLBACKS = []

    assert response.text != html
    assert response.text == site.page(SOURCE)
    assert site.refresh(response.text).text == response.text


def test_the_reason_is_named_only_while_debugging(site: Site, settings: Settings) -> None:
    settings.DEBUG = True
    site.page(SOURCE)

    response = site.get(partial_url(sign(CONTENT), user_id="<script>"))

    assert (response.status_code, dict(response.headers)) == (404, NOT_FOUND)
    assert response.text == (
        "ValueError: {% mizan_context %} got invalid parameters: {'user_id':"
        " ['Input should be a valid integer, unable to parse string as an integer']}"
    )
    response = site.get(partial_url(sign(CONTENT), "tag", user_id=5))
    assert response.text == "ValueError: The token is for the context 'user', not 'tag'."


@pytest.mark.parametrize("then", ["answers", "is denied", "fails"])
@pytest.mark.parametrize("middleware", [True, False])
def test_a_refresh_never_carries_an_invalidation(
    any_site: Site, settings: Settings, then: str, middleware: bool
) -> None:
    failure = {"answers": None, "is denied": PermissionDenied(), "fails": RuntimeError("It broke.")}[then]
    html = any_site.page(SOURCE)
    with isolated_registry():

        @client(context="user")
        def user_profile(request: HttpRequest, user_id: int) -> dict[str, str]:
            invalidate(request, "user", user_id=user_id)
            if failure is not None:
                raise failure
            return {"name": "Ada"}

        register(user_profile)
        if not middleware:
            settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "mizan_htmx" not in name]
            any_site.browser = Client(raise_request_exception=False)
        response = any_site.refresh(html)

    assert response.status_code == (500 if then == "fails" else 200)
    assert dict(response.headers) == (HTML if then == "fails" else REFRESH)
    assert "mizan_invalidate" not in response.cookies


def test_what_a_context_processor_invalidates_is_discarded_too(site: Site, settings: Settings) -> None:
    html = site.page(SOURCE)
    settings.TEMPLATES[0]["OPTIONS"]["context_processors"] = [f"{__name__}.invalidating"]
    settings.TEMPLATES = [*settings.TEMPLATES]

    response = site.refresh(html)

    assert (response.status_code, dict(response.headers)) == (200, REFRESH)


def invalidating(request: HttpRequest) -> dict[str, object]:
    """Stand for a careless context processor."""
    invalidate(request, "user")
    return {}


def test_a_refresh_reads_the_registry_and_the_template_of_now(site: Site) -> None:
    html = site.page(SOURCE)
    site.write("page.html", SOURCE.replace("{{ user_profile.name }}", "now {{ user_profile.name }}"))

    assert site.refresh(html).text == html.replace("Ada", "now Ada")
    with isolated_registry():
        assert_not_found(site, blocks_of(html)[0]["hx-get"])
        declare_readers(site)
        assert site.refresh(html).text == html.replace("Ada", "now Ada")


def test_a_query_in_bytes_that_nobody_has_quoted_is_read_as_utf_8(any_site: Site) -> None:
    html = any_site.page('{% mizan_context "tag" tag="ü" %}{{ tag_label }}{% endmizan_context %}')
    address = blocks_of(html)[0]["hx-get"]
    unquoted = address.replace("%C3%BC", "ü")

    assert unquoted != address
    assert any_site.get(unquoted).text == html


def test_a_query_that_a_middleware_has_changed_is_the_one_that_counts(site: Site, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.ask_for_bob"]
    html = site.page('{% mizan_context "user" user_id=5 %}{{ user_profile.name }}{% endmizan_context %}')

    assert "Bob" in site.refresh(html).text


def ask_for_bob(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Make a middleware that puts another parameter into the query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.GET.copy()
        query["user_id"] = "6"
        request.GET = query  # type: ignore[assignment]  # a copy can be changed, which stubs tell apart
        return get_response(request)

    return middleware
