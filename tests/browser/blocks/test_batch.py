"""Blocks that go stale together are refreshed by one request, and each is still a refresh of its own."""

import asyncio
import re
from collections.abc import Sequence

import pytest
from playwright.async_api import Error, Request, expect

from tests.browser.helpers.tab import REPORTS, Tab, on_every_htmx, on_one_htmx
from tests.site.gates import closed_gate, wait_until_reached
from tests.site.models import Board, Person

USER, SHAKY, SLOGAN = "user;user_id=5", "shaky", "slogan;build=2"
PEOPLE = ["user;user_id=5", "user;user_id=6", "user;user_id=5", "notifications", "secret"]
# Keeps what an event says, as text: its name, the block, and what the expression makes of the event.
KEEP = """([names, expression]) => {
    window.kept = [];
    const read = { block: ({ target }) => target.dataset.mizan, detail: ({ detail }) => detail }[expression];
    for (const name of names) addEventListener(name, (event) => kept.push([name, read(event)]), true);
}"""


async def keep(tab: Tab, names: Sequence[str], what: str) -> None:
    """Keep the blocks of these events, or their details, from now on."""
    await tab.page.evaluate(KEEP, [list(names), what])


async def kept(tab: Tab) -> list[list[object]]:
    """Give what was kept."""
    found: list[list[object]] = await tab.page.evaluate("kept")
    return found


@on_every_htmx
async def test_blocks_that_go_stale_together_come_by_one_request(tab: Tab) -> None:
    await together(tab)


async def test_blocks_that_go_stale_together_come_by_one_request_under_asgi(asgi_tab: Tab) -> None:
    await together(asgi_tab)


async def together(tab: Tab) -> None:
    """Make all blocks of a page stale, among them one that its reader keeps from everybody."""
    await tab.open("/people/")
    await Person.objects.filter(pk=5).aupdate(name="Grace!")
    await tab.invalidate("*")
    await tab.happens("refreshed", 5)
    await expect(tab.block(USER)).to_have_text("Grace! G")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Grace!: 1 new")
    await expect(tab.page.locator("#unread")).to_have_text("1")
    await expect(tab.page.locator("#secret")).to_be_empty()
    assert tab.batches == [PEOPLE]
    assert tab.refreshes == PEOPLE


