"""A copy of the request without anything that identifies the visitor, so that shared responses leak nothing.

What is rendered with it depends on the URL alone, on ``Accept-Language`` where the site has
``LocaleMiddleware``, and on those headers of htmx and of proxies that were read. It also records what
is shown with it, and why the response must not be shared.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NoReturn, cast

from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, QueryDict
from django.http.request import HttpHeaders
from django.utils import timezone, translation
from django_htmx.middleware import HtmxDetails

from mizan_htmx.caching.forwarded import Meta, forwarded
from mizan_htmx.internals import NONCE, BodilessRequest
from mizan_htmx.localization import Locale, Localization, localization_of, pass_language
from mizan_htmx.protocol.headers import CURRENT_URL_HEADER, CURRENT_URL_META
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.request_address import as_routed
from mizan_htmx.request_state import state_of
from mizan_htmx.setup.registry import registry

# An allow list: proxies put users into headers of many names.
_KNOWN = (
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "HTTP_HOST",
)
# What HtmxDetails and a page in several languages read; the response then varies by them.
_READABLE = ("HTTP_HX_", "HTTP_TRIGGERING_", "HTTP_ACCEPT_LANGUAGE")
# Not this one: a cache would keep a copy for each page that a block is on.
_CURRENT_URL = CURRENT_URL_HEADER.title()
# A nonce belongs to one response. Whether it was used is seen on the visitor's own request (``responses``).
_NONCES = (NONCE, "csp_nonce")


class AnonymousRequest(BodilessRequest):
    """The same URL and method without a visitor: AnonymousUser, an empty session, no cookies.

    ``shown`` is what was rendered with it, ``objections`` the reasons why that must not be shared.
    ``misuse`` is an exception that template conditions may have swallowed.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.scheme)
        self.method = request.method
        self.path, self.path_info = request.path, request.path_info
        self.resolver_match = request.resolver_match
        self.content_type, self.content_params = "", {}
        self.GET = request.GET
        meta = {name: request.META[name] for name in _known(request) if name in request.META}
        readable = {
            name: text
            for name, text in request.META.items()
            if name.startswith(_READABLE) and not name.startswith(CURRENT_URL_META)
        }
        read: set[str] = set()
        self.META = Meta({**meta, "CSRF_COOKIE": _NoSecret()}, read)
        self.headers = _Headers({**meta, **readable}, read)
        self.session = _EmptySession()
        self.shown: dict[Invalidation, None] = {}
        self.objections: list[str] = []
        self.misuse: Exception | None = None
        user = anonymous_user()
        if user is not None:
            self.user = user
        if hasattr(request, "htmx"):
            self.htmx = HtmxDetails(self)
        if hasattr(request, "LANGUAGE_CODE"):
            self.LANGUAGE_CODE = self.language
        for name in ("urlconf", *_NONCES):
            if name in request.__dict__:
                setattr(self, name, request.__dict__[name])

    @property
    def GET(self) -> Any:
        """The query of a page; a block has none, and under ``DEBUG`` reading it there is an error."""
        if "GET" in self.__dict__:
            return self.__dict__["GET"]
        if settings.DEBUG:
            self.misuse = ImproperlyConfigured(
                "request.GET is read in a block of a public context, which is the same on all pages."
                " Pass what it needs: as a parameter of its context, or by 'with'."
            )
            raise self.misuse
        return QueryDict("")

    @GET.setter
    def GET(self, query: QueryDict) -> None:
        self.__dict__["GET"] = query

    @contextmanager
    def tolerating_query(self) -> Iterator[None]:
        """Let code that serves all templates find no query in a block, which is no error of the block."""
        is_of_page = "GET" in self.__dict__
        self.__dict__.setdefault("GET", QueryDict(""))
        try:
            yield
        finally:
            if not is_of_page:
                self.__dict__.pop("GET", None)

    async def auser(self) -> Any:
        """Return the user, as Django does in coroutines."""
        return self.user

    @property
    def language(self) -> str:
        """The language of the URL or ``Accept-Language``; a cookie does not count."""
        urlconf = getattr(self, "urlconf", settings.ROOT_URLCONF)
        in_path, prefixed_default = is_language_prefix_patterns_used(urlconf)
        if not (in_path and translation.get_language_from_path(self.path_info)):
            if in_path and not prefixed_default:
                return settings.LANGUAGE_CODE
            # LocaleMiddleware adds it as well, but a subclass of the site's own may not.
            cast("_Headers", self.headers).read.add("Accept-Language")
        return translation.get_language_from_request(self, check_path=in_path)

    @property
    def varies(self) -> list[str]:
        """The headers that the response depends on, sorted."""
        return sorted(cast("_Headers", self.headers).read)

    def show(self, shown: Iterable[Invalidation]) -> None:
        """Record what the rendered part shows."""
        self.shown.update(dict.fromkeys(shown))

    def object(self, reason: str) -> None:
        """Record a reason why the rendered part must not be shared."""
        self.objections.append(reason)


