"""What one person changes, the others see; everybody fetches it once, and nobody's change is lost."""

import asyncio

from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.live import (
    NOTE,
    PLAIN,
    SECOND,
    WRITE,
    answer_kept,
    change,
    has_heard,
    set_hidden,
    title_of,
    without_server,
)
from tests.browser.helpers.serving import on_both_servers
from tests.browser.helpers.tab import Tab, on_every_htmx, on_one_htmx
from tests.site.gates import closed_gate, wait_until_reached


@on_every_htmx
async def test_what_one_person_changes_another_sees(ada: Tab, bob: Tab) -> None:
    await bob.follow("/live/")
    await ada.open("/live/")
    await ada.submit("#write", "Rest")
    await expect(bob.page.locator("#note")).to_have_text("Rest")
    await expect(bob.page.locator("#second")).to_have_text("Build")
    assert bob.refreshes == [NOTE]


@on_both_servers
async def test_what_a_task_changes_everybody_sees(ada: Tab, bob: Tab) -> None:
    await ada.follow("/live/")
    await bob.follow("/live/")
    await change(2, "Rest")
    for tab in (ada, bob):
        await expect(tab.page.locator("#second")).to_have_text("Rest")
        assert tab.refreshes == [SECOND]


@on_every_htmx
async def test_ones_own_change_is_fetched_once(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.submit("#write", "Rest")
    await ada.happens("invalidate", 2)  # by the answer and by the socket
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    await ada.invalidate("user", user_id=6)
    await ada.happens("refreshed", 2)
    assert ada.refreshes == [NOTE, PLAIN]


async def test_a_block_that_arrives_with_ones_own_change_is_not_fetched_again(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.submit("#show", "Rest")
    await expect(ada.page.locator("#shown")).to_have_text("Rest")
    await ada.happens("invalidate", 2)
    await ada.happens("refreshed", 1)
    await ada.invalidate("user", user_id=6)
    await ada.happens("refreshed", 2)
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    assert ada.refreshes == [NOTE, PLAIN]


async def test_ones_own_change_that_is_told_before_its_answer_waits_for_that(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.page.evaluate(
        """() => {
            window.sources = [];
            addEventListener("mizan:invalidate", ({ detail }) => sources.push(detail.source));
        }"""
    )
    async with answer_kept(ada, WRITE) as there:
        await ada.submit("#write", "Rest")
        await there.wait()
        await has_heard(ada)
        assert ada.refreshes == []
    await ada.happens("invalidate", 2)
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    assert await ada.page.evaluate("sources") == ["response", "socket"]
    await ada.invalidate("user", user_id=6)
    await ada.happens("refreshed", 2)
    assert ada.refreshes == [NOTE, PLAIN]


async def test_what_an_answer_brings_is_not_asked_for_though_it_is_swapped_in_late(
    ada: Tab, settings: Settings
) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    await ada.follow("/live/")
    await ada.page.locator("#show").evaluate("(form) => form.setAttribute('hx-swap', 'delete swap:100ms')")
    async with answer_kept(ada, "/live/1/show/") as there:
        await ada.submit("#show", "Rest")
        await there.wait()
        await has_heard(ada)
    await ada.happens("invalidate", 2)
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    assert ada.refreshes == []


async def test_nothing_waits_for_a_change_that_does_not_arrive(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.page.route(f"**{WRITE}", lambda route: route.abort())
    async with without_server(ada):
        async with ada.page.expect_event("requestfailed"):
            await ada.submit("#write", "Rest")
        await is_told_at_once(ada)


@on_every_htmx
async def test_nothing_waits_for_a_change_that_was_not_confirmed(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.page.locator("#write").evaluate(
        """(form) => {
            window.confirm = () => false;
            form.setAttribute("hx-confirm", "Really?");
        }"""
    )
    await ada.submit("#write", "Rest")
    await is_told_at_once(ada)
    assert ada.posts == []


async def is_told_at_once(tab: Tab) -> None:
    """See that what somebody else changes does not wait."""
    await change(2, "Yours")
    await has_heard(tab)
    assert [each[:2] for each in await tab.happened()][:1] == [["invalidate", SECOND]]
    await expect(tab.page.locator("#second")).to_have_text("Yours")


async def test_what_others_change_is_seen_though_ones_own_change_is_not_answered(ada: Tab) -> None:
    await ada.follow("/live/")
    async with answer_kept(ada, WRITE):
        await ada.submit("#write", "Mine")
        await change(2, "Yours")
        await expect(ada.page.locator("#second")).to_have_text("Yours")
        await expect(ada.page.locator("#note")).to_have_text("Mine")
    await ada.happens("invalidate", 3)
    await ada.invalidate("user", user_id=6)
    await ada.happens("refreshed", 3)
    assert sorted(ada.refreshes) == [NOTE, SECOND, PLAIN]


async def test_a_change_just_after_ones_own_is_not_lost(ada: Tab) -> None:
    await ada.follow("/live/")
    with closed_gate() as gate:
        await ada.submit("#write", "Mine")
        await ada.happens("invalidate", 2)
        await asyncio.to_thread(wait_until_reached)
        await change(1, "Yours")
        await has_heard(ada)
        gate.set()
        await expect(ada.page.locator("#note")).to_have_text("Yours")
    assert ada.refreshes == [NOTE, NOTE]


async def test_a_change_just_before_ones_own_is_not_lost(ada: Tab) -> None:
    await ada.follow("/live/")
    with closed_gate() as gate:
        await change(2, "Yours")
        await ada.happens("refreshing", 1)
        await ada.submit("#write", "Mine")
        await ada.happens("invalidate", 3)
        gate.set()
    await expect(ada.page.locator("#second")).to_have_text("Yours")
    await expect(ada.page.locator("#note")).to_have_text("Mine")
    await ada.happens("refreshed", 2)
    assert ada.refreshes == [SECOND, NOTE]


@on_one_htmx
async def test_whoever_writes_last_everybody_sees_the_same(ada: Tab, bob: Tab) -> None:
    await ada.follow("/live/")
    await bob.follow("/live/")

    async def write(tab: Tab, title: str) -> None:
        async with tab.page.expect_response(f"**{WRITE}"):
            await tab.submit("#write", title)

    for number in range(6):
        await asyncio.gather(
            write(ada, f"Ada {number}"),
            write(bob, f"Bob {number}"),
            change(1, f"Task {number}"),
        )
    for count, tab in enumerate((ada, bob)):
        await tab.submit("#show", f"Last {count}")
        await expect(tab.page.locator("#shown")).to_have_text(f"Last {count}")
    title = await title_of(1)
    for tab in (ada, bob):
        await expect(tab.page.locator("#note")).to_have_text(title)
        await expect(tab.page.locator("#shown")).to_have_text(title)


@on_one_htmx
async def test_a_storm_is_followed_at_a_bounded_rate_to_its_end(ada: Tab) -> None:
    await ada.follow("/live/")
    for number in range(30):
        await change(1, f"Number {number}")
    await expect(ada.page.locator("#note")).to_have_text("Number 29")
    seconds = await ada.page.evaluate("performance.now()") / 1000
    assert len(ada.refreshes) <= 2 + seconds


@on_one_htmx
async def test_a_hidden_tab_waits_until_it_is_shown(ada: Tab) -> None:
    await ada.follow("/live/")
    await set_hidden(ada, True)
    await change(1, "Rest")
    await change(1, "Sleep")
    await has_heard(ada)
    assert ada.refreshes == []
    await set_hidden(ada, False)
    await expect(ada.page.locator("#note")).to_have_text("Sleep")
    await has_heard(ada)
    assert ada.refreshes == [NOTE]


@on_both_servers
async def test_a_function_called_over_the_socket_refreshes_what_it_affects(ada: Tab, bob: Tab) -> None:
    await ada.follow("/live/")
    await bob.follow("/live/")
    assert await ada.page.evaluate("mizan.call('add_to_note', { card_id: 1, text: '!' })") == "Plan!"
    await expect(ada.page.locator("#note")).to_have_text("Plan!")
    await expect(bob.page.locator("#note")).to_have_text("Plan!")
    await ada.invalidate("user", user_id=6)
    await ada.happens("refreshed", 2)
    assert ada.refreshes == [NOTE, PLAIN]


@on_one_htmx
async def test_a_call_that_is_refused_says_why(ada: Tab) -> None:
    await ada.follow("/live/")
    refusal = await ada.page.evaluate(
        "mizan.call('add_to_note', { card_id: 'x' }).catch(({ code, fields }) => [code, Object.keys(fields)])"
    )
    assert refusal == ["VALIDATION_ERROR", ["card_id", "text"]]


@on_one_htmx
async def test_a_page_with_nothing_live_opens_no_socket(ada: Tab) -> None:
    await ada.open("/profile/5/")
    assert "data-mizan-socket" not in await ada.attributes("html")


@on_one_htmx
async def test_a_block_that_comes_into_the_page_is_followed(ada: Tab, bob: Tab) -> None:
    await bob.open("/profile/6/")
    await ada.open("/live/")
    await ada.submit("#write", "Rest")
    await bob.page.evaluate(
        """fetch("/live/").then((answer) => answer.text()).then((html) => {
            const page = new DOMParser().parseFromString(html, "text/html");
            document.body.append(page.querySelector("#note"));
        })"""
    )
    await bob.followed()
    await change(1, "Sleep")
    await expect(bob.page.locator("#note")).to_have_text("Sleep")


@on_one_htmx
async def test_an_old_block_that_comes_into_the_page_is_brought_up_to_date(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.page.evaluate("window.old = document.querySelector('#note').outerHTML")
    await change(1, "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    await ada.page.evaluate("document.body.insertAdjacentHTML('beforeend', old.replace('note\"', 'late\"'))")
    await expect(ada.page.locator("body > div:last-child")).to_have_text("Rest")
