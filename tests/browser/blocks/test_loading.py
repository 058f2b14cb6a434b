"""The shim starts with whatever brings htmx: a tag, a bundle, early or late; or says what is missing."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.live import NOTE
from tests.browser.helpers.overlay import overlay, toggle
from tests.browser.helpers.tab import FAULTS, Tab, on_shipped_htmx
from tests.site.models import Person
from tools import htmx

# By evaluate(), which the page's policy does not stop, as it does what waits for a function.
STARTED = """() => new Promise((done) => {
    const look = () => setTimeout(window.mizan?.htmx ? done : look, 10);
    look();
})"""


def on(*ways: str) -> pytest.MarkDecorator:
    """Run a test on the newest builds, which come to the page in these ways."""
    builds = [f"{version}+{way}" for version in htmx.VERSIONS for way in ways]
    return pytest.mark.parametrize("htmx", builds, ids="htmx{}".format, indirect=True)


async def started(tab: Tab, path: str) -> None:
    """Open a page, and wait until the shim has htmx and htmx has bound the page."""
    await tab.open(path)
    await tab.page.evaluate(STARTED)


@on("sync", "first", "window", "handed", "late")
async def test_blocks_refresh_by_what_affects_them_and_the_token_goes_along(tab: Tab) -> None:
    await started(tab, "/people/")
    await tab.submit("#actions-5 .rename", "Grace")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Grace: 0 new")
    await tab.submit("#actions-5 .rename", "Edsger")
    await expect(tab.block("user;user_id=5")).to_have_text("Edsger E")
    assert tab.refreshes.count("user;user_id=5") == 4
    assert tab.posts == ["/people/5/rename/"] * 2


@on("sync", "handed", "late")
async def test_a_lazy_block_loads_once(tab: Tab) -> None:
    await started(tab, "/pace/lazy/")
    await expect(tab.page.locator("#near")).to_have_text("Ada")
    await tab.happens("refreshed", 2)
    assert tab.refreshes == ["user;user_id=5", "notifications"]


@on("handed", "late")
async def test_a_page_out_of_the_cache_is_refreshed(tab: Tab) -> None:
    await started(tab, "/people/?cached=1")
    await tab.open("/login/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.page.evaluate("() => { setTimeout(() => history.back()) }")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


@on("sync", "late")
async def test_live_blocks_hear_of_the_change_of_somebody_else(ada: Tab, bob: Tab) -> None:
    await bob.follow("/live/")
    await started(ada, "/live/")
    await ada.submit("#write", "Rest")
    await expect(bob.page.locator("#note")).to_have_text("Rest")
    assert bob.refreshes == [NOTE]


@on("sync", "late")
async def test_a_form_is_checked_and_sent(tab: Tab) -> None:
    await started(tab, "/forms/contact/")
    email = tab.page.locator("form [name=email]")
    await email.fill("nonsense")
    await email.press("Tab")
    await expect(tab.page.locator("[data-mizan-field=email] .errorlist li")).to_have_count(1)
    async with tab.answered(422):
        await tab.page.locator("form button[type=submit], form button:not([type])").first.click()
    await expect(tab.page.locator("form [name=name]")).to_have_attribute("aria-invalid", "true")
    await expect(email).to_have_value("nonsense")


@on("sync", "handed")
async def test_the_overlay_stands_beside_the_body(tab: Tab) -> None:
    await started(tab, "/why/")
    await tab.submit(".rename", "Grace")
    await expect(tab.page.locator("#ada")).to_have_text("Grace")
    await toggle(tab).click()
    await expect(overlay(tab).get_by_role("region")).to_contain_text("user;user_id=5")
    assert await tab.page.evaluate("document.querySelector('mizan-debug').parentElement.tagName") == "HTML"
    assert tab.faults == []


@on_shipped_htmx
async def test_known_faults_of_the_build_are_told_while_debugging(tab: Tab, htmx: str) -> None:
    await started(tab, "/people/")
    assert tab.faults == []
    await started(tab, "/why/")
    version = await tab.page.evaluate("htmx.version")
    mended = {"2": "2.0.11", "4": "4.0.1"}[htmx]
    [text] = tab.faults
    assert text.startswith(f"{FAULTS}{version}, which this page has:\n* ")
    assert f" Mended in {mended}.\n" in text


@pytest.mark.parametrize(
    ("htmx", "has"), [("none", "none"), ("none+old", "htmx 1.9.12")], ids=str, indirect=["htmx"]
)
async def test_without_an_htmx_that_fits_one_message_says_what_is_needed(tab: Tab, has: str) -> None:
    async with tab.forgive(f"^mizan: the shim needs htmx 2 or htmx 4, and this page has {has}\\. Use "):
        await tab.open("/live/")
        with pytest.raises(Exception, match=r"mizan\.retry\(\) can't be called yet"):
            await tab.page.evaluate("mizan.retry()")
        await expect(tab.page.locator("#note")).to_be_visible()
