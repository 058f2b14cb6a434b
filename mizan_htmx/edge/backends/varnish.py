"""Varnish with the exported VCL: purges for writes that did not pass through it, as those of a worker."""

from collections.abc import Iterator, Sequence

from mizan_htmx.edge.backends.base import EdgeBackend, PurgeFailed
from mizan_htmx.edge.backends.http import INSIDE
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.protocol.headers import CACHE_GROUPS_HEADER
from mizan_htmx.protocol.keys import MAX_BYTES, Invalidation

METHOD = "PURGEKEYS"
# As in a mutation's response: RFC 9875, a list of strings.


class VarnishEdge(EdgeBackend):
    """Varnish nodes; option ``doors``: the addresses of their listeners for purges.

    What the origin answers to a mutation, Varnish reads by itself; this reaches it in every other case, and
    the other nodes. Tags come from ``Cache-Groups``, so it needs no header of its own.
    """

    # Its keys change with every purge, so no copy that is on its way can be taken for a fresh one.
    default_repeat = None

    def configure(self, options: Options) -> None:
        """Read the doors."""
        self._doors = options.urls("doors")

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Tell every node, those behind one that fails, too."""
        failed = [error for door in self._doors if (error := self._told(door, tags))]
        if failed:
            raise failed[0]

    def _told(self, door: str, tags: Sequence[str]) -> PurgeFailed | None:
        try:
            for text in lists(tags):
                self.call(METHOD, f"{door}/", headers={CACHE_GROUPS_HEADER: text}, opener=INSIDE)
        except PurgeFailed as error:
            return error
        return None


def lists(tags: Sequence[str]) -> Iterator[str]:
    """Write tags as headers of 4,096 bytes at most; one that is longer widens to its context."""
    kept = ""
    for tag in dict.fromkeys(each if len(each) < MAX_BYTES - 1 else each.partition(";")[0] for each in tags):
        longer = f'{kept}, "{tag}"' if kept else f'"{tag}"'
        if len(longer) > MAX_BYTES:
            yield kept
            longer = f'"{tag}"'
        kept = longer
    if kept:
        yield kept
