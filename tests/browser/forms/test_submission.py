"""Sending a form: once, by keyboard as by mouse, with what is wrong or what came of it told to everybody."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.gates import closed_gate
from tests.site.models import Person

SUBMIT = "/form/contact/"


def field(tab: Tab, name: str) -> Locator:
    """Find a control by its name."""
    return tab.page.locator(f"form [name={name}]")


async def fill(tab: Tab, *, name: str = "Grace") -> None:
    """Fill the contact form in, without leaving its last field."""
    await field(tab, "name").fill(name)
    await field(tab, "topic").first.check()
    await field(tab, "email").fill("grace@example.org")


@on_every_htmx
async def test_by_keyboard_alone(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    keyboard = tab.page.keyboard
    await keyboard.press("Tab")
    await expect(field(tab, "name")).to_be_focused()
    await keyboard.type("Ada")
    async with tab.answered(422):
        await keyboard.press("Enter")
        await expect(field(tab, "name")).to_be_focused()
        await expect(field(tab, "name")).to_have_attribute("aria-invalid", "true")
    status = tab.page.get_by_role("status")
    await expect(status).to_contain_text("3 fields need attention")
    await expect(status.get_by_role("link")).to_have_text(["Name", "Email", "Topic"])

    await keyboard.type("bc")
    await expect(status).to_contain_text("2 fields need attention")
    await keyboard.press("Shift+Tab")
    await expect(status.get_by_role("link", name="Topic")).to_be_focused()
    await keyboard.press("Enter")
    await expect(field(tab, "topic").first).to_be_focused()
    await keyboard.press("Space")
    await expect(status).to_contain_text("1 field needs attention")
    await keyboard.press("Shift+Tab")
    await expect(field(tab, "email")).to_be_focused()
    await keyboard.type("ada@example.org")
    await expect(status).to_be_empty()
    await keyboard.press("Enter")
    await expect(status).to_have_text("Thank you.")
    await expect(status).to_be_focused()
    await expect(field(tab, "name")).to_have_value("")
    assert await Person.objects.filter(name="Adabc").acount() == 1


async def test_the_first_control_of_a_group_takes_the_focus(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "name").fill("Grace")
    await field(tab, "email").fill("grace@example.org")
    async with tab.answered(422):
        await field(tab, "email").press("Enter")
        await expect(field(tab, "topic").first).to_be_focused()
    await expect(tab.page.get_by_role("status")).to_contain_text("1 field needs attention")


async def test_what_concerns_the_whole_form_is_told_and_takes_the_focus(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await fill(tab)
    await field(tab, "message").fill("bad")
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Send").click()
        await expect(tab.page.get_by_role("status")).to_be_focused()
    await expect(tab.page.get_by_role("status")).to_have_text("The form needs attention")
    await expect(tab.page.locator("[data-mizan-errors] li")).to_have_text("That is no praise.")
    await field(tab, "message").fill("good")
    await expect(tab.page.locator("[data-mizan-errors] li")).to_have_count(0)
    await expect(tab.page.get_by_role("status")).to_be_empty()


async def test_a_form_on_its_way_is_busy_and_cannot_be_sent_again(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await fill(tab)
    button = tab.page.get_by_role("button", name="Send")
    form = tab.page.locator("form")
    with closed_gate() as gate:
        async with tab.page.expect_request("**" + SUBMIT):
            await button.dblclick()
        await expect(form).to_have_attribute("aria-busy", "true")
        await expect(button).to_be_disabled()
        await expect(button).to_have_attribute("aria-busy", "true")
        await expect(button).to_be_focused()
        await tab.page.keyboard.press("Enter")
        await tab.page.keyboard.press("Space")
        await field(tab, "email").press("Enter")
        await field(tab, "email").press("Enter")
        gate.set()
        await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")
    await expect(form).not_to_have_attribute("aria-busy", "true")
    await expect(button).to_be_enabled()
    assert tab.posts.count(SUBMIT) == 1
    assert await Person.objects.filter(name="Grace").acount() == 1


async def test_a_double_enter_sends_once(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await fill(tab)
    with closed_gate() as gate:
        await field(tab, "email").press("Enter")
        await field(tab, "email").press("Enter")
        gate.set()
        await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")
    assert tab.posts.count(SUBMIT) == 1
    assert await Person.objects.filter(name="Grace").acount() == 1


@on_every_htmx
async def test_what_was_typed_while_the_form_was_on_its_way_stays(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await fill(tab, name="Ada")
    with closed_gate() as gate:
        async with tab.page.expect_request("**" + SUBMIT):
            await field(tab, "email").press("Enter")
        await field(tab, "message").press_sequentially("More")
        async with tab.answered(422):
            gate.set()
            await expect(field(tab, "name")).to_have_attribute("aria-invalid", "true")
    await expect(field(tab, "message")).to_have_value("More")
    await expect(tab.page.locator(".errorlist li")).to_have_text(["That name is taken."])


async def test_a_form_can_be_sent_again_and_again(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    status = tab.page.get_by_role("status")
    for name in ("Grace", "Edsger", "Barbara"):
        await fill(tab, name=name)
        async with tab.answered(422):
            await field(tab, "low").fill("10")
            await field(tab, "low").press("Enter")
            await expect(status).to_contain_text("1 field needs attention")
        await field(tab, "low").fill("3")
        await field(tab, "low").press("Enter")
        await expect(status).to_have_text("Thank you.")
        await expect(field(tab, "low")).to_have_value("1")
        await expect(tab.page.locator(".errorlist")).to_have_count(0)
        assert await Person.objects.filter(name=name).acount() == 1


async def test_a_redirect_leads_on_and_refreshes(tab: Tab) -> None:
    await tab.open("/people/?cached=1")
    await tab.open("/forms/leave/")
    await field(tab, "name").fill("Grace")
    await field(tab, "name").press("Enter")
    await tab.page.wait_for_url("**/people/?cached=1")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


async def test_a_page_may_stop_the_form(tab: Tab) -> None:
    await tab.open("/forms/leave/")
    await tab.page.evaluate(
        """document.querySelector("form").addEventListener("submit", (event) => event.preventDefault(),
                                                           { once: true })"""
    )
    await field(tab, "name").fill("Grace")
    await field(tab, "name").press("Enter")
    await expect(tab.page.locator("form")).not_to_have_attribute("aria-busy", "true")
    assert tab.posts == []
    await field(tab, "name").press("Enter")
    await tab.page.wait_for_url("**/people/?cached=1")


async def test_a_boosted_page_changes_nothing(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await tab.page.evaluate(
        """() => {
            const main = document.querySelector("main");
            for (const name of ["hx-boost", "hx-boost:inherited"]) main.setAttribute(name, "true");
            htmx.process(main);
        }"""
    )
    async with tab.answered(422):
        await field(tab, "name").press("Enter")
        await expect(field(tab, "name")).to_be_focused()
        await expect(tab.page.get_by_role("status")).to_contain_text("3 fields need attention")
    assert tab.posts == [SUBMIT]


async def test_hx_confirm_can_say_no(tab: Tab) -> None:
    await tab.open("/forms/leave/")
    await tab.page.locator("form").evaluate("(form) => form.setAttribute('hx-confirm', 'Really?')")
    await field(tab, "name").fill("Grace")
    tab.page.once("dialog", lambda dialog: dialog.dismiss())
    await field(tab, "name").press("Enter")
    await expect(tab.page.locator("form")).not_to_have_attribute("aria-busy", "true")
    assert tab.posts == []
    tab.page.once("dialog", lambda dialog: dialog.accept())
    await field(tab, "name").press("Enter")
    await tab.page.wait_for_url("**/people/?cached=1")


@pytest.mark.parametrize("tag", ["button", "input type=image alt=Send"])
async def test_a_button_that_is_no_part_of_its_form_is_let_go_as_well(tab: Tab, tag: str) -> None:
    """With the form the page forgets whose it is."""
    await tab.open("/forms/contact/")
    await fill(tab)
    await tab.page.evaluate(
        """(tag) => {
            const { id } = document.querySelector("form");
            document.body.insertAdjacentHTML("beforeend", `<${tag} id="far" form="${id}">`);
        }""",
        tag,
    )
    far = tab.page.locator("#far")
    with closed_gate() as gate:
        async with tab.page.expect_request("**" + SUBMIT):
            await far.click()
        await expect(far).to_have_attribute("aria-disabled", "true")
        await far.click(force=True)
        gate.set()
        await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")
    for name in ("aria-disabled", "aria-busy"):
        assert await far.get_attribute(name) is None
    assert tab.posts.count(SUBMIT) == 1
