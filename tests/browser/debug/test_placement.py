"""The overlay on the page: it outlines, moves, covers and focuses nothing that is not its own."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.helpers.overlay import change, opened, overlay, panel, toggle
from tests.browser.helpers.tab import Tab, on_one_htmx
from tests.site.gates import closed_gate
from tests.site.models import Person

pytestmark = on_one_htmx


# ---- outlines


async def test_a_block_is_outlined_while_it_refreshes_by_an_element_of_the_overlay(tab: Tab) -> None:
    await tab.open("/why/")
    ada = tab.page.locator("#ada")
    before = await tab.attributes("#ada")
    frame = overlay(tab).locator(".outline")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await expect(frame).to_have_count(1)
        there, here = await frame.bounding_box(), await ada.bounding_box()
        assert there is not None
        assert here is not None
        assert [there["x"], there["y"]] == [here["x"] - 2, here["y"] - 2]
        assert [there["width"], there["height"]] == [here["width"] + 4, here["height"] + 4]
        await expect(frame).to_have_text("user;user_id=5")
        gate.set()
        await expect(frame).to_have_class(re.compile(r"\bsame\b"))
    await expect(frame).to_have_count(0)
    assert await tab.attributes("#ada") == before


@pytest.mark.parametrize(("motion", "moves"), [("reduce", "0s"), ("no-preference", "0.3s")])
async def test_nothing_moves_for_those_who_want_less_motion(tab: Tab, motion: str, moves: str) -> None:
    await tab.page.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    await tab.open("/why/")
    await tab.page.evaluate(
        """() => addEventListener("mizan:refreshed", () => {
            const frame = document.querySelector("mizan-debug").shadowRoot.querySelector(".outline");
            document.documentElement.dataset.moves = getComputedStyle(frame).transitionDuration;
        })"""
    )
    await tab.invalidate("user", user_id=5)
    await expect(tab.page.locator("html")).to_have_attribute("data-moves", moves)


# ---- in nobody's way


async def test_without_debug_there_is_none(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.invalidate("user", user_id=5)
    await tab.happens("refreshed", 2)
    await expect(overlay(tab)).to_have_count(0)
    assert await tab.page.locator("script[src*=debug]").count() == 0


async def test_it_is_closed_at_first_and_never_takes_the_focus(tab: Tab) -> None:
    await tab.open("/why/")
    await expect(panel(tab)).to_be_hidden()
    name = tab.page.locator(".rename input[name=name]")
    await name.fill("Grace")
    await tab.page.keyboard.press("Enter")
    await tab.happens("refreshed", 1)
    await expect(toggle(tab)).to_have_text("mizan 1")
    await expect(name).to_be_focused()
    await expect(panel(tab)).to_be_hidden()


async def test_the_page_is_laid_out_as_without_it(tab: Tab) -> None:
    await opened(tab)
    measure = """() => [...document.querySelectorAll("body, body *")]
        .map((it) => JSON.stringify(it.getBoundingClientRect()))
        .concat(document.documentElement.scrollWidth, document.documentElement.scrollHeight)"""
    await tab.page.set_viewport_size({"width": 390, "height": 800})
    with_it = await tab.page.evaluate(measure)
    await overlay(tab).evaluate("(it) => it.remove()")
    assert await tab.page.evaluate(measure) == with_it


async def test_keys_open_it_and_escape_gives_the_focus_back(tab: Tab) -> None:
    await tab.open("/why/")
    name = tab.page.locator(".rename input[name=name]")
    await name.focus()
    await tab.page.keyboard.press("Alt+Shift+M")
    await expect(panel(tab)).to_be_visible()
    await expect(toggle(tab)).to_have_attribute("aria-expanded", "true")
    await expect(overlay(tab).get_by_role("heading", level=2)).to_be_focused()
    await tab.page.keyboard.press("Escape")
    await expect(panel(tab)).to_be_hidden()
    await expect(name).to_be_focused()
    await toggle(tab).focus()
    await tab.page.keyboard.press("Enter")
    await expect(panel(tab)).to_be_visible()
    await tab.page.keyboard.press("Tab")
    await expect(overlay(tab).get_by_role("button", name="Move to the top left")).to_be_focused()
    await tab.page.keyboard.press("Escape")
    await expect(panel(tab)).to_be_hidden()
    await expect(toggle(tab)).to_be_focused()


async def test_escape_in_it_closes_nothing_of_the_page(tab: Tab) -> None:
    await opened(tab)
    await tab.page.evaluate("document.addEventListener('keydown', () => (document.title = 'heard'))")
    await toggle(tab).focus()
    await tab.page.keyboard.press("Escape")
    await expect(panel(tab)).to_be_hidden()
    assert await tab.page.title() == "Test site"


async def test_its_place_is_remembered_in_this_tab(tab: Tab) -> None:
    await opened(tab)
    corner = await toggle(tab).bounding_box()
    await overlay(tab).get_by_role("button", name="Move to the top left").click()
    await tab.page.reload()
    await expect(panel(tab)).to_be_visible()
    moved = await toggle(tab).bounding_box()
    assert corner is not None
    assert moved is not None
    assert [moved["x"], moved["y"]] == [8, 8] != [corner["x"], corner["y"]]


async def test_no_css_of_the_site_reaches_it(tab: Tab) -> None:
    await opened(tab)
    await tab.invalidate("user", user_id=5)
    await expect(change(tab)).to_contain_text("· 1 block, ")
    size = "(it) => { const { width, height } = it.getBoundingClientRect(); return [width, height] }"
    own = await panel(tab).evaluate(size)
    await tab.open("/why/hostile/")
    await tab.invalidate("user", user_id=5)
    await expect(change(tab)).to_contain_text("· 1 block, ")
    assert await panel(tab).evaluate(size) == own
    assert await overlay(tab).evaluate("(it) => getComputedStyle(it).position") == "fixed"


async def test_on_a_phone_it_stays_inside(tab: Tab) -> None:
    await tab.page.set_viewport_size({"width": 390, "height": 640})
    await opened(tab)
    await tab.page.evaluate("for (let count = 0; count < 20; count++) mizan.invalidate('user')")
    for _ in range(4):
        for part in (panel(tab), toggle(tab)):
            box = await part.bounding_box()
            assert box is not None
            assert min(box["x"], box["y"], 390 - box["x"] - box["width"], 640 - box["y"] - box["height"]) >= 0
        await overlay(tab).get_by_role("button", name=re.compile("Move")).click()


async def test_no_swap_of_the_page_takes_it_away(tab: Tab) -> None:
    await opened(tab)
    await tab.page.evaluate("document.body.replaceWith(document.body.cloneNode(true))")
    await expect(panel(tab)).to_be_visible()


async def test_its_own_view_for_assistive_technology(tab: Tab) -> None:
    await opened(tab)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.invalidate("user", user_id=5)
    await expect(change(tab)).to_contain_text("refreshed")
    await expect(overlay(tab)).to_match_aria_snapshot("""
        - 'button "Why did this refresh? 1 change" [expanded]'
        - 'region "Why did this refresh?"':
          - 'heading "Why did this refresh?" [level=2]'
          - button "Move to the top left"
          - button "Close"
          - 'group "Why did this refresh?"':
            - 'list "Why did this refresh?"':
              - listitem:
                - heading /mizan\\.invalidate/ [level=3]
                - code: user;user_id=5
                - heading "1 block covered" [level=4]
                - list:
                  - listitem: /refreshed/
    """)
