"""Pages on which somebody is doing something while blocks refresh.

The content of the blocks is what a test says: what the server renders before, and after.
"""

import io
import math
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from mizan_htmx import client, invalidate
from tests.site.gates import pass_gate
from tests.site.middleware import POLICY
from tools import htmx

# Alpine makes functions of what its attributes say, and Bootstrap has images in its CSS.
ALPINE_POLICY = POLICY.replace("script-src", "script-src 'unsafe-eval'").replace("img-src", "img-src data:")

BESIDE = {
    "stimulus": (f"htmx/{htmx.STIMULUS}", "site/controllers.js"),
    "hyperscript": (f"htmx/{htmx.HYPERSCRIPT}",),
    "elements": ("site/elements.js",),
}


@dataclass(slots=True)
class Desk:
    """What the blocks hold: HTML for each, by name; and the status with which posts are answered.

    ``tags`` are the elements that blocks are, where they are no sections; ``around`` what stands on the page
    before and after a block, and is not refreshed. ``said`` is what the attributes of wrappers say. ``parts``
    are fragments by name, with a status where it is not 200, all with ``headers``; ``asked`` tells what was
    asked for.
    """

    html: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str | tuple[str, int]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 204
    affects: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    around: dict[str, tuple[str, str]] = field(default_factory=dict)
    said: dict[str, object] = field(default_factory=dict)
    is_slow: bool = False


_desk = Desk()


@contextmanager
def desk(html: str, **others: str) -> Iterator[Desk]:
    """Put HTML into the block called ``main``, and into others, and give what can be changed later."""
    _desk.html = {"main": html, **others}
    _desk.status, _desk.affects, _desk.is_slow = 204, True, False
    _desk.tags, _desk.around, _desk.said = {}, {}, {}
    _desk.parts, _desk.headers, _desk.asked = {}, {}, []
    yield _desk


@client(context="desk")
def desk_html(request: HttpRequest, place: str) -> str:
    """Read what the block holds, NONCE being that of the answer; slow while a test holds the gate."""
    html = _desk.html[place]
    pass_gate()
    return html.replace("NONCE", getattr(request, "csp_nonce", ""))


@client(context="desk")
def desk_said(request: HttpRequest) -> dict[str, Any]:
    """Read what the attributes of wrappers say."""
    return {name: _desk.said.get(name) for name in ("label", "count", "hidden", "tabindex", "kind")}


def show(request: HttpRequest, variant: str) -> HttpResponse:
    """Show the desk."""
    places = list(_desk.html)
    blocks = [(*_desk.around.get(place, ("", "")), place, _desk.tags.get(place, "")) for place in places]
    context = {"places": places, "blocks": blocks, "inner": _desk.tags.get("inner", "")}
    return render(request, f"site/keep_{variant}.html", context)


def show_with_scripts(request: HttpRequest, order: str) -> HttpResponse:
    """Show the desk with Alpine and Bootstrap, which start ``before`` the shim or after it.

    ``around`` has Alpine's data around the blocks.
    """
    files = {"files": (f"htmx/{htmx.ALPINE}", f"htmx/{htmx.BOOTSTRAP}"), "css": f"htmx/{htmx.BOOTSTRAP_CSS}"}
    context = {"places": list(_desk.html), "order": order, **files}
    response = render(request, "site/keep_scripts.html", context)
    response.headers["Content-Security-Policy"] = ALPINE_POLICY
    return response


def show_wrapper(request: HttpRequest, order: str) -> HttpResponse:
    """Show blocks whose wrappers have attributes, or are elements of their own, with Alpine."""
    files = (f"htmx/{htmx.ALPINE}",)
    response = render(request, "site/keep_wrapper.html", {"order": order, "files": files})
    response.headers["Content-Security-Policy"] = ALPINE_POLICY
    return response


def elsewhere(request: HttpRequest) -> HttpResponse:
    """Answer with a block that says itself where it goes."""
    return render(request, "site/_keep_elsewhere.html")


def show_beside(request: HttpRequest, script: str, order: str) -> HttpResponse:
    """Show the desk with another script, which starts ``before`` the shim or after it."""
    context = {"places": list(_desk.html), "order": order, "files": BESIDE[script]}
    return render(request, "site/keep_scripts.html", context)


def send(request: HttpRequest) -> HttpResponse:
    """Take what was sent, and make the desk stale, as the test says."""
    if _desk.is_slow:
        pass_gate()
    if _desk.affects:
        invalidate(request, "desk")
    return HttpResponse(status=_desk.status)


def again(request: HttpRequest) -> HttpResponse:
    """Answer with the main block, whoever asks; a POST makes the desk stale."""
    if request.method == "POST":
        invalidate(request, "desk")
    return render(request, "site/_keep.html", {"place": "main", "tag": _desk.tags.get("main", "")})


def part(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a fragment, or with a status; a POST makes the desk stale, as the test says."""
    _desk.asked.append(f"{request.method} {request.get_full_path().removeprefix('/keep/part/')}")
    if request.method == "POST" and _desk.affects:
        invalidate(request, "desk")
    found = _desk.parts[name]
    html, status = (found, 200) if isinstance(found, str) else found
    return HttpResponse(html, status=status, headers=_desk.headers)


def tone(request: HttpRequest) -> HttpResponse:
    """Give twenty seconds of a quiet tone."""
    stored = io.BytesIO()
    with wave.open(stored, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        second = bytes(128 + int(9 * math.sin(each / 4)) for each in range(8000))
        sound.writeframes(second * 20)
    return HttpResponse(stored.getvalue(), content_type="audio/wav")


urlpatterns = [
    path("keep/send/", send, name="keep_send"),
    path("keep/again/", again, name="keep_again"),
    path("keep/part/<str:name>/", part, name="keep_part"),
    path("keep/tone.wav", tone, name="keep_tone"),
    path("keep/scripts/<str:order>/", show_with_scripts, name="keep_scripts"),
    path("keep/wrapper/<str:order>/", show_wrapper, name="keep_wrapper"),
    path("keep/elsewhere/", elsewhere, name="keep_elsewhere"),
    path("keep/beside/<str:script>/<str:order>/", show_beside, name="keep_beside"),
    path("keep/<str:variant>/", show, name="keep"),
]
