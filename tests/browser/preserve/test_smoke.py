"""On the builds that django-htmx ships: what a person put into a block stays, and its scripts run once."""

from playwright.async_api import expect

from tests.browser.blocks.test_scripts import COUNT, forget, have_run
from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_shipped_htmx
from tests.browser.preserve.test_inserted import EDIT, VIEW, contacts
from tests.site.keep import desk

DRAWN = '<svg><g><rect width="{n}0" height="9"/></g></svg>'

pytestmark = on_shipped_htmx


def page(n: int) -> str:
    """Write the block."""
    return f'{contacts(n)}<script nonce="NONCE">ran("script", "{n}")</script>' + DRAWN.format(n=n)


async def test_a_form_in_the_place_of_a_row_stays_beside_a_script_that_runs(tab: Tab) -> None:
    await tab.page.context.add_cookies([{"name": "nonces", "value": "all", "url": tab.address}])
    await tab.page.add_init_script(COUNT)
    with desk(page(0)) as now:
        now.parts = {"edit": EDIT, "save": VIEW.replace("Ada", "Grace")}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await field(tab, "name").fill("Gra")
        for times in (1, 2):
            await forget(tab)
            now.html["main"] = page(times)
            await refresh(tab, times)
            await have_run(tab, {"script": 1})
            await expect(tab.page.locator("li:nth-child(2) > form")).to_have_count(1)
            await expect(field(tab, "name")).to_have_value("Gra")
            await expect(field(tab, "name")).to_be_focused()
            width = await tab.page.locator("#main rect").evaluate("(it) => it.width.baseVal.value")
            assert width == times * 10
        now.html["main"] = page(3)
        await field(tab, "name").press("Enter")
        await tab.happens("refreshed", 3)
        await expect(tab.page.locator("main form")).to_have_count(0)
