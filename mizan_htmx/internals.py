"""What this package uses of Django that Django does not document: each in one place, and each with a test."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.forms import BaseForm, BaseFormSet

#: Carries out what Django would have done, before or after something of one's own.
Around = Callable[[Callable[[], None]], None]


def commit_hooks(connection: BaseDatabaseWrapper) -> list[Any]:
    """Return the hooks that wait for a connection's COMMIT, each as (savepoints, function, robust).

    Relies on ``run_on_commit``: it is another list after a COMMIT or a rollback, and without the hooks of a
    savepoint after that was rolled back.
    """
    return connection.run_on_commit


def is_in_transaction(connection: BaseDatabaseWrapper) -> bool:
    """Return whether what a connection writes now counts only once it is committed.

    Relies on ``autocommit``, which ``get_autocommit()`` gives after it has connected.
    """
    return connection.in_atomic_block or not (connection.autocommit or connection.connection is None)


def ends_by_hand(connection: BaseDatabaseWrapper) -> bool:
    """Return whether no ``atomic()`` ends the transaction that a connection is in, but the site itself.

    Relies on ``commit_on_exit``: an ``atomic()`` in such a transaction clears it.
    """
    return not (connection.in_atomic_block and connection.commit_on_exit)


def wait_for_commit(connection: BaseDatabaseWrapper, hook: Callable[[], None]) -> None:
    """Let a hook wait for the COMMIT of the transaction that a connection is in.

    Relies on ``run_on_commit`` where ``on_commit()`` refuses: outside of ``atomic()``, without autocommit.
    """
    if connection.in_atomic_block:
        connection.on_commit(hook)
    else:
        commit_hooks(connection).append((set(), hook, False))


def open_savepoints(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """Return the savepoints that are open on a connection.

    Relies on ``savepoint_ids``, in which ``None`` stands for an inner ``atomic()`` that has no savepoint.
    """
    return frozenset(each for each in connection.savepoint_ids if each is not None)


def surround_commits(connection: BaseDatabaseWrapper, commit: Around, settle: Around) -> None:
    """Let ``commit`` carry out each COMMIT of a connection, and ``settle`` what follows it or a rollback.

    Relies on ``Atomic.__exit__``: where a transaction ends it calls the connection's ``commit()`` or
    ``rollback()``, and then, whatever became of that, ``set_autocommit(True)``, which runs the hooks. So it
    does where it connects; nothing has been committed then.
    """
    commit_now, set_autocommit_now = connection.commit, connection.set_autocommit

    def commit_it() -> None:
        if connection.in_atomic_block:  # Django refuses
            commit_now()
        else:
            commit(commit_now)

    def set_autocommit(autocommit: bool, *args: Any, **kwargs: Any) -> None:
        if autocommit:
            settle(partial(set_autocommit_now, autocommit, *args, **kwargs))
        else:
            set_autocommit_now(autocommit, *args, **kwargs)

    holder: Any = connection
    holder.commit, holder.set_autocommit = commit_it, set_autocommit


def is_validated(form: BaseForm | BaseFormSet) -> bool:  # type: ignore[type-arg]
    """Return whether a form or formset has been validated; ``errors`` would do it now.

    Relies on ``_errors``, which is ``None`` until ``full_clean()`` has run.
    """
    return getattr(form, "_errors", None) is not None
