"""The demo, used by several people at once: what one does the others see, and press nothing for it."""

import re
from contextlib import ExitStack
from pathlib import Path

from playwright.async_api import Browser, Locator, expect

from tests.browser.helpers.board import (
    Enter,
    add,
    board_with_a_card,
    call_oneself,
    column,
    here,
    open_chat,
    said,
    say,
    settled,
    titles,
)
from tests.browser.helpers.tab import REPORT, Tab, on_shipped_htmx, on_shipped_htmx4
from tests.helpers.demo import Board, Visitor, serving

pytestmark = on_shipped_htmx4

AWAY = f"WebSocket connection to .* failed|ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED)|htmx:|{REPORT}"


def state(tab: Tab, name: str) -> Locator:
    """Find the page if its socket is in this state."""
    return tab.page.locator(f'html[data-mizan-socket="{name}"]')


@on_shipped_htmx
async def test_what_one_does_the_other_sees(enter: Enter, board: Board) -> None:
    mara, tomas = await enter("mara", board.path), await enter("tomas", board.path)
    await column(mara, board, 0).get_by_role("button", name="To the column on the right").click()
    await expect(titles(tomas, board, 1)).to_contain_text(["Plan"])
    await expect(titles(tomas, board, 0)).to_have_count(0)
    await expect(tomas.block(f"activity;board_id={board.pk}")).to_contain_text("Mara Lindqvist moved Plan to")

    await mara.page.locator("h1").click()
    await mara.page.get_by_role("textbox", name="Title").fill("Work together")
    await mara.page.keyboard.press("Enter")
    await expect(tomas.page.locator("h1")).to_contain_text("Work together")
    await expect(tomas.page).to_have_title("Work together · Mizan")
    await expect(tomas.page.locator("#panel-header")).to_have_text(f"board;board_id={board.pk}")
    await expect(tomas.page.locator("#panel")).to_contain_text("Somebody else did something.")
    await expect(mara.page.locator("#panel")).to_contain_text("You changed something.")
    assert tomas.posts == [], "Tomás has done nothing"

    await tomas.page.locator(".assignee").click()
    await tomas.page.locator(".picker").get_by_role("button", name="Mara Lindqvist").click()
    await expect(mara.page.locator(".assignee")).to_contain_text("Mara Lindqvist")
    await expect(mara.page.locator("#bell .badge")).to_be_visible()


async def test_ones_own_change_is_not_fetched_twice(enter: Enter, board: Board) -> None:
    mara, tomas = await enter("mara", board.path), await enter("tomas", board.path)
    await settled(mara)
    await add(mara, board, "Build")
    await expect(titles(tomas, board, 0)).to_contain_text(["Plan", "Build"])
    await add(mara, board, "Ship")
    await expect(titles(tomas, board, 0)).to_contain_text(["Plan", "Build", "Ship"])
    key = f"column;column_id={board.columns[0]}"
    assert (mara.refreshes.count(key), tomas.refreshes.count(key)) == (2, 2)


async def test_what_one_types_outlives_what_others_do(enter: Enter, board: Board, demo: str) -> None:
    tab, tomas = await enter("mara", board.path), Visitor(demo).sign_in("tomas")
    await column(tab, board, 1).get_by_label("New card").fill("Half a card")
    await titles(tab, board, 0).click()
    title = tab.page.get_by_role("textbox", name="Title")
    await expect(title).to_be_focused()
    await title.fill("Plan w")
    tomas.call("add_card", column_id=board.columns[0], title="Build")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan", "Build"])
    tomas.call("add_column", board_id=board.pk, title="Later")
    await expect(tab.page.locator(".column")).to_have_count(4)
    await expect(title).to_be_focused()
    await tab.page.keyboard.type("ell")
    await tab.page.keyboard.press("Enter")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan well", "Build"])
    await expect(title).to_have_count(0)
    await expect(column(tab, board, 1).get_by_label("New card")).to_have_value("Half a card")


async def test_a_person_who_is_renamed_is_renamed_everywhere(enter: Enter, board: Board) -> None:
    tomas, mara = await enter("tomas", board.path), await enter("mara", board.path)
    await open_chat(mara)
    await say(mara, "Here I am")
    await expect(said(tomas)).to_have_text(["Here I am"])
    await mara.open("/people/1/")
    await settled(mara)
    await call_oneself(mara, "Mara Ek")
    await expect(tomas.page.locator(".team")).to_contain_text("Mara Ek")
    await expect(tomas.page.locator(".message strong")).to_have_text("Mara Ek")
    await expect(tomas.block(f"activity;board_id={board.pk}")).to_contain_text("Mara Ek added Plan")
    await call_oneself(mara, "Mara Lindqvist")
    await expect(tomas.page.locator(".team")).to_contain_text("Mara Lindqvist")


