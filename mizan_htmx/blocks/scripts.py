"""The HTML of ``{% mizan_scripts %}`` and ``{% mizan_call %}``: script tags, attributes for a mutation."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from os.path import isfile
from typing import Any

from django.apps import apps
from django.conf import STATICFILES_STORAGE_ALIAS, settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin, ManifestFilesMixin, StaticFilesStorage
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, storages
from django.http import HttpRequest
from django.http.request import HttpHeaders
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.formats import localize_input
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django_htmx.jinja import django_htmx_script, htmx_script
from pydantic_core import to_json

from mizan_htmx.blocks.error_messages import error_messages
from mizan_htmx.blocks.integrity import integrity_of
from mizan_htmx.caching.anonymous import AnonymousRequest
from mizan_htmx.conf import conf
from mizan_htmx.declarations.functions import FUNCTION_FIELD
from mizan_htmx.errors import suggest
from mizan_htmx.html import attributes_of, plain
from mizan_htmx.http.concurrency import loop_is_running
from mizan_htmx.http.csrf import csrf_token
from mizan_htmx.http.session_fingerprint import fingerprint_of, known_fingerprint
from mizan_htmx.internals import NONCE, has_djangos_urls
from mizan_htmx.localization import sign
from mizan_htmx.rendering.page_localization import localization_here, localization_without_request, query_of
from mizan_htmx.rendering.url_cache import login_path, reverse_url
from mizan_htmx.setup.registry import registry

# Static paths without their ending: pages load the minified files, and under ``DEBUG`` the readable ones.
MAIN = "mizan_htmx/mizan"
FORMS = "mizan_htmx/mizan-forms"
LIVE = "mizan_htmx/mizan-live"
DEBUG = "mizan_htmx/mizan-debug"

# What starts like this is a URL, not a static path, as in the Media of a form.
_URL_PREFIXES = ("http://", "https://", "/")


def scripts(
    request: HttpRequest,
    *,
    htmx: int | str | None,
    nonce: object,
    debug: bool | None = None,
    defer: bool = True,
) -> SafeString:
    """Return htmx's script tag and the shim's, which must follow it.

    ``htmx`` is the version that django-htmx ships, 2 or 4; or the path of a static file; or a URL; or
    ``None`` if the page has its own. Raise ValueError if it is none of these, or the file is missing.
    ``debug`` adds the overlay that shows why something refreshed; the default is ``DEBUG``. Without ``defer``
    each script runs where its tag is.
    """
    # Not by its truth: a lazy nonce is false until it is rendered, which creates it.
    given = (nonce, getattr(request, NONCE, None), getattr(request, "csp_nonce", None))
    nonce = next((str(each) for each in given if each is not None and each != ""), None)
    main, *others = _static(tuple(_paths(debug=settings.DEBUG if debug is None else debug)))
    start = "<script defer" if defer else "<script"
    own = f"{start}{main}{attributes_of(_settings(request, nonce))}></script>"
    if others:
        more = "" if nonce is None else attributes_of([("nonce", nonce)])
        own += "".join([f"{start}{source}{more}></script>" for source in others])
    return mark_safe(_htmx(htmx, nonce, defer=defer) + own + error_messages())


def _paths(*, debug: bool) -> Iterator[str]:
    ending = ".js" if settings.DEBUG else ".min.js"
    yield MAIN + ending
    if registry.forms:
        yield FORMS + ending
    if _uses_socket():
        yield LIVE + ending
    if debug:
        yield DEBUG + ending


def _uses_socket() -> bool:
    return bool(registry.channels or registry.graph.live)


def _settings(request: HttpRequest, nonce: str | None) -> Iterator[tuple[str, str]]:
    """Yield the attributes that the scripts read; a shared page has nothing of the visitor."""
    is_for_everyone = isinstance(request, AnonymousRequest)
    # Sets the visitor's cookie. On a shared page, the shim requests a token when it needs one.
    token = None if is_for_everyone else csrf_token(request)
    # The session store would block an event loop. The shim requests the fingerprint when it needs it.
    find = known_fingerprint if loop_is_running() else fingerprint_of
    session = None if is_for_everyone else find(request)
    header = HttpHeaders.parse_header_name(settings.CSRF_HEADER_NAME) or settings.CSRF_HEADER_NAME
    login = login_path(settings.LOGIN_URL)
    yield "data-mount", reverse_url("mizan:call").removesuffix("call/")
    yield "data-csrf-header", header
    if not (settings.CSRF_USE_SESSIONS or settings.CSRF_COOKIE_HTTPONLY):
        yield "data-csrf-cookie", settings.CSRF_COOKIE_NAME
    elif token is not None:
        yield "data-csrf-token", token
    if token is None:
        yield "data-csrf-session", reverse_url("mizan:session")
    if session is not None:
        yield "data-session", session
    if login is not None:
        yield "data-login", login
    if localization := localization_here(request):
        yield "data-locale", sign(localization)
    if _uses_socket():
        yield "data-socket", get_script_prefix() + conf.socket_path.removeprefix("/")
        if names := registry.graph.socket_functions:
            yield "data-socket-functions", " ".join(names)
    if conf.single_flight:
        yield "data-single-flight", ""
    if nonce is not None:
        yield "nonce", nonce


def _htmx(htmx: int | str | None, nonce: str | None, *, defer: bool) -> str:
    """Return the tag of htmx, and under ``DEBUG`` that of django-htmx's script."""
    if htmx is None:
        return ""
    if htmx in (2, 4):
        tags: str = htmx_script(version=int(htmx), nonce=nonce)
    else:
        more = "" if nonce is None else attributes_of([("nonce", nonce)])
        tags = f"<script{_htmx_file(htmx)} defer{more}></script>{django_htmx_script(nonce=nonce)}"
    # Values are escaped, so a quotation mark ends an attribute.
    return tags if defer else tags.replace('" defer', '"')


