"""A form is checked while it is filled in, and nothing that a person does gets lost by it."""

import re

from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab, on_every_htmx, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate
from tests.site.models import Person

pytestmark = on_one_htmx

CHECK = "/form/contact/validate/"


def field(tab: Tab, name: str) -> Locator:
    """Find a control by its name."""
    return tab.page.locator(f"form [name={name}]")


def errors(tab: Tab, name: str = "") -> Locator:
    """Find the errors that are shown for a field, or for all of them."""
    return tab.page.locator((f"[data-mizan-field={name}] " if name else "form ") + ".errorlist li")


@on_every_htmx
async def test_a_field_that_was_left_shows_its_error_and_others_stay_quiet(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "name").focus()
    await tab.page.keyboard.press("Tab")
    await expect(errors(tab)).to_have_text(["This field is required."])
    await expect(field(tab, "name")).to_have_attribute("aria-invalid", "true")
    described = await field(tab, "name").get_attribute("aria-describedby")
    assert described is not None
    for each in described.split():
        await expect(tab.page.locator(f"#{each}")).to_have_count(1)
    await expect(field(tab, "email")).to_be_focused()
    await expect(field(tab, "email")).not_to_have_attribute("aria-invalid", "true")
    assert tab.posts == [CHECK]


async def test_a_change_is_checked_at_once(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "email").fill("nonsense")
    await field(tab, "email").dispatch_event("change")
    await expect(errors(tab, "email")).to_have_text("Enter a valid email address.")
    await field(tab, "email").fill("ada@example.org")
    await expect(errors(tab)).to_have_count(0)
    await expect(field(tab, "email")).not_to_have_attribute("aria-invalid", "true")
    await expect(field(tab, "email")).to_have_value("ada@example.org")


async def test_typing_in_a_field_that_was_not_left_asks_nothing(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "email").press_sequentially("nonsense")
    await field(tab, "name").focus()  # leaves it, which asks once
    await expect(errors(tab)).to_have_count(1)
    assert tab.posts == [CHECK]


