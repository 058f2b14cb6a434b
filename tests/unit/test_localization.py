"""Localizations: how they are written, signed and read, and what time zones are called."""

from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone as django_timezone
from django.utils import translation
from pytest_django import Settings

from mizan_htmx.localization import (
    PLAIN,
    SALT,
    UNTRANSLATED,
    Localization,
    LocalizationPayload,
    localization_of,
    sign,
    unsign,
    zone_name,
    zone_named,
)

ALL = Localization("de", "Asia/Tokyo", False, True)


class Nameless(tzinfo):
    """A time zone that nobody finds again."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """Be east of Greenwich."""
        return timedelta(hours=1)

    def dst(self, dt: datetime | None) -> timedelta:
        """Know no summer."""
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        """Say something."""
        return "Somewhere"


class Pytz(Nameless):
    """A time zone as another library names it."""

    zone = "Europe/Berlin"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (ZoneInfo("Asia/Tokyo"), "Asia/Tokyo"),
        (ZoneInfo("UTC"), "UTC"),
        (timezone(timedelta(0)), "UTC"),
        (timezone(timedelta(hours=-3, minutes=-30)), "UTC-03:30"),
        (timezone(timedelta(hours=2), "Somewhere"), "UTC+02:00"),
        (django_timezone.get_fixed_timezone(-210), "-0330"),
    ],
)
def test_a_zone_is_found_again_by_its_name(zone: tzinfo, name: str) -> None:
    assert zone_name(zone) == name
    found = zone_named(name)
    assert found is not None
    assert zone_name(found) == name
    if zone.utcoffset(None) is not None:
        assert found.utcoffset(None) in (zone.utcoffset(None), None if name == "UTC" else timedelta())


def test_what_has_another_kind_of_name_or_none() -> None:
    assert zone_name(Pytz()) == "Europe/Berlin"
    assert zone_name(Nameless()) == ""


@pytest.mark.parametrize(
    "name", ["", "Mars", "../etc", "/etc/passwd", "America", "UTC+", "+25:99", "x" * 5000]
)
def test_a_zone_that_is_not_here(name: str) -> None:
    assert zone_named(name) is None


@pytest.mark.parametrize(
    ("localization", "written"),
    [
        (PLAIN, {}),
        (Localization("de"), {"lang": "de"}),
        (Localization(time_zone="UTC"), {"tz": "UTC"}),
        (ALL, {"lang": "de", "tz": "Asia/Tokyo", "l10n": False, "local": True}),
    ],
)
def test_only_what_is_set_is_written(localization: Localization, written: LocalizationPayload) -> None:
    assert localization.payload == written
    assert Localization.from_payload(written) == localization
    assert bool(localization) is bool(written)
    assert unsign(sign(localization)) == localization
    assert signing.Signer(salt=SALT).unsign_object(sign(localization)) == written


@pytest.mark.parametrize("content", ["de", ["de"], {"lang": 5}, {"other": "de"}, {"lang": "de", "tz": None}])
def test_what_does_not_fit_is_plain(content: object) -> None:
    assert unsign(signing.Signer(salt=SALT).sign_object(content)) == PLAIN


@pytest.mark.parametrize("token", ["", "x", "x:y", "eyJsYW5nIjoiZGUifQ:x", "x" * 10_000])
def test_what_nobody_signed_is_plain(token: str) -> None:
    assert unsign(token) == PLAIN


def test_a_new_key_signs_at_once_and_the_old_one_is_read_while_it_is_a_fallback(settings: Settings) -> None:
    settings.SECRET_KEY = "old"
    old = sign(ALL)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert sign(ALL) != old
    assert unsign(old) == unsign(sign(ALL)) == ALL
    settings.SECRET_KEY_FALLBACKS = []
    assert unsign(old) == PLAIN


def here(request: HttpRequest) -> tuple[str | None, str, str]:
    """Tell what is spoken, what the request says, and the time zone."""
    return translation.get_language(), request.LANGUAGE_CODE, django_timezone.get_current_timezone_name()


def test_it_holds_as_long_as_it_is_active() -> None:
    request = HttpRequest()
    request.LANGUAGE_CODE = "en"

    def fail() -> None:
        with ALL.active(request):
            assert here(request) == ("de", "de", "Asia/Tokyo")
            assert localization_of(request) is ALL
            with Localization("xx", "Nowhere").active(request):
                assert here(request) == ("de", "de", "Asia/Tokyo")
            assert localization_of(request) is ALL
            raise ValueError("inside")

    with translation.override("fr"):
        with pytest.raises(ValueError, match="inside"):
            fail()
        assert here(request) == ("fr", "en", "UTC")
    assert localization_of(request) is PLAIN


def test_no_language_at_all_is_one_to_hold() -> None:
    request = HttpRequest()
    request.LANGUAGE_CODE = "en"
    untranslated = Localization(UNTRANSLATED)
    with translation.override("fr"), untranslated.active(request):
        assert here(request) == (None, "en", "UTC")
        assert unsign(sign(untranslated)) == untranslated
    assert untranslated.known_language == ""


@pytest.mark.parametrize(("languages", "known"), [(["de"], ""), (["xx"], "xx")])
def test_a_language_is_one_of_django_or_of_the_site(
    settings: Settings, languages: list[str], known: str
) -> None:
    settings.LANGUAGES = [(each, each) for each in languages]
    assert Localization("de").known_language == "de"
    assert Localization("xx").known_language == known
