"""Django still does what this package relies on without Django saying so."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection, connections, transaction

from mizan_htmx.internals import (
    commit_hooks,
    ends_by_hand,
    is_in_transaction,
    open_savepoints,
    surround_commits,
    wait_for_commit,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_hooks_wait_in_a_list_that_grows_until_a_savepoint_or_all_is_rolled_back() -> None:
    default = connections["default"]
    with transaction.atomic():
        connection.on_commit(print)
        hooks = commit_hooks(default)
        with suppress(ValueError), transaction.atomic():
            connection.on_commit(list)
            assert [hook[1] for hook in hooks] == [print, list]
            assert commit_hooks(default) is hooks
            raise ValueError
        assert [hook[1] for hook in commit_hooks(default)] == [print]
        transaction.set_rollback(True)
    assert commit_hooks(default) == []


def test_savepoints_have_names_and_an_atomic_without_one_has_none() -> None:
    default = connections["default"]
    with transaction.atomic():
        assert open_savepoints(default) == frozenset()
        with transaction.atomic(), transaction.atomic(savepoint=False):
            (first,) = open_savepoints(default)
        with transaction.atomic():
            (second,) = open_savepoints(default)
    assert first != second


def test_each_commit_and_what_follows_it_can_be_surrounded() -> None:
    seen: list[str] = []

    def around(name: str) -> Callable[[Callable[[], None]], None]:
        def carry_out(do: Callable[[], None]) -> None:
            seen.append(name)
            do()
            seen.append(f"after {name}")

        return carry_out

    made = connections.create_connection("default")
    try:
        made.connect()
        surround_commits(made, around("commit"), around("settle"))
        seen.clear()
        made.set_autocommit(False)
        made.commit()
        made.set_autocommit(True)
        assert seen == ["commit", "after commit", "settle", "after settle"]
        seen.clear()
        made.set_autocommit(False)
        made.rollback()
        made.set_autocommit(True)
        assert seen == ["settle", "after settle"]
    finally:
        made.close()


def test_hooks_run_in_what_follows_the_commit() -> None:
    seen: list[str] = []
    default = connections["default"]
    default.ensure_connection()
    former = vars(default).copy()

    def commit(do: Callable[[], None]) -> None:
        do()
        seen.append("committed")

    def settle(do: Callable[[], None]) -> None:
        do()
        seen.append("settled")

    surround_commits(default, commit, settle)
    try:
        with transaction.atomic():
            connection.on_commit(lambda: seen.append("hook"))
    finally:
        for name in ("commit", "set_autocommit"):
            del vars(default)[name]
            vars(default).update({name: former[name]} if name in former else {})
    assert seen == ["committed", "hook", "settled"]


def test_a_transaction_is_ended_by_an_atomic_or_by_hand() -> None:
    default = connections["default"]
    assert not is_in_transaction(default)
    with transaction.atomic():
        assert is_in_transaction(default)
        assert not ends_by_hand(default)
    transaction.set_autocommit(False)
    try:
        assert is_in_transaction(default)
        assert ends_by_hand(default)
        with transaction.atomic(), transaction.atomic():
            assert ends_by_hand(default)
    finally:
        transaction.set_autocommit(True)
    default.close()
    assert not is_in_transaction(default)


def test_a_hook_can_wait_where_on_commit_refuses() -> None:
    default = connections["default"]
    ran: list[str] = []
    transaction.set_autocommit(False)
    try:
        wait_for_commit(default, lambda: ran.append("rolled back"))
        transaction.rollback()
        wait_for_commit(default, lambda: ran.append("committed"))
        transaction.commit()
    finally:
        transaction.set_autocommit(True)
    assert ran == ["committed"]
