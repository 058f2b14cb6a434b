"""Measured figures, and their format."""

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

#: Stands where nothing was measured.
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one contestant for one kind of work; each has the values of all rounds.

    ``us``: CPU microseconds. ``ratio`` and ``more``: beside the first contestant in the same round, as a
    multiple and in microseconds. ``queries``, and in bytes ``up``, ``down`` and ``packed`` (gzip): of one
    request. Other names are explained where they are shown.
    """

    section: str
    work: str
    contestant: str
    rounds: dict[str, list[float]]

    @classmethod
    def of(
        cls, section: str, work: str, contestant: str, rounds: Mapping[str, list[float]], /, **figures: float
    ) -> "Cell":
        """Return a cell with the values of some rounds, and those that are the same in each."""
        once = {name: [float(figure)] for name, figure in figures.items()}
        return cls(section, work, contestant, {**rounds, **once})

    def __contains__(self, name: str) -> bool:
        return name in self.rounds

    def figure(self, name: str) -> float:
        """Return the median; raise KeyError if it was not measured."""
        return statistics.median(self.rounds[name])

    def quartiles(self, name: str) -> tuple[float, float]:
        """Return the quartiles; raise KeyError if it was not measured."""
        found = self.rounds[name]
        if len(found) == 1:
            return found[0], found[0]
        low, _, high = statistics.quantiles(found, n=4, method="inclusive")
        return low, high

    def written(self) -> str:
        """Write it as a line of JSON."""
        return json.dumps(asdict(self))


def read(lines: Iterable[str]) -> list[Cell]:
    """Read such lines."""
    return [Cell(**json.loads(line)) for line in lines]


def together(cells: Iterable[Cell]) -> list[Cell]:
    """Combine the rounds of several processes."""
    gathered: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for cell in cells:
        rounds = gathered.setdefault((cell.section, cell.work, cell.contestant), {})
        for name, found in cell.rounds.items():
            rounds.setdefault(name, []).extend(found)
    return [Cell(*key, rounds) for key, rounds in gathered.items()]


def spread(cell: Cell, figure: str) -> str:
    """Write the median of a figure, and its quartiles where rounds differ."""
    median = written(cell.figure(figure))
    low, high = (written(each) for each in cell.quartiles(figure))
    return median if low == high else f"{median} [{low} to {high}]"


def written(figure: float) -> str:
    """Write a number with as many digits as are significant."""
    if figure == int(figure):
        return f"{int(figure):,}"
    if abs(figure) < 0.1:
        return f"{figure:.3f}"
    return (
        f"{figure:,.2f}" if abs(figure) < 10 else f"{figure:,.1f}" if abs(figure) < 100 else f"{figure:,.0f}"
    )
