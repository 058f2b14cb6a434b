"""What the package is for, in each browser: Chromium, Firefox and WebKit, on htmx 2 and on htmx 4."""

import pytest

from tests.browsers.conftest import Enter
from tests.browsers.driving import ENTER, Browser
from tests.helpers.demo import Board, Visitor

# Selenium warns of how it itself connects.
pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")


def first_card(board: Board) -> str:
    """Return the selector of the first column's first card."""
    return f"#column-{board.columns[0]} li.card"


def wait_for_timers(page: Browser) -> None:
    """Wait until timers have run that the page has set: the longest spreads refreshes over 300 ms."""
    page.evaluate("(window.timers = false) || setTimeout(() => { timers = true }, 1000) && null")
    page.until("timers")


def test_a_new_name_is_shown_wherever_it_stands(enter: Enter) -> None:
    page = enter("mara", "/people/1/")
    page.is_followed()
    for name in ("Mara Lindgren", "Mara Lindqvist"):
        page.fill("#name", f"{name}{ENTER}")
        page.shows(".account", name)
        page.shows("h1", name)
        page.until(f"document.title.startsWith('{name} ')")
        page.holds("#name", name)


def test_a_card_is_removed(enter: Enter, board: Board) -> None:
    page = enter("mara", board.path)
    card = first_card(board)
    page.click(f"{card} summary")
    page.click(f'{card} button[command="show-modal"]')
    page.click(f"{card} dialog[open] .button--danger")
    page.lacks(card)
    page.shows(f"#column-{board.columns[0]}", "Nothing here.")
    page.shows(f'[data-mizan="activity;board_id={board.pk}"]', "Plan")


def test_a_field_is_checked_while_the_form_is_filled_in(enter: Enter) -> None:
    page = enter(None, "/sign-up/")
    page.fill('[name="display_name"]', "Noor Haddad")
    page.fill('[name="username"]', "mara")
    page.fill('[name="password"]', "a-calm")
    page.until("document.body.innerText.includes('“mara” is taken. “mara2” is free.')")
    page.until("document.querySelector('[name=username]').getAttribute('aria-invalid') === 'true'")
    page.holds('[name="password"]', "a-calm")
    page.fill('[name="username"]', "mara-of-my-own")
    page.click('[name="password"]')
    page.until("!document.body.innerText.includes('is taken')")
    page.holds('[name="username"]', "mara-of-my-own")


def test_what_changes_elsewhere_arrives_by_the_socket(enter: Enter, board: Board, demo: str) -> None:
    page = enter("mara", board.path)
    page.is_followed()
    new = f"#column-{board.columns[1]}-new"
    page.fill(new, "Half a card")
    Visitor(demo).sign_in("tomas").call("add_card", column_id=board.columns[1], title="Build")
    page.shows(f"#column-{board.columns[1]} .card__title", "Build")
    page.holds(new, "Half a card")


def test_a_hidden_page_refreshes_once_it_is_shown(enter: Enter, board: Board, demo: str) -> None:
    page = enter("mara", board.path)
    page.is_followed()
    column = f"#column-{board.columns[1]}"
    page.evaluate("Object.assign(window, { refreshed: [], told: [] }) && null")
    page.evaluate(
        "document.addEventListener('mizan:refreshing', ({ target }) => { refreshed.push(target.id) })"
    )
    # Frames as the page reads them: it tells nobody of what it puts off.
    page.evaluate(
        """(({ get }) => Object.defineProperty(MessageEvent.prototype, "data", {
            get() {
                told.push(String(get.call(this)));
                return get.call(this);
            },
        }))(Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")) && null"""
    )
    with page.hidden():
        page.until("document.hidden")
        wait_for_timers(page)  # what was due before the page was hidden
        page.evaluate("refreshed.length = 0")
        tomas = Visitor(demo).sign_in("tomas")
        for title in ("Build", "Ship"):
            last = tomas.call("add_card", column_id=board.columns[1], title=title).headers["X-Mizan-Version"]
        page.until(f"told.some((frame) => frame.includes('{last}'))")
        wait_for_timers(page)
        assert page.evaluate("refreshed.join()") == ""
        assert page.evaluate("document.hidden") is True
        page.lacks(f"{column} li.card")
    page.until("!document.hidden")
    page.shows(f"{column} li.card:nth-child(1) .card__title", "Build")
    page.shows(f"{column} li.card:nth-child(2) .card__title", "Ship")


def test_the_page_behind_the_back_button_is_fresh(enter: Enter, board: Board) -> None:
    page = enter("mara", board.path)
    card = first_card(board)
    page.click(f"{card} .card__open")
    page.until("location.pathname.startsWith('/cards/')")
    page.fill('[name="title"]', f"Plan the days{ENTER}")
    page.shows("h1", "Plan the days")
    page.back()
    page.until(f"location.pathname === '{board.path}'")
    page.shows(f"{card} .card__title", "Plan the days")


def test_two_people_share_a_card(enter: Enter, board: Board) -> None:
    mara, tomas = enter("mara", board.path), enter("tomas", board.path)
    for page in (mara, tomas):
        page.is_followed()
    card = first_card(board)
    mara.click(f"{card} summary")
    mara.fill(f"{card} textarea", f"Plan well{ENTER}")
    tomas.shows(f"{card} .card__title", "Plan well")
    tomas.click(f'{card} button[id$="-right"]')
    moved = f"#column-{board.columns[1]} li.card .card__title"
    tomas.shows(moved, "Plan well")
    mara.shows(moved, "Plan well")
    mara.lacks(card)
