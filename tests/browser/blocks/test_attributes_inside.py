"""Inside of a block htmx's attributes do what they do outside: a block hands down nothing of its own."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.models import Person


@on_every_htmx
async def test_an_element_inside_swaps_itself(tab: Tab) -> None:
    await tab.open("/inside/")
    await swaps_itself(tab)


@pytest.mark.parametrize("htmx", ["4.0.1"], indirect=True)
async def test_an_element_inside_swaps_itself_where_htmx_4_hands_everything_down(tab: Tab) -> None:
    """On the build of django-htmx 1.29 the setting hands ``hx-trigger`` down, too, and a click is none."""
    await tab.open("/inside/")
    await tab.page.evaluate("htmx.config.implicitInheritance = true")
    await swaps_itself(tab)


async def swaps_itself(tab: Tab) -> None:
    """Use what stands in the block, as it came with the page and as it came with a refresh."""
    for count, name in enumerate(("Grace", "Edsger"), start=1):
        await expect(tab.page.locator("#block > #lazy > em")).to_have_text("Fragment")
        await tab.page.locator("#plain").click()
        await expect(tab.page.locator("#block > #plain > em")).to_have_text("Fragment")
        await Person.objects.filter(pk=5).aupdate(name=name)
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshed", count)
        await expect(tab.page.locator("#block > strong")).to_have_text(name)
        await expect(tab.page.locator("#plain")).to_have_text("Ask")
    assert tab.refreshes == ["user;user_id=5"] * 2


@on_every_htmx
async def test_a_boosted_link_inside_replaces_the_page(tab: Tab) -> None:
    await tab.open("/inside/?boost=1")
    await tab.page.locator("#link").click()
    await tab.page.wait_for_url("**/profile/6/")
    await expect(tab.block("user;user_id=6")).to_have_text("Bob B")
    await expect(tab.page.locator("#block")).to_have_count(0)
    await expect(tab.page.locator("h1")).to_have_count(1)


@on_every_htmx
async def test_what_is_handed_down_from_outside_reaches_an_element_inside(tab: Tab) -> None:
    await tab.open("/inside/?target=1")
    await expect(tab.page.locator("#elsewhere > em")).to_have_text("Fragment")  # by #lazy
    await tab.page.locator("#elsewhere").evaluate("(elsewhere) => elsewhere.replaceChildren()")
    await tab.page.locator("#plain").click()
    await expect(tab.page.locator("#elsewhere > em")).to_have_text("Fragment")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.invalidate("user", user_id=5)
    await expect(tab.page.locator("#block > strong")).to_have_text("Grace")
    await expect(tab.page.locator("#plain")).to_have_text("Ask")
