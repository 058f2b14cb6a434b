"""The endpoint that renders several blocks in one request."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.test import AsyncRequestFactory, RequestFactory
from pytest_django import Settings

from mizan_htmx.blocks.refresh.batch import MAX_BLOCKS, parse_fields
from tests.helpers.batch import ANSWER, ONE, PARTIALS, TWO, all_of, batch_results
from tests.helpers.blocks import Site, blocks_of, sign


def alone(site: Site, html: str) -> list[dict[str, Any]]:
    """Fetch each block of a page by its own address, and write that as the answer of all would be."""
    answers = [site.get(block["hx-get"]) for block in blocks_of(html)]
    return [{"status": answer.status_code, "html": answer.text} for answer in answers]


def test_each_block_comes_as_its_own_refresh_gives_it(any_site: Site) -> None:
    html = any_site.page(
        TWO
        + '{% mizan_context "tag" tag=text %}{{ tag_label }}{{ request.get_full_path }}{% endmizan_context %}'
        '{% for n in "ab" %}{% mizan_context "user" user_id=5 with given="ü" tag="p" %}{{ given }}'
        '{% mizan_context "tag" tag="x" %}{{ request.resolver_match.url_name }}{% endmizan_context %}'
        "{% endmizan_context %}{% endfor %}",
        text="a=b&block=c#d?e;f, +%26 漢字 😀",
    )

    found = batch_results(any_site, all_of(html))

    assert len(found) == len(blocks_of(html)) == 7
    assert found == alone(any_site, html)


def test_what_comes_first_of_all_is_left_alone(site: Site) -> None:
    html = site.page(TWO)

    found = batch_results(site, all_of(html).replace("?", "?user_id=9&_=1&"))

    assert found == alone(site, html)


def test_head_answers_the_headers_alone(any_site: Site) -> None:
    html = any_site.page(TWO)

    response = any_site.request("HEAD", all_of(html))

    assert (response.status_code, response.text, dict(response.headers)) == (200, "", ANSWER)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(any_site: Site, method: str) -> None:
    response = any_site.request(method, all_of(any_site.page(TWO)))

    assert (response.status_code, response.text, response.headers["Allow"]) == (405, "", "GET, HEAD")


def test_an_empty_token_is_that_of_the_block_before(any_site: Site) -> None:
    html = any_site.page("{% for n in '56' %}" + ONE.replace("5", "n") + "{% endfor %}")
    first, second = (urlsplit(block["hx-get"]).query for block in blocks_of(html))
    token, _, params = first.partition("&")
    assert second.partition("&")[0] == token

    repeated = batch_results(any_site, f"{PARTIALS}?{first}&block=&{second.partition('&')[2]}&block&{params}")

    assert repeated == batch_results(any_site, f"{PARTIALS}?{first}&{second}&{first}")
    assert [each["status"] for each in repeated] == [200, 200, 200]


def test_an_empty_token_at_first_is_none(site: Site) -> None:
    assert [each["status"] for each in batch_results(site, f"{PARTIALS}?block=&user_id=5&block=")] == [
        404,
        404,
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 0),
        ("?user_id=5", 0),
        ("?blocks=x", 0),
        ("?" + "block=x&" * 101, 101),
        ("?" + "%62lock&" * 900, 900),
    ],
)
def test_none_and_too_many_are_refused(any_site: Site, query: str, count: int) -> None:
    response = any_site.get(PARTIALS + query)

    assert (response.status_code, response.text) == (400, f"{count} blocks were requested. Request 1 to 100.")
    assert dict(response.headers) == {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
    }


def test_as_many_as_are_allowed_come_at_once(site: Site) -> None:
    site.page(TWO)
    token = sign(["page.html#mizan-543eabd0-1", ["user"], "x", {}, {}])

    found = batch_results(site, PARTIALS + "?" + "&".join([f"block={token}&user_id=5"] * MAX_BLOCKS))

    assert [each["status"] for each in found] == [404] * MAX_BLOCKS


def test_forged_unknown_and_unfitting_ones_fail_alone(any_site: Site) -> None:
    html = any_site.page(TWO)
    good, other = (urlsplit(block["hx-get"]).query for block in blocks_of(html))
    forged = good.replace("block=", "block=x")

    found = batch_results(any_site, f"{PARTIALS}?{forged}&{good}&block=&block&{good}x&{other}&block=%00%ff")

    kept = alone(any_site, html)
    gone = {"status": 404}
    assert found == [gone, kept[0], gone, gone, gone, kept[1], gone]


def test_the_reason_is_named_only_while_debugging(site: Site, settings: Settings) -> None:
    settings.DEBUG = True

    found = batch_results(site, f"{PARTIALS}?block=x")

    assert found == [{"status": 404, "reason": 'BadSignature: No ":" found in value'}]


def test_no_block_sees_the_query_of_its_refresh(any_site: Site) -> None:
    block = '{% mizan_context "tag" tag=tag %}{% if shown %}{{ request.GET.urlencode }}{% endif %}!'
    html = any_site.page(
        (block.replace("shown", "'partial' in request.path") + "{% endmizan_context %}") * 2, tag="ü & 漢字"
    )

    found = batch_results(any_site, all_of(html))

    assert found == alone(any_site, html)
    assert [">!</div>" in piece["html"] for piece in found] == [True, True]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "block=a%3Ab&user_id=5",
        "a=1&a=2&b&=c&d=&&e=%20+%2B",
        "name=%E6%BC%A2%F0%9F%98%80&broken=%FF%zz",
        "name=漢&ü=1",
        "a=1;b=2",
    ],
)
@pytest.mark.parametrize("encoding", [None, "latin-1"])
@pytest.mark.parametrize("factory", [RequestFactory, AsyncRequestFactory])
def test_a_query_is_read_as_django_reads_it(
    factory: type[RequestFactory] | type[AsyncRequestFactory], query: str, encoding: str | None
) -> None:
    request = factory().get(f"/?{query}")
    if encoding is not None:
        request.encoding = encoding

    assert parse_fields(request, request.META["QUERY_STRING"]) == request.GET.dict()


def test_what_nobody_has_quoted_is_read_as_utf_8(any_site: Site) -> None:
    html = any_site.page('{% mizan_context "tag" tag="ü" %}{{ tag_label }}{% endmizan_context %}')
    address = all_of(html)
    unquoted = address.replace("%C3%BC", "ü")

    assert unquoted != address
    assert batch_results(any_site, unquoted) == alone(any_site, html)


def test_as_many_fields_are_read_as_django_reads(settings: Settings) -> None:
    request = RequestFactory().get("/")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2

    assert parse_fields(request, "a=1&b=2") == {"a": "1", "b": "2"}
    with pytest.raises(TooManyFieldsSent):
        parse_fields(request, "a=1&b=2&c=3")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    assert len(parse_fields(request, "&".join(f"a{number}=1" for number in range(2000)))) == 2000
