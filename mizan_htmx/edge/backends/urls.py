"""Any cache that purges a URL on request: ``PURGE /profile/5/``."""

from collections.abc import Sequence

from mizan_htmx.edge.backends.base import EdgeBackend, PurgeFailed
from mizan_htmx.edge.backends.http import DIRECT, Response
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.edge.stale_urls import stale_urls
from mizan_htmx.protocol.keys import Invalidation

__all__ = ["UrlEdge"]


class UrlEdge(EdgeBackend):
    """Caches that purge by URL; options ``caches``, their URLs, and ``host``, the site's host name.

    Optional are ``method`` (``PURGE``) and ``wildcards``: ``star`` if the caches purge all URLs with a prefix
    for one that ends in ``*``; ``none`` if they do not, and such URLs are left out.
    """

    lifetime = "Cache-Control"
    by = "addresses"

    def configure(self, options: Options) -> None:
        """Read the URLs of the caches and what they support."""
        self._caches = options.urls("caches")
        self._host = options.text("host")
        self._method = options.text("method", default="PURGE")
        self._wildcards = options.choice("wildcards", ("star", "none"), default="star")

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge each URL at each cache; raise the first failure when all caches have been tried."""
        found = stale_urls(invalidations)
        paths = dict.fromkeys(path for listed in found.values() for path in listed)
        wanted = [path for path in paths if self._wildcards == "star" or not path.endswith("*")]
        failed = [error for cache in self._caches if (error := self._purge_cache(cache, wanted))]
        if failed:
            raise failed[0]

    def _purge_cache(self, cache: str, paths: Sequence[str]) -> PurgeFailed | None:
        try:
            for path in paths:
                self.call(self._method, f"{cache}{path}", headers={"Host": self._host}, opener=DIRECT)
        except PurgeFailed as error:
            return error
        return None

    def is_success(self, response: Response) -> bool:
        """Return whether the URL is purged; nginx answers 404 or 412 if it had no response for it."""
        return super().is_success(response) or response.status in (404, 412)
