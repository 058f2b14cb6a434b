"""How tests request a batch of blocks."""

import json
from typing import Any
from urllib.parse import urlsplit

from tests.helpers.blocks import Site, blocks_of

PARTIALS = "/api/mizan/partials/"
ANSWER = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Mizan-Refresh": "1"}
ONE = (
    '{% mizan_context "user" user_id=5 %}'
    "{{ user_profile.name }}{{ request.GET.user_id }}{% endmizan_context %}"
)
TWO = ONE + ONE.replace("5", "6")


def batch_url(*urls: str) -> str:
    """Return the URL of the batch of these blocks, by their own URLs."""
    return f"{PARTIALS}?{'&'.join(urlsplit(url).query for url in urls)}"


def all_of(html: str) -> str:
    """Return the URL that refreshes every block of a page."""
    return batch_url(*(block["hx-get"] for block in blocks_of(html)))


def batch_results(site: Site, url: str) -> list[dict[str, Any]]:
    """Fetch a batch, and return its results; the response itself must be right."""
    response = site.get(url)
    assert (response.status_code, dict(response.headers)) == (200, ANSWER)
    answer = json.loads(response.content)
    assert list(answer) == ["blocks"]
    return list(answer["blocks"])
