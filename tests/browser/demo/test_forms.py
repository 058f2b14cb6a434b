"""The demo's forms, filled in by people: with a keyboard, with files, with rows, and without scripts."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, expect

from tests.browser.helpers.board import Enter, settled, visitors
from tests.browser.helpers.pages import Pages
from tests.browser.helpers.tab import Tab, on_shipped_htmx, on_shipped_htmx4
from tests.helpers.demo import Board, Visitor

pytestmark = on_shipped_htmx4


@pytest.fixture
def board(demo: str) -> Board:
    """Give a new board of Mara and Tomás."""
    return Visitor(demo).sign_in("mara").start_board("Work", "tomas")


@pytest.fixture
def card(demo: str, board: Board) -> int:
    """Give the only card on that board: "Plan", with "Ask" and "Write" to be done."""
    mara = Visitor(demo).sign_in("mara")
    key: int = mara.call("add_card", column_id=board.columns[0], title="Plan").result
    rows = {"checklist-TOTAL_FORMS": 2, "checklist-INITIAL_FORMS": 0}
    texts = {
        "checklist-0-text": "Ask",
        "checklist-0-ORDER": 1,
        "checklist-1-text": "Write",
        "checklist-1-ORDER": 2,
    }
    assert mara.post(f"/api/mizan/formset/checklist/?card_id={key}", {**rows, **texts}).status == 200
    return key


@pytest_asyncio.fixture(loop_scope="session")
async def enter(pages: Pages, demo: str, htmx: str) -> AsyncIterator[Enter]:
    """Give a function that opens a browser for somebody who has signed in; ``None`` is nobody."""
    async with visitors(pages, demo, htmx) as enter:
        yield enter


async def press(tab: Tab, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        await tab.page.keyboard.press(key)


async def test_signing_up_by_keyboard_with_a_taken_name(enter: Enter, htmx: str) -> None:
    tab = await enter(None, "/sign-up/")
    name = tab.page.get_by_label("User name")
    await tab.page.get_by_label("Your name").focus()
    await tab.page.keyboard.type("Noor Haddad")
    await press(tab, "Tab")
    await tab.page.keyboard.type("mara")
    await press(tab, "Tab")
    await expect(tab.page.get_by_text("“mara” is taken. “mara2” is free.")).to_be_visible()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(tab.page.get_by_text("This field is required.")).to_have_count(0)
    await expect(tab.page.get_by_label("Password")).to_be_focused()

    await press(tab, "Shift+Tab", "End")
    await tab.page.keyboard.type(f"-{htmx}")
    await expect(tab.page.get_by_text("is taken")).to_have_count(0)
    await expect(name).to_have_value(f"mara-{htmx}")
    await expect(name).to_be_focused()
    await press(tab, "Tab")
    await tab.page.keyboard.type("a-calm-lake-42")
    await press(tab, "Enter")
    await tab.page.wait_for_url(re.compile(r"/boards/1/$"))
    await expect(tab.page.locator(".account")).to_contain_text("Noor Haddad")
    await expect(tab.page.locator(".team")).to_contain_text("Noor Haddad")
    await expect(tab.page.locator("[data-htmx-version]")).to_contain_text(f"htmx {htmx}.")
    await settled(tab)


@on_shipped_htmx
async def test_a_message_is_sent_by_keyboard_and_stands_beside_the_form(enter: Enter) -> None:
    tab = await enter("yuki", "/contact/")
    await tab.page.get_by_label("Email").focus()
    await tab.page.keyboard.type("yuki@")
    async with tab.answered(422):
        await press(tab, "Enter")
    await expect(tab.page.get_by_role("status").filter(has_text="3 fields need attention")).to_be_visible()
    await expect(tab.page.get_by_label("Email")).to_be_focused()
    await tab.page.keyboard.type("example.org")
    await press(tab, "Tab", "Space", "ArrowDown")
    await expect(tab.page.get_by_label("Something broken")).to_be_checked()
    await press(tab, "Tab")
    await tab.page.keyboard.type("The export is empty.")
    await press(tab, "Tab", "Enter")
    await expect(tab.page.get_by_role("heading", name="Thank you, Yuki Brandt.")).to_be_visible()
    await expect(tab.block("messages;user_id=3")).to_contain_text("The export is empty.")


async def test_a_message_is_sent_without_scripts(enter: Enter) -> None:
    tab = await enter(None, "/contact/", java_script_enabled=False)
    await tab.page.get_by_label("Your name").fill("Ada")
    await tab.page.get_by_label("Email").fill("ada@home")
    await tab.page.get_by_label("An idea").check()
    await tab.page.get_by_label("Message", exact=True).fill("A calendar.")
    async with tab.forgive("422"):
        await tab.page.get_by_role("button", name="Send message").click()
        await expect(tab.page.get_by_text("Enter a valid email address.")).to_be_visible()
    await expect(tab.page.get_by_label("Message", exact=True)).to_have_value("A calendar.")
    await tab.page.get_by_label("Email").fill("ada@example.org")
    await tab.page.get_by_role("button", name="Send message").click()
    await expect(tab.page.get_by_text("Thank you. Your message has arrived.")).to_be_visible()


async def test_a_chosen_file_survives_a_refusal(enter: Enter, board: Board, card: int) -> None:
    tab = await enter("mara", board.path)
    await tab.page.get_by_role("link", name="Open Plan").click()
    await tab.page.wait_for_url(re.compile(rf"/cards/{card}/$"))
    form = tab.page.get_by_role("form", name="Details")
    notes: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Bring the list."}
    await form.get_by_label("Attachment").set_input_files(notes)
    await form.get_by_label("Title").fill("")
    async with tab.answered(422):
        await form.get_by_role("button", name="Save details").click()
    await expect(form.get_by_label("Title")).to_be_focused()
    await expect(form.get_by_role("status")).to_contain_text("1 field needs attention")
    chosen = await form.get_by_label("Attachment").evaluate("(input) => input.files[0]?.name")
    assert chosen == "notes.txt"

    await tab.page.keyboard.type("Plan the days")
    await press(tab, "Enter")
    await expect(form.get_by_role("status")).to_contain_text("Saved.")
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Plan the days")
    await expect(tab.page).to_have_title("Plan the days · Mizan")
    assert f"card;card_id={card}" in tab.refreshes
    async with tab.page.expect_download() as download:
        await form.get_by_role("link", name="notes.txt").click()
    assert (await (await download.value).path()).read_text() == "Bring the list."


@on_shipped_htmx
async def test_a_checklist_by_keyboard(enter: Enter, board: Board, card: int) -> None:
    tab = await enter("mara", f"/cards/{card}/")
    face = tab.page.locator(".card--still")
    form = tab.page.get_by_role("form", name="Checklist")
    texts = form.get_by_role("textbox")
    await expect(face).to_contain_text("0/ of 2")

    await form.get_by_role("button", name="Add another").focus()
    await press(tab, "Enter")
    await expect(texts).to_have_count(3)
    await press(tab, "Space", "Tab")
    await expect(texts.last).to_be_focused()
    await tab.page.keyboard.type("Send")
    await form.get_by_role("button", name="Move up Checklist 3").focus()
    await press(tab, "Enter", "Enter")
    await expect(texts.first).to_have_value("Send")
    await form.get_by_role("button", name="Remove Checklist 3").focus()
    await press(tab, "Enter")
    await expect(form.get_by_text("Will be removed.").filter(visible=True)).to_have_count(1)
    await form.get_by_role("button", name="Save checklist").focus()
    await press(tab, "Enter")
    await expect(form.get_by_role("status")).to_contain_text("Saved.")
    await expect(face).to_contain_text("1/ of 2")
    await expect(texts).to_have_count(2)
    assert [await text.input_value() for text in await texts.all()] == ["Send", "Ask"]

    await tab.page.get_by_role("link", name="Work", exact=True).click()
    await expect(tab.page.locator(".card .mark")).to_contain_text("1/ of 2")
    await settled(tab)
