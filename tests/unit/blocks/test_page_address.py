"""Which address a page may claim in HX-Current-URL, and what Django would make of it."""

import logging

import pytest
from django.http import QueryDict
from django.test import AsyncRequestFactory, RequestFactory
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.blocks.page_address import MAX_CHARACTERS, mark_as_refresh, page_address, query_of_page
from tests.helpers.page_address import HOST, PARTIAL, Ask, found, is_unknown, view


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    """Serve a list, and pages whose path is any text."""
    settings.ROOT_URLCONF = (
        path("", view, name="home"),
        path("list/", view, name="list"),
        path("texts/<path:text>/", view, name="text"),
        path("api/mizan/", include("mizan_htmx.urls")),
    )


def test_it_is_that_of_the_page(ask: Ask) -> None:
    request = ask(f"{HOST}/list/?page=2&q=a+b#row-5")

    assert found(request) == ("/list/", "page=2&q=a+b", "list")
    assert query_of_page(request) == QueryDict("page=2&q=a+b")
    assert page_address(request) is page_address(request)


def test_a_host_alone_is_its_first_page(ask: Ask) -> None:
    assert found(ask(HOST)) == ("/", "", "home")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/list/",
        "//testserver/list/",
        "https://testserver/list/",
        "http://other.example/list/",
        "http://testserver.other.example/list/",
        "http://testserver:8000/list/",
        "http://testserver:/list/\\@other.example",
        "http://testserver@other.example/list/",
        "http://ada:secret@testserver/list/",
        "http://ada@testserver/list/",
        "http://testserver:99999/list/",
        "http://testserver:port/list/",
        "http://[testserver/list/",
        "http:///list/",
        "ftp://testserver/list/",
        "javascript:alert(1)",
        "about:srcdoc",
        f"{HOST}/unknown/",
        f"{HOST}/list",
        f"{HOST}/list/?a=\n1",
        f"{HOST}/li\tst/",
        f"{HOST}/list/?a=b c",
        f" {HOST}/list/",
        f"{HOST}/list/\x00",
        f"{HOST}/list/?{'q' * MAX_CHARACTERS}",
    ],
)
def test_what_is_no_address_of_this_site_is_none(ask: Ask, url: str) -> None:
    assert is_unknown(ask(url))


def test_without_the_header_it_is_unknown(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="mizan_htmx.blocks")

    assert is_unknown(ask(None))
    assert caplog.messages == []


def test_one_that_does_not_fit_is_logged_once_for_a_request(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="mizan_htmx.blocks")
    request = ask("https://testserver/list/")

    assert is_unknown(request)
    assert is_unknown(request)
    assert caplog.messages == [
        "HX-Current-URL 'https://testserver/list/' is no page of this site as Django sees its requests."
    ]


def test_the_longest_address_is_read(ask: Ask) -> None:
    url = f"{HOST}/list/?q="
    fitting = url + "x" * (MAX_CHARACTERS - len(url))

    assert found(ask(fitting))[1] == fitting.partition("?")[2]
    assert is_unknown(ask(fitting + "x"))


@pytest.mark.parametrize("surrogate", ["\ud800", "%ED%A0%80"])
def test_a_lone_surrogate_is_refused_or_as_django_has_it(surrogate: str) -> None:
    request = RequestFactory().get(PARTIAL, headers={"HX-Current-URL": f"{HOST}/texts/{surrogate}/"})
    mark_as_refresh(request)

    if surrogate == "\ud800":
        assert is_unknown(request)
    else:
        assert found(request)[0] == RequestFactory().get(f"/texts/{surrogate}/").path


@pytest.mark.parametrize("host", ["TestServer", "testserver:80"])
def test_a_host_counts_whatever_its_case_and_default_port(ask: Ask, host: str) -> None:
    assert found(ask(f"{HOST}/list/", host))[0] == "/list/"
    assert found(ask(f"http://{host}/list/"))[0] == "/list/"


def test_a_port_counts(ask: Ask) -> None:
    assert found(ask("http://testserver:8000/list/", "testserver:8000"))[0] == "/list/"
    assert is_unknown(ask(f"{HOST}/list/", "testserver:8000"))


def test_a_host_in_brackets_counts(ask: Ask, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["[::1]"]

    assert found(ask("http://[::1]:8000/list/", "[::1]:8000"))[0] == "/list/"


def test_a_host_that_is_not_allowed_has_no_page(ask: Ask, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["elsewhere.example"]

    assert is_unknown(ask(f"{HOST}/list/"))


def test_scheme_and_host_are_those_that_the_proxy_names(ask: Ask, settings: Settings) -> None:
    settings.USE_X_FORWARDED_HOST = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["shop.example"]
    proxied = {"X-Forwarded-Host": "shop.example:443", "X-Forwarded-Proto": "https"}

    assert found(ask("https://shop.example/list/", **proxied))[0] == "/list/"
    assert is_unknown(ask(f"{HOST}/list/", **proxied))


def test_more_fields_than_django_reads_are_none(ask: Ask, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3

    assert found(ask(f"{HOST}/list/?a=1&b=2&c=3"))[1] == "a=1&b=2&c=3"
    assert is_unknown(ask(f"{HOST}/list/?a=1&b=2&c=3&d=4"))
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    assert found(ask(f"{HOST}/list/?a=1&b=2&c=3&d=4"))[1] == "a=1&b=2&c=3&d=4"


@pytest.mark.parametrize(
    "text", ["caf%C3%A9", "a%2Fb", "a%20b", "a%25b", "%F0%9F%98%80", "a;b=c", "a%3Fb", "a+b"]
)
@pytest.mark.parametrize("query", ["q=%C3%BC&x=%FF", "q=a%00b", "a=1;b=2&a=3", "q=é|\\`", "&&=", "q=%zz"])
def test_path_and_query_are_what_django_reads_of_the_page_itself(text: str, query: str) -> None:
    url = f"/texts/{text}/?{query}"
    itself = RequestFactory().get(url)
    request = RequestFactory().get(PARTIAL, headers={"HX-Current-URL": HOST + url})
    mark_as_refresh(request)

    address = page_address(request)

    assert address is not None
    assert (address.path, address.path_info) == (itself.path, itself.path_info)
    assert query_of_page(request) == itself.GET


def test_asgi_has_a_broken_path_as_servers_decode_it() -> None:
    request = AsyncRequestFactory().get(PARTIAL, headers={"HX-Current-URL": f"{HOST}/texts/%FFé/"})
    mark_as_refresh(request)

    assert found(request)[0] == "/texts/\N{REPLACEMENT CHARACTER}é/"


def test_what_htmx_has_encoded_is_decoded(ask: Ask) -> None:
    encoded = "http%3A%2F%2Ftestserver%2Ftexts%2F%E6%BC%A2%2F%3Fq%3D%25C3%25BC%26r%3D%E6%BC%A2"
    request = ask(encoded, **{"HX-Current-URL-URI-AutoEncoded": "true"})

    assert found(request) == ("/texts/漢/", "q=%C3%BC&r=%E6%BC%A2", "text")
    assert query_of_page(request).dict() == {"q": "ü", "r": "漢"}
    assert is_unknown(ask(encoded))
    assert is_unknown(ask("http%3A%2F%2Ftestserver%2F%FF", **{"HX-Current-URL-URI-AutoEncoded": "true"}))
