"""The edge manifest: which URLs show which context. Pure functions of a graph and URLs.

>>> manifest = {"contexts": {"user": {"endpoints": ["/api/mizan/ctx/user/"], "functions": [],
...                                   "params": ["user_id"], "views": ["/profile/:user_id/"]}}}
>>> resolve_purge(manifest, "user;user_id=5")
['/api/mizan/ctx/user/?user_id=5', '/profile/5/']
>>> resolve_purge(manifest, "user")
['/api/mizan/ctx/user/*', '/profile/*']
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, zip_longest
from typing import Any
from urllib.parse import quote

from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Graph, Group
from mizan_htmx.errors import suggest
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, parse

VERSION = 1

# Each optional parameter doubles the URLs to purge; with more of them, one wildcard is better.
MAX_OPTIONAL = 3

# Characters that Django does not quote in a path: RFC 3986's sub-delims and "/~:@".
_BARE = "/~:@!$&'()*+,;="

_CONVERTER = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
_PARAM = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")


def build_manifest(
    graph: Graph,
    *,
    base_url: str,
    views: Mapping[str, Iterable[str]],
    routes: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, Any]:
    """Return the manifest: ``views`` maps the name of a context or a page function to URL patterns.

    ``routes`` maps a mutation's name to the URL patterns of its own view. Raises ValueError for a name in
    ``views`` that is neither a context nor a page function.
    """
    named = _by_context(graph, views)
    mutations = (each for each in graph.functions.values() if each.affects and each.is_callable)
    return {
        "contexts": {
            name: _context(group, base_url, named.get(name, ())) for name, group in graph.groups.items()
        },
        "mutations": {
            each.name: _mutation(graph, each, base_url, (routes or {}).get(each.name, ()))
            for each in sorted(mutations, key=lambda each: each.name)
        },
        "version": VERSION,
    }


def _by_context(graph: Graph, views: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    pages = {page.name: name for name, group in graph.groups.items() for page in group.pages}
    found: dict[str, list[str]] = {}
    for name, patterns in views.items():
        context = pages.get(name, name)
        if context not in graph.groups:
            hint = suggest(name, {*pages, *graph.groups}, what="contexts and pages")
            raise ValueError(f"view_urls names {name!r}, which is neither a context nor a page. {hint}")
        listed = [patterns] if isinstance(patterns, str) else patterns
        found.setdefault(context, []).extend(map(normalise, listed))
    return found


def normalise(pattern: str) -> str:
    """Return a Django route as a manifest pattern: ``profile/<int:user_id>/`` → ``/profile/:user_id/``."""
    return "/" + _CONVERTER.sub(r":\1", pattern).lstrip("/")


def _context(group: Group, base_url: str, views: Iterable[str]) -> dict[str, Any]:
    shown = [each for each in (*group.readers, *group.pages) if each.is_callable]
    routes = [normalise(page.route) for page in group.pages if page.route is not None]
    functions = [{"name": each.name, "path": each.path} for each in shown]
    public = group.context.public
    has_endpoint = bool(group.readers) and not group.is_private
    optional = [name for name in group.params if name not in _required(group)] if has_endpoint else []
    if public:  # a parameter that a response may lack changes its tags
        optional = sorted(group.shape.optional)
    mount, name = base_url.rstrip("/"), group.context.name
    return {
        # Named only where caches can't derive them from the endpoint beside them.
        **({"blocks": [f"{mount}/partial/{name}/"]} if public and group.readers and not has_endpoint else {}),
        "endpoints": [f"{mount}/ctx/{name}/"] if has_endpoint else [],
        "functions": functions,
        **({"max_age": group.context.max_age} if public else {}),
        **({"optional": optional} if optional else {}),
        "params": list(group.params),
        **({"public": True} if public else {}),
        "views": sorted({*views, *routes}),
    }


def _required(group: Group) -> frozenset[str]:
    """Return the parameters that the endpoint of a context requires."""
    if not group.answering:
        return group.required
    taken = (each for one in group.answering for each in one.parameters.values())
    return frozenset(each.name for each in taken if each.required)


def _mutation(graph: Graph, function: Function, base_url: str, routes: Iterable[str]) -> dict[str, Any]:
    plan = graph.plan(function)
    endpoints = sorted({f"{base_url.rstrip('/')}/call/", *map(normalise, routes)})
    public = any(target.context in graph.public for target in plan)
    return {
        "affects": [target.context for target in plan],
        **({"endpoints": endpoints} if public else {}),
        "params": sorted({fill.param for target in plan for fill in target.fills}),
    }


def resolve_purge(manifest: Mapping[str, Any], header: str) -> list[str]:
    """Return the URLs that an ``X-Mizan-Invalidate`` header invalidates, sorted; a final ``*`` is a wildcard.

    A pattern is cut at the first parameter that the header leaves out. A context that is not in the manifest
    has no URL.
    """
    found: set[str] = set()
    for stale in parse(header):
        if stale == EVERYTHING:
            return ["/*"]
        context = manifest["contexts"].get(stale.context)
        if context is not None:
            found.update(_fill(view, stale) for view in context["views"])
            for endpoint in context["endpoints"]:
                found.update(_queries(endpoint, stale, context))
    return sorted(found)


def _fill(view: str, stale: Invalidation) -> str:
    given = dict(stale.params)
    for match in _PARAM.finditer(view):
        if match[1] not in given:
            return _substitute(view[: match.start()], given) + "*"
    return _substitute(view, given)


def _substitute(view: str, given: Mapping[str, str]) -> str:
    pieces = _PARAM.split(view)  # literals and names of parameters alternate
    literals = [quote(piece, safe=f"{_BARE}?") for piece in pieces[::2]]
    values = [quote(given[name], safe=_BARE) for name in pieces[1::2]]
    return "".join(chain.from_iterable(zip_longest(literals, values, fillvalue="")))


def _queries(endpoint: str, stale: Invalidation, context: Mapping[str, Any]) -> Iterator[str]:
    """Yield the endpoint's URLs that may show a stale value: optional parameters may be left out."""
    given = dict(stale.params)
    optional = [name for name in context.get("optional", ()) if name in given]
    if any(name not in given for name in context["params"]) or len(optional) > MAX_OPTIONAL:
        yield f"{endpoint}*"
        return
    for size in range(len(optional) + 1):
        for left_out in combinations(optional, size):
            names = [name for name in context["params"] if name not in left_out]
            query = "&".join(f"{name}={quote(given[name], safe='')}" for name in names)
            yield f"{endpoint}?{query}" if query else endpoint
