"""The look of the demo: names are cut where there is no room for them, and nothing is wider than the page."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.helpers.axe import expect_accessible
from tests.browser.helpers.board import REFUSED, UNREACHABLE, Enter, column, failing, settled, titles
from tests.browser.helpers.tab import Tab, on_shipped_htmx4
from tests.helpers.demo import PEOPLE, Board, Visitor

pytestmark = on_shipped_htmx4

LONG = "Wolfeschlegelsteinhausenbergerdorff-Ottosson Maximiliana-Theodora"[:60]
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LABEL = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller"


@pytest.fixture
def board(demo: str) -> Board:
    """Give a board of four columns, with cards of people whose names are short, and of one whose is long."""
    assert Visitor(demo).sign_in("jonah").post("/people/5/rename/", {"name": LONG}).status == 204
    mara = Visitor(demo).sign_in("mara")
    board = mara.start_board("Work", "tomas", "yuki", "jonah")
    assert mara.call("add_column", board_id=board.pk, title="Later").status == 200
    for title, who in (("Plan", "mara"), (LABEL, "tomas"), ("Build", "yuki"), (LABEL, "jonah")):
        card = mara.call("add_card", column_id=board.columns[0], title=title).result
        assert mara.call("assign_card", card_id=card, assignee_id=PEOPLE[who]).status == 200
    assert mara.call("add_card", column_id=board.columns[0], title="Ship").status == 200
    return board


def card(tab: Tab, name: str) -> Locator:
    """Find the card of somebody."""
    return tab.page.locator(".card").filter(has=tab.page.locator(".who__name", has_text=name))


async def room(tab: Tab, name: str) -> tuple[int, int]:
    """Measure how wide a name on a card is, and how wide it is shown."""
    widths: list[int] = (
        await card(tab, name).locator(".who__name").evaluate("name => [name.scrollWidth, name.clientWidth]")
    )
    return widths[0], widths[1]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_names_on_cards_are_whole_unless_longer_than_the_card(
    enter: Enter, board: Board, size: dict[str, object]
) -> None:
    tab = await enter("mara", board.path, **size)
    await expect(tab.page.locator(".column")).to_have_count(4)
    for name in ("Mara Lindqvist", "Tomás Okafor", "Yuki Brandt", "Assign"):
        needed, shown = await room(tab, name)
        assert needed == shown > 30, name
    needed, shown = await room(tab, LONG)
    assert needed > shown > 100
    ends = (
        "card => [card, card.querySelector('.who__name')].map((each) => each.getBoundingClientRect().right)"
    )
    edge, end = await card(tab, LONG).evaluate(ends)
    assert end < edge


async def test_what_one_points_at_is_what_one_presses(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path, **DESKTOP)
    mine = card(tab, "Mara Lindqvist")
    arrows, name = mine.locator(".moves"), mine.locator(".who__name")
    await expect(arrows).to_have_css("opacity", "0")
    await mine.locator(".card__title").hover()
    await expect(arrows).to_have_css("opacity", "1")
    await mine.locator(".card__open").focus()
    await tab.page.mouse.move(0, 0)
    await expect(arrows).to_have_css("opacity", "1")
    await tab.page.keyboard.press("Tab")
    await expect(mine.locator(".assignee")).to_be_focused()
    await expect(arrows).to_have_css("opacity", "0")
    needed, shown = await room(tab, "Mara Lindqvist")
    assert needed == shown

    await tab.page.locator("h1").click()
    box = await name.bounding_box()
    assert box
    await tab.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    await expect(tab.page.locator(".picker")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
async def test_no_page_is_wider_than_the_screen(enter: Enter, board: Board, width: int) -> None:
    high = {"width": width, "height": 4000}  # nothing waits until it is in view
    tab = await enter("mara", board.path, viewport=high, has_touch=True, is_mobile=True)
    cards = await tab.page.locator(".card__open").evaluate_all("all => all.map((each) => each.pathname)")
    await card(tab, LONG).locator(".assignee").click()
    picker = tab.page.locator(".picker")
    await expect(picker).to_contain_text(LONG)
    assert await picker.evaluate("({ scrollWidth, clientWidth }) => scrollWidth === clientWidth")
    for path in (board.path, cards[3], f"/people/{PEOPLE['jonah']}/", "/"):
        await tab.open(path)
        await settled(tab)
        assert await tab.page.evaluate("document.documentElement.scrollWidth") == width, path


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark"])
async def test_axe_finds_nothing_whatever_is_open_or_went_wrong(
    enter: Enter, board: Board, scheme: str, size: dict[str, object]
) -> None:
    tab = await enter("mara", board.path, color_scheme=scheme, reduced_motion="reduce", **size)
    first = column(tab, board, 0)
    await tab.page.locator("#team summary").click()
    await column(tab, board, 1).locator(".fold").click()
    await expect_accessible(tab.page, "body")

    await first.locator(".editable").first.click()
    await first.get_by_text("Remove …").click()
    async with failing(tab, REFUSED):
        await first.get_by_role("button", name="Remove column").click()
        await expect(first.locator(".danger .mizan-failure")).to_be_visible()
    await titles(tab, board, 0).first.click()
    async with failing(tab, REFUSED):
        await first.locator(".card textarea:visible").fill(" ")
        await tab.page.keyboard.press("Enter")
        await expect(first.locator(".card [aria-invalid]")).to_be_focused()
    await card(tab, "Tomás Okafor").locator(".assignee").click()
    await expect(tab.page.locator(".picker")).to_be_visible()
    await tab.page.route("**/call/", lambda route: route.abort("connectionrefused"))
    async with failing(tab, UNREACHABLE):
        await tab.page.locator(".picker button").first.click()
        await expect(tab.page.locator(".mizan-notice")).to_contain_text("There was no answer.")
    html = tab.page.locator("html")
    assert await html.evaluate("({ scrollWidth, clientWidth }) => scrollWidth === clientWidth")
    await expect_accessible(tab.page, "body")

    await tab.page.get_by_role("button", name="Delete …").click()
    question = tab.page.get_by_role("dialog")
    async with failing(tab, UNREACHABLE):
        await question.get_by_role("button", name="Delete card").click()
        await expect(question).to_contain_text("There was no answer.")
    await expect_accessible(tab.page, "body")
