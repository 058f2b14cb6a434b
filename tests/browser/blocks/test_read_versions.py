"""A page that was rendered after a change is not refreshed for its note in the cookie; all others are."""

from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, expect
from pytest_django import Settings

from tests.browser.helpers.tab import Tab, on_newest_htmx
from tests.site.models import Person

NAME = "mizan_invalidate"
ON_ONE = pytest.mark.parametrize("htmx", ["2.0.11"], indirect=True)
ON_BOTH = on_newest_htmx


async def settled(tab: Tab, page: Page | None = None) -> list[str]:
    """Wait until the page has read the cookie and is fresh; list what it has asked for since then."""
    page = page or tab.page
    # Behind the timers that the page has set when it was shown, and those that they set.
    await page.evaluate("() => new Promise((done) => setTimeout(() => setTimeout(done)))")
    await expect(page.locator("[aria-busy]")).to_have_count(0)
    found: list[str] = await page.evaluate(
        "happened.filter(([name]) => name === 'refreshing').map(([, bound]) => bound)"
    )
    return found


async def told(tab: Tab, page: Page | None = None) -> list[str]:
    """List what a page was told to be stale since it was loaded."""
    found: list[str] = await (page or tab.page).evaluate(
        "happened.filter(([name]) => name === 'invalidate').map(([, list]) => list)"
    )
    return found


async def leave(tab: Tab, name: str, to: str = "/answers/show/") -> None:
    """Rename by a plain form, whose answer is a redirect."""
    await tab.page.locator("#leave [name=next]").evaluate("(field, to) => { field.value = to }", to)
    await tab.submit("#leave", name)
    await tab.page.wait_for_url(f"**{to}")


async def change(page: Page, name: str) -> None:
    """Rename in a way that leaves a note, and that no script of the page hears of."""
    await page.evaluate(
        """(name) => {
            const form = new FormData(document.querySelector("#leave"));
            form.set("name", name);
            return fetch("/answers/leave/", { method: "POST", body: form, redirect: "manual" });
        }""",
        name,
    )


@ON_BOTH
async def test_a_page_after_a_redirect_is_newer_than_the_change(tab: Tab) -> None:
    await tab.open("/answers/show/")
    for name in ("Grace", "Edsger"):
        await leave(tab, name)
        await expect(tab.page.locator("#after")).to_have_text(name)
        assert await settled(tab) == []
        # The note was read, for the other tabs and what caches hold.
        assert await told(tab) == ["user"]
        assert [each for each in await tab.page.context.cookies() if NAME in each["name"]] == []


@ON_BOTH
@pytest.mark.parametrize("place", ["read", "invalidate"])
async def test_a_page_that_changes_something_and_then_shows_it_is_not_refreshed(tab: Tab, place: str) -> None:
    await tab.open(f"/answers/{place}/?name=Grace")
    await expect(tab.page.locator("#after")).to_have_text("Grace")
    assert await settled(tab) == []
    assert await told(tab) == ["user"]


@ON_ONE
async def test_what_such_a_page_has_shown_before_the_change_is_refreshed(tab: Tab) -> None:
    await tab.open("/answers/read/?order=before&name=Grace")
    await expect(tab.page.locator("#before")).to_have_text("Grace")
    # What is newer as well is not asked for.
    assert await settled(tab) == ["user;user_id=5"]
    # On one page both, of which one reader's result was kept: neither shows the change.
    await tab.open("/answers/read/?order=both&name=Edsger")
    for place in ("before", "after"):
        await expect(tab.page.locator(f"#{place}")).to_have_text("Edsger")
    assert await settled(tab) == ["user;user_id=5", "user;user_id=5"]


@ON_ONE
async def test_a_page_out_of_the_browser_s_cache_is_refreshed(tab: Tab) -> None:
    both = ["user;user_id=5", "user;user_id=6"]
    for place in ("show", "read"):
        to = f"/answers/{place}/?cached=1&name=Grace"
        for name, is_copy, asked in (("Grace", False, []), ("Edsger", True, both)):
            await tab.open("/answers/show/")
            await change(tab.page, name)
            await tab.page.evaluate("(to) => { location.href = to }", to)
            await tab.page.wait_for_url(f"**{to}")
            taken = await tab.page.evaluate("performance.getEntriesByType('navigation')[0].transferSize")
            assert (taken == 0) == is_copy
            # The copy of a page that is newer than one change is not newer than the next.
            await expect(tab.page.locator("#after")).to_have_text(name)
            assert await settled(tab) == asked


@ON_ONE
@pytest.mark.whole_browser
async def test_a_page_that_comes_back_is_refreshed(tab: Tab) -> None:
    await tab.open("/answers/show/")
    await leave(tab, "Grace")
    assert await settled(tab) == []
    await tab.page.locator("#on").click()
    await tab.page.wait_for_url("**/people/")
    await Person.objects.filter(pk=5).aupdate(name="Edsger")
    await tab.page.go_back(wait_until="commit")
    await expect(tab.page.locator("#after")).to_have_text("Edsger")


@ON_ONE
async def test_other_tabs_are_refreshed(tab: Tab) -> None:
    await tab.open("/answers/show/")
    other = await tab.page.context.new_page()
    await other.goto(f"{tab.address}/answers/show/")
    await settled(tab, other)
    await leave(tab, "Grace")
    assert await settled(tab) == []
    await expect(other.locator("#after")).to_have_text("Grace")
    await other.goto(f"{tab.address}/answers/read/?name=Edsger")
    assert await settled(tab, other) == []
    await expect(tab.page.locator("#after")).to_have_text("Edsger")


@ON_ONE
async def test_a_page_that_was_asked_for_before_the_change_is_refreshed(tab: Tab) -> None:
    """It is on its way while another tab changes something, and arrives after the note."""
    await tab.open("/answers/show/")
    other = await tab.page.context.new_page()

    async def late(route: object) -> None:
        answer = await route.fetch()  # type: ignore[attr-defined]
        await change(tab.page, "Grace")
        await route.fulfill(response=answer)  # type: ignore[attr-defined]

    await other.route("**/answers/show/?late", late)
    await other.goto(f"{tab.address}/answers/show/?late")
    await expect(other.locator("#after")).to_have_text("Grace")


@ON_ONE
@pytest.mark.parametrize("lag", [2, "tests.site.replica.lag"])
async def test_where_a_replica_may_be_behind_all_pages_are_refreshed(
    tab: Tab, settings: Settings, lag: object
) -> None:
    settings.MIZAN_REPLICA_LAG = lag
    await tab.open("/answers/show/")
    await leave(tab, "Grace")
    assert await settled(tab) == ["user;user_id=5", "user;user_id=6"]
    await tab.open("/answers/read/?" + urlencode({"name": "Edsger"}))
    assert await settled(tab) == ["user;user_id=5", "user;user_id=6"]
