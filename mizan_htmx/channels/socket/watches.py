"""The keys that one socket watches: their authorization, and the invalidations that they have missed."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from sys import intern
from typing import Any

from channels.db import aclose_old_connections, database_sync_to_async
from django.http import HttpRequest

from mizan_htmx.channels import protocol
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.layer.versions import StoreDown, Version
from mizan_htmx.channels.outage_log import DATABASE_ERRORS
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.request import request_for
from mizan_htmx.channels.socket.session_user import VisitorSocket
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import (
    HIDING,
    BadRequest,
    Forbidden,
    InternalError,
    MizanError,
    NotFound,
    ValidationFailed,
)
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.http.execution import admit
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, merge, parse
from mizan_htmx.setup.registry import registry

#: The most keys that one socket may watch.
MAX_KEYS = 1000
#: The cost of each key of a frame for the rate limit, in frames, and the additional cost if its ``auth`` is
#: called. The first is the time to parse it relative to that of a frame, the second that of a query.
KEY_COST, AUTH_COST = 0.01, 0.1
#: The most reasons of refusals that are sent in full, and the most characters of each.
MAX_REASONS, MAX_REASON = 20, 5000
#: The most keys that are resolved before other tasks get a turn.
BATCH_SIZE = 100

# Stands for a malformed version: no store has an epoch of that name.
_UNKNOWN = Version("", 0)

logger = logging.getLogger("mizan_htmx.channels")


class Watches:
    """The watched keys of one socket. The caller must await one call before the next.

    ``charge`` is called with the cost of a frame for the rate limit, in frames.
    """

    def __init__(
        self, socket: VisitorSocket, scope: Mapping[str, Any], charge: Callable[[float], None]
    ) -> None:
        self._socket = socket
        self._scope = scope
        self._charge = charge
        self._hub = Hub.here()

    async def watch(self, frame: Frame) -> str | None:
        """Watch exactly those keys of the frame that the visitor may watch; send at once which are stale."""
        sent = _keys_of(frame)
        shown = _versions_of(frame, sent)
        self._charge(KEY_COST * (len(sent) + len(shown)))
        refusals = _Refusals()
        keys, invalid = await _resolve_all(dict.fromkeys(sent.values()), refusals)
        # Keys that are watched already are authorized again every minute.
        watched = self._hub.watched(self._socket)
        news = [key for key in keys.values() if key not in watched]
        errors = await self._errors_of([*news, *invalid], cost=AUTH_COST)
        for each, error in invalid.items():
            refused = errors.get(each)
            refusals.add(refused if isinstance(refused, (Forbidden, InternalError)) else error, each)
        for each, key in list(keys.items()):
            if key in errors:
                refusals.add(errors[key], each)
                del keys[each]
        for text in refusals.frames(frame):
            self._socket.send_text(text)
        # In the index before the store is queried: an invalidation in between is sent twice, and not lost.
        self._hub.watch(self._socket, frozenset(map(_interned, keys.values())))
        await self._catch_up({key: shown[each] for each, key in keys.items() if each in shown})
        return protocol.acknowledgement(frame, data={"watching": ", ".join(map(str, keys.values()))})

    async def reauthorize(self) -> None:
        """Authorize all watched keys again, and stop watching those that are refused."""
        errors = await self._errors_of(self._hub.watched(self._socket))
        self._hub.unwatch(self._socket, frozenset(errors))
        refusals = _Refusals()
        for key, error in sorted(errors.items(), key=lambda each: str(each[0])):
            refusals.add(error, key)
        for text in refusals.frames(Frame({})):
            self._socket.send_text(text)

    async def _errors_of(
        self, keys: Iterable[Invalidation], *, cost: float = 0.0
    ) -> dict[Invalidation, MizanError]:
        auth_of = registry.graph.auth_of
        guarded = [key for key in keys if all(auth_of(each) is not None for each in _deciders(key))]
        if not guarded:
            return {}
        self._charge(cost * len(guarded))
        request = await request_for(self._socket.visitor, self._scope)
        errors: dict[Invalidation, MizanError] = await database_sync_to_async(_query_errors)(request, guarded)
        await aclose_old_connections()
        return errors

    async def _catch_up(self, shown: Mapping[Invalidation, Version]) -> None:
        if not shown:
            return
        stale: dict[Invalidation, Version | None]
        oldest: dict[str, int] = {}
        for version in shown.values():
            oldest[version.epoch] = min(version.seq, oldest.get(version.epoch, version.seq))
        try:
            log = await self._hub.missed_changes.change_log(oldest)
        except StoreDown:
            # All may have missed something. Results that were read without a version are left out, since each
            # refresh would again have none; the hub sends what has changed once the store is back.
            stale = dict.fromkeys(key for key, version in shown.items() if version != _UNKNOWN)
        else:
            missed = ((key, log.missed(key, version)) for key, version in shown.items())
            stale = {key: version for key, version in missed if version is not None}
        if stale:
            self._socket.send_text(_stale_frame(stale))


class _Refusals:
    """The keys that are refused, in one frame for all with the same reason.

    Reasons may repeat values of each key, so only some are sent in full, and none that is long.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, tuple[MizanError, list[Invalidation]]] = {}

    def add(self, error: MizanError, key: Invalidation) -> None:
        reason = repr(error.as_dict())
        if reason not in self._reasons and (len(self._reasons) >= MAX_REASONS or len(reason) > MAX_REASON):
            error = ValidationFailed(message=error.message) if error.details else type(error)()
            reason = repr(error.as_dict())
        self._reasons.setdefault(reason, (error, []))[1].append(key)

    def frames(self, frame: Frame) -> Iterator[str]:
        for error, keys in self._reasons.values():
            yield protocol.refusal(frame, error, contexts=", ".join(map(str, keys)))


