"""What every edge is: options read once, a purge that blocks and raises, and tags that are sound.

A purge must find what it names. So a tag is spelt by one function for the header and for the purge, and that
function looks at nothing but the tag: one that is too long becomes its hash on both sides. Tags that do not
fit into a header in spite of that raise Untaggable, and the response stays out of shared caches.
"""

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from mizan_htmx.edge.backends.http import OUTSIDE, Answer, CallFailed, call, place
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.edge.conf import Untaggable
from mizan_htmx.protocol.keys import Invalidation

# 130 bits; no tag in the grammar begins with '~', so none can be taken for a hash.
HASH_LENGTH = 27


class PurgeFailed(Exception):
    """A purge was not taken, or nobody knows; to be tried again, after ``retry_after`` seconds if given.

    ``done`` are the tags, as ``purge`` got them, that were purged before.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None, done: Iterable[str] = ()) -> None:
        super().__init__(reason)
        # A header's text counts, too: in the lane it would end the thread.
        self.retry_after = None if retry_after is None else float(retry_after)
        self.done = frozenset(done)


class PurgeRefused(PurgeFailed):
    """A purge was refused, and would be again: a bad token, an unknown service."""


class PurgeLater(PurgeFailed):
    """A purge was not tried, since the edge would take no more calls yet; ``retry_after`` is set."""


class EdgeBackend(ABC):
    """An edge: a subclass reads its options in ``configure`` and purges in ``purge``.

    Every edge takes ``timeout`` (seconds for a call, 5) and ``repeat_after`` (seconds after which a purge is
    said once more, for a copy that was on its way when the first one passed; ``None`` for never).
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
        """Forget what these cover; raise PurgeFailed. The two lists say the same: an edge uses one."""

    def tag_header(self, tags: Sequence[str]) -> tuple[str, str] | None:
        """Write the tags of a response as a header; raise Untaggable if they do not fit."""
        return None

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: object = None,
        opener: Any = OUTSIDE,
    ) -> Answer:
        """Send a request; raise PurgeFailed where there is no answer or not one of success."""
        try:
            answer = call(method, url, headers=headers, content=content, timeout=self.timeout, opener=opener)
        except CallFailed as error:
            raise PurgeFailed(self.without_secrets(str(error))) from None
        if not self.took(answer):
            raise self.failure(f"{method} {place(url)}", answer)
        return answer

    def took(self, answer: Answer) -> bool:
        """Tell whether an answer says that the purge was taken."""
        return 200 <= answer.status < 300

    def failure(self, what: str, answer: Answer) -> PurgeFailed:
        """Make the error of an answer that is none of success."""
        said = answer.body[:300].decode("ascii", "replace")
        text = self.without_secrets(f"{what} answered {answer.status}: {said!r}")
        if answer.status < 300 or may_pass(answer.status):
            return PurgeFailed(text, retry_after=answer.retry_after)
        return PurgeRefused(text)

    def without_secrets(self, text: str) -> str:
        """Blot secrets out of what somebody else wrote."""
        for secret in self._secrets:
            text = text.replace(secret.reveal(), "<secret>")
        return text


class TagEdge(EdgeBackend):
    """An edge that purges by the tags it read off a header."""

    header: str | None
    separator: ClassVar[str] = ","
    #: What the edge takes: characters of a tag, tags of a response, bytes of the header, tags of a call.
    max_tag: ClassVar[int] = 128
    max_tags: ClassVar[int] = 1000
    max_header: ClassVar[int] = 8000
    max_batch: ClassVar[int] = 100

    def spell(self, tag: str) -> str:
        """Write a tag in the edge's alphabet; two tags may share a spelling, one never has two."""
        return tag if len(tag) <= self.max_tag else hashed(tag)

    def tag_header(self, tags: Sequence[str]) -> tuple[str, str] | None:
        """Write the tags as the edge reads them."""
        if self.header is None:
            return None
        spelt = [*dict.fromkeys(map(self.spell, tags))]
        value = self.separator.join(spelt)
        if len(spelt) > self.max_tags or len(value) > self.max_header:
            raise Untaggable(
                f"{len(spelt)} tags of {len(value)} bytes do not fit into {self.header!r}:"
                f" {type(self).__name__} takes {self.max_tags} tags and {self.max_header} bytes."
            )
        return self.header, value

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge batch by batch; a failure tells which tags were purged before it."""
        spelt = {tag: self.spell(tag) for tag in tags}
        done: set[str] = set()
        for batch in batches([*dict.fromkeys(spelt.values())], self.max_batch):
            try:
                self.purge_batch(batch)
            except PurgeFailed as error:
                error.done = frozenset(tag for tag, text in spelt.items() if text in done)
                raise
            done.update(batch)

    @abstractmethod
    def purge_batch(self, tags: Sequence[str]) -> None:
        """Purge tags as the edge spells them, at most ``max_batch``."""


def may_pass(status: int) -> bool:
    """Tell whether the same request may have another answer later."""
    return status in (408, 409, 425, 429) or status >= 500


def hashed(tag: str) -> str:
    """Write a long tag in 27 characters that every edge takes."""
    digest = hashlib.sha256(tag.encode()).digest()
    return "~" + base64.b32encode(digest).decode()[: HASH_LENGTH - 1]


def batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Cut a list into parts of ``size`` at most."""
    return (items[start : start + size] for start in range(0, len(items), size))
