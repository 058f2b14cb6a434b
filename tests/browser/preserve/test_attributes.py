"""An attribute that a script has set stays through a refresh, until the server sends another value for it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_every_morph, on_newest_morph
from tests.site.keep import desk

ATTRIBUTES = """(all) => Object.fromEntries(all.map((it) => [
    it.id || it.localName,
    Object.fromEntries([...it.attributes].filter(({ name }) => !/^(id|data-mizan.*)$/.test(name)).map(
        ({ name, value }) => [name, value]))]))"""


async def attributes(tab: Tab, selector: str) -> dict[str, dict[str, str]]:
    """Read the attributes of elements, by their ids."""
    found: dict[str, dict[str, str]] = await tab.page.locator(selector).evaluate_all(ATTRIBUTES)
    return found


@on_every_morph
async def test_what_a_script_has_set_stays(tab: Tab) -> None:
    html = """<b>{n}</b><button id="set" class="a" aria-expanded="false">Menu</button>
        <p id="taken" class="a b" hidden title="T" inert>Text</p><a id="moved" href="/one/">Link</a>"""
    with desk(html.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.evaluate(
            """() => {
                set.classList.add("show");
                set.setAttribute("aria-expanded", "true");
                set.style.color = "red";
                for (const name of ["hidden", "title", "inert"]) taken.removeAttribute(name);
                taken.classList.remove("b");
                moved.href = "/two/";
                Object.assign(window, { was: [set, taken, moved] });
            }"""
        )
        for times in (1, 2):
            now.html["main"] = html.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            assert await attributes(tab, "#set, #taken, #moved") == {
                "set": {"class": "a show", "aria-expanded": "true", "style": "color: red;"},
                "taken": {"class": "a"},
                "moved": {"href": "/two/"},
            }
        # Who holds on to the elements goes on having them.
        assert await tab.page.evaluate("was.every((it) => it === document.getElementById(it.id))")


@on_newest_morph
async def test_what_the_server_changes_is_the_servers(tab: Tab) -> None:
    one = """<b>1</b><p id="all" class="a b" aria-expanded="false" hidden title="T">Text</p>
        <p id="some" class="a b c">Text</p><p id="style">Text</p>"""
    two = """<b>2</b><p id="all" class="z" aria-expanded="mixed" title="T">Text</p>
        <p id="some" class="a c d">Text</p><p id="style">Text</p>"""
    with desk(one) as now:
        await sit_down(tab)
        await tab.page.evaluate(
            """() => {
                all.setAttribute("aria-expanded", "true");
                all.hidden = false;
                all.title = "Mine";
                all.lang = "de";
                some.classList.add("open");
                some.classList.remove("a");
            }"""
        )
        now.html["main"] = two
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        assert await attributes(tab, "#all, #some") == {
            "all": {"class": "z", "aria-expanded": "mixed", "title": "Mine", "lang": "de"},
            "some": {"class": "c d open"},
        }
        # What was the page's goes when the server has its say, and comes no more.
        now.html["main"] = two.replace("T", "New").replace("2", "3")
        await refresh(tab, 2)
        await expect(tab.page.locator("b")).to_have_text("3")
        assert (await attributes(tab, "#all"))["all"]["title"] == "New"
        now.html["main"] = one.replace("<b>1", "<b>4")
        await refresh(tab, 3)
        await expect(tab.page.locator("b")).to_have_text("4")
        assert await attributes(tab, "#all, #some") == {
            "all": {"class": "a b", "aria-expanded": "false", "hidden": "", "title": "T", "lang": "de"},
            "some": {"class": "b c open"},
        }


@on_newest_morph
async def test_style_is_kept_property_by_property(tab: Tab) -> None:
    html = '<b>{n}</b><p class="bar" id="bar">Text</p>'
    with desk(html.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.evaluate(
            """() => {
                bar.style.setProperty("width", "10px", "important");
                bar.style.setProperty("--own", "1");
            }"""
        )
        now.html["main"] = html.format(n=2)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        assert await tab.page.evaluate("bar.style.cssText") == "width: 10px !important; --own: 1;"
        await tab.page.evaluate("bar.style.width = ''")
        now.html["main"] = html.format(n=3)
        await refresh(tab, 2)
        await expect(tab.page.locator("b")).to_have_text("3")
        assert await tab.page.evaluate("bar.style.cssText") == "--own: 1;"


@on_newest_morph
async def test_what_scripts_have_set_stays_with_its_row(tab: Tab) -> None:
    row = '<li class="row"><span>{0}</span><button aria-expanded="false">More</button></li>'
    with desk("<ul>" + "".join(map(row.format, "abc")) + "</ul>") as now:
        await sit_down(tab)
        await tab.page.locator("li", has_text="b").evaluate(
            """(it) => {
                it.classList.add("selected");
                it.querySelector("button").setAttribute("aria-expanded", "true");
            }"""
        )
        now.html["main"] = "<ul>" + "".join(map(row.format, "zabc")) + "</ul>"
        await refresh(tab)
        rows = await tab.page.locator("li").evaluate_all(
            """(all) => all.map((it) => [it.querySelector("span").textContent, it.className,
                it.querySelector("button").ariaExpanded])"""
        )
        assert rows == [
            ["z", "row", "false"],
            ["a", "row", "false"],
            ["b", "row selected", "true"],
            ["c", "row", "false"],
        ]


@on_newest_morph
async def test_an_element_is_the_same_whatever_id_or_type_a_script_gave_it(tab: Tab) -> None:
    html = '<b>{n}</b><p><input type="password" name="secret"></p><p><input name="one"></p><i>Text</i>'
    with desk(html.format(n=1)) as now:
        await sit_down(tab)
        await field(tab, "secret").fill("pa55")
        await tab.page.evaluate(
            """() => {
                document.querySelector("[name=secret]").type = "text";
                document.querySelector("[name=one]").id = "made-up-1";
                document.querySelector("i").id = "made-up-2";
                document.querySelector("i").className = "on";
            }"""
        )
        await field(tab, "one").fill("Ada")
        now.html["main"] = html.format(n=2)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(field(tab, "secret", "[type=text]")).to_have_value("pa55")
        await expect(field(tab, "one")).to_have_value("Ada")
        await expect(field(tab, "one")).to_be_focused()
        await expect(tab.page.locator("i#made-up-2.on")).to_have_text("Text")


@on_newest_morph
async def test_what_a_custom_element_has_made_of_itself_stays(tab: Tab) -> None:
    html = """<b>{n}</b><x-tabs label="L{n}"></x-tabs><x-tabs class="full"><i>{n}</i></x-tabs>"""
    with desk(html.format(n=1)) as now:
        await tab.page.add_init_script(
            """customElements.define("x-tabs", class extends HTMLElement {
                static observedAttributes = ["label"];
                connectedCallback() {
                    if (this.role) return;
                    this.role = "tablist";
                    if (!this.matches(".full")) this.innerHTML = "<button>Own</button>";
                    const choose = () => (this.dataset.chosen = "1");
                    this.querySelector("button")?.addEventListener("click", choose);
                }
                attributeChangedCallback() {
                    this.setAttribute("aria-label", this.getAttribute("label"));
                }
            })"""
        )
        await sit_down(tab)
        await tab.page.locator("x-tabs button").click()
        for times in (1, 2):
            now.html["main"] = html.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            await expect(tab.page.locator("x-tabs.full i")).to_have_text(str(times + 1))
            label = f"L{times + 1}"
            made = {"role": "tablist", "label": label, "aria-label": label, "data-chosen": "1"}
            assert await attributes(tab, "x-tabs:not(.full)") == {"x-tabs": made}
            await expect(tab.page.locator("x-tabs.full")).to_have_attribute("role", "tablist")
            await expect(tab.page.locator("x-tabs button")).to_have_count(1)
        await tab.page.evaluate("delete document.querySelector('x-tabs').dataset.chosen")
        await tab.page.locator("x-tabs button").click()
        await expect(tab.page.locator("x-tabs[data-chosen]")).to_have_count(1)


HIDDEN = """<b>{n}</b><form hx-post="/keep/send/" hx-swap="none"><input name="person">
    <input type="hidden" name="person_id"{value}><input type="hidden" name="f-TOTAL_FORMS" value="{n}">
    <input type="hidden" name="csrfmiddlewaretoken" value="t{n}"><button>Send</button></form>"""
CHOOSE = """() => {
    document.querySelector("[name=person_id]").value = "42";
    document.querySelector("[name=f-TOTAL_FORMS]").value = "7";
    document.querySelector("[name=csrfmiddlewaretoken]").value = "old";
    document.querySelector("form").classList.add("was-validated");
    document.querySelector("button").disabled = true;
}"""


@on_every_morph
async def test_a_hidden_field_keeps_what_a_script_put_into_it(tab: Tab) -> None:
    with desk(HIDDEN.format(n=1, value="")) as now:
        await sit_down(tab)
        await field(tab, "person").fill("Ada")
        await tab.page.evaluate(CHOOSE)
        for times in (1, 2):
            now.html["main"] = HIDDEN.format(n=times + 1, value="")
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            sent = await tab.page.evaluate("Object.fromEntries(new FormData(document.forms[0]))")
            assert sent == {
                "person": "Ada",
                "person_id": "42",
                "f-TOTAL_FORMS": str(times + 1),
                "csrfmiddlewaretoken": f"t{times + 1}",
            }
        now.html["main"] = HIDDEN.format(n=4, value=' value="43"')
        await refresh(tab, 3)
        await expect(field(tab, "person_id")).to_have_value("43")


@on_newest_morph
@pytest.mark.parametrize(("status", "stays"), [(204, False), (422, True)])
async def test_what_was_sent_and_taken_is_the_servers_again(tab: Tab, status: int, stays: bool) -> None:
    with desk(HIDDEN.format(n=1, value="")) as now:
        await sit_down(tab)
        now.status = status
        await field(tab, "person").fill("Ada")
        await tab.page.evaluate(CHOOSE)
        now.html["main"] = HIDDEN.format(n=2, value="")
        async with tab.forgive(*([r"\b422\b"] if stays else [])):
            await tab.page.evaluate("document.forms[0].requestSubmit()")
            await tab.happens("refreshed", 1)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(field(tab, "person_id")).to_have_value("42" if stays else "")
        await expect(tab.page.locator("form.was-validated")).to_have_count(int(stays))
        assert await tab.page.locator("#main button").is_disabled() is stays


@on_newest_morph
async def test_what_was_chosen_since_is_not_taken(tab: Tab) -> None:
    with desk(HIDDEN.format(n=1, value="")) as now:
        await sit_down(tab)
        await tab.page.evaluate(CHOOSE)
        await tab.page.evaluate(
            """() => document.addEventListener("mizan:answer", ({ detail }) => {
                if (!detail.isSafe) document.querySelector("[name=person_id]").value = "43";
            }, true)"""
        )
        now.html["main"] = HIDDEN.format(n=2, value="")
        await tab.page.evaluate("document.forms[0].requestSubmit()")
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(field(tab, "person_id")).to_have_value("43")


@on_newest_morph
async def test_what_htmx_and_the_shim_set_is_not_the_pages(tab: Tab) -> None:
    html = """<b>{n}</b><button hx-get="/keep/again/" hx-target="#main" hx-swap="outerHTML"
        class="{c}">Again</button><p id="still">Text</p>"""
    with desk(html.format(n=1, c="a")) as now:
        await sit_down(tab)
        before = await tab.page.locator("#still").evaluate_handle("(it) => it")
        await tab.page.evaluate("still.classList.add('on')")
        for times, name in ((2, "b"), (3, "a"), (4, "b")):
            now.html["main"] = html.format(n=times, c=name)
            await tab.page.get_by_text("Again").click()
            await expect(tab.page.locator("b")).to_have_text(str(times))
            await expect(tab.page.locator("button")).to_have_class(name)
        await expect(tab.page.locator("#still")).to_have_class("on")
        assert await before.evaluate("(it) => it === still")
        await expect(tab.page.locator("#main[aria-busy], #main.mizan-stale")).to_have_count(0)


@on_newest_morph
async def test_a_page_says_where_the_server_shall_win(tab: Tab) -> None:
    html = """<b>{n}</b><ul data-mizan-as-served class="a"><li>One</li></ul><p>Text</p><i>Text</i>"""
    with desk(html.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.evaluate(
            """() => {
                const [p] = document.getElementsByTagName("p");
                document.addEventListener("mizan:keep", () => p.classList.remove("on"));
                for (const name of ["ul", "li", "p", "i"]) document.querySelector(name).classList.add("on");
            }"""
        )
        now.html["main"] = html.format(n=2)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("#main .on")).to_have_count(1)
        await expect(tab.page.locator("i.on, ul.a")).to_have_count(2)


@pytest.mark.parametrize(
    ("htmx", "style"),
    [("2.0.11", "outerHTML"), ("4.0.1", "outerHTML"), ("4.0.1", "outerMorph")],
    indirect=["htmx"],
)
async def test_what_a_swap_of_htmxs_own_has_brought_is_the_servers(tab: Tab, style: str) -> None:
    html = """<b>{n}</b><div id="part" class="{c}" title="{c}"><button hx-get="/keep/again/" hx-target="#part"
        hx-select="#part" hx-swap="{swap}">Again</button></div>"""
    with desk(html.format(n=1, c="a", swap=style)) as now:
        await sit_down(tab)
        now.html["main"] = html.format(n=2, c="b", swap=style)
        await tab.page.get_by_text("Again").click()
        await expect(tab.page.locator("#part")).to_have_attribute("class", re.compile("^b ?$"))
        await expect(tab.page.locator("b")).to_have_text("1")
        await tab.page.locator("#part").evaluate("(it) => it.classList.add('mine')")
        now.html["main"] = html.format(n=3, c="a", swap=style)
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("3")
        await tab.page.get_by_text("Again").blur()  # what has the focus is asked for when it has gone
        await expect(tab.page.locator("#part")).to_have_class("a mine")
        await expect(tab.page.locator("#part")).to_have_attribute("title", "a")


@on_newest_morph
async def test_forms_and_pictures_and_blocks_inside_are_elements_too(tab: Tab) -> None:
    html = """<b>{n}</b><form><input name="id"><input name="style"><input name="title"></form>
        <svg viewBox="0 0 9 9"><g><path d="M0 0h9"/></g></svg>"""
    with desk(html.format(n=1), inner="<i>1</i>", beside="") as now:
        await sit_down(tab, "nested")
        await tab.page.evaluate(
            """() => {
                for (const it of document.querySelectorAll("form, svg, g, path, #inner, #inner i")) {
                    Element.prototype.setAttribute.call(it, "class", "on");
                    Element.prototype.setAttribute.call(it, "aria-expanded", "true");
                }
            }"""
        )
        for times in (1, 2):
            now.html.update(main=html.format(n=times + 1), inner=f"<i>{times + 1}</i>")
            await tab.invalidate("desk", place="main")
            await tab.happens("refreshed", times)
            await expect(tab.page.locator("#main > b b")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#inner i")).to_have_text(str(times + 1))
            await expect(tab.page.locator(".on[aria-expanded=true]")).to_have_count(6)


@on_newest_morph
async def test_details_that_a_script_shut_stay_shut(tab: Tab) -> None:
    html = '<b>{n}</b><details open id="one"><summary>One</summary>1</details>'
    with desk(html.format(n=1)) as now:
        await sit_down(tab)
        await tab.page.evaluate("one.open = false")
        for times in (1, 2):
            now.html["main"] = html.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            assert not await tab.page.evaluate("one.open")


@on_newest_morph
async def test_a_block_is_asked_about_itself_too(tab: Tab) -> None:
    with desk("<b>1</b>") as now:
        await sit_down(tab)
        await tab.page.evaluate("main.classList.add('open'), main.style.setProperty('color', 'red')")
        for times in (1, 2):
            now.html["main"] = f"<b>{times + 1}</b>"
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            await expect(tab.page.locator("#main")).to_have_class("open")
            assert await tab.page.evaluate("main.style.color") == "red"


# As TomSelect, Select2 or Choices make a list of choices of a select, and others a box around a field.
WIDGETS = """() => {
    const [select, phone] = document.querySelectorAll("select, [name=phone]");
    select.classList.add("was-select");
    select.hidden = true;
    const list = document.createElement("div");
    list.className = "list";
    list.append(Object.assign(document.createElement("button"), { type: "button", textContent: "Choose" }));
    select.after(list);
    list.addEventListener("click", () => (select.value = "b"));
    const box = Object.assign(document.createElement("div"), { className: "phone" });
    phone.before(box);
    box.append(Object.assign(document.createElement("span"), { textContent: "+49" }), phone);
    phone.classList.add("in-box");
}"""
WIDGET_FORM = """<b>{n}</b><div class="top">{n}</div><form hx-post="/keep/send/" hx-swap="none">
    <div><select name="pick"><option>a</option><option>b</option>{more}</select></div><div>{n}</div>
    <input name="phone"><div class="end">{n}</div></form>"""


@on_newest_morph
async def test_a_widget_beside_or_around_its_field_stays_with_it(tab: Tab) -> None:
    with desk(WIDGET_FORM.format(n=1, more="")) as now:
        await sit_down(tab)
        await tab.page.evaluate(WIDGETS)
        await field(tab, "phone").fill("123")
        for times in (1, 2):
            now.html["main"] = WIDGET_FORM.format(n=times + 1, more="<option>c</option>")
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            texts = await tab.page.locator("#main div").all_inner_texts()
            n = str(times + 1)
            assert texts == [n, "Choose", "Choose", n, "+49", n]
            await expect(tab.page.locator(".phone > [name=phone].in-box")).to_have_value("123")
            await expect(field(tab, "pick", ".was-select")).to_be_hidden()
            await expect(tab.page.locator("option")).to_have_count(3)
        await tab.page.locator(".list button").click()
        await expect(field(tab, "pick")).to_have_value("b")
        # When it was sent, the form is the server's, and a script may begin anew.
        now.html["main"] = WIDGET_FORM.format(n=4, more="")
        await tab.page.evaluate("document.forms[0].requestSubmit()")
        await tab.happens("refreshed", 3)
        await expect(tab.page.locator("b")).to_have_text("4")
        await expect(field(tab, "pick", ":not(.was-select)")).to_be_visible()
        await expect(tab.page.locator(".list, .phone")).to_have_count(0)
        await expect(field(tab, "phone", ":not(.in-box)")).to_have_value("")


FORM = """<form class="one"><input type="hidden" name="id" value="{0}"><input name="text">
    <details><summary>More</summary>{n}</details></form>"""
CHOICE = """<form class="two"><input type="radio" name="id" value="1">
    <input type="radio" name="id" value="2" {0}><input id="id"></form>"""
FORMS = """() => [...document.querySelectorAll("main .one")].map((it) => [new FormData(it).get("id"),
    it.className, it.querySelector("[name=text]").value, it.querySelector("details").open])"""
CHOICES = """() => [...document.querySelectorAll("main .two")].map((it) => [new FormData(it).get("id"),
    it.className, it.elements.length, it.elements[2].id, it.elements[0].hasAttribute("form")])"""


@on_newest_morph
async def test_a_form_with_a_field_called_id_is_the_same_form(tab: Tab) -> None:
    def html(n: int, names: str) -> str:
        forms = "".join(FORM.format(each, n=n) for each in names)
        return f"<b>{n}</b>{forms}{CHOICE.format('')}{CHOICE.format('checked')}"

    with desk(html(0, "123")) as now:
        await sit_down(tab)
        await tab.page.evaluate(
            """() => {
                for (const it of document.querySelectorAll("main form")) it.classList.add("on");
                document.querySelectorAll("details")[1].open = true;
                Object.assign(window, { second: document.querySelectorAll("main form")[1] });
            }"""
        )
        await field(tab, "text").nth(1).fill("typed")
        await tab.page.locator(".two [value='1']").first.check()
        for times, names in enumerate(("123", "0123", "321"), start=1):
            now.html["main"] = html(times, names)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times))
            known = {each: [each, "one on", "", False] for each in "123"}
            known.update({"0": ["0", "one", "", False], "2": ["2", "one on", "typed", True]})
            assert await tab.page.evaluate(FORMS) == [known[each] for each in names]
            assert await tab.page.evaluate(CHOICES) == [
                ["1", "two on", 3, "id", False],
                ["2", "two on", 3, "id", False],
            ]
            assert await tab.page.evaluate("second.isConnected")


IDS = """() => {
    const text = document.activeElement;
    return [text, text.form.elements[0]].map((it) => [it.id, it.name]);
}"""


@on_newest_morph
async def test_ids_and_names_that_a_morph_has_lent_are_gone_after_it(tab: Tab) -> None:
    row = (
        '<li>{0}<form><input type="hidden" name="id" value="{0}"><input name="text" id="id_text"></form></li>'
    )

    def html(n: int, names: str) -> str:
        return f"<b>{n}</b><ul>{''.join(map(row.format, names))}</ul>"

    with desk(html(0, "abc")) as now:
        await sit_down(tab)
        for times, names in enumerate(("xabc", "cxba", "bxy"), start=1):
            now.html["main"] = html(times, names)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times))
            texts = await tab.page.locator("[name=text]").evaluate_all("(all) => all.map((it) => it.value)")
            assert texts == ["typed" if each == "x" and times > 1 else "" for each in names]
            if times == 1:
                await field(tab, "text").first.fill("typed")
            await expect(tab.page.locator("li", has_text="x").locator("[name=text]")).to_be_focused()
            assert await tab.page.evaluate(IDS) == [["id_text", "text"], ["", "id"]]
