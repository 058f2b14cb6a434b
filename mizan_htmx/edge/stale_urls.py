"""The URLs that show what an invalidation names, for edges that can't purge by tags."""

from collections.abc import Iterable

from mizan_htmx.edge.manifest import resolve_purge
from mizan_htmx.edge.site_manifest import generate_edge_manifest
from mizan_htmx.edge.url_patterns import mounted_at
from mizan_htmx.protocol.keys import Invalidation


def stale_urls(invalidations: Iterable[Invalidation]) -> dict[Invalidation, tuple[str, ...]]:
    """Map each invalidation to the paths of its pages, endpoint and blocks; ``*`` stands for any rest.

    The URL of a block contains a signature that is not known here, so all blocks of the context are named.
    """
    mount = mounted_at()
    manifest = generate_edge_manifest(mount)
    return {
        stale: (*resolve_purge(manifest, str(stale)), f"{mount}/partial/{stale.context}/*")
        for stale in invalidations
    }
