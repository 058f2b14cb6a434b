"""Akamai, by cache tags with Fast Purge v3: https://techdocs.akamai.com/purge-cache/reference/api.

The package edgegrid-python signs the requests: ``pip install "mizan_htmx[edge]"``.
"""

from collections.abc import Sequence

import requests
from akamai.edgegrid import EdgeGridAuth

from mizan_htmx.edge.backends.base import TagEdge
from mizan_htmx.edge.backends.options import Options

__all__ = ["AkamaiEdge"]

# ';' and '=' are illegal in a cache tag. Neither '|' nor '!' occurs in one of ours, '%' does and is legal.
ALPHABET = str.maketrans(";=", "|!")


class AkamaiEdge(TagEdge):
    """An Akamai account; options ``host``, ``client_token``, ``client_secret`` and ``access_token``.

    Optional are ``network`` (``production`` or ``staging``) and ``action``: ``delete`` removes responses;
    ``invalidate`` revalidates them, and serves the stale one while the origin does not respond.
    """

    header = "Edge-Cache-Tag"
    lifetime = "Cache-Control"
    max_tag = 128
    max_tags = 128
    # Akamai's default limit is 8 KB for all headers of a response.
    max_header = 6000
    # A request body has at most 50,000 bytes: 350 tags of 128 characters, quoted.
    max_batch = 350

    def configure(self, options: Options) -> None:
        """Read the credentials, named as in ``.edgerc``."""
        host = options.text("host")
        network = options.choice("network", ("production", "staging"), default="production")
        action = options.choice("action", ("delete", "invalidate"), default="delete")
        api = options.url("api", default=f"https://{host}")
        self._url = f"{api}/ccu/v3/{action}/tag/{network}"
        self._auth = EdgeGridAuth(
            client_token=options.secret("client_token").reveal(),
            client_secret=options.secret("client_secret").reveal(),
            access_token=options.secret("access_token").reveal(),
        )

    def encode(self, tag: str) -> str:
        """Return a tag in Akamai's alphabet."""
        return super().encode(tag.translate(ALPHABET))

    def purge_batch(self, tags: Sequence[str]) -> None:
        """Purge tags with one signed request."""
        signed = requests.Request("POST", self._url, json={"objects": [*tags]}, auth=self._auth).prepare()
        headers = {"Authorization": str(signed.headers["Authorization"])}
        self.call("POST", self._url, headers=headers, content=signed.body)
