"""The work that all contestants do: the same rows, the same bodies, the same responses."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


class Row:
    """A substitute for an ORM object that has been loaded already."""

    __slots__ = ("active", "assignee", "done", "due", "email", "id", "name", "score", "title")

    def __init__(self, number: int) -> None:
        self.id = number
        self.name = f"Customer number {number}"
        self.email = f"customer{number}@example.com"
        self.active = number % 3 != 0
        self.score = number * 1.5
        self.title = f"Task <{number}> needs attention"
        self.done = number % 2 == 0
        self.assignee = f"user{number % 7}"
        self.due = datetime.date(2026, 1, 1 + number % 28)


ROWS = [Row(number) for number in range(100)]
TABLE = ROWS[:20]
PARTS = 5
#: The wrapper and the links around what a page shows.
LINKS = [f"Section {number}" for number in range(40)]


class Echo(BaseModel):
    """What echo takes."""

    text: str


class Echoed(BaseModel):
    """What echo gives."""

    message: str


class Addends(BaseModel):
    """What add takes."""

    a: int
    b: int


class Sum(BaseModel):
    """What add gives."""

    sum: int


class Item(BaseModel):
    """One of the hundred objects."""

    id: int
    name: str
    email: str
    active: bool
    score: float


class Change(BaseModel):
    """What the mutation takes."""

    task_id: int
    title: str


class Changed(BaseModel):
    """What the mutation gives."""

    ok: bool
    id: int


class Which(BaseModel):
    """What reading a context takes."""

    task_id: int


class Part(BaseModel):
    """What one reader of a context gives."""

    id: int
    title: str
    n: int


def rows_of(panel: int) -> list[Row]:
    """Return the rows of one panel of a page."""
    return ROWS[panel * 20 % 100 :][:20]


def items() -> list[Item]:
    """Return a hundred objects as models."""
    return [Item(id=r.id, name=r.name, email=r.email, active=r.active, score=r.score) for r in ROWS]


def plain_items() -> list[dict[str, Any]]:
    """Return a hundred objects as dictionaries."""
    return [
        {"id": r.id, "name": r.name, "email": r.email, "active": r.active, "score": r.score} for r in ROWS
    ]


def part(task_id: int, number: int) -> Part:
    """Return what one reader reads, as a model."""
    return Part(id=task_id, title=f"Part {number} of task {task_id}", n=number)


def plain_part(task_id: int, number: int) -> dict[str, Any]:
    """Return what one reader reads, as a dictionary."""
    return {"id": task_id, "title": f"Part {number} of task {task_id}", "n": number}


ARGUMENTS: dict[str, dict[str, Any]] = {
    "echo": {"text": "hello world"},
    "add": {"a": 2, "b": 3},
    "list": {},
    "models": {},
    "mutate": {"task_id": 7, "title": "A new title"},
    "change": {"task_id": 7, "title": "A new title"},
    "read1": {"task_id": 7},
    "read5": {"task_id": 7},
    "table": {},
}
#: What each has to answer; of a table, the HTML between its tags.
EXPECTED: dict[str, Any] = {
    "echo": {"message": "hello world"},
    "add": {"sum": 5},
    "list": plain_items(),
    "models": plain_items(),
    "mutate": {"ok": True, "id": 7},
    "change": {"ok": True, "id": 7},
    "read1": {"part0": plain_part(7, 0)},
    "read5": {f"part{number}": plain_part(7, number) for number in range(PARTS)},
}
TITLES = {
    "echo": "RPC: echo",
    "add": "RPC: two ints",
    "list": "RPC: list of 100 dictionaries",
    "models": "RPC: list of 100 models",
    "mutate": "RPC: mutation with one scoped context, in a transaction",
    "change": "RPC: the same without a transaction",
    "read1": "context read with 1 reader",
    "read5": "context read with 5 readers",
    "table": "block refresh, 20-row table",
}
UNCHANGING = ("echo", "add", "list", "models")
CHANGING = ("mutate", "change")
CALLS = (*UNCHANGING, *CHANGING)
READS = ("read1", "read5")


def stale(task_id: int) -> list[dict[str, Any]]:
    """Return as JSON what a change of a task invalidates."""
    return [{"context": "read5", "params": {"task_id": task_id}}]


def stale_header(task_id: int) -> dict[str, str]:
    """Set the header with what a change of a task invalidates."""
    return {"X-Mizan-Invalidate": f"read5;task_id={task_id}"}


def written(arguments: Mapping[str, Any]) -> bytes:
    """Write a body as a script in a page does."""
    return json.dumps(arguments).encode()


def check_table(html: str, first: int = 0) -> None:
    """Raise AssertionError unless a whole table stands in the HTML."""
    for row in ROWS[first : first + 20]:
        for text in (f"Task &lt;{row.id}&gt; needs", row.assignee, row.due.isoformat()):
            assert text in html, f"{text} is missing in {html[:2000]}"
