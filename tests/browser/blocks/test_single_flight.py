"""With MIZAN_SINGLE_FLIGHT the answer to a change brings the blocks along that it made stale."""

import asyncio

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.live import NOTE, SECOND, change, has_heard
from tests.browser.helpers.tab import REPORT, Tab, on_every_htmx
from tests.site.gates import closed_gate, wait_until_reached
from tests.site.models import Person
from tests.site.together import BROKEN

USER, SHAKY = "user;user_id=5", "shaky"

# Marks the elements that are in the page now, and keeps what refreshes tell.
MARK = """() => {
    for (const block of document.querySelectorAll("[data-mizan]")) block.isFormer = true;
    window.told = [];
    addEventListener("mizan:refreshed", ({ detail }) => told.push([detail.together, detail.changed]));
}"""


@pytest.fixture(autouse=True)
def single_flight(settings: Settings) -> None:
    """Turn it on."""
    settings.MIZAN_SINGLE_FLIGHT = True


async def told(tab: Tab) -> list[list[object]]:
    """Give how many blocks came together with each that was refreshed, and whether it is another now."""
    found: list[list[object]] = await tab.page.evaluate("told")
    return found


@on_every_htmx
async def test_a_change_brings_the_blocks_that_show_it(tab: Tab) -> None:
    await bring(tab)


async def test_a_change_brings_the_blocks_that_show_it_under_asgi(asgi_tab: Tab) -> None:
    await bring(asgi_tab)


async def bring(tab: Tab) -> None:
    """Rename somebody twice: by a view that answers 204, and by a coroutine."""
    await tab.open("/people/")
    await tab.page.evaluate(MARK)
    for count, (form, name) in enumerate([("rename", "Grace"), ("rename-async", "Edsger")], start=1):
        await tab.submit(f"#actions-5 .{form}", name)
        await expect(tab.block(USER)).to_have_text(f"{name} {name[0]}")
        await expect(tab.page.locator("#greeting")).to_have_text(f"Hello, {name}: 0 new")
        await tab.happens("refreshed", 2 * count)
    await expect(tab.block("user;user_id=6")).to_have_text("Bob B")
    assert tab.refreshes == []
    assert await told(tab) == [[2, True]] * 4


