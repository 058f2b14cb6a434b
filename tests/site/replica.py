"""A replica of the database that gets what was written when a test says so, and not before."""

import sqlite3
from contextlib import closing
from time import monotonic

from django.db import connection

from tests.site.models import Card


class Replica:
    """A copy of the database in a file of its own."""

    def __init__(self, primary: str, path: str) -> None:
        self._primary = primary
        self._path = path
        self._copied = 0.0
        self.replicate()

    def replicate(self) -> None:
        """Bring it up to date."""
        moment = monotonic()
        with closing(sqlite3.connect(self._primary)) as primary, closing(sqlite3.connect(self._path)) as copy:
            primary.backup(copy)
        self._copied = moment

    @property
    def lag(self) -> float:
        """For how many seconds it has got nothing."""
        return monotonic() - self._copied

    def title_of(self, card_id: int) -> str:
        """Read what a card is called there."""
        statement = f"SELECT title FROM {connection.ops.quote_name(Card._meta.db_table)} WHERE id = ?"
        with closing(sqlite3.connect(self._path)) as copy:
            return str(copy.execute(statement, [card_id]).fetchone()[0])


class _Current:
    replica: Replica | None = None


current = _Current()


def lag() -> float:
    """Give what the setting ``MIZAN_REPLICA_LAG`` names."""
    return 0.0 if current.replica is None else current.replica.lag


def title_of(card_id: int) -> str:
    """Read what a card is called: on the replica, where there is one."""
    if current.replica is not None:
        return current.replica.title_of(card_id)
    return Card.objects.get(pk=card_id).title
