"""Which statements on another database may have changed something there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from mizan_htmx.invalidation.other_databases import WrittenElsewhere
from mizan_htmx.invalidation.recorder import Recorder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere() -> WrittenElsewhere:
    """Return what looks at statements."""
    return WrittenElsewhere(Recorder())


def run(elsewhere: WrittenElsewhere, sql: object, execute: Callable[..., Any] = lambda *given: given) -> Any:
    """Run a statement as Django does inside of ``execute_wrapper()``."""
    statement: Any = sql
    return elsewhere(execute, statement, (), False, {"connection": connection})


class Composed:
    """A statement as psycopg composes them."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


@pytest.mark.parametrize(
    "sql",
    [
        *("SELECT 1", "select 1", "\n\t  SELECT 1", "(SELECT 1) UNION (SELECT 2)", "( (SELECT 1))"),
        *('SAVEPOINT "s1"', 'RELEASE SAVEPOINT "s1"', 'ROLLBACK TO SAVEPOINT "s1"', "ROLLBACK", "BEGIN"),
        *("SET CONSTRAINTS ALL IMMEDIATE", "SHOW search_path", "EXPLAIN SELECT 1", "PRAGMA foreign_keys"),
        Composed("SELECT 1"),
    ],
    ids=str,
)
def test_a_statement_that_reads_changes_nothing(elsewhere: WrittenElsewhere, sql: object) -> None:
    run(elsewhere, sql)
    assert elsewhere.may_stand is False


@pytest.mark.parametrize(
    "sql",
    [
        *("INSERT INTO a VALUES (1)", "update a set b = 1", "\n  DELETE FROM a", "TRUNCATE a", "CALL f()"),
        "WITH old AS (SELECT 1) DELETE FROM a",
        Composed("INSERT INTO a VALUES (1)"),
    ],
    ids=str,
)
def test_any_other_statement_may_change_something(elsewhere: WrittenElsewhere, sql: object) -> None:
    run(elsewhere, sql)
    assert elsewhere.may_stand is True


@pytest.mark.parametrize(
    ("sql", "error", "may_stand"),
    [
        ("INSERT INTO a VALUES (1)", OperationalError("server closed the connection unexpectedly"), True),
        ("INSERT INTO a VALUES (1)", InterfaceError("connection already closed"), True),
        ("INSERT INTO a VALUES (1)", DatabaseError("no such table: a"), False),
        ("SELECT 1", OperationalError("server closed the connection unexpectedly"), False),
    ],
)
def test_a_statement_whose_response_is_lost_may_have_been_carried_out(
    elsewhere: WrittenElsewhere, sql: str, error: Exception, may_stand: bool
) -> None:
    def execute(*given: object) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        run(elsewhere, sql, execute)
    assert (raised.value, elsewhere.may_stand) == (error, may_stand)


def test_a_statement_reaches_the_database_as_it_was_sent(elsewhere: WrittenElsewhere) -> None:
    context = {"connection": connection}
    many = elsewhere(lambda *given: given, "INSERT INTO a VALUES (%s)", [(1,), (2,)], True, context)
    assert many == ("INSERT INTO a VALUES (%s)", [(1,), (2,)], True, context)
