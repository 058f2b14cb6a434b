"""How the localization of a part of a page differs from that of the endpoint that renders it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from django.conf import settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.http import HttpRequest
from django.template import Context
from django.urls import get_script_prefix
from django.utils import timezone, translation

from mizan_htmx.caching.anonymous import AnonymousRequest, anonymous
from mizan_htmx.localization import (
    LOCALIZATION_FIELD,
    PLAIN,
    UNTRANSLATED,
    Locale,
    Localization,
    base_locale_of,
    current_locale,
    localization_of,
    sign,
    store_base_locale,
    zone_name,
)
from mizan_htmx.rendering.url_cache import reverse_url
from mizan_htmx.request_address import as_routed
from mizan_htmx.request_state import state_of

# Block tags that set the language or the time zone for every visitor.
LANGUAGE, TIME_ZONE = "language", "timezone"
_LOCALIZING = frozenset([LANGUAGE, TIME_ZONE])


def localization_in(
    context: Context, request: HttpRequest, locale: Locale, *, public: bool, tags: frozenset[str]
) -> Localization:
    """Return the localization that a block's URL must carry, by its place in a template.

    ``tags`` names the block tags around it.
    """
    found = localization_here(request, locale, public=public, tags=tags & _LOCALIZING if tags else tags)
    use_l10n = False if context.use_l10n is False else None  # Django localizes by default
    use_tz = context.use_tz
    if use_tz is not None and use_tz == settings.USE_TZ:
        use_tz = None
    if use_l10n is None and use_tz is None:
        return found
    return replace(found, use_l10n=use_l10n, use_tz=use_tz)


def localization_here(
    request: HttpRequest,
    locale: Locale | None = None,
    *,
    public: bool = False,
    tags: frozenset[str] = frozenset(),
) -> Localization:
    """Return the localization that the URL of a part of a page must carry, by what is active now.

    A ``public`` part has the language of the page's URL and the site's time zone, unless a template or view
    has activated others. Raise ValueError under ``DEBUG`` for a time zone without a name.
    """
    state = state_of(request)
    known: dict[Any, Localization] = state.page.localizations
    locale = locale or current_locale()
    key = locale, public, tags, state.localization
    found = known.get(key)
    if found is None:
        localize = _for_everyone if public else _for_visitor
        with as_routed(request):
            found = known[key] = localize(request, *locale, tags)
    return found


def query_of(localization: Localization) -> str:
    """Return a localization as a query field; "" if nothing differs."""
    return f"{LOCALIZATION_FIELD}={sign(localization)}" if localization else ""


def localization_without_request() -> Localization:
    """Return how the active language and time zone differ from those of the settings."""
    language, zone = current_locale()
    name = zone_name(zone)
    return Localization(
        "" if language == settings.LANGUAGE_CODE else language or UNTRANSLATED,
        "" if name == zone_name(timezone.get_default_timezone()) else name,
    )


def _for_visitor(request: HttpRequest, language: str, zone: tzinfo, tags: frozenset[str]) -> Localization:
    around, (base_language, base_zone) = localization_of(request), base_locale_of(request)
    is_for_everyone = isinstance(request, AnonymousRequest)
    elsewhere = {endpoint_language(request, is_fixed=LANGUAGE in tags or is_for_everyone), base_language}
    name, zones = zone_name(zone), {zone_name(timezone.get_default_timezone()), zone_name(base_zone)}
    if not name and zone != base_zone:
        _refuse_unnamed(zone)
    return Localization(
        language or UNTRANSLATED if around.language or elsewhere != {language} else "",
        name if around.time_zone or TIME_ZONE in tags or zones != {name} else "",
    )


def _for_everyone(request: HttpRequest, language: str, zone: tzinfo, tags: frozenset[str]) -> Localization:
    clean = anonymous(request)
    with as_routed(clean):
        elsewhere = endpoint_language(clean, is_fixed=LANGUAGE in tags)
    own, default = getattr(clean, "LANGUAGE_CODE", settings.LANGUAGE_CODE), timezone.get_default_timezone()
    # A shared response has neither the visitor's own, nor those of a private block around it.
    of_visitor = (own, default) if clean is request else base_locale_of(request)
    around = localization_of(clean) if clean is request else PLAIN
    is_chosen = language != "" and (LANGUAGE in tags or language != of_visitor[0])
    chosen = language if is_chosen else own
    is_elsewhere = TIME_ZONE in tags or zone_name(zone) != zone_name(of_visitor[1])
    name = zone_name(zone) if is_elsewhere else ""
    if is_elsewhere and not name:
        _refuse_unnamed(zone)
    return Localization(
        chosen if around.language or chosen != elsewhere else "",
        "" if name == zone_name(default) else name,
    )


def _refuse_unnamed(zone: tzinfo) -> None:
    if settings.DEBUG:
        raise ValueError(
            f"The time zone {zone!r} around a block or form has no name, so a refresh could not use it."
            " Use one of zoneinfo, such as ZoneInfo('Europe/Berlin'), or a fixed offset."
        )


def endpoint_language(request: HttpRequest, *, is_fixed: bool = False) -> str:
    """Return the language that LocaleMiddleware chooses at the endpoints; "" if that can't be known.

    Cookie and headers may change until then. That matters if the page's own language does not come from them:
    if its URL names it, or (``is_fixed``) if a tag does or the page is for everyone.
    """
    if not hasattr(request, "LANGUAGE_CODE"):
        return settings.LANGUAGE_CODE
    urlconf = getattr(request, "urlconf", None) or settings.ROOT_URLCONF
    is_in_paths, is_default_prefixed = is_language_prefix_patterns_used(urlconf)
    if is_in_paths:
        on_page = translation.get_language_from_path(request.path_info)
        place = "/" + reverse_url("mizan:call").removeprefix(get_script_prefix())
        if translation.get_language_from_path(place):
            return on_page or request.LANGUAGE_CODE
        if not is_default_prefixed:
            return settings.LANGUAGE_CODE
        if on_page:
            return ""
    return "" if is_fixed else translation.get_language_from_request(request)


@contextmanager
def localized_as_endpoint(request: HttpRequest, clean: HttpRequest) -> Iterator[None]:
    """Activate the language and time zone that the endpoints would have for this visitor.

    They may differ from those of this URL and its view. ``clean`` is the request that is used meanwhile.
    """
    language, zone = base_locale_of(request)
    if hasattr(request, "LANGUAGE_CODE"):
        language = endpoint_language(request) or translation.get_language_from_request(request)
        clean.LANGUAGE_CODE = language
    store_base_locale(clean, (language, zone))
    with translation.override(language), timezone.override(zone):
        yield
