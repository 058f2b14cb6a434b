"""Cloudflare, by cache tags: https://developers.cloudflare.com/cache/how-to/purge-cache/purge-by-tags/."""

from collections.abc import Sequence
from types import MappingProxyType
from urllib.parse import quote

from mizan_htmx.edge.backends.base import PurgeLater, TagEdge
from mizan_htmx.edge.backends.http import Response
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.token_bucket import TokenBucket

__all__ = ["CloudflareEdge"]

# Requests a second and size of the bucket, by account: developers.cloudflare.com/cache/how-to/purge-cache.
PLANS = MappingProxyType(
    {"free": (5 / 60, 25), "pro": (5, 25), "business": (10, 50), "enterprise": (50, 500)}
)


class CloudflareEdge(TagEdge):
    """A Cloudflare zone; options ``zone``, ``token`` with the permission Cache Purge, and ``plan``.

    Cloudflare's tags are case-insensitive: two that differ only in case are purged together. It ignores
    ``Vary``: ``vary`` lists the request headers that are in the zone's cache key.
    """

    header = "Cache-Tag"
    max_header = 16 * 1024
    max_batch = 100

    def configure(self, options: Options) -> None:
        """Read the zone, the token and the plan, which sets the rate limit."""
        zone = options.text("zone")
        api = options.url("api", default="https://api.cloudflare.com/client/v4")
        rate, size = PLANS[options.choice("plan", tuple(PLANS), default="free")]
        self._url = f"{api}/zones/{quote(zone, safe='')}/purge_cache"
        self._token = options.secret("token")
        self.vary = options.names("vary")
        self._bucket = TokenBucket(rate, size)

    def purge_batch(self, tags: Sequence[str]) -> None:
        """Purge tags, or raise PurgeLater if the plan's rate limit is reached."""
        wait = self._bucket.try_take()
        if wait:
            raise PurgeLater("The rate limit of the plan is reached.", retry_after=wait)
        headers = {"Authorization": f"Bearer {self._token.reveal()}"}
        self.call("POST", self._url, headers=headers, content={"tags": [*tags]})

    def is_success(self, response: Response) -> bool:
        """Return whether the status and the body report success."""
        if response.status == 429:  # other processes share the limit
            self._bucket.drain()
        body = response.json()
        return super().is_success(response) and isinstance(body, dict) and body.get("success") is True
