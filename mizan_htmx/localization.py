"""The language, time zone and formats of a page, carried to where parts of the page are rendered again.

A block, a form or a pushed message is rendered again at a URL of its own, where Django chooses a language by
that URL, a cookie or ``Accept-Language``. What differs from that on the page is part of the URL, signed.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from datetime import timezone as fixed_zone
from functools import lru_cache, partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from mizan_htmx.bounded_cache import BoundedCache
from mizan_htmx.internals import freeze
from mizan_htmx.request_state import STATE, RequestState, state_of

# The field of a URL with the page's localization; no parameter can have this name.
LOCALIZATION_FIELD = "mizan-locale"
SALT = "mizan_htmx.localization"

# The active language, "" for none, and the current time zone.
Locale = tuple[str, tzinfo]

# Deactivated translation, as by ``{% language None %}``; "" leaves the active language.
UNTRANSLATED = "-"

# One entry for each language and time zone of pages.
_ENTRIES = 1024


@with_config(ConfigDict(extra="forbid"))
class LocalizationPayload(TypedDict, total=False):
    """The JSON of a localization in a token; only what is set."""

    lang: str
    tz: str
    l10n: bool
    local: bool


_PAYLOAD = TypeAdapter(LocalizationPayload)


@dataclass(frozen=True, slots=True)
class Localization:
    """The localization of a part of a page, where the URL that renders it again would have another one.

    ``use_l10n`` and ``use_tz`` are those of a template's context, as ``{% localize %}`` and
    ``{% localtime %}`` set them. An empty value, or ``None``, changes nothing.
    """

    language: str = ""
    time_zone: str = ""
    use_l10n: bool | None = None
    use_tz: bool | None = None

    def __bool__(self) -> bool:
        return self is not PLAIN and self != PLAIN

    @property
    def payload(self) -> LocalizationPayload:
        """Return the content of its token."""
        payload: LocalizationPayload = {}
        if self.language:
            payload["lang"] = self.language
        if self.time_zone:
            payload["tz"] = self.time_zone
        if self.use_l10n is not None:
            payload["l10n"] = self.use_l10n
        if self.use_tz is not None:
            payload["local"] = self.use_tz
        return payload

    @classmethod
    def from_payload(cls, payload: LocalizationPayload) -> "Localization":
        """Return the localization in a token."""
        return cls(payload.get("lang", ""), payload.get("tz", ""), payload.get("l10n"), payload.get("local"))

    @property
    def known_language(self) -> str:
        """Return the language, or "" if the site no longer has it: a token may be older than the settings."""
        return self.language if self.language and _is_known(self.language) else ""

    @property
    def zone(self) -> tzinfo | None:
        """Return the time zone, or ``None`` if it is not installed."""
        return zone_named(self.time_zone) if self.time_zone else None

    @contextmanager
    def active(self, request: HttpRequest) -> Iterator[None]:
        """Activate the language and time zone, and set them on the request."""
        state_of(request).base_locale = base_locale_of(request)
        with self.activated(), self.set_on(request):
            yield

    @contextmanager
    def activated(self) -> Iterator[None]:
        """Activate the language and time zone."""
        language, zone = self.known_language, self.zone
        with ExitStack() as stack:
            if language or self.language == UNTRANSLATED:
                stack.enter_context(translation.override(language or None))
            if zone is not None:
                stack.enter_context(timezone.override(zone))
            yield

    @contextmanager
    def set_on(self, request: HttpRequest) -> Iterator[None]:
        """Set the localization and its language on the request inside the ``with`` block."""
        attributes, language = request.__dict__, self.language and self.known_language
        state = state_of(request)
        before, code_before = state.localization, attributes.get("LANGUAGE_CODE")
        state.localization = self
        if language and hasattr(request, "LANGUAGE_CODE"):
            attributes["LANGUAGE_CODE"] = language
        try:
            yield
        finally:
            state.localization = before
            attributes.pop("LANGUAGE_CODE", None)
            if code_before is not None:
                attributes["LANGUAGE_CODE"] = code_before


PLAIN = Localization()


def localization_of(request: HttpRequest) -> Localization:
    """Return the localization of a request's token."""
    state: RequestState | None = getattr(request, STATE, None)
    found: Localization | None = None if state is None else state.localization
    return PLAIN if found is None else found


def pass_language(request: HttpRequest, clean: HttpRequest) -> None:
    """Pass the language, but not the time zone, to the anonymous copy of a request."""
    localization = localization_of(request)
    state = state_of(clean)
    state.localization = Localization(localization.language) if localization.language else PLAIN


