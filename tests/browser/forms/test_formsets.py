"""Formsets: rows come, go and change places, and the server gets what stands on the page."""

from typing import Any

from playwright.async_api import Locator, expect

from tests.browser.helpers.clobbering import LAY, READ, UNREAD
from tests.browser.helpers.tab import Tab, on_every_htmx, on_one_htmx
from tests.site.models import Card, Person


def rows(tab: Tab) -> Locator:
    """Find the rows that are not marked as deleted."""
    return tab.page.locator("[data-mizan-row]").filter(has=tab.page.locator("[data-mizan-row-body]:visible"))


def field(tab: Tab, name: str) -> Locator:
    """Find a control by its name."""
    return tab.page.locator(f'form [name="{name}"]')


async def texts(tab: Tab) -> list[str]:
    """List what stands in the first fields of the rows, in order."""
    values: list[str] = (
        await rows(tab)
        .locator("input[name$=-text], input[name$=-title]")
        .evaluate_all("(inputs) => inputs.map((input) => input.value)")
    )
    return values


async def press(tab: Tab, row: int, button: str) -> None:
    """Press a button of a row."""
    await rows(tab).nth(row).get_by_role("button", name=button).click()


async def expect_consistent(tab: Tab) -> None:
    """Expect numbers without gaps, unique ids, and labels and descriptions that lead somewhere."""
    state: dict[str, Any] = await tab.page.evaluate(
        """() => {
            const all = (selector) => [...document.querySelectorAll(selector)];
            const ids = all("[id]").map(({ id }) => id);
            const leads = ["for", "aria-describedby", "aria-labelledby"].flatMap((name) =>
                all(`form [${name}]`).flatMap((element) => element.getAttribute(name).split(" ")));
            const prefixes = all("[data-mizan-row]").map((row) => row.dataset.mizanRow);
            const numbers = prefixes.map((prefix) => Number(prefix.match(/\\d+$/)[0]));
            return {
                twice: ids.filter((id, at) => ids.indexOf(id) !== at),
                lost: leads.filter((id) => !document.getElementById(id)),
                numbers: numbers.sort((one, other) => one - other),
                total: Number(document.querySelector("[name$=-TOTAL_FORMS]").value),
                wrong: all("[data-mizan-row]").flatMap((row) => [...row.elements].map(({ name }) => name)
                    .filter((name) => name && !name.startsWith(row.dataset.mizanRow + "-"))),
            };
        }"""
    )
    total = state["total"]
    assert state == {"twice": [], "lost": [], "numbers": list(range(total)), "total": total, "wrong": []}


@on_one_htmx
async def test_rows_are_added_up_to_the_limit_and_removed_down_to_it(tab: Tab) -> None:
    await tab.open("/formsets/step/")
    add = tab.page.get_by_role("button", name="Add another")
    await expect(rows(tab)).to_have_count(2)
    await add.click()
    await expect(field(tab, "step-2-text")).to_be_focused()
    await add.click()
    await expect(rows(tab)).to_have_count(4)
    await expect(add).to_be_hidden()
    await expect(rows(tab).locator("legend")).to_have_text([f"Step {number}" for number in (1, 2, 3, 4)])
    await expect_consistent(tab)
    for left in (3, 2, 1):
        await press(tab, 0, "Remove")
        await expect(rows(tab)).to_have_count(left)
        await expect_consistent(tab)
    await expect(tab.page.get_by_role("button", name="Remove")).to_be_hidden()
    await expect(field(tab, "step-0-text")).to_be_focused()
    await expect(add).to_be_visible()


@on_one_htmx
async def test_rows_come_and_go_beside_controls_of_any_name(tab: Tab) -> None:
    await tab.open("/formsets/step/")
    await tab.page.evaluate(LAY, ["form", [*UNREAD, *READ]])
    # In the page: Playwright's own checks read such a form as htmx does.
    counts: list[int] = await tab.page.evaluate(
        """() => ["[data-mizan-add]", "[data-mizan-add]", "[data-mizan-remove]"].map((button) => {
            document.querySelector(`form ${button}`).click();
            return document.querySelectorAll("[data-mizan-row]").length;
        })"""
    )
    assert counts == [3, 4, 3]
    await expect_consistent(tab)


@on_one_htmx
async def test_any_sequence_leaves_the_formset_in_order(tab: Tab) -> None:
    await tab.open("/formsets/step/")
    add = tab.page.get_by_role("button", name="Add another")
    await field(tab, "step-0-text").fill("one")
    await field(tab, "step-1-text").fill("two")
    await add.click()
    await tab.page.keyboard.type("three")
    await press(tab, 1, "Remove")
    assert await texts(tab) == ["one", "three"]
    await expect(rows(tab).nth(1).get_by_role("button", name="Remove Step 2")).to_be_focused()
    await add.click()
    await tab.page.keyboard.type("four")
    await press(tab, 2, "Move up")
    await expect(rows(tab).nth(1).get_by_role("button", name="Move up")).to_be_focused()
    await tab.page.keyboard.press("Enter")
    await press(tab, 2, "Move up")
    assert await texts(tab) == ["four", "three", "one"]
    await press(tab, 0, "Remove")
    await add.click()
    await tab.page.keyboard.type("five")
    await add.click()  # and left empty
    await press(tab, 3, "Move up")
    assert await texts(tab) == ["three", "one", "", "five"]
    await expect_consistent(tab)
    await tab.page.get_by_role("button", name="Submit").click()
    await expect(tab.page.get_by_role("status")).to_have_text("Planned.")
    plan = [person.name async for person in Person.objects.filter(pk__gt=6).order_by("pk")]
    assert plan == ["three", "one", "five"]


