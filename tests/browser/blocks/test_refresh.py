"""A mutation refreshes the blocks that show what it changed, and no others."""

from playwright.async_api import expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.gates import closed_gate
from tests.site.models import Card, Person


@on_every_htmx
async def test_a_rename_refreshes_the_blocks_of_that_person_and_no_others(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.submit("#actions-5 .rename", "Grace")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Grace: 0 new")
    await expect(tab.block("user;user_id=6")).to_have_text("Bob B")
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]


async def test_a_rename_refreshes_under_asgi(asgi_tab: Tab) -> None:
    for page in ("/people/", "/async/people/"):
        await asgi_tab.open(page)
        for count, (form, name) in enumerate([("rename", "Grace"), ("rename-async", "Edsger")], start=1):
            await asgi_tab.submit(f"#actions-5 .{form}", name)
            await expect(asgi_tab.block("user;user_id=5")).to_have_text(f"{name} {name[0]}")
            await expect(asgi_tab.page.locator("#greeting")).to_have_text(f"Hello, {name}: 0 new")
            await asgi_tab.happens("refreshed", 2 * count)
    assert asgi_tab.refreshes == ["user;user_id=5"] * 8


async def test_a_refreshed_block_refreshes_again(tab: Tab) -> None:
    await tab.open("/profile/5/")
    for name in ("Grace", "Edsger", "Barbara"):
        await Person.objects.filter(pk=5).aupdate(name=name)
        await tab.invalidate("user", user_id=5)
        await expect(tab.block("user;user_id=5")).to_have_text(f"{name} {name[0]}")
    assert tab.refreshes == ["user;user_id=5"] * 3


async def test_a_called_function_refreshes_every_context_it_affects(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.locator("#actions-5 .cheer").click()
    await expect(tab.block("user;user_id=5")).to_have_text("Ada! A")
    await expect(tab.page.locator("#unread")).to_have_text("1")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Ada!: 1 new")
    assert sorted(tab.refreshes) == ["notifications", "user;user_id=5", "user;user_id=5"]


async def test_a_block_of_two_contexts_refreshes_when_either_is_stale(tab: Tab) -> None:
    await tab.open("/people/")
    await Person.objects.filter(pk=6).aupdate(name="Bob!")
    await tab.invalidate("notifications")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Ada: 1 new")
    await expect(tab.page.locator("#unread")).to_have_text("1")
    assert sorted(tab.refreshes) == ["notifications", "user;user_id=5"]


@on_every_htmx
async def test_a_block_that_arrives_with_the_answer_is_not_asked_for_again(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.submit("#actions-5 .show", "Grace")
    await expect(tab.page.locator("#shown")).to_have_text("Grace G")
    await tab.happens("refreshed", 2)
    await expect(tab.block("user;user_id=5")).to_have_text(["Grace G", "Grace G"])
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]
    await tab.invalidate("user", user_id=5)
    await tab.happens("refreshed", 5)
    assert tab.refreshes == ["user;user_id=5"] * 5


async def test_a_block_inside_another_refreshes_alone(tab: Tab) -> None:
    await tab.open("/board/1/")
    await tab.submit("#plain li:nth-child(2) .retitle", "Test")
    await expect(tab.block("card;card_id=2")).to_have_text("Test")
    assert tab.refreshes == ["card;card_id=2"]


async def test_a_stale_block_inside_a_stale_block_comes_with_that_one(tab: Tab) -> None:
    await tab.open("/board/1/")
    await tab.invalidate("board;board_id=1, card")
    await tab.happens("refreshed", 2)
    assert tab.refreshes == ["board;board_id=1", "board;board_id=1"]
    await tab.submit("#plain li:nth-child(2) .retitle", "Test")
    await expect(tab.block("card;card_id=2")).to_have_text("Test")
    assert tab.refreshes == ["board;board_id=1", "board;board_id=1", "card;card_id=2"]


async def test_a_block_that_goes_stale_during_its_refresh_refreshes_once_more(tab: Tab) -> None:
    await tab.open("/profile/5/")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshing", 1)
        for name in ("Grace", "Edsger", "Barbara"):
            await Person.objects.filter(pk=5).aupdate(name=name)
            await tab.invalidate("user", user_id=5)
        gate.set()
        await tab.happens("refreshed", 2)
    await expect(tab.block("user;user_id=5")).to_have_text("Barbara B")
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]