def current_locale() -> Locale:
    """Return the active language and the current time zone. Costs a tenth of rendering a small block."""
    return translation.get_language() or "", timezone.get_current_timezone()


def store_base_locale(request: HttpRequest, base: Locale) -> None:
    """Store the language and time zone that the site's middleware has chosen, before a view changes them."""
    state_of(request).base_locale = base


def base_locale_of(request: HttpRequest) -> Locale:
    """Return the language and time zone that the site's middleware has chosen for a request."""
    state: RequestState | None = getattr(request, STATE, None)
    if state is not None and state.base_locale is not None:
        return state.base_locale
    return getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE), timezone.get_default_timezone()


def sign(localization: Localization) -> str:
    """Return the token of a localization."""
    return _sign(localization, settings.SECRET_KEY)


@lru_cache(_ENTRIES)
def _sign(localization: Localization, secret: str | bytes) -> str:
    return signing.Signer(key=secret, salt=SALT).sign_object(localization.payload)


def unsign(token: str) -> Localization:
    """Return the localization of a token; ``PLAIN`` for one that this site did not sign."""
    try:
        return _localizations[token, settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS)]
    except (signing.BadSignature, ValidationError, ValueError):
        return PLAIN


def _unsign(token: str, secret: str | bytes, former: tuple[str | bytes, ...]) -> Localization:
    signer = signing.Signer(key=secret, fallback_keys=[*former], salt=SALT)
    return Localization.from_payload(_PAYLOAD.validate_python(signer.unsign_object(token)))


_localizations = BoundedCache(_unsign, entries=_ENTRIES)


_UNCHANGED = nullcontext()


def has_localization(request: HttpRequest) -> bool:
    """Return whether the URL of a request names the language and time zone of a page."""
    return LOCALIZATION_FIELD in request.META.get("QUERY_STRING", "")


def localized_as_page(request: HttpRequest) -> AbstractContextManager[None]:
    """Activate the language and time zone of the page that a request comes from, if its URL names them.

    Remove the field from ``request.GET``.
    """
    if not has_localization(request):
        return _UNCHANGED
    query: Any = request.GET.copy()
    given = query.pop(LOCALIZATION_FIELD, [""])
    request.GET = freeze(query)
    return unsign(given[-1]).active(request)


def localize_response(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Set the language of a response, and activate it again for a TemplateResponse's later rendering."""
    localization = localization_of(request)
    if localization is PLAIN:
        return response
    set_content_language(request, response, localization)
    if localization and isinstance(response, SimpleTemplateResponse):
        # Not rendered now: its failure must not undo what is committed and published.
        response.render = partial(_render_late, request, response, localization)  # type: ignore[method-assign]
    return response


def _render_late(
    request: HttpRequest, response: SimpleTemplateResponse, localization: Localization
) -> SimpleTemplateResponse:
    del response.__dict__["render"]
    with localization.active(request):
        return response.render()


def set_content_language(
    request: HttpRequest, response: HttpResponseBase, localization: Localization
) -> None:
    """Set Content-Language, where LocaleMiddleware would set another."""
    language = localization.language and localization.known_language
    if language and hasattr(request, "LANGUAGE_CODE"):
        response.headers.setdefault("Content-Language", language)


def zone_name(zone: tzinfo) -> str:
    """Return the name for ``zone_named``, such as ``UTC+03:00`` for an offset; "" if there is none."""
    for attribute in ("key", "zone"):  # zoneinfo's, pytz's
        name = getattr(zone, attribute, None)
        if isinstance(name, str):
            return name
    if not isinstance(zone, fixed_zone):
        return ""
    name, plain = str(zone), str(fixed_zone(zone.utcoffset(None)))
    return name if re.fullmatch(r"[+-]\d{4}", name) else plain  # the names of Django's own fixed offsets


@lru_cache(_ENTRIES)
def zone_named(name: str) -> tzinfo | None:
    """Return the time zone that ``zone_name`` named; ``None`` if it is not installed."""
    try:
        if name.startswith(("+", "-")):
            return _fixed(name, name)
        return _fixed(name[3:]) if name.startswith(("UTC+", "UTC-")) else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _fixed(offset: str, *name: str) -> tzinfo:
    aware = datetime.strptime(offset, "%z")
    return fixed_zone(cast("timedelta", aware.utcoffset()), *name)


def _is_known(language: str) -> bool:
    # ``{% language %}`` takes any language that Django has, not only those of LANGUAGES.
    return translation.check_for_language(language) or language in dict(settings.LANGUAGES)
