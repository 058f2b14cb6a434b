"""A site in English and German with ``i18n_patterns``, whose endpoints stand where the README puts them."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from pytest_django import Settings

from tests.helpers.blocks import MIDDLEWARE, Site, template_settings

LOCALE = "django.middleware.locale.LocaleMiddleware"
ENDPOINTS = include("mizan_htmx.urls")
LIBRARIES = ["django.templatetags.i18n", "django.templatetags.l10n", "django.templatetags.tz"]

#: What a block shows of the language, the formats and the time zone that it is rendered in.
SHOWN = "{% translate 'Yes' %} {{ 1234.5 }} {% get_current_timezone as zone_here %}{{ zone_here }}"
BLOCK = f"{{% mizan_context 'notifications' %}}{SHOWN}{{% endmizan_context %}}"
IN_GERMAN, IN_ENGLISH = "Ja 1.234,5 UTC", "Yes 1,234.5 UTC"


class ZoneOfVisitor:
    """A middleware as Django's own documentation has it: the time zone that a visitor has chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the time zone of a cookie."""
        name = request.COOKIES.get("zone")
        with timezone.override(ZoneInfo(name) if name else None):
            return self.get_response(request)


def speak(settings: Settings, *patterns: Any, prefixed: bool = True, outside: tuple[Any, ...] = ()) -> None:
    """Let a site speak two languages: these patterns have a prefix, what is ``outside`` has none."""
    settings.LANGUAGE_CODE, settings.LANGUAGES = "en", [("en", "English"), ("de", "Deutsch")]
    settings.USE_THOUSAND_SEPARATOR = True
    settings.MIDDLEWARE = [*MIDDLEWARE[:1], LOCALE, f"{__name__}.ZoneOfVisitor", *MIDDLEWARE[1:]]
    settings.ROOT_URLCONF = (
        *i18n_patterns(*patterns, prefix_default_language=prefixed),
        *(outside or (path("api/mizan/", ENDPOINTS),)),
    )


def pages(site: Site) -> tuple[Any, ...]:
    """Give the patterns of the page."""
    return path("page/", site.page_view), path("async/", site.async_view)


def with_libraries(site: Site) -> list[dict[str, Any]]:
    """Write the TEMPLATES setting; ``{% load %}`` is not needed."""
    made = template_settings(site.folder)
    made[0]["OPTIONS"]["builtins"] = [*made[0]["OPTIONS"]["builtins"], *LIBRARIES]
    return made
