"""The language, time zone and formats of a page, carried to where parts of the page are rendered again.

A block, a form or a pushed message is rendered again at an address of its own, where Django chooses a
language by that address, a cookie or ``Accept-Language``. What is otherwise on the page travels signed.
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

# Of a page's localization in the address of a form, a call or the notice; no parameter can be called that.
LOCALIZATION_FIELD = "mizan-locale"
SALT = "mizan_htmx.localization"

# A language, "" for none at all, and a time zone.
Spoken = tuple[str, tzinfo]

# No language at all, as ``{% language None %}`` leaves it; "" is whatever there is.
UNTRANSLATED = "-"

# How many tokens are kept: one for each language and time zone that pages have.
_REMEMBERED = 1024


@with_config(ConfigDict(extra="forbid"))
class Written(TypedDict, total=False):
    """A localization in a token: only what is set."""

    lang: str
    tz: str
    l10n: bool
    local: bool


_WRITTEN = TypeAdapter(Written)


@dataclass(frozen=True, slots=True)
class Localization:
    """How a part of a page is written, where the address that renders it again would not say the same.

    ``use_l10n`` and ``use_tz`` are those of a template's context, as ``{% localize %}`` and
    ``{% localtime %}`` set them. What is empty or ``None`` is left as it is.
    """

    language: str = ""
    time_zone: str = ""
    use_l10n: bool | None = None
    use_tz: bool | None = None

    def __bool__(self) -> bool:
        return self is not PLAIN and self != PLAIN

    @property
    def written(self) -> Written:
        """What of it a token holds."""
        written: Written = {}
        if self.language:
            written["lang"] = self.language
        if self.time_zone:
            written["tz"] = self.time_zone
        if self.use_l10n is not None:
            written["l10n"] = self.use_l10n
        if self.use_tz is not None:
            written["local"] = self.use_tz
        return written

    @classmethod
    def of_written(cls, written: Written) -> "Localization":
        """Return what a token holds."""
        return cls(written.get("lang", ""), written.get("tz", ""), written.get("l10n"), written.get("local"))

    @property
    def known_language(self) -> str:
        """The language, if this site has it: a token may be older than the settings."""
        return self.language if self.language and _is_known(self.language) else ""

    @property
    def zone(self) -> tzinfo | None:
        """The time zone, if there is one of that name here."""
        return zone_named(self.time_zone) if self.time_zone else None

    @contextmanager
    def active(self, request: HttpRequest) -> Iterator[None]:
        """Work in this language and time zone for this request, where they are set."""
        state_of(request).base_locale = base_of(request)
        with self.spoken(), self.noted(request):
            yield

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """Work in this language and time zone, where they are set."""
        language, zone = self.known_language, self.zone
        with ExitStack() as stack:
            if language or self.language == UNTRANSLATED:
                stack.enter_context(translation.override(language or None))
            if zone is not None:
                stack.enter_context(timezone.override(zone))
            yield

    @contextmanager
    def noted(self, request: HttpRequest) -> Iterator[None]:
        """Let the request say so, too, for what is rendered or read with it in the meantime."""
        attributes, language = request.__dict__, self.language and self.known_language
        state: RequestState = getattr(request, STATE, None) or state_of(request)
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
    """Return what a request is being answered in, where a token has said so."""
    state: RequestState | None = getattr(request, STATE, None)
    found: Localization | None = None if state is None else state.localization
    return PLAIN if found is None else found


def pass_language(request: HttpRequest, clean: HttpRequest) -> None:
    """Let public readers speak as what is rendered for the visitor, but not in the visitor's time zone."""
    localization = localization_of(request)
    state: RequestState = getattr(clean, STATE, None) or state_of(clean)
    state.localization = Localization(localization.language) if localization.language else PLAIN


def spoken_here() -> Spoken:
    """Return what is spoken here and now. Asking Django costs as much as a tenth of a small block."""
    return translation.get_language() or "", timezone.get_current_timezone()


def remember_base(request: HttpRequest, base: Spoken) -> None:
    """Keep the language and time zone that the site's middleware has chosen, before a view changes them."""
    state_of(request).base_locale = base


def base_of(request: HttpRequest) -> Spoken:
    """Return the language and time zone that the site's middleware has chosen for a request."""
    state: RequestState | None = getattr(request, STATE, None)
    if state is not None and state.base_locale is not None:
        return state.base_locale
    return getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE), timezone.get_default_timezone()


def sign(localization: Localization) -> str:
    """Return the token of a localization."""
    return _sign(localization, settings.SECRET_KEY)


@lru_cache(_REMEMBERED)
def _sign(localization: Localization, secret: str | bytes) -> str:
    return signing.Signer(key=secret, salt=SALT).sign_object(localization.written)


def read(token: str) -> Localization:
    """Return the localization of a token; the plain one for what this site did not sign."""
    try:
        return _localizations[token, settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS)]
    except (signing.BadSignature, ValidationError, ValueError):
        return PLAIN


def _read(token: str, secret: str | bytes, former: tuple[str | bytes, ...]) -> Localization:
    signer = signing.Signer(key=secret, fallback_keys=[*former], salt=SALT)
    return Localization.of_written(_WRITTEN.validate_python(signer.unsign_object(token)))


_localizations = BoundedCache(_read, entries=_REMEMBERED)


_AS_IT_IS = nullcontext()


def as_on_page(request: HttpRequest) -> AbstractContextManager[None]:
    """Work in the language and time zone of the page that a request comes from, if its address names them.

    Nobody else finds the field in ``request.GET``.
    """
    if LOCALIZATION_FIELD not in request.META.get("QUERY_STRING", ""):
        return _AS_IT_IS
    query: Any = request.GET.copy()
    given = query.pop(LOCALIZATION_FIELD, [""])
    request.GET = freeze(query)
    return read(given[-1]).active(request)


def finish_on_page(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let an answer say which language it is in, and render in it, if it renders late."""
    localization = localization_of(request)
    if localization is PLAIN:
        return response
    label(request, response, localization)
    if localization and isinstance(response, SimpleTemplateResponse):
        # Not now: whatever fails in it comes after what is committed and told.
        response.render = partial(_render_late, request, response, localization)  # type: ignore[method-assign]
    return response


def _render_late(
    request: HttpRequest, response: SimpleTemplateResponse, localization: Localization
) -> SimpleTemplateResponse:
    del response.__dict__["render"]
    with localization.active(request):
        return response.render()


def label(request: HttpRequest, response: HttpResponseBase, localization: Localization) -> None:
    """Say in which language an answer is, where it is not the one that LocaleMiddleware would name."""
    language = localization.language and localization.known_language
    if language and hasattr(request, "LANGUAGE_CODE"):
        response.headers.setdefault("Content-Language", language)


def zone_name(zone: tzinfo) -> str:
    """Return the name by which a time zone is found again, such as ``UTC+03:00`` for an offset, or ""."""
    for attribute in ("key", "zone"):  # zoneinfo's, pytz's
        name = getattr(zone, attribute, None)
        if isinstance(name, str):
            return name
    if not isinstance(zone, fixed_zone):
        return ""
    name, plain = str(zone), str(fixed_zone(zone.utcoffset(None)))
    return name if re.fullmatch(r"[+-]\d{4}", name) else plain  # Django's own have such a name


@lru_cache(_REMEMBERED)
def zone_named(name: str) -> tzinfo | None:
    """Find a time zone by what ``zone_name`` returns; ``None`` for one that is not installed here."""
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
    # ``{% language %}`` takes any language that Django has, and not those of LANGUAGES alone.
    return translation.check_for_language(language) or language in dict(settings.LANGUAGES)
