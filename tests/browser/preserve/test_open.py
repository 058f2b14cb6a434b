"""What is open, being done, playing or scrolled inside a block outlives a refresh, or holds it back."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down, under_way
from tests.browser.helpers.tab import Tab, morphs, on_every_morph, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph


async def waits(tab: Tab, times: int = 0) -> None:
    """Make the desk stale, and see by the block next to it that nothing is asked for meanwhile."""
    sent = len(tab.refreshes)
    await tab.invalidate("desk")
    await tab.happens("refreshed", times + 1)
    assert tab.refreshes[sent:] == ["desk;place=beside"]


@on_every_morph
async def test_details_stay_as_somebody_has_left_them(tab: Tab) -> None:
    details = """
        <b>{n}</b><details><summary id="open">One</summary>1</details>
        <details open><summary id="shut">Two</summary>2</details>
        <details{o}><summary>Three</summary>3</details>
    """
    with desk(details.format(n=1, o="")) as now:
        await sit_down(tab)
        await tab.page.locator("#open").click()
        await tab.page.locator("#shut").click()
        for times in (1, 2):
            now.html["main"] = details.format(n=times + 1, o=" open")
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            opened = await tab.page.locator("details").evaluate_all("(all) => all.map((it) => it.open)")
            assert opened == [True, False, True]


async def test_of_details_that_shut_each_other_the_one_that_somebody_opened_is_open(tab: Tab) -> None:
    details = """
        <b>{n}</b><details name="d" open><summary>One</summary>1</details>
        <details name="d"><summary id="two">Two</summary>2</details>
    """
    with desk(details.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.locator("#two").click()
        now.html["main"] = details.format(n=2)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        opened = await tab.page.locator("details").evaluate_all("(all) => all.map((it) => it.open)")
        assert opened == [False, True]


@pytest.mark.parametrize("how", ["show", "showModal"])
async def test_a_block_with_an_open_dialog_waits_until_it_is_closed(tab: Tab, how: str) -> None:
    dialog = '<b>{n}</b><dialog id="ask"><input name="one"></dialog>'
    with desk(dialog.format(n=1), beside="") as now:
        await sit_down(tab)
        await tab.page.evaluate(f"ask.{how}()")
        await field(tab, "one").fill("Ada")
        now.html["main"] = dialog.format(n=2)
        await waits(tab)
        await expect(tab.page.locator("b")).to_have_text("1")
        await expect(tab.page.locator("dialog")).to_be_visible()
        assert await tab.page.evaluate(f"ask.matches(':modal') === {str(how == 'showModal').lower()}")
        await tab.page.evaluate("ask.close()")
        await expect(tab.page.locator("b")).to_have_text("2")
        assert await field(tab, "one").input_value() == "Ada"


@on_every_morph
async def test_a_dialog_that_is_opened_while_the_refresh_is_under_way_is_not_touched(tab: Tab) -> None:
    dialog = '<b>{n}</b><dialog id="ask">Sure?</dialog>'
    with desk(dialog.format(n=1)) as now:
        await sit_down(tab)
        now.html["main"] = dialog.format(n=2)
        async with under_way(tab):
            await tab.page.evaluate("ask.showModal()")
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("dialog")).to_be_visible()
        await expect(tab.page.locator("b")).to_have_text("1")
        await tab.page.evaluate("ask.close()")
        await expect(tab.page.locator("b")).to_have_text("2")


@pytest.mark.parametrize("how", ["ask.remove()", "ask.removeAttribute('open')"])
async def test_a_dialog_that_a_script_takes_away_without_closing_it_is_not_waited_for(
    tab: Tab, how: str
) -> None:
    dialog = '<b>{n}</b><dialog id="ask">Sure?</dialog>'
    with desk(dialog.format(n=1), beside="") as now:
        await sit_down(tab)
        await tab.page.evaluate("ask.show()")
        now.html["main"] = dialog.format(n=2)
        await waits(tab)
        await tab.page.evaluate(how)
        await expect(tab.page.locator("b")).to_have_text("2")


async def test_a_block_around_the_one_with_the_dialog_waits_as_well(tab: Tab) -> None:
    with desk("1", inner='<i>1</i><dialog id="ask">Sure?</dialog>', beside="") as now:
        await sit_down(tab, "nested")
        await tab.page.evaluate("ask.showModal()")
        now.html["main"] = "2"
        sent = len(tab.refreshes)
        await tab.invalidate("desk", place="main")
        await tab.invalidate("desk", place="beside")
        await tab.happens("refreshed", 1)
        assert tab.refreshes[sent:] == ["desk;place=beside"]
        await expect(tab.page.locator("dialog")).to_be_visible()
        await tab.page.evaluate("ask.close()")
        await tab.happens("refreshed", 2)
        await expect(tab.page.locator("#main > b")).to_have_text("2")


async def test_a_block_from_which_something_is_being_dragged_waits(tab: Tab) -> None:
    items = '<b>{n}</b><p id="item" draggable="true">Item</p>'
    with desk(items.format(n=1), beside="<p id='there'>There</p>") as now:
        await sit_down(tab)
        await tab.page.locator("#item").hover()
        await tab.page.mouse.down()
        await tab.page.locator("#there").hover()
        await tab.page.locator("#there").hover()
        now.html["main"] = items.format(n=2)
        await waits(tab)
        await expect(tab.page.locator("b")).to_have_text("1")
        await tab.page.mouse.up()
        await expect(tab.page.locator("b")).to_have_text("2")


async def test_a_word_is_composed_before_the_block_refreshes(tab: Tab) -> None:
    form = '<b>{n}</b><input name="one" value="a">'
    with desk(form.format(n=1), beside="") as now:
        await sit_down(tab)
        await field(tab, "one").click()
        await tab.page.keyboard.press("End")
        ime = await tab.page.context.new_cdp_session(tab.page)
        await ime.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
        now.html["main"] = form.format(n=2)
        await waits(tab)
        await expect(tab.page.locator("b")).to_have_text("1")
        await ime.send("Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2})
        await ime.send("Input.insertText", {"text": "日本"})
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(field(tab, "one")).to_have_value("a日本")
        await tab.page.keyboard.type("!")
        await expect(field(tab, "one")).to_have_value("a日本!")


async def test_what_plays_plays_on(tab: Tab, htmx: str) -> None:
    player = '<b>{n}</b><audio src="/keep/tone.wav?{n}" id="tone" loop></audio>'
    with desk(player.format(n=1), beside="") as now:
        await sit_down(tab)
        await tab.page.evaluate("tone.muted = true, tone.same = true, tone.play()")
        now.html["main"] = player.format(n=2)
        if not morphs(htmx):
            await waits(tab)
            await tab.page.evaluate("tone.pause()")
            await expect(tab.page.locator("b")).to_have_text("2")
        else:
            await refresh(tab, 2)
            await expect(tab.page.locator("b")).to_have_text("2")
            assert await tab.page.evaluate("[tone.same, tone.paused, tone.currentTime < 9]") == [
                True,
                False,
                True,
            ]


async def test_a_popover_stays_open(tab: Tab, htmx: str) -> None:
    popover = '<b>{n}</b><div>{more}</div><div id="tip" popover>Tip {n}</div>'
    with desk(popover.format(n=1, more=""), beside="") as now:
        await sit_down(tab)
        await tab.page.evaluate("tip.showPopover()")
        now.html["main"] = popover.format(n=2, more="<div popover>Other</div>")
        if not morphs(htmx):
            await waits(tab)
            await expect(tab.page.locator("#tip")).to_be_visible()
            await tab.page.evaluate("tip.hidePopover()")
            await expect(tab.page.locator("b")).to_have_text("2")
        else:
            await refresh(tab, 2)
            await expect(tab.page.locator("#tip")).to_be_visible()
            await expect(tab.page.locator("#tip")).to_have_text("Tip 2")


async def test_what_is_scrolled_stays_where_it_is(tab: Tab) -> None:
    rows = "".join(f"<p>Row {each} of a list that is as long as it is wide</p>" for each in range(60))
    lists = f"""
        <b>{{n}}</b><div class="pane">{rows}</div><div id="wide" class="pane">{rows}</div>
        <textarea name="text" rows="2">{rows}</textarea>
    """
    with desk(lists.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.evaluate(
            """() => {
                const [one, two] = document.querySelectorAll(".pane");
                one.scrollTop = 300;
                two.scrollTo(40, 500);
                document.querySelector("textarea").scrollTop = 100;
            }"""
        )
        now.html["main"] = lists.format(n=2)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        read = "(all) => all.map((it) => [it.scrollTop, it.scrollLeft])"
        places = await tab.page.locator(".pane, textarea").evaluate_all(read)
        assert places == [[300, 0], [500, 40], [100, 0]]
