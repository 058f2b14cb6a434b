"""The demo, used by people: with a mouse, with a keyboard, on a phone, and while its server is away."""

import re
from contextlib import ExitStack
from pathlib import Path

from playwright.async_api import Request, expect

from tests.browser.helpers.board import (
    REFUSED,
    UNREACHABLE,
    Enter,
    add,
    call_oneself,
    column,
    failing,
    focused,
    settled,
    titles,
)
from tests.browser.helpers.tab import on_shipped_htmx, on_shipped_htmx4
from tests.helpers.demo import Board, Visitor, serving

pytestmark = on_shipped_htmx4


async def test_renaming_oneself_refreshes_exactly_the_blocks_that_show_the_name(enter: Enter) -> None:
    tab = await enter("mara", "/people/1/")
    shows = await tab.page.locator("[data-mizan]").evaluate_all(
        """blocks => blocks
            .filter((block) => [...block.childNodes].some((node) =>
                node.nodeType === Node.ELEMENT_NODE && !node.querySelector("[data-mizan]") &&
                !node.matches("[data-mizan]") && /Mara Lind/.test(node.outerHTML)))
            .map((block) => block.dataset.mizan)"""
    )
    assert set(shows) == {"user;user_id=1"}
    await call_oneself(tab, "Mara Lindgren-Ek")
    await tab.happens("refreshed", len(shows))
    assert tab.refreshes == shows
    await expect(tab.page.locator(".account")).to_contain_text("Mara Lindgren-Ek")
    await expect(tab.page.locator("h1")).to_have_text("Mara Lindgren-Ek")
    await expect(tab.page).to_have_title("Mara Lindgren-Ek · Mizan")
    assert "Lindqvist" not in await tab.page.content()
    await expect(tab.page.locator("#panel-sum")).to_have_text(f"{len(shows)} blocks refreshed")
    await expect(tab.page.locator("#panel-header")).to_have_text("user;user_id=1")
    assert await focused(tab) == "name"
    await call_oneself(tab, "Mara Lindqvist")
    await tab.happens("refreshed", 2 * len(shows))


