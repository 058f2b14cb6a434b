"""Fastly, by surrogate keys: https://www.fastly.com/documentation/reference/api/purging/."""

from collections.abc import Sequence
from urllib.parse import quote

from mizan_htmx.edge.backends.base import TagEdge
from mizan_htmx.edge.backends.options import Options

__all__ = ["FastlyEdge"]


class FastlyEdge(TagEdge):
    """A Fastly service; options ``service`` and ``token``, with the scope purge_select."""

    header = "Surrogate-Key"
    lifetime = "Surrogate-Control"
    separator = " "
    # Fastly reads the keys in the first 16 KB of the header; a key may have 1 KB.
    max_header = 16 * 1024
    max_batch = 256
    # With shielding, an edge that is purged before its shield may fetch the stale response from it again.
    default_repeat = 2.0

    def configure(self, options: Options) -> None:
        """Read the service and the token."""
        service = options.text("service")
        api = options.url("api", default="https://api.fastly.com")
        self._url = f"{api}/service/{quote(service, safe='')}/purge"
        self._token = options.secret("token")

    def purge_batch(self, tags: Sequence[str]) -> None:
        """Purge keys at once: a soft purge would still serve the stale response."""
        headers = {"Fastly-Key": self._token.reveal()}
        self.call("POST", self._url, headers=headers, content={"surrogate_keys": [*tags]})