@on_every_htmx
async def test_what_the_answer_itself_shows_stays_as_it_was(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.submit("#shake", "Grace")
    await expect(tab.page.locator("#shown > em")).to_have_text("Shaken")
    await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    await expect(tab.block(SHAKY)).to_have_text("Grace")
    await tab.bound()
    assert await tab.page.locator("#shown").inner_html() == "<em>Shaken</em>"
    assert tab.refreshes == []


async def test_a_called_function_brings_blocks_too(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.locator("#actions-5 .cheer").click()
    await expect(tab.block(USER)).to_have_text("Ada! A")
    await expect(tab.page.locator("#unread")).to_have_text("1")
    await tab.happens("refreshed", 3)
    assert tab.refreshes == []


async def test_a_block_that_comes_with_the_answer_is_not_brought_again(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.submit("#actions-5 .show", "Grace")
    await expect(tab.page.locator("#shown")).to_have_text("Grace G")
    await tab.happens("refreshed", 2)
    await expect(tab.block(USER)).to_have_text(["Grace G", "Grace G"])
    assert tab.refreshes == []


async def test_an_unchanged_block_is_neither_sent_nor_swapped(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(MARK)
    async with tab.page.expect_response("**/rename/") as response:
        await tab.submit("#actions-5 .rename", "Ada")
    await tab.happens("refreshed", 2)
    assert set((await (await response.value).json()).values()) == {None}
    assert await told(tab) == [[2, False]] * 2
    assert await tab.page.evaluate("document.querySelector('#greeting').isFormer") is True
    assert tab.refreshes == []

    await tab.submit("#actions-5 .rename", "Grace")
    await expect(tab.block(USER)).to_have_text("Grace G")


async def test_an_unchanged_block_of_many_is_not_swapped_either(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.page.evaluate(MARK)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.invalidate("user, shaky")
    await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    await tab.happens("refreshed", 3)
    assert sorted(await told(tab)) == [[3, False], [3, True], [3, True]]
    assert tab.batches == [[USER, USER, SHAKY]]


PUT = "document.querySelector('#greeting').innerHTML = '<form></form>'"  # as htmx does, for what it changes


async def test_a_block_into_which_something_else_was_put_is_not_called_unchanged(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(PUT)
    await tab.submit("#actions-5 .rename", "Ada")
    await tab.happens("refreshed", 2)
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Ada: 0 new")
    assert tab.refreshes == []


async def test_a_block_into_which_something_was_put_while_it_was_called_unchanged_is_asked_for(
    tab: Tab,
) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(f"addEventListener('mizan:invalidate', () => {{ {PUT} }})")
    await tab.submit("#actions-5 .rename", "Ada")
    await tab.happens("refreshed", 2)
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Ada: 0 new")
    assert tab.refreshes == [USER]


async def test_what_an_answer_does_not_bring_follows(tab: Tab) -> None:
    await tab.open("/together/60/")
    await tab.page.evaluate(MARK)
    await tab.submit("#shake", "Grace")
    await expect(tab.block(USER)).to_have_text([f"{number} Grace" for number in range(60)])
    await tab.happens("refreshed", 61)
    brought = 61 - len(tab.refreshes)
    assert 10 < brought <= 50
    assert (await told(tab)).count([brought, True]) >= brought


async def test_a_block_that_fails_is_left_out_and_asked_for(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.hold_retries()
    async with tab.forgive(f"{REPORT}|^Response Status|^htmx", r"\b500 \("):
        await tab.submit("#shake", BROKEN)
        await expect(tab.block(USER)).to_have_text(["0 broken", "1 broken"])
        await tab.happens("error", 1)
    await expect(tab.block(SHAKY)).to_have_text("Work")
    assert tab.refreshes[:1] == [SHAKY]


async def test_what_became_stale_meanwhile_is_asked_for(tab: Tab) -> None:
    await tab.open("/together/2/")
    with closed_gate() as gate:
        await tab.submit("#shake", "Grace")
        await asyncio.to_thread(wait_until_reached)  # the answer shows Grace
        await Person.objects.filter(pk=5).aupdate(name="Edsger")
        await tab.invalidate("user", user_id=5)
        gate.set()
        await expect(tab.block(USER)).to_have_text(["0 Edsger", "1 Edsger"])
        await expect(tab.block(SHAKY)).to_have_text("Grace")


async def test_a_page_that_leaves_the_blocks_alone_is_left_alone(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.page.evaluate(
        """document.addEventListener("mizan:invalidate", (event) => event.preventDefault(), { once: true })"""
    )
    await tab.submit("#shake", "Grace")
    await expect(tab.page.locator("#shown > em")).to_have_text("Shaken")
    await tab.submit("#shake", "Edsger")
    await expect(tab.block(USER)).to_have_text(["0 Edsger", "1 Edsger"])
    assert [name for name, *_ in await tab.happened()].count("refreshed") == 3


async def test_only_what_may_change_something_names_blocks(tab: Tab, settings: Settings) -> None:
    await tab.open("/people/")
    async with tab.page.expect_request("**/people/5/") as read:
        await tab.page.locator("#actions-5 .fetch").click()
    async with tab.page.expect_request("**/rename/") as change:
        await tab.submit("#actions-5 .rename", "Grace")
    assert "x-mizan-blocks" not in (await read.value).headers
    named = (await change.value).headers["x-mizan-blocks"]
    assert named.count("block=") == await tab.page.locator("[data-mizan]").count()
    await expect(tab.block(USER).first).to_have_text("Grace G")

    settings.MIZAN_SINGLE_FLIGHT = False
    await tab.open("/people/")
    async with tab.page.expect_request("**/rename/") as change:
        await tab.submit("#actions-5 .rename", "Edsger")
    assert "x-mizan-blocks" not in (await change.value).headers
    await expect(tab.block(USER)).to_have_text("Edsger E")


async def test_what_the_socket_tells_of_the_own_change_waits_for_its_answer(ada: Tab) -> None:
    await ada.follow("/live/")
    with closed_gate() as gate:
        await ada.submit("#write", "Mine")
        await asyncio.to_thread(wait_until_reached)  # it was told, and the answer reads the note
        await has_heard(ada)
        gate.set()
        await expect(ada.block(NOTE)).to_have_text("Mine")
    await has_heard(ada)
    assert ada.refreshes == []


async def test_a_change_of_somebody_else_is_asked_for_beside_the_own(ada: Tab) -> None:
    await ada.follow("/live/")
    with closed_gate() as gate:
        await ada.submit("#write", "Mine")
        await asyncio.to_thread(wait_until_reached)
        await change(1, "Theirs")
        await change(2, "Other")
        await has_heard(ada)
        gate.set()
        await expect(ada.block(SECOND)).to_have_text("Other")
    await expect(ada.block(NOTE)).to_have_text("Theirs")
    assert sorted(ada.refreshes) == [NOTE, SECOND]