@on_shipped_htmx
async def test_a_card_is_added_moved_and_deleted(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    todo, doing, _ = board.columns
    here = f"board_id={board.pk}"
    await add(tab, board, "Build")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan", "Build"])
    await tab.happens("refreshed", 3)
    assert sorted(tab.refreshes) == [f"activity;{here}", f"column;column_id={todo}", f"progress;{here}"]
    await expect(column(tab, board, 0).get_by_label("New card")).to_have_value("")

    tab.refreshes.clear()
    await titles(tab, board, 0).last.hover()
    await column(tab, board, 0).get_by_role("button", name="To the column on the right").last.click()
    await expect(titles(tab, board, 1)).to_contain_text(["Build"])
    await expect(titles(tab, board, 0)).to_contain_text(["Plan"])
    await tab.happens("refreshed", 7)
    assert sorted(tab.refreshes) == [
        f"activity;{here}",
        f"column;column_id={todo}",
        f"column;column_id={doing}",
        f"progress;{here}",
    ]

    tab.refreshes.clear()
    await titles(tab, board, 1).click()
    await tab.page.get_by_role("button", name="Delete …").click()
    await tab.page.get_by_role("button", name="Delete card").click()
    await expect(titles(tab, board, 1)).to_have_count(0)
    await expect(column(tab, board, 1)).to_contain_text("Nothing here.")
    await tab.happens("refreshed", 10)
    assert sorted(tab.refreshes) == [f"activity;{here}", f"column;column_id={doing}", f"progress;{here}"]


@on_shipped_htmx
async def test_a_card_is_renamed_where_it_stands(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    await titles(tab, board, 0).click()
    title = tab.page.get_by_role("textbox", name="Title")
    await expect(title).to_be_focused()
    await title.fill("Plan <b>well</b>")
    await tab.page.keyboard.press("Enter")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan <b>well</b>"])
    await expect(title).to_have_count(0)
    assert tab.refreshes[0].startswith("card;card_id=")
    assert tab.refreshes[1:] == [f"activity;board_id={board.pk}"]


async def test_two_people_work_on_one_board(enter: Enter, board: Board) -> None:
    tomas = await enter("tomas", board.path)
    badge = tomas.page.locator("#bell .badge")
    await tomas.page.locator("#bell").click()
    await expect(tomas.page.locator("#inbox")).to_be_visible()
    await expect(badge).to_have_count(0)

    await tomas.page.keyboard.press("Escape")
    mara = await enter("mara", board.path)
    await expect(tomas.page.locator(".here__faces > li")).to_have_count(2)
    await mara.page.locator(".assignee").click()
    await mara.page.locator(".picker").get_by_role("button", name="Tomás Okafor").click()
    await expect(mara.page.locator(".assignee")).to_contain_text("Tomás Okafor")
    await expect(mara.page.locator("#panel-header")).to_contain_text("notifications;user_id=2")
    assert "notifications;user_id=2" not in mara.refreshes

    await expect(badge).to_have_text("1")
    await expect(tomas.page.locator(".assignee")).to_contain_text("Tomás Okafor")
    await settled(tomas)
    await tomas.page.locator("#bell").click()
    await expect(tomas.page.locator("#inbox .entry--new")).to_contain_text("assigned Plan to you")
    await expect(badge).to_have_count(0)
    assert tomas.refreshes == ["notifications;user_id=2"]
    await tomas.page.keyboard.press("Escape")
    await expect(tomas.page.locator("#inbox")).to_be_hidden()
    await expect(tomas.page.locator("#bell")).to_be_focused()


async def test_a_card_goes_everywhere_by_keyboard(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    await add(tab, board, "Build")
    card = await column(tab, board, 0).locator(".card summary").last.get_attribute("id")
    assert card is not None
    own = card.removesuffix("-title")
    assert await focused(tab) == f"column-{board.columns[0]}-new", "ready for the next card"

    await tab.page.locator(f"#{own}-right").focus()
    for place in (1, 2):
        await tab.page.keyboard.press("Enter")
        await expect(titles(tab, board, place)).to_contain_text(["Build"])
        await expect(titles(tab, board, place - 1)).not_to_contain_text(["Build"])
        await expect(tab.page.locator(f"#{own}-right")).to_be_focused()
    await tab.page.keyboard.press("Enter")  # at the edge: nothing to do, and nobody is asked
    await tab.page.keyboard.press("Shift+Tab")
    await tab.page.keyboard.press("Shift+Tab")
    await tab.page.keyboard.press("Shift+Tab")
    await expect(tab.page.locator(f"#{own}-left")).to_be_focused()
    await tab.page.keyboard.press("Space")
    await expect(titles(tab, board, 1)).to_contain_text(["Build"])
    await expect(titles(tab, board, 2)).to_have_count(0)

    title = tab.page.get_by_role("textbox", name="Title")
    await tab.page.locator(f"#{card}").focus()
    await tab.page.keyboard.press("Enter")
    await expect(title).to_be_focused()
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.locator(f"#{card}")).to_be_focused()
    await tab.page.keyboard.press("Enter")
    await expect(title).to_be_focused()
    await tab.page.keyboard.type("!")
    await expect(title).to_have_value("Build!")
    for key in ("Tab", "Tab", "Tab", "Enter"):
        await tab.page.keyboard.press(key)
    await expect(tab.page.get_by_role("button", name="Keep it")).to_be_focused()
    await tab.page.keyboard.press("Shift+Tab")
    await tab.page.keyboard.press("Enter")
    await expect(titles(tab, board, 1)).to_have_count(0)
    await expect(column(tab, board, 1)).to_be_focused()


async def test_what_is_pressed_twice_happens_once(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    methods: list[str] = []

    def see(request: Request) -> None:
        methods.append(request.method)

    tab.page.on("request", see)
    await column(tab, board, 0).get_by_label("New card").fill("Build")
    await tab.page.keyboard.press("Enter")
    await tab.page.keyboard.press("Enter")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan", "Build"])
    await tab.happens("refreshed", 3)
    assert methods.count("POST") == 1


@on_shipped_htmx
async def test_a_refusal_is_said_and_changes_nothing(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    await tab.page.locator(f"#column-{board.columns[0]}-name").click()
    await column(tab, board, 0).get_by_text("Remove …").click()
    async with failing(tab, REFUSED):
        await tab.page.get_by_role("button", name="Remove column").click()
        said = column(tab, board, 0).locator(".danger .mizan-failure")
        await expect(said).to_contain_text(
            "Only an empty column can be removed. Move or delete its cards first."
        )
    assert tab.refreshes == []
    await said.get_by_role("button", name="Close").click()
    await expect(said).to_have_count(0)


async def test_a_title_of_blanks_is_told_of_at_its_field(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    await column(tab, board, 0).locator(".card__title").click()
    title = column(tab, board, 0).get_by_role("textbox", name="Title").last
    await title.fill("  ")
    async with failing(tab, REFUSED):
        await tab.page.keyboard.press("Enter")
        await expect(title).to_have_attribute("aria-invalid", "true")
    await expect(title).to_be_focused()
    await expect(column(tab, board, 0).locator(".card .errorlist li")).to_have_count(1)
    await title.fill("Plan it")
    await tab.page.keyboard.press("Enter")
    await expect(titles(tab, board, 0)).to_contain_text(["Plan it"])
    await expect(column(tab, board, 0).locator(".card details[open]")).to_have_count(0)


async def test_a_question_says_what_its_answer_has_come_to(enter: Enter, board: Board, demo: str) -> None:
    tab, tomas = await enter("mara", board.path), Visitor(demo).sign_in("tomas")
    await titles(tab, board, 0).click()
    await tab.page.get_by_role("button", name="Delete …").click()
    question = tab.page.get_by_role("dialog")
    await expect(question).to_be_visible()
    card = tomas.read("column", column_id=board.columns[0])["card_ids"][0]
    assert tomas.call("delete_card", card_id=card).status == 200
    await expect(tab.page.locator(".entry").first).to_contain_text("deleted")
    async with failing(tab, REFUSED):
        await tab.page.keyboard.press("Shift+Tab")
        await tab.page.keyboard.press("Enter")
        await expect(question).to_contain_text("This card is not there any more.")
    await expect(question.get_by_role("button", name="Delete card")).to_be_focused()
    await tab.page.keyboard.press("Escape")
    await expect(titles(tab, board, 0)).to_have_count(0)
    await expect(column(tab, board, 0)).to_be_focused()


async def test_what_one_has_opened_stays_open_while_others_work(
    enter: Enter, board: Board, demo: str
) -> None:
    tab, tomas = await enter("mara", board.path), Visitor(demo).sign_in("tomas")
    await tab.page.locator("#team summary").click()
    assert tomas.call("rename_board", board_id=board.pk, title="Play").status == 200
    await expect(tab.page.locator("h1")).to_contain_text("Play")
    await settled(tab)
    await expect(tab.page.locator("#team")).to_have_attribute("open", "")


async def test_a_column_stays_folded_while_others_work(enter: Enter, board: Board, demo: str) -> None:
    tab, tomas = await enter("mara", board.path), Visitor(demo).sign_in("tomas")
    fold = column(tab, board, 0).get_by_role("button", name="Cards of To do")
    await fold.click()
    await expect(titles(tab, board, 0).first).to_be_hidden()
    assert tomas.call("add_card", column_id=board.columns[0], title="Build").status == 200
    await expect(titles(tab, board, 0)).to_have_count(2)
    await expect(titles(tab, board, 0).first).to_be_hidden()
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await fold.click()
    await expect(titles(tab, board, 0).last).to_be_visible()


async def test_whom_one_can_choose_stays_to_be_seen_while_others_work(
    enter: Enter, board: Board, demo: str
) -> None:
    tab, tomas = await enter("mara", board.path), Visitor(demo).sign_in("tomas")
    picker = tab.page.locator(".picker")
    await tab.page.locator(".assignee").click()
    await expect(picker.get_by_role("button", name="Mara Lindqvist")).to_be_focused()
    card = tomas.read("column", column_id=board.columns[0])["card_ids"][0]
    assert tomas.call("rename_card", card_id=card, title="Plan it").status == 200
    await expect(titles(tab, board, 0)).to_contain_text(["Plan it"])
    await settled(tab)
    await expect(picker.get_by_role("button", name="Mara Lindqvist")).to_be_focused()
    await picker.get_by_role("button", name="Tomás Okafor").click()
    await expect(tab.page.locator(".assignee")).to_contain_text("Tomás Okafor")
    await expect(picker).to_have_count(0)


async def test_the_ring_is_drawn_anew(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    ring = tab.block(f"progress;board_id={board.pk}")
    await expect(ring).to_have_text(re.compile("0 of 1 done"))
    for place in (0, 1):
        await column(tab, board, place).locator("[id$=-right]").click()
        await expect(titles(tab, board, place + 1)).to_have_count(1)
    await expect(ring).to_have_text(re.compile("1 of 1 done"))
    done = ring.locator(".progress__done")
    await expect(done).to_have_attribute("stroke-dasharray", "1 1")
    assert await done.evaluate("circle => circle instanceof SVGElement && circle.getTotalLength() > 60")


async def test_a_server_that_is_away_loses_nothing(enter: Enter, tmp_path: Path) -> None:
    with ExitStack() as running:
        address = running.enter_context(serving(tmp_path))
        board = Visitor(address).sign_in("mara").start_board("Work")
        tab = await enter("mara", board.path, address=address)
        running.pop_all().close()
        await column(tab, board, 0).get_by_label("New card").fill("Build")
        async with failing(tab, UNREACHABLE):
            await tab.page.keyboard.press("Enter")
            notice = tab.page.locator(".mizan-notice")
            await expect(notice).to_contain_text("There was no answer. Is this device online?")
            await expect(column(tab, board, 0).get_by_label("New card")).to_have_value("Build")
            await expect(tab.page.locator('html[data-mizan-socket="open"]')).to_have_count(0)
            running.enter_context(serving(tmp_path, port=int(address.rpartition(":")[2])))
            await expect(tab.page.locator('html[data-mizan-socket="open"]')).to_be_visible(timeout=30_000)
        await column(tab, board, 0).get_by_label("New card").focus()
        await tab.page.keyboard.press("Enter")
        await expect(titles(tab, board, 0)).to_contain_text(["Build"])
        await expect(notice.locator("p")).to_have_count(0)
        await tab.page.close()


async def test_a_new_board_opens_and_says_what_it_made_stale(enter: Enter) -> None:
    tab = await enter("mara")
    await tab.page.get_by_label("What is it for?").fill("Summer fair")
    await tab.page.get_by_label("Yuki Brandt").check()
    await tab.page.get_by_role("button", name="Start board").click()
    await tab.page.wait_for_url(re.compile(r"/boards/\d+/$"))
    await expect(tab.page.locator("h1")).to_contain_text("Summer fair")
    await expect(tab.page.locator(".team")).to_contain_text("Yuki Brandt")
    await expect(tab.page.locator("#panel-header")).to_have_text("boards")
    await tab.page.locator("h1").click()
    await tab.page.get_by_role("textbox", name="Title").fill("Autumn fair")
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.locator("h1")).to_contain_text("Autumn fair")
    await expect(tab.page).to_have_title("Autumn fair · Mizan")
    await settled(tab)


async def test_nothing_is_in_the_way_on_a_phone(enter: Enter, board: Board) -> None:
    tab = await enter(
        "mara", board.path, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    for path in (board.path, "/", "/people/1/"):
        await tab.open(path)
        assert await tab.page.evaluate("document.documentElement.scrollWidth") == 390, path
        await expect(tab.page.locator("#panel")).not_to_have_attribute("open", "")
        await settled(tab)
    await tab.open(board.path)
    await settled(tab)
    small = await tab.page.locator("button:visible, input:visible, summary:visible").evaluate_all(
        """all => all.map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, { width, height }]) => width < 24 || height < 24).map(([html]) => html)"""
    )
    assert small == []
    await column(tab, board, 0).get_by_role("button", name="To the column on the right").tap()
    await expect(titles(tab, board, 1)).to_contain_text(["Plan"])


@on_shipped_htmx
async def test_the_panel_opens_by_keyboard_and_stays_as_it_was_left(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    panel = tab.page.locator("#panel")
    await expect(panel).to_have_attribute("open", "")
    await panel.locator("summary").focus()
    await tab.page.keyboard.press("Enter")
    await expect(panel).not_to_have_attribute("open", "")
    await tab.page.reload()
    await expect(panel).not_to_have_attribute("open", "")
    await settled(tab)
