"""What a person's own request has put into a block outlives what makes the block refresh."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import Desk, desk

pytestmark = on_newest_morph

INSTEAD = 'hx-target="closest .contact" hx-swap="outerHTML"'
VIEW = f'<div class="contact"><i>Ada</i><button {INSTEAD} hx-get="/keep/part/edit/">Edit</button></div>'
EDIT = f"""
    <form class="contact" hx-post="/keep/part/save/" hx-target="this" hx-swap="outerHTML">
        <input name="name" value="Ada"><input type="hidden" name="pk" value="1">
        <button>Save</button><button type="button" {INSTEAD} hx-get="/keep/part/view/">Cancel</button>
    </form>
"""


def contacts(n: int, name: str = "Ada") -> str:
    """Write a block with a counter, and two contacts of one kind."""
    return f"<b>{n}</b><ul><li>{VIEW.replace('Ada', 'Bob')}</li><li>{VIEW.replace('Ada', name)}</li></ul>"


async def turn(tab: Tab, now: Desk, html: str, times: int) -> None:
    """Refresh the block, and see that it was."""
    now.html["main"] = html
    await refresh(tab, times)
    await expect(tab.page.locator("main b")).to_have_text(str(times))


async def test_a_form_in_the_place_of_what_it_edits_stays_until_it_is_saved(tab: Tab) -> None:
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT, "view": VIEW, "save": VIEW.replace("Ada", "Grace")}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await field(tab, "name").fill("Gra")
        await field(tab, "name").evaluate("(it) => it.setSelectionRange(1, 2)")
        await tab.page.evaluate("form = document.querySelector('main form')")
        for times in (1, 2):
            await turn(tab, now, contacts(times), times)
            await expect(tab.page.locator("li:nth-child(2) > form")).to_have_count(1)
            await expect(tab.page.locator("div.contact")).to_have_count(1)
            await expect(field(tab, "name")).to_have_value("Gra")
            await expect(field(tab, "name")).to_be_focused()
            assert await field(tab, "name").evaluate("(it) => [it.selectionStart, it.selectionEnd]") == [1, 2]
            assert await tab.page.evaluate("form.isConnected")
        await tab.page.keyboard.type("c")
        await expect(field(tab, "name")).to_have_value("Gca")

        now.html["main"] = contacts(3, "Grace")
        await field(tab, "name").press("Enter")
        await tab.happens("refreshed", 3)
        await expect(tab.page.locator("main form")).to_have_count(0)
        await expect(tab.page.locator("li:nth-child(2) i")).to_have_text("Grace")
        assert now.asked == ["GET edit/", "POST save/"]
        assert len(tab.refreshes) == 3


@pytest.mark.parametrize("status", [204, 422])
async def test_a_form_goes_when_it_is_taken_and_stays_when_it_is_refused(tab: Tab, status: int) -> None:
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT, "save": (EDIT.replace("Ada", "Grace"), status)}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await field(tab, "name").fill("Grace")
        now.html["main"] = contacts(1)
        if status == 204:
            await tab.page.locator("main form button").first.click()
            await tab.happens("refreshed", 1)
            await expect(tab.page.locator("div.contact")).to_have_count(2)
        else:
            async with tab.answered(422):
                await tab.page.locator("main form button").first.click()
                await tab.happens("refreshed", 1)
        if status == 204:
            await expect(tab.page.locator("main form")).to_have_count(0)
        else:
            await expect(field(tab, "name")).to_have_value("Grace")
        await expect(tab.page.locator("main b")).to_have_text("1")
        assert len(tab.refreshes) == 1


SWAPS = {
    "inner": 'hx-target="#slot" hx-swap="innerHTML"',
    "first": 'hx-target="#list" hx-swap="afterbegin"',
    "last": 'hx-target="#list" hx-swap="beforeend"',
    "before": 'hx-target=".two" hx-swap="beforebegin"',
    "after": 'hx-target=".two" hx-swap="afterend"',
    "outer": 'hx-swap="outerHTML"',
}
BUTTONS = [
    f'<button id="{name}" hx-get="/keep/part/line/?at={name}" {swap}>{name}</button>'
    for name, swap in SWAPS.items()
]
STYLES = (
    '<b>{n}</b><ul id="list"><li>One {n}</li><li class="two">Two {n}</li><li>Three {n}</li></ul>'
    + "".join(BUTTONS)
    + '<div id="slot">Empty {n}</div>'
)


@pytest.mark.parametrize("holds", [True, False], ids=["a field", "no field"])
async def test_whatever_the_swap_it_stays_in_its_place_or_is_asked_for_again(tab: Tab, holds: bool) -> None:
    line = "<li class='line'>Line {m}" + ("<input name='it'>" if holds else "") + "</li>"
    names = list(SWAPS)
    with desk(STYLES.format(n=0)) as now:
        now.parts = {"line": line.format(m=0)}
        await sit_down(tab)
        for name in names:
            await tab.page.locator(f"#{name}").click()
            await expect(tab.page.locator(".line")).to_have_count(names.index(name) + 1)
        for times in (1, 2):
            now.parts = {"line": line.format(m=times)}
            await tab.page.evaluate("document.activeElement.blur()")
            await turn(tab, now, STYLES.format(n=times), times)
            m = 0 if holds else times
            one, two, three = (f"{name} {times}" for name in ("One", "Two", "Three"))
            lines = [f"Line {m}", one, f"Line {m}", two, f"Line {m}", three, f"Line {m}"]
            await expect(tab.page.locator("#list > li")).to_have_text(lines)
            await expect(tab.page.locator("#slot")).to_have_text(f"Line {m}")
            await expect(tab.page.locator("#outer")).to_have_count(0)
            await expect(tab.page.locator("main section > .line")).to_have_text(f"Line {m}")
        asked = [f"GET line/?at={name}" for name in names]
        assert sorted(now.asked) == sorted(asked * (1 if holds else 3))
