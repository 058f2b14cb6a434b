"""Where pages of this site are: looked up once for each URLconf, script prefix and language."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from weakref import ref

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language

from mizan_htmx.request_state import STATE, RequestState, state_of

# How many are kept: one for each context that a site shows, in each of its languages.
_REMEMBERED = 4096

# What ``reverse`` looks at by itself. After ``clear_url_caches``, by which sites change what their patterns
# mean, the resolver is another one.
_Here = tuple[ref[URLResolver], str, str | None]


def address_of(name: str, *arguments: str) -> str:
    """Give the path of an endpoint, as Django's ``reverse`` does here and now."""
    return _reverse(name, arguments, _here())


def address_for(request: HttpRequest, name: str, *arguments: str, language: str | None = None) -> str:
    """Do as ``address_of`` for one of many addresses on the page that answers this request.

    Its URLconf and script prefix are settled once Django has found its view, and asking Django for them costs
    as much as all else that a small block needs; the language may change on the way. ``language`` is the one
    that is active, where that is known.
    """
    if request.resolver_match is None:
        return address_of(name, *arguments)
    urlconf = request.__dict__.get("urlconf")
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    settled = state.page.url_scope
    if settled is None or settled[0] is not urlconf:
        settled = state.page.url_scope = (urlconf, *_here()[:2])
    return _reverse(name, arguments, (settled[1], settled[2], language or get_language()))


def login_path(login_url: Any) -> str | None:
    """Give the path of what ``LOGIN_URL`` says; ``None`` where it leads nowhere: nobody logs in there."""
    try:
        place = str(login_url) if isinstance(login_url, Promise) else login_url
    except NoReverseMatch:
        return None
    return _login_path(place, _here())


def _here() -> _Here:
    return ref(get_resolver(get_urlconf())), get_script_prefix(), get_language()


@lru_cache(_REMEMBERED)
def _reverse(name: str, arguments: tuple[str, ...], here: _Here) -> str:
    return reverse(name, args=arguments)


@lru_cache(_REMEMBERED)
def _login_path(login_url: Any, here: _Here) -> str | None:
    try:
        return urlsplit(resolve_url(login_url)).path
    except NoReverseMatch:
        return None
