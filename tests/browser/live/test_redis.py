"""Live pages on several servers, which Redis connects; and what becomes of them while there is no Redis."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from django.conf import settings as configured
from django.db import connection
from playwright.async_api import expect

from tests.browser.conftest import open_tab
from tests.browser.helpers.live import NOTE, PLAIN, change, push, without_server
from tests.browser.helpers.pages import Pages
from tests.browser.helpers.serving import Site
from tests.browser.helpers.tab import Tab
from tests.helpers.redis import RedisServer

pytestmark = [
    pytest.mark.parametrize("htmx", ["4.0.1"], indirect=True),
    # First, so that the servers begin with it.
    pytest.mark.usefixtures("redis_layer"),
]


COMMANDS = {
    "uvicorn": ["uvicorn", "--ws", "websockets-sansio", "--lifespan", "off", "--log-level", "warning"],
    "daphne": ["daphne", "--verbosity", "0"],
}

# Lets the other server be daphne, too.
beside_both_servers = pytest.mark.parametrize("other_site", COMMANDS, indirect=True)


@pytest.fixture
def other_site(request: pytest.FixtureRequest, redis_layer: str, content: None) -> Iterator[str]:
    """Serve the site from a process of its own, on the same database and Redis, and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*COMMANDS[getattr(request, "param", "uvicorn")], "--port", str(port)]
    environment = {
        **os.environ,
        "MIZAN_SITE_DATABASE": str(connection.settings_dict["NAME"]),
        "MIZAN_SITE_LAYERS": json.dumps(configured.CHANNEL_LAYERS),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "tests.site.asgi:application"], env=environment
    )
    while not answers(port):
        assert process.poll() is None
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def answers(port: int) -> bool:
    """Tell whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest_asyncio.fixture(loop_scope="session")
async def carol(pages: Pages, other_site: str, htmx: str) -> AsyncIterator[Tab]:
    """Give a tab of somebody at the other server."""
    async for tab in open_tab(pages, other_site, htmx):
        yield tab


@beside_both_servers
async def test_what_one_changes_on_one_server_another_sees_on_another(ada: Tab, carol: Tab) -> None:
    await ada.follow("/live/")
    await carol.follow("/live/")
    await ada.submit("#write", "Rest")
    await expect(carol.page.locator("#note")).to_have_text("Rest")
    await carol.submit("#write", "Sleep")
    await expect(ada.page.locator("#note")).to_have_text("Sleep")
    assert carol.refreshes == ada.refreshes == [NOTE, NOTE]


async def test_ones_own_change_is_fetched_once(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.submit("#write", "Rest")
    await ada.happens("invalidate", 2)  # by the answer and by the socket
    await ada.invalidate("user", user_id=6)
    await ada.happens("refreshed", 2)
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    assert ada.refreshes == [NOTE, PLAIN]


@beside_both_servers
async def test_a_message_reaches_the_pages_of_all_servers(ada: Tab, carol: Tab) -> None:
    await ada.follow("/talk/1/")
    await carol.follow("/talk/1/")
    await carol.submit("#say", "Hello")
    for tab in (ada, carol):
        await expect(tab.page.locator("#lines li").last).to_contain_text("Hello")
    await push(99, "From a task")
    for tab in (ada, carol):
        await expect(tab.page.locator("#lines li").last).to_contain_text("From a task")


async def test_what_changed_while_a_server_was_away_is_fetched_when_it_is_back(
    ada: Tab, carol: Tab, site: Site
) -> None:
    await ada.follow("/live/")
    async with without_server(ada):
        site.stop()
        await ada.was("closed", "open", "closed")
        await carol.open("/live/")
        await carol.submit("#write", "Rest")
        await expect(carol.page.locator("#note")).to_have_text("Rest")
        site.start()
        await ada.was("closed", "open", "closed", "open")
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    assert ada.refreshes == [NOTE]


async def test_pages_catch_up_after_redis_was_killed_and_came_back_empty(
    ada: Tab, carol: Tab, redis_server: RedisServer
) -> None:
    await ada.follow("/live/")
    await carol.follow("/live/")
    redis_server.stop()
    await ada.submit("#write", "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    await expect(carol.page.locator("#note")).to_have_text("Plan")
    redis_server.start()
    await expect(carol.page.locator("#note")).to_have_text("Rest")
    await carol.submit("#write", "Sleep")
    await expect(ada.page.locator("#note")).to_have_text("Sleep")
    await change(2, "Dream")
    for tab in (ada, carol):
        await expect(tab.page.locator("#second")).to_have_text("Dream")


async def test_a_page_that_was_opened_while_redis_was_away_is_followed_when_it_is_back(
    ada: Tab, carol: Tab, redis_server: RedisServer
) -> None:
    redis_server.stop()
    await ada.follow("/live/")
    await expect(ada.page.locator("#note")).to_have_text("Plan")
    redis_server.start()
    await carol.open("/live/")
    await carol.submit("#write", "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest")
