"""The cookie that carries invalidations to the next page, for responses whose headers no script can read.

    value  = note *( "|" note )
    note   = number ":" list
    number = 16 hexadecimal digits in lower case, of this note alone
    list   = what ``X-Mizan-Invalidate`` holds, percent-encoded once as a whole

A site under the same domain can write a cookie of this name, which this site can't delete. So a page reads
each number only once, and a note that is passed on keeps its number.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import quote, unquote

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, format_list, parse
from mizan_htmx.request_state import state_of
from mizan_htmx.setup.registry import registry

COOKIE = "mizan_invalidate"
# RFC 6265bis section 4.1.3.2: browsers accept this prefix over HTTPS only, and from this very host.
SECURE_COOKIE = f"__Host-{COOKIE}"
SECONDS = 60
# RFC 6265 section 6.1: 4,096 bytes for a cookie with its name and attributes, which take up to 114 here.
MAX_LENGTH = 3980
# Bytes of one note's list; percent-encoding triples them at most.
MAX_BYTES = 1300
# The notes for which a page states which blocks are newer: a request with thousands must not get megabytes.
MOST_RECEIVED = 8

DIGITS = 16
_NOTE = re.compile(rf"([0-9a-f]{{{DIGITS}}}):([^|:]+)")


@dataclass(frozen=True, slots=True)
class Note:
    """What one response invalidates, with a number by which a page knows whether it has read it."""

    number: str
    invalidations: tuple[Invalidation, ...]

    def __str__(self) -> str:
        return f"{self.number}:{quote(format_list(self.invalidations, max_bytes=MAX_BYTES), safe='')}"

    def widened(self) -> "Note":
        """Return the same note in as few bytes as possible."""
        return Note(self.number, (EVERYTHING,))

    def without(self, known: Set[Invalidation]) -> "Note":
        """Return the note without what ``known`` contains, scoped or as a whole context."""
        left = [each for each in self.invalidations if {each, Invalidation(each.context)}.isdisjoint(known)]
        return Note(self.number, () if EVERYTHING in known else tuple(left))


def carry(
    request: HttpRequest,
    response: HttpResponseBase,
    invalidations: Sequence[Invalidation],
    *,
    number: str | None = None,
    unverified: Sequence[Invalidation] = (),
) -> None:
    """Set the cookie on a response whose headers no script can read.

    Notes that no page has read yet stay in it. Blocks of this page refer to ``number`` as a change that they
    show already; ``unverified`` is what those blocks are bound to that may not show it.
    """
    is_secure = request.is_secure()
    name = SECURE_COOKIE if is_secure else COOKIE
    new = Note(number or _random(), tuple(invalidations))
    known = frozenset(invalidations)
    unread = [note.without(known) for note in _unread(request, name)]
    if unverified:  # under a number of its own
        unread.append(Note(_random(), tuple(dict.fromkeys(unverified))))
    response.set_cookie(
        name,
        _written([note for note in unread if note.invalidations], new),
        max_age=SECONDS,
        secure=is_secure,
        httponly=False,
        samesite="Lax",
    )


def received(request: HttpRequest) -> tuple[Note, ...]:
    """Return the last notes that a request has brought: changes that were made before it was sent."""
    state = state_of(request)
    known: tuple[Note, ...] | None = state.notes
    if known is None:
        has_some = COOKIE in request.META.get("HTTP_COOKIE", "")
        names = (COOKIE, SECURE_COOKIE) if has_some else ()  # which only this very host can have written
        known = tuple([note for name in names for note in _unread(request, name)][-MOST_RECEIVED:])
        state.notes = known
    return known


def _random() -> str:
    return secrets.token_hex(DIGITS // 2)


def hides_headers(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether no script can read the headers of this response."""
    if 300 <= response.status_code < 400:
        return True
    # Not by request.headers, which would build all headers for each request.
    if "HTTP_HX_REQUEST" in request.META:
        return False
    mode = request.META.get("HTTP_SEC_FETCH_MODE")
    return mode == "navigate" if mode else "text/html" in request.META.get("HTTP_ACCEPT", "")


def _values(request: HttpRequest, name: str) -> Iterator[str]:
    """Yield all cookies of a name; Django keeps only one, which may be that of another path."""
    for each in request.META.get("HTTP_COOKIE", "").split(";"):
        key, _, value = each.strip().partition("=")
        if key == name and len(value) <= MAX_LENGTH:
            yield value


def _unread(request: HttpRequest, name: str) -> Iterator[Note]:
    """Read what a browser sent; drop what is malformed, and contexts that are not declared here."""
    contexts = registry.graph.groups
    length = 0
    for text in "|".join(_values(request, name)).split("|"):
        found = _NOTE.fullmatch(text)
        if found is None:
            continue
        length += len(text)
        number, text = found[1], unquote(found[2])
        # Longer than any list that is written here.
        entries = parse(text) if len(text) <= MAX_BYTES and length <= MAX_LENGTH else (EVERYTHING,)
        yield Note(number, tuple(each for each in entries if each.context in contexts or each == EVERYTHING))


def _written(unread: Sequence[Note], new: Note) -> str:
    """Return the value, the new note last; the others in full, or each as ``*``, or all as one ``*``."""
    if len(unread) <= MAX_LENGTH // DIGITS:
        for former in (unread, [note.widened() for note in unread]):
            value = _joined([*former, new])
            if len(value) <= MAX_LENGTH:
                return value
    return _joined([Note(_number_of(unread), (EVERYTHING,)), new])


def _number_of(notes: Iterable[Note]) -> str:
    """Return one number for several notes: the same for the same notes, so that a page reads them once."""
    numbers = "".join(note.number for note in notes)
    return blake2b(numbers.encode(), digest_size=DIGITS // 2).hexdigest()


def _joined(notes: Iterable[Note]) -> str:
    return "|".join(map(str, notes))
