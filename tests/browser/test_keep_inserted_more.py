"""The same where pieces meet: one in another, several in one block, blocks around and inside, and no place left."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import field, refresh, sit_down
from tests.browser.tab import Tab, on_newest_morph
from tests.browser.test_keep_inserted import EDIT, VIEW, contacts, turn
from tests.site.gates import closed_gate
from tests.site.keep import desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), on_newest_morph]


async def blur(tab: Tab) -> None:
    """Take the focus off whatever has it."""
    await tab.page.evaluate("document.activeElement.blur()")


async def test_a_form_that_is_cancelled_leaves_nothing_to_ask_for(tab: Tab) -> None:
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT, "view": VIEW}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await tab.page.locator("[hx-get*=view]").click()
        await expect(tab.page.locator("div.contact")).to_have_count(2)
        await turn(tab, now, contacts(1, "Grace"), 1)
        await expect(tab.page.locator("li:nth-child(2) i")).to_have_text("Grace")
        assert now.asked == ["GET edit/", "GET view/"]


async def test_what_takes_the_place_of_a_form_is_what_is_asked_for_again(tab: Tab) -> None:
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT, "view": VIEW.replace("Ada", "Ada, in short")}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await tab.page.locator("[hx-get*=view]").click()
        await blur(tab)
        await expect(tab.page.locator("li:nth-child(2) i")).to_have_text("Ada, in short")
        now.parts["view"] = VIEW.replace("Ada", "Grace, in short")
        await turn(tab, now, contacts(1, "Grace"), 1)
        await expect(tab.page.locator("li:nth-child(2) i")).to_have_text("Grace, in short")
        assert now.asked == ["GET edit/", "GET view/", "GET view/"]


async def test_several_in_one_block_each_stay_in_their_place(tab: Tab) -> None:
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT}
        await sit_down(tab)
        for at, name in ((1, "Bo"), (2, "Gra")):
            await tab.page.locator(f"li:nth-child({at}) button").first.click()
            await tab.page.locator(f"li:nth-child({at}) [name=name]").fill(name)
        for times in (1, 2):
            await turn(tab, now, contacts(times), times)
            values = await tab.page.locator("li > form > [name=name]").evaluate_all("(all) => all.map((it) => it.value)")
            assert values == ["Bo", "Gra"]
            await expect(tab.page.locator("div.contact")).to_have_count(0)
        assert await tab.page.locator("li:nth-child(2) [name=name]").evaluate("(it) => it === document.activeElement")


MORE = '<li id="more"><button hx-get="/keep/part/{page}/" hx-target="#more" hx-swap="outerHTML">More</button></li>'


async def test_more_rows_are_asked_for_again_one_page_after_the_other(tab: Tab) -> None:
    pages = {1: "<li>One {n}</li>", 2: "<li>Three {n}</li><li>Four {n}</li>", 3: "<li>Five {n}</li>"}

    def written(page: int, n: int) -> str:
        return pages[page].format(n=n) + MORE.format(page=f"page{page + 1}")

    def block(n: int) -> str:
        return f"<b>{n}</b><ul>{written(1, n)}</ul>"

    with desk(block(0)) as now:
        for n in (0, 1, 2):
            now.parts = {f"page{page}": written(page, n) for page in (2, 3)}
            if n == 0:
                await sit_down(tab)
                for page in (2, 3):
                    await tab.page.locator("#more button").click()
                    await expect(tab.page.locator("main li")).to_have_count({2: 4, 3: 5}[page])
            else:
                await blur(tab)
                await turn(tab, now, block(n), n)
            rows = [f"{name} {n}" for name in ("One", "Three", "Four", "Five")]
            await expect(tab.page.locator("main li")).to_have_text([*rows, "More"])


async def test_a_detail_view_and_the_form_in_it_are_one_piece(tab: Tab) -> None:
    slot = '<b>{n}</b><button hx-get="/keep/part/detail/" hx-target="#slot">Show</button><div id="slot">None</div>'
    detail = '<p>Ada {m}</p><div id="in"><button hx-get="/keep/part/edit/" hx-target="#in">Edit</button></div>'
    with desk(slot.format(n=0)) as now:
        now.parts = {"detail": detail.format(m=0), "edit": EDIT}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await tab.page.locator("#in button").click()
        await field(tab, "name").fill("Gra")
        await turn(tab, now, slot.format(n=1), 1)
        await expect(field(tab, "name")).to_have_value("Gra")
        await expect(field(tab, "name")).to_be_focused()
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 0")
        # A plain piece inside of a plain piece is asked for again after it.
        now.parts = {"detail": detail.format(m=1), "edit": "<u>Plain</u>", "view": "<u>Plain</u>"}
        await tab.page.locator("#in").evaluate("(it) => htmx.ajax('GET', '/keep/part/edit/', { target: it, swap: 'innerHTML' })")
        await expect(tab.page.locator("#in > u")).to_have_text("Plain")
        await blur(tab)
        now.parts["edit"] = "<u>Plain and new</u>"
        await turn(tab, now, slot.format(n=2), 2)
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 1")
        await expect(tab.page.locator("#in > u")).to_have_text("Plain and new")


async def test_while_it_has_the_focus_it_stays_and_is_asked_for_when_that_goes(tab: Tab) -> None:
    slot = '<b>{n}</b><button hx-get="/keep/part/detail/" hx-target="#slot">Show</button><div id="slot">None</div>'
    with desk(slot.format(n=0)) as now:
        now.parts = {"detail": '<p>Ada 0</p><a href="#">Link</a>'}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await tab.page.locator("#slot a").focus()
        now.parts = {"detail": '<p>Ada 1</p><a href="#">Link</a>'}
        await turn(tab, now, slot.format(n=1), 1)
        await expect(tab.page.locator("#slot a")).to_be_focused()
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 0")
        assert now.asked == ["GET detail/"]
        await blur(tab)
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 1")


@pytest.mark.parametrize("status", [403, 404, 500, 0])
async def test_what_is_refused_when_it_is_asked_for_again_is_what_the_block_says(tab: Tab, status: int) -> None:
    slot = '<b>{n}</b><button hx-get="/keep/part/detail/?a=1" hx-vals=\'{{"b": "2"}}\' hx-target="#slot">Show</button><div id="slot">None {n}</div>'
    with desk(slot.format(n=0)) as now:
        now.parts = {"detail": "<p>Ada</p>"}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada")
        await blur(tab)
        if status == 0:
            await tab.page.route("**/part/detail/**", lambda route: route.abort())
        now.parts = {"detail": ("<p>Error</p>", status)}
        with tab.forgive("."):
            await turn(tab, now, slot.format(n=1), 1)
            await expect(tab.page.locator("#slot")).to_have_text("None 1")
        assert now.asked == ["GET detail/?a=1&b=2"] * (2 if status else 1)


async def test_what_is_mere_text_is_asked_for_again(tab: Tab) -> None:
    slot = '<b>{n}</b><button hx-get="/keep/part/price/" hx-target="next span">Show</button><span>?</span><p>{n}</p>'
    with desk(slot.format(n=0)) as now:
        now.parts = {"price": "12"}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("main span")).to_have_text("12")
        await blur(tab)
        for times in (1, 2):
            now.parts = {"price": f"1{times + 2}"}
            await turn(tab, now, slot.format(n=times), times)
            await expect(tab.page.locator("main span")).to_have_text(f"1{times + 2}")


async def test_where_the_place_is_gone_only_what_was_typed_stays(tab: Tab) -> None:
    rows = '<tr id="r{at}"><td>{at}</td><td><button hx-get="/keep/part/edit/" hx-target="closest tr" hx-swap="outerHTML">Edit</button></td></tr>'

    def table(n: int, *all: int) -> str:
        return f"<b>{n}</b><table><tbody>{''.join(rows.format(at=at) for at in all)}</tbody></table>"

    with desk(table(0, 1, 2, 3)) as now:
        now.parts = {"edit": "<tr class='edit'><td><input name='name'></td></tr>"}
        await sit_down(tab)
        for at in (1, 3):
            await tab.page.locator(f"#r{at} button").click()
        await field(tab, "name").last.fill("typed")
        await blur(tab)
        for times in (1, 2):
            await turn(tab, now, table(times, 2), times)
            await expect(tab.page.locator("main tbody > tr")).to_have_count(2)
            await expect(tab.page.locator("main tbody > #r2 + .edit [name=name]")).to_have_value("typed")


async def test_what_is_asked_for_on_purpose_is_the_block_but_for_what_was_typed(tab: Tab) -> None:
    own = '<button id="{id}" hx-get="/keep/again/" hx-target="#main" hx-swap="outerHTML">Again</button>'
    with desk(contacts(0) + own.format(id="again")) as now:
        now.parts = {"edit": EDIT + own.format(id="inside")}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(1) button").first.click()
        await tab.page.locator("li:nth-child(2) button").first.click()
        await field(tab, "name").last.fill("typed")
        now.html["main"] = contacts(1) + own.format(id="again")
        await tab.page.locator("#again").click()
        await expect(tab.page.locator("main b")).to_have_text("1")
        await expect(field(tab, "name")).to_have_count(1)
        await expect(field(tab, "name")).to_have_value("typed")
        now.html["main"] = contacts(2) + own.format(id="again")
        await tab.page.locator("#inside").click()
        await expect(tab.page.locator("main b")).to_have_text("2")
        await expect(field(tab, "name")).to_have_count(0)


async def test_blocks_around_and_inside(tab: Tab) -> None:
    inner = '<i>{n}</i><button hx-get="/keep/part/edit/" hx-target="next div">Edit</button><div>None</div>'
    with desk("0", inner=inner.format(n=0), beside="<p>0</p>") as now:
        now.parts = {"edit": EDIT}
        await sit_down(tab, "nested")
        await tab.page.locator("#inner button").first.click()
        await field(tab, "name").fill("typed")
        await tab.page.evaluate("document.querySelector('#inner form').append(document.querySelector('#beside'))")
        for times in (1, 2):
            now.html = {"main": f"{times}", "inner": inner.format(n=times), "beside": f"<p>{times}</p>"}
            await tab.invalidate("desk")
            await expect(tab.page.locator("#main > b")).to_have_text(f"{times}")
            await expect(tab.page.locator("#inner > i")).to_have_text(f"{times}")
            await expect(tab.page.locator("#beside > p")).to_have_text(f"{times}")
            await expect(tab.page.locator("#inner > div [name=name]")).to_have_value("typed")
            await expect(tab.page.locator("#inner > div [name=name]")).to_be_focused()


async def test_what_comes_out_of_band_stays_as_well(tab: Tab, htmx: str) -> None:
    block = '<b>{n}</b><div id="slot">None {n}</div><ul id="list"><li>One {n}</li></ul>'
    button = '<button hx-get="/keep/part/both/" hx-target="#away">Go</button><p id="away">Away</p>'
    with desk(block.format(n=0), beside=button) as now:
        now.parts = {
            "both": 'Here<div id="slot" hx-swap-oob="true"><input name="one"></div>'
            '<div hx-swap-oob="beforeend:#list"><li>Two <input name="two"></li></div>'
        }
        await sit_down(tab)
        await tab.page.locator("#beside button").click()
        await field(tab, "two").fill("typed")
        for times in (1, 2):
            now.html["main"] = block.format(n=times)
            await tab.invalidate("desk", place="main")
            await expect(tab.page.locator("main b")).to_have_text(f"{times}")
            await expect(tab.page.locator("#slot > input")).to_have_count(1)
            await expect(field(tab, "two")).to_have_value("typed")
            await expect(field(tab, "two")).to_be_focused()
            await expect(tab.page.locator("#list > li")).to_have_text([f"One {times}", "Two "])


async def test_what_loads_by_itself_is_left_to_itself(tab: Tab) -> None:
    block = '<b>{n}</b><div hx-get="/keep/part/it/" hx-trigger="load">One moment</div>'
    with desk(block.format(n=0)) as now:
        now.parts = {"it": "Loaded"}
        await sit_down(tab)
        await expect(tab.page.locator("main div")).to_have_text("Loaded")
        await turn(tab, now, block.format(n=1), 1)
        await expect(tab.page.locator("main div")).to_have_text("Loaded")
        assert now.asked == ["GET it/", "GET it/"]


async def test_a_form_whose_answer_is_the_block_refreshes_it_no_more(tab: Tab) -> None:
    edit = EDIT.replace('hx-post="/keep/part/save/" hx-target="this"', 'hx-post="/keep/again/" hx-target="#main"')
    with desk(contacts(0)) as now:
        now.parts = {"edit": edit}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await field(tab, "name").fill("Grace")
        now.html["main"] = contacts(1, "Grace")
        await field(tab, "name").press("Enter")
        await expect(tab.page.locator("main b")).to_have_text("1")
        await expect(tab.page.locator("main form")).to_have_count(0)
        now.html["main"] = contacts(1, "Grace").replace("<b>1", "<b>2")
        await refresh(tab)
        await expect(tab.page.locator("main b")).to_have_text("2")
        assert len(tab.refreshes) == 1


async def test_rows_that_change_places_take_their_form_along(tab: Tab) -> None:
    rows = {"a": "<li><u>a</u>", "b": "<li><u>b</u>", "c": "<li><u>c</u>"}
    edit = '<button hx-get="/keep/part/edit/" hx-target="closest li" hx-swap="outerHTML">Edit</button></li>'

    def block(n: int, order: str) -> str:
        return f"<b>{n}</b><ul>{''.join(rows[each] + edit for each in order)}</ul>"

    with desk(block(0, "abc")) as now:
        now.parts = {"edit": "<li><input name='name'></li>"}
        await sit_down(tab)
        await tab.page.locator("main li:nth-child(1) button").click()
        await field(tab, "name").fill("typed")
        await turn(tab, now, block(1, "bca"), 1)
        await expect(field(tab, "name")).to_have_value("typed")
        await expect(field(tab, "name")).to_be_focused()
        await expect(tab.page.locator("main li u")).to_have_text(["b", "c"])
        await expect(tab.page.locator("main li:nth-child(3) > [name=name]")).to_have_count(1)


async def test_what_was_typed_while_the_form_was_on_its_way_stays(tab: Tab) -> None:
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT.replace('hx-target="this" hx-swap="outerHTML"', 'hx-swap="none"'), "save": ("", 204)}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await field(tab, "name").fill("Grace")
        now.html["main"] = contacts(1)
        with closed_gate() as gate:
            await field(tab, "name").press("Enter")
            await tab.happens("refreshing", 1)
            await tab.page.keyboard.type("!")
            gate.set()
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("main b")).to_have_text("1")
        await expect(field(tab, "name")).to_have_value("Grace!")
        await field(tab, "name").press("Enter")
        await tab.happens("refreshed", 2)
        await expect(field(tab, "name")).to_have_count(0)
