"""What changed is announced politely: once in a while, and only where a person could not know of it."""

from playwright.async_api import expect

from tests.browser.helpers.live import set_hidden
from tests.browser.helpers.pace import freeze, refreshed
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate
from tests.site.models import Board, Card, Person

pytestmark = on_one_htmx

# Keeps what the live region says, one text after the other.
LISTEN = """() => {
    window.said = [];
    new MutationObserver(() => {
        const text = document.querySelector("#mizan-announcements")?.textContent;
        if (text && text !== said.at(-1)) said.push(text);
        if (!text && said.length && said.at(-1) !== "") said.push("");
    }).observe(document, { subtree: true, childList: true, characterData: true });
}"""


async def listen(tab: Tab) -> None:
    """Open the page, stop its clock, and listen to its announcements."""
    await freeze(tab, "/pace/said/")
    await tab.page.evaluate(LISTEN)


async def said(tab: Tab) -> list[str]:
    """List what was announced since the page was loaded."""
    texts: list[str] = await tab.page.evaluate("said.filter(Boolean)")
    return texts


async def rename(name: str, pk: int = 5) -> None:
    """Change what a block shows, behind the back of the page."""
    await Person.objects.filter(pk=pk).aupdate(name=name)


@on_newest_htmx
async def test_a_block_that_has_changed_says_so_in_a_polite_region(tab: Tab) -> None:
    await listen(tab)
    await expect(tab.page.get_by_role("status")).to_have_count(0)
    await rename("Grace")
    await tab.invalidate("user;user_id=5")
    await refreshed(tab, 1)
    await tab.page.clock.run_for(100)
    region = tab.page.get_by_role("status")
    await expect(region).to_have_text("Profile updated")
    assert await region.bounding_box() == {"x": 0, "y": 0, "width": 1, "height": 1}
    await expect(tab.page.locator("html")).to_match_aria_snapshot("- status: Profile updated")


async def test_a_block_that_has_not_changed_says_nothing(tab: Tab) -> None:
    await listen(tab)
    await tab.invalidate("user;user_id=5")
    await refreshed(tab, 1)
    await tab.page.clock.run_for(10_000)
    assert await said(tab) == []
    await expect(tab.page.get_by_role("status")).to_have_count(0)


async def test_a_block_without_words_says_nothing(tab: Tab) -> None:
    await listen(tab)
    await rename("Grace", 6)
    await tab.invalidate("user;user_id=6")
    await refreshed(tab, 1)
    await tab.page.clock.run_for(10_000)
    assert await said(tab) == []


async def test_what_refreshes_together_is_said_together(tab: Tab) -> None:
    await listen(tab)
    await rename("Ada!")
    await tab.invalidate("user;user_id=5, notifications")
    await refreshed(tab, 2)
    await tab.page.clock.run_for(100)
    assert await said(tab) == ["Profile updated, Notifications changed"]


async def test_there_are_five_seconds_between_announcements_and_none_is_lost_or_repeated(tab: Tab) -> None:
    await listen(tab)
    await rename("Grace")
    await tab.invalidate("user;user_id=5")
    await refreshed(tab, 1)
    await tab.page.clock.run_for(100)
    for times, name in enumerate(("Grace!", "Edsger", "Ada"), start=1):
        await rename(name)
        await tab.invalidate("user;user_id=5, notifications")
        await refreshed(tab, 1 + 2 * times)
    assert await said(tab) == ["Profile updated"]
    await tab.page.clock.run_for(4700)
    assert await said(tab) == ["Profile updated"]
    await tab.page.clock.run_for(200)
    assert await said(tab) == ["Profile updated", "Profile updated, Notifications changed"]
    await tab.page.clock.run_for(20_000)
    assert await said(tab) == ["Profile updated", "Profile updated, Notifications changed"]
    await expect(tab.page.get_by_role("status")).to_have_text("")


async def test_the_same_is_said_again_when_it_happens_again(tab: Tab) -> None:
    await listen(tab)
    for times, name in enumerate(("Grace", "Edsger"), start=1):
        await rename(name)
        await tab.invalidate("user;user_id=5")
        await refreshed(tab, times)
        await tab.page.clock.run_for(6000)
    assert await tab.page.evaluate("said") == ["Profile updated", "", "Profile updated", ""]


async def test_a_hidden_page_says_nothing_then_or_later(tab: Tab) -> None:
    await listen(tab)
    await rename("Grace")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await tab.page.clock.run_for(20)
        await set_hidden(tab, True)
        gate.set()
        await refreshed(tab, 1)
    await tab.page.clock.run_for(100)
    await set_hidden(tab, False)
    await tab.page.clock.run_for(10_000)
    assert await said(tab) == []


async def test_what_was_to_be_said_is_dropped_when_the_page_is_hidden_meanwhile(tab: Tab) -> None:
    await listen(tab)
    await rename("Grace")
    await tab.invalidate("user;user_id=5")
    await refreshed(tab, 1)
    await set_hidden(tab, True)
    await tab.page.clock.run_for(10_000)
    await set_hidden(tab, False)
    await tab.page.clock.run_for(10_000)
    assert await said(tab) == []


@on_newest_htmx
async def test_the_region_outlives_the_body(tab: Tab) -> None:
    await listen(tab)
    await rename("Grace")
    await tab.invalidate("user;user_id=5")
    await refreshed(tab, 1)
    await tab.page.clock.run_for(6000)
    await tab.page.evaluate(
        """() => {
            document.body.replaceWith(document.body.cloneNode(true));
            htmx.process(document.body);
        }"""
    )
    await rename("Edsger")
    await tab.invalidate("user;user_id=5")
    await refreshed(tab, 2)
    await tab.page.clock.run_for(100)
    await expect(tab.page.get_by_role("status")).to_have_count(1)
    await expect(tab.page.get_by_role("status")).to_have_text("Profile updated")


@on_newest_htmx
async def test_a_block_around_others_speaks_for_itself_alone(tab: Tab) -> None:
    await listen(tab)
    board = await Board.objects.aget(pk=1)
    await Card.objects.acreate(pk=9, board=board, title="New")
    await tab.invalidate("board")
    await refreshed(tab, 1)
    await tab.page.clock.run_for(100)
    assert await said(tab) == ["Board changed"]
