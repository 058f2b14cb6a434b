"""The demo, used while others use it: what one types and opens stays, and what is not up to date says so."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.helpers.board import (
    REFUSED,
    Enter,
    add,
    board_with_a_card,
    column,
    failing,
    here,
    settled,
    titles,
)
from tests.browser.helpers.tab import REPORT, Tab, on_shipped_htmx, on_shipped_htmx4
from tests.helpers.demo import Board, Visitor, serving

pytestmark = on_shipped_htmx4


@pytest.fixture
def tomas(demo: str) -> Visitor:
    """Give Tomás, who works on the same board elsewhere."""
    return Visitor(demo).sign_in("tomas")


def card_of(visitor: Visitor, board: Board) -> int:
    """Find the first card of a board."""
    cards: list[int] = visitor.read("column", column_id=board.columns[0])["card_ids"]
    return cards[0]


@on_shipped_htmx
async def test_what_somebody_else_changed_can_be_taken(enter: Enter, board: Board, tomas: Visitor) -> None:
    tab, card = await enter("mara", board.path), card_of(tomas, board)
    await titles(tab, board, 0).click()
    title = tab.page.get_by_role("textbox", name="Title")
    await title.fill("Plan with care")
    hint = tab.page.locator(f"#card-{card} .changed")
    await expect(hint.locator("span")).to_be_hidden()

    tomas.call("rename_card", card_id=card, title="Plan B")
    await expect(hint).to_have_text(re.compile("Somebody changed this to Plan B"))
    await expect(titles(tab, board, 0)).to_contain_text(["Plan B"])
    await expect(title).to_have_value("Plan with care")
    await expect(title).to_be_focused()
    # Another refresh, of the column around it, leaves it said.
    tomas.call("add_card", column_id=board.columns[0], title="Build")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan B", "Build"])
    await expect(hint).to_have_text(re.compile("Somebody changed this to Plan B"))

    await tab.page.get_by_role("button", name="Take it").click()
    await expect(title).to_have_value("Plan B")
    await expect(title).to_be_focused()
    await expect(hint.locator("span")).to_be_hidden()


@on_shipped_htmx
async def test_nothing_moves_under_an_open_question(enter: Enter, board: Board, tomas: Visitor) -> None:
    tab = await enter("mara", board.path)
    await titles(tab, board, 0).click()
    await tab.page.get_by_role("button", name="Delete …").click()
    question = tab.page.get_by_role("dialog", name="Delete Plan?")
    await expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    tomas.call("add_card", column_id=board.columns[0], title="Build")
    await expect(tab.block(f"column;column_id={board.columns[0]}")).to_have_class(re.compile("mizan-stale"))
    await expect(tab.block(f"progress;board_id={board.pk}")).to_have_text(re.compile("0 of 2 done"))
    await expect(titles(tab, board, 0)).to_have_count(1)

    await tab.page.keyboard.press("Enter")
    await expect(question).to_be_hidden()
    await expect(titles(tab, board, 0)).to_contain_text(["Plan", "Build"])
    await expect(tab.page.get_by_role("button", name="Delete …")).to_be_focused()


async def test_changes_are_said_to_those_who_listen(enter: Enter, board: Board, tomas: Visitor) -> None:
    tab = await enter("mara", board.path)
    tomas.call("assign_card", card_id=card_of(tomas, board), assignee_id=1)
    said = tab.page.locator("#mizan-announcements")
    await expect(said).to_have_text(re.compile("Notifications updated"))
    await expect(said).to_have_text(re.compile("Board updated"))


async def test_the_activity_below_the_fold_is_fetched_when_it_is_scrolled_to(
    enter: Enter, board: Board, tomas: Visitor
) -> None:
    for title in ("One", "Two", "Three", "Four"):
        tomas.call("add_card", column_id=board.columns[0], title=title)
    tab = await enter("mara", board.path, viewport={"width": 390, "height": 300})
    activity = tab.block(f"activity;board_id={board.pk}")
    await expect(activity).to_contain_text("One moment")
    assert tab.refreshes == []
    await activity.scroll_into_view_if_needed()
    await expect(activity).to_contain_text("added Four to To do")
    await settled(tab)


async def test_another_tab_of_the_browser_hears_of_it(enter: Enter, board: Board) -> None:
    mara = await enter("mara", board.path)
    other = Tab(await mara.page.context.new_page(), mara.address)
    await other.open(board.path)
    await settled(other)
    await mara.page.bring_to_front()
    await add(mara, board, "Build")
    await other.page.bring_to_front()
    await expect(titles(other, board, 0)).to_contain_text(["Plan", "Build"])
    await expect(other.page.get_by_text("You changed something in another tab.")).to_be_visible()
    await other.page.close()


async def test_who_has_signed_out_elsewhere_signs_in_and_sends_it_again(
    enter: Enter, board: Board, tomas: Visitor
) -> None:
    tab = await enter("mara", board.path)
    notice = tab.page.locator(".mizan-session")
    await tab.page.context.clear_cookies(name="mizan_demo_session")
    await column(tab, board, 0).get_by_label("New card").fill("Build")
    async with failing(tab, REFUSED):
        await tab.page.keyboard.press("Enter")
        await expect(notice).to_contain_text("You are not signed in.")
    await expect(tab.page.locator(".mizan-failure")).to_have_count(0)
    async with tab.page.context.expect_page() as opened:
        await notice.get_by_role("link", name="Sign in").click()
    door = await opened.value
    await door.locator('form[action="/sign-in/as/1/"] button').click()
    await door.wait_for_url(tab.address + board.path)
    await door.close()

    await tab.page.bring_to_front()
    await notice.get_by_role("button", name="Send again").click()
    await expect(titles(tab, board, 0)).to_contain_text(["Plan", "Build"])
    await expect(column(tab, board, 0).get_by_label("New card")).to_have_value("")
    await expect(here(tab)).to_contain_text(["Mara Lindqvist"])
    tomas.call("add_card", column_id=board.columns[0], title="Ship")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan", "Build", "Ship"])


async def test_what_could_not_be_refreshed_is_marked_until_it_is(enter: Enter, tmp_path: Path) -> None:
    with ExitStack() as running:
        address = running.enter_context(serving(tmp_path))
        board = board_with_a_card(address)
        tab = await enter("mara", board.path, address=address)
        running.pop_all().close()
        progress = tab.block(f"progress;board_id={board.pk}")
        await tab.invalidate("progress")
        await expect(progress).to_have_attribute("data-mizan-error", "0")
        await expect(progress).to_have_css("outline-style", "dashed")
        await expect(progress).to_contain_text("0 of 1 done")
        running.enter_context(serving(tmp_path, port=int(address.rpartition(":")[2])))
        await expect(progress).not_to_have_attribute("data-mizan-error", "0", timeout=40_000)
        await expect(progress).to_have_css("outline-style", "none")
        await tab.page.close()
    await tab.forget(REPORT, "WebSocket connection", "ERR_CONNECTION_REFUSED", "htmx:")
