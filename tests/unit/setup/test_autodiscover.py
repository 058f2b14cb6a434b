"""Discovery: what stands in an app's ``mizan_clients`` is registered when Django starts."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.core.asgi import get_asgi_application
from django.core.checks import run_checks
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.channels import wrap_asgi
from mizan_htmx.setup import autodiscover as discovery
from mizan_htmx.setup.autodiscover import discover, load_urlconf
from mizan_htmx.setup.registry import Registry, get_function
from mizan_htmx.testing import isolated_registry
from tests.apps.shared import summary
from tests.helpers.model_watch import collected

PEOPLE = "tests.apps.people"
CART = "tests.apps.cart"


@client(context="late_news")
def headline(request: HttpRequest) -> str:
    """Read what the URLconf says is live."""
    return "Nothing"


@client(context="profile")
def profile(request: HttpRequest) -> str:
    """Read anything."""
    return "Ada"


def discovered(settings: Settings, *installed: str) -> dict[str, str]:
    """Discover with these apps installed; map the names to the modules of what was found."""
    settings.INSTALLED_APPS = installed
    with isolated_registry() as registry:
        forget(*installed)
        discover()
        return {name: function.func.__module__ for name, function in registry.graph.functions.items()}


def forget(*installed: str) -> None:
    """Have the modules of these apps imported anew."""
    for app in installed:
        sys.modules.pop(f"{app}.mizan_clients", None)


def test_functions_are_registered_under_their_own_names(settings: Settings) -> None:
    assert discovered(settings, PEOPLE) == {
        "people.hidden": "tests.apps.people.mizan_clients",
        "summary": "tests.apps.shared",
        "user_profile": "tests.apps.people.mizan_clients",
        "profile_page": "tests.apps.people.mizan_clients",
        "rename": "tests.apps.people.mizan_clients",
    }


def test_discovery_happens_at_start(settings: Settings) -> None:
    with isolated_registry() as registry:
        settings.INSTALLED_APPS = [PEOPLE, "mizan_htmx", "tests.apps.silent"]
        assert set(registry.graph.functions) >= {"rename", "user_profile", "profile_page"}
        rename = get_function("rename")
        assert rename is not None
        assert rename.__module__ == "tests.apps.people.mizan_clients"


def test_apps_are_discovered_whatever_their_place(settings: Settings) -> None:
    with isolated_registry() as registry:
        settings.INSTALLED_APPS = ["mizan_htmx", PEOPLE]
        assert "rename" in registry.graph.functions


def test_an_app_without_the_module_is_fine(settings: Settings) -> None:
    assert discovered(settings, "tests.apps.silent") == {}


def test_an_app_that_is_a_single_module_is_fine(settings: Settings) -> None:
    assert discovered(settings, "tests.apps.shared") == {}


def test_an_import_error_in_the_module_is_raised(settings: Settings) -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        discovered(settings, PEOPLE, "tests.apps.broken")
    assert str(caught.value) == "No module named 'tests.apps.broken.forgotten'"


def test_an_import_error_stops_the_start(settings: Settings) -> None:
    with isolated_registry(), pytest.raises(ImportError, match=r"tests\.apps\.broken\.forgotten"):
        settings.INSTALLED_APPS = ["mizan_htmx", "tests.apps.broken"]


def test_a_function_that_two_modules_import_is_registered_once(settings: Settings) -> None:
    settings.INSTALLED_APPS = [PEOPLE, CART]
    with isolated_registry() as registry:
        discover()
        assert get_function("summary") is summary
        assert "summary" not in "".join(problem.message for problem in registry.problems)


def test_discovering_twice_changes_nothing(settings: Settings) -> None:
    settings.INSTALLED_APPS = [PEOPLE]
    with isolated_registry() as registry:
        discover()
        before = registry.graph.functions
        discover()
        assert registry.graph.functions == before
        assert registry.problems == ()


def test_after_a_clash_discovery_goes_on_and_the_checks_show_all(settings: Settings) -> None:
    settings.INSTALLED_APPS = [PEOPLE, CART]
    with isolated_registry() as registry:
        discover()
        assert {"cart_lines", "cart_total"} <= set(registry.graph.functions)
        assert registry.graph.functions["rename"].func.__module__ == "tests.apps.people.mizan_clients"
        people, cart = sys.modules[f"{PEOPLE}.mizan_clients"], sys.modules[f"{CART}.mizan_clients"]
        assert [(problem.id, problem.message, problem.hint) for problem in registry.problems] == [
            (
                "mizan_htmx.E004",
                f"Two functions are called {name!r}: {getattr(people, name).mizan.place}"
                f" and {getattr(cart, name).mizan.place}.",
                f"Rename one, or register it under another name: register(fn, '{name}_2').",
            )
            for name in ("user_profile", "rename")
        ]


@pytest.fixture
def late(settings: Settings) -> Iterator[Registry]:
    """Give the registry of a process that has not been sent a request yet."""
    with isolated_registry() as registry:
        not_loaded(settings)
        yield registry


def not_loaded(settings: Settings) -> None:
    """Have a URLconf that is still to be imported."""
    sys.modules.pop("tests.apps.late.urls", None)
    discovery._load.cache_clear()
    settings.ROOT_URLCONF = "tests.apps.late.urls"


class TestWhatOnlyTheUrlconfRegisters:
    """No request has asked for the URLconf."""

    def test_a_process_that_serves_sockets_knows_it(self, late: Registry) -> None:
        assert "late_news" not in late.graph.live
        wrap_asgi(get_asgi_application())
        assert "late_news" in late.graph.live

    def test_a_worker_may_invalidate_it(self, late: Registry) -> None:
        register(profile)
        with collected() as received:
            invalidate(None, "late_news")
        assert received == ["late_news"]
        with pytest.raises(ValueError, match="Did you mean 'late_news'"):
            invalidate(None, "late_new")

    def test_a_worker_knows_what_only_that_says_of_a_context(self, late: Registry) -> None:
        register(headline)
        assert "late_news" not in late.graph.live
        invalidate(None, "late_news")
        assert "late_news" in late.graph.live

    def test_it_stays_when_a_test_was_the_first_to_need_it(self, settings: Settings) -> None:
        with isolated_registry() as outer:
            not_loaded(settings)
            with isolated_registry():
                load_urlconf()
            assert "late_news" in outer.graph.live

    def test_checks_see_it(self, late: Registry) -> None:
        found = run_checks(tags=["mizan_htmx"])
        assert {each.id for each in found} == {"mizan_htmx.E001", "mizan_htmx.W004"}
        assert any("'late_nws'" in each.msg for each in found)

    def test_a_site_without_a_urlconf_is_fine(self, settings: Settings) -> None:
        del settings.ROOT_URLCONF
        load_urlconf()

    def test_the_module_of_the_asgi_application_may_be_imported_by_the_urlconf(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "own_urls.py").write_text("import own_asgi\n\nurlpatterns = []\n")
        (tmp_path / "own_asgi.py").write_text(
            "from mizan_htmx.channels import wrap_asgi\n\napplication = wrap_asgi(None)\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        settings.ROOT_URLCONF = "own_urls"
        try:
            assert import_module("own_urls").urlpatterns == []
        finally:
            for name in ("own_urls", "own_asgi"):
                sys.modules.pop(name, None)
