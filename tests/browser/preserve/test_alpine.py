"""What Alpine has made of a block is still in its hand after a refresh; what the server has new is there."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

# Alpine starts before the shim, or after it.
in_both_orders = pytest.mark.parametrize("order", ["before", "after"])

COUNTER = """<b>{n}</b>
<div x-data="{{ open: false, n: 0 }}" class="box">
    <button id="go" @click="open = !open; n++" :class="open ? 'on' : 'off'" :aria-expanded="open">Go</button>
    <i id="n" x-text="n">0</i><p id="server">{n}</p>
    <p id="shown" x-show="open" x-cloak class="{c}">Shown</p><p id="shut" x-show="!open">Shut</p>
    <template x-if="open"><p id="made"><input name="inside"></p></template>
    <ul><template x-for="each in n" :key="each"><li x-text="each"></li></template></ul>
    <input name="model" x-model="n">
</div>"""
STATE = """() => ({
    n: document.querySelector("#n").textContent,
    go: [document.querySelector("#go").className, document.querySelector("#go").ariaExpanded],
    made: document.querySelectorAll("#made").length,
    rows: [...document.querySelectorAll("li")].map((it) => it.textContent).join(""),
    model: document.querySelector("[name=model]").value,
})"""


async def shows(tab: Tab, n: int) -> None:
    """See that the page shows what it has to after so many clicks."""
    is_open = n % 2 == 1
    # Alpine shows things in a task of its own.
    await expect(tab.page.locator("#shown" if is_open else "#shut")).to_be_visible()
    await expect(tab.page.locator("#shut" if is_open else "#shown")).to_be_hidden()
    assert await tab.page.evaluate(STATE) == {
        "n": str(n),
        "go": ["on" if is_open else "off", str(is_open).lower()],
        "made": int(is_open),
        "rows": "12345"[:n],
        "model": str(n),
    }


@in_both_orders
async def test_what_alpine_has_counted_and_opened_stays(tab: Tab, order: str) -> None:
    with desk(COUNTER.format(n=1, c="a")) as now:
        await sit_down(tab, f"scripts/{order}")
        await expect(tab.page.locator("#n")).to_have_text("0")
        for clicks in range(3):
            times = clicks + 1
            now.html["main"] = COUNTER.format(n=times + 1, c="ab"[times % 2])
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#server")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#shown")).to_have_class("ab"[times % 2])
            await shows(tab, clicks)
            await tab.page.locator("#go").click()
            await expect(tab.page.locator("#n")).to_have_text(str(clicks + 1))
            await shows(tab, clicks + 1)


async def test_what_is_typed_into_what_alpine_made_stays_with_the_focus(tab: Tab) -> None:
    with desk(COUNTER.format(n=1, c="a")) as now:
        await sit_down(tab, "scripts/after")
        await tab.page.locator("#go").click()
        await field(tab, "inside").fill("Ada")
        await tab.page.evaluate("window.was = document.querySelector('[name=inside]')")
        for times in (1, 2):
            now.html["main"] = COUNTER.format(n=times + 1, c="a").replace("<i id", f"<u>{times}</u><i id")
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            await expect(field(tab, "inside")).to_have_value("Ada")
            await expect(field(tab, "inside")).to_be_focused()
            assert await tab.page.evaluate("was === document.querySelector('[name=inside]')")
        await tab.page.locator("#go").click()
        await expect(tab.page.locator("#made")).to_have_count(0)


async def test_what_the_server_changes_for_alpine_is_new(tab: Tab) -> None:
    with desk(COUNTER.format(n=1, c="a")) as now:
        await sit_down(tab, "scripts/after")
        await tab.page.locator("#go").click()
        await expect(tab.page.locator("#made")).to_have_count(1)
        # Another template, another text, another button: with the same data.
        other = COUNTER.replace('id="made"', 'id="made" title="T"').replace('x-text="n"', 'x-text="n * 10"')
        now.html["main"] = other.replace("n++", "n += 2").format(n=2, c="a")
        await refresh(tab)
        await expect(tab.page.locator("#server")).to_have_text("2")
        await expect(tab.page.locator("#n")).to_have_text("10")
        await expect(tab.page.locator("#made")).to_have_count(1)
        await expect(tab.page.locator("#made[title=T]")).to_have_count(1)
        await tab.page.locator("#go").click()
        await expect(tab.page.locator("#n")).to_have_text("30")
        await expect(tab.page.locator("#made")).to_have_count(0)
        # Other data: Alpine starts anew.
        now.html["main"] = COUNTER.replace("n: 0", "n: 4").format(n=3, c="a")
        await refresh(tab, 2)
        await expect(tab.page.locator("#server")).to_have_text("3")
        await expect(tab.page.locator("li")).to_have_count(4)
        await shows(tab, 4)
        await tab.page.locator("#go").click()
        await expect(tab.page.locator("#n")).to_have_text("5")
        await shows(tab, 5)


ROWS = """<b>{n}</b><ul>{rows}</ul>"""
ROW = """<li class="row"><span>{0}</span><div x-data="{{ open: false }}">
    <button @click="open = true">Open {0}</button><em x-show="open">{0} is open</em></div></li>"""


@in_both_orders
async def test_data_stay_with_their_rows(tab: Tab, order: str) -> None:
    with desk(ROWS.format(n=1, rows="".join(map(ROW.format, "abc")))) as now:
        await sit_down(tab, f"scripts/{order}")
        await expect(tab.page.get_by_text("b is open")).to_be_hidden()
        await tab.page.get_by_text("Open b").click()
        await expect(tab.page.get_by_text("b is open")).to_be_visible()
        now.html["main"] = ROWS.format(n=2, rows="".join(map(ROW.format, "zabc")))
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.get_by_text("b is open")).to_be_visible()
        for name in "zac":
            await expect(tab.page.get_by_text(f"{name} is open")).to_be_hidden()
        await tab.page.get_by_text("Open z").click()
        await expect(tab.page.get_by_text("z is open")).to_be_visible()
        now.html["main"] = ROWS.format(n=3, rows="".join(map(ROW.format, "za")))
        await refresh(tab, 2)
        await expect(tab.page.locator("b")).to_have_text("3")
        await expect(tab.page.locator("em:visible")).to_have_text(["z is open"])


NESTED = """<b>{n}</b><div x-data="{{ tab: 'one' }}"><p x-data="{{ n: 0 }}"><button @click="n++; tab = 'two'"
    x-text="tab + n"></button><i x-text="tab"></i></p>
    <template x-teleport="body"><p id="away" x-text="tab"></p></template>
    <template x-for="row in ['x', 'y']"><p class="row"><template x-if="tab == 'two'"><u x-text="row"></u>
    </template></p></template><s x-html="'<a>' + tab + '</a>'"></s>
    <input type="hidden" name="chosen" :value="tab"></div>"""


@in_both_orders
async def test_data_in_data_and_templates_in_templates(tab: Tab, order: str) -> None:
    with desk(NESTED.format(n=1)) as now:
        await sit_down(tab, f"scripts/{order}")
        await tab.page.get_by_text("one0").click()
        for times in (1, 2):
            now.html["main"] = NESTED.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#main button")).to_have_text("two1")
            await expect(tab.page.locator("#main i, #away, s a")).to_have_text(["two", "two", "two"])
            await expect(tab.page.locator("#main u")).to_have_text(["x", "y"])
            await expect(tab.page.locator(".row")).to_have_count(2)
            await expect(field(tab, "chosen")).to_have_value("two")


async def test_a_block_in_the_scope_of_data_around_it(tab: Tab) -> None:
    html = """<b>{n}</b><p x-show="open">Shown</p><button @click="open = !open">Go</button>
        <i x-text="open"></i>"""
    with desk(html.format(n=1)) as now:
        await sit_down(tab, "scripts/around")
        await tab.page.get_by_text("Go").click()
        await expect(tab.page.locator("p")).to_be_visible()
        now.html["main"] = html.format(n=2)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("p")).to_be_visible()
        await expect(tab.page.locator("i")).to_have_text("true")
        await tab.page.get_by_text("Go").click()
        await expect(tab.page.locator("p")).to_be_hidden()


CLASSES = """<b>{n}</b><div x-data="{{ open: false, named() {{ return this.open ? 'm-on' : 'm-off' }} }}">
    <button id="go" @click="open = !open" :disabled="false">Go</button>
    <p id="one" class="base{n} folded" :class="{{ folded: !open }}">1</p>
    <p id="two" class="base{n}" x-bind:class="open ? 'wide' : 'slim'" :title="'is ' + open" title="none">2</p>
    <p id="three" class="base{n}" :class="named()" :hidden="open" :style="{{ color: open ? 'red' : 'blue' }}">
    3</p>
    <p id="four" class="base{n}" :class="['x', open ? 'y' : '']" x-cloak>4</p></div>"""


@in_both_orders
async def test_what_alpine_and_the_server_both_say_of_an_element(tab: Tab, order: str) -> None:
    with desk(CLASSES.format(n=1)) as now:
        await sit_down(tab, f"scripts/{order}")
        await expect(tab.page.locator("#two")).to_have_attribute("title", "is false")
        for times in range(1, 4):
            is_open = times % 2 == 0
            now.html["main"] = CLASSES.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            base = f"base{times + 1}"
            found = await tab.page.evaluate(
                """() => [one, two, three, four].map((it) => [...it.classList].sort().join(" ")).concat(
                    [two.title, three.hidden, three.style.color, four.hasAttribute("x-cloak")])"""
            )
            assert found == [
                base if is_open else f"{base} folded",
                f"{base} wide" if is_open else f"{base} slim",
                f"{base} m-on" if is_open else f"{base} m-off",
                f"{base} x y" if is_open else f"{base} x",
                f"is {str(is_open).lower()}",
                is_open,
                "red" if is_open else "blue",
                False,
            ]
            await tab.page.locator("#go").click()
            await expect(tab.page.locator("#two")).to_have_attribute(
                "title", f"is {str(not is_open).lower()}"
            )