async def test_the_caret_stays_where_it_is_while_errors_come_and_go(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    name = field(tab, "name")
    await name.fill("Ada")
    await name.dispatch_event("change")
    await expect(errors(tab, "name")).to_have_text("That name is taken.")
    await name.evaluate("(input) => { input.same = true; input.setSelectionRange(1, 1); }")
    await tab.page.keyboard.type("bc")
    await expect(errors(tab, "name")).to_have_count(0)
    await expect(name).to_have_value("Abcda")
    await expect(name).to_be_focused()
    assert await name.evaluate("(input) => [input.same, input.selectionStart]") == [True, 3]


async def test_fields_that_depend_on_each_other_are_checked_together(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "high").fill("5")
    await field(tab, "high").blur()
    await field(tab, "low").fill("7")
    await field(tab, "low").blur()
    await expect(errors(tab, "high")).to_have_text("Must not be below the other.")
    await field(tab, "low").fill("3")
    await expect(errors(tab)).to_have_count(0)


async def test_the_form_as_a_whole_is_judged_when_every_field_was_left(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "topic").first.check()
    await field(tab, "message").fill("bad")
    await field(tab, "name").fill("Grace")
    await field(tab, "low").fill("2")
    await field(tab, "high").fill("3")
    await field(tab, "high").blur()
    await expect(errors(tab)).to_have_count(0)
    await field(tab, "email").fill("grace@example.org")
    await field(tab, "email").blur()
    await expect(tab.page.locator("[data-mizan-errors] li")).to_have_text("That is no praise.")


async def test_one_check_is_under_way_and_what_changes_meanwhile_makes_one_more(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    with closed_gate() as gate:
        async with tab.page.expect_request("**/validate/"):
            await field(tab, "name").fill("Ada")
            await field(tab, "name").blur()
        for value in ("a", "b", "c"):
            await field(tab, "email").fill(value)
            await field(tab, "email").blur()
        await field(tab, "message").focus()
        assert tab.posts == [CHECK]
        gate.set()
        await expect(errors(tab, "name")).to_have_text("That name is taken.")
    await expect(errors(tab, "email")).to_have_text("Enter a valid email address.")
    assert tab.posts == [CHECK, CHECK]


async def test_an_answer_that_is_older_than_the_typing_is_dropped(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await tab.page.evaluate(
        """() => {
            window.seen = [];
            const look = () => seen.push(document.body.innerText);
            new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
        }"""
    )
    with closed_gate() as gate:
        async with tab.page.expect_request("**/validate/"):
            await field(tab, "name").fill("Ada")
            await field(tab, "name").dispatch_event("change")
        await field(tab, "name").fill("Grace")
        await field(tab, "email").focus()
        async with tab.page.expect_request("**/validate/"):
            gate.set()
        await field(tab, "topic").first.focus()
    await expect(errors(tab)).to_have_text(["This field is required."])
    assert await tab.page.evaluate("seen.filter((text) => text.includes('taken'))") == []


@on_newest_htmx
async def test_sending_the_form_drops_the_check(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    with closed_gate() as gate:
        async with tab.page.expect_request("**/validate/"):
            await field(tab, "name").fill("Ada")
            await field(tab, "name").blur()
        async with tab.answered(422):
            async with tab.page.expect_event("requestfailed"), tab.page.expect_request("**/form/contact/"):
                await tab.page.get_by_role("button", name="Send").click()
            gate.set()
            await expect(errors(tab, "email")).to_have_text("This field is required.")
    assert tab.posts == [CHECK, "/form/contact/"]


async def test_a_group_is_one_field(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "topic").first.focus()
    await tab.page.keyboard.press("Tab")
    await expect(errors(tab)).to_have_text(["This field is required."])
    await field(tab, "topic").last.check()
    await expect(errors(tab)).to_have_count(0)
    await expect(field(tab, "topic").last).to_be_checked()


async def test_parts_of_one_field_are_left_together(tab: Tab) -> None:
    await tab.open("/forms/event/")
    await field(tab, "day_month").select_option("2")
    await field(tab, "day_day").select_option("30")
    await field(tab, "day_year").focus()
    assert tab.posts == []
    await field(tab, "day_year").select_option("2030")
    await field(tab, "place").focus()
    await expect(errors(tab)).to_have_text(["Enter a valid date."])
    await field(tab, "day_day").select_option("28")
    await expect(errors(tab)).to_have_count(0)
    await expect(field(tab, "day_month")).to_have_value("2")


async def test_a_click_that_an_error_would_push_away_arrives(tab: Tab) -> None:
    """The field is left by the press, and its error moves the button before the release."""
    await tab.open("/forms/contact/")
    await field(tab, "name").fill("Ada")
    button = tab.page.get_by_role("button", name="Send")
    await button.scroll_into_view_if_needed()
    await button.hover()
    async with tab.answered(422):
        async with tab.page.expect_response("**/validate/") as response:
            await tab.page.mouse.down()
        await (await response.value).finished()
        await tab.page.mouse.up()
        await expect(errors(tab)).to_have_count(3)
    assert tab.posts == [CHECK, "/form/contact/"]


@on_newest_htmx
async def test_a_form_that_arrives_later_is_checked_too(tab: Tab) -> None:
    await tab.open("/forms/contact/?arrive")
    await tab.page.locator("#bring").click()
    await field(tab, "name").fill("Ada")
    await field(tab, "name").blur()
    await expect(errors(tab, "name")).to_have_text("That name is taken.")
    assert await tab.page.locator("form").evaluate("(form) => form.noValidate")


async def test_a_form_without_live_validation_asks_nothing(tab: Tab) -> None:
    await tab.open("/forms/leave/")
    await field(tab, "name").focus()
    await tab.page.keyboard.press("Tab")
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(errors(tab, "name")).to_have_text("This field is required.")
    assert tab.posts == ["/form/leave/"]


async def test_what_a_script_added_stays(tab: Tab) -> None:
    """A widget that hides a control behind one of its own, and marks it with a class."""
    await tab.open("/forms/contact/")
    await field(tab, "email").evaluate(
        """(input) => {
            input.classList.add("enhanced");
            input.insertAdjacentHTML("afterend",
                '<div class="widget"><input aria-label="Mail"></div><output data-mizan-keep>0</output>');
        }"""
    )
    await field(tab, "email").focus()
    await field(tab, "message").focus()
    await expect(errors(tab, "email")).to_have_text("This field is required.")
    await expect(field(tab, "email")).to_have_class("enhanced")
    await expect(tab.page.locator(".widget input, output[data-mizan-keep]")).to_have_count(2)


async def test_the_window_may_lose_the_focus_without_a_field_being_left(tab: Tab) -> None:
    await tab.open("/forms/contact/")
    await field(tab, "name").focus()
    await field(tab, "name").dispatch_event("focusout", {"bubbles": True})
    await field(tab, "message").fill("x")
    await field(tab, "email").focus()
    async with tab.page.expect_response("**/validate/"):
        await field(tab, "low").focus()
    await expect(errors(tab, "email")).to_have_count(1)
    await expect(errors(tab, "name")).to_have_count(1)  # left by now
    assert await Person.objects.acount() == 2


@on_newest_htmx
async def test_a_crispy_layout_is_merged_like_any_other(tab: Tab) -> None:
    await tab.open("/forms/crispy/")
    name, low, high = (field(tab, each) for each in ("name", "low", "high"))
    await name.evaluate("(input) => { input.same = true; }")
    await name.focus()
    await low.fill("7")
    await expect(name).to_have_class(re.compile("is-invalid"))
    wrong = tab.page.locator(".invalid-feedback")
    await expect(wrong).to_have_text(["This field is required."])
    await high.fill("5")
    await high.blur()
    await expect(wrong).to_have_text(["This field is required.", "Must not be below the other."])
    await name.fill("Grace")
    await low.fill("4")
    await expect(wrong).to_have_count(0)
    await expect(name).not_to_have_class(re.compile("is-invalid"))
    async with tab.answered(422):
        await low.press("Enter")
        await expect(field(tab, "topic").first).to_be_focused()
    await expect(wrong).to_have_count(2)
    await field(tab, "topic").first.check()
    await expect(wrong).to_have_count(1)
    await field(tab, "agree").check()
    await expect(wrong).to_have_count(0)
    assert await name.evaluate("(input) => input.same")
    await low.press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Done.")
