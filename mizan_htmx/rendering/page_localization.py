"""What is otherwise where a part of a page stands than at the address that renders it again."""

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
    Localization,
    Spoken,
    base_of,
    localization_of,
    remember_base,
    sign,
    spoken_here,
    zone_name,
)
from mizan_htmx.rendering.url_cache import address_of
from mizan_htmx.request_state import STATE, RequestState, state_of

# Block tags that settle the language or the time zone, whoever looks at the page.
LANGUAGE, TIME_ZONE = "language", "timezone"
_SETTLING = frozenset([LANGUAGE, TIME_ZONE])


def localization_in(
    context: Context, request: HttpRequest, here: Spoken, *, public: bool, tags: frozenset[str]
) -> Localization:
    """Return what a block has to carry from its place in a template to its own address.

    ``tags`` names the block tags that stand around it.
    """
    found = localization_here(request, here, public=public, tags=tags & _SETTLING if tags else tags)
    use_l10n = False if context.use_l10n is False else None  # Django localizes by itself
    use_tz = context.use_tz
    if use_tz is not None and use_tz == settings.USE_TZ:
        use_tz = None
    if use_l10n is None and use_tz is None:
        return found
    return replace(found, use_l10n=use_l10n, use_tz=use_tz)


def localization_here(
    request: HttpRequest,
    here: Spoken | None = None,
    *,
    public: bool = False,
    tags: frozenset[str] = frozenset(),
) -> Localization:
    """Return what a part of a page has to carry, rendered here and now, to an address of its own.

    A ``public`` part is in the language of the page's address, and in the site's time zone, unless a template
    or view has chosen others for it.
    """
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    known: dict[Any, Localization] = state.page.localizations
    here = here or spoken_here()
    key = here, public, tags, state.localization
    found = known.get(key)
    if found is None:
        work_out = _of_everyone if public else _of_visitor
        found = known[key] = work_out(request, *here, tags)
    return found


def query_of(localization: Localization) -> str:
    """Write a page's localization as a field of a query, or "" where nothing differs."""
    return f"{LOCALIZATION_FIELD}={sign(localization)}" if localization else ""


def localization_without_request() -> Localization:
    """Return how the language and time zone here differ from those of the site."""
    language, zone = spoken_here()
    name = zone_name(zone)
    return Localization(
        "" if language == settings.LANGUAGE_CODE else language or UNTRANSLATED,
        "" if name == zone_name(timezone.get_default_timezone()) else name,
    )


def _of_visitor(request: HttpRequest, language: str, zone: tzinfo, tags: frozenset[str]) -> Localization:
    around, (base_language, base_zone) = localization_of(request), base_of(request)
    is_of_anyone = isinstance(request, AnonymousRequest)
    elsewhere = {endpoint_language(request, settled=LANGUAGE in tags or is_of_anyone), base_language}
    name, zones = zone_name(zone), {zone_name(timezone.get_default_timezone()), zone_name(base_zone)}
    if not name and zone != base_zone:
        _refuse(zone)
    return Localization(
        language or UNTRANSLATED if around.language or elsewhere != {language} else "",
        name if around.time_zone or TIME_ZONE in tags or zones != {name} else "",
    )


def _of_everyone(request: HttpRequest, language: str, zone: tzinfo, tags: frozenset[str]) -> Localization:
    clean = anonymous(request)
    own, default = getattr(clean, "LANGUAGE_CODE", settings.LANGUAGE_CODE), timezone.get_default_timezone()
    # A visitor's own are not for everyone, nor those of a visitor's block around this one.
    of_visitor = (own, default) if clean is request else base_of(request)
    around = localization_of(clean) if clean is request else PLAIN
    is_chosen = language != "" and (LANGUAGE in tags or language != of_visitor[0])
    spoken = language if is_chosen else own
    elsewhere = endpoint_language(clean, settled=LANGUAGE in tags)
    is_elsewhere = TIME_ZONE in tags or zone_name(zone) != zone_name(of_visitor[1])
    name = zone_name(zone) if is_elsewhere else ""
    if is_elsewhere and not name:
        _refuse(zone)
    return Localization(
        spoken if around.language or spoken != elsewhere else "",
        "" if name == zone_name(default) else name,
    )


def _refuse(zone: tzinfo) -> None:
    if settings.DEBUG:
        raise ValueError(
            f"The time zone {zone!r} around a block or form has no name, so it would be another one after a"
            " refresh. Use one of zoneinfo, such as ZoneInfo('Europe/Berlin'), or a fixed offset."
        )


def endpoint_language(request: HttpRequest, *, settled: bool = False) -> str:
    """Return the language in which LocaleMiddleware answers at the endpoints; "" where that can't be known.

    Cookie and headers may be others by then, which matters where the page's own language does not come from
    them: its address says which one, a tag does, or everyone is handed the page (``settled``).
    """
    if not hasattr(request, "LANGUAGE_CODE"):
        return settings.LANGUAGE_CODE
    urlconf = getattr(request, "urlconf", None) or settings.ROOT_URLCONF
    is_in_paths, is_default_prefixed = is_language_prefix_patterns_used(urlconf)
    if is_in_paths:
        on_page = translation.get_language_from_path(request.path_info)
        place = "/" + address_of("mizan:call").removeprefix(get_script_prefix())
        if translation.get_language_from_path(place):
            return on_page or request.LANGUAGE_CODE
        if not is_default_prefixed:
            return settings.LANGUAGE_CODE
        if on_page:
            return ""
    return "" if settled else translation.get_language_from_request(request)


@contextmanager
def as_at_endpoints(request: HttpRequest, clean: HttpRequest) -> Iterator[None]:
    """Work as the endpoints would for this visitor, whatever this address and its view have chosen.

    ``clean`` is what stands for the request meanwhile.
    """
    language, zone = base_of(request)
    if hasattr(request, "LANGUAGE_CODE"):
        language = endpoint_language(request) or translation.get_language_from_request(request)
        clean.LANGUAGE_CODE = language
    remember_base(clean, (language, zone))
    with translation.override(language), timezone.override(zone):
        yield
