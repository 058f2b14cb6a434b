"""Caches in front of the site: the manifest of URLs, the tags of responses, the edges and their purges."""

from mizan_htmx.edge.conf import edges
from mizan_htmx.edge.manifest import resolve_purge
from mizan_htmx.edge.purge_queue import drain
from mizan_htmx.edge.site_manifest import generate_edge_manifest
from mizan_htmx.protocol.cache_tags import Shape, purge_tags, tags_of
from mizan_htmx.protocol.keys import Invalidation

__all__ = [
    "Invalidation",
    "Shape",
    "drain",
    "edges",
    "generate_edge_manifest",
    "purge_tags",
    "resolve_purge",
    "tags_of",
]
