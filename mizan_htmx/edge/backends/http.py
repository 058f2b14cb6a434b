"""One HTTP call to the interface of an edge: bounded in time and size, follows nothing, raises one error.

The standard library is enough: one request a purge, on a thread of its own, needs no pool and no redirects. A
redirect is not followed, since it would carry the token to wherever it leads.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPErrorProcessor, ProxyHandler, Request, build_opener

MAX_ANSWER = 64 * 1024
# No edge asks for more; a broken clock or header should not stop purging for a day.
MAX_RETRY_AFTER = 3600.0


class CallFailed(Exception):
    """The call had no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """The seconds that ``Retry-After`` asks for, written as such or as a date."""
        return retry_after(self.headers.get("retry-after"))

    def json(self) -> Any:
        """Give the body as JSON, or ``None`` if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class _AsItIs(HTTPErrorProcessor):
    """Hands every answer on, redirects and errors, too."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


# The environment's proxies lead to the world outside; a cache in the own network is not behind them.
OUTSIDE = build_opener(_AsItIs)
INSIDE = build_opener(_AsItIs, ProxyHandler({}))


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: object = None,
    timeout: float,
    opener: Any = OUTSIDE,
) -> Answer:
    """Send a request, with ``content`` as JSON (bytes are it already), and read the answer.

    Raises CallFailed where there is none within ``timeout`` seconds; neither it nor its text holds a header.
    """
    body = content if content is None or isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"User-Agent": "mizan_htmx", "Accept": "application/json", **headers}
    if body is not None:
        sent["Content-Type"] = "application/json"
    deadline = time.monotonic() + timeout
    try:
        with opener.open(Request(url, data=body, headers=sent, method=method), timeout=timeout) as response:
            return Answer(response.status, _lower(response.headers), _read(response, deadline))
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise CallFailed(f"{method} {place(url)}: {type(reason).__name__}: {reason}") from None


def place(url: str) -> str:
    """Name a server by scheme, host and port, as a log may show it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def retry_after(text: str | None) -> float | None:
    """Read a ``Retry-After``: seconds or a date; ``None`` for anything else."""
    if text is None:
        return None
    try:
        seconds = (
            float(text) if text.strip().isdecimal() else parsedate_to_datetime(text).timestamp() - time.time()
        )
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _lower(headers: HTTPMessage) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(response: HTTPResponse, deadline: float) -> bytes:
    """Read what there is, up to a limit; a server that dribbles does not get around the time limit."""
    found = b""
    while len(found) < MAX_ANSWER:
        part = response.read1(MAX_ANSWER - len(found))
        if not part:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
        found += part
    return found
