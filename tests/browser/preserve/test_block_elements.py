"""A block that is itself the control, or what can be opened, keeps what a block keeps that holds one."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down, told
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

BARE = "2.0.11"  # the build on which blocks are not morphed

LINES = "".join(f"Line {each}\n" for each in range(40))

CONTROLS = {
    "more": ("details", "<summary>More</summary>{n}"),
    "size": ("select", "<option>S<option>M<option>L"),
    "tags": ("select", "<option>x<option>y<option>z"),
    "text": ("textarea", "{text}" + LINES),
    "form": ("form", '<i>{n}</i><input name="one" required><input type="checkbox" name="yes">'),
    "set": ("fieldset", '<i>{n}</i><input name="two" value="{n}"><input type="radio" name="way" value="a">'),
    "count": ("input", ""),
    "draft": ("p", "Draft"),
}

# The server writes no such attributes: a script does.
DRESS = """() => {
    size.name = "size";
    tags.name = "tags";
    tags.multiple = true;
    text.name = "text";
    count.name = "count";
    count.type = "number";
    draft.contentEditable = "true";
    for (const it of document.querySelectorAll("main > *")) it.same = true;
}"""


async def waits(tab: Tab) -> None:
    """Make the desk stale, and see by the block next to it that nothing is asked for meanwhile."""
    sent = len(tab.refreshes)
    await tab.invalidate("desk")
    await tab.happens("refreshed", 1)
    assert tab.refreshes[sent:] == ["desk;place=beside"]


async def can_be_clicked(tab: Tab) -> bool:
    """Tell whether nothing lies over the page."""
    found: bool = await tab.page.evaluate(
        """() => {
            const heading = document.querySelector("h1");
            const { x, y } = heading.getBoundingClientRect();
            return document.elementFromPoint(x + 1, y + 1) === heading;
        }"""
    )
    return found


async def test_a_block_that_is_a_control_keeps_what_was_entered_and_says_what_has_changed(
    tab: Tab, htmx: str
) -> None:
    def html(n: int, text: str) -> dict[str, str]:
        return {place: each.format(n=n, text=text) for place, (_, each) in CONTROLS.items()}

    with desk("<b>1</b>", **html(1, "One")) as now:
        now.tags = {place: tag for place, (tag, _) in CONTROLS.items()}
        await sit_down(tab)
        await tab.page.evaluate(DRESS)
        await tab.page.locator("summary").click()
        await tab.page.locator("#size").select_option("M")
        await tab.page.locator("#tags").select_option(["x", "z"])
        await field(tab, "yes").check()
        await field(tab, "two").fill("Bob")
        await field(tab, "way").check()
        await tab.page.locator("#count").press_sequentially("-")
        await tab.page.locator("#draft").click()
        await tab.page.keyboard.press("Home")
        await tab.page.keyboard.type("My ")
        await tab.page.locator("#text").focus()
        await tab.page.evaluate("text.setSelectionRange(3, 3), text.scrollTop = 90")
        await tab.page.keyboard.type("x")
        scrolled = await tab.page.evaluate("text.scrollTop = 90, text.scrollTop")

        for times in (1, 2):
            now.html.update(html(times + 1, "Two"), main=f"<b>{times + 1}</b>")
            await refresh(tab, times * (len(CONTROLS) + 1))
            await expect(tab.page.locator("#main b")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#form i")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#more")).to_have_attribute("open", "")
            await expect(tab.page.locator("#size")).to_have_value("M")
            await expect(tab.page.locator("#tags")).to_have_values(["x", "z"])
            await expect(field(tab, "yes")).to_be_checked()
            await expect(field(tab, "way")).to_be_checked()
            await expect(field(tab, "two")).to_have_value("Bob")
            assert await tab.page.evaluate("count.validity.badInput")
            await expect(tab.page.locator("#draft")).to_have_text("My Draft")
            await expect(tab.page.locator("#text")).to_have_value("Onex" + LINES)
            await expect(tab.page.locator("#text")).to_be_focused()
            assert await tab.page.evaluate("[text.selectionStart, text.scrollTop]") == [4, scrolled]
            await expect(tab.page.locator("#text")).to_have_attribute("data-mizan-changed", "Two" + LINES)
        changed = sorted(await told(tab, "mizan:changed"))  # once each
        assert changed == [["text", "Two" + LINES], ["two", "2"], ["two", "3"]]
        # What can't be handed over stays the same element, and says of itself what the server does.
        same = await tab.page.evaluate("[count, draft, size].map((it) => it.same === true)")
        assert same == [True, True, htmx != BARE]


async def test_untouched_controls_are_renewed(tab: Tab) -> None:
    with desk("<option>S<option>M", text="One", more="<summary>More</summary>") as now:
        now.tags = {"main": "select", "text": "textarea", "more": "details"}
        await sit_down(tab)
        now.html.update(main="<option>S<option selected>M", text="Two", more="<summary>Less</summary>")
        await refresh(tab, 3)
        await expect(tab.page.locator("#main")).to_have_value("M")
        await expect(tab.page.locator("#text")).to_have_value("Two")
        await expect(tab.page.locator("#more")).to_have_text("Less")


@pytest.mark.parametrize("how", ["show", "showModal"])
async def test_a_block_that_is_an_open_dialog_waits_until_it_is_closed(tab: Tab, how: str) -> None:
    dialog = '<b>{n}</b><input name="one"><button autofocus>OK</button>'
    with desk(dialog.format(n=1), beside="") as now:
        now.tags["main"] = "dialog"
        await sit_down(tab)
        await tab.page.evaluate(f"main.{how}()")
        await field(tab, "one").fill("Ada")
        now.html["main"] = dialog.format(n=2)
        await waits(tab)
        await expect(tab.page.locator("#main")).to_be_visible()
        await expect(tab.page.locator("#main b")).to_have_text("1")
        assert await tab.page.evaluate("main.matches(':modal')") == (how == "showModal")
        await tab.page.evaluate("main.close()")
        await expect(tab.page.locator("#main b")).to_have_text("2")
        await expect(field(tab, "one")).to_have_value("Ada")
        assert await can_be_clicked(tab)
        await tab.page.evaluate("main.showModal()")
        await expect(tab.page.locator("#main button")).to_be_focused()


async def test_a_dialog_that_a_request_of_the_page_replaces_is_open_and_modal_afterwards(tab: Tab) -> None:
    button = '<button hx-get="/keep/again/" hx-target="#main" hx-swap="outerHTML">Again</button>'
    dialog = f'<b>{{n}}</b><form>{button}<input name="one"></form>{"<p>Row</p>" * 80}'
    with desk(dialog.format(n=1), beside=button) as now:
        now.tags["main"] = "dialog"
        await sit_down(tab)
        await tab.page.evaluate("main.showModal()")
        await field(tab, "one").fill("Ada")
        await tab.page.evaluate("main.scrollTop = 120")
        now.html["main"] = dialog.format(n=2)
        await tab.page.evaluate("document.querySelector('#beside button').click()")  # the dialog is above it
        await expect(tab.page.locator("#main b")).to_have_text("2")
        assert await tab.page.evaluate("main.matches(':modal')")
        await expect(field(tab, "one")).to_have_value("Ada")
        await expect(field(tab, "one")).to_be_focused()
        assert await tab.page.evaluate("main.scrollTop") == 120

        # Sent from within, it is as the answer has it.
        now.html["main"] = dialog.format(n=3)
        await tab.page.locator("#main button").click()
        await expect(tab.page.locator("#main b")).to_have_text("3")
        await expect(tab.page.locator("#main")).not_to_be_visible()
        assert await can_be_clicked(tab)


async def test_a_block_that_is_an_open_popover_stays_open_or_waits(tab: Tab, htmx: str) -> None:
    with desk("<b>1</b>", beside="") as now:
        await sit_down(tab)
        await tab.page.evaluate("main.popover = 'auto', main.showPopover()")
        now.html["main"] = "<b>2</b>"
        if htmx == BARE:
            await waits(tab)
            await expect(tab.page.locator("#main")).to_be_visible()
            await tab.page.evaluate("main.hidePopover()")
        else:
            await refresh(tab, 2)
            await expect(tab.page.locator("#main")).to_be_visible()
        await expect(tab.page.locator("#main b")).to_have_text("2")


async def test_a_block_that_plays_plays_on(tab: Tab, htmx: str) -> None:
    source = '<source src="/keep/tone.wav?{n}">'
    with desk(source.format(n=1), beside="") as now:
        now.tags["main"] = "audio"
        await sit_down(tab)
        await tab.page.evaluate("main.muted = true, main.same = true, main.play()")
        now.html["main"] = source.format(n=2)
        if htmx == BARE:
            await waits(tab)
            assert await tab.page.evaluate("[main.same, main.paused]") == [True, False]
            await tab.page.evaluate("main.pause()")
            await expect(tab.page.locator("#main source")).to_have_attribute("src", "/keep/tone.wav?2")
        else:
            await refresh(tab, 2)
            assert await tab.page.evaluate("[main.same, main.paused]") == [True, False]
            await tab.page.evaluate("main.pause()")
            await refresh(tab, 4)
            await expect(tab.page.locator("#main source")).to_have_attribute("src", "/keep/tone.wav?2")


async def test_a_block_with_a_shadow_stays_the_same_element(tab: Tab) -> None:
    gadget = """customElements.define("x-gadget", class extends HTMLElement {
        connectedCallback() {
            if (!this.shadowRoot) this.attachShadow({ mode: "open" }).innerHTML = "<input><slot></slot>";
        }
    });"""
    await tab.page.add_init_script(gadget)
    with desk("<b>1</b>") as now:
        now.tags["main"] = "x-gadget"
        await sit_down(tab)
        await tab.page.locator("#main input").fill("typed")
        now.html["main"] = "<b>2</b>"
        await refresh(tab)
        await expect(tab.page.locator("#main b")).to_have_text("2")
        await expect(tab.page.locator("#main input")).to_have_value("typed")
        await expect(tab.page.locator("#main input")).to_be_focused()


async def test_a_block_inside_of_an_open_dialog_is_refreshed_under_the_hands_that_type(tab: Tab) -> None:
    content = '<b>{n}</b><input name="one" value="Ada"><button autofocus>OK</button>'
    with desk(content.format(n=1)) as now:
        now.around["main"] = ('<dialog id="ask">', "</dialog>")
        await sit_down(tab)
        await tab.page.evaluate("ask.showModal()")
        await field(tab, "one").focus()
        await tab.page.evaluate("document.querySelector('[name=one]').setSelectionRange(2, 2)")
        for times in (1, 2):
            await tab.page.keyboard.type("x")
            now.html["main"] = content.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("#main b")).to_have_text(str(times + 1))
            await expect(field(tab, "one")).to_have_value("Ad" + "x" * times + "a")
            await expect(field(tab, "one")).to_be_focused()
            assert await tab.page.evaluate("ask.matches(':modal')")
        await tab.page.evaluate("ask.close()")
        await expect(tab.page.locator("#main button")).to_have_attribute("autofocus", "")
        await tab.page.evaluate("ask.showModal()")
        await expect(tab.page.locator("#main button")).to_be_focused()


@pytest.mark.parametrize(
    ("tag", "html"),
    [("textarea", "One"), ("details", "<summary>More</summary>"), ("form", '<input name="one">')],
)
async def test_a_block_around_a_block_keeps_the_same(tab: Tab, tag: str, html: str) -> None:
    with desk("1", inner=html, beside="") as now:
        now.tags["inner"] = tag
        await sit_down(tab, "nested")
        if tag == "details":
            await tab.page.locator("summary").click()
        else:
            await tab.page.locator("textarea, [name=one]").fill("Mine")
        for times, place in enumerate(("main", "inner", "main"), start=1):
            now.html["main"] = str(times + 1)
            await tab.invalidate("desk", place=place)
            await tab.happens("refreshed", times)
            if tag == "details":
                await expect(tab.page.locator("#inner")).to_have_attribute("open", "")
            else:
                await expect(tab.page.locator("textarea, [name=one]")).to_have_value("Mine")
                await expect(tab.page.locator("textarea, [name=one]")).to_be_focused()


async def test_a_block_around_a_block_that_is_an_open_dialog_waits(tab: Tab) -> None:
    with desk("1", inner="<i>Sure?</i>", beside="") as now:
        now.tags["inner"] = "dialog"
        await sit_down(tab, "nested")
        await tab.page.evaluate("inner.showModal()")
        now.html["main"] = "2"
        await waits(tab)
        await expect(tab.page.locator("#inner")).to_be_visible()
        await tab.page.evaluate("inner.close()")
        await expect(tab.page.locator("#main > b")).to_have_text("2")
