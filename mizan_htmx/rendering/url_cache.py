"""URLs of the endpoints, reversed once per URLconf, script prefix and language."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from weakref import ref

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language

from mizan_htmx.request_state import state_of

# One URL for each declared context, in each of the site's languages.
_ENTRIES = 4096

# All that ``reverse`` depends on. ``clear_url_caches``, which sites call to change their patterns, makes a
# new resolver; the weak reference lets the old one go.
_Here = tuple[ref[URLResolver], str, str | None]


def reverse_url(name: str, *arguments: str) -> str:
    """Return the path of an endpoint, as Django's ``reverse`` does."""
    return _reverse(name, arguments, _here())


def reverse_url_for(request: HttpRequest, name: str, *arguments: str, language: str | None = None) -> str:
    """Return the path of an endpoint for one of many blocks on the page of this request.

    The URLconf and the script prefix of a request are fixed once it is resolved. Getting them from Django
    costs as much as the rest of a small block, so the request state keeps them. ``language`` is the active
    one, if the caller knows it; it may change while a page renders.
    """
    urlconf = request.__dict__.get("urlconf")
    page = state_of(request).page
    settled = page.url_scope
    if settled is None and request.resolver_match is None:
        return reverse_url(name, *arguments)
    if settled is None or settled[0] is not urlconf:
        settled = page.url_scope = (urlconf, *_here()[:2])
    return _reverse(name, arguments, (settled[1], settled[2], language or get_language()))


def login_path(login_url: Any) -> str | None:
    """Return the path of ``LOGIN_URL``; ``None`` if it does not resolve, because the site has no login."""
    try:
        place = str(login_url) if isinstance(login_url, Promise) else login_url
    except NoReverseMatch:
        return None
    return _login_path(place, _here())


def _here() -> _Here:
    return ref(get_resolver(get_urlconf())), get_script_prefix(), get_language()


@lru_cache(_ENTRIES)
def _reverse(name: str, arguments: tuple[str, ...], here: _Here) -> str:
    return reverse(name, args=arguments)


@lru_cache(_ENTRIES)
def _login_path(login_url: Any, here: _Here) -> str | None:
    try:
        return urlsplit(resolve_url(login_url)).path
    except NoReverseMatch:
        return None
