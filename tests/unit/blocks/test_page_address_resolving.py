"""How the address of a page is resolved: its urlconf, its script prefix and its language."""

from datetime import UTC

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.test import RequestFactory
from django.urls import get_script_prefix, path, register_converter, set_script_prefix
from django.utils import translation
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from mizan_htmx.blocks.page_address import mark_as_refresh, page_address, query_of_page
from mizan_htmx.localization import store_base_locale
from mizan_htmx.request_address import Address
from tests.helpers.page_address import HOST, PARTIAL, Ask, found, is_unknown, view


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    """Serve a list."""
    settings.ROOT_URLCONF = (path("", view, name="home"), path("list/", view, name="list"))


class Failing:
    """A converter with a fault."""

    regex = "[a-z]+"

    def to_python(self, value: str) -> str:
        raise RuntimeError(value)

    def to_url(self, value: str) -> str:
        return value


register_converter(Failing, "failing")


def test_a_path_at_which_a_converter_fails_is_none(ask: Ask, settings: Settings) -> None:
    settings.ROOT_URLCONF = (path("<failing:name>/", view),)

    assert is_unknown(ask(f"{HOST}/ada/"))


def test_it_is_resolved_by_the_urlconf_of_the_request(ask: Ask) -> None:
    request = ask(f"{HOST}/own/")
    vars(request)["urlconf"] = (path("own/", view, name="own"),)

    assert found(request) == ("/own/", "", "own")
    assert is_unknown(ask(f"{HOST}/own/"))


def test_it_is_resolved_below_the_script_prefix(settings: Settings) -> None:
    settings.FORCE_SCRIPT_NAME = "/app"
    prefix = get_script_prefix()
    set_script_prefix("/app/")
    try:
        requests = {
            url: RequestFactory().get(PARTIAL, headers={"HX-Current-URL": HOST + url})
            for url in ("/app/list/", "/app", "/list/", "/application/list/")
        }
        for request in requests.values():
            mark_as_refresh(request)
        inside = page_address(requests["/app/list/"])
        assert isinstance(inside, Address)
        assert (inside.path, inside.path_info) == ("/app/list/", "/list/")
        assert found(requests["/app"])[0] == "/app/"
        assert is_unknown(requests["/list/"])
        assert is_unknown(requests["/application/list/"])
    finally:
        set_script_prefix(prefix)


@pytest.mark.parametrize("is_default_prefixed", [True, False])
def test_it_is_resolved_in_the_language_of_its_path(
    ask: Ask, settings: Settings, is_default_prefixed: bool
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    settings.ROOT_URLCONF = (
        *i18n_patterns(path("list/", view, name="list"), prefix_default_language=is_default_prefixed),
        path(gettext_lazy("Delete"), view, name="translated"),
    )
    with translation.override("fr"):
        assert found(ask(f"{HOST}/de/list/"))[2] == "list"
        assert is_unknown(ask(f"{HOST}/list/")) is is_default_prefixed
        assert translation.get_language() == "fr"


def test_without_a_language_in_it_it_is_resolved_in_that_of_the_request(ask: Ask, settings: Settings) -> None:
    settings.ROOT_URLCONF = (path(gettext_lazy("Delete"), view, name="translated"),)
    german, english = ask(f"{HOST}/L%C3%B6schen"), ask(f"{HOST}/L%C3%B6schen")
    store_base_locale(german, ("de", UTC))

    assert found(german)[2] == "translated"
    assert is_unknown(english)


@pytest.mark.parametrize(
    ("method", "headers", "is_own"),
    [
        ("GET", {"HX-Request": "true"}, True),
        ("POST", {}, True),
        ("POST", {"HX-Request": "true", "HX-Boosted": "true"}, True),
        ("POST", {"HX-Request": "true"}, False),
        ("DELETE", {"HX-Request": "true"}, False),
    ],
)
def test_another_request_is_its_own_page_but_for_a_change_by_htmx(
    method: str, headers: dict[str, str], is_own: bool
) -> None:
    url = {} if method == "POST" and not headers else {"HX-Current-URL": f"{HOST}/list/?page=2"}
    request = RequestFactory().generic(method, "/texts/a/?page=1", headers={**headers, **url})

    assert (page_address(request) is None) is is_own
    assert query_of_page(request)["page"] == ("1" if is_own else "2")
