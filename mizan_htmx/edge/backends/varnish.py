"""Varnish with the exported VCL: purges for writes that did not pass through it, such as a worker's."""

from collections.abc import Iterator, Sequence

from mizan_htmx.edge.backends.base import EdgeBackend, PurgeFailed
from mizan_htmx.edge.backends.http import DIRECT
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.protocol.headers import CACHE_GROUPS_HEADER
from mizan_htmx.protocol.keys import MAX_BYTES, Invalidation

__all__ = ["VarnishEdge"]

METHOD = "PURGEKEYS"


class VarnishEdge(EdgeBackend):
    """Varnish nodes; option ``doors``: the URLs of their listeners for purges.

    The node that a mutation passes through reads the purge from its response. This edge purges the other
    nodes, and all nodes for every other write. Tags come from ``Cache-Groups``, so it needs no header.
    """

    # A purge changes the cache keys, so a response that is on its way can't be served as a fresh one.
    default_repeat = None

    def configure(self, options: Options) -> None:
        """Read the URLs of the listeners."""
        self._doors = options.urls("doors")

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge every node; raise the first failure when all nodes have been tried."""
        failed = [error for door in self._doors if (error := self._purge_node(door, tags))]
        if failed:
            raise failed[0]

    def _purge_node(self, door: str, tags: Sequence[str]) -> PurgeFailed | None:
        try:
            for text in header_values(tags):
                # A list of strings, as in the response to a mutation (RFC 9875).
                self.call(METHOD, f"{door}/", headers={CACHE_GROUPS_HEADER: text}, opener=DIRECT)
        except PurgeFailed as error:
            return error
        return None


def header_values(tags: Sequence[str]) -> Iterator[str]:
    """Yield the tags in header values of at most ``MAX_BYTES``; a longer tag is widened to its context."""
    value = ""
    for tag in dict.fromkeys(each if len(each) < MAX_BYTES - 1 else each.partition(";")[0] for each in tags):
        longer = f'{value}, "{tag}"' if value else f'"{tag}"'
        if len(longer) > MAX_BYTES:
            yield value
            longer = f'"{tag}"'
        value = longer
    if value:
        yield value
