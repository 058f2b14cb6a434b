"""Who may see a block is decided by the address that Django has routed, whatever the page says."""

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.functional import SimpleLazyObject
from pytest_django import Settings

from mizan_htmx import client, has_claimed_address, invalidate, register
from tests.helpers.batch import all_of
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.single_flight import names, send
from tests.helpers.visitor import SyncOrAsync

pytestmark = pytest.mark.django_db

HERE = {"HX-Current-URL": "http://testserver/page/?as=admin"}
PARTIAL = "/api/mizan/partial/guarded/"
BLOCK = "{% mizan_context 'guarded' n=1 %}{{ guarded }}{% endmizan_context %}"


class Guard:
    """What ``auth`` and a body have been asked with, and whether either is told that it is claimed."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, bool]] = []
        self.read: list[tuple[str, str, str, bool]] = []

    def auth(self, request: HttpRequest, n: int) -> bool:
        """Admit who is routed to another address than that of an administrator."""
        self.asked.append(seen(request))
        return request.GET.get("as") != "admin"

    def body(self, request: HttpRequest, n: int) -> str:
        """Return something."""
        self.read.append(seen(request))
        return "shown"


def seen(request: HttpRequest) -> tuple[str, str, str, bool]:
    """Return the address of a request."""
    match = request.resolver_match
    return (
        request.path,
        "block" if "block" in request.GET else request.GET.urlencode(),
        match.view_name if match else "",
        has_claimed_address(request),
    )


@pytest.fixture(params=["wsgi", "asgi"])
def guarded(
    site: Site, settings: Settings, request: pytest.FixtureRequest, sync_or_async: SyncOrAsync
) -> Guard:
    """Return what the guard of a site has been asked; the reader is sync, and once more async."""
    site.server = request.param
    settings.MIZAN_SINGLE_FLIGHT = True
    guard = Guard()

    def reader(request: HttpRequest, n: int) -> str:
        return guard.body(request, n)

    reader.__name__ = "guarded"
    register(client(context="guarded", auth=guard.auth)(sync_or_async(reader)))

    def change(request: HttpRequest) -> HttpResponse:
        invalidate(request, "guarded")
        return HttpResponse()

    settings.ROOT_URLCONF = (
        path("page/", site.page_view, name="page"),
        path("change/", change),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    return guard


ROUTED = (PARTIAL, "block", "mizan:partial", False)
CLAIMED = ("/page/", "as=admin", "page", True)


def test_a_page_is_asked_for_what_django_has_routed(site: Site, guarded: Guard) -> None:
    site.page(BLOCK)

    assert guarded.asked == guarded.read == [("/page/", "", "page", False)]


def test_a_refresh_is_asked_for_the_address_of_its_endpoint(site: Site, guarded: Guard) -> None:
    html = site.page(BLOCK)
    del guarded.asked[:], guarded.read[:]

    assert "shown" in site.refresh(html, **HERE).text
    assert guarded.asked == [ROUTED]
    assert guarded.read == [CLAIMED]


def test_so_is_each_block_of_a_batch(site: Site, guarded: Guard) -> None:
    html = site.page(BLOCK + BLOCK.replace("n=1", "n=2"))
    del guarded.asked[:], guarded.read[:]

    site.get(all_of(html), **HERE)

    assert guarded.asked == [ROUTED, ROUTED]
    assert guarded.read == [CLAIMED, CLAIMED]


def test_so_is_a_single_flight(site: Site, guarded: Guard) -> None:
    html = site.page(BLOCK)
    del guarded.asked[:], guarded.read[:]

    send(site, "/change/", {**names(html), **HERE})

    assert guarded.asked == [ROUTED]
    assert guarded.read == [CLAIMED]


def test_a_block_in_another_one_is_asked_for_the_address_of_that(site: Site, guarded: Guard) -> None:
    html = site.page("{% mizan_context 'tag' tag='a' %}{{ request.path }}" + BLOCK + "{% endmizan_context %}")
    del guarded.asked[:], guarded.read[:]

    assert ">/page/<" in site.refresh(html, **HERE).text
    assert guarded.asked == [("/api/mizan/partial/tag/", "block", "mizan:partial", False)]
    assert guarded.read == [CLAIMED]


def test_what_auth_reads_or_sets_stays_with_its_address(site: Site, guarded: Guard) -> None:
    kept: list[Any] = []

    def auth(request: HttpRequest) -> bool:
        kept.append((request, request.GET))
        request.found = "a row"  # type: ignore[attr-defined]
        return True

    @client(context="kept", auth=auth)
    def shown(request: HttpRequest) -> str:
        return f"{request.GET.urlencode()} {request.found}"  # type: ignore[attr-defined]

    register(shown)
    html = site.page("{% mizan_context 'kept' %}{{ shown }}{{ request.GET.as }}{% endmizan_context %}")

    assert "as=admin a rowadmin" in site.refresh(html, **HERE).text
    request, query = kept[-1]
    assert request.GET is query


def test_a_refusal_leaves_the_block_empty_and_the_request_as_it_was(site: Site, guarded: Guard) -> None:
    requests: list[HttpRequest] = []

    def auth(request: HttpRequest) -> bool:
        requests.append(request)
        raise PermissionDenied

    @client(context="refused", auth=auth)
    def refused(request: HttpRequest) -> str:
        raise AssertionError

    register(refused)
    html = site.page("{% mizan_context 'refused' %}{{ refused }}{% endmizan_context %}")
    url = blocks_of(html)[0]["hx-get"]

    assert site.get(url, **HERE).text in html
    assert requests[-1].get_full_path() == url


def test_the_sites_default_is_asked_with_the_routed_address(site: Site, settings: Settings) -> None:
    """A middleware may find the user by the path when ``request.user`` is first read."""
    loaded: list[str] = []

    class Middleware:
        sync_capable, async_capable = True, False

        def __init__(self, get_response: Any) -> None:
            self.get_response = get_response

        def __call__(self, request: HttpRequest) -> Any:
            def user() -> User:
                loaded.append(request.path)
                return User(username="ada")

            request.user = SimpleLazyObject(user)  # type: ignore[assignment]
            return self.get_response(request)

    globals()["Middleware"] = Middleware
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        f"{__name__}.Middleware",
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]

    @login_not_required
    def page(request: HttpRequest) -> HttpResponse:
        return site.page_view(request)

    settings.ROOT_URLCONF = (
        path("page/", page),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    inner = "{% mizan_context 'tag' tag='a' %}{{ tag_label }}{{ request.path }}{% endmizan_context %}"
    html = site.page("{% mizan_context 'notifications' %}" + inner + "{% endmizan_context %}")
    del loaded[:]

    assert ">a/page/<" in site.refresh(html, **HERE).text
    assert loaded == ["/api/mizan/partial/notifications/"]
