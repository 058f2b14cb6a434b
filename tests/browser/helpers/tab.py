"""A browser tab as the tests see it: what it asked the server for, and what went wrong in it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core import signing
from playwright.async_api import ConsoleMessage, Error, Frame, Locator, Page, Request, Response, expect

from tools import htmx

# Which builds of htmx a test or a module runs on; the mark of a test counts. Without one: the newest two.

# The smoke set: the few tests of a mechanism that also run on the builds that django-htmx ships.
on_every_htmx = pytest.mark.builds("2", "4", *htmx.VERSIONS)

# The same for what a swap keeps: htmx 2 once with Idiomorph, which morphs, and once without.
on_every_morph = pytest.mark.builds("2", "2.0.11+idiomorph", "4", "4.0.1")

# The rule, for a test in a module with another mark.
on_newest_htmx = pytest.mark.builds(*htmx.VERSIONS)

# The rule for what a swap keeps: htmx 2 once with Idiomorph, and once without.
on_newest_morph = pytest.mark.builds("2.0.11", "2.0.11+idiomorph", "4.0.1")

# What hangs on no version of htmx.
on_one_htmx = pytest.mark.builds(htmx.VERSIONS[0])

# Those that django-htmx ships: the demo serves no others.
on_shipped_htmx = pytest.mark.builds("2", "4")
on_shipped_htmx4 = pytest.mark.builds("4")

# How the shim's report of a block that was not refreshed begins.
REPORT = "^mizan: <"
# The same, and what htmx writes on one version or the other.
REPORTS = f"{REPORT}|^Response Status Error Code|^htmx:"

# How the shim begins what it says under DEBUG of the builds that django-htmx ships.
FAULTS = "mizan: known faults of htmx "

# How the browser's own message begins of a request that failed, or was answered by 400 or more.
NOT_LOADED = "Failed to load resource: "

# How long the browser may take to write what it has to say, in seconds; a limit, not a wait.
PATIENCE = 30

# Ends when the tasks have run that wait in the page by now, also where a test has stopped the page's clock.
ROUND_TRIP = """new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
})"""

# What failed is tried again after half a second, which on a busy machine is sooner than a test looks.
HOLD_RETRIES = """(after) => {
    const failures = new WeakMap(); // block → how many
    const hold = ({ target: block, detail }) => {
        failures.set(block, (failures.get(block) ?? 0) + 1);
        if (failures.get(block) > after) detail.wait = Math.max(detail.wait, 600_000);
    };
    addEventListener("mizan:error", hold, { capture: true });
}"""

# Runs in every page before its own scripts. Violations of the Content-Security-Policy become console errors,
# whatever the browser logs by itself; what the shim reports is counted where locators can wait for it.
OBSERVE = """
    addEventListener("securitypolicyviolation", (event) =>
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    window.happened = [];
    for (const name of ["invalidate", "refreshing", "refreshed", "error"]) {
        addEventListener(`mizan:${name}`, ({ target, detail }) => {
            const { dataset } = document.documentElement;
            dataset[name] = Number(dataset[name] ?? 0) + 1;
            window.happened.push([name, target.dataset?.mizan ?? detail.header, detail?.status ?? null]);
        });
    }
    addEventListener("mizan:socket", ({ detail }) => {
        const { dataset } = document.documentElement;
        dataset.states = `${dataset.states ?? ""} ${detail.state}`.trim();
    });
"""


def morphs(build: str) -> bool:
    """Return whether refreshes on this build of htmx morph: htmx 2 does so with Idiomorph."""
    return build not in ("2", htmx.VERSIONS[0])


class Tab:
    """One page, on one version of htmx, and a record of what happened in it."""

    def __init__(self, page: Page, address: str, *, has_scripts: bool = True) -> None:
        self.page = page
        self._has_scripts = has_scripts
        self.address = address
        self.problems: list[str] = []
        self.faults: list[str] = []
        self.refreshes: list[str] = []
        self.batches: list[list[str]] = []
        self.posts: list[str] = []
        self._news = asyncio.Event()
        self._unreported = 0
        self.lost_its_socket = False
        self.may_be_cached = False
        for event, listener in self._listeners().items():
            Page.on(page, event, listener)

    async def open(self, path: str) -> None:
        """Go to a page of the site."""
        await self.page.goto(self.address + path)

    def block(self, bound: str) -> Locator:
        """Find the blocks bound to exactly this, as ``data-mizan`` has it."""
        return self.page.locator(f'[data-mizan="{bound}"]')

    async def submit(self, form: str, value: str) -> None:
        """Fill the one text field of a form and send it."""
        await self.page.locator(f"{form} input:not([type=hidden])").fill(value)
        await self.page.locator(f"{form} button").click()

    async def was(self, *states: str) -> None:
        """Wait until the socket has been in these states, one after the other, since the page was loaded."""
        await expect(self.page.locator("html")).to_have_attribute("data-states", " ".join(states))

    async def invalidate(self, context: str, **params: object) -> None:
        """Make something stale from a script."""
        await self.page.evaluate(
            "([context, params]) => mizan.invalidate(context, params)", [context, params]
        )

    async def follow(self, path: str) -> None:
        """Go to a page, and wait until the server follows what it shows."""
        await self.open(path)
        await self.followed()

    async def followed(self) -> None:
        """Wait until the server follows what the page shows."""
        await expect(self.page.locator("html")).to_have_attribute("data-mizan-socket", "open")

    async def happens(self, name: str, times: int) -> None:
        """Wait until the shim has reported something this many times since the page was loaded."""
        await expect(self.page.locator("html")).to_have_attribute(f"data-{name}", str(times))

    async def happened(self) -> list[list[object]]:
        """List what the shim reported since the page was loaded: event, block or header, status."""
        happened: list[list[object]] = await self.page.evaluate("happened")
        return happened

    async def bound(self) -> None:
        """Wait until htmx has bound what it has put into the page, some milliseconds after it did."""
        await expect(self.page.locator(".htmx-added, .htmx-settling")).to_have_count(0)

    async def hold_retries(self, after: int = 0) -> None:
        """Keep the page from sending a refresh again by itself that fails from now on; ``after`` so many."""
        await self.page.evaluate(HOLD_RETRIES, after)

    async def attributes(self, selector: str) -> list[str]:
        """List the names of an element's attributes, sorted."""
        names: list[str] = await self.page.locator(selector).evaluate("(it) => it.getAttributeNames().sort()")
        return names

    @asynccontextmanager
    async def forgive(self, *patterns: str, perhaps: Iterable[str] = ()) -> AsyncIterator[None]:
        """Expect problems that match the patterns, each at least once, and let others pass ``perhaps``.

        The console is behind the page: at the end this waits until each pattern has matched.
        """
        yield
        await self._until(
            lambda: _rest(self.problems, patterns)[1] is None,
            lambda: f"Nothing matched {_rest(self.problems, patterns)[1]!r} among {self.problems}",
        )
        await self.settle()
        self.problems, _ = _rest(self.problems, patterns)
        self._drop(perhaps)

    def answered(self, status: int) -> AbstractAsyncContextManager[None]:
        """Expect an answer that the browser puts into the console."""
        return self.forgive(rf"\b{status}\b")

    async def forget(self, *patterns: str) -> None:
        """Let pass the problems so far that match one of the patterns, if there are any."""
        await self.settle()
        self._drop(patterns)

    async def settle(self) -> None:
        """Wait until the console has told of everything that has happened in the page by now."""
        await self._until(
            lambda: self.page.is_closed() or self._unreported <= 0,
            lambda: f"The console has told of {self._unreported} failed requests too few: {self.problems}",
        )
        if not self._has_scripts:  # which write nothing, and no message would ever arrive
            return
        # What scripts write arrives in order. A page that is left or closed meanwhile has nothing to add.
        with suppress(Error):
            async with asyncio.timeout(PATIENCE):
                await self.page.evaluate(ROUND_TRIP)

    async def check(self) -> None:
        """Fail if there was an unexpected problem."""
        await self.settle()
        assert self.problems == []

    async def close(self, *, with_context: bool = True) -> None:
        """Close the page, alone or with its browser context; fail if it had an unexpected problem."""
        await self.settle()
        await (self.page.context.close() if with_context else self.page.close())
        assert self.problems == []

    def detach(self) -> None:
        """Hear nothing more of the page."""
        for event, listener in self._listeners().items():
            self.page.remove_listener(event, listener)

    def _listeners(self) -> dict[Any, Callable[..., None]]:
        return {
            "console": self._hear,
            "pageerror": self._fail,
            "request": self._see,
            "requestfailed": self._see_failure,
            "response": self._see_response,
            "framenavigated": self._see_navigation,
        }

    def _drop(self, patterns: Iterable[str]) -> None:
        self.problems = [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in patterns)
        ]

    async def _until(self, condition: Callable[[], bool], message: Callable[[], str]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(message()) from None

    def _see_response(self, response: Response) -> None:
        if "/static/" not in response.url and re.search(
            "max-age=[1-9]", response.headers.get("cache-control", "")
        ):
            self.may_be_cached = True
        if response.status >= 400 and response.request.resource_type in ("fetch", "xhr"):
            self._unreported += 1

    def _see_failure(self, request: Request) -> None:
        if request.resource_type in ("fetch", "xhr") and request.failure != "net::ERR_ABORTED":
            self._unreported += 1

    def _see_navigation(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self._unreported = 0

    def _hear(self, message: ConsoleMessage) -> None:
        if message.text.startswith("WebSocket connection"):
            self.lost_its_socket = True
        if message.text.startswith(NOT_LOADED):
            self._unreported -= 1
        self._news.set()
        if message.text.startswith(FAULTS):
            self.faults.append(message.text)
        elif message.type in ("error", "warning"):
            self.problems.append(message.text)

    def _fail(self, error: Error) -> None:
        self._news.set()
        self.problems.append(str(error))

    def _see(self, request: Request) -> None:
        url = urlsplit(request.url)
        if request.method == "POST":
            self.posts.append(url.path.removeprefix("/api/mizan"))
        if match := re.search(r"/partial/([^/]+)/$", url.path):
            self.refreshes.append(_bound(match[1], parse_qsl(url.query)))
        if url.path.endswith("/partials/"):
            batch = list(_batch(parse_qsl(url.query, keep_blank_values=True)))
            self.batches.append(batch)
            self.refreshes.extend(batch)


def _rest(problems: list[str], patterns: Iterable[str]) -> tuple[list[str], str | None]:
    """Leave out the problems that match; return the others, and the first pattern that matched none."""
    for pattern in patterns:
        rest = [problem for problem in problems if not re.search(pattern, problem)]
        if rest == problems:
            return rest, pattern
        problems = rest
    return problems, None


def _batch(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Tell the blocks that one request asks for apart: a new one begins with its token, or the one before."""
    queries: list[list[tuple[str, str]]] = []
    for name, value in pairs:
        if name == "block":
            queries.append([(name, value or queries[-1][0][1])])
        else:
            queries[-1].append((name, value))
    for query in queries:
        # Unchecked: what the demo signs, it signs with a key of its own.
        _, contexts, *_ = json.loads(signing.b64_decode(query[0][1].partition(":")[0].encode()))
        yield _bound(contexts[0], query)


def _bound(context: str, pairs: Iterable[tuple[str, str]]) -> str:
    params = sorted(pair for pair in pairs if pair[0] not in ("block", "mizan-hash"))
    return ";".join([context, *(f"{name}={value}" for name, value in params)])
