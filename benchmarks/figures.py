"""What was measured, and what it is held to."""

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one contestant at one piece of work.

    ``us``: CPU microseconds. ``ratio``: to the first contestant. ``queries``, ``up``, ``down`` and ``packed``
    (gzip): of one request, in bytes. Other names are explained where they are shown.
    """

    section: str
    work: str
    contestant: str
    figures: dict[str, float]

    @classmethod
    def of(cls, section: str, work: str, contestant: str, times: list[float], **figures: float) -> "Cell":
        """Make one of the times of some rounds."""
        return cls(section, work, contestant, {"us": statistics.median(times), **figures})

    def written(self) -> str:
        """Write it as a line of JSON."""
        return json.dumps(asdict(self))


def read(lines: Iterable[str]) -> list[Cell]:
    """Read such lines."""
    return [Cell(**json.loads(line)) for line in lines]


def together(cells: Iterable[Cell]) -> list[Cell]:
    """Take the medians of what several processes measured."""
    gathered: dict[tuple[str, str, str], list[dict[str, float]]] = {}
    for cell in cells:
        gathered.setdefault((cell.section, cell.work, cell.contestant), []).append(cell.figures)
    return [
        Cell(*key, {name: statistics.median(each[name] for each in found) for name in found[0]})
        for key, found in gathered.items()
    ]
