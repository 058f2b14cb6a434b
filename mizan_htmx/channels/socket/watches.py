"""The keys one socket watches: who may, what they have missed, and who may not any more."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from sys import intern
from typing import Any

from channels.db import aclose_old_connections, database_sync_to_async
from django.http import HttpRequest

from mizan_htmx.channels import protocol as frames
from mizan_htmx.channels.hub.hub import Hub, Socket
from mizan_htmx.channels.layer.outages import DATABASE_ERRORS
from mizan_htmx.channels.layer.versions import StoreDown, Version
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.rpc import request_for
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import (
    DENIED,
    BadRequest,
    Forbidden,
    InternalError,
    MizanError,
    NotFound,
    ValidationFailed,
)
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.http.execution import admit
from mizan_htmx.http.steps import run
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, merge, parse
from mizan_htmx.setup.registry import registry

#: How many keys one socket may watch.
LIMIT = 1000
#: What each key of a frame costs, in frames, and what it costs more where its ``auth`` is asked. The first is
#: the time of reading it as part of the time that a frame takes, the second that of a query.
PRICE, PRICE_OF_ASKING = 0.01, 0.1
#: So many reasons for which keys are refused are told in full, if they are not longer than this.
REASONS, LONGEST_REASON = 20, 5000
#: So many keys are looked at before the loop does something else.
AT_ONCE = 100

# Stands for one that can't be read: no store has lived a life of that name.
_NEVER = Version("", 0)

logger = logging.getLogger("mizan_htmx.channels")


class Watches:
    """What one socket watches. The caller sees to it that one call at a time is under way."""

    def __init__(self, socket: Socket, scope: Mapping[str, Any], charge: Callable[[float], None]) -> None:
        self._socket = socket
        self._scope = scope
        self._charge = charge
        self._hub = Hub.here()

    async def watch(self, frame: Frame) -> str | None:
        """Watch exactly those keys of the frame that this visitor may, and tell at once which are stale."""
        sent = _keys_of(frame)
        shown = _versions_of(frame, sent)
        self._charge(PRICE * (len(sent) + len(shown)))
        refusals = _Refusals()
        keys, unfit = await _resolve_all(dict.fromkeys(sent.values()), refusals)
        # What is watched already is asked for every minute.
        watched = self._hub.watched(self._socket)
        news = [key for key in keys.values() if key not in watched]
        errors = await self._errors_of([*news, *unfit], price=PRICE_OF_ASKING)
        for each, error in unfit.items():
            refused = errors.get(each)
            refusals.add(refused if isinstance(refused, (Forbidden, InternalError)) else error, each)
        for each, key in list(keys.items()):
            if key in errors:
                refusals.add(errors[key], each)
                del keys[each]
        for text in refusals.written(frame):
            self._socket.put(text)
        # In the index before the store is asked: what happens in between is told twice, and not lost.
        self._hub.watch(self._socket, frozenset(map(_kept, keys.values())))
        await self._catch_up({key: shown[each] for each, key in keys.items() if each in shown})
        return frames.acknowledgement(frame, data={"watching": ", ".join(map(str, keys.values()))})

    async def recheck(self) -> None:
        """Ask again for each watched key, and forget those that the visitor may not watch any more."""
        errors = await self._errors_of(self._hub.watched(self._socket))
        self._hub.unwatch(self._socket, frozenset(errors))
        refusals = _Refusals()
        for key, error in sorted(errors.items(), key=lambda each: str(each[0])):
            refusals.add(error, key)
        for text in refusals.written(Frame({})):
            self._socket.put(text)

    async def _errors_of(
        self, keys: Iterable[Invalidation], *, price: float = 0.0
    ) -> dict[Invalidation, MizanError]:
        auth_of = registry.graph.auth_of
        guarded = [key for key in keys if all(auth_of(each) is not None for each in _deciders(key))]
        if not guarded:
            return {}
        self._charge(price * len(guarded))
        request = await request_for(self._socket.visitor, self._scope)
        errors: dict[Invalidation, MizanError] = await database_sync_to_async(_ask)(request, guarded)
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
            history = await self._hub.recall.history(oldest)
        except StoreDown:
            # Nobody knows what they missed. What was read while nobody counted has no version and is not
            # told: it would be refreshed for ever. The hub tells what has changed once the store is back.
            stale = dict.fromkeys(key for key, version in shown.items() if version != _NEVER)
        else:
            missed = ((key, history.missed(key, version)) for key, version in shown.items())
            stale = {key: version for key, version in missed if version is not None}
        if stale:
            self._socket.put(_written(stale))


class _Refusals:
    """The keys that are refused, one frame for all that have the same reason.

    Reasons may say what stood in each key; so only some are told in full, and none that is long.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, tuple[MizanError, list[Invalidation]]] = {}

    def add(self, error: MizanError, key: Invalidation) -> None:
        reason = repr(error.as_dict())
        if reason not in self._reasons and (len(self._reasons) >= REASONS or len(reason) > LONGEST_REASON):
            error = ValidationFailed(message=error.message) if error.details else type(error)()
            reason = repr(error.as_dict())
        self._reasons.setdefault(reason, (error, []))[1].append(key)

    def written(self, frame: Frame) -> Iterator[str]:
        for error, keys in self._reasons.values():
            yield frames.refusal(frame, error, contexts=", ".join(map(str, keys)))


