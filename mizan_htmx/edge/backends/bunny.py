"""Bunny, by tags of a pull zone: https://docs.bunny.net/cdn/purge-cache."""

from collections.abc import Sequence
from urllib.parse import quote

from mizan_htmx.edge.backends.base import TagEdge
from mizan_htmx.edge.backends.options import Options

__all__ = ["BunnyEdge"]


class BunnyEdge(TagEdge):
    """A Bunny pull zone; options ``zone``, its number, and ``token``, the account's API key.

    Bunny ignores ``Vary``: ``vary`` lists the request headers that are in the zone's cache key.
    """

    header = "CDN-Tag"
    lifetime = "Cache-Control"
    # The header has 1,024 bytes: 16 tags of 63 characters, so a context of up to 14 parameters always fits.
    max_tag = 63
    max_header = 1024
    max_batch = 1

    def configure(self, options: Options) -> None:
        """Read the zone and the token."""
        zone = options.text("zone")
        api = options.url("api", default="https://api.bunny.net")
        self._url = f"{api}/pullzone/{quote(zone, safe='')}/purgeCache"
        self._token = options.secret("token")
        self.vary = options.names("vary")

    def purge_batch(self, tags: Sequence[str]) -> None:
        """Purge one tag: a request can name only one."""
        for tag in tags:
            headers = {"AccessKey": self._token.reveal()}
            self.call("POST", self._url, headers=headers, content={"CacheTag": tag})
