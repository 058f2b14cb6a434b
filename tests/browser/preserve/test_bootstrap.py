"""What somebody has opened with Bootstrap is open after a refresh, and can be closed."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down, under_way
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

PARTS = """<b>{n}</b>
<button id="fold" data-bs-toggle="collapse" data-bs-target="#folded" aria-expanded="false">Fold</button>
<div class="collapse" id="folded">Folded {n}</div>
<div class="accordion" id="acc"><h2 class="accordion-header">
    <button id="acc-two" class="accordion-button" data-bs-toggle="collapse" data-bs-target="#acc-1">A</button>
    </h2><div id="acc-1" class="accordion-collapse collapse show" data-bs-parent="#acc">Open first</div></div>
<ul class="nav nav-tabs" role="tablist">
    <li class="nav-item"><button class="nav-link active" data-bs-toggle="tab" data-bs-target="#t1" role="tab"
        aria-selected="true">One</button></li>
    <li class="nav-item"><button class="nav-link" data-bs-toggle="tab" data-bs-target="#t2" role="tab"
        aria-selected="false">Two</button></li></ul>
<div class="tab-content"><div class="tab-pane active" id="t1" role="tabpanel">First {n}</div>
    <div class="tab-pane" id="t2" role="tabpanel">Second {n}<input name="inside"></div></div>
<div class="dropdown">
    <button class="dropdown-toggle" id="drop" data-bs-toggle="dropdown" aria-expanded="false">Menu</button>
    <ul class="dropdown-menu" id="menu"><li><a class="dropdown-item" href="#x">Item {n}</a></li></ul></div>
<div class="toast" id="toast" data-bs-autohide="false"><p class="toast-body">Saved {n}</p>
    <button data-bs-dismiss="toast" id="dismiss">x</button></div>
