"""Which answers to a failed request go into the page: HTML where it says, nothing in the place of a form."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from playwright.async_api import expect
from pytest_django import Settings

from mizan_htmx.errors import ValidationFailed
from tests.browser.helpers.errors import failures, hears, notice, open_page, told
from tests.browser.helpers.tab import Tab, on_shipped_htmx
from tests.site.errors import Conflict, trouble

FORM = '<form id="form" hx-post="/errors/answer/"><input name="text"><button id="send">Send</button></form>'
CHANGED = "Somebody else has changed this in the meantime."


def html(text: str, status: int, **headers: str) -> HttpResponse:
    """Answer a bit of HTML."""
    return HttpResponse(text, status=status, headers=headers)


async def send(tab: Tab, status: int, button: str = "#send") -> Any:
    """Press a button, and give what was told of the answer: whether it is shown already."""
    async with tab.answered(status):
        await tab.page.locator(button).click()
        await hears(tab, 1)
    [[name, is_shown]] = await told(tab, "name", "isShown")
    assert name == "failed"
    return is_shown


async def test_what_would_take_the_place_of_the_form_is_told_instead(tab: Tab) -> None:
    answers = [
        html("<p>No.</p>", 403),
        html("<!doctype html><title>Conflict</title><p>No.", 409),
        html(" <!-- by a proxy --> <HTML><body>Bad gateway</body></HTML>", 502),
        html("<input name=text>", 500),
        html("", 422),
        html("<p>No.</p>", 422, **{"Content-Type": "text/plain"}),
        JsonResponse({"no": True}, status=400),
    ]
    with trouble(FORM) as state:
        await open_page(tab)
        await tab.page.locator("[name=text]").fill("typed")
        for answer in answers:
            state.response = answer
            assert await send(tab, answer.status_code) is False
            await expect(failures(tab)).to_have_count(1)
            await expect(tab.page.locator("#form [name=text]")).to_have_value("typed")
            await failures(tab).get_by_role("button", name="Close").click()


async def test_what_a_page_swaps_without_a_request_is_no_answer(tab: Tab) -> None:
    with trouble('<p id="place">old</p>'):
        await open_page(tab)
        for number in "12":
            await tab.page.evaluate(
                """(text) => htmx.version.startsWith("2.")
                    ? htmx.swap("#place", text, { swapStyle: "innerHTML" })
                    : htmx.swap({ sourceElement: document.body, target: "#place", text })""",
                f"<b>new {number}</b>",
            )
            await expect(tab.page.locator("#place b")).to_have_text(f"new {number}")
    assert await told(tab) == []


async def test_html_goes_where_it_says(tab: Tab) -> None:
    with trouble(FORM + '<p id="elsewhere"></p>') as state:
        await open_page(tab)
        form = tab.page.locator("#form")
        state.response = html("<p>Too late.</p>", 409, **{"HX-Retarget": "#elsewhere"})
        assert await send(tab, 409) is True
        await expect(tab.page.locator("#elsewhere")).to_have_text("Too late.")
        state.response = html("<p>Look again.</p>" + FORM[FORM.index("<input") : FORM.index("</form")], 422)
        assert await send(tab, 422) is True
        await expect(form).to_contain_text("Look again.")
        await expect(notice(tab)).to_have_count(0)
        state.response = html("<p>Nothing.</p>", 422, **{"HX-Reswap": "none"})
        assert await send(tab, 422) is False
        await expect(failures(tab)).to_contain_text("Some values are invalid.")
        await expect(form).to_contain_text("Look again.")


async def test_on_htmx4_html_for_another_place_goes_there_and_htmx2_tells(tab: Tab, htmx: str) -> None:
    page = FORM.replace("hx-post", 'hx-target="#elsewhere" hx-post') + '<p id="elsewhere"></p>'
    with trouble(page) as state:
        await open_page(tab)
        state.response = html("<p>Too late.</p>", 409)
        is_shown = htmx.startswith("4")
        assert await send(tab, 409) is is_shown
        await expect(tab.page.locator("#elsewhere")).to_have_text("Too late." if is_shown else "")
        await expect(failures(tab)).to_have_count(0 if is_shown else 1)


async def test_a_site_that_has_its_own_way_for_errors_keeps_it(tab: Tab, htmx: str) -> None:
    is_4 = htmx.startswith("4")
    own = (
        """
          <button id="exact" hx-status:409="target:#elsewhere" {% mizan_call "err_note" %}>Exact</button>
          <div hx-status:4xx:inherited="target:#elsewhere">
            <button id="around" {% mizan_call "err_note" %}>Around</button>
          </div>
        """
        if is_4
        else """
          <button id="extension" hx-ext="targets" {% mizan_call "err_note" %}>Extension</button>
          <button id="listener" {% mizan_call "err_note" %}>Listener</button>
          <button id="rule" {% mizan_call "err_note" %}>Rule</button>
        """
    )
    ways = """() => {
        const aim = (detail) => {
            detail.shouldSwap = true;
            detail.target = document.querySelector("#elsewhere");
        };
        htmx.defineExtension("targets", {
            onEvent: (name, { detail }) => {
                if (name === "htmx:beforeSwap") aim(detail);
                return true;
            },
        });
        document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
            if (detail.elt.id === "elsewhere" || detail.requestConfig.elt.id === "listener") aim(detail);
        });
        const rule = { code: "409", swap: true, target: "#elsewhere" };
        document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
            const { responseHandling: rules } = htmx.config;
            if (detail.elt.id === "rule") rules.unshift(rule);
        });
    }"""
    with trouble(own + '<p id="elsewhere"></p>') as state:
        await open_page(tab)
        if not is_4:
            await tab.page.evaluate(ways)
        state.error = Conflict()
        for name in ("exact", "around") if is_4 else ("extension", "listener", "rule"):
            assert await send(tab, 409, f"#{name}") is True
            await expect(tab.page.locator("#elsewhere")).to_have_text(CHANGED)
            await tab.page.locator("#elsewhere").evaluate("(it) => it.replaceChildren()")
        await expect(notice(tab)).to_have_count(0)


async def test_a_boosted_form_is_kept_from_a_page_that_only_refuses(tab: Tab) -> None:
    boosted = '<form id="form" hx-boost="true" method="post" action="/errors/answer/">{}</form>'
    fields = '<input name="text"><button id="send">Send</button>'
    with trouble(boosted.format(fields)) as state:
        await open_page(tab)
        await tab.page.locator("[name=text]").fill("typed")
        for error, status in ((PermissionDenied(), 403), (RuntimeError(), 500)):
            state.error = error
            assert await send(tab, status) is False
            await expect(tab.page.locator("#form [name=text]")).to_have_value("typed")
        state.error = None
        again = f"<!doctype html><title>Again</title><body><h2>Again</h2>{boosted.format(fields)}"
        state.response = html(again, 422)
        assert await send(tab, 422) is True
        await expect(tab.page.locator("h2")).to_have_text("Again")


@on_shipped_htmx
async def test_under_debug_no_error_takes_the_place_of_the_page(
    tab: Tab, settings: Settings, htmx: str
) -> None:
    settings.DEBUG = True
    page = (
        FORM
        + """
      <button id="call" {% mizan_call "err_note" %}>Call</button>
      <button id="get" hx-get="/not/there/">Get</button>
    """
    )
    with trouble(page) as state:
        await open_page(tab)
        assert await tab.page.locator("script[src*=django-htmx]").count() == 1
        await tab.page.locator("[name=text]").fill("typed")
        state.error = ValidationFailed({"text": ["Too long."]})
        assert await send(tab, 422, "#call") is False
        state.error = Conflict()
        assert await send(tab, 409, "#call") is False
        state.error = PermissionDenied()
        assert await send(tab, 403, "#call") is False
        await failures(tab).get_by_role("button", name="Close").click()
        state.error = RuntimeError()
        assert await send(tab, 500) is False
        show = failures(tab).get_by_role("button", name="Show the error page")
        await tab.page.evaluate(
            "addEventListener('mizan:page', ({ detail }) => { window.shown = detail.html })"
        )
        await show.click()
        assert "RuntimeError" in await tab.page.evaluate("shown")
        await tab.page.keyboard.press("Escape")  # the overlay shows it
        assert await send(tab, 404, "#get") is False
        await expect(tab.page.locator("#form [name=text]")).to_have_value("typed")
        state.error, state.response = None, html("<p>Look again.</p>", 422)
        assert await send(tab, 422) is True
        await expect(tab.page.locator("#form")).to_have_text("Look again.")


async def test_what_has_worked_is_told_once_when_its_answer_has_settled(tab: Tab) -> None:
    html = """
      <div id="gone">
        <button id="delete" hx-post="/errors/answer/" hx-target="#gone" hx-swap="delete">1</button>
      </div>
      <p id="slow"></p>
      <button id="late" hx-post="/errors/answer/"
              hx-target="#slow" hx-swap="innerHTML swap:99ms settle:99ms">2</button>
      <button id="none" hx-post="/errors/answer/" hx-swap="none">3</button>
      <button id="own" hx-post="/errors/answer/" hx-swap="outerHTML">4</button>
    """
    seen = """addEventListener("mizan:done", () => {
        const busy = document.querySelectorAll(".htmx-swapping, .htmx-settling, .htmx-request").length;
        told.at(-1).page = [document.querySelector("main").innerText.replace(/\\s+/g, " ").trim(), busy];
    })"""
    with trouble(html):
        await open_page(tab)
        await tab.page.evaluate(seen)
        for button, target, page in (
            ("delete", None, "2 3 4"),
            ("late", "late", "Answered. 2 3 4"),
            ("none", "none", "Answered. 2 3 4"),
            ("own", None, "Answered. 2 3 Answered."),
        ):
            await tab.page.locator(f"#{button}").click()
            await hears(tab, 1)
            assert await told(tab, "name", "id", "page") == [["done", target, [page, 0]]]
