"""An edge that only writes down what it is told, for tests of sites."""

from collections.abc import Sequence
from dataclasses import dataclass

from mizan_htmx.edge.backends.base import TagEdge
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.protocol.keys import Invalidation


@dataclass(frozen=True, slots=True)
class Purge:
    """What one call of ``purge`` named."""

    tags: tuple[str, ...]
    invalidations: tuple[Invalidation, ...]


class RecordingEdge(TagEdge):
    """An edge without a network; ``purges`` lists what it was told, oldest first. Option ``header``."""

    default_repeat = None

    def configure(self, options: Options) -> None:
        """Read the name of the header."""
        self.header = options.text("header", default="Cache-Tag")
        self.purges: list[Purge] = []

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Write it down."""
        self.purges.append(Purge(tuple(tags), tuple(invalidations)))

    def purge_batch(self, tags: Sequence[str]) -> None:
        """Write down tags without what they stand for."""
        self.purges.append(Purge(tuple(tags), ()))
