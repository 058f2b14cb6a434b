"""Pages on which somebody is doing something while blocks refresh.

The content of the blocks is what a test says: what the server renders before, and after.
"""

import io
import math
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from mizan_htmx import client, invalidate
from tests.site.gates import pass_gate


@dataclass(slots=True)
class Desk:
    """What the blocks hold: HTML for each, by name; and the status with which posts are answered."""

    html: dict[str, str] = field(default_factory=dict)
    status: int = 204
    affects: bool = True
    is_slow: bool = False


_desk = Desk()


@contextmanager
def desk(html: str, **others: str) -> Iterator[Desk]:
    """Put HTML into the block called ``main``, and into others, and give what can be changed later."""
    _desk.html = {"main": html, **others}
    _desk.status, _desk.affects, _desk.is_slow = 204, True, False
    yield _desk


@client(context="desk")
def desk_html(request: HttpRequest, place: str) -> str:
    """Read what the block holds; slow while a test holds the gate."""
    html = _desk.html[place]
    pass_gate()
    return html


def show(request: HttpRequest, variant: str) -> HttpResponse:
    """Show the desk."""
    return render(request, f"site/keep_{variant}.html", {"places": list(_desk.html)})


def send(request: HttpRequest) -> HttpResponse:
    """Take what was sent, and make the desk stale, as the test says."""
    if _desk.is_slow:
        pass_gate()
    if _desk.affects:
        invalidate(request, "desk")
    return HttpResponse(status=_desk.status)


def again(request: HttpRequest) -> HttpResponse:
    """Answer with the main block, whoever asks."""
    return render(request, "site/_keep.html", {"place": "main"})


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
    path("keep/tone.wav", tone, name="keep_tone"),
    path("keep/<str:variant>/", show, name="keep"),
]