@on_shipped_htmx
async def test_people_talk(enter: Enter, board: Board) -> None:
    mara, tomas = await enter("mara", board.path), await enter("tomas", board.path)
    await expect(mara.page.get_by_text("Nobody has said anything yet.")).to_be_hidden()
    await open_chat(mara)
    await expect(mara.page.get_by_text("Nobody has said anything yet.")).to_be_visible()
    await expect(mara.page.get_by_role("textbox", name="Message")).to_be_focused()
    await mara.page.keyboard.type("Shall we")
    await mara.page.keyboard.press("Shift+Enter")
    await mara.page.keyboard.type("<b>ship</b>?")
    await mara.page.keyboard.press("Enter")
    await expect(mara.page.get_by_role("textbox", name="Message")).to_have_value("")
    await expect(said(mara)).to_have_text(["Shall we\n<b>ship</b>?"])
    await expect(mara.page.get_by_text("Nobody has said anything yet.")).to_be_hidden()
    await expect(mara.page.locator(".message--own")).to_have_count(1)

    chat = tomas.page.get_by_role("button", name=re.compile("^Chat"))
    await expect(chat).to_have_accessible_name("Chat 1 new")
    await chat.click()
    await expect(chat).to_have_accessible_name("Chat")
    await expect(tomas.page.get_by_role("log", name="Messages")).to_contain_text("Mara Lindqvist")
    await expect(tomas.page.locator(".message--own")).to_have_count(0)
    await say(tomas, "We shall.")
    await expect(said(mara)).to_have_text(["Shall we\n<b>ship</b>?", "We shall."])

    await tomas.page.reload()
    await expect(said(tomas)).to_have_text(["Shall we\n<b>ship</b>?", "We shall."])
    await expect(tomas.page.locator(".message--own .message__text")).to_have_text(["We shall."])
    await settled(tomas)


async def test_the_chat_opens_and_closes_by_keyboard(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    await tab.page.locator("#chat-button").focus()
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.get_by_role("textbox", name="Message")).to_be_focused()
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.locator("#chat")).to_be_hidden()
    await expect(tab.page.locator("#chat-button")).to_be_focused()


async def test_the_list_follows_unless_its_reader_has_scrolled_up(enter: Enter, board: Board) -> None:
    mara, tomas = await enter("mara", board.path), await enter("tomas", board.path)
    await open_chat(mara)
    await open_chat(tomas)
    for number in range(12):
        await say(mara, f"Number {number}\nof twelve")
        await expect(said(mara)).to_have_count(number + 1)
    below = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
    log = tomas.page.locator("#chat-log")
    await expect(said(tomas)).to_have_count(12)
    assert await log.evaluate(below) < 2

    await log.evaluate("log => log.scrollTo(0, 0)")
    await say(mara, "One more")
    more = tomas.page.get_by_role("button", name="New messages")
    await expect(more).to_be_visible()
    assert await log.evaluate("log => log.scrollTop") == 0
    await more.click()
    await expect(more).to_be_hidden()
    await expect(said(tomas).last).to_be_in_viewport()
    await expect(tomas.page.get_by_role("textbox", name="Message")).to_be_focused()


async def test_who_comes_and_goes_is_seen(enter: Enter, board: Board) -> None:
    mara = await enter("mara", board.path)
    await expect(here(mara)).to_contain_text(["Mara Lindqvist"])
    tomas = await enter("tomas", board.path)
    await expect(here(mara)).to_contain_text(["Mara Lindqvist", "Tomás Okafor"])
    second = Tab(await tomas.page.context.new_page(), tomas.address)
    await second.open(board.path)
    await settled(second)
    await expect(here(second)).to_contain_text(["Mara Lindqvist", "Tomás Okafor"])
    await second.page.close()
    await add(tomas, board, "Build")
    await expect(titles(mara, board, 0)).to_contain_text(["Plan", "Build"])
    await expect(here(mara)).to_contain_text(["Mara Lindqvist", "Tomás Okafor"])
    await tomas.open("/")
    await expect(here(mara)).to_contain_text(["Mara Lindqvist"])
    await expect(here(mara)).to_have_count(1)
    await settled(tomas)
    await tomas.page.evaluate("() => { setTimeout(() => history.back()) }")
    await expect(tomas.page).to_have_url(tomas.address + board.path)
    await expect(here(mara)).to_have_count(2)
    await settled(tomas)