def anonymous(request: HttpRequest) -> AnonymousRequest:
    """Return the anonymous request of a request: always the same object, so that each reader runs once."""
    if isinstance(request, AnonymousRequest):
        return request
    state = state_of(request)
    clean: AnonymousRequest | None = state.block.anonymous
    if clean is None:
        with as_routed(request):
            clean = state.block.anonymous = AnonymousRequest(request)
        if state.page.shared_results is not None:
            state_of(clean).page.results = state.page.shared_results
    if state.recorder is not None:  # opened since
        own = state_of(clean)
        own.recorder, own.is_refresh = state.recorder, state.is_refresh
    pass_language(request, clean)
    return clean


def are_public(contexts: Collection[str]) -> bool:
    """Return whether all these contexts are public, so that everyone may be sent what they show."""
    return registry.graph.public.issuperset(contexts) and bool(contexts)


class shared_or_own:
    """Work with the anonymous request where all these contexts are public, and else with the visitor's own.

    ``localization`` is what a block carries in its own URL. ``locale`` is the language and time zone
    inside, if that is known. Written as a class because ``contextmanager`` costs each read three more calls.
    """

    __slots__ = ("_localized", "_request", "locale")

    def __init__(
        self, request: HttpRequest, contexts: Collection[str], localization: Localization | None = None
    ) -> None:
        self.locale: Locale | None = None
        self._request = request
        self._localized: AbstractContextManager[Locale | None] | None = None
        if are_public(contexts):
            self._request = clean = anonymous(request)
            self._localized = as_anyone(clean, localization)
        elif localization:
            self._localized = localization.active(request)

    def __enter__(self) -> HttpRequest:
        if self._localized is not None:
            self.locale = self._localized.__enter__()
        return self._request

    def __exit__(self, *raised: Any) -> None:
        if self._localized is not None:
            self._localized.__exit__(*raised)


@contextmanager
def as_anyone(request: AnonymousRequest, localization: Localization | None = None) -> Iterator[Locale]:
    """Render in the language of the anonymous request and the site's time zone, not in the visitor's.

    ``localization`` is what a block of public contexts carries in its own URL.
    """
    if localization is None:
        localization = localization_of(request)
    known = localization.language and localization.known_language
    language = known or getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    zone = localization.zone
    with translation.override(language), timezone.override(zone), localization.set_on(request):
        yield language, zone or timezone.get_default_timezone()


def _known(request: HttpRequest) -> list[str]:
    names = [*_KNOWN]
    if hasattr(request, "LANGUAGE_CODE"):  # LocaleMiddleware makes the response vary by it
        names.append("HTTP_ACCEPT_LANGUAGE")
    return [*names, *forwarded()]


def anonymous_user() -> Any:
    """Return an AnonymousUser, or ``None`` on a site without ``django.contrib.auth``."""
    if not apps.is_installed("django.contrib.auth"):
        return None
    # Models cannot be imported before Django is set up, nor without their app.
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415

    return AnonymousUser()


class _Headers(HttpHeaders):
    """The allowed headers; ``read`` are those that the response must vary by."""

    def __init__(self, environ: dict[str, Any], read: set[str]) -> None:
        super().__init__(environ)
        self.read = read
        self._of_proxies = frozenset(forwarded().values())

    def __getitem__(self, key: str) -> str:
        name = key.replace("_", "-").title()
        if name in self._of_proxies:
            self.read.add(name)
        # HtmxDetails also looks up whether each is encoded; the response varies by the header itself.
        is_of_htmx = name.startswith(("Hx-", "Triggering-")) and not name.endswith("-Uri-Autoencoded")
        if (is_of_htmx and name != _CURRENT_URL) or name == "Accept-Language":
            self.read.add(name.replace("Hx-", "HX-"))
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        self.read.update({"HX-Request", *self._of_proxies})
        return super().__iter__()


class _EmptySession(SessionBase):
    """A session that holds nothing and cannot be saved."""

    def load(self) -> dict[str, Any]:
        """Return nothing."""
        return {}

    def exists(self, session_key: str) -> bool:
        """Return whether there is such a session: there is none."""
        return False

    def delete(self, session_key: str | None = None) -> None:
        """Delete nothing."""

    def create(self) -> NoReturn:
        """Raise ImproperlyConfigured."""
        self.save()

    def save(self, must_create: bool = False) -> NoReturn:
        """Raise ImproperlyConfigured: everyone who gets the response would share the session."""
        raise ImproperlyConfigured(
            "A reader of a public context can't save a session, because everyone shares its result."
            " Save it in a reader of a private context, or in a mutation."
        )

    @classmethod
    def clear_expired(cls) -> None:
        """Clear nothing."""


class _NoSecret(str):
    """Stands in place of the secret of the CSRF token: the token of one visitor must not go to another."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        if settings.DEBUG:
            raise ImproperlyConfigured(
                "csrf_token is used on a page or in a block of a public context, which is the same for"
                " everyone. Put the form into a block of a private context, or leave the token out: htmx's"
                " requests get it from the page's script."
            )
        return super().__iter__()
