"""What somebody has entered into a block stays when it refreshes, whether the field has the focus or not."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.tab import Tab, on_every_morph
from tests.site.keep import desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), on_every_morph]

FORM = """
    <h2>{n}</h2>
    <input name="one" value="Ada"> <input name="two" value="Bob"> <input type="email" name="mail">
    <textarea name="text">Dear</textarea>
    <input type="checkbox" name="yes"> <input type="checkbox" name="no" checked>
    <input type="radio" name="way" value="a" checked> <input type="radio" name="way" value="b">
    <select name="size"><option>S<option>M<option>L</select>
    <select name="tags" multiple><option>x<option>y<option>z</select>
    <p contenteditable="true">Draft</p>
"""


def field(tab: Tab, name: str, more: str = "") -> Locator:
    """Find a field by its name."""
    return tab.page.locator(f"[name={name}]{more}")


async def refresh(tab: Tab, times: int = 1) -> None:
    """Make the desk stale and wait until it is refreshed."""
    await tab.invalidate("desk")
    await tab.happens("refreshed", times)


async def test_everything_entered_stays_while_the_rest_is_renewed(tab: Tab) -> None:
    with desk(FORM.format(n=1)) as now:
        await tab.open("/keep/desk/")
        await field(tab, "two").fill("Bobby")
        await field(tab, "mail").fill("bob@example.com")
        await field(tab, "text").fill("Dear you")
        await field(tab, "yes").check()
        await field(tab, "no").uncheck()
        await field(tab, "way", "[value=b]").check()
        await field(tab, "size").select_option("M")
        await field(tab, "tags").select_option(["x", "z"])
        await tab.page.locator("p").click()
        await tab.page.keyboard.type("My ")
        typed = await tab.page.locator("p").text_content()
        await field(tab, "one").focus()
        await tab.page.keyboard.press("End")
        await tab.page.keyboard.type("m")
        for times in (1, 2):
            now.html["main"] = FORM.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("h2")).to_have_text(str(times + 1))
            await tab.page.keyboard.type(str(times))
        await expect(field(tab, "one")).to_have_value("Adam12")
        await expect(field(tab, "one")).to_be_focused()
        await expect(field(tab, "two")).to_have_value("Bobby")
        await expect(field(tab, "mail")).to_have_value("bob@example.com")
        await expect(field(tab, "text")).to_have_value("Dear you")
        await expect(field(tab, "yes")).to_be_checked()
        await expect(field(tab, "no")).not_to_be_checked()
        await expect(field(tab, "way", "[value=b]")).to_be_checked()
        await expect(field(tab, "size")).to_have_value("M")
        await expect(field(tab, "tags")).to_have_values(["x", "z"])
        await expect(tab.page.locator("p")).to_have_text(typed or "")
        await expect(tab.page.locator("[data-mizan-changed]")).to_have_count(0)
        assert typed != "Draft"
