"""What the tests of sessions and tabs do: open another tab of the same browser, sign in and out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.async_api import Locator, Page, expect

from tests.browser.helpers.tab import Tab

CHANNEL = "mizan /api/mizan/"
ENTER = "/sessions/enter/"
GONE = "You are not signed in. Nothing you entered is lost."
BACK = "You are signed in."
OVER = "mizan: .* the session of the page is over"  # what the console says of a block

# Puts a form into the page and sends it: the attributes, as HTML has them.
SEND = """(attributes) => {
    const form = `<form id="sent" ${attributes}><button>Leave</button></form>`;
    document.body.insertAdjacentHTML("beforeend", form);
    htmx.process(document.querySelector("#sent"));
    document.querySelector("#sent button").click();
}"""

# Puts a form into the page that htmx does not know, and sends it: who is named in it, with the token.
SEND_PLAINLY = """(action) => {
    const [, value] = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie);
    const token = `<input type="hidden" name="csrfmiddlewaretoken" value="${value}">`;
    const form = `<form method="post" action="${action}">${token}<input name="name" value="Grace"></form>`;
    document.body.insertAdjacentHTML("beforeend", form);
    document.body.lastElementChild.requestSubmit();
}"""


@asynccontextmanager
async def another(tab: Tab) -> AsyncIterator[Tab]:
    """Open another tab of the same browser; any unexpected problem in it fails the test."""
    other = Tab(await tab.page.context.new_page(), tab.address)
    yield other
    await other.close(with_context=False)


@sync_to_async
def session_of(name: str) -> str:
    """Give the session cookie of somebody who has just signed in; the name is the password, too."""
    user, is_new = User.objects.get_or_create(username=name)
    if is_new:
        user.set_password(name)
        user.save()
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


async def become(tab: Tab, name: str) -> None:
    """Sign in behind the page's back."""
    cookie = {"name": "sessionid", "value": await session_of(name), "url": tab.address}
    await tab.page.context.add_cookies([cookie])  # type: ignore[list-item]


async def expire() -> None:
    """End all sessions on the server."""
    await Session.objects.all().adelete()


async def enter(page: Page, name: str) -> None:
    """Fill the login page in, and wait for the page that it leads to."""
    await page.locator("[name=username]").fill(name)
    await page.locator("[name=password]").fill(name)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(lambda url: ENTER not in url)


async def sign_in_elsewhere(tab: Tab, name: str) -> None:
    """Sign in in another tab, by the login page, and close it; who has no account is given one."""
    await session_of(name)
    async with another(tab) as other:
        await other.open(f"{ENTER}?next=/sessions/")
        await enter(other.page, name)
        await expect(other.page.locator("#open")).to_be_visible()


async def token_of(tab: Tab) -> str:
    """Read the CSRF token in the cookie of a tab, past whatever its page lays over it."""
    [token] = [each["value"] for each in await tab.page.context.cookies() if each["name"] == "csrftoken"]
    return token


def notice(tab: Tab) -> Locator:
    """Find the notice of a page."""
    return tab.page.locator("body .mizan-session")


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


async def invalidated_in(tab: Tab) -> list[object]:
    """List what has been invalidated in a page, in order."""
    return [header for name, header, _ in await tab.happened() if name == "invalidate"]


async def has_run(tab: Tab) -> None:
    """Wait until the timers have run that are due by now."""
    await tab.page.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))")


async def write(tab: Tab, text: str) -> None:
    """Fill the form in that a view of Django's kind takes, and send it."""
    await tab.page.locator("#write [name=name]").fill(text)
    await tab.page.get_by_role("button", name="Write", exact=True).click()


async def refuse(tab: Tab, text: str = "Grace") -> None:
    """Have a form refused, because the session has ended."""
    await expire()
    await write(tab, text)
    await expect(notice(tab)).to_contain_text(GONE)
