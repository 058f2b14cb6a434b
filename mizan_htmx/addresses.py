"""Where this package's endpoints are: reversed once for each URLconf, script prefix and language."""

from functools import lru_cache
from weakref import ref

from django.urls import URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

# How many are kept: one for each context that a site shows, in each of its languages.
_REMEMBERED = 4096


def address_of(name: str, *arguments: str) -> str:
    """Give the path of an endpoint, as Django's ``reverse`` does here and now."""
    resolver = ref(get_resolver(get_urlconf()))
    return _reverse(name, arguments, resolver, get_script_prefix(), get_language())


@lru_cache(_REMEMBERED)
def _reverse(
    name: str, arguments: tuple[str, ...], resolver: ref[URLResolver], prefix: str, language: str | None
) -> str:
    """Reverse; all but what is asked for are what Django's ``reverse`` looks at by itself.

    After ``clear_url_caches``, by which sites change what their patterns mean, the resolver is another one.
    """
    return reverse(name, args=arguments)