def _keys_of(frame: Frame) -> dict[str, Invalidation]:
    """List what the frame asks to watch, by how that is written."""
    text = frame.body.get("contexts")
    if not isinstance(text, str):
        raise BadRequest("Missing 'contexts': it lists what to watch, as in 'board;board_id=3, news'.")
    if text.count(",") >= LIMIT:  # counted before it is read, which takes much longer
        raise BadRequest("Too many contexts")
    return {part.strip(" \t"): key for part in text.split(",") for key in parse(part)}


def _versions_of(frame: Frame, sent: Mapping[str, Invalidation]) -> dict[Invalidation, Version]:
    given = frame.body.get("versions", {})
    if not isinstance(given, dict):
        raise BadRequest("'versions' must be an object that maps keys to versions.")
    if sum(name.count(",") + 1 for name in given) > LIMIT:
        raise BadRequest("Too many contexts")
    read = ((parse(name) if name not in sent else (sent[name],), text) for name, text in given.items())
    return {key: _version(text) for keys, text in read for key in keys}


def _version(text: object) -> Version:
    return (Version.parse(text) if isinstance(text, str) else None) or _NEVER


def _kept(key: Invalidation) -> Invalidation:
    """Leave the values as they came, and share the names with all other keys: that is half of the space."""
    params = tuple((intern(name), value) for name, value in key.params)
    return Invalidation(intern(key.context), params)


async def _resolve_all(
    sent: Iterable[Invalidation], refusals: _Refusals
) -> tuple[dict[Invalidation, Invalidation], dict[Invalidation, MizanError]]:
    """Find the watched key for each that was sent; the same but for values written in another way.

    Those that do not fit come with their errors, which only he is told who is let in.
    """
    keys: dict[Invalidation, Invalidation] = {}
    unfit: dict[Invalidation, MizanError] = {}
    for number, each in enumerate(sent):
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
        try:
            key = _resolve(each)
        except NotFound as error:
            refusals.add(error, each)
        except ValidationFailed as error:
            unfit[each] = error
        else:
            if key is not None:
                keys[each] = key
    return keys, unfit


def _resolve(sent: Invalidation) -> Invalidation | None:
    """Validate a key; ``None`` for a context that nobody tells anything about."""
    group = registry.graph.groups.get(sent.context)
    if group is None:
        raise NotFound(frames.unknown("context", sent.context))
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


def _ask(request: HttpRequest, keys: Iterable[Invalidation]) -> dict[Invalidation, MizanError]:
    asked = ((key, _error_of(request, key)) for key in keys)
    return {key: error for key, error in asked if error is not None}


def _error_of(request: HttpRequest, key: Invalidation) -> MizanError | None:
    """Say why this visitor may not watch a key; he may if any of those who decide lets him in."""
    arguments = Arguments((dict(key.params),))
    refusal: MizanError = Forbidden("Not authorized")
    for function in _deciders(key):
        try:
            run(admit(function, request, arguments))
        except DENIED:
            continue
        except ValidationFailed as error:  # he is let in
            refusal = ValidationFailed(error.reasons, "Invalid params")
        except DATABASE_ERRORS:
            raise
        except Exception:  # an author's auth; what it says is not told
            logger.exception("The auth of %s failed.", function)
            return InternalError()
        else:
            return None
    return refusal


def _written(stale: Mapping[Invalidation, Version | None]) -> str:
    told = merge(stale)
    standing = {key.context: key for key in told if not key.params}
    latest: dict[str, str] = {}
    newest: dict[Invalidation, int] = {}
    for key, version in stale.items():
        # A context that has collapsed stands for its keys, and so does "*".
        named = standing.get(EVERYTHING.context) or standing.get(key.context, key)
        if version is not None and version.seq >= newest.get(named, version.seq):
            newest[named] = version.seq
            latest[str(named)] = str(version)
    return frames.write({"invalidate": ", ".join(map(str, told)), "versions": latest})
