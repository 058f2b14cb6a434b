"""The same echo under ASGI: a sync and an async function, each beside a plain view of the same kind."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import AsyncToSync, SyncToAsync
from django.http import HttpRequest
from django.urls import include, path

from benchmarks import site, work
from benchmarks.figures import Cell
from benchmarks.timing import Effort, Run, compared, measure
from benchmarks.wire import Answer, Request, ask_async, scope, sizes

TITLE = "echo under ASGI"
#: Ours, each beside a plain view of the same kind.
BESIDE = {
    "mizan, sync": "plain, sync",
    "mizan, async": "plain, async",
    "mizan, async with async auth": "plain, async",
}
_Ask = Callable[[], Coroutine[Any, Any, Answer]]


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure the four, and count the hops of each between the event loop and threads."""
    site.configure()
    from mizan_htmx import client
    from mizan_htmx.setup.registry import register

    async def aecho(request: HttpRequest, text: str) -> work.Echoed:
        return work.Echoed(message=text)

    def echo(request: HttpRequest, text: str) -> work.Echoed:
        return work.Echoed(message=text)

    async def anybody(request: HttpRequest) -> bool:
        return True

    register(client(echo), "echo")
    register(client(aecho), "aecho")
    register(client(auth=anybody)(aecho), "aecho_auth")
    with asyncio.Runner() as runner:
        for circumstances in (site.BARE, site.CSRF):
            yield from _under(runner, circumstances, effort)


def _under(runner: asyncio.Runner, circumstances: str, effort: Effort) -> Iterator[Cell]:
    application = site.async_handler(circumstances)
    cookie = site.cookie(circumstances)
    runs: dict[str, Run] = {}
    more: dict[str, dict[str, float]] = {}
    for name, (urlconf, request) in _asked(circumstances).items():
        asked = scope(request, cookie)
        use = site.using(urlconf)
        use()

        def once(asked: dict[str, Any] = asked, body: bytes = request.body) -> Answer:
            return runner.run(ask_async(application, asked, body))

        once()
        with _hops() as seen:
            answer = once()
        assert answer.status == 200, (name, answer)
        assert b'"hello world"' in answer.body, (name, answer)
        runs[name] = Run(once, use)
        more[name] = {"hops": float(len(seen)), **sizes(request, answer, cookie)}
    for ours, plain in BESIDE.items():
        more[ours]["more hops"] = more[ours]["hops"] - more[plain]["hops"]
    for name, found in compared(measure(runs, effort), "plain, sync").items():
        yield Cell.of("asgi", f"{TITLE}, {circumstances}", name, found, **more[name])


def _asked(circumstances: str) -> dict[str, tuple[str, Request]]:
    from django.views.decorators.csrf import csrf_protect

    from benchmarks.peers import plain

    sync_view, async_view = plain.echo_view, plain.async_echo_view
    if circumstances == site.CSRF:
        sync_view, async_view = csrf_protect(sync_view), csrf_protect(async_view)
    by_hand = site.mount("by_hand", [path("echo/", sync_view), path("aecho/", async_view)])
    ours = site.mount("ours", [path("mizan/", include("mizan_htmx.urls"))])
    arguments = work.ARGUMENTS["echo"]
    asked = {
        f"plain, {kind}": (by_hand, Request("POST", f"/{name}/", work.written(arguments)))
        for name, kind in (("echo", "sync"), ("aecho", "async"))
    }
    for name, title in (("echo", "sync"), ("aecho", "async"), ("aecho_auth", "async with async auth")):
        body = work.written({"fn": name, "args": arguments})
        asked[f"mizan, {title}"] = (ours, Request("POST", "/mizan/call/", body))
    return asked


@contextmanager
def _hops() -> Iterator[list[str]]:
    """Record each call from the event loop to a thread, or from a thread to the loop."""
    seen: list[str] = []
    originals = {each: each.__call__ for each in (SyncToAsync, AsyncToSync)}

    def noting(kind: Any, call: Any) -> Any:
        def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append(kind.__name__)
            return call(self, *args, **kwargs)

        return noted

    try:
        for kind, call in originals.items():
            kind.__call__ = noting(kind, call)  # type: ignore[method-assign]
        yield seen
    finally:
        for kind, call in originals.items():
            kind.__call__ = call  # type: ignore[method-assign]
