"""A request that fails is told to whoever has made it, and takes nothing away."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from playwright.async_api import expect

from mizan_htmx.errors import Forbidden, TooLarge
from tests.browser.helpers.errors import failures, hears, notice, open_page, told
from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.errors import Conflict, TooMany, trouble

# Either version disables the button by its own attribute, and the other's says nothing of it.
FORM = """
  <form id="form" hx-post="/errors/note/" hx-include="this">
    <input name="text" value="">
    <button id="send">Send</button>
    {% mizan_errors %}
  </form>
"""
GONE = "This is not there any more."
WRONG = "Something went wrong on the server."
UNKNOWN = "It may have been done nevertheless. Look before you do it again."


@on_every_htmx
async def test_each_status_is_told_in_the_slot_and_nothing_is_lost(tab: Tab, htmx: str) -> None:
    cases = [
        (Forbidden("This board is archived. Ä"), 403, "FORBIDDEN", "This board is archived. Ä", "no"),
        (PermissionDenied(), 403, "FORBIDDEN", "You may not do this.", "no"),
        (Http404(), 404, "NOT_FOUND", GONE, "no"),
        (Conflict(), 409, "CONFLICT", "Somebody else has changed this in the meantime.", "no"),
        (TooLarge(), 413, "TOO_LARGE", "This is more than the server takes.", "no"),
        (TooMany("Slowly!"), 429, "TOO_MANY", "Slowly!", "no"),
        (RuntimeError(), 500, "INTERNAL_ERROR", WRONG, "maybe"),
    ]
    disables = "hx-disable" if htmx.startswith("4") else "hx-disabled-elt"
    with trouble(FORM.replace('hx-include="this"', f'{disables}="#send"')) as state:
        await open_page(tab)
        await tab.page.locator("[name=text]").fill("typed")
        for error, status, code, message, committed in cases:
            state.error = error
            async with tab.answered(status):
                await tab.page.locator("#send").click()
                await hears(tab, 1)
            assert await told(tab) == [["failed", "form", status, code, message, committed]]
            expected = [message, UNKNOWN] if committed == "maybe" else [message]
            await expect(failures(tab, "#form").locator("div:visible")).to_have_text(expected)
            await expect(tab.page.locator("[name=text]")).to_have_value("typed")
            await expect(tab.page.locator("#send")).to_be_enabled()
            await expect(tab.page.locator("#send")).to_be_focused()
            await expect(tab.page.locator(".htmx-request, [aria-busy]")).to_have_count(0)
        await expect(notice(tab)).to_have_count(0)
        state.error = None
        await tab.page.locator("#send").click()
        await hears(tab, 1)
        assert await told(tab, "name", "id", "status", "method") == [["done", "form", 200, "POST"]]
        await expect(tab.page.locator("#form")).to_have_text("Noted.")


async def test_it_is_sent_again_as_it_was_and_once(tab: Tab) -> None:
    html = """
      <form id="form" hx-post="/errors/note/">
        <input name="text">
        <button name="how" value="soft">Soft</button>
        <button name="how" value="hard">Hard</button>
      </form>
      <button id="call" {% mizan_call "err_count" text="c" %}>Call</button>
    """
    with trouble(html) as state:
        state.error = Conflict()
        await open_page(tab)
        await tab.page.locator("[name=text]").fill("typed")
        async with tab.answered(409):
            await tab.page.get_by_role("button", name="Hard").click()
            await expect(failures(tab)).to_have_count(1)
            await tab.page.locator("#call").click()
            await expect(failures(tab)).to_contain_text("\u00d72")
        state.error = None
        await failures(tab).get_by_role("button", name="Send again").dblclick()
        await hears(tab, 4)
        posts = [("typed", "hard"), ("c", None)]
        came = [(each.get("text"), each.get("how")) for each in state.came]
        assert (came[:2], sorted(came[2:], key=str)) == (posts, sorted(posts, key=str))
        await expect(notice(tab)).to_have_count(0)


async def test_it_can_be_sent_again_only_where_the_answer_proves_that_nothing_was_committed(tab: Tab) -> None:
    html = """
      <button id="whole" {% mizan_call "err_count" text="a" %}>Whole</button>
      <button id="loose" {% mizan_call "err_loosely" text="b" %}>Loose</button>
      <button id="view" hx-post="/errors/answer/">View</button>
    """
    with trouble(html) as state:
        state.error = Conflict("Too late.")
        state.response = HttpResponse("Too late.", status=409)
        await open_page(tab)
        for name, committed in (("whole", "no"), ("loose", "maybe")):
            async with tab.answered(409):
                await tab.page.locator(f"#{name}").click()
                await hears(tab, 1)
            assert await told(tab, "id", "isCommitted") == [[name, committed]]
            resend = failures(tab).get_by_role("button", name="Send again")
            await expect(resend).to_have_count(int(committed == "no"))
            await failures(tab).get_by_role("button", name="Close").click()
        state.error = None
        async with tab.answered(409):
            await tab.page.locator("#view").click()
            await hears(tab, 1)
        assert await told(tab, "id", "isCommitted") == [["view", "maybe"]]
        await expect(failures(tab).get_by_role("button")).to_have_text(["Close"], use_inner_text=True)


async def test_a_submission_that_did_not_fit_is_told_though_its_call_has_worked(tab: Tab) -> None:
    with trouble('<button id="call" {% mizan_call "note.submit" name="Grace" %}>Call</button>'):
        await open_page(tab)
        await tab.page.locator("#call").click()
        await hears(tab, 1)
        required = "This field is required."
        assert await told(tab, "name", "status", "code", "fields") == [
            ["failed", 200, "VALIDATION_ERROR", {"message": [required]}]
        ]
        await expect(failures(tab)).to_contain_text(required)
