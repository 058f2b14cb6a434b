"""What the tests of sessions and tabs do: open another tab of the same browser, sign in and out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client

from tests.browser.tab import Tab

CHANNEL = "mizan /api/mizan/"


@asynccontextmanager
async def another(tab: Tab) -> AsyncIterator[Tab]:
    """Open another tab of the same browser; any unexpected problem in it fails the test."""
    other = Tab(await tab.page.context.new_page(), tab.address)
    yield other
    await other.page.close()
    assert other.problems == []


async def become(tab: Tab, name: str) -> None:
    """Give the browser a session of this person, made if need be."""
    cookie = {"name": "sessionid", "value": await _session_of(name), "url": tab.address}
    await tab.page.context.add_cookies([cookie])  # type: ignore[list-item]


@sync_to_async
def _session_of(name: str) -> str:
    user, is_new = User.objects.get_or_create(username=name)
    if is_new:
        user.set_password(name)
        user.save()
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


async def broadcast(tab: Tab, channel: str, **message: str) -> None:
    """Post a message to the other tabs, past the scripts of this one."""
    await tab.page.evaluate(
        """([channel, message]) => {
            const own = new BroadcastChannel(channel);
            own.postMessage(message);
            own.close();
        }""",
        [channel, message],
    )


async def has_run(tab: Tab) -> None:
    """Wait until the timers have run that are due by now."""
    await tab.page.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))")
