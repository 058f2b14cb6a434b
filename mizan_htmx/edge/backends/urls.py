"""Any cache that forgets an address when it is asked to: ``PURGE /profile/5/``."""

from collections.abc import Sequence

from mizan_htmx.edge.backends.base import EdgeBackend, PurgeFailed
from mizan_htmx.edge.backends.http import INSIDE, Answer
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.edge.stale_urls import stale_addresses
from mizan_htmx.protocol.keys import Invalidation


class UrlEdge(EdgeBackend):
    """Caches that purge by address; options ``caches``, their addresses, and ``host``, the site's.

    Further ``method`` (``PURGE``) and ``wildcards``: ``star`` for a cache that takes an address ending in
    ``*`` as all that begin so, ``none`` for one that does not and is not asked.
    """

    lifetime = "Cache-Control"
    by = "addresses"

    def configure(self, options: Options) -> None:
        """Read where the caches are and what they understand."""
        self._caches = options.urls("caches")
        self._host = options.text("host")
        self._method = options.text("method", default="PURGE")
        self._wildcards = options.choice("wildcards", ("star", "none"), default="star")

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge each address on each cache."""
        found = stale_addresses(invalidations)
        paths = dict.fromkeys(path for listed in found.values() for path in listed)
        wanted = [path for path in paths if self._wildcards == "star" or not path.endswith("*")]
        failed = [error for cache in self._caches if (error := self._told(cache, wanted))]
        if failed:
            raise failed[0]

    def _told(self, cache: str, paths: Sequence[str]) -> PurgeFailed | None:
        try:
            for path in paths:
                self.call(self._method, f"{cache}{path}", headers={"Host": self._host}, opener=INSIDE)
        except PurgeFailed as error:
            return error
        return None

    def took(self, answer: Answer) -> bool:
        """Tell whether it is forgotten; 404 and 412 are how nginx says that it had no copy."""
        return super().took(answer) or answer.status in (404, 412)
