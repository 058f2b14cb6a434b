"""Where pages of a site are, asked of Django once and never of another site, place or language."""

from collections.abc import Iterator

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import override_script_prefix
from django.urls import include, path, resolve, reverse_lazy, set_urlconf
from django.utils import translation
from pytest_django import Settings

from mizan_htmx.rendering.url_cache import login_path, reverse_url, reverse_url_for

ENDPOINTS = path("mizan/", include("mizan_htmx.urls"))
LOGIN = path("enter/", lambda request: HttpResponse(), name="login")
HERE = (path("here/", include([ENDPOINTS])), LOGIN)
THERE = (path("there/", include([ENDPOINTS])), path("way/in/", lambda request: HttpResponse(), name="login"))
IN_LANGUAGES = tuple(i18n_patterns(ENDPOINTS, LOGIN))


@pytest.fixture(autouse=True)
def here(settings: Settings) -> Iterator[None]:
    """Let the site be one whose endpoints are below ``/here/``."""
    settings.ROOT_URLCONF = HERE
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    yield
    set_urlconf(None)


def test_a_url_is_what_django_gives() -> None:
    assert reverse_url("mizan:call") == "/here/mizan/call/"
    assert reverse_url("mizan:partial", "user") == "/here/mizan/partial/user/"
    assert reverse_url_for(RequestFactory().get("/"), "mizan:partial", "cart") == "/here/mizan/partial/cart/"


def test_each_request_has_the_urlconf_that_was_set_for_it() -> None:
    first, second = RequestFactory().get("/"), RequestFactory().get("/")
    assert reverse_url_for(first, "mizan:call") == "/here/mizan/call/"
    set_urlconf(THERE)  # type: ignore[arg-type]
    assert reverse_url_for(second, "mizan:call") == "/there/mizan/call/"
    assert reverse_url("mizan:call") == "/there/mizan/call/"


def test_a_urlconf_counts_from_when_django_looks_for_the_view() -> None:
    """A middleware that has chosen it may render a block before."""
    request = RequestFactory().get("/")
    request.urlconf = THERE  # type: ignore[assignment]
    assert reverse_url_for(request, "mizan:call") == "/here/mizan/call/"
    set_urlconf(THERE)  # type: ignore[arg-type]
    request.resolver_match = resolve("/there/mizan/call/")
    assert reverse_url_for(request, "mizan:call") == "/there/mizan/call/"


def test_a_request_that_gets_another_urlconf_on_the_way_has_its_urls() -> None:
    request = RequestFactory().get("/")
    request.resolver_match = resolve("/here/mizan/call/")
    assert reverse_url_for(request, "mizan:call") == "/here/mizan/call/"
    request.urlconf = THERE  # type: ignore[assignment]  # a tuple of patterns serves as well
    set_urlconf(THERE)  # type: ignore[arg-type]
    assert reverse_url_for(request, "mizan:call") == "/there/mizan/call/"


def test_each_request_has_its_script_prefix() -> None:
    for prefix in ("/shop/", "/", "/office/"):
        with override_script_prefix(prefix):
            request = RequestFactory().get("/")
            assert reverse_url_for(request, "mizan:call") == f"{prefix}here/mizan/call/"
            assert reverse_url("mizan:call") == f"{prefix}here/mizan/call/"
            assert login_path("login") == f"{prefix}enter/"


def test_the_language_may_change_within_a_page(settings: Settings) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = resolve("/here/mizan/call/")
    settings.ROOT_URLCONF = IN_LANGUAGES
    for language in ("en", "de", "en"):
        with translation.override(language):
            assert reverse_url_for(request, "mizan:call") == f"/{language}/mizan/call/"
            assert reverse_url("mizan:call") == f"/{language}/mizan/call/"
            assert login_path("login") == f"/{language}/enter/"


@pytest.mark.parametrize(
    ("login_url", "found"),
    [
        ("login", "/enter/"),
        (reverse_lazy("login"), "/enter/"),
        ("/accounts/login/?from=here", "/accounts/login/"),
        ("https://login.example/in/", "/in/"),
        ("nobody", None),
        (reverse_lazy("nobody"), None),
    ],
)
def test_the_login_is_where_the_setting_says(login_url: object, found: str | None) -> None:
    assert login_path(login_url) == found


def test_the_login_is_that_of_the_urlconf(settings: Settings) -> None:
    late = reverse_lazy("login")
    assert (login_path("login"), login_path(late)) == ("/enter/", "/enter/")
    settings.ROOT_URLCONF = THERE
    assert (login_path("login"), login_path(late)) == ("/way/in/", "/way/in/")
