"""Pages of one browser that each have a socket: what the socket and another tab tell is refreshed once."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.helpers.live import NOTE, change, has_heard
from tests.browser.helpers.sessions import another, has_run, invalidated_in
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate

pytestmark = on_one_htmx

USER = "user;user_id=5"


async def test_what_comes_by_socket_every_tab_hears_by_itself(ada: Tab) -> None:
    async with another(ada) as other:
        await ada.follow("/live/")
        await other.follow("/live/")
        await change(1, "Rest")
        for each in (ada, other):
            await expect(each.page.locator("#note")).to_have_text("Rest")
        for each in (ada, other):
            await has_heard(each)
            assert each.refreshes == [NOTE]
            assert await invalidated_in(each) == [NOTE]


async def test_what_comes_by_socket_and_from_another_tab_is_refreshed_once(ada: Tab) -> None:
    async with another(ada) as other:
        await ada.follow("/live/")
        await other.follow("/live/")
        with closed_gate():
            await ada.submit("#write", "Rest")
            await other.happens("invalidate", 2)
        await expect(other.page.locator("#note")).to_have_text("Rest")
        await expect(ada.page.locator("#note")).to_have_text("Rest")
        for each in (ada, other):
            await has_heard(each)
            assert each.refreshes == [NOTE]


@on_newest_htmx
async def test_what_a_tab_tells_after_the_socket_is_known_already(ada: Tab) -> None:
    async with another(ada) as other:
        await ada.follow("/live/")
        await other.follow("/live/")
        answered = asyncio.Event()

        async def hold_answer(route: Route) -> None:
            response = await route.fetch()
            await answered.wait()
            await route.fulfill(response=response)

        await ada.page.route("**/write/", hold_answer)
        await ada.submit("#write", "Rest")
        await expect(other.page.locator("#note")).to_have_text("Rest")
        answered.set()
        await other.happens("invalidate", 2)
        await has_run(other)
        assert other.refreshes == [NOTE]
