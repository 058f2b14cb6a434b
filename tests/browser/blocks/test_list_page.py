"""A list page of django-filter and django-tables2, with one reader and three blocks: mouse, keys, history."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.albums import TITLES, link, requests, shows, stock
from tests.browser.helpers.tab import Tab, on_every_htmx


@pytest.fixture(autouse=True)
def albums(content: None) -> None:
    """Fill the shop."""
    stock()


@on_every_htmx
async def test_it_is_searched_filtered_sorted_and_paged_and_each_time_refreshed_once(ada: Tab) -> None:
    await ada.follow("/albums/")
    await shows(ada, TITLES[:3])
    search = ada.page.get_by_label("Search")

    await search.press_sequentially("e", delay=20)
    await shows(ada, ["Apple", "Berry", "Cherry"], count=7, export="q=e&genre=")
    await expect(search).to_be_focused()
    assert requests(ada) == [["albums;q=e", "albums;q=e"]]

    await ada.page.get_by_label("Genre").select_option("Jazz")
    await shows(ada, ["Berry", "Date", "Berry pie"], count=3, page="", export="q=e&genre=jazz")
    assert requests(ada) == [["albums;genre=jazz;q=e"] * 2]

    await link(ada, "Title").click()
    await shows(ada, ["Berry", "Berry pie", "Date"], count=3, page="", export="q=e&genre=jazz&sort=title")
    assert requests(ada) == [["albums;genre=jazz;q=e;sort=title"]]
    await link(ada, "Title").click()
    await shows(ada, ["Date", "Berry pie", "Berry"], count=3, page="", export="q=e&genre=jazz&sort=-title")
    assert requests(ada) == [["albums;genre=jazz;q=e;sort=-title"]]

    await search.fill("")
    await shows(ada, ["Fig", "Date", "Berry pie"], count=4, export="q=&genre=jazz&sort=-title")
    requests(ada)
    await link(ada, "next").click()
    await shows(ada, ["Berry"], count=4, page="2", export="q=&genre=jazz&sort=-title")
    assert requests(ada) == []  # the list came with the answer, and the others know no page
    assert ada.page.url.endswith("/albums/?q=&genre=jazz&sort=-title&page=2")


async def test_the_keyboard_alone_is_enough(ada: Tab) -> None:
    await ada.follow("/albums/")
    await ada.page.get_by_label("Search").focus()
    await ada.page.keyboard.type("rr")
    await shows(ada, ["Berry", "Cherry", "Berry pie"], count=3, page="", export="q=rr&genre=")

    await ada.page.keyboard.press("Tab")
    await ada.page.keyboard.type("Rock")
    await shows(ada, ["Cherry"], count=1, page="", export="q=rr&genre=rock")
    await expect(ada.page.get_by_label("Genre")).to_be_focused()

    await ada.page.keyboard.press("Shift+Tab")
    await ada.page.keyboard.press("Control+a")
    await ada.page.keyboard.press("Delete")
    await shows(ada, ["Apple", "Cherry", "Elder"], count=4, export="q=&genre=rock")

    requests(ada)

    await link(ada, "Title").focus()
    await ada.page.keyboard.press("Enter")
    await shows(ada, ["Apple", "Cherry", "Elder"], count=4, export="q=&genre=rock&sort=title")
    await expect(link(ada, "Title")).to_be_focused()
    await ada.page.keyboard.press("Enter")
    await shows(ada, ["Grape", "Elder", "Cherry"], count=4, export="q=&genre=rock&sort=-title")
    await expect(link(ada, "Title")).to_be_focused()

    await link(ada, "2").focus()
    await ada.page.keyboard.press("Enter")
    await shows(ada, ["Apple"], count=4, page="2", export="q=&genre=rock&sort=-title")
    await expect(link(ada, "2")).to_be_focused()
    assert [len(each) for each in requests(ada)] == [1, 1]


async def test_back_and_forward_bring_each_address_back_also_over_a_reload(ada: Tab) -> None:
    search, genre = ada.page.get_by_label("Search"), ada.page.get_by_label("Genre")
    await ada.follow("/albums/")
    await search.fill("e")
    await shows(ada, ["Apple", "Berry", "Cherry"], count=7, export="q=e&genre=")
    await search.fill("er")
    await shows(ada, ["Berry", "Cherry", "Elder"], count=4, export="q=er&genre=")
    await ada.page.go_back()
    await shows(ada, ["Apple", "Berry", "Cherry"], count=7, export="q=e&genre=")
    await expect(search).to_have_value("e")
    await genre.select_option("Jazz")
    await shows(ada, ["Berry", "Date", "Berry pie"], count=3, page="", export="q=e&genre=jazz")
    await link(ada, "Year").click()
    await shows(ada, ["Berry pie", "Date", "Berry"], count=3, page="", export="q=e&genre=jazz&sort=year")

    await ada.page.go_back()
    await shows(ada, ["Berry", "Date", "Berry pie"], count=3, page="", export="q=e&genre=jazz")
    await ada.page.go_back()
    await shows(ada, ["Apple", "Berry", "Cherry"], count=7, export="q=e&genre=")
    await expect(search).to_have_value("e")
    await expect(genre).to_have_value("")
    await ada.page.go_back()
    await shows(ada, TITLES[:3])
    await expect(search).to_have_value("")

    await ada.page.go_forward()
    await shows(ada, ["Apple", "Berry", "Cherry"], count=7, export="q=e&genre=")
    await expect(search).to_have_value("e")
    await ada.page.reload()
    await shows(ada, ["Apple", "Berry", "Cherry"], count=7, export="q=e&genre=")
    await ada.page.go_back()
    await shows(ada, TITLES[:3])
    await expect(search).to_have_value("")
    await ada.page.go_forward()
    await shows(ada, ["Apple", "Berry", "Cherry"], count=7, export="q=e&genre=")
    await ada.page.go_forward()
    await shows(ada, ["Berry", "Date", "Berry pie"], count=3, page="", export="q=e&genre=jazz")
    await expect(genre).to_have_value("jazz")
    assert all(len(each) <= 3 for each in requests(ada))
