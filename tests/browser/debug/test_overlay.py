"""The overlay says why something refreshed and why something else did not."""

import re

from playwright.async_api import expect

from tests.browser.helpers.overlay import change, opened, overlay, toggle
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.models import Card

pytestmark = on_one_htmx


async def lines(tab: Tab, number: int = 0) -> list[str]:
    """Read an entry of the list, without its time of day and with milliseconds as 9; what is folded, too."""
    entry = change(tab, number)
    await expect(entry).to_be_attached()
    for details in await entry.locator("details").all():
        await details.evaluate("(it) => (it.open = true)")
    texts = await entry.locator("h3 > span, code, h4, summary, li").evaluate_all(
        "(all) => all.filter((it) => !it.matches('ul code')).map((it) => it.textContent)"
    )
    return [re.sub(r"\d+\xa0ms", "9 ms", text) for text in texts]


@on_newest_htmx
async def test_a_mutation_is_listed_with_its_header_its_blocks_and_its_request(tab: Tab) -> None:
    await opened(tab)
    await tab.submit(".rename", "Grace")
    await expect(change(tab)).to_contain_text("refreshed")
    cards = [await tab.block(f"card;card_id={pk}").get_attribute("id") for pk in (1, 2, 3)]
    assert await lines(tab) == [
        "POST /people/5/rename/ → 204",
        "user;user_id=5",
        "1 block covered",
        "user;user_id=5 #ada · refreshed, 9 ms",
        "7 blocks not covered",
        "user_id is 6 there, not 5",
        "user;user_id=6 #bob",
        "other contexts",
        "notifications #unread",
        "board;board_id=1 #board",
        *(f"card;card_id={number} #{card}" for number, card in enumerate(cards, start=1)),
        "not loaded yet",
        "user;user_id=5 #later",
        "requests",
        "GET /api/mizan/partial/user/?block=…&user_id=5 · 1 block, 9 ms",
    ]


async def test_a_request_for_several_blocks_is_listed_once(tab: Tab) -> None:
    await opened(tab)
    await tab.invalidate("user;user_id=5, notifications")
    await tab.happens("refreshed", 2)
    await expect(change(tab).locator("ul").first).to_contain_text("unread · the same")
    found = await lines(tab)
    assert found[:5] == [
        "mizan.invalidate()",
        "user;user_id=5, notifications",
        "2 blocks covered",
        "user;user_id=5 #ada · the same as before, 9 ms",
        "notifications #unread · the same as before, 9 ms",
    ]
    assert found[-2:] == [
        "requests",
        "GET /api/mizan/partials/?block=…&user_id=5&block=… · 2 blocks, 9 ms",
    ]


@on_newest_htmx
async def test_a_mutation_that_makes_nothing_stale_is_listed_and_a_reading_is_not(tab: Tab) -> None:
    await opened(tab)
    await tab.page.locator(".read").click()
    await expect(tab.page.locator("#shown")).to_have_text("Fragment")
    await tab.page.locator(".post").click()
    await expect(change(tab)).to_be_visible()
    await expect(overlay(tab).locator("ol > li")).to_have_count(1)
    assert await lines(tab) == [
        "POST /fragment/ → 200",
        "Without X-Mizan-Invalidate: it made nothing stale.",
    ]


@on_newest_htmx
async def test_a_block_that_arrives_with_the_answer_is_said_to(tab: Tab) -> None:
    await opened(tab)
    await tab.submit(".show", "Grace")
    await tab.happens("refreshed", 1)
    await expect(change(tab)).to_contain_text("arrived with the answer")
    found = await lines(tab)
    arrived = await tab.page.locator("#shown > *").get_attribute("id")
    assert f"user;user_id=5 #{arrived}" == found[found.index("arrived with the answer") + 1]


async def test_a_block_that_shows_the_version_already_is_said_to(tab: Tab) -> None:
    await opened(tab)
    await tab.page.evaluate(
        """() => {
            const { dataset } = document.querySelector("#ada");
            dataset.mizanVersion = "5f0c29ab.17";
            mizan.invalidate("user", {}, { version: "5f0c29ab.17", source: "socket" });
            delete dataset.mizanVersion; // before the page opens a socket for it
        }"""
    )
    await tab.happens("refreshed", 1)
    found = await lines(tab)
    assert found[0] == "The socket: by no request of this page"
    at = found.index("shows version 5f0c29ab.17, which is 5f0c29ab.17 or later")
    assert found[at + 1] == "user;user_id=5 #ada"


async def test_a_block_that_is_not_loaded_yet_is_said_to_be(tab: Tab) -> None:
    await opened(tab)
    await tab.invalidate("user", user_id=5)
    await tab.happens("refreshed", 1)
    found = await lines(tab)
    assert found[found.index("not loaded yet") + 1] == "user;user_id=5 #later"


async def test_who_said_so_is_named(tab: Tab) -> None:
    await opened(tab)
    for source, title in (
        ("tab", "Another tab"),
        ("cookie", "The cookie that a redirect or a page before left"),
        ("return", "The page came back from a cache"),
        ("poll", "Poll"),
    ):
        await tab.page.evaluate("(source) => mizan.invalidate('user', {}, { source })", source)
        await expect(change(tab).locator("h3 > span")).to_have_text(title)


