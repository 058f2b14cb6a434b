"""How tests ask for several blocks in one request."""

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


def together(*urls: str) -> str:
    """Write the address that asks for what these addresses ask for one by one."""
    return f"{PARTIALS}?{'&'.join(urlsplit(url).query for url in urls)}"


def all_of(html: str) -> str:
    """Write the address that refreshes every block of a page."""
    return together(*(block["hx-get"] for block in blocks_of(html)))


def pieces(site: Site, url: str) -> list[dict[str, Any]]:
    """Fetch several blocks; the answer itself must be right."""
    response = site.get(url)
    assert (response.status_code, dict(response.headers)) == (200, ANSWER)
    answer = json.loads(response.content)
    assert list(answer) == ["blocks"]
    return list(answer["blocks"])
