"""Blocks say that they are busy and, when it takes long, that they are old; quick refreshes are not seen."""

import re

from playwright.async_api import expect

from tests.browser.helpers.pace import freeze, refreshed
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate
from tests.site.models import Card, Person

pytestmark = on_one_htmx

STALE = re.compile(r"\bmizan-stale\b")

# Counts in data-stained how often a block was given the class, however short.
WATCH = """() => {
    const root = document.documentElement;
    root.dataset.stained = 0;
    new MutationObserver((records) => {
        const stained = records.filter(({ target, oldValue }) =>
            target.classList.contains("mizan-stale") && !(oldValue ?? "").includes("mizan-stale"));
        root.dataset.stained = Number(root.dataset.stained) + stained.length;
    }).observe(document.body, { subtree: true, attributeFilter: ["class"], attributeOldValue: true });
}"""


async def watched(tab: Tab) -> None:
    """Open the page, stop its clock, and count from then on how often something was said to be old."""
    await freeze(tab, "/pace/said/")
    await tab.page.evaluate(WATCH)


async def test_a_block_is_busy_from_when_it_is_asked_for_until_it_is_fresh(tab: Tab) -> None:
    await tab.open("/pace/said/")
    card = tab.page.locator("#card")
    await expect(card).not_to_have_attribute("aria-busy", re.compile(""))
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await expect(card).to_have_attribute("aria-busy", "true")
        await expect(tab.page.locator("[aria-busy]")).to_have_count(1)
        gate.set()
        await tab.happens("refreshed", 1)
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)


@on_newest_htmx
async def test_a_block_that_fails_is_not_busy_but_old_until_it_works(tab: Tab) -> None:
    await watched(tab)
    card = tab.page.locator("#card")
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503", "url": tab.address}])
    async with tab.forgive("503"):
        await tab.invalidate("user", user_id=5)
        await tab.page.clock.run_for(20)
        await tab.happens("error", 1)
        await expect(card).not_to_have_attribute("aria-busy", re.compile(""))
        await tab.page.clock.run_for(200)
        await expect(card).to_have_class("card mizan-stale")
        await tab.page.context.clear_cookies(name="trouble")
        await tab.page.clock.run_for(1000)  # after which it is tried again
        await refreshed(tab, 1)
    await expect(card).to_have_class("card")
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)


async def test_a_quick_refresh_changes_nothing_that_can_be_seen(tab: Tab) -> None:
    await watched(tab)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await tab.page.clock.run_for(165)
        gate.set()
        await refreshed(tab, 1)
    await expect(tab.page.locator("#card")).to_have_text("Grace")
    await tab.page.clock.run_for(2000)
    await expect(tab.page.locator("html")).to_have_attribute("data-stained", "0")


async def test_a_block_that_is_old_for_longer_says_so_until_it_is_fresh(tab: Tab) -> None:
    await watched(tab)
    with closed_gate() as gate:
        await tab.invalidate("user")
        await tab.page.clock.run_for(199)
        await expect(tab.page.locator("html")).to_have_attribute("data-stained", "0")
        await tab.page.clock.run_for(2)
        await expect(tab.page.locator("html")).to_have_attribute("data-stained", "2")
        await expect(tab.page.locator("#card, #plain")).to_have_class([STALE, STALE])
        gate.set()
        await refreshed(tab, 2)
    await expect(tab.page.locator(".mizan-stale")).to_have_count(0)


@on_newest_htmx
async def test_a_block_that_goes_stale_again_stays_busy_and_old_until_it_is_really_fresh(tab: Tab) -> None:
    await tab.open("/pace/said/")
    card = tab.page.locator("#card")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshing", 1)
        await expect(card).to_have_class(STALE)
        await Person.objects.filter(pk=5).aupdate(name="Grace")
        await tab.invalidate("user", user_id=5)
        gate.set()
        await tab.happens("refreshed", 2)
    await expect(card).to_have_text("Grace")
    await expect(card).to_have_class("card")
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)


@on_newest_htmx
async def test_what_the_page_itself_morphs_stays_busy_and_old(tab: Tab) -> None:
    """A morph takes off what the server does not send."""
    await tab.open("/pace/said/")
    card = tab.page.locator("#card")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await expect(card).to_have_class(STALE)
        await card.evaluate("(card) => { card.className = 'card'; card.removeAttribute('aria-busy') }")
        await expect(card).to_have_class(STALE)
        await expect(card).to_have_attribute("aria-busy", "true")
        gate.set()
        await tab.happens("refreshed", 1)
    await expect(card).to_have_class("card")
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)


@on_newest_htmx
async def test_a_block_ends_with_the_attributes_that_it_had(tab: Tab) -> None:
    await tab.open("/pace/said/")
    before = [await tab.attributes(block) for block in ("#card", "#plain")]
    with closed_gate() as gate:
        await tab.invalidate("user")
        await expect(tab.page.locator(".mizan-stale")).to_have_count(2)
        gate.set()
        await tab.happens("refreshed", 2)
    await expect(tab.page.locator("[class*=mizan], [class*=htmx], [class=''], [aria-busy]")).to_have_count(0)
    assert [await tab.attributes(block) for block in ("#card", "#plain")] == before


@on_newest_htmx
async def test_blocks_inside_are_fresh_with_the_one_around_them(tab: Tab) -> None:
    await tab.open("/pace/said/")
    with closed_gate() as gate:
        await tab.invalidate("board;board_id=1, card")
        await expect(tab.page.locator(".mizan-stale")).to_have_count(4)
        await expect(tab.page.locator("[aria-busy]")).to_have_count(1)
        gate.set()
        await tab.happens("refreshed", 1)
    await expect(tab.page.locator(".mizan-stale")).to_have_count(0)
    await expect(tab.page.locator(".line")).to_have_class(["line"] * 3)


async def test_a_prevented_invalidation_makes_nothing_old(tab: Tab) -> None:
    await watched(tab)
    await tab.page.evaluate(
        "document.addEventListener('mizan:invalidate', (event) => event.preventDefault())"
    )
    await tab.invalidate("user")
    await tab.page.clock.run_for(1000)
    await tab.happens("invalidate", 1)
    await expect(tab.page.locator("html")).to_have_attribute("data-stained", "0")


async def test_a_refresh_never_moves_the_focus(tab: Tab) -> None:
    await tab.open("/pace/said/")
    await expect(tab.page.get_by_label("Note 1")).to_be_focused()  # by autofocus, which also comes again
    note = tab.page.get_by_label("Note 2")
    await note.focus()
    await Card.objects.aupdate(title="New")
    await tab.invalidate("user;user_id=5, board, card")
    await tab.happens("refreshed", 2)
    await expect(tab.page.locator("#board")).to_contain_text("New")
    await expect(note).to_be_focused()


async def test_assistive_technology_sees_what_is_on_the_page(tab: Tab) -> None:
    await tab.open("/pace/said/")
    await tab.submit(".rename", "Grace")
    await expect(tab.page.locator("#card")).to_have_text("Grace")
    await expect(tab.page.get_by_role("status")).to_have_text("Profile updated")
    await expect(tab.page.locator("html")).to_match_aria_snapshot("""
        - heading "Test site" [level=1]
        - strong: Grace
        - status: Profile updated
    """)
