"""The checks of the settings: what the declared functions need, and what is missing for it."""

import django
import pytest
from django.core.checks import Error, Warning
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.client import client
from mizan_htmx.setup.middleware import AUTHENTICATION, MIDDLEWARE
from tests.helpers.checks import checks, error, place


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(affects="user", auth="staff")
def ban(request: HttpRequest, user_id: int) -> HttpResponse:
    """Ban a person."""
    return HttpResponse(status=204)


@client(affects="user", auth=lambda request: True)
def wave(request: HttpRequest, user_id: int) -> HttpResponse:
    """Wave to a person."""
    return HttpResponse(status=204)


def without(settings: Settings, *names: str) -> None:
    """Take middleware out of the settings."""
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each not in names]


def test_e007_a_level_without_authentication(settings: Settings) -> None:
    without(settings, AUTHENTICATION, "django.contrib.messages.middleware.MessageMiddleware")
    assert checks(user_profile, wave) == []
    assert checks(user_profile, ban) == [
        error(
            "E007",
            f"{place(ban)} has auth=, but nobody can be logged in:"
            " 'django.contrib.auth.middleware.AuthenticationMiddleware' is missing.",
            hint="Add it to MIDDLEWARE, after SessionMiddleware.",
            obj=ban,
        )
    ]


def test_w001_without_the_middleware(settings: Settings) -> None:
    without(settings, MIDDLEWARE)
    assert checks(user_profile) == [
        Warning(
            "'mizan_htmx.middleware.MizanMiddleware' is not in MIDDLEWARE.",
            hint="Add it as the last one. Without it plain views can't call invalidate(), and the"
            " invalidations of an async mutation that fails are not sent.",
            id="mizan_htmx.W001",
        )
    ]


def test_w006_one_round_trip_without_the_middleware(settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    assert checks(user_profile) == []
    without(settings, MIDDLEWARE)
    assert checks(user_profile)[1:] == [
        Warning(
            "MIZAN_SINGLE_FLIGHT is on, but no response brings blocks along without"
            " 'mizan_htmx.middleware.MizanMiddleware'.",
            hint="Add it at the end of MIDDLEWARE, or remove the setting.",
            id="mizan_htmx.W006",
        )
    ]


def test_subclasses_of_the_middleware_and_functions_count(settings: Settings) -> None:
    without(settings, MIDDLEWARE, AUTHENTICATION)
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "tests.apps.middleware.function_middleware",
        "tests.apps.middleware.OwnAuthenticationMiddleware",
        "tests.apps.middleware.OwnMizanMiddleware",
    ]
    assert checks(user_profile, ban) == []


def test_w002_without_urls(settings: Settings) -> None:
    settings.ROOT_URLCONF = ()
    assert checks(user_profile) == [
        Warning(
            "The endpoints of mizan_htmx have no URL: nothing can be called, and no block can refresh.",
            hint='Add path("api/mizan/", include("mizan_htmx.urls")) to the URLconf.',
            id="mizan_htmx.W002",
        )
    ]
    settings.ROOT_URLCONF = (path("anywhere/", include("mizan_htmx.urls")),)
    assert checks(user_profile) == []


def test_a_site_that_declares_nothing_needs_nothing(settings: Settings) -> None:
    settings.MIDDLEWARE, settings.ROOT_URLCONF = [], ()
    assert checks() == []


DJANGO = "django.template.backends.django.DjangoTemplates"
APPS = "django.template.loaders.app_directories.Loader"
PLAIN = {"BACKEND": DJANGO, "OPTIONS": {"loaders": [APPS]}}
PARTIALS = {
    "BACKEND": DJANGO,
    "NAME": "p",
    "OPTIONS": {"loaders": [("template_partials.loader.Loader", [APPS])]},
}
DUMMY = {"BACKEND": "django.template.backends.dummy.TemplateStrings"}


@pytest.fixture
def old_django(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a Django without partials, whichever is installed."""
    monkeypatch.setattr(django, "VERSION", (5, 2, 0, "final", 0))


@pytest.mark.usefixtures("old_django")
def test_e008_without_partials(settings: Settings) -> None:
    settings.TEMPLATES = [DUMMY, PLAIN]
    assert checks(user_profile) == [
        Error(
            "No template engine finds partials: 'profile.html#card' can't be rendered or included.",
            hint="Add 'template_partials' to INSTALLED_APPS; Django 6.0 has them built in. If the site, or"
            " another app, has template loaders of its own, write"
            " 'template_partials.apps.SimpleAppConfig' into INSTALLED_APPS, and into TEMPLATES, without"
            " APP_DIRS, OPTIONS = {'loaders': [('template_partials.loader.Loader',"
            " [('django.template.loaders.cached.Loader', [your loaders])])]}. docs/settings.md has the"
            " whole setting.",
            id="mizan_htmx.E008",
        )
    ]


@pytest.mark.usefixtures("old_django")
@pytest.mark.parametrize("engines", [[], [DUMMY], [PLAIN, PARTIALS]], ids=["none", "other", "one of two"])
def test_partials_in_one_engine_are_enough_and_without_engines_none_are_missed(
    settings: Settings, engines: list[dict[str, object]]
) -> None:
    settings.TEMPLATES = engines
    assert checks(user_profile) == []


def test_django_6_needs_no_loader(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django, "VERSION", (6, 0, 0, "final", 0))
    settings.TEMPLATES = [PLAIN]
    assert checks(user_profile) == []
