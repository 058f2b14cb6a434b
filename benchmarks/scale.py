"""The same call with more and more functions registered: all numbers in one process, alternating."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.urls import include, path

from benchmarks import site, work
from benchmarks.crowd import declared, name_of
from benchmarks.figures import Cell
from benchmarks.timing import Effort, Run, compared, measure
from benchmarks.wire import Request, ask, asking, sizes

#: The first number of functions, and the others.
FEW, STEPS = 10, (100, 1_000, 10_000)
ECHO = "echo with {:,} functions registered"
MUTATION = "mutation of two contexts with {:,} functions registered"
_BODY = work.written(work.ARGUMENTS["echo"])

#: A function that makes Django serve this many functions, and a call of one of the last.
Server = tuple[Callable[[], object], Request]


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure this package, to 3 %, in more rounds than peers, whose times grow far more."""
    site.configure()
    often = replace(effort, rounds=effort.rounds * 4)
    registries = {functions: _registered(functions) for functions in (FEW, *STEPS)}
    for title, from_last in ((ECHO, 1), (MUTATION, 2)):
        servers = {n: _mizan(use, name_of(n - from_last)) for n, use in registries.items()}
        yield from _growing(title, "mizan", servers, often)
    if peers:
        for name, make in (("ninja", _ninja), ("urls", _urls)):
            yield from _growing(ECHO, name, {n: make(n) for n in registries}, effort)


def _growing(title: str, name: str, servers: dict[int, Server], effort: Effort) -> Iterator[Cell]:
    """Measure all numbers: ``grown`` is relative to the first, which runs twice; echoes also to plain."""
    contestants = {"again": servers[FEW], **{title.format(n): server for n, server in servers.items()}}
    if title == ECHO:
        contestants["plain"] = _plain()
    looked_at = {each: _looked_at(*server) for each, server in contestants.items()}
    measured = measure({each: run for each, (run, _) in looked_at.items()}, effort)
    beside_few = compared(measured, title.format(FEW))
    beside_plain = compared(measured, "plain") if title == ECHO else {}
    for n, each, contestant in ((FEW, "again", f"{name}2"), *((n, title.format(n), name) for n in servers)):
        found = {"us": measured[each], "grown": beside_few[each]["ratio"], **beside_plain.get(each, {})}
        yield Cell.of("scale", title.format(n), contestant, found, **looked_at[each][1])


def _looked_at(use: Callable[[], object], request: Request) -> tuple[Run, dict[str, float]]:
    """Return a run to time; raise AssertionError unless it gets a response."""
    handler, cookie = site.handler(site.BARE), site.cookie(site.BARE)
    use()
    ask(handler, request, cookie)  # the first one imports and caches
    with site.counted() as queries:
        answer = ask(handler, request, cookie)
    assert answer.status == 200, answer
    assert b"hello world" in answer.body, answer
    more = {"queries": float(len(queries)), **sizes(request, answer, cookie)}
    return Run(asking(handler, request, cookie), use), more


def _mounted(patterns: list[Any], place: str) -> Server:
    return site.using(site.mount("scale", patterns)), Request("POST", place, _BODY)


def _plain() -> Server:
    from benchmarks.peers import plain

    single = plain.Plain()
    return site.using(site.mount("plain", single.urlpatterns(site.BARE))), single.request("echo")


def _registered(functions: int) -> Callable[[], None]:
    """Register this many functions in a separate registry; return a function that activates it."""
    from mizan_htmx.setup.registry import register, registry

    with registry.isolated():
        for each in declared(functions):
            register(each)
        assert registry.graph.functions, "nothing was registered"
        # The registry's contents, because there is no other way to switch between several.
        kept = dict(vars(registry))

    def use() -> None:
        vars(registry).update(kept)

    return use


def _mizan(use_registry: Callable[[], None], name: str) -> Server:
    use_urls = site.using(site.mount("mizan", [path("mizan/", include("mizan_htmx.urls"))]))

    def use() -> None:
        use_urls()
        use_registry()

    return use, Request("POST", "/mizan/call/", work.written({"fn": name, "args": work.ARGUMENTS["echo"]}))


def _ninja(functions: int) -> Server:
    from benchmarks.peers import ninja

    return _mounted(ninja.many(functions), f"/app/f{functions - 1}/")


def _urls(functions: int) -> Server:
    """Mount a URL for each function."""
    from benchmarks.peers import plain

    patterns = [path(f"f{number}/", plain.echo_view) for number in range(functions)]
    return _mounted(patterns, f"/f{functions - 1}/")