@on_one_htmx
async def test_what_one_task_makes_stale_goes_in_one_request(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(
        """() => {
            mizan.invalidate("user", { user_id: 6 });
            mizan.refresh(document.querySelector("#unread"));
            mizan.invalidate("user", { user_id: 6 });
        }"""
    )
    await tab.happens("refreshed", 2)
    await tab.invalidate("user", user_id=5)
    await tab.happens("refreshed", 4)
    assert tab.batches == [["user;user_id=6", "notifications"], [USER, USER]]


@on_one_htmx
async def test_a_block_that_is_alone_goes_by_its_own_address(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.invalidate("user", user_id=6)
    await tab.happens("refreshed", 1)
    assert tab.refreshes == ["user;user_id=6"]
    assert tab.batches == []


@on_one_htmx
async def test_more_than_one_request_can_hold_are_split(tab: Tab) -> None:
    await tab.open("/together/60/")
    addresses: list[str] = []

    def see(request: Request) -> None:
        if "/partials/" in request.url:
            addresses.append(request.url.removeprefix(tab.address))

    tab.page.on("request", see)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.invalidate("user")
    await tab.happens("refreshed", 60)
    await expect(tab.block(USER)).to_have_text([f"{number} Grace" for number in range(60)])
    assert tab.refreshes == [USER] * 60
    assert [len(batch) for batch in tab.batches if len(batch) > 50] == []
    longest = max(map(len, addresses))
    # The next one would not have fitted.
    assert 3000 - longest < longest / len(tab.batches[0])
    assert longest <= 3000


@on_every_htmx
async def test_each_block_has_its_own_events_of_htmx_and_is_busy(tab: Tab, htmx: str) -> None:
    names = (
        ["htmx:beforeRequest", "htmx:beforeSwap"]
        if htmx.startswith("2")
        else ["htmx:before:request", "htmx:before:swap"]
    )
    await tab.open("/together/2/")
    await keep(tab, names, "block")
    with closed_gate() as gate:
        await tab.invalidate("user")
        await tab.happens("refreshing", 2)
        await expect(tab.page.locator(".user.htmx-request")).to_have_count(2)
        gate.set()
        await tab.happens("refreshed", 2)
    await expect(tab.page.locator(".htmx-request")).to_have_count(0)
    assert sorted(map(tuple, await kept(tab))) == sorted([(name, USER) for name in names] * 2)
    assert tab.batches == [[USER, USER]]


@on_every_htmx
async def test_blocks_that_send_other_headers_go_by_another_request(tab: Tab, htmx: str) -> None:
    await tab.open("/together/2/")
    await tab.page.evaluate(
        """(name) => document.querySelector("#around").setAttribute(name, '{"X-Own": "1"}')""",
        "hx-headers:inherited" if htmx.startswith("4") else "hx-headers",
    )
    async with tab.page.expect_request("**/partial/shaky/**") as request:
        await tab.invalidate("user, shaky")
    assert (await request.value).headers["x-own"] == "1"
    await tab.happens("refreshed", 3)
    assert tab.batches == [[USER, USER]]


async def test_a_block_that_shared_caches_may_answer_goes_alone(tab: Tab) -> None:
    await tab.open("/together/2/")
    await Board.objects.filter(pk=1).aupdate(title="Play")
    await tab.invalidate("user, slogan")
    await expect(tab.page.locator("#slogan")).to_have_text("Play")
    await tab.happens("refreshed", 3)
    assert tab.batches == [[USER, USER]]
    assert [each for each in tab.refreshes if each.startswith(SLOGAN)] != []


@on_every_htmx
async def test_a_block_whose_request_is_aborted_takes_nothing_from_the_others(tab: Tab) -> None:
    await tab.open("/together/2/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.forgive(REPORTS):
        with closed_gate() as gate:
            await tab.invalidate("user")
            await tab.happens("refreshing", 2)
            await tab.page.evaluate("htmx.trigger(document.querySelector('.user'), 'htmx:abort')")
            await tab.happens("error", 1)
            gate.set()
            await expect(tab.block(USER).last).to_have_text("1 Grace")
    assert ["error", USER, 0] in await tab.happened()
    await expect(tab.block(USER).first).to_have_text("0 Grace")  # by itself, after a while
    await tab.happens("refreshed", 2)


async def test_a_request_that_nobody_waits_for_any_more_is_aborted(tab: Tab) -> None:
    await tab.open("/together/2/")
    async with tab.forgive(REPORTS):
        with closed_gate():
            await tab.invalidate("user")
            await tab.happens("refreshing", 2)
            async with tab.page.expect_event("requestfailed", lambda request: "/partials/" in request.url):
                await tab.page.evaluate(
                    "document.querySelectorAll('.user').forEach((block) => htmx.trigger(block, 'htmx:abort'))"
                )
            await tab.happens("error", 2)


async def test_blocks_that_go_stale_during_their_request_come_once_more(tab: Tab) -> None:
    await tab.open("/together/2/")
    with closed_gate() as gate:
        await tab.invalidate("user")
        await tab.happens("refreshing", 2)
        for name in ("Grace", "Edsger", "Barbara"):
            await Person.objects.filter(pk=5).aupdate(name=name)
            await tab.invalidate("user", user_id=5)
        gate.set()
        await tab.happens("refreshed", 4)
    await expect(tab.block(USER)).to_have_text(["0 Barbara", "1 Barbara"])
    assert tab.batches == [[USER, USER]] * 2


async def test_a_block_that_is_asked_for_during_its_request_comes_once_more(tab: Tab) -> None:
    await tab.open("/together/2/")
    with closed_gate() as gate:
        await tab.invalidate("user")
        await tab.happens("refreshing", 2)
        await asyncio.to_thread(wait_until_reached)  # the answer shows Ada
        await Person.objects.filter(pk=5).aupdate(name="Grace")
        await tab.page.evaluate("mizan.refresh(document.querySelector('.user'))")
        gate.set()
        await expect(tab.block(USER).first).to_have_text("0 Grace")


async def test_a_refresh_tells_what_brought_it_and_whether_anything_changed(tab: Tab) -> None:
    await tab.open("/together/2/")
    await keep(tab, ["mizan:refreshed"], "detail")
    await tab.invalidate("shaky")
    await tab.happens("refreshed", 1)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.invalidate("user")
    await tab.happens("refreshed", 3)
    details = [detail for _, detail in await kept(tab)]
    told = [(detail["together"], detail["changed"]) for detail in details if isinstance(detail, dict)]
    assert told == [(1, False), (2, True), (2, True)]
    assert [detail for detail in details if not 0 < detail["milliseconds"] < 60_000] == []  # type: ignore[index]
    urls = [re.sub(r"block=[^&]*", "block=…", detail["url"]) for detail in details]  # type: ignore[index]
    assert urls == [
        "/api/mizan/partial/shaky/?block=…",
        "/api/mizan/partial/user/?block=…&user_id=5",
        "/api/mizan/partial/user/?block=…&user_id=5",
    ]


async def test_a_double_click_ends_with_what_the_server_has(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.locator("#actions-5 .cheer").dblclick()
    await expect(tab.block(USER)).to_have_text("Ada!! A")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Ada!!: 1 new")


@on_one_htmx
async def test_a_block_that_waits_is_held_back_until_somebody_lets_it_go(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.page.evaluate(
        """window.held = true;
        document.querySelector("#shaky").addEventListener(
            "mizan:due", (event) => held && event.preventDefault());"""
    )
    await Board.objects.filter(pk=1).aupdate(title="Play")
    await tab.invalidate("user, shaky")
    await tab.happens("refreshed", 2)
    await tab.invalidate("user")
    await tab.happens("refreshed", 4)
    await expect(tab.block(SHAKY)).to_have_text("Work")
    assert tab.batches == [[USER, USER]] * 2
    await tab.page.evaluate("held = false; mizan.retry()")
    await expect(tab.block(SHAKY)).to_have_text("Play")


@on_one_htmx
async def test_what_is_no_block_can_not_be_refreshed(tab: Tab) -> None:
    await tab.open("/together/0/")
    for what, named in (("null", "null"), ("document.body", "<body>"), ("'user'", "user")):
        with pytest.raises(Error, match=f"TypeError: mizan.refresh: {named} is no block"):
            await tab.page.evaluate(f"mizan.refresh({what})")
