"""Blocks of a queryset: all refresh when somebody saves a row, by one request with one query."""

from playwright.async_api import expect

from tests.apps.movies.models import Movie
from tests.browser.helpers.tab import Tab


async def test_a_saved_movie_is_in_the_list_and_in_the_count(tab: Tab) -> None:
    await tab.open("/movies/")
    await expect(tab.page.locator("#count")).to_have_text("none")
    for number, title in enumerate(("Alien", "<Brazil>"), start=1):
        await tab.submit("#add", title)
        await expect(tab.page.locator("#count")).to_have_text(str(number))
    await expect(tab.page.locator("#movies li")).to_have_text(["<Brazil>", "Alien"])
    assert tab.refreshes == ["movies"] * 4
    assert await Movie.objects.acount() == 2


async def test_it_works_under_asgi(asgi_tab: Tab) -> None:
    await asgi_tab.open("/movies/")
    await asgi_tab.submit("#add", "Alien")
    await expect(asgi_tab.page.locator("#movies li")).to_have_text(["Alien"])
    await expect(asgi_tab.page.locator("#count")).to_have_text("1")
