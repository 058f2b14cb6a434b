"""``invalidate()``, for any code, and its counterpart for models; both take effect after the commit."""

from collections.abc import Iterable, Mapping
from typing import overload

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest
from django.urls import get_urlconf

from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import ValidationFailed, suggest
from mizan_htmx.internals import is_in_transaction
from mizan_htmx.invalidation.publication import publish_anywhere
from mizan_htmx.invalidation.recorder import current_recorder, recorder_of
from mizan_htmx.invalidation.transactions import publish_on_commit, share_of
from mizan_htmx.protocol.keys import Invalidation, merge
from mizan_htmx.setup.autodiscover import load_urlconf
from mizan_htmx.setup.middleware import MIDDLEWARE, is_installed
from mizan_htmx.setup.registry import registry


@overload
def invalidate(request: HttpRequest | None, context: str, /, **params: object) -> None: ...


@overload
def invalidate(context: str, /, **params: object) -> None: ...


def invalidate(request: HttpRequest | str | None, context: str | None = None, /, **params: object) -> None:
    """Invalidate a context, from any code: ``invalidate("user", user_id=5)``.

    The response to the current request carries it. Outside of any request, such as in a management command,
    a task or a thread, it is published without a response. ``invalidate(request, …)`` names the request, for
    code that runs after the response has begun, such as a stream; ``invalidate(None, …)`` always publishes.

    It takes effect once the transaction around it has committed. Raises ValueError for an unknown context or
    parameter or an invalid value. Without ``MizanMiddleware`` it raises ImproperlyConfigured where the
    response would not carry it: in a view that is not declared with ``@client``, and after the view, as in a
    hook of ``on_commit()`` with ATOMIC_REQUESTS. If its transaction has committed or still commits, it is
    published even so.
    """
    name = request if isinstance(request, str) else context
    if name is None:
        raise TypeError("invalidate() names no context. Call it as invalidate('user', user_id=5).")
    if isinstance(request, str) and context is not None:
        raise TypeError(f"invalidate({request!r}, {context!r}) names two contexts. Call it once for each.")
    invalidation = invalidation_of(name, params, by="invalidate")
    if isinstance(request, str):
        recorder, is_outside = current_recorder(), not _is_in_request()
    else:
        recorder, is_outside = (None, True) if request is None else (recorder_of(request), False)
    if recorder is not None:
        recorder.add((invalidation,))
    elif is_outside:
        publish_on_commit((invalidation,))
    else:
        publish_on_commit((invalidation,))  # what is committed already, the error can't prevent
        raise ImproperlyConfigured(
            "invalidate() in a view that is not declared with @client needs"
            " 'mizan_htmx.middleware.MizanMiddleware' in MIDDLEWARE. So it does after any view, as in a hook"
            " of on_commit() with ATOMIC_REQUESTS."
        )


def _is_in_request() -> bool:
    """Return whether this code runs in a request that MizanMiddleware does not handle.

    Django's handlers set the URLconf for each request, and reset it at its end.
    """
    return get_urlconf() is not None and not is_installed(MIDDLEWARE)


def invalidation_of(context: str, params: Mapping[str, object], *, by: str) -> Invalidation:
    """Return the invalidation of a context by the values of its parameters, as its readers validate them.

    Raises ValueError, which names the caller as ``by``, for an unknown context or parameter or an invalid
    value.
    """
    load_urlconf()  # unless a request has done so
    groups = registry.graph.groups
    group = groups.get(context)
    if group is None:
        if groups:  # a worker that declares nothing knows no contexts
            raise ValueError(
                f"Unknown context {context!r} in {by}(). {suggest(context, groups, what='contexts')}"
            )
        return Invalidation.of(context, **params)
    for name in params:
        if name not in group.params:
            hint = suggest(name, group.params, what="parameters")
            raise ValueError(f"Context {context!r} has no parameter {name!r} in {by}(). {hint}")
    try:
        given = {name: value for name, value in params.items() if value is not None}
        return group.shown(validate(group.adapter, given))
    except ValidationFailed as error:
        raise ValueError(f"{by}({context!r}, …): {error.reasons}") from None


def invalidate_keys(invalidations: Iterable[Invalidation], using: str = DEFAULT_DB_ALIAS) -> None:
    """Invalidate what rows of the database ``using`` have changed, once its transaction has committed.

    The response to the current request carries it, if there is one. Each key is published
    once for a transaction; those of a savepoint that is rolled back are not.
    """
    keys = tuple(dict.fromkeys(invalidations))
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
        share.add(keys)
    else:
        publish_anywhere(None, merge(keys))
