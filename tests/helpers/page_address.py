"""Requests for blocks of a page at an address, and what is known of that page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import AsyncRequestFactory, RequestFactory

from mizan_htmx.blocks.page_address import NOWHERE, mark_as_refresh, page_address, query_of_page

Ask = Callable[..., HttpRequest]

HOST = "http://testserver"
PARTIAL = "/api/mizan/partial/user/"


def view(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Fail: the view of a page is never called."""
    raise AssertionError(request.path)


def asker(factory: RequestFactory | AsyncRequestFactory) -> Ask:
    """Return what makes a request for a block of a page at an address."""

    def make(url: str | None, host: str = "testserver", **more: str) -> HttpRequest:
        headers = more if url is None else {"HX-Current-URL": url, **more}
        made: HttpRequest = factory.get(PARTIAL, headers=headers)
        made.META["HTTP_HOST"] = host
        mark_as_refresh(made)
        return made

    return make


def found(request: HttpRequest) -> tuple[str, str, str]:
    """Return path and query of the page, and the name of its URL; "" for what is unknown."""
    address = page_address(request)
    assert address is not None
    return address.path, address.query, (address.match.url_name or "") if address.match else ""


def is_unknown(request: HttpRequest) -> bool:
    """Return whether nothing is known of the page."""
    return page_address(request) is NOWHERE and query_of_page(request) == QueryDict("")