async def test_a_page_that_is_newer_than_the_cookie_says_so(tab: Tab) -> None:
    value = "0123456789abcdef:user"
    await tab.page.context.add_cookies([{"name": "mizan_invalidate", "value": value, "url": tab.address}])
    await opened(tab)
    await expect(change(tab)).to_contain_text("The cookie that a redirect or a page before left")
    found = await lines(tab)
    at = found.index("rendered after that change")
    assert found[at + 1 : at + 3] == ["user;user_id=5 #ada", "user;user_id=6 #bob"]


async def test_a_refresh_without_an_invalidation_says_what_it_is_for(tab: Tab) -> None:
    await tab.page.clock.install()
    await opened(tab)
    title = change(tab).locator("h3 > span")
    await tab.page.evaluate("mizan.refresh(document.querySelector('#unread'))")
    await expect(title).to_have_text("mizan.refresh()")
    await tab.happens("refreshed", 1)
    await tab.page.clock.fast_forward(67_000)
    await expect(title).to_have_text("Poll: every 60 s")
    await tab.happens("refreshed", 2)
    await tab.page.evaluate("document.querySelector('[hidden]').hidden = false")
    await expect(title).to_have_text("Lazy: it came near the view")
    await tab.happens("refreshed", 3)


async def test_a_block_that_follows_the_address_says_so(tab: Tab) -> None:
    await opened(tab, "/tickets/?debug=1")
    await tab.page.evaluate("history.pushState(null, '', '?debug=1&page=2')")
    await tab.happens("refreshed", 2)
    assert (await lines(tab))[0] == "Address: the page has another one"


async def test_a_held_block_says_why(tab: Tab) -> None:
    await opened(tab)
    await tab.page.evaluate("addEventListener('mizan:due', (event) => event.preventDefault())")
    await tab.invalidate("user", user_id=5)
    await expect(change(tab)).to_contain_text("#ada · held back: a listener of mizan:due prevented it")


async def test_a_block_with_an_open_dialog_says_so_and_then_refreshes(tab: Tab) -> None:
    await opened(tab)
    await tab.page.evaluate(
        """() => {
            const dialog = document.createElement("dialog");
            document.querySelector("#ada").append(dialog);
            dialog.showModal();
        }"""
    )
    await tab.invalidate("user", user_id=5)
    await expect(change(tab)).to_contain_text("#ada · held back: a dialog is open in it")
    await tab.page.evaluate("document.querySelector('dialog').close()")
    await tab.happens("refreshed", 1)
    await expect(change(tab)).to_contain_text("#ada · refreshed")


async def test_a_prevented_invalidation_says_so(tab: Tab) -> None:
    await opened(tab)
    await tab.page.evaluate("addEventListener('mizan:invalidate', (event) => event.preventDefault())")
    await tab.invalidate("user", user_id=5)
    await expect(change(tab)).to_contain_text("Prevented by a listener: nothing was made stale.")
    await expect(change(tab)).to_contain_text("#ada · left alone")


@on_newest_htmx
async def test_a_failed_refresh_says_how_and_the_next_one_that_it_worked(tab: Tab) -> None:
    await opened(tab)
    await tab.hold_retries()
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503", "url": tab.address}])
    async with tab.forgive("503"):
        await tab.invalidate("user", user_id=5)
        await expect(change(tab)).to_contain_text("#ada · answered 503, stays as it is.")
        await expect(change(tab)).to_contain_text("user_id=5 · 1 block, answered 503")
        await tab.page.context.clear_cookies(name="trouble")
        await tab.page.evaluate("mizan.retry()")
        await expect(change(tab)).to_contain_text("#ada · the same as before")
    await expect(overlay(tab).locator("ol > li")).to_have_count(1)


async def test_a_block_inside_one_that_refreshes_came_with_it(tab: Tab) -> None:
    await opened(tab)
    await Card.objects.filter(pk=1).aupdate(title="Think")
    await tab.invalidate("board;board_id=1, card;card_id=1")
    await expect(change(tab)).to_contain_text("came with board;board_id=1 #board")


async def test_a_block_that_its_refresh_leaves_out_is_said_to_have_left(tab: Tab) -> None:
    await opened(tab)
    card = await tab.page.locator("#board [data-mizan]").first.get_attribute("id")
    await Card.objects.filter(pk=1).adelete()
    await tab.invalidate("board;board_id=1, card;card_id=1")
    await expect(change(tab)).to_contain_text(f"card;card_id=1 #{card} · left the page")


async def test_the_list_ends_after_fifty(tab: Tab) -> None:
    await opened(tab)
    await tab.page.evaluate(
        "for (let count = 0; count < 60; count++) mizan.invalidate('user', { user_id: 7 })"
    )
    await expect(toggle(tab)).to_have_text("mizan 60")
    await expect(overlay(tab).locator("ol > li")).to_have_count(50)
