"""The frames of a socket: parsing, limits and serialization. No I/O.

>>> frame = read('{"action": "subscribe", "channel": "chat", "params": {"room": "a"}, "id": "1"}')
>>> frame.action, frame.id
('subscribe', '1')
>>> acknowledgement(frame)
'{"id": "1", "ok": true}'
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from pydantic_core import to_json

from mizan_htmx.errors import BadRequest, InternalError, MizanError, TooLarge
from mizan_htmx.http.arguments import parse_object
from mizan_htmx.protocol.keys import Invalidation

#: The size limit of a frame, in bytes of UTF-8.
MAX_BYTES = 64 * 1024

#: The most characters of an ``id``, which is repeated in each answer.
MAX_ID = 128

ACTIONS = ("subscribe", "unsubscribe", "message", "rpc", "ctx", "watch")

#: The actions whose answers have ``ok`` and no subject but the id, which is therefore required.
CALLS = ("rpc", "ctx")

Id = str | int | None


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that was received. ``body`` is all of it."""

    body: Mapping[str, Any]

    @property
    def action(self) -> object:
        """The requested action."""
        return self.body.get("action")

    @property
    def id(self) -> Id:
        """The id that its answers repeat, or ``None``."""
        given = self.body.get("id")
        return given if isinstance(given, (str, int)) and not isinstance(given, bool) else None


def is_too_large(content: str | bytes | None) -> bool:
    """Return whether a frame has more than ``MAX_BYTES``; one that is far longer is not encoded for it."""
    if content is None or 4 * len(content) <= MAX_BYTES:
        return False
    return len(content) > MAX_BYTES or (isinstance(content, str) and len(_encoded(content)) > MAX_BYTES)


def read(text: str | None) -> Frame:
    """Return the frame of a text; raise TooLarge, or BadRequest if it is not a JSON object."""
    if text is None:  # binary
        raise BadRequest("Malformed frame")
    if is_too_large(text):
        raise TooLarge("Frame too large")
    try:
        frame = Frame(parse_object(_encoded(text)))
    except BadRequest:
        raise BadRequest("Malformed frame") from None
    if len(str(frame.id or "")) > MAX_ID:
        raise BadRequest(f"'id' must have at most {MAX_ID} characters.")
    return frame


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def unknown(kind: str, name: object) -> str:
    """Return the message for an unknown name; it repeats the name only with DEBUG on."""
    return f"Unknown {kind} {name!r}" if settings.DEBUG else f"Unknown {kind}"


def write(frame: Mapping[str, Any]) -> str:
    """Return a frame as JSON."""
    return json.dumps(frame)


def answer(frame: Frame, content: Mapping[str, Any]) -> str:
    """Return the answer to a frame, with its id if it has one."""
    return write({**_id_of(frame), **content})


def acknowledgement(frame: Frame, **content: object) -> str | None:
    """Return the confirmation of a frame; ``None`` if it has no id, since its sender then expects none."""
    return None if frame.id is None else answer(frame, {"ok": True, **content})


def result(frame: Frame, written: bytes, *, version: str | None) -> str:
    """Return the answer to a call; its result is JSON already."""
    tail = f', "version": {json.dumps(version)}' if version else ""
    return f'{{"id": {json.dumps(frame.id)}, "ok": true, "data": {written.decode()}{tail}}}'


def refusal(frame: Frame | None, error: MizanError, **about: object) -> str:
    """Return the error that answers a frame, in the shape of its action; ``frame`` is ``None`` if unreadable.

    ``about`` replaces the channel and parameters that the frame names.
    """
    if frame is None:
        return write(_error(error))
    if frame.action in CALLS and frame.id is not None:
        return failure(frame, error)
    return answer(frame, {**_error(error), **(about or _subject(frame))})


def _id_of(frame: Frame) -> dict[str, Any]:
    return {} if frame.id is None else {"id": frame.id}


def _error(error: MizanError) -> dict[str, Any]:
    details = {} if error.details is None else {"details": error.details}
    return {"error": error.message, "code": error.code, **details}


def _subject(frame: Frame) -> dict[str, Any]:
    """Return the subscription that the frame names, by which the page finds the sender."""
    channel, params, partial = (frame.body.get(name) for name in ("channel", "params", "partial"))
    if not isinstance(channel, str):
        return {}
    known = {"params": params if isinstance(params, dict) else {}}
    return {"channel": channel, **known, **({"partial": partial} if isinstance(partial, str) else {})}


def failure(
    frame: Frame,
    error: MizanError,
    *,
    invalidations: Sequence[Invalidation] = (),
    version: str | None = None,
) -> str:
    """Return the error that answers a call, with what the call has invalidated all the same."""
    body = {**error.as_dict(), "status": error.status}
    del body["error"]
    try:
        written = to_json(body, inf_nan_mode="null").decode()
    except ValueError:  # details of the site's that JSON can't represent
        return failure(frame, InternalError(), invalidations=invalidations, version=version)
    stale = to_json({"invalidate": [each.as_json() for each in invalidations]}).decode()
    data = f', "data": {stale}' if invalidations else ""
    tail = f', "version": {json.dumps(version)}' if version else ""
    return f'{{"id": {json.dumps(frame.id)}, "ok": false, "error": {written}{data}{tail}}}'
