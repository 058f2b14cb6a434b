"""Every answer is read, whatever becomes of the element that asked; failures refresh nothing."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.helpers.tab import REPORT, Tab, on_every_htmx
from tests.site.models import Person


@on_every_htmx
@pytest.mark.parametrize("button", ["delete", "empty"])
async def test_an_element_that_its_own_swap_removes_still_refreshes_others(tab: Tab, button: str) -> None:
    await tab.open("/board/1/")
    await tab.page.locator(f"#plain li:nth-child(2) .{button}").click()
    await expect(tab.page.locator("#count")).to_have_text("2")
    await expect(tab.block("card;card_id=2")).to_have_count(0)
    await expect(tab.page.locator("#plain li")).to_have_count(2)
    assert sorted(tab.refreshes) == ["board;board_id=1", "board;board_id=1"]


async def test_an_element_that_removes_itself_from_a_stale_block_refreshes_that_block(tab: Tab) -> None:
    await tab.open("/board/1/")
    for left in (2, 1, 0):
        await tab.page.locator("#board .remove").first.click()
        await expect(tab.page.locator("#count")).to_have_text(str(left))
        await expect(tab.page.locator("#board .card")).to_have_count(left)
        await tab.happens("refreshed", 2 * (3 - left))
    assert tab.refreshes == ["board;board_id=1"] * 6


@pytest.mark.parametrize(("button", "status"), [("raise", 500), ("refuse", 422), ("rollback", 204)])
async def test_a_mutation_that_fails_refreshes_nothing(tab: Tab, button: str, status: int) -> None:
    await tab.open("/people/")
    async with tab.forgive(*([rf"\b{status}\b"] if status >= 400 else [])):
        async with tab.page.expect_response("**/fail/") as response:
            await tab.page.locator(f"#actions-5 .{button}").click()
        assert (await response.value).status == status
        assert "x-mizan-invalidate" not in (await response.value).headers
        # Had the failure refreshed anything, it would have been asked for before this.
        await tab.submit("#actions-6 .rename", "Grace")
        await expect(tab.block("user;user_id=6")).to_have_text("Grace G")
    assert tab.refreshes == ["user;user_id=6"]
    await tab.open("/profile/5/")
    await expect(tab.block("user;user_id=5")).to_have_text("Ada A")


@on_every_htmx
async def test_the_header_counts_with_any_status(tab: Tab) -> None:
    await tab.open("/people/")
    for count, status in enumerate(("200", "201", "400", "403", "422", "500", "503"), start=1):
        await Person.objects.filter(pk=5).aupdate(name=f"Grace {status}")
        async with tab.forgive(*([rf"\b{status}\b"] if status >= "400" else [])):
            await tab.page.locator("#status").fill(status)
            await tab.page.locator("#answer button").click()
            await expect(tab.block("user;user_id=5")).to_have_text(f"Grace {status} G")
            await tab.happens("refreshed", 2 * count)
    assert tab.refreshes == ["user;user_id=5"] * 14


@pytest.mark.parametrize(
    ("trouble", "status", "problems"),
    [
        ("login", "200", []),
        ("garbled", "200|0", ["ERR_CONTENT_DECODING_FAILED", "^htmx"]),
        ("404-600", "404", [r"\b404\b"]),
        ("500-600", "500", [r"\b500\b"]),
        ("503-600", "503", [r"\b503\b"]),
    ],
)
async def test_what_is_no_block_is_never_swapped_in(
    tab: Tab, trouble: str, status: str, problems: list[str]
) -> None:
    await tab.open("/profile/5/")
    await tab.hold_retries()
    await tab.page.context.add_cookies([{"name": "trouble", "value": trouble, "url": tab.address}])
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.forgive(REPORT, *problems):
        await tab.invalidate("user", user_id=5)
        await tab.happens("error", 1)
    # Nobody knows whether the headers of an answer that breaks off were read before.
    error = next(status for event, _, status in await tab.happened() if event == "error")
    assert re.fullmatch(status, str(error))
    await expect(tab.block("user;user_id=5")).to_have_text("Ada A")
    await expect(tab.page.locator("h1")).to_have_text("Test site")
    await expect(tab.block("user;user_id=5")).to_have_attribute("data-mizan-error", str(error))
    # What keeps the page's own hx-attributes from a refresh is gone again.
    assert "hx-confirm" not in await tab.attributes(".person")

    await tab.page.context.clear_cookies(name="trouble")
    await tab.invalidate("notifications")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    assert "data-mizan-error" not in await tab.attributes(".person")
    assert set(tab.refreshes) == {"user;user_id=5"}


async def test_a_block_is_tried_again_when_the_browser_is_back_online(tab: Tab) -> None:
    await tab.open("/profile/5/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.forgive("ERR_INTERNET_DISCONNECTED", "^htmx", REPORT):
        await tab.page.context.set_offline(True)
        await tab.invalidate("user", user_id=5)
        await tab.happens("error", 1)
    assert ["error", "user;user_id=5", 0] in await tab.happened()
    await tab.page.context.set_offline(False)
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


async def test_a_reader_that_refuses_empties_its_block(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.invalidate("secret")
    await tab.happens("refreshed", 1)
    await expect(tab.page.locator("#secret")).to_be_empty()
    assert tab.refreshes == ["secret"]


async def test_a_block_is_tried_again_when_the_page_is_shown_again(tab: Tab) -> None:
    await tab.open("/profile/5/")
    await tab.hold_retries()
    await tab.page.context.add_cookies([{"name": "trouble", "value": "login", "url": tab.address}])
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.forgive(REPORT):
        await tab.invalidate("user", user_id=5)
        await tab.happens("error", 1)
    await tab.page.context.clear_cookies(name="trouble")
    await tab.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]


async def test_an_answer_that_another_extension_takes_over_is_read(tab: Tab) -> None:
    """On htmx 4 an extension that comes first can keep an answer from all others."""
    await tab.page.add_init_script(
        """let htmx;
        Object.defineProperty(window, "htmx", {
            get: () => htmx,
            set: (value) => {
                htmx = value;
                const take = (_, { ctx }) => !ctx.request.action.includes("/rename/");
                htmx.registerExtension?.("taker", { htmx_before_response: take });
            },
        });"""
    )
    await tab.open("/people/")
    await tab.submit("#actions-5 .rename", "Grace")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]
