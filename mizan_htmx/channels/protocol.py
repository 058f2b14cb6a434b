"""The frames of a socket: what comes in is read and held to limits, what goes out is written. No I/O.

>>> frame = read('{"action": "subscribe", "channel": "chat", "params": {"room": "a"}, "id": "1"}')
>>> frame.action, frame.id
('subscribe', '1')
>>> acknowledgement(frame)
'{"id": "1", "ok": true}'
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from pydantic_core import to_json

from mizan_htmx.errors import BadRequest, InternalError, MizanError, TooLarge
from mizan_htmx.http.arguments import parse_object

#: What a frame may have, in bytes of UTF-8.
MAX_BYTES = 64 * 1024

#: What the text of an ``id`` may have, in characters: it stands in each frame that answers.
MAX_ID = 128

ACTIONS = ("subscribe", "unsubscribe", "message", "rpc", "ctx", "watch")

#: These are answered with ``ok``, and so need an id to be told apart.
CALLS = ("rpc", "ctx")

Id = str | int | None


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that came in. ``body`` is all of it; ``id`` goes into whatever answers it."""

    body: Mapping[str, Any]

    @property
    def action(self) -> object:
        """What it asks for."""
        return self.body.get("action")

    @property
    def id(self) -> Id:
        """The sender's name for it, or ``None``."""
        given = self.body.get("id")
        return given if isinstance(given, (str, int)) and not isinstance(given, bool) else None


def is_too_large(content: str | bytes | None) -> bool:
    """Return whether a frame has more than ``MAX_BYTES``. One that has far more is not looked at."""
    if content is None or 4 * len(content) <= MAX_BYTES:
        return False
    return len(content) > MAX_BYTES or (isinstance(content, str) and len(_encoded(content)) > MAX_BYTES)


def read(text: str | None) -> Frame:
    """Read a frame; raise TooLarge, or BadRequest for one that is no JSON object."""
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
    """Say that there is no such thing; with DEBUG off, the name is not repeated."""
    return f"Unknown {kind} {name!r}" if settings.DEBUG else f"Unknown {kind}"


def write(frame: Mapping[str, Any]) -> str:
    """Write a frame."""
    return json.dumps(frame)


def answer(frame: Frame, content: Mapping[str, Any]) -> str:
    """Write the answer to a frame: with its id, if it had one."""
    return write({**_named(frame), **content})


def acknowledgement(frame: Frame, **content: object) -> str | None:
    """Write that all is well; nothing for a frame without an id, whose sender does not wait for it."""
    return None if frame.id is None else answer(frame, {"ok": True, **content})


def result(frame: Frame, written: bytes, *, version: str | None) -> str:
    """Write the answer to a call around its result, which is JSON already."""
    tail = f', "version": {json.dumps(version)}' if version else ""
    return f'{{"id": {json.dumps(frame.id)}, "ok": true, "data": {written.decode()}{tail}}}'


def refusal(frame: Frame | None, error: MizanError, **about: object) -> str:
    """Write why a frame is refused, in the shape that its action has; ``frame`` is ``None`` if unreadable.

    ``about`` stands in the place of what the frame itself says it is about.
    """
    if frame is None:
        return write(_error(error))
    if frame.action in CALLS and frame.id is not None:
        return _refused_call(frame, error)
    return answer(frame, {**_error(error), **(about or _subject(frame))})


def _named(frame: Frame) -> dict[str, Any]:
    return {} if frame.id is None else {"id": frame.id}


def _error(error: MizanError) -> dict[str, Any]:
    details = {} if error.details is None else {"details": error.details}
    return {"error": error.message, "code": error.code, **details}


def _subject(frame: Frame) -> dict[str, Any]:
    """Repeat which subscription the frame was about, so that the page knows who asked."""
    channel, params, partial = (frame.body.get(name) for name in ("channel", "params", "partial"))
    if not isinstance(channel, str):
        return {}
    known = {"params": params if isinstance(params, dict) else {}}
    return {"channel": channel, **known, **({"partial": partial} if isinstance(partial, str) else {})}


def _refused_call(frame: Frame, error: MizanError) -> str:
    body = error.as_dict()
    del body["error"]
    try:
        written = to_json(body, inf_nan_mode="null").decode()
    except ValueError:  # details of an author's that are no JSON
        return _refused_call(frame, InternalError())
    return f'{{"id": {json.dumps(frame.id)}, "ok": false, "error": {written}}}'
