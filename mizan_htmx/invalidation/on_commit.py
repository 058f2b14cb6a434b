"""What models make stale: told after the commit, once per transaction and key."""

from collections.abc import Iterable

from django.db import DEFAULT_DB_ALIAS, connections

from mizan_htmx.internals import is_in_transaction
from mizan_htmx.invalidation.delivery import announce_anywhere
from mizan_htmx.invalidation.recorder import current_recorder
from mizan_htmx.invalidation.transactions import share_of
from mizan_htmx.protocol.keys import Invalidation, merge


def tell(stale: Iterable[Invalidation], using: str = DEFAULT_DB_ALIAS) -> None:
    """Say that this is stale once the transaction on the database ``using`` has committed.

    Goes into the answer of the request that is being answered here, if there is one, and to whoever
    listens to ``invalidated`` in any case. What a rolled back savepoint said is not told.
    """
    keys = tuple(dict.fromkeys(stale))
    connection = connections[using]
    if not keys:
        return
    recorder = current_recorder()
    share = share_of(connection, recorder) if is_in_transaction(connection) else None
    if share is not None:
        keys = tuple(each for each in keys if not share.keys.get(each))
    if recorder is not None:
        recorder.put(keys, (share,))
    elif share is not None:
        share.take(keys)
    else:
        announce_anywhere(None, merge(keys))
