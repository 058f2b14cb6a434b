"""Files: chosen once, sent with progress, kept through everything that is not a success."""

from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.gates import closed_gate


def field(tab: Tab, name: str) -> Locator:
    """Find a control by its name."""
    return tab.page.locator(f"form [name={name}]")


async def choose(tab: Tab, *, name: str = "notes.txt", size: int = 5) -> None:
    """Choose a file."""
    await field(tab, "file").set_input_files({"name": name, "mimeType": "text/plain", "buffer": b"x" * size})


async def chosen(tab: Tab) -> list[str]:
    """List the names of the chosen files."""
    names: list[str] = await field(tab, "file").evaluate(
        "(input) => [...input.files].map((file) => file.name)"
    )
    return names


@on_every_htmx
async def test_a_chosen_file_survives_a_refusal(tab: Tab) -> None:
    await tab.open("/forms/upload/")
    await choose(tab)
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(field(tab, "title")).to_be_focused()
    assert await chosen(tab) == ["notes.txt"]
    await tab.page.keyboard.type("Notes")
    await expect(tab.page.locator(".errorlist")).to_have_count(0)
    assert await chosen(tab) == ["notes.txt"]
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.locator("#received")).to_have_text("notes.txt: 5")
    await expect(tab.page.locator("#received")).to_be_focused()


async def test_a_check_carries_no_file_and_says_nothing_of_it(tab: Tab) -> None:
    await tab.open("/forms/upload/")
    await field(tab, "file").focus()
    await field(tab, "title").focus()
    await expect(tab.page.locator(".errorlist li")).to_have_text(["This field is required."])
    async with tab.page.expect_request("**/validate/") as request:
        await choose(tab)
    assert b"xxxxx" not in ((await request.value).post_data_buffer or b"")
    await expect(tab.page.locator(".errorlist")).to_have_count(0)


async def test_what_was_said_of_a_file_stays_until_another_is_chosen(tab: Tab) -> None:
    await tab.open("/forms/upload/")
    await choose(tab, size=0)
    await field(tab, "title").fill("Notes")
    async with tab.answered(422):
        await field(tab, "title").press("Enter")
        await expect(tab.page.locator(".errorlist li")).to_have_text(["The submitted file is empty."])
    async with tab.page.expect_response("**/validate/"):
        await field(tab, "title").fill("")
        await field(tab, "title").blur()
    await expect(tab.page.locator(".errorlist li")).to_have_text(
        ["This field is required.", "The submitted file is empty."]
    )
    await choose(tab)
    await expect(tab.page.locator(".errorlist li")).to_have_text(["This field is required."])
    assert await chosen(tab) == ["notes.txt"]


async def test_an_upload_shows_how_far_it_is(tab: Tab) -> None:
    await tab.open("/forms/upload/")
    await field(tab, "title").fill("Notes")
    await choose(tab, size=3_000_000)
    progress = tab.page.get_by_role("progressbar")
    await expect(progress).to_be_hidden()
    with closed_gate() as gate:
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(progress).to_be_visible()
        await expect(progress).to_have_js_property("value", 100)
        gate.set()
        await expect(tab.page.locator("#received")).to_have_text("notes.txt: 3000000")


async def test_a_broken_connection_keeps_the_file(tab: Tab) -> None:
    await tab.open("/forms/upload/")
    await field(tab, "title").fill("Notes")
    await choose(tab)
    async with tab.forgive("ERR_INTERNET_DISCONNECTED", perhaps=["htmx"]):
        await tab.page.context.set_offline(True)
        await tab.page.get_by_role("button", name="Submit").click()
        await expect(tab.page.get_by_role("alert")).to_contain_text("The server could not be reached.")
        await expect(tab.page.get_by_role("progressbar")).to_be_hidden()
    await tab.page.context.set_offline(False)
    await tab.page.get_by_role("button", name="Try again").click()
    await expect(tab.page.locator("#received")).to_have_text("notes.txt: 5")
