"""One HTTP request to the API of an edge: bounded in time and size, no redirects, one exception.

The standard library is enough: one request a purge, in a thread of its own, needs no connection pool.
Redirects are not followed, because they would carry the token to another server.
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

MAX_BODY = 64 * 1024
# In seconds: a wrong clock or header must not stop purging for a day.
MAX_RETRY_AFTER = 3600.0


class RequestFailed(Exception):
    """A request got no response."""


@dataclass(frozen=True, slots=True)
class Response:
    """The response of an API; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """The seconds of ``Retry-After``, which may be a number or a date; ``None`` without one."""
        return retry_after(self.headers.get("retry-after"))

    def json(self) -> Any:
        """Return the body parsed as JSON, or ``None`` if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class _Unprocessed(HTTPErrorProcessor):
    """Returns every response as it is, redirects and errors, too."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


# The environment's proxies are for servers on the internet; a cache in the site's network is behind none.
VIA_PROXY = build_opener(_Unprocessed)
DIRECT = build_opener(_Unprocessed, ProxyHandler({}))


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: object = None,
    timeout: float,
    opener: Any = VIA_PROXY,
) -> Response:
    """Send a request, with ``content`` as JSON (bytes are JSON already), and return the response.

    Raises RequestFailed if there is none within ``timeout`` seconds; its text shows no header.
    """
    body = content if content is None or isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"User-Agent": "mizan_htmx", "Accept": "application/json", **headers}
    if body is not None:
        sent["Content-Type"] = "application/json"
    deadline = time.monotonic() + timeout
    try:
        with opener.open(Request(url, data=body, headers=sent, method=method), timeout=timeout) as response:
            return Response(response.status, _lower(response.headers), _read(response, deadline))
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise RequestFailed(f"{method} {server_of(url)}: {type(reason).__name__}: {reason}") from None


def server_of(url: str) -> str:
    """Return scheme, host and port of a URL, which a log may show."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def retry_after(text: str | None) -> float | None:
    """Return the seconds of a ``Retry-After``, a number or a date; ``None`` for anything else."""
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
    """Return the body, at most ``MAX_BODY`` bytes; a server that sends slowly can't exceed the deadline."""
    found = b""
    while len(found) < MAX_BODY:
        part = response.read1(MAX_BODY - len(found))
        if not part:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError("the response took too long")
        found += part
    return found
