"""The site that ``benchmarks.felt`` measures in a browser: one board of blocks, refreshed in four ways."""

import argparse
import os
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from benchmarks import site
from mizan_htmx import client
from mizan_htmx.setup.registry import register

_STATIC = Path(__file__).resolve().parent.parent / "static"
_state = {"changes": 0}


def text() -> str:
    """Return what every block shows: as much as a small card, and the number of the last change."""
    return f"Change {_state['changes']}. " + "What a card of a board says in a line or two. " * 4


@client(context="board")
def lines(request: HttpRequest, board_id: int, number: int) -> str:
    """Return the text of a block."""
    return text()


@client(affects="board", atomic=False)
def change(request: HttpRequest) -> int:
    """Change all blocks; return the number of the change."""
    _state["changes"] += 1
    return _state["changes"]


def _shown(way: str, count: int) -> dict[str, Any]:
    is_htmx2 = os.environ["FELT_HTMX"].startswith("2.")
    return {
        "way": way,
        "by_hand": way != "mizan",
        "numbers": range(count),
        "count": count,
        "text": text(),
        "swap": "morph" if is_htmx2 else "outerMorph",
        "idiomorph": is_htmx2,
    }


def _page(request: HttpRequest, way: str, count: int) -> HttpResponse:
    return render(request, "bench/felt_page.html", _shown(way, count))


def _block(request: HttpRequest, number: int) -> HttpResponse:
    return render(request, "bench/felt_block.html", {"number": number, "lines": text()})


def _change(request: HttpRequest) -> HttpResponse:
    _state["changes"] += 1
    return HttpResponse(status=204, headers={"HX-Trigger": "changed"})


def _change_page(request: HttpRequest, count: int) -> HttpResponse:
    _state["changes"] += 1
    return render(request, "bench/felt_body.html", _shown("page", count))


def _htmx(request: HttpRequest, name: str) -> FileResponse:
    return FileResponse(
        Path(os.environ[f"FELT_{name.upper()}_FILE"]).open("rb"), content_type="text/javascript"
    )


def _script(request: HttpRequest, name: str) -> FileResponse:
    return FileResponse((_STATIC / "mizan_htmx" / name).open("rb"), content_type="text/javascript")


def main() -> None:
    """Serve on a free port, and print it; single flight if asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--single-flight", action="store_true")
    options = parser.parse_args()
    site.configure(
        MIZAN_SINGLE_FLIGHT=options.single_flight,
        MIDDLEWARE=[
            "django.middleware.common.CommonMiddleware",
            "mizan_htmx.middleware.MizanMiddleware",
        ],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    )
    for each in (lines, change):
        register(each)
    settings.ROOT_URLCONF = site.mount(
        "felt",
        [
            path("mizan/", include("mizan_htmx.urls")),
            path("board/<str:way>/<int:count>/", _page),
            path("block/<int:number>/", _block),
            path("change/", _change),
            path("change/page/<int:count>/", _change_page),
            path("htmx/<str:name>.js", _htmx),
            path("static/mizan_htmx/<str:name>", _script),
        ],
    )
    config = uvicorn.Config(get_asgi_application(), port=0, log_level="error", lifespan="off")
    with config.bind_socket() as listening:
        print(listening.getsockname()[1], flush=True)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
