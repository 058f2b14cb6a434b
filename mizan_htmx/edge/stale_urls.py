"""The addresses that became stale, for edges that know nothing else."""

from collections.abc import Iterable

from mizan_htmx.edge.manifest import resolve_purge
from mizan_htmx.edge.site_manifest import generate_edge_manifest
from mizan_htmx.edge.url_patterns import mounted_at
from mizan_htmx.protocol.keys import Invalidation


def stale_addresses(invalidations: Iterable[Invalidation]) -> dict[Invalidation, tuple[str, ...]]:
    """List, for each, the paths of its pages, endpoint and parts; ``*`` stands for whatever follows.

    The address of a part holds a signed block, not known here, so all parts of the context are meant.
    """
    mount = mounted_at()
    manifest = generate_edge_manifest(mount)
    return {
        stale: (*resolve_purge(manifest, str(stale)), f"{mount}/partial/{stale.context}/*")
        for stale in invalidations
    }
