"""The edge manifest of this site: what is registered, with the URLs of the URLconf."""

from collections.abc import Iterable, Mapping
from typing import Any

from mizan_htmx.edge.manifest import build_manifest
from mizan_htmx.edge.url_patterns import mutation_urls, page_urls
from mizan_htmx.setup.registry import registry


def generate_edge_manifest(
    base_url: str = "/api/mizan", view_urls: Mapping[str, str | Iterable[str]] | None = None
) -> dict[str, Any]:
    """Return the edge manifest: each context's functions, endpoints and pages, and what mutations affect.

    ``base_url`` is the path of ``mizan_htmx.urls``. ``view_urls`` maps the name of a page function or a
    context to URL patterns (Django's or ``/profile/:user_id/``), in addition to those of ``route=`` and the
    URLconf. ``docs/edge-manifest.md`` has the format. Equal registries return equal content in equal order.
    Raises ValueError for an unknown name.
    """
    graph = registry.graph
    views: dict[str, list[str]] = page_urls(graph)
    for name, patterns in (view_urls or {}).items():
        views.setdefault(name, []).extend([patterns] if isinstance(patterns, str) else patterns)
    routes = {**mutation_urls(graph), **_form_urls(base_url.rstrip("/"))}
    return build_manifest(graph, base_url=base_url, views=views, routes=routes)


def _form_urls(mount: str) -> dict[str, list[str]]:
    """Map the functions that take submissions to the URLs that a page's form submits to."""
    found = {}
    for name in registry.forms:
        found[f"{name}.submit"] = [f"{mount}/form/{name}/"]
        found[f"{name}.formset.submit"] = [f"{mount}/formset/{name}/"]
    return found
