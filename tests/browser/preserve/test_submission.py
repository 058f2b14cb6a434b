"""The answer to what somebody has sent themselves overwrites what they entered; nothing else does."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_every_morph, on_newest_morph
from tests.site.gates import closed_gate
from tests.site.keep import desk

pytestmark = on_newest_morph

SEND = 'hx-post="/keep/send/" hx-swap="none"'
COMMENT = f"""
    <p>{{n}}</p><input name="other">
    <form {SEND}><textarea name="text"></textarea><input type="file" name="file"><button>Send</button></form>
"""


async def test_a_comment_box_is_empty_after_its_comment_was_taken(tab: Tab) -> None:
    with desk(COMMENT.format(n=0)) as now:
        await sit_down(tab)
        await field(tab, "other").fill("not sent")
        for times, text in enumerate(("One", "Two"), start=1):
            await field(tab, "text").fill(text)
            await field(tab, "file").set_input_files({"name": "a", "mimeType": "a/b", "buffer": b"a"})
            now.html["main"] = COMMENT.format(n=times)
            await tab.page.locator("main button").click()
            await tab.happens("refreshed", times)
            await expect(tab.page.locator("p")).to_have_text(str(times))
            await expect(field(tab, "text")).to_have_value("")
            assert await field(tab, "file").evaluate("(it) => it.files.length") == 0
        await expect(field(tab, "other")).to_have_value("not sent")


async def test_a_form_that_has_just_arrived_is_sent_by_htmx_and_leaves_the_page_where_it_is(tab: Tab) -> None:
    """htmx 2 binds it 20 ms later; Enter was the browser's then, and what was typed gone."""
    with desk(COMMENT.format(n=0)) as now:
        await sit_down(tab)
        await field(tab, "text").fill("One")
        await tab.page.evaluate(
            """() => {
                window.isHere = true;
                const send = () => document.querySelector("main form").requestSubmit();
                document.addEventListener("mizan:refreshed", send, { once: true });
            }"""
        )
        now.html["main"] = COMMENT.format(n=1)
        async with tab.page.expect_response(lambda answer: answer.url.endswith("/keep/send/")):
            await tab.invalidate("desk")
        await tab.happens("refreshed", 2)
        assert await tab.page.evaluate("window.isHere") is True


@on_every_morph
async def test_what_was_refused_or_typed_since_stays(tab: Tab) -> None:
    with desk(COMMENT.format(n=0)) as now:
        await sit_down(tab)
        await field(tab, "text").fill("One")
        now.status, now.html["main"] = 422, COMMENT.format(n=1)
        async with tab.answered(422):
            await tab.page.locator("main button").click()
            await tab.happens("refreshed", 1)
            await expect(tab.page.locator("p")).to_have_text("1")
            await expect(field(tab, "text")).to_have_value("One")

        now.status = 204
        with closed_gate() as gate:
            now.html["main"] = COMMENT.format(n=2)
            await tab.page.locator("main button").click()
            await tab.happens("refreshing", 2)
            await field(tab, "text").press("End")
            await tab.page.keyboard.type(" more")
            gate.set()
        await tab.happens("refreshed", 2)
        await expect(tab.page.locator("p")).to_have_text("2")
        await expect(field(tab, "text")).to_have_value("One more")


async def test_a_control_that_sends_itself_shows_what_the_server_has_to_say(tab: Tab) -> None:
    boxes = f"""
        <b>{{n}}</b><form><input name="other">
        <input type="checkbox" name="one" {SEND}><input type="radio" name="way" value="a" checked {SEND}>
        <input type="radio" name="way" value="b" {SEND}><input type="checkbox" name="quiet"></form>
    """
    with desk(boxes.format(n=0)) as now:
        await sit_down(tab)
        await field(tab, "other").fill("not sent")
        await field(tab, "quiet").check()
        now.status = 409
        for times, (name, more) in enumerate((("one", ""), ("way", "[value=b]")), start=1):
            now.html["main"] = boxes.format(n=times)
            async with tab.answered(409):
                await field(tab, name, more).click()
                await tab.happens("refreshed", times)
                await expect(tab.page.locator("b")).to_have_text(str(times))
                await expect(field(tab, name, more)).not_to_be_checked()
        await expect(field(tab, "way", "[value=a]")).to_be_checked()
        await expect(field(tab, "quiet")).to_be_checked()
        await expect(field(tab, "other")).to_have_value("not sent")


async def test_fields_without_a_form_are_sent_by_what_includes_them(tab: Tab) -> None:
    fields = f"""
        <b>{{n}}</b><input name="text" id="text"><input name="other">
        <button {SEND} hx-include="#text">Send</button>
    """
    with desk(fields.format(n=0)) as now:
        await sit_down(tab)
        await field(tab, "text").fill("One")
        await field(tab, "other").fill("not sent")
        now.html["main"] = fields.format(n=1)
        await tab.page.locator("main button").click()
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("b")).to_have_text("1")
        await expect(field(tab, "text")).to_have_value("")
        await expect(field(tab, "other")).to_have_value("not sent")


async def test_a_button_that_sends_no_form_leaves_what_stands_in_it(tab: Tab) -> None:
    form = f"""<b>{{n}}</b><form><input name="text"><button type="button" {SEND}>Like</button></form>"""
    with desk(form.format(n=0)) as now:
        await sit_down(tab)
        await field(tab, "text").fill("One")
        now.html["main"] = form.format(n=1)
        await tab.page.locator("main button").click()
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("b")).to_have_text("1")
        await expect(field(tab, "text")).to_have_value("One")


async def test_resetting_a_form_leaves_nothing_to_keep(tab: Tab) -> None:
    with desk(COMMENT.format(n=0)) as now:
        await sit_down(tab)
        await field(tab, "text").fill("One")
        await tab.page.locator("form").evaluate("(form) => form.reset()")
        now.html["main"] = COMMENT.format(n=1).replace("</textarea>", "Anew</textarea>")
        await refresh(tab)
        await expect(field(tab, "text")).to_have_value("Anew")