def _htmx_file(given: object) -> str:
    """Return the attribute ``src`` of a site's own file; raise ValueError if there is none."""
    tag = f"{{% mizan_scripts htmx={given!r} %}}"
    if not isinstance(given, (str, Promise)) or not str(given).strip() or str(given).strip().isdecimal():
        raise ValueError(
            f"{tag}: htmx must be 2, 4, None, or the path of a static file in quotes, 'site/htmx.min.js'."
        )
    path = str(given)
    if path.startswith(_URL_PREFIXES):
        return attributes_of([("src", path)])
    way = "Put it into a folder called static, or correct the path."
    missing = f"{tag}: there is no static file {path!r}. {way}"
    if settings.DEBUG and not _is_found(path):
        raise ValueError(missing)
    try:
        return _static((path,))[0]
    except ValueError as error:  # it is not in the manifest
        raise ValueError(f"{missing} ({error})") from error


def _is_found(path: str) -> bool:
    """Return whether a static file exists, as far as this process can find out."""
    if not apps.is_installed("django.contrib.staticfiles"):
        return True
    try:
        found = finders.find(path)
        return isfile(found) if found else storages[STATICFILES_STORAGE_ALIAS].exists(path)
    except (SuspiciousFileOperation, ImproperlyConfigured):  # a path out of the folders; no STATIC_ROOT
        return False


def _static(paths: tuple[str, ...]) -> tuple[str, ...]:
    if apps.is_installed("django.contrib.staticfiles"):
        storage = storages[STATICFILES_STORAGE_ALIAS]
        if isinstance(storage, StaticFilesStorage) and _has_stable_urls(storage):
            base, release = storage.base_url, getattr(storage, "manifest_hash", "")
            if conf.script_integrity and settings.DEBUG:
                return _sources(paths)  # a file may change
            return _cached_sources(paths, storage, base, release, settings.DEBUG, conf.script_integrity)
    return _sources(paths)


def _has_stable_urls(storage: StaticFilesStorage) -> bool:
    """Return whether URLs stay the same: none is signed each time, and no file is read for its hash."""
    kind: Any = type(storage)
    hashed: Any = HashedFilesMixin
    if kind.url is not hashed.url:
        return kind.url is FileSystemStorage.url
    below: Any = super(hashed, kind)  # the class below the mixin decides
    if not has_djangos_urls(kind) or below.url is not FileSystemStorage.url:
        return False
    return kind.stored_name is ManifestFilesMixin.stored_name and kind.manifest_strict is True


def _sources(paths: tuple[str, ...], *cache_key: object) -> tuple[str, ...]:
    return tuple([attributes_of(_source(path)) for path in paths])


def _source(path: str) -> Iterator[tuple[str, str]]:
    yield "src", static(path)
    if conf.script_integrity:
        yield "integrity", integrity_of(path)
        yield "crossorigin", "anonymous"  # without it, a browser can't check what another origin serves


# Looking up the URLs of static files takes as long as rendering a small table.
_cached_sources = lru_cache(16)(_sources)


def _as_typed(value: object, field: Any) -> object:
    """Return a number for a localized field as a visitor would type it, because htmx sends it as text."""
    is_number = isinstance(value, (float, Decimal))
    return localize_input(value) if is_number and getattr(field, "localize", False) else value


def call_attributes(
    name: str, arguments: Mapping[str, object], request: HttpRequest | None = None
) -> SafeString:
    """Return ``hx-post`` and ``hx-vals`` for a function; raise ValueError for one that can't be called.

    ``request`` is that of the page, whose language and time zone the response will have.
    """
    functions = registry.graph.functions
    function = functions.get(name)
    if function is None or not function.is_callable:
        hint = suggest(name, (each.name for each in functions.values() if each.is_callable), what="functions")
        is_shown = function is not None and function.for_templates
        reason = ": it is a reader for templates, which blocks show" if is_shown else ""
        raise ValueError(f"{{% mizan_call %}} can't call {name!r}{reason}. {hint}")
    for argument in arguments:
        if argument == FUNCTION_FIELD or not (function.takes_any or argument in function.parameters):
            hint = suggest(argument, function.parameters, what="arguments")
            raise ValueError(f"{{% mizan_call {name!r} %}}: no argument {argument!r}. {hint}")
    form = registry.forms.get(name.rpartition(".")[0])
    fields: Mapping[str, Any] = getattr(form, "base_fields", {})
    given = {
        key: _as_typed(plain(value), fields.get(key)) for key, value in arguments.items() if value is not None
    }
    try:
        values = to_json({FUNCTION_FIELD: name, **given}, inf_nan_mode="null")
    except ValueError as error:
        wrong = ", ".join(f"{key}={value!r}" for key, value in given.items())
        raise ValueError(f"{{% mizan_call {name!r} %}}: {wrong} can't be written as JSON. {error}") from None
    localization = localization_without_request() if request is None else localization_here(request)
    query = f"?{query_of(localization)}" if localization else ""
    attributes = {"hx-post": reverse_url("mizan:call") + query, "hx-vals": values.decode()}
    if function.result is not None:
        attributes["hx-swap"] = "none"  # the response is JSON, which no page shows
    return format_html_join(" ", '{}="{}"', attributes.items())