async def test_a_block_waits_for_the_refresh_of_the_one_around_it(tab: Tab) -> None:
    await tab.open("/board/1/")
    with closed_gate() as gate:
        await tab.invalidate("board", board_id=1)
        await Card.objects.filter(pk=2).aupdate(title="Test")
        await tab.invalidate("card", card_id=2)
        sent = [block for event, block, _ in await tab.happened() if event == "refreshing"]
        assert sent == ["board;board_id=1", "board;board_id=1"]
        gate.set()
        await tab.happens("refreshed", 3)
    await expect(tab.block("card;card_id=2")).to_have_text("Test")
    assert tab.refreshes == ["board;board_id=1", "board;board_id=1", "card;card_id=2"]


async def test_a_block_waits_for_the_refreshes_inside_it(tab: Tab) -> None:
    await tab.open("/board/1/")
    with closed_gate() as gate:
        await tab.invalidate("card", card_id=2)
        await Card.objects.filter(pk=2).aupdate(title="Test")
        await tab.invalidate("board", board_id=1)
        sent = [block for event, block, _ in await tab.happened() if event == "refreshing"]
        assert sent == ["card;card_id=2", "board;board_id=1"]
        gate.set()
        await tab.happens("refreshed", 3)
    await expect(tab.block("card;card_id=2")).to_have_text("Test")
    assert tab.refreshes == ["card;card_id=2", "board;board_id=1", "board;board_id=1"]


@on_every_htmx
async def test_an_older_answer_does_not_stay(tab: Tab) -> None:
    """A page's own request was sent before a mutation, and its answer lands after it."""
    await tab.open("/people/")
    with closed_gate() as gate:
        async with tab.page.expect_request("**/people/5/"):
            await tab.page.locator("#actions-5 .fetch").click()
        await tab.submit("#actions-5 .rename", "Grace")
        await tab.happens("refreshing", 2)
        gate.set()
        await expect(tab.page.locator("#shown")).to_have_text("Grace G")
    await expect(tab.block("user;user_id=5")).to_have_text(["Grace G", "Grace G"])


@on_every_htmx
async def test_what_a_page_hands_down_does_not_reach_a_refresh(tab: Tab, htmx: str) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(
        """(suffix) => {
            const { parentElement } = document.querySelector("#unread");
            for (const [name, value] of Object.entries({
                "confirm": "Sure?", "include": "#status", "prompt": "Why?", "push-url": "true",
                "select": "#none", "select-oob": "#greeting", "swap": "none", "sync": "this:drop",
                "target": "#shown", "vals": '{"extra": 1}',
            })) parentElement.setAttribute(`hx-${name}${suffix}`, value);
        }""",
        ":inherited" if htmx.startswith("4") else "",
    )
    address = tab.page.url
    for count in (1, 2):
        await Person.objects.filter(pk=4 + count).aupdate(name="Hey!")
        await tab.invalidate("notifications")
        await expect(tab.page.locator("#unread")).to_have_text(str(count))
        await tab.happens("refreshed", 2 * count)
    assert tab.page.url == address
    assert [name for name in await tab.attributes("#unread") if name.startswith("hx-")] == [
        "hx-get",
        "hx-trigger",
    ]


async def test_a_block_that_a_script_put_into_the_page_refreshes(tab: Tab) -> None:
    await tab.open("/profile/5/")
    await tab.page.evaluate(
        """() => {
            const block = document.querySelector(".person");
            block.insertAdjacentHTML("afterend", block.outerHTML.replace(block.id, "copy"));
            block.remove();
        }"""
    )
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.invalidate("user", user_id=5)
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


async def test_a_block_that_leaves_the_page_during_its_refresh_is_no_error(tab: Tab) -> None:
    await tab.open("/people/")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshing", 2)
        await tab.page.evaluate("document.querySelector('.person').remove()")
        gate.set()
        await tab.happens("refreshed", 1)
    await tab.invalidate("user")
    await tab.happens("refreshed", 3)
    await expect(tab.block("user;user_id=5")).to_have_count(0)
    assert [each for each in await tab.happened() if each[0] == "error"] == []


async def test_a_swap_that_its_author_delays_loses_nothing(tab: Tab) -> None:
    await tab.open("/profile/5/")
    await tab.page.evaluate(
        "document.querySelector('.person').setAttribute('hx-swap', 'outerHTML swap:500ms')"
    )
    for times, name in enumerate(("Grace", "Edsger"), start=1):
        await Person.objects.filter(pk=5).aupdate(name=name)
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshed", times)
    await expect(tab.block("user;user_id=5")).to_have_text("Edsger E")
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]
