"""A list page of django-filter and django-tables2 while data changes; misfits in its address; no scripts."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser.helpers.albums import TITLES, link, requests, shows, stock
from tests.browser.helpers.serving import Site
from tests.browser.helpers.tab import Tab, on_every_htmx, on_one_htmx
from tests.site.models import Album


@pytest.fixture(autouse=True)
def albums(content: None) -> None:
    """Fill the shop."""
    stock()


@on_every_htmx
async def test_what_somebody_else_changes_arrives_with_the_filters_kept(ada: Tab, bob: Tab) -> None:
    await ada.follow("/albums/?genre=rock&sort=-title&page=2")
    await bob.follow("/albums/")
    await bob.page.get_by_label("Search").fill("rry")
    await shows(bob, ["Berry", "Cherry", "Berry pie"], count=3, page="", export="q=rry&genre=")
    requests(bob)

    await asyncio.to_thread(Album.objects.create, title="Strawberry", genre="rock", year=1970)

    await shows(bob, ["Berry", "Cherry", "Berry pie"], count=4, export="q=rry&genre=")
    await expect(bob.page.get_by_label("Search")).to_have_value("rry")
    assert requests(bob) == [["albums;q=rry"] * 3]
    await shows(ada, ["Cherry", "Apple"], count=5, page="2", export="genre=rock&sort=-title")
    bound = ["albums;genre=rock", "albums;genre=rock;page=2;sort=-title", "albums;genre=rock;sort=-title"]
    assert requests(ada) == [bound]


async def test_a_change_on_the_second_page_stays_there(ada: Tab) -> None:
    await ada.follow("/albums/")
    await link(ada, "2").click()
    await shows(ada, TITLES[3:6], page="2")
    await ada.page.locator("#albums tbody tr").nth(0).get_by_role("button", name="Remove").click()

    await shows(ada, TITLES[4:7], count=7, page="2")
    assert requests(ada) == [["albums", "albums", "albums;page=2"]]
    assert ada.page.url.endswith("/albums/?page=2")


async def test_the_last_row_of_the_last_page_leaves_the_page_before(ada: Tab) -> None:
    await ada.follow("/albums/?genre=rock&page=2")
    await ada.page.get_by_role("button", name="Remove").focus()
    await ada.page.keyboard.press("Enter")

    await shows(ada, ["Apple", "Cherry", "Elder"], count=3, page="", export="genre=rock")


@pytest.mark.parametrize("page", ["abc", "", "0", "-1", "99999999999999999999"])
async def test_a_page_that_does_not_fit_is_one_that_does(ada: Tab, page: str) -> None:
    await ada.follow(f"/albums/?page={page}")
    is_last = page.startswith(("0", "-", "9"))
    titles, number = (TITLES[6:], "3") if is_last else (TITLES[:3], "1")
    await shows(ada, titles, page=number)
    await ada.invalidate("albums")
    await shows(ada, titles, page=number)
    await link(ada, "2").click()
    await shows(ada, TITLES[3:6], page="2")


async def test_what_finds_nothing_says_so(ada: Tab) -> None:
    await ada.follow("/albums/?page=2")
    await ada.page.get_by_label("Search").fill("zzz")
    await shows(ada, ["No albums found."], count=0, page="", export="q=zzz&genre=")
    await ada.open("/albums/?genre=opera&sort=size")
    await shows(ada, ["No albums found."], count=0, page="", export="genre=opera&sort=size")


@on_one_htmx
async def test_without_scripts_it_is_a_form_and_links(chromium: Browser, site: Site, htmx: str) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    titles, found = page.locator("#albums tbody td:first-child"), page.locator("#count")
    await page.goto(f"{site.address}/albums/")
    await page.get_by_label("Genre").select_option("Rock")
    await page.get_by_role("button", name="Search").click()
    await expect(found).to_have_text("4 found")
    await page.get_by_role("link", name="Title").click()
    await page.get_by_role("link", name="Title").click()
    await expect(titles).to_have_text(["Grape", "Elder", "Cherry"])
    await page.get_by_role("link", name="next").click()
    await expect(titles).to_have_text(["Apple"])
    await page.get_by_role("button", name="Remove").click()
    await expect(found).to_have_text("3 found")
    await expect(titles).to_have_text(["Grape", "Elder", "Cherry"])
    await page.get_by_label("Search").fill("r")
    await page.get_by_role("button", name="Search").click()
    await expect(titles).to_have_text(["Grape", "Elder", "Cherry"])
    response = await page.request.get(
        f"{site.address}{await page.locator('#export a').get_attribute('href')}"
    )
    lines = (await response.text()).splitlines()
    assert [line.split(",")[0] for line in lines] == ["Title", "Grape", "Elder", "Cherry"]
    await context.close()
