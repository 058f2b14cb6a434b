"""What a request has made stale, and how the world learns of it once the transaction has committed."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import overload
from weakref import ref

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_urlconf

from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import ValidationFailed, suggest
from mizan_htmx.invalidation.cookie import carry
from mizan_htmx.invalidation.delivery import aannounce as aannounce
from mizan_htmx.invalidation.delivery import announce_now as announce_now
from mizan_htmx.invalidation.delivery import told as told
from mizan_htmx.invalidation.recording import Recorder as Recorder
from mizan_htmx.invalidation.transactions import announce as announce
from mizan_htmx.protocol.cache_tags import group_list
from mizan_htmx.protocol.headers import CACHE_GROUPS_HEADER, INVALIDATE_HEADER
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.request_state import STATE, RequestState, state_of
from mizan_htmx.setup.autodiscover import load_urlconf
from mizan_htmx.setup.middleware import MIDDLEWARE, is_installed
from mizan_htmx.setup.registry import registry

# Weak: a request that ended without closing its recorder must not swallow what the thread does next.
_current: ContextVar[ref[Recorder] | None] = ContextVar("mizan_htmx.invalidation.recorder", default=None)


def recorder_of(request: HttpRequest) -> Recorder | None:
    """Give the recorder of a request, if something listens to it; a closed one, after the answer."""
    state: RequestState | None = getattr(request, STATE, None)
    return None if state is None else state.recorder


def current_recorder() -> Recorder | None:
    """Give the recorder of the request that is being answered here, for code that has no request."""
    held = _current.get()
    return None if held is None else held()


def open_recorder(request: HttpRequest) -> tuple[Recorder, bool]:
    """Give the request's recorder, and whether the caller opened it and so has to announce."""
    state = state_of(request)
    known: Recorder | None = state.recorder
    if known is not None and not known.is_closed:
        return known, False
    recorder = state.recorder = Recorder(request)
    recorder.outer = _current.get()
    _current.set(ref(recorder))
    return recorder, True


def roll_back(recorder: Recorder) -> None:
    """Undo what ATOMIC_REQUESTS holds together: an exception that is answered must not be committed."""
    held = [
        connection
        for connection in connections.all(initialized_only=True)
        if connection.settings_dict["ATOMIC_REQUESTS"] and connection.in_atomic_block
    ]
    for connection in held:
        connection.set_rollback(True)
    if held:
        recorder.drop(held)


def close_recorder(
    request: HttpRequest, recorder: Recorder, response: HttpResponseBase | None = None
) -> tuple[Invalidation, ...]:
    """Collect nothing more for this request's answer; return what is to be told with it."""
    _current.set(recorder.outer)
    return recorder.close(request, response)


def abandon(recorder: Recorder, *, owned: bool) -> None:
    """Tell what stands of a request that ends without an answer; what is still being written tells itself.

    Its client has hung up, its time is over, or the process is about to end.
    """
    if owned:
        _current.set(recorder.outer)
        recorder.abandon()


def write(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> None:
    """Put what is stale into a response: the header, and the cookie where scripts can't see the header.

    For caches on the way what they may have of it stands there as the tags to purge, too; they keep no such
    response.
    """
    invalidations, written = recorder.merged()
    if not invalidations:
        return
    response.headers[INVALIDATE_HEADER] = written
    purged = registry.graph.purged(invalidations)
    if purged:
        response.headers[CACHE_GROUPS_HEADER] = group_list(purged)
    response.headers.setdefault("Cache-Control", "no-store")
    own = state_of(request).page.own_note
    if own is None or 300 <= response.status_code < 400:  # which shows nothing of what was rendered
        carry(request, response, invalidations)
        return
    unverified = own.unverified(invalidations)
    carry(
        request,
        response,
        invalidations,
        number=own.number,
        unverified=[each for rendered in unverified for each in rendered.block.bound],
    )


@overload
def invalidate(request: HttpRequest | None, context: str, /, **params: object) -> None: ...


@overload
def invalidate(context: str, /, **params: object) -> None: ...


def invalidate(request: HttpRequest | str | None, context: str | None = None, /, **params: object) -> None:
    """Invalidate a context, from any code: ``invalidate("user", user_id=5)``.

    The answer to the request that is being answered here carries it. Outside of any request, such as in a
    management command, a task or a thread, it is published by itself. ``invalidate(request, …)`` names the
    request, for code that runs after the answer has begun, such as a stream; ``invalidate(None, …)``
    publishes in any case.

    It counts once the transaction around it has committed. Raises ValueError for an unknown context or
    parameter or a value that does not fit, and ImproperlyConfigured in a view that is no function of
    mizan_htmx where ``MizanMiddleware`` is not installed, because the answer would not carry it.
    """
    name = request if isinstance(request, str) else context
    if name is None:
        raise TypeError("invalidate() names no context. Call it as invalidate('user', user_id=5).")
    if isinstance(request, str) and context is not None:
        raise TypeError(f"invalidate({request!r}, {context!r}) names two contexts. Call it once for each.")
    invalidation = named(name, params, by="invalidate")
    if isinstance(request, str):
        recorder, is_outside = current_recorder(), not _is_in_request()
    else:
        recorder, is_outside = (None, True) if request is None else (recorder_of(request), False)
    if recorder is not None:
        recorder.add((invalidation,))
    elif is_outside:
        announce(None, (invalidation,))
    else:
        raise ImproperlyConfigured(
            "invalidate() in a view that is no function of mizan_htmx needs"
            " 'mizan_htmx.middleware.MizanMiddleware' in MIDDLEWARE."
        )


def _is_in_request() -> bool:
    """Return whether a request is being answered here that MizanMiddleware does not look after.

    Django's handlers set the URLconf for each request, and reset it at its end.
    """
    return get_urlconf() is not None and not is_installed(MIDDLEWARE)


def named(context: str, params: Mapping[str, object], *, by: str) -> Invalidation:
    """Name what is stale for whoever says so by ``by``; raise ValueError for what can't be meant."""
    load_urlconf()  # where no request has done so
    groups = registry.graph.groups
    group = groups.get(context)
    if group is None:
        if groups:  # a worker that declares nothing can't tell a good name from a bad one
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
