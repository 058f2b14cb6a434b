"""Forms inside of blocks: a refresh brings the rest of the block up to date, and leaves the typing alone."""

from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.gates import closed_gate
from tests.site.models import Person


def name(tab: Tab) -> Locator:
    """Find the form's one field."""
    return tab.page.locator("form [name=name]")


async def rename(text: str) -> None:
    """Change what the block shows, as somebody else."""
    await Person.objects.filter(pk=5).aupdate(name=text)


@on_every_htmx
async def test_a_refresh_leaves_a_half_filled_form_alone(tab: Tab) -> None:
    await tab.open("/cards/5/")
    await expect(name(tab)).to_have_value("Ada")
    await name(tab).fill("Augusta")
    await name(tab).evaluate("(input) => { input.same = true; input.setSelectionRange(2, 2); }")
    for times, text in enumerate(("Grace", "Edsger"), start=1):
        await rename(text)
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshed", times)
        await expect(tab.page.locator("#card h2")).to_have_text(text)
        await tab.page.keyboard.type("-")
        await expect(name(tab)).to_have_value("Au" + "-" * times + "gusta")
        await expect(name(tab)).to_be_focused()
    assert await name(tab).evaluate("(input) => input.same")

    await name(tab).fill("Barbara")
    await name(tab).press("Enter")
    await expect(tab.page.locator("#card h2")).to_have_text("Barbara")
    await expect(tab.page.get_by_role("status")).to_have_text("Saved.")
    await expect(name(tab)).to_have_value("Barbara")


async def test_without_move_before_the_focus_and_the_caret_come_back(tab: Tab) -> None:
    """In browsers that cannot move an element without taking it out."""
    await tab.page.add_init_script("delete Element.prototype.moveBefore")
    await tab.open("/cards/5/")
    await name(tab).fill("Augusta")
    await name(tab).evaluate("(input) => input.setSelectionRange(2, 2)")
    await tab.invalidate("user", user_id=5)
    await tab.happens("refreshed", 1)
    await tab.page.keyboard.type("-")
    await expect(name(tab)).to_have_value("Au-gusta")


async def test_a_refresh_renews_a_form_that_nobody_has_touched(tab: Tab) -> None:
    await tab.open("/cards/5/")
    await rename("Grace")
    await tab.invalidate("user", user_id=5)
    await expect(name(tab)).to_have_value("Grace")


async def test_what_the_form_has_to_say_outlives_the_refresh_that_it_causes(tab: Tab) -> None:
    await tab.open("/cards/5/")
    for times, text in enumerate(("Grace", "Edsger"), start=1):
        await name(tab).fill(text)
        await name(tab).press("Enter")
        await expect(tab.page.locator("#card h2")).to_have_text(text)
        await tab.happens("refreshed", times)
        await expect(name(tab)).to_have_value(text)
        await expect(tab.page.get_by_role("status")).to_have_text("Saved.")
        await expect(tab.page.get_by_role("status")).to_be_focused()
    assert tab.refreshes == ["user;user_id=5"] * 2


async def test_a_form_on_its_way_stays_and_gets_its_answer(tab: Tab) -> None:
    await tab.open("/cards/5/")
    await name(tab).fill("")
    await tab.page.evaluate(
        """() => {
            // An answer that comes after the refresh.
            const open = XMLHttpRequest.prototype.open, { fetch } = window;
            const slow = new Promise((resolve) => addEventListener("mizan:refreshed", resolve));
            window.fetch = async (url, options) => {
                if (options.method === "POST" && !url.includes("validate")) await slow;
                return fetch(url, options);
            };
            const { send } = XMLHttpRequest.prototype;
            XMLHttpRequest.prototype.open = function (method, ...rest) {
                this.isPost = method === "POST";
                return open.call(this, method, ...rest);
            };
            XMLHttpRequest.prototype.send = function (body) {
                if (this.isPost) slow.then(() => send.call(this, body));
                else send.call(this, body);
            };
        }"""
    )
    async with tab.answered(422):
        await name(tab).press("Enter")
        await expect(tab.page.locator("form")).to_have_attribute("aria-busy", "true")
        await tab.invalidate("user", user_id=5)
        await expect(tab.page.locator(".errorlist li")).to_have_text("This field is required.")
    await expect(name(tab)).to_be_focused()
    await expect(tab.page.locator("form")).not_to_have_attribute("aria-busy", "true")


async def test_a_refresh_under_way_when_the_typing_begins_loses_nothing(tab: Tab) -> None:
    await tab.open("/cards/5/")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshing", 1)
        await name(tab).fill("Augusta")
        gate.set()
        await tab.happens("refreshed", 1)
    await expect(name(tab)).to_have_value("Augusta")


async def test_a_block_inside_a_form_leaves_what_was_filled_in(tab: Tab) -> None:
    await tab.open("/cards/5/?inside")
    await tab.page.locator("#nick").fill("Augusta")
    await tab.page.locator("#nick").evaluate("(input) => { input.same = true; }")
    await rename("Grace")
    await tab.invalidate("user", user_id=5)
    await expect(tab.page.locator("#inside b")).to_have_text("Grace")
    await expect(tab.page.locator("#nick")).to_have_value("Augusta")
    await expect(tab.page.locator("#other")).to_have_value("Grace")
    await expect(tab.page.locator("#nick")).to_be_focused()


async def test_the_same_form_outside_of_the_block_is_another_one(tab: Tab) -> None:
    await tab.open("/cards/5/?twice")
    outside, inside = name(tab).first, tab.page.locator("#card [name=name]")
    await outside.fill("Augusta")
    await rename("Grace")
    await tab.invalidate("user", user_id=5)
    await expect(inside).to_have_value("Grace")
    await expect(outside).to_have_value("Augusta")
    await inside.fill("Edsger")
    await rename("Barbara")
    await tab.invalidate("user", user_id=5)
    await expect(tab.page.locator("#card h2")).to_have_text("Barbara")
    await expect(inside).to_have_value("Edsger")
    await expect(outside).to_have_value("Augusta")
