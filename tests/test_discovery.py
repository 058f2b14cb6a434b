"""Discovery: what stands in an app's ``mizan_clients`` is registered when Django starts."""

import sys

import pytest
from pytest_django import Settings

from mizan_htmx.setup.discovery import discover
from mizan_htmx.setup.registry import get_function
from mizan_htmx.testing import isolated_registry
from tests.apps.shared import summary

PEOPLE = "tests.apps.people"
CART = "tests.apps.cart"


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
        assert "summary" not in "".join(defect.message for defect in registry.defects)


def test_discovering_twice_changes_nothing(settings: Settings) -> None:
    settings.INSTALLED_APPS = [PEOPLE]
    with isolated_registry() as registry:
        discover()
        before = registry.graph.functions
        discover()
        assert registry.graph.functions == before
        assert registry.defects == ()


def test_after_a_clash_discovery_goes_on_and_the_checks_show_all(settings: Settings) -> None:
    settings.INSTALLED_APPS = [PEOPLE, CART]
    with isolated_registry() as registry:
        discover()
        assert {"cart_lines", "cart_total"} <= set(registry.graph.functions)
        assert registry.graph.functions["rename"].func.__module__ == "tests.apps.people.mizan_clients"
        people, cart = sys.modules[f"{PEOPLE}.mizan_clients"], sys.modules[f"{CART}.mizan_clients"]
        assert [(defect.id, defect.message, defect.hint) for defect in registry.defects] == [
            (
                "mizan_htmx.E004",
                f"Two functions are called {name!r}: {getattr(people, name).mizan.place}"
                f" and {getattr(cart, name).mizan.place}.",
                f"Rename one, or register it under another name: register(fn, '{name}_2').",
            )
            for name in ("user_profile", "rename")
        ]
