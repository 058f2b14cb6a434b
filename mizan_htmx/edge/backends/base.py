"""The base classes of edges: options, which are read once; purges, which block and raise; tags in a header.

A purge must find every response with its tag. So one function encodes a tag for both the header and the
purge, and depends only on the tag: one that is too long is replaced by its hash on both sides. If the tags
are still too long for a header, Untaggable is raised and the response stays out of shared caches.
"""

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from mizan_htmx.edge.backends.http import VIA_PROXY, RequestFailed, Response, send, server_of
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.edge.conf import Untaggable
from mizan_htmx.protocol.keys import Invalidation

__all__ = [
    "EdgeBackend",
    "Options",
    "PurgeFailed",
    "PurgeLater",
    "PurgeRefused",
    "Response",
    "TagEdge",
    "Untaggable",
]

# "~" and 130 bits; no tag in the grammar begins with '~', so none can be mistaken for a hash.
HASH_LENGTH = 27


class PurgeFailed(Exception):
    """A purge failed, or its outcome is unknown: it is tried again, after ``retry_after`` seconds if given.

    ``done`` are the tags, as ``purge`` received them, that were purged before the failure.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None, done: Iterable[str] = ()) -> None:
        super().__init__(reason)
        # An edge may pass the text of a header: comparing that with a number would end the queue's thread.
        self.retry_after = None if retry_after is None else float(retry_after)
        self.done = frozenset(done)


class PurgeRefused(PurgeFailed):
    """A purge was refused and would be refused again, because of a wrong token for example: it is logged."""


class PurgeLater(PurgeFailed):
    """A purge was not attempted, because a rate limit is reached; ``retry_after`` is set."""


class EdgeBackend(ABC):
    """An edge: a subclass reads its options in ``configure`` and purges in ``purge``.

    Every edge has the options ``timeout`` (seconds for a request, 5 by default) and ``repeat_after`` (seconds
    after which a purge is repeated once, for a response that was on its way to the cache during the first
    one; ``None`` for never).
    """

    header: str | None = None
    lifetime: str = "CDN-Cache-Control"
    by: str = "tags"
    vary: frozenset[str] | None = None
    default_repeat: ClassVar[float | None] = 2.0

    def __init__(self, **options: Any) -> None:
        given = Options(type(self).__name__, options)
        self.timeout = given.seconds("timeout", default=5.0)
        self.repeat_after = given.seconds_or_none("repeat_after", default=self.default_repeat)
        self.configure(given)
        given.finish()
        self._shown = given.shown
        self._secrets = tuple(given.secrets)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self._shown.items())
        return f"{type(self).__name__}({shown})"

    @abstractmethod
    def configure(self, options: Options) -> None:
        """Read the options that only this edge has."""

    @abstractmethod
    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge what these cover, or raise PurgeFailed. Both arguments name the same; use either."""

    def tag_header(self, tags: Sequence[str]) -> tuple[str, str] | None:
        """Return the header, name and value, that carries the tags of a response; raise Untaggable."""
        return None

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: object = None,
        opener: Any = VIA_PROXY,
    ) -> Response:
        """Send a request; raise PurgeFailed if there is no response, or not a successful one."""
        try:
            response = send(
                method, url, headers=headers, content=content, timeout=self.timeout, opener=opener
            )
        except RequestFailed as error:
            raise PurgeFailed(self.redact(str(error))) from None
        if not self.is_success(response):
            raise self.failure(f"{method} {server_of(url)}", response)
        return response

    def is_success(self, response: Response) -> bool:
        """Return whether a response confirms the purge."""
        return 200 <= response.status < 300

    def failure(self, request: str, response: Response) -> PurgeFailed:
        """Return the exception for an unsuccessful response."""
        body = response.body[:300].decode("ascii", "replace")
        text = self.redact(f"{request} answered {response.status}: {body!r}")
        if response.status < 300 or is_temporary(response.status):
            return PurgeFailed(text, retry_after=response.retry_after)
        return PurgeRefused(text)

    def redact(self, text: str) -> str:
        """Replace this edge's secrets in the text of a server or a library."""
        for secret in self._secrets:
            text = text.replace(secret.reveal(), "<secret>")
        return text


class TagEdge(EdgeBackend):
    """An edge that purges by tags, which it reads from a response header."""

    header: str | None
    separator: ClassVar[str] = ","
    #: Limits: characters of a tag, tags of a response, bytes of the header, tags of a purge request.
    max_tag: ClassVar[int] = 128
    max_tags: ClassVar[int] = 1000
    max_header: ClassVar[int] = 8000
    max_batch: ClassVar[int] = 100

    def encode(self, tag: str) -> str:
        """Return a tag in the edge's alphabet; the same for the header and the purge."""
        return tag if len(tag) <= self.max_tag else hash_of(tag)

    def tag_header(self, tags: Sequence[str]) -> tuple[str, str] | None:
        """Return the header with the encoded tags; raise Untaggable above the edge's limits."""
        if self.header is None:
            return None
        encoded = [*dict.fromkeys(map(self.encode, tags))]
        value = self.separator.join(encoded)
        if len(encoded) > self.max_tags or len(value) > self.max_header:
            raise Untaggable(
                f"{len(encoded)} tags of {len(value)} bytes exceed the limits of {self.header!r}:"
                f" {type(self).__name__} allows {self.max_tags} tags and {self.max_header} bytes."
            )
        return self.header, value

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge in batches of ``max_batch`` tags; ``done`` of a failure are the tags of earlier batches."""
        encoded = {tag: self.encode(tag) for tag in tags}
        done: set[str] = set()
        for batch in batches([*dict.fromkeys(encoded.values())], self.max_batch):
            try:
                self.purge_batch(batch)
            except PurgeFailed as error:
                error.done = frozenset(tag for tag, text in encoded.items() if text in done)
                raise
            done.update(batch)

    @abstractmethod
    def purge_batch(self, tags: Sequence[str]) -> None:
        """Purge encoded tags, at most ``max_batch``, or raise PurgeFailed."""


def is_temporary(status: int) -> bool:
    """Return whether a status is a temporary failure: the same request may succeed later."""
    return status in (408, 409, 425, 429) or status >= 500


def hash_of(tag: str) -> str:
    """Return the hash of a tag: 27 characters that every edge accepts."""
    digest = hashlib.sha256(tag.encode()).digest()
    return "~" + base64.b32encode(digest).decode()[: HASH_LENGTH - 1]


def batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Split a list into parts of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))