<button id="tip" title="Tip">Tip</button><button id="plain">Plain {n}</button>"""
STATE = """() => ({
    folded: [folded.className, fold.className, fold.ariaExpanded],
    accordion: document.querySelector("#acc-1").className,
    tabs: [...document.querySelectorAll(".nav-link")].map((it) =>
        [it.className, it.ariaSelected, it.getAttribute("tabindex")]),
    panes: [t1.className, t2.className],
    menu: [menu.className, drop.className, drop.ariaExpanded, menu.style.position],
    toast: toast.className,
    tip: [tip.title, tip.dataset.bsOriginalTitle, tip.ariaLabel],
})"""


async def test_what_is_open_stays_open_and_works(tab: Tab) -> None:
    with desk(PARTS.format(n=1)) as now:
        await sit_down(tab, "scripts/after")
        page = tab.page
        await page.evaluate("new bootstrap.Tooltip(tip), new bootstrap.Toast(toast).show()")
        await page.locator("#acc-two").click()
        await page.locator("#fold").click()
        await page.get_by_role("tab", name="Two").click()
        await field(tab, "inside").fill("Ada")
        await page.locator("#drop").click()
        await expect(page.locator("#folded.collapse.show")).to_have_count(1)
        await expect(page.locator("#acc-1.collapse:not(.show)")).to_have_count(1)
        await expect(page.locator("#toast.show:not(.showing)")).to_have_count(1)
        await expect(page.locator("#menu.show")).to_have_count(1)
        before = await page.evaluate(STATE)
        for times in (1, 2):
            now.html["main"] = PARTS.format(n=times + 1)
            await refresh(tab, times)
            await expect(page.locator("b")).to_have_text(str(times + 1))
            assert await page.evaluate(STATE) == before
            await expect(page.locator("#folded")).to_have_text(f"Folded {times + 1}")
            await expect(page.locator("#menu a")).to_have_text(f"Item {times + 1}")
            await expect(page.locator("#toast p")).to_have_text(f"Saved {times + 1}")
            await expect(field(tab, "inside")).to_have_value("Ada")
        # All of it can be closed again.
        await page.locator("#plain").click()
        await expect(page.locator("#menu.show")).to_have_count(0)
        await page.locator("#fold").click()
        await expect(page.locator("#folded")).to_be_hidden()
        await page.locator("#acc-two").click()
        await expect(page.locator("#acc-1.collapse.show")).to_have_count(1)
        await page.locator("#dismiss").click()
        await expect(page.locator("#toast")).to_be_hidden()
        await page.get_by_role("tab", name="One").click()
        await expect(page.locator("#t1")).to_be_visible()
        await expect(page.locator("#t2")).to_be_hidden()
        await page.locator("#tip").hover()
        await expect(page.locator(".tooltip")).to_have_text("Tip")
        await page.locator("#plain").hover()
        await expect(page.locator(".tooltip")).to_have_count(0)
        # And stays closed.
        before = await page.evaluate(STATE)
        now.html["main"] = PARTS.format(n=4)
        await refresh(tab, 3)
        await expect(page.locator("b")).to_have_text("4")
        assert await page.evaluate(STATE) == before


MODALS = {
    "modal": """<b>{n}</b><button data-bs-toggle="modal" data-bs-target="#it" id="open">Open</button>
        <div class="modal{fade}" id="it" tabindex="-1"><div class="modal-dialog"><div class="modal-content">
        <p>Shown {n}</p><input name="note"><button data-bs-dismiss="modal" id="close">Close</button>
        </div></div></div>""",
    "offcanvas": """<b>{n}</b><button data-bs-toggle="offcanvas" data-bs-target="#it" id="open">Open</button>
        <div class="offcanvas offcanvas-start{fade}" id="it" tabindex="-1"><p>Shown {n}</p><input name="note">
        <button data-bs-dismiss="offcanvas" id="close">Close</button></div>""",
}


@pytest.mark.parametrize("kind", MODALS)
async def test_a_block_with_an_open_modal_waits_until_it_is_closed(tab: Tab, kind: str) -> None:
    html = MODALS[kind]
    with desk(html.format(n=1, fade=""), beside="") as now:
        await sit_down(tab, "scripts/after")
        await tab.page.locator("#open").click()
        await expect(tab.page.locator("#it[aria-modal]")).to_be_visible()
        await field(tab, "note").fill("typed")
        now.html["main"] = html.format(n=2, fade="")
        sent = len(tab.refreshes)
        await tab.invalidate("desk")
        await tab.happens("refreshed", 1)
        assert tab.refreshes[sent:] == ["desk;place=beside"]
        await expect(field(tab, "note")).to_have_value("typed")
        await tab.page.locator("#close").click()
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator(".modal-backdrop, .offcanvas-backdrop")).to_have_count(0)
        assert await tab.page.evaluate("getComputedStyle(document.body).overflow") == "visible"
        await tab.page.locator("#open").click()
        await expect(tab.page.locator("#it p")).to_have_text("Shown 2")
        await tab.page.locator("#close").click()
        await expect(tab.page.locator("#it")).to_be_hidden()


@pytest.mark.parametrize("kind", MODALS)
async def test_a_modal_that_opens_while_the_refresh_is_under_way_is_not_touched(tab: Tab, kind: str) -> None:
    html = MODALS[kind]
    with desk(html.format(n=1, fade=" fade")) as now:
        await sit_down(tab, "scripts/after")
        now.html["main"] = html.format(n=2, fade=" fade")
        async with under_way(tab):
            await tab.page.locator("#open").click()
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("#it")).to_be_visible()
        await expect(tab.page.locator("#it p")).to_have_text("Shown 1")
        await expect(tab.page.locator(".modal-backdrop, .offcanvas-backdrop")).to_have_count(1)
        await tab.page.locator("#close").click()
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("#it")).to_be_hidden()
        await expect(tab.page.locator(".modal-backdrop, .offcanvas-backdrop")).to_have_count(0)


async def test_what_calls_itself_modal_is_waited_for_whoever_shows_it(tab: Tab) -> None:
    html = '<b>{n}</b><div id="it" hidden role="dialog" aria-modal="true">{n}</div>'
    with desk(html.format(n=1), beside="") as now:
        await sit_down(tab)
        now.html["main"] = html.format(n=2)
        await refresh(tab, 2)
        await expect(tab.page.locator("b")).to_have_text("2")
        await tab.page.evaluate("it.hidden = false")
        now.html["main"] = html.format(n=3)
        await tab.invalidate("desk")
        await tab.happens("refreshed", 3)
        await expect(tab.page.locator("#it")).to_have_text("2")
        await tab.page.evaluate("it.hidden = true")
        await expect(tab.page.locator("b")).to_have_text("3")