async def test_who_was_away_misses_nothing(enter: Enter, tmp_path: Path) -> None:
    with ExitStack() as running:
        address = running.enter_context(serving(tmp_path))
        board = board_with_a_card(address)
        tomas = await enter("tomas", board.path, address=address)
        await open_chat(tomas)
        running.pop_all().close()
        sign, note = tomas.page.get_by_text("Connection lost."), tomas.page.get_by_text("your text is kept")
        await expect(note).to_be_visible()
        await expect(sign).to_be_visible()
        await say(tomas, "Hello?")
        await expect(tomas.page.get_by_role("textbox", name="Message")).to_have_value("Hello?")

        running.enter_context(serving(tmp_path, port=int(address.rpartition(":")[2])))
        mara = Visitor(address).sign_in("mara")
        mara.call("add_card", column_id=board.columns[0], title="Build")
        with mara.socket() as line:
            line.subscribe("chat", board.pk)
            line.send("message", channel="chat", params={"board_id": board.pk}, data={"text": "Anybody?"})
            line.receive()
        await expect(state(tomas, "open")).to_be_visible(timeout=40_000)
        await expect(titles(tomas, board, 0)).to_contain_text(["Plan", "Build"])
        await expect(said(tomas)).to_have_text(["Anybody?"])
        await expect(sign).to_be_hidden()
        await expect(note).to_be_hidden()
        await tomas.page.get_by_role("textbox", name="Message").press("Enter")
        await expect(said(tomas)).to_have_text(["Anybody?", "Hello?"])
        await expect(tomas.page.get_by_role("textbox", name="Message")).to_have_value("")
    await tomas.page.close()
    await tomas.forget(AWAY)


async def test_who_signs_out_in_one_tab_is_shown_nothing_more_in_the_other(
    enter: Enter, board: Board
) -> None:
    tomas, mara = await enter("tomas", board.path), await enter("mara", board.path)
    await expect(here(tomas)).to_have_count(2)
    other = Tab(await mara.page.context.new_page(), mara.address)
    await other.open(board.path)
    await settled(other)
    await mara.page.get_by_role("button", name="Sign out").click()
    await mara.page.wait_for_url(re.compile("/sign-in/"))
    await expect(here(tomas)).to_have_count(1)
    await add(tomas, board, "Secret")
    await open_chat(tomas)
    await say(tomas, "Between us")
    await expect(said(tomas)).to_have_text(["Between us"])
    await expect(said(other)).to_have_count(0)
    await expect(titles(other, board, 0)).not_to_contain_text(["Secret"])
    await other.page.close()


async def test_without_scripts_the_chat_is_read_and_goes_nowhere(
    chromium: Browser, enter: Enter, board: Board
) -> None:
    mara = await enter("mara", board.path)
    await open_chat(mara)
    await say(mara, "Hello")
    await expect(said(mara)).to_have_text(["Hello"])
    plain = await chromium.new_context(java_script_enabled=False)
    page = await plain.new_page()
    await page.goto(f"{mara.address}/sign-in/?next={board.path}")
    await page.locator('form[action="/sign-in/as/2/"] button').click()
    await page.locator("#chat-button").click()
    await expect(page.locator(".message__text")).to_have_text(["Hello"])
    await page.get_by_role("textbox", name="Message").fill("Anybody?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("Anybody?")
    assert page.url == mara.address + board.path
    await plain.close()


async def test_on_a_phone_the_chat_is_a_sheet(enter: Enter, board: Board) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    tab = await enter("mara", board.path, **phone)
    button = tab.page.locator("#chat-button")
    await tab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await expect(button).to_be_in_viewport(ratio=1)
    await button.tap()
    box = await tab.page.locator("#chat").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
    assert await tab.page.evaluate("document.documentElement.scrollWidth") == 390
    await tab.page.get_by_role("textbox", name="Message").fill("From the train")
    await tab.page.get_by_role("button", name="Send").tap()
    await expect(said(tab)).to_have_text(["From the train"])
    await tab.page.get_by_role("button", name="Close chat").tap()
    await expect(tab.page.locator("#chat")).to_be_hidden()
