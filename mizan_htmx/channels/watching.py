"""The keys one socket watches: who may, what they have missed, and who may not any more."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import aclose_old_connections, database_sync_to_async
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from mizan_htmx.arguments import Arguments
from mizan_htmx.channels import frames
from mizan_htmx.channels.calls import request_for
from mizan_htmx.channels.frames import Frame
from mizan_htmx.channels.hub import Hub, Socket
from mizan_htmx.channels.index import WatchIndex
from mizan_htmx.channels.versions import StoreDown, Version, versions
from mizan_htmx.dispatch import admit
from mizan_htmx.errors import BadRequest, Forbidden, InternalError, MizanError, NotFound, ValidationFailed
from mizan_htmx.functions import Function
from mizan_htmx.invalidation import Invalidation, covers, merge, parse
from mizan_htmx.readings import DENIED
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate
from mizan_htmx.steps import run

#: How many keys one socket may watch.
LIMIT = 1000

# Stands for one that can't be read: no store has lived a life of that name.
_NEVER = Version("", 0)

logger = logging.getLogger("mizan_htmx.channels")


class Watches:
    """What one socket watches. The caller sees to it that one call at a time is under way."""

    def __init__(self, socket: Socket, scope: Mapping[str, Any]) -> None:
        self._socket = socket
        self._scope = scope
        self._hub = Hub.here()

    async def watch(self, frame: Frame) -> str | None:
        """Watch exactly those keys of the frame that this visitor may, and tell at once which are stale."""
        shown = _versions_of(frame)
        refusals = _Refusals()
        keys, unfit = _resolve_all(_keys_of(frame), refusals)
        errors = await self._errors_of([*keys.values(), *unfit])
        for sent, error in unfit.items():
            refused = errors.get(sent)
            refusals.add(refused if isinstance(refused, (Forbidden, InternalError)) else error, sent)
        for sent, key in list(keys.items()):
            if key in errors:
                refusals.add(errors[key], sent)
                del keys[sent]
        for text in refusals.written(frame):
            self._socket.put(text)
        # In the index before the store is asked: what happens in between is told twice, and not lost.
        self._hub.watch(self._socket, frozenset(keys.values()))
        await self._catch_up({key: shown[sent] for sent, key in keys.items() if sent in shown})
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

    async def _errors_of(self, keys: Iterable[Invalidation]) -> dict[Invalidation, MizanError]:
        guarded = [key for key in keys if all(reader.auth is not None for reader in _readers(key))]
        if not guarded:
            return {}
        request = await request_for(self._socket.visitor, self._scope)
        errors: dict[Invalidation, MizanError] = await database_sync_to_async(_ask)(request, guarded)
        await aclose_old_connections()
        return errors

    async def _catch_up(self, shown: Mapping[Invalidation, Version]) -> None:
        if not shown:
            return
        try:
            stale = await sync_to_async(_stale, thread_sensitive=False)(shown)
        except StoreDown:
            # Nobody knows what they missed. What was read while nobody counted has no version and is not
            # told: it would be refreshed for ever. The hub tells what has changed once the store is back.
            stale = dict.fromkeys(key for key, version in shown.items() if version != _NEVER)
        if stale:
            self._socket.put(_written(stale))


class _Refusals:
    """The keys that are refused, one frame for all that have the same reason."""

    def __init__(self) -> None:
        self._reasons: dict[str, tuple[MizanError, list[Invalidation]]] = {}

    def add(self, error: MizanError, key: Invalidation) -> None:
        self._reasons.setdefault(repr(error.as_dict()), (error, []))[1].append(key)

    def written(self, frame: Frame) -> Iterator[str]:
        for error, keys in self._reasons.values():
            yield frames.refusal(frame, error, contexts=", ".join(map(str, keys)))


def _keys_of(frame: Frame) -> list[Invalidation]:
    text = frame.body.get("contexts")
    if not isinstance(text, str):
        raise BadRequest("Missing 'contexts': it lists what to watch, as in 'board;board_id=3, news'.")
    keys = list(dict.fromkeys(parse(text)))
    if len(keys) > LIMIT:
        raise BadRequest("Too many contexts")
    return keys


def _versions_of(frame: Frame) -> dict[Invalidation, Version]:
    given = frame.body.get("versions", {})
    if not isinstance(given, dict):
        raise BadRequest("'versions' must be an object that maps keys to versions.")
    return {key: _version(text) for name, text in given.items() for key in parse(name)}


def _version(text: object) -> Version:
    return (Version.parse(text) if isinstance(text, str) else None) or _NEVER


def _resolve_all(
    sent: Iterable[Invalidation], refusals: _Refusals
) -> tuple[dict[Invalidation, Invalidation], dict[Invalidation, MizanError]]:
    """Find the watched key for each that was sent; the same but for values written in another way.

    Those that do not fit come with their errors, which only he is told who is let in.
    """
    keys: dict[Invalidation, Invalidation] = {}
    unfit: dict[Invalidation, MizanError] = {}
    for each in sent:
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
        raise ValidationFailed(error.fields, "Invalid params") from None


def _readers(key: Invalidation) -> tuple[Function, ...]:
    """List those who decide about a key: what gives its data or, where nothing does, the pages."""
    group = registry.graph.groups[key.context]
    return group.readers or group.pages


def _ask(request: HttpRequest, keys: Iterable[Invalidation]) -> dict[Invalidation, MizanError]:
    asked = ((key, _error_of(request, key)) for key in keys)
    return {key: error for key, error in asked if error is not None}


def _error_of(request: HttpRequest, key: Invalidation) -> MizanError | None:
    """Say why this visitor may not watch a key; he may if any of its readers lets him in."""
    arguments = Arguments((dict(key.params),))
    refusal: MizanError = Forbidden("Not authorized")
    for reader in _readers(key):
        try:
            run(admit(reader, request, arguments))
        except DENIED:
            continue
        except ValidationFailed as error:  # he is let in
            refusal = ValidationFailed(error.fields, "Invalid params")
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # an author's auth; what it says is not told
            logger.exception("The auth of %s failed.", reader)
            return InternalError()
        else:
            return None
    return refusal


def _stale(shown: Mapping[Invalidation, Version]) -> dict[Invalidation, Version | None]:
    """Ask the store what is newer than what a page shows; may block, and raise StoreDown."""
    store = versions()
    found: dict[Invalidation, Version | None] = {}
    for epoch in {version.epoch for version in shown.values()}:
        index: WatchIndex[Invalidation] = WatchIndex()
        own = {key: version for key, version in shown.items() if version.epoch == epoch}
        for key in own:
            index.add(key, key)
        for stale, version in store.since(min(each.seq for each in own.values()), epoch).stale:
            matching = (key for keys in index.find(stale).values() for key in keys)
            found |= {key: version for key in matching if own[key].is_before(version)}
    return found


def _written(stale: Mapping[Invalidation, Version | None]) -> str:
    told = merge(stale)
    latest = {
        str(each): str(max((v for key, v in stale.items() if v and covers(each, key)), key=lambda v: v.seq))
        for each in told
        if any(stale.values())
    }
    return frames.write({"invalidate": ", ".join(map(str, told)), "versions": latest})
