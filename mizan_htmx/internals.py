"""What this package uses of Django that Django does not document: each in one place, and each with a test."""

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import ref

from django.db.backends.base.base import BaseDatabaseWrapper

#: Carries out what Django would have done, before or after something of one's own.
Around = Callable[[Callable[[], None]], None]


def commit_hooks(connection: BaseDatabaseWrapper) -> list[Any]:
    """Return the hooks that wait for a connection's COMMIT, each as (savepoints, function, robust).

    Relies on ``run_on_commit``: it is another list after a COMMIT or a rollback, and without the hooks of a
    savepoint after that was rolled back.
    """
    return connection.run_on_commit


def open_savepoints(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """Return the savepoints that are open on a connection.

    Relies on ``savepoint_ids``, in which ``None`` stands for an inner ``atomic()`` that has no savepoint.
    """
    return frozenset(each for each in connection.savepoint_ids if each is not None)


def surround_commits(connection: BaseDatabaseWrapper, commit: Around, settle: Around) -> None:
    """Let ``commit`` carry out each COMMIT of a connection, and ``settle`` what follows it or a rollback.

    Relies on ``Atomic.__exit__``: where a transaction ends it calls the connection's ``commit()`` or
    ``rollback()``, and then, whatever became of that, ``set_autocommit(True)``, which runs the hooks.
    """
    own = ref(connection)  # a connection that holds itself would stay open after its thread has ended
    former = {name: vars(connection).get(name) for name in ("commit", "set_autocommit")}

    def bound(name: str) -> Callable[..., None]:
        known: Callable[..., None] | None = former[name]
        return known or getattr(type(own()), name).__get__(own())  # type: ignore[no-any-return]

    def commit_now() -> None:
        held = own()
        if held is None or held.in_atomic_block:  # which Django refuses
            bound("commit")()
        else:
            commit(bound("commit"))

    def set_autocommit(autocommit: bool, *args: Any, **kwargs: Any) -> None:
        set_now = partial(bound("set_autocommit"), autocommit, *args, **kwargs)
        if autocommit:
            settle(set_now)
        else:
            set_now()

    holder: Any = connection
    holder.commit, holder.set_autocommit = commit_now, set_autocommit
