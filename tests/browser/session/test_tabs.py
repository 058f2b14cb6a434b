"""Other tabs of the browser learn what one of them made stale, once, and hidden ones when they are shown."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.helpers.live import set_hidden
from tests.browser.helpers.sessions import CHANNEL, another, become, broadcast, has_run, invalidated_in
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate, wait_until_reached
from tests.site.models import Person

pytestmark = on_one_htmx

USER = "user;user_id=5"


@on_newest_htmx
async def test_what_one_tab_made_stale_is_refreshed_in_another(tab: Tab) -> None:
    async with another(tab) as other:
        await tab.open("/people/")
        await other.open("/profile/5/")
        await tab.submit("#actions-5 .rename", "Grace")
        await expect(other.block(USER)).to_have_text("Grace G")
        await expect(tab.block(USER)).to_have_text("Grace G")
        assert other.refreshes == [USER]


async def test_what_a_tab_hears_it_does_not_say_again(tab: Tab) -> None:
    async with another(tab) as other, another(tab) as third:
        for each in (tab, other, third):
            await each.open("/profile/5/")
        await tab.invalidate("user", user_id=5)
        for each in (tab, other, third):
            await each.happens("refreshed", 1)
        # Messages of one tab come in their order: an echo would be before these.
        await other.invalidate("notifications")
        await third.invalidate("board")
        for each in (tab, other, third):
            await each.happens("invalidate", 3)
            assert sorted(map(str, await invalidated_in(each))) == ["board", "notifications", USER]
            assert each.refreshes == [USER]


@on_newest_htmx
async def test_an_invalidation_by_cookie_is_told(tab: Tab) -> None:
    async with another(tab) as other:
        await other.open("/profile/5/")
        await tab.open("/people/")
        await tab.submit("#actions-5 .redirect", "Grace")
        await expect(other.block(USER)).to_have_text("Grace G")
        assert other.refreshes == [USER]


@on_newest_htmx
async def test_an_invalidation_with_a_failing_status_is_told(tab: Tab) -> None:
    async with another(tab) as other:
        await other.open("/profile/5/")
        await tab.open("/people/")
        async with tab.answered(409):
            await tab.submit("#answer", "409")
            await other.happens("refreshed", 1)
        assert await invalidated_in(other) == [USER]


async def test_a_page_that_leaves_its_own_blocks_alone_tells_the_others(tab: Tab) -> None:
    async with another(tab) as other:
        await tab.open("/profile/5/")
        await other.open("/profile/5/")
        await tab.page.evaluate(
            "document.addEventListener('mizan:invalidate', (event) => event.preventDefault())"
        )
        await tab.invalidate("user", user_id=5)
        await other.happens("refreshed", 1)
        assert tab.refreshes == []


@on_newest_htmx
async def test_a_hidden_tab_asks_for_nothing_until_it_is_shown(tab: Tab) -> None:
    async with another(tab) as other:
        await other.open("/people/")
        await tab.open("/people/")
        await set_hidden(other, True)
        await tab.submit("#actions-5 .rename", "Grace")
        await other.happens("invalidate", 1)
        await tab.submit("#actions-5 .rename", "Edsger")
        await other.happens("invalidate", 2)
        await other.invalidate("notifications")
        await has_run(other)
        assert other.refreshes == []
        await set_hidden(other, False)
        await expect(other.block(USER)).to_have_text("Edsger E")
        await other.happens("refreshed", 3)
        assert sorted(other.refreshes) == ["notifications", USER, USER]


async def test_a_tab_that_is_hidden_while_it_refreshes_finishes_and_does_not_start_again(tab: Tab) -> None:
    await tab.open("/profile/5/")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await asyncio.to_thread(wait_until_reached)
        await set_hidden(tab, True)
        await tab.invalidate("user", user_id=5)  # while in flight: stale once more
        await Person.objects.filter(pk=5).aupdate(name="Grace")
        gate.set()
        await tab.happens("refreshed", 1)
    await has_run(tab)
    assert tab.refreshes == [USER]
    await set_hidden(tab, False)
    await expect(tab.block(USER)).to_have_text("Grace G")
    assert tab.refreshes == [USER, USER]


@pytest.mark.whole_browser
async def test_a_page_in_the_back_forward_cache_stays_there_and_hears_again_when_it_is_back(tab: Tab) -> None:
    async with another(tab) as other:
        await tab.open("/people/")
        await other.open("/people/")
        await other.page.evaluate("document.documentElement.id = 'kept'")
        await other.open("/login/")
        await tab.submit("#actions-5 .rename", "Grace")
        await expect(tab.block(USER)).to_have_text("Grace G")
        await other.page.evaluate("() => { setTimeout(() => history.back()) }")
        await expect(other.page.locator("#kept")).to_have_count(1)
        await expect(other.block(USER)).to_have_text("Grace G")
        await tab.submit("#actions-5 .rename", "Edsger")
        await expect(other.block(USER)).to_have_text("Edsger E")


async def test_what_is_stale_for_one_is_not_for_another(tab: Tab) -> None:
    async with another(tab) as other:
        await become(tab, "ada")
        await tab.open("/sessions/")
        await become(tab, "bob")
        await other.open("/sessions/")
        await other.invalidate("user", user_id=5)
        await other.happens("refreshed", 1)
        await broadcast(other, CHANNEL, list="board")
        await tab.happens("invalidate", 1)
        assert await invalidated_in(tab) == ["board"]
        assert tab.refreshes == []


async def test_a_page_for_everyone_hears_of_everybody_and_tells_everybody(tab: Tab) -> None:
    async with another(tab) as other:
        await become(tab, "ada")
        await tab.open("/sessions/")
        await other.open("/slogan/2/")
        assert await tab.page.evaluate("mizan.session()") is not None
        assert await other.page.evaluate("mizan.session()") is None
        await tab.invalidate("slogan")
        await other.happens("invalidate", 1)
        await other.invalidate("user", user_id=5)
        await tab.happens("refreshed", 1)
        assert tab.refreshes == [USER]


async def test_another_mount_is_another_site(tab: Tab) -> None:
    async with another(tab) as other:
        await tab.open("/profile/5/")
        await other.open("/login/")
        await broadcast(other, "mizan /elsewhere/", list="user;user_id=5")
        await broadcast(other, CHANNEL, list="board")
        await tab.happens("invalidate", 1)
        assert await invalidated_in(tab) == ["board"]


async def test_without_broadcast_channels_a_page_is_alone(tab: Tab) -> None:
    await tab.page.add_init_script("delete window.BroadcastChannel")
    async with another(tab) as other:
        await tab.open("/people/")
        await other.open("/profile/5/")
        await tab.submit("#actions-5 .rename", "Grace")
        await expect(tab.block(USER)).to_have_text("Grace G")
        await broadcast(other, CHANNEL, list="board")
        await tab.page.reload()
        await expect(other.block(USER)).to_have_text("Ada A")
