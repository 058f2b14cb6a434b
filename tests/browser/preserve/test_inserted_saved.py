"""A form that somebody has put into a block goes when it was saved, whichever way the block becomes fresh."""

from playwright.async_api import Route, expect
from pytest_django import Settings

from tests.browser.helpers.desk import field, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.browser.preserve.test_inserted import EDIT, VIEW, contacts, turn
from tests.site.keep import desk

pytestmark = on_newest_morph

ARRIVING = ".htmx-added, .htmx-settling"  # on htmx 2 what is not bound yet

SILENT = EDIT.replace('hx-target="this" hx-swap="outerHTML"', 'hx-swap="none"')


async def test_by_a_redirect_whose_header_no_script_can_read(tab: Tab) -> None:
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT, "save": ("", 302), "view": VIEW.replace("Ada", "Grace")}
        now.headers = {"Location": "/keep/part/view/"}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await expect(tab.page.locator("main form")).to_have_count(1)
        await expect(tab.page.locator(ARRIVING)).to_have_count(0)
        await field(tab, "name").fill("Grace")
        now.html["main"] = contacts(1, "Grace")
        await field(tab, "name").press("Enter")
        await expect(tab.page.locator("main b")).to_have_text("1")
        await expect(tab.page.locator("main i")).to_have_text(["Bob", "Grace"])
        await expect(tab.page.locator("main form")).to_have_count(0)
        assert now.asked == ["GET edit/", "POST save/", "GET view/"]
        assert len(tab.refreshes) == 1


async def test_where_the_socket_was_faster_the_block_is_not_asked_for_again(tab: Tab) -> None:
    with desk(contacts(0)) as now:
        now.parts, now.affects = {"edit": SILENT, "save": ""}, False
        await tab.page.route_web_socket("**/ws/", lambda socket: None)
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await expect(tab.page.locator("main form")).to_have_count(1)
        await expect(tab.page.locator(ARRIVING)).to_have_count(0)
        await field(tab, "name").fill("Grace")
        await turn(tab, now, contacts(1, "Grace"), 1)
        await tab.page.evaluate("document.querySelector('#main').dataset.mizanVersion = '5f0c29ab.17'")
        now.headers = {"X-Mizan-Invalidate": "desk", "X-Mizan-Version": "5f0c29ab.17"}
        await field(tab, "name").press("Enter")
        await expect(tab.page.locator("main i")).to_have_text(["Bob", "Grace"])
        await expect(tab.page.locator("main form")).to_have_count(0)
        assert len(tab.refreshes) == 1


async def test_where_the_answer_brings_the_block_along_changed_or_not(tab: Tab, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    with desk(contacts(0)) as now:
        now.parts = {"edit": SILENT, "save": ""}
        await sit_down(tab)
        for times, name in enumerate(("Grace", "Grace"), start=1):
            await tab.page.locator("li:nth-child(2) button").click()
            await expect(tab.page.locator("main form")).to_have_count(1)
            await expect(tab.page.locator(ARRIVING)).to_have_count(0)
            await field(tab, "name").fill("Grace")
            now.html["main"] = contacts(1, name)
            await field(tab, "name").press("Enter")
            await expect(tab.page.locator("main i")).to_have_text(["Bob", "Grace"])
            await expect(tab.page.locator("main form")).to_have_count(0)
            await expect(tab.page.locator("main b")).to_have_text("1")
            await tab.happens("refreshed", times)


async def test_a_form_of_mizan_whose_answer_is_the_form_again(tab: Tab) -> None:
    """Until then what it says of its fields stays, too."""
    button = '<button id="go" hx-get="/api/mizan/form/contact/" hx-target="#slot">Go</button>'

    def block(n: int) -> str:
        return f'<b>{n}</b>{button}<div id="slot">None {n}</div>'

    async def affect(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, headers={**answer.headers, "X-Mizan-Invalidate": "desk"})

    with desk(block(0)) as now:
        await sit_down(tab)
        await tab.page.locator("#go").click()
        await field(tab, "name").fill("Linus")
        await field(tab, "email").fill("nothing of the kind")
        async with tab.answered(422):
            await tab.page.locator("#slot form button").last.click()
        await expect(field(tab, "email")).to_have_attribute("aria-invalid", "true")
        await turn(tab, now, block(1), 1)
        await expect(field(tab, "email")).to_have_attribute("aria-invalid", "true")
        await expect(field(tab, "name")).to_have_value("Linus")

        await field(tab, "email").fill("ada@example.com")
        await tab.page.locator("[name=topic]").first.check()
        await expect(field(tab, "email")).not_to_have_attribute("aria-invalid", "true")
        now.html["main"] = block(2)
        await tab.page.route("**/form/contact/", affect)
        await tab.page.locator("#slot form button").last.click()
        await expect(tab.page.locator("main b")).to_have_text("2")
        await expect(tab.page.locator("#slot")).to_have_text("None 2")