def _keys_of(frame: Frame) -> dict[str, Invalidation]:
    """Return the keys that the frame lists, by their text."""
    text = frame.body.get("contexts")
    if not isinstance(text, str):
        raise BadRequest("Missing 'contexts': it lists the keys to watch, as in 'board;board_id=3, news'.")
    if text.count(",") >= MAX_KEYS:  # counted first, because parsing takes much longer
        raise BadRequest("Too many contexts")
    return {part.strip(" \t"): key for part in text.split(",") for key in parse(part)}


def _versions_of(frame: Frame, sent: Mapping[str, Invalidation]) -> dict[Invalidation, Version]:
    given = frame.body.get("versions", {})
    if not isinstance(given, dict):
        raise BadRequest("'versions' must be an object that maps keys to versions.")
    if sum(name.count(",") + 1 for name in given) > MAX_KEYS:
        raise BadRequest("Too many contexts")
    read = ((parse(name) if name not in sent else (sent[name],), text) for name, text in given.items())
    return {key: _version(text) for keys, text in read for key in keys}


def _version(text: object) -> Version:
    return (Version.parse(text) if isinstance(text, str) else None) or _UNKNOWN


def _interned(key: Invalidation) -> Invalidation:
    """Return the key with interned names, which halves its memory: all keys of a context share them."""
    params = tuple((intern(name), value) for name, value in key.params)
    return Invalidation(intern(key.context), params)


async def _resolve_all(
    sent: Iterable[Invalidation], refusals: _Refusals
) -> tuple[dict[Invalidation, Invalidation], dict[Invalidation, MizanError]]:
    """Return the key for each that was sent, with values in canonical form, and the errors of invalid keys.

    Invalid keys are returned with their errors, which are shown only to authorized visitors.
    """
    keys: dict[Invalidation, Invalidation] = {}
    invalid: dict[Invalidation, MizanError] = {}
    for number, each in enumerate(sent):
        if number % BATCH_SIZE == BATCH_SIZE - 1:
            await asyncio.sleep(0)
        try:
            key = _resolve(each)
        except NotFound as error:
            refusals.add(error, each)
        except ValidationFailed as error:
            invalid[each] = error
        else:
            if key is not None:
                keys[each] = key
    return keys, invalid


def _resolve(sent: Invalidation) -> Invalidation | None:
    """Return the validated key; ``None`` if its context is not live."""
    group = registry.graph.groups.get(sent.context)
    if group is None:
        raise NotFound(protocol.unknown("context", sent.context))
    if not group.context.live:
        return None
    texts = dict(sent.params)
    wrong = {name: ["Unknown parameter."] for name in texts if name not in group.params}
    wrong |= {name: ["Field required"] for name in sorted(group.required.difference(texts))}
    if wrong:
        raise ValidationFailed(wrong, "Invalid params")
    try:
        return group.shown(validate(group.adapter, texts))
    except ValidationFailed as error:
        raise ValidationFailed(error.reasons, "Invalid params") from None


def _deciders(key: Invalidation) -> tuple[Function, ...]:
    return registry.graph.groups[key.context].deciders


def _query_errors(request: HttpRequest, keys: Iterable[Invalidation]) -> dict[Invalidation, MizanError]:
    errors = ((key, _error_of(request, key)) for key in keys)
    return {key: error for key, error in errors if error is not None}


def _error_of(request: HttpRequest, key: Invalidation) -> MizanError | None:
    """Return why the visitor may not watch a key; they may if any of its deciders authorizes them."""
    arguments = Arguments((dict(key.params),))
    refusal: MizanError = Forbidden("Not authorized")
    for function in _deciders(key):
        try:
            admit(function, request, arguments)
        except HIDING:
            continue
        except ValidationFailed as error:  # the visitor is authorized
            refusal = ValidationFailed(error.reasons, "Invalid params")
        except DATABASE_ERRORS:
            raise
        except Exception:  # the border to the site's auth; its message may be confidential
            logger.exception("The auth of %s failed.", function)
            return InternalError()
        else:
            return None
    return refusal


def _stale_frame(stale: Mapping[Invalidation, Version | None]) -> str:
    merged = merge(stale)
    whole = {key.context: key for key in merged if not key.params}
    latest: dict[str, str] = {}
    newest: dict[Invalidation, int] = {}
    for key, version in stale.items():
        # A whole context stands for its keys if they were merged, and "*" for all.
        named = whole.get(EVERYTHING.context) or whole.get(key.context, key)
        if version is not None and version.seq >= newest.get(named, version.seq):
            newest[named] = version.seq
            latest[str(named)] = str(version)
    return protocol.write({"invalidate": ", ".join(map(str, merged)), "versions": latest})
