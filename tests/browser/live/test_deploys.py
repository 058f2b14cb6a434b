"""A page that is open while the site changes: what the server can't follow any more does not pass for new."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Annotated, Any
from uuid import UUID

import pytest
from django.http import HttpRequest
from playwright.async_api import expect
from pydantic import AfterValidator

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.setup.registry import registry
from mizan_htmx.testing import isolated_registry
from tests.browser.helpers.live import NOTE, PLAIN, SECOND, change, has_heard, without_server
from tests.browser.helpers.serving import Site
from tests.browser.helpers.tab import REPORTS, Tab, on_newest_htmx, on_one_htmx
from tests.site import live
from tests.site.models import Card

pytestmark = on_one_htmx

# Keeps what is told of blocks that are not up to date.
LISTEN = """
    window.failures = [];
    addEventListener("mizan:error", ({ target, detail: { status, wait } }) => {
        failures.push([target.id, status, wait === Infinity ? "never" : wait]);
    });
"""

Reader = Callable[..., Any]


def pad(text: str) -> str:
    """Write a number with two digits."""
    return text.zfill(2)


def by_uuid(request: HttpRequest, card_id: UUID) -> str:
    """Read a note of a release that numbers cards in another way."""
    return str(card_id)


def by_padded_text(request: HttpRequest, card_id: Annotated[str, AfterValidator(pad)]) -> str:
    """Read a note of a release that writes the same value in another way."""
    return Card.objects.get(pk=int(card_id)).title


@contextmanager
def release(reader: Reader | None, context: Context = live.NOTE) -> Iterator[None]:
    """Have another release of the site, which reads notes by this function, or not at all."""
    functions = {name: registry.declared(name) for name in registry.graph.functions}
    forms, channels = dict(registry.forms), dict(registry.channels)
    with isolated_registry():
        for name, declared in functions.items():
            if name != "note_title" and declared is not None and live.NOTE not in declared.mizan.affects:  # type: ignore[attr-defined]
                register(declared, name)
        if reader is not None:
            register(client(context=context)(reader), "note_title")
        registry.forms.update(forms)
        registry.channels.update(channels)
        yield


async def deploy(tab: Tab, site: Site) -> None:
    """Start the server again, and wait until the page has its socket back."""
    async with without_server(tab):
        site.stop()
        await expect(tab.page.locator("html")).to_have_attribute("data-mizan-socket", "closed")
        site.start()
        await tab.followed()


async def failures(tab: Tab) -> list[list[object]]:
    """List what was told of blocks that are not up to date: id, status, when it is asked for by itself."""
    found: list[list[object]] = await tab.page.evaluate("failures")
    return found


def loud(tab: Tab) -> AbstractAsyncContextManager[None]:
    """Expect the report of a block that can't be kept up to date."""
    return tab.forgive("^mizan: <.* can't be kept up to date. The server does not follow")


async def is_marked(tab: Tab, block: str, status: int) -> None:
    """Wait until a block says that it is not up to date, in every way that it has."""
    await expect(tab.page.locator(block)).to_have_attribute("data-mizan-error", str(status))
    await expect(tab.page.locator(f"{block}.mizan-stale")).to_have_count(1)


@on_newest_htmx
@pytest.mark.parametrize(("reader", "status"), [(None, 404), (by_uuid, 422)], ids=["removed", "other type"])
async def test_what_the_server_does_not_know_any_more_is_marked_and_not_asked_for(
    ada: Tab, site: Site, reader: Reader | None, status: int
) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/live/")
    async with loud(ada):
        with release(reader):
            await deploy(ada, site)
            for block in ("#note", "#second"):
                await is_marked(ada, block, status)
            await expect(ada.page.locator("#note")).to_have_text("Plan")
            await expect(ada.page.locator("#plain[data-mizan-error]")).to_have_count(0)
            await has_heard(ada)
            assert ada.refreshes == []
            assert await failures(ada) == [["note", status, "never"], ["second", status, "never"]]


async def test_an_occasion_asks_once_and_no_clock_does(ada: Tab, site: Site) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/live/")
    async with ada.forgive(REPORTS):
        with release(None):
            await deploy(ada, site)
            await is_marked(ada, "#second", 404)
            await ada.page.evaluate("dispatchEvent(new Event('online'))")
            await ada.happens("error", 4)
            assert sorted(ada.refreshes) == [NOTE, SECOND]
            assert (
                sorted(await failures(ada)) == [["note", 404, "never"]] * 2 + [["second", 404, "never"]] * 2
            )
            assert await ada.page.locator("#note").get_attribute("data-mizan-error") == "404"


async def test_a_release_that_is_taken_back_is_followed_again(ada: Tab, site: Site) -> None:
    await ada.follow("/live/")
    async with loud(ada):
        with release(None):
            await deploy(ada, site)
            await is_marked(ada, "#second", 404)
        await deploy(ada, site)
        await expect(ada.page.locator("[data-mizan-error], .mizan-stale")).to_have_count(0)
    assert sorted(ada.refreshes) == [NOTE, SECOND]
    await change(1, "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest")


@on_newest_htmx
async def test_what_is_not_live_any_more_is_fetched_once_and_is_an_ordinary_block(
    ada: Tab, site: Site
) -> None:
    await ada.follow("/live/")
    with release(live.note_title.func, Context("note")):
        await Card.objects.filter(pk=1).aupdate(title="Rest")
        await deploy(ada, site)
        await expect(ada.page.locator("#note")).to_have_text("Rest")
        await expect(ada.page.locator("[data-mizan-version]")).to_have_count(0)
        await ada.invalidate("user", user_id=6)
        await ada.happens("refreshed", 3)
        assert sorted(ada.refreshes) == [NOTE, SECOND, PLAIN]
        await ada.open("/live/")
        await expect(ada.page.locator("#note")).to_have_text("Rest")


async def test_what_is_written_in_another_way_now_is_fetched_once_and_followed_as_that(
    ada: Tab, site: Site
) -> None:
    await ada.follow("/live/")
    with release(by_padded_text):
        await deploy(ada, site)
        await expect(ada.page.locator("#note")).to_have_attribute("data-mizan", "note;card_id=01")
        await ada.happens("refreshed", 2)
        await has_heard(ada)
        assert sorted(ada.refreshes) == [NOTE, SECOND]
        await Card.objects.filter(pk=1).aupdate(title="Rest")
        await asyncio.to_thread(invalidate, None, "note", card_id="01")
        await expect(ada.page.locator("#note")).to_have_text("Rest")


async def test_what_a_server_of_the_old_release_still_answers_is_marked_as_well(ada: Tab, site: Site) -> None:
    """Two releases side by side: one has the socket, the other one answers requests."""
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/live/")
    old = await ada.page.evaluate(
        """() => Promise.all(["note", "second"].map(async (id) => {
            const answer = await fetch(document.getElementById(id).getAttribute("hx-get"));
            return { status: 200, html: await answer.text() };
        }))"""
    )
    async with loud(ada):
        with release(None):
            await deploy(ada, site)
            await is_marked(ada, "#second", 404)
            answer = {"json": {"blocks": old}, "headers": {"X-Mizan-Refresh": "1"}}
            await ada.page.route("**/partials/**", lambda route: route.fulfill(**answer))
            await ada.page.evaluate("dispatchEvent(new Event('online'))")
            await ada.happens("refreshed", 2)
            await ada.happens("error", 4)
            for block in ("#note", "#second"):
                await is_marked(ada, block, 404)
            await has_heard(ada)
            assert len(await failures(ada)) == 4
