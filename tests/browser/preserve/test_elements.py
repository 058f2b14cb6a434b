"""How a block is replaced: what stays the same element, what moves along, and what a refresh never does."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down, told
from tests.browser.helpers.tab import Tab, morphs, on_every_morph, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

GADGET = """
    customElements.define("x-gadget", class extends HTMLElement {
        connectedCallback() {
            if (this.shadowRoot) return;
            this.attachShadow({ mode: "open" }).innerHTML = "<input>";
        }
    });
"""


@on_every_morph
async def test_a_morph_keeps_the_elements_and_leaves_no_white_space(tab: Tab, htmx: str) -> None:
    with desk("\n<p>{n}</p>\n<p>end</p>\n") as now:
        await sit_down(tab)
        await tab.page.evaluate("main = document.querySelector('#main'), main.same = true")
        count = "document.querySelector('main').childNodes.length"
        before = await tab.page.evaluate(count)
        for times in (1, 2, 3):
            now.html["main"] = f"\n<p>{times}</p>\n<p>end</p>\n"
            await refresh(tab, times)
            await expect(tab.page.locator("#main p").first).to_have_text(str(times))
        assert await tab.page.evaluate(count) == before
        same = await tab.page.evaluate("document.querySelector('#main').same === true")
        assert same == morphs(htmx)


async def test_what_a_script_has_added_and_marked_stays(tab: Tab) -> None:
    fields = '<b>{n}</b><div><input name="one"></div>{more}'
    with desk(fields.format(n=1, more="<p>x</p>")) as now:
        await sit_down(tab)
        await tab.page.evaluate(
            """() => {
                const add = (where, tag, mark, text) => {
                    const it = document.createElement(tag);
                    if (mark) it.setAttribute(mark, "");
                    it.append(text);
                    document.querySelector(where).after(it);
                };
                add("[name=one]", "output", "data-mizan-keep", "3 left");
                add("#main p", "i", "data-mizan-keep", "added");
                add("#main p", "u", null, "lost");
            }"""
        )
        for times in (1, 2):
            now.html["main"] = fields.format(n=times + 1, more="<p>x</p><p>y</p>")
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#main div output")).to_have_text("3 left")
            await expect(tab.page.locator("#main > i")).to_have_text("added")
            await expect(tab.page.locator("#main p")).to_have_count(2)
            await expect(tab.page.locator("#main u")).to_have_count(0)


async def test_elements_with_a_shadow_stay_the_same_and_get_their_attributes(tab: Tab) -> None:
    await tab.page.add_init_script(GADGET)
    gadget = '<b>{n}</b><x-gadget data-n="{n}"></x-gadget>'
    with desk(gadget.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.locator("x-gadget input").fill("typed")
        now.html["main"] = gadget.format(n=2)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("x-gadget")).to_have_attribute("data-n", "2")
        await expect(tab.page.locator("x-gadget input")).to_have_value("typed")
        await expect(tab.page.locator("x-gadget input")).to_be_focused()


async def test_the_focus_never_moves_on_a_refresh(tab: Tab) -> None:
    fields = '<b>{n}</b><button id="go">Go</button><input name="one" autofocus><a href="/">{n}</a>'
    with desk("<b>0</b>", beside="<input name='far'>") as now:
        await sit_down(tab)
        await field(tab, "far").focus()
        for times, focused in enumerate(("[name=far]", "#go", "a", "body", "#main"), start=1):
            now.html["main"] = fields.format(n=times)
            if focused == "#main":
                await tab.page.evaluate("document.querySelector('#main').tabIndex = -1")
            if times > 1:
                await tab.page.evaluate("document.activeElement.blur()")
                await tab.page.evaluate(f"document.querySelector('{focused}').focus()")
            await refresh(tab, 2 * times)
            await expect(tab.page.locator("b")).to_have_text(str(times))
            if focused != "#main":
                assert await tab.page.evaluate(f"document.activeElement.matches('{focused}')"), focused


@on_every_morph
async def test_what_was_entered_follows_its_row(tab: Tab) -> None:
    """By id; and without one by what the row shows, where that has not changed."""
    row = '<li><span>{n}</span><input name="amount" value="1"></li>'
    known = '<li id="r{n}"><span>{n}</span><input name="count" value="1"></li>'

    def lists(*numbers: int) -> str:
        one, two = ("".join(each.format(n=n) for n in numbers) for each in (row, known))
        return f"<ul>{one}</ul><ol>{two}</ol>"

    with desk(lists(1, 2, 3)) as now:
        await sit_down(tab)
        await tab.page.locator("ul input").nth(1).fill("22")
        await tab.page.locator("#r2 input").fill("33")
        for times, numbers in enumerate(([0, 1, 2, 3], [2, 3, 4], [5, 3, 2]), start=1):
            now.html["main"] = lists(*numbers)
            await refresh(tab, times)
            place = numbers.index(2)
            expected = ["22" if at == place else "1" for at in range(len(numbers))]
            read = "(all) => all.map((it) => it.value)"
            assert await tab.page.locator("ol input").evaluate_all(read) == [
                value.replace("22", "33") for value in expected
            ]
            assert await tab.page.locator("ul input").evaluate_all(read) == expected
            await expect(tab.page.locator("#r2 input")).to_be_focused()


async def test_rows_of_a_table_stay_rows_and_keep_what_was_entered(tab: Tab) -> None:
    row = '<td>{n}</td><td><input name="{name}"></td>'
    with desk(row.format(n=1, name="one"), beside=row.format(n=1, name="two")) as now:
        await sit_down(tab, "rows")
        await field(tab, "two").fill("Ada")
        for n in (2, 3):
            now.html["main"], now.html["beside"] = row.format(n=n, name="one"), row.format(n=n, name="two")
            await refresh(tab, 2 * (n - 1))
            read = "(rows) => rows.map(({ cells }) => [cells.length, cells[0].textContent.trim()])"
            assert await tab.page.locator("tbody > tr").evaluate_all(read) == [[2, str(n)]] * 2
            await expect(field(tab, "two")).to_have_value("Ada")
            await expect(field(tab, "two")).to_be_focused()
        assert tab.batches == [["desk;place=main", "desk;place=beside"]] * 2


async def test_what_was_entered_never_slips_into_another_field(tab: Tab) -> None:
    with desk('<input name="one"><input name="two">') as now:
        await sit_down(tab)
        await field(tab, "one").fill("Ada")
        now.html["main"] = '<input name="zero"><input name="two">'
        await refresh(tab)
        await expect(field(tab, "zero")).to_have_value("")
        await expect(field(tab, "two")).to_have_value("")


async def test_a_request_of_the_page_that_replaces_a_block_keeps_the_same(tab: Tab) -> None:
    button = '<button hx-get="/keep/again/" hx-target="#main" hx-swap="outerHTML">Again</button>'
    content = (
        button + '<b>{n}</b><input name="one"><details><summary>More</summary>x</details>'
        '<dialog id="ask">Sure?</dialog>'
    )
    with desk(content.format(n=1)) as now:
        await sit_down(tab)
        await field(tab, "one").fill("Ada")
        await tab.page.locator("summary").click()
        await tab.page.evaluate("ask.showModal()")
        now.html["main"] = content.format(n=2)
        await tab.page.evaluate("document.querySelector('#main > button').click()")  # the dialog is above it
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("#main")).to_have_count(1)
        await expect(field(tab, "one")).to_have_value("Ada")
        await expect(tab.page.locator("details")).to_have_attribute("open", "")
        await expect(tab.page.locator("dialog")).to_be_visible()
        assert await tab.page.evaluate("ask.matches(':modal')")
        await tab.page.evaluate("ask.close()")
        now.html["main"] = content.format(n=3)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("3")


async def test_a_dialog_that_sends_is_as_its_answer_has_it(tab: Tab) -> None:
    dialog = """
        <b>{n}</b><dialog id="ask"><form hx-get="/keep/again/" hx-target="#main" hx-swap="outerHTML">
        <button>Yes</button></form></dialog>
    """
    with desk(dialog.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.evaluate("ask.showModal()")
        now.html["main"] = dialog.format(n=2)
        await tab.page.locator("dialog button").click()
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("dialog")).not_to_be_visible()
        assert await tab.page.evaluate("ask.matches(':modal')") is False


async def test_another_swap_keeps_its_meaning(tab: Tab) -> None:
    button = '<button hx-get="/keep/again/" hx-target="#main" hx-swap="{swap}">Again</button>'
    with desk("<b>1</b>", beside=button.format(swap="beforebegin") + button.format(swap="innerHTML")):
        await sit_down(tab)
        await tab.page.locator("#beside button").first.click()
        await expect(tab.page.locator("main > #main")).to_have_count(2)
        await tab.page.locator("#beside button").nth(1).click()
        await expect(tab.page.locator("#main #main")).to_have_count(1)
        assert await told(tab, "mizan:keep") == []


async def test_a_lazy_block_that_is_loaded_stays_and_is_refreshed_itself(tab: Tab) -> None:
    with desk("1", inner="<i>1</i><input name='one'>") as now:
        await sit_down(tab, "lazy")
        await expect(tab.page.locator("#inner i")).to_have_text("1")
        await field(tab, "one").fill("Ada")
        await tab.page.evaluate(
            """() => {
                const seen = new MutationObserver(() => {
                    if (document.querySelector("#inner em")) throw new Error("The placeholder is back");
                });
                seen.observe(document, { subtree: true, childList: true });
            }"""
        )
        now.html.update(main="2", inner="<i>2</i><input name='one'>")
        await tab.invalidate("desk", place="main")
        await expect(tab.page.locator("#inner i")).to_have_text("2")
        await expect(tab.page.locator("#main > b")).to_have_text("2")
        await expect(field(tab, "one")).to_have_value("Ada")
        await expect(field(tab, "one")).to_be_focused()
        assert tab.refreshes == ["desk;place=inner", "desk;place=main", "desk;place=inner"]


async def test_what_loads_its_own_content_loads_it_again_unless_somebody_is_at_it(tab: Tab) -> None:
    loaded = "<b>{n}</b><p id='p' hx-get='/fragment/' hx-trigger='load'></p>"
    with desk(loaded.format(n=1)) as now:
        await sit_down(tab)
        for times in (1, 2):
            await expect(tab.page.locator("#p > em")).to_have_text("Fragment")
            await tab.page.evaluate("p.firstChild.textContent = 'Former'")
            now.html["main"] = loaded.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("#p > em")).to_have_text("Fragment")
        await tab.page.evaluate("p.append(document.createElement('input'))")
        await tab.page.locator("#p input").fill("Ada")
        now.html["main"] = loaded.format(n=4)
        await refresh(tab, 3)
        await expect(tab.page.locator("b")).to_have_text("4")
        await expect(tab.page.locator("#p input")).to_have_value("Ada")
