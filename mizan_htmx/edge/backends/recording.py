"""An edge that only records its purges, for tests of sites."""

from collections.abc import Sequence
from dataclasses import dataclass

from mizan_htmx.edge.backends.base import TagEdge
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.protocol.keys import Invalidation

__all__ = ["Purge", "RecordingEdge"]


@dataclass(frozen=True, slots=True)
class Purge:
    """The arguments of one call of ``purge``."""

    tags: tuple[str, ...]
    invalidations: tuple[Invalidation, ...]


class RecordingEdge(TagEdge):
    """An edge without a network: ``purges`` lists its purges, oldest first. Option ``header``."""

    default_repeat = None

    def configure(self, options: Options) -> None:
        """Read the name of the header."""
        self.header = options.text("header", default="Cache-Tag")
        self.purges: list[Purge] = []

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Record a purge."""
        self.purges.append(Purge(tuple(tags), tuple(invalidations)))

    def purge_batch(self, tags: Sequence[str]) -> None:
        """Record a purge of tags alone."""
        self.purges.append(Purge(tuple(tags), ()))
