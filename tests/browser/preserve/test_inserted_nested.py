"""The same where pieces meet: one in another, several in one block, blocks around, and no place left."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.browser.preserve.test_inserted import EDIT, VIEW, contacts, turn
from tests.site.gates import closed_gate
from tests.site.keep import desk

pytestmark = on_newest_morph


async def blur(tab: Tab) -> None:
    """Take the focus off whatever has it."""
    await tab.page.evaluate("document.activeElement.blur()")


def slot(n: int, button: str) -> str:
    """Write a block with a counter, a button, and a place for what it brings."""
    return f'<b>{n}</b>{button}<div id="slot">None {n}</div>'


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


async def test_a_form_stays_whatever_names_its_controls_have(tab: Tab) -> None:
    shadows = '<input name="removeAttribute"><input name="parentNode">'
    with desk(contacts(0)) as now:
        now.parts = {"edit": EDIT.replace("</form>", f"{shadows}</form>")}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        await tab.page.locator("[name=removeAttribute]").evaluate(
            "(it) => { it.value = 'typed'; it.focus(); }"
        )
        await refresh(tab)
        await expect(tab.page.locator("[name=removeAttribute]")).to_have_value("typed")
        await expect(tab.page.locator("[name=removeAttribute]")).to_be_focused()


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
    """Also with the same ids, as Django writes them without a prefix."""
    edit = EDIT.replace("<form", '<form id="edit"').replace('name="name"', 'name="name" id="id_name"')
    with desk(contacts(0)) as now:
        now.parts = {"edit": edit}
        await sit_down(tab)
        for at, name in ((1, "Bo"), (2, "Gra")):
            await tab.page.locator(f"li:nth-child({at}) button").first.click()
            await tab.page.locator(f"li:nth-child({at}) [name=name]").fill(name)
        for times in (1, 2):
            await turn(tab, now, contacts(times), times)
            names = tab.page.locator("li > form#edit > [name=name]")
            assert await names.evaluate_all("(all) => all.map((it) => it.value)") == ["Bo", "Gra"]
            await expect(tab.page.locator("div.contact")).to_have_count(0)
        await expect(tab.page.locator("li:nth-child(2) [name=name]")).to_be_focused()
        # Idiomorph says that it may lose something.
        await tab.forget("duplicate ids")


TO_MORE = 'hx-target="#more" hx-swap="outerHTML"'
MORE = f'<li id="more"><button hx-get="/keep/part/{{page}}/" {TO_MORE}>More</button></li>'


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
    show = '<button hx-get="/keep/part/detail/" hx-target="#slot">Show</button>'
    detail = (
        '<p>Ada {m}</p><div id="in"><button hx-get="/keep/part/edit/" hx-target="#in">Edit</button></div>'
    )
    with desk(slot(0, show)) as now:
        now.parts = {"detail": detail.format(m=0), "edit": EDIT}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await tab.page.locator("#in button").click()
        await field(tab, "name").fill("Gra")
        await turn(tab, now, slot(1, show), 1)
        await expect(field(tab, "name")).to_have_value("Gra")
        await expect(field(tab, "name")).to_be_focused()
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 0")
        # A plain piece inside of a plain piece is asked for again after it.
        now.parts = {"detail": detail.format(m=1), "edit": "<u>Plain</u>", "view": "<u>Plain</u>"}
        ask = "(it) => htmx.ajax('GET', '/keep/part/edit/', { target: it, swap: 'innerHTML' })"
        await tab.page.locator("#in").evaluate(ask)
        await expect(tab.page.locator("#in > u")).to_have_text("Plain")
        await blur(tab)
        now.parts["edit"] = "<u>Plain and new</u>"
        await turn(tab, now, slot(2, show), 2)
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 1")
        await expect(tab.page.locator("#in > u")).to_have_text("Plain and new")


async def test_a_form_in_a_detail_view_goes_when_it_is_saved_and_the_view_stays(tab: Tab) -> None:
    show = '<button hx-get="/keep/part/detail/" hx-target="#slot">Show</button>'
    edit = '<p>Ada {m}</p><div id="in"><button hx-get="/keep/part/edit/" hx-target="#in">Edit</button></div>'
    with desk(slot(0, show)) as now:
        form = EDIT.replace('hx-target="this" hx-swap="outerHTML"', 'hx-swap="none"')
        now.parts = {"detail": edit.format(m=0), "edit": form, "save": ("", 204)}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await tab.page.locator("#in button").click()
        await field(tab, "name").fill("Grace")
        await tab.bound()
        now.parts["detail"], now.html["main"] = edit.format(m=1), slot(1, show)
        await field(tab, "name").press("Enter")
        await expect(tab.page.locator("main b")).to_have_text("1")
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 1")
        await expect(tab.page.locator("#in form")).to_have_count(0)
        assert now.asked == ["GET detail/", "GET edit/", "POST save/", "GET detail/"]


async def test_while_it_has_the_focus_it_stays_and_is_asked_for_when_that_goes(tab: Tab) -> None:
    show = '<button hx-get="/keep/part/detail/" hx-target="#slot">Show</button>'
    with desk(slot(0, show)) as now:
        now.parts = {"detail": '<p>Ada 0</p><a href="#">Link</a>'}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await tab.page.locator("#slot a").focus()
        now.parts = {"detail": '<p>Ada 1</p><a href="#">Link</a>'}
        await turn(tab, now, slot(1, show), 1)
        await expect(tab.page.locator("#slot a")).to_be_focused()
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 0")
        assert now.asked == ["GET detail/"]
        await blur(tab)
        await expect(tab.page.locator("#slot > p")).to_have_text("Ada 1")


async def test_what_is_refused_when_it_is_asked_for_again_is_what_the_block_says(tab: Tab) -> None:
    button = """<button hx-get="/keep/part/it/?a=1" hx-vals='{"b": "2"}' hx-target="#slot">Show</button>"""
    asked = []
    with desk(slot(0, button)) as now:
        async with tab.forgive("."):
            await sit_down(tab)
            for times, status in enumerate((401, 404, 500, 0), start=1):
                now.parts = {"it": "<p>Ada</p>"}
                await tab.page.locator("main button").click()
                await expect(tab.page.locator("#slot > p")).to_have_text("Ada")
                await blur(tab)
                if status == 0:
                    await tab.page.route("**/part/it/**", lambda route: route.abort())
                now.parts = {"it": ("<p>Error</p>", status)}
                await turn(tab, now, slot(times, button), times)
                await expect(tab.page.locator("#slot")).to_have_text(f"None {times}")
                asked += ["GET it/?a=1&b=2"] * (2 if status else 1)
                assert now.asked == asked


async def test_what_is_mere_text_is_asked_for_again(tab: Tab) -> None:
    def block(n: int) -> str:
        show = '<button hx-get="/keep/part/price/" hx-target="next span">Show</button>'
        return f"<b>{n}</b>{show}<span>?</span><p>{n}</p>"

    with desk(block(0)) as now:
        now.parts = {"price": "12"}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("main span")).to_have_text("12")
        await blur(tab)
        for times in (1, 2):
            now.parts = {"price": f"1{times + 2}"}
            await turn(tab, now, block(times), times)
            await expect(tab.page.locator("main span")).to_have_text(f"1{times + 2}")


async def test_where_the_place_is_gone_only_what_was_typed_stays(tab: Tab) -> None:
    button = '<button hx-get="/keep/part/edit/" hx-target="closest tr" hx-swap="outerHTML">Edit</button>'

    def table(n: int, *rows: int) -> str:
        body = "".join(f'<tr id="r{at}"><td>{at}</td><td>{button}</td></tr>' for at in rows)
        return f"<b>{n}</b><table><tbody>{body}</tbody></table>"

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
        move = "document.querySelector('#inner form').append(document.querySelector('#beside'))"
        await tab.page.evaluate(move)
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
    edit = EDIT.replace(
        'hx-post="/keep/part/save/" hx-target="this"', 'hx-post="/keep/again/" hx-target="#main"'
    )
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
        edit = EDIT.replace('hx-target="this" hx-swap="outerHTML"', 'hx-swap="none"')
        now.parts = {"edit": edit, "save": ("", 204)}
        await sit_down(tab)
        await tab.page.locator("li:nth-child(2) button").click()
        # Until htmx 2 has bound it, Enter would be the browser's.
        await expect(tab.page.locator("main form")).to_have_count(1)
        await expect(tab.page.locator(".htmx-added, .htmx-settling")).to_have_count(0)
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


async def test_what_comes_as_a_partial_stays_or_is_asked_for_again(tab: Tab) -> None:
    button = '<button hx-get="/keep/part/it/" hx-swap="none">Go</button>'
    partial = '<hx-partial hx-target="#slot" hx-swap="innerHTML">{it}</hx-partial>'
    with desk(slot(0, button)) as now:
        now.parts = {"it": partial.format(it='<input name="it">')}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await field(tab, "it").fill("typed")
        await turn(tab, now, slot(1, button), 1)
        await expect(field(tab, "it")).to_have_value("typed")

        now.parts = {"it": partial.format(it="<p>Plain</p>")}
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("#slot p")).to_have_text("Plain")
        await blur(tab)
        now.parts = {"it": partial.format(it="<p>Plain and new</p>")}
        await turn(tab, now, slot(2, button), 2)
        await expect(tab.page.locator("#slot p")).to_have_text("Plain and new")


async def test_what_takes_the_place_of_all_that_is_in_a_block_stays(tab: Tab) -> None:
    button = '<button hx-get="/keep/part/it/" hx-target="#main">Go</button>'
    with desk(f"<b>0</b>{button}") as now:
        now.parts = {"it": EDIT, "save": ("", 204)}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await field(tab, "name").fill("typed")
        await refresh(tab)
        await expect(field(tab, "name")).to_have_value("typed")
        await expect(field(tab, "name")).to_be_focused()
        now.html["main"] = f"<b>1</b>{button}"
        await field(tab, "name").press("Enter")
        await expect(tab.page.locator("main b")).to_have_text("1")
        await expect(field(tab, "name")).to_have_count(0)


async def test_however_often_the_block_refreshes_meanwhile_it_is_fresh_in_the_end(tab: Tab) -> None:
    button = '<button hx-get="/keep/part/it/" hx-target="#slot">Go</button>'
    with desk(slot(0, button)) as now:
        now.parts = {"it": "<p>0</p>"}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("#slot p")).to_have_text("0")
        await blur(tab)
        for times in range(1, 6):
            now.parts = {"it": f"<p>{times}</p>"}
            now.html["main"] = slot(times, button)
            await tab.invalidate("desk")
        await expect(tab.page.locator("main b")).to_have_text("5")
        await expect(tab.page.locator("#slot p")).to_have_text("5")


async def test_what_comes_again_keeps_what_people_and_scripts_have_made_of_it(tab: Tab) -> None:
    row = """<li data-id="{0}" class="row"><i>{0} {1}</i><details><summary>More</summary>{1}</details>
        <pre>{2}</pre></li>"""
    lines = "\n".join("abcdefgh")

    def rows(names: str, n: int) -> str:
        return "\n".join(row.format(name, n, lines) for name in names)

    more = """<b>{}</b><ul><li>first</li></ul>
        <button hx-get="/keep/part/more/" hx-target="previous ul" hx-swap="beforeend">More</button>"""
    with desk(more.format(0)) as now:
        now.parts = {"more": rows("abc", 0)}
        await sit_down(tab)
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("main li")).to_have_count(4)
        await blur(tab)
        await tab.page.locator("[data-id=b] summary").click()
        await blur(tab)
        await tab.page.evaluate(
            """() => {
                window.b = document.querySelector("[data-id=b]");
                b.classList.add("selected");
                Object.assign(b.querySelector("pre").style, { height: "20px", overflow: "auto" });
                b.querySelector("pre").scrollTop = 9;
            }"""
        )
        for times, names in enumerate(["abc", "xbac", "cb"], start=1):
            now.parts = {"more": rows(names, times)}
            await turn(tab, now, more.format(times), times)
            await expect(tab.page.locator("main li i")).to_have_text([f"{each} {times}" for each in names])
            await expect(tab.page.locator(".selected")).to_have_count(1)
            await expect(tab.page.locator("[open]")).to_have_text(f"More{times}")
            assert await tab.page.evaluate(
                "[b.isConnected, b.classList.contains('selected'), b.querySelector('pre').scrollTop]"
            ) == [True, True, 9]


HEAR = """() => {
    window.heard = [];
    const names = ["beforeRequest", "beforeOnLoad", "responseError", "sendError", "afterRequest",
        "before:request", "before:response", "response:error", "error", "after:request", "finally:request"];
    for (const name of names) document.addEventListener(`htmx:${name}`, (event) =>
        mizan.isRefresh(event) || heard.push(name), true);
    for (const name of ["toast", "mizan:failed"]) document.addEventListener(name, () => heard.push(name));
}"""


async def test_what_is_asked_for_again_goes_on_behind_the_page(tab: Tab) -> None:
    """Its content counts, and no header of it; that it fails is nobody's failure, and told to nobody."""
    button = '<button hx-get="/keep/part/it/" hx-target="#slot">Go</button>'
    with desk(slot(0, button)) as now:
        async with tab.forgive("."):
            now.headers = {
                "HX-Trigger": "toast",
                "HX-Push-Url": "/keep/desk/?pushed",
                "HX-Reswap": "innerHTML",
            }
            now.parts = {"it": "<title>A</title><p>0</p>"}
            await sit_down(tab)
            await tab.page.evaluate(HEAR)
            for times, status in enumerate((200, 500, 0), start=1):
                now.parts = {"it": "<title>A</title><p>0</p>"}
                await tab.page.locator("main button").click()
                await expect(tab.page.locator("#slot p")).to_have_text("0")
                await blur(tab)
                assert "toast" in await tab.page.evaluate("heard")
                await tab.page.evaluate(
                    "heard.length = 0; document.title = 'Mine'; history.pushState({}, '', '?mine')"
                )
                now.headers["HX-Redirect"] = "/keep/desk/?redirected"
                now.parts = {"it": ("<title>B</title><p>1</p>", status)}
                if not status:
                    await tab.page.route("**/part/it/**", lambda route: route.abort())
                await turn(tab, now, slot(times, button), times)
                await expect(tab.page.locator("#slot")).to_have_text(
                    "1" if status == 200 else f"None {times}"
                )
                assert await tab.page.evaluate("[heard, document.title, location.search]") == [
                    [],
                    "Mine",
                    "?mine",
                ]
                await expect(tab.page.locator(".mizan-notice")).to_have_count(0)
                del now.headers["HX-Redirect"]


async def test_what_makes_its_own_block_stale_is_asked_for_again_once(tab: Tab) -> None:
    """A view that marks as read what it shows, say."""
    button = '<button hx-get="/keep/part/it/" hx-target="#slot">Go</button>'
    with desk(slot(0, button)) as now:
        now.parts, now.headers = {"it": "<p>Read</p>"}, {"X-Mizan-Invalidate": "desk"}
        await sit_down(tab)
        now.html["main"] = slot(1, button)
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("main b")).to_have_text("1")
        for times in (2, 3):
            now.parts = {"it": f"<p>Read {times}</p>"}
            await turn(tab, now, slot(times, button), times)
            await expect(tab.page.locator("#slot p")).to_have_text(f"Read {times}")
        assert now.asked == ["GET it/"] * 4
        assert len(tab.refreshes) == 3
