"""Every edge beside a server that speaks its interface."""

from typing import NamedTuple

import pytest

from mizan_htmx.edge.backends.akamai import AkamaiEdge
from mizan_htmx.edge.backends.base import EdgeBackend
from mizan_htmx.edge.backends.bunny import BunnyEdge
from mizan_htmx.edge.backends.cloudflare import CloudflareEdge
from mizan_htmx.edge.backends.cloudfront import CloudFrontEdge
from mizan_htmx.edge.backends.fastly import FastlyEdge
from mizan_htmx.edge.backends.varnish import VarnishEdge
from mizan_htmx.protocol.keys import Invalidation
from tests.helpers.cdns import Akamai, Bunny, Cloudflare, CloudFront, Door, Fastly
from tests.helpers.edges import Cdn

KINDS: dict[str, tuple[type[EdgeBackend], type[Cdn]]] = {
    "akamai": (AkamaiEdge, Akamai),
    "bunny": (BunnyEdge, Bunny),
    "cloudflare": (CloudflareEdge, Cloudflare),
    "cloudfront": (CloudFrontEdge, CloudFront),
    "fastly": (FastlyEdge, Fastly),
    "varnish": (VarnishEdge, Door),
}
USER = Invalidation.of("user", user_id=5)
TAGS = ("user;user_id=5", "user;user_id")


class Pair(NamedTuple):
    """A server, and the edge that talks to it."""

    cdn: Cdn
    edge: EdgeBackend


def pairs(*kinds: str) -> pytest.MarkDecorator:
    """Run a test once for each of these kinds, or for all."""
    return pytest.mark.parametrize("pair", kinds or KINDS, indirect=True)