@on_every_htmx
async def test_errors_show_in_their_row_and_stay_with_it(tab: Tab) -> None:
    await tab.open("/formsets/step/")
    await field(tab, "step-0-text").fill("one")
    await tab.page.get_by_role("button", name="Add another").click()
    await field(tab, "step-2-hours").fill("9")
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(field(tab, "step-2-text")).to_be_focused()
    status = tab.page.get_by_role("status")
    await expect(status).to_contain_text("2 fields need attention")
    await expect(status.get_by_role("link")).to_have_text(["Step 3: Text", "Step 3: Hours"])
    wrong = tab.page.locator("[data-mizan-row=step-2] .errorlist li")
    await expect(wrong).to_have_count(2)
    await press(tab, 1, "Remove")
    await expect(tab.page.locator("[data-mizan-row=step-1] .errorlist li")).to_have_count(2)
    await expect_consistent(tab)
    await expect(field(tab, "step-1-hours")).to_have_value("9")
    await field(tab, "step-1-hours").fill("8")
    await expect(tab.page.locator(".errorlist li")).to_have_text(["This field is required."])
    await field(tab, "step-1-text").fill("two")
    await expect(tab.page.locator(".errorlist li")).to_have_count(0)


async def test_errors_find_the_rows_that_have_moved(tab: Tab) -> None:
    await tab.open("/formsets/step/")
    await field(tab, "step-0-text").fill("one")
    await field(tab, "step-1-text").fill("two")
    await tab.page.get_by_role("button", name="Add another").click()
    await tab.page.keyboard.type("three")
    await press(tab, 2, "Move up")
    await press(tab, 1, "Move up")
    assert await texts(tab) == ["three", "one", "two"]
    await field(tab, "step-0-hours").fill("9")
    await field(tab, "step-0-hours").blur()
    await expect(tab.page.locator(".errorlist li")).to_have_count(1)
    await expect(tab.page.locator("[data-mizan-row=step-0] .errorlist li")).to_have_count(1)
    assert await texts(tab) == ["three", "one", "two"]
    await expect_consistent(tab)
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(field(tab, "step-0-hours")).to_be_focused()
    assert await texts(tab) == ["three", "one", "two"]
    await expect(tab.page.locator("[data-mizan-rows]")).to_have_count(1)


async def test_what_concerns_all_rows_is_told_over_them(tab: Tab) -> None:
    await tab.open("/formsets/step/")
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(tab.page.locator("[data-mizan-errors=__all__] li")).to_have_count(1)
    await field(tab, "step-0-text").fill("one")
    await field(tab, "step-0-text").press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Planned.")


async def test_rows_that_the_server_has_are_marked_and_can_be_brought_back(tab: Tab) -> None:
    await tab.open("/formsets/card/")
    assert await texts(tab) == ["Plan", "Build", "Ship"]
    await press(tab, 1, "Remove")
    await expect(rows(tab)).to_have_count(2)
    undo = tab.page.get_by_role("button", name="Undo")
    await expect(undo).to_be_focused()
    await expect(rows(tab).locator("legend")).to_have_text(["Card 1", "Card 2"])
    await undo.press("Enter")
    await expect(field(tab, "card-1-title")).to_be_focused()
    assert await texts(tab) == ["Plan", "Build", "Ship"]
    await press(tab, 0, "Remove")
    await tab.page.get_by_role("button", name="Add another").click()
    await tab.page.keyboard.type("Sell")
    await field(tab, "card-2-title").fill("Deliver")
    await expect_consistent(tab)
    await tab.page.get_by_role("button", name="Submit").click()
    await expect(tab.page.get_by_role("status")).to_have_text("Saved.")
    assert await texts(tab) == ["Build", "Deliver", "Sell"]
    assert [card.title async for card in Card.objects.order_by("pk")] == ["Build", "Deliver", "Sell"]
    await expect(tab.page.locator("#count")).to_have_text("3")


async def test_a_deleted_row_stays_deleted_through_a_refusal(tab: Tab) -> None:
    await tab.open("/formsets/card/")
    await press(tab, 0, "Remove")
    await field(tab, "card-1-title").fill("")
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(field(tab, "card-1-title")).to_be_focused()
    assert await texts(tab) == ["", "Ship"]
    await field(tab, "card-1-title").fill("Build")
    await field(tab, "card-1-title").press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Saved.")
    assert [card.title async for card in Card.objects.order_by("pk")] == ["Build", "Ship"]


@on_one_htmx
async def test_by_keyboard_alone(tab: Tab) -> None:
    await tab.open("/formsets/step/")
    keyboard = tab.page.keyboard
    await field(tab, "step-0-text").focus()
    await keyboard.type("one")
    for key in ("Tab", "Tab"):
        await keyboard.press(key)
    await expect(rows(tab).nth(0).get_by_role("button", name="Move up Step 1")).to_be_focused()
    await expect(rows(tab).nth(0).get_by_role("button", name="Move up Step 1")).to_be_disabled()
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(rows(tab).nth(1).get_by_role("button", name="Move down Step 2")).to_be_focused()
    assert await texts(tab) == ["", "one"]
    await keyboard.press("Tab")
    await keyboard.press("Space")
    await expect(rows(tab)).to_have_count(1)
    assert await texts(tab) == [""]
    await expect(field(tab, "step-0-text")).to_be_focused()
