"""What a visitor waits for: from one click until every block is fresh, in a real browser, 50 ms away.

Four ways, in turn: a GET for each block by hand, one batch, single flight, and the whole page sent and
morphed by hand, which is measured twice for the noise. Every round asserts what all blocks show.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import Cell
from benchmarks.timing import Effort, beside
from tools import browser, htmx

TITLE = "one click to {} fresh blocks, {} ms away, htmx {}"
FEW, MANY = 12, 200
LATENCY = 50
PAGE, TWIN, BATCH, FLIGHT, GETS = (
    "whole page by hand",
    "whole page 2",
    "batch",
    "single flight",
    "GETs by hand",
)
ROUNDS = 30
_WARM_UP = 3

# From the click until all blocks show the next number: milliseconds; when the first request for blocks left
# after the response of the mutation, and the longest task.
_CLICK = """async (count) => {
  const shown = () => [...document.querySelectorAll(".block p")].map((each) => each.textContent);
  const number = Number(/^Change (\\d+)/.exec(shown()[0])[1]) + 1;
  const isFresh = () => {
    const texts = shown();
    return texts.length === count && texts.every((text) => text.startsWith(`Change ${number}.`));
  };
  let longest = 0;
  const tasks = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  tasks.observe({ type: "longtask" });
  performance.clearResourceTimings();
  performance.setResourceTimingBufferSize(1000);
  const began = performance.now();
  const done = new Promise((resolve, reject) => {
    const stop = setTimeout(() => reject(new Error("not fresh: " + shown().slice(0, 3))), 60_000);
    const look = () => {
      if (!isFresh()) return;
      clearTimeout(stop);
      observer.disconnect();
      resolve(performance.now() - began);
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  });
  document.getElementById("change").click();
  const ms = await done;
  await new Promise((then) => setTimeout(then, 200));
  tasks.disconnect();
  const requests = performance.getEntriesByType("resource");
  const first = requests[1] ? requests[1].startTime - requests[0].responseEnd : 0;
  return { ms, first, longest, requests: requests.length };
}"""


@dataclass(slots=True)
class _Way:
    page: Page
    count: int
    found: dict[str, list[float]] = field(default_factory=dict)

    def click(self) -> None:
        measured = self.page.evaluate(_CLICK, self.count)
        for name, value in measured.items():
            self.found.setdefault(name, []).append(float(value))


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure on both versions of htmx; without ``peers`` one round of few blocks."""
    folder = htmx.fetch(htmx.store())
    warm_up, rounds = (_WARM_UP, ROUNDS) if peers else (0, 1)
    pages = ((FEW, LATENCY), (MANY, LATENCY), (MANY, 0)) if peers else ((FEW, LATENCY),)
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        stack.callback(chromium.close)
        for version in htmx.VERSIONS:
            plain = stack.enter_context(_serving(folder, version))
            bringing = stack.enter_context(_serving(folder, version, "--single-flight"))
            for count, latency in pages:
                title = TITLE.format(count, latency, version)
                ways = _opened_ways(chromium, plain, bringing, count, latency)
                yield from _measured(title, ways, warm_up, rounds, random.Random(effort.seed))


def _opened_ways(chromium: Browser, plain: int, bringing: int, count: int, latency: int) -> dict[str, _Way]:
    paths = {
        PAGE: (plain, "page"),
        TWIN: (plain, "page"),
        BATCH: (plain, "mizan"),
        FLIGHT: (bringing, "mizan"),
        **({GETS: (plain, "gets")} if count == FEW else {}),
    }
    return {
        name: _Way(_opened(chromium, f"http://127.0.0.1:{port}/board/{way}/{count}/", latency), count)
        for name, (port, way) in paths.items()
    }


def _measured(
    title: str, ways: dict[str, _Way], warm_up: int, rounds: int, shuffled: random.Random
) -> Iterator[Cell]:
    names = list(ways)
    for _ in range(warm_up + rounds):
        shuffled.shuffle(names)
        for name in names:
            page = ways[name].page
            page.bring_to_front()
            page.reload()  # others have changed the number
            page.wait_for_function("document.readyState === 'complete' && htmx")
            page.wait_for_timeout(150)
            ways[name].click()
    base = ways[PAGE].found["ms"][warm_up:]
    for name, way in ways.items():
        kept = {figure: values[warm_up:] for figure, values in way.found.items()}
        yield Cell.of("felt", title, name, {**kept, **beside(kept["ms"], base)})
        way.page.context.close()


def _opened(chromium: Browser, address: str, latency: int) -> Page:
    page = chromium.new_context().new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    limits = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", limits)
    page.goto(address)
    return page


@contextmanager
def _serving(folder: Path, version: str, *arguments: str) -> Iterator[int]:
    environment = {
        **os.environ,
        "FELT_HTMX": version,
        "FELT_HTMX_FILE": str(folder / version / htmx.FILE),
        "FELT_IDIOMORPH_FILE": str(folder / htmx.IDIOMORPH),
    }
    command = [sys.executable, "-m", "benchmarks.felt_site", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
