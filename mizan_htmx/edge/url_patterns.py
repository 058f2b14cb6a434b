"""The URL patterns of functions on the view path, from the URLconf."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from django.conf import settings
from django.urls import LocalePrefixPattern, NoReverseMatch, reverse
from django.urls.resolvers import RegexPattern
from django.utils import translation
from django.utils.regex_helper import normalize

from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Graph
from mizan_htmx.edge.manifest import normalise
from mizan_htmx.setup.autodiscover import walk_urlconf


def page_urls(graph: Graph) -> dict[str, list[str]]:
    """Map each page function's name to its URL patterns: ``{"profile_page": ["/profile/:user_id/"]}``.

    A regular expression that Django itself can't reverse has no pattern.
    """
    return _urls(page for group in graph.groups.values() for page in group.pages)


def mutation_urls(graph: Graph) -> dict[str, list[str]]:
    """Map each mutation's name on the view path to its URL patterns, from the URLconf and ``route=``."""
    mutations = [each for each in graph.functions.values() if each.affects and each.result is None]
    found = _urls(mutations)
    for each in mutations:
        if each.route is not None:
            found.setdefault(each.name, []).append(normalise(each.route))
    return found


def _urls(functions: Iterable[Function]) -> dict[str, list[str]]:
    names: dict[object, list[str]] = {}
    for each in functions:
        names.setdefault(each.declaration, []).append(each.name)
    found: dict[str, list[str]] = {}
    for patterns, callback in walk_urlconf():
        function = getattr(callback, "mizan", None)  # functools.wraps copies it to decorators of the view
        if isinstance(function, Function):
            for name in names.get(function.declaration, ()):
                found.setdefault(name, []).extend(_texts(patterns))
    return found


def mounted_at() -> str:
    """Return where the URLconf includes ``mizan_htmx.urls``; ``"/api/mizan"`` if it does not."""
    try:
        return reverse("mizan:call").removesuffix("/call/")
    except NoReverseMatch:
        return "/api/mizan"


def _texts(patterns: tuple[Any, ...]) -> list[str]:
    """Return a URL's patterns with ``:name`` for each group, in every combination of their variants."""
    combinations = product(*map(_variants, patterns))
    return [normalise("".join(parts)) for parts in combinations]


def _variants(pattern: Any) -> list[str]:
    if isinstance(pattern, LocalePrefixPattern):
        return sorted({_in_language(pattern, code) for code, _ in settings.LANGUAGES})
    if not isinstance(pattern, RegexPattern):
        return [str(pattern)]
    source = pattern.regex.pattern
    possibilities = [(text, names) for text, names in normalize(source) if text or not source.strip("^$")]
    return [_named(text, names) for text, names in possibilities]


def _named(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(f"%({name})s", f":{name}")
    return text.replace("%%", "%")


def _in_language(pattern: LocalePrefixPattern, code: str) -> str:
    with translation.override(code):
        return pattern.language_prefix
