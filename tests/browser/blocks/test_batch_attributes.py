"""What an author says of a block, and round it, holds when it is refreshed by one request with others."""

from playwright.async_api import expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.gates import closed_gate
from tests.site.models import Board, Person

ALL = ["shaky", "user;user_id=5", "user;user_id=5", "user;user_id=6"]


async def change() -> None:
    """Change what every block of the page shows."""
    await Board.objects.filter(pk=1).aupdate(title="Play")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await Person.objects.filter(pk=6).aupdate(name="Edsger")


async def test_an_indicator_is_busy_in_place_of_its_block(tab: Tab) -> None:
    await tab.open("/together/own/")
    busy = tab.page.locator("#busy")
    with closed_gate() as gate:
        await tab.invalidate("user, shaky")
        await tab.happens("refreshing", 4)
        await expect(busy).to_have_class("htmx-indicator htmx-request")
        await expect(tab.page.locator("[data-mizan].htmx-request")).to_have_count(3)
        await expect(tab.page.locator("#shown.htmx-request")).to_have_count(0)
        gate.set()
        await tab.happens("refreshed", 4)
    await expect(busy).to_have_class("htmx-indicator")
    assert tab.batches == [ALL]


@on_every_htmx
async def test_each_block_is_swapped_as_is_said_of_it(tab: Tab) -> None:
    await tab.open("/together/own/")
    await change()
    await tab.invalidate("user, shaky")
    await tab.happens("refreshed", 4)
    await expect(tab.page.locator("#shown")).to_have_text("Grace")
    await expect(tab.page.locator("#still")).to_have_text("Ada")
    await tab.page.evaluate("document.querySelector('#title').setAttribute('hx-swap', 'none')")
    await Board.objects.filter(pk=1).aupdate(title="Rest")
    await Person.objects.filter(pk=5).aupdate(name="Barbara")
    await tab.invalidate("user, shaky")
    await expect(tab.page.locator("#shown")).to_have_text("Barbara")
    await tab.happens("refreshed", 8)
    await expect(tab.page.locator("#still")).to_have_text("Ada")
    await expect(tab.page.locator("#title")).to_have_text("Play")
    assert tab.batches == [ALL] * 2


async def test_a_fieldset_is_refreshed_and_sends_none_of_its_fields(tab: Tab) -> None:
    await tab.open("/together/own/")
    nick = tab.page.locator("#nick")
    await nick.fill("Ed")
    await change()
    async with tab.page.expect_request("**/partials/**") as together:
        await tab.invalidate("user, shaky")
    await expect(tab.page.locator("fieldset > legend")).to_have_text("Edsger")
    await tab.happens("refreshed", 4)
    await Person.objects.filter(pk=6).aupdate(name="Barbara")
    async with tab.page.expect_request("**/partial/user/**") as alone:
        await tab.invalidate("user", user_id=6)
    await expect(tab.page.locator("fieldset > legend")).to_have_text("Barbara")
    for request in (await together.value, await alone.value):
        assert [name for name in ("nick", "beside") if name in request.url] == []
    await expect(nick).to_have_value("Ed")
    await expect(nick).to_be_focused()
    assert await nick.evaluate("(input) => input.form.id") == "settings"
