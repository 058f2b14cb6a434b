"""A browser for each worker, a tab for each test, and the servers they visit.

Playwright's sync API keeps an event loop running in the test's thread, in which Django refuses the ORM and
pytest-asyncio its own loops. So these tests are coroutines on Playwright's async API: a loop runs only while
one of them does, and fixtures that use the database are plain functions.
"""

import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, async_playwright, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.helpers.pages import Pages
from tests.browser.helpers.serving import SERVERS, Site
from tests.browser.helpers.tab import Tab
from tests.site.asgi import application
from tests.site.models import Board, Card, Person
from tools import browser as browsers
from tools import htmx as newest

FOLDER = Path(__file__).parent

expect.set_options(timeout=30_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def light() -> AsyncIterator[Browser]:
    """Give the one browser of this worker: Chromium without a window, where that is installed."""
    async for browser in launch(browsers.shell(os.environ.get(browsers.SHELL_VARIABLE, ""))):
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole() -> AsyncIterator[Browser]:
    """Give a whole Chromium, which has a back/forward cache."""
    async for browser in launch(browsers.chromium(os.environ.get(browsers.VARIABLE, ""))):
        yield browser


async def launch(path: str) -> AsyncIterator[Browser]:
    """Start a browser, and close it."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=path,
            args=browsers.FLAGS,
            # Playwright turns it off, and then a page that comes back is always loaded anew.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
def light_pages(light: Browser) -> Pages:
    """Keep the pages of the one browser of this worker."""
    return Pages(light)


@pytest.fixture
def pages(request: pytest.FixtureRequest, chromium: Browser) -> Pages:
    """Return the pages for a test; of a whole browser always new ones, since it keeps those that are left."""
    is_whole = request.node.get_closest_marker("whole_browser") is not None
    pages: Pages = Pages(chromium, reuse=False) if is_whole else request.getfixturevalue("light_pages")
    return pages


@pytest.fixture
def chromium(request: pytest.FixtureRequest) -> Browser:
    """Give the browser that a test needs."""
    is_whole = request.node.get_closest_marker("whole_browser") is not None
    browser: Browser = request.getfixturevalue("whole" if is_whole else "light")
    return browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests here in the event loop of the browser, and the one first that takes the longest by far.

    As the last, which it is by its name, it would keep one worker busy when the others are through.
    """
    items.sort(key=lambda item: item.path != FOLDER / "test_benchmarks.py")
    for item in items:
        if FOLDER in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on the builds of htmx that its nearest mark names, or else on the newest two."""
    named = [mark.args[:1] for mark in metafunc.definition.iter_markers("parametrize")]
    if "htmx" in metafunc.fixturenames and not any("htmx" in str(each) for each in named):
        mark = metafunc.definition.get_closest_marker("builds")
        builds = newest.VERSIONS if mark is None else mark.args
        metafunc.parametrize("htmx", builds, ids="htmx{}".format, indirect=True)


@pytest.fixture
def htmx(request: pytest.FixtureRequest) -> str:
    """Give the build of htmx that the site serves."""
    build: str = request.param
    if build.partition("+")[0] not in ("2", "4", "none"):
        newest.fetch(newest.store())
    return build


@pytest.fixture
def content(transactional_db: None) -> None:
    """Fill the database: Ada is 5, Bob is 6, and board 1 has three cards."""
    Person.objects.bulk_create([Person(pk=5, name="Ada"), Person(pk=6, name="Bob")])
    board = Board.objects.create(pk=1, title="Work")
    titles = enumerate(("Plan", "Build", "Ship"), start=1)
    Card.objects.bulk_create(Card(pk=pk, board=board, title=title) for pk, title in titles)


@pytest_asyncio.fixture(loop_scope="session")
async def tab(pages: Pages, live_server: LiveServer, content: None, htmx: str) -> AsyncIterator[Tab]:
    """Give a tab on the site under WSGI. Any unexpected problem in it fails the test."""
    async for tab in open_tab(pages, live_server.url, htmx):
        yield tab


@pytest_asyncio.fixture(loop_scope="session")
async def asgi_tab(pages: Pages, asgi_server: str, content: None, htmx: str) -> AsyncIterator[Tab]:
    """Give a tab on the site under ASGI."""
    async for tab in open_tab(pages, asgi_server, htmx):
        yield tab


async def open_tab(pages: Pages, address: str, htmx: str) -> AsyncIterator[Tab]:
    """Open a tab with cookies of its own, and close it."""
    tab = await pages.open(address)
    await tab.page.context.add_cookies([{"name": "htmx", "value": htmx, "url": address}])
    yield tab
    await pages.close(tab)


@pytest.fixture(scope="session")
def asgi_server(live_server: LiveServer) -> Iterator[str]:
    """Serve the site by uvicorn and give its address."""
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", ws="none", log_level="warning"))
    # Bound here, so that the port is known, and a tab that is early waits in the queue.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> str:
    """Give the name of the server with sockets: uvicorn, or what ``on_both_servers`` says."""
    name: str = getattr(request, "param", "uvicorn")
    return name


@pytest.fixture
def site(live_server: LiveServer, content: None, server: str) -> Iterator[Site]:
    """Serve the site with sockets; the test may stop it and start it again."""
    site = SERVERS[server](application)
    site.start()
    yield site
    site.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def ada(pages: Pages, site: Site, htmx: str) -> AsyncIterator[Tab]:
    """Give a tab of somebody at the site with sockets."""
    async for tab in open_tab(pages, site.address, htmx):
        yield tab


@pytest_asyncio.fixture(loop_scope="session")
async def bob(pages: Pages, site: Site, htmx: str) -> AsyncIterator[Tab]:
    """Give a tab of somebody else."""
    async for tab in open_tab(pages, site.address, htmx):
        yield tab
