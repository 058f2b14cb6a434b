"""Refreshes are no view transitions, unless their block asks for one and motion is wanted."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import refresh, sit_down
from tests.browser.helpers.tab import Tab, on_every_htmx, on_every_morph
from tests.site.keep import desk

COUNT = """
    window.moved = 0;
    const start = document.startViewTransition;
    document.startViewTransition = function (...args) {
        moved += 1;
        return start.apply(this, args);
    };
"""
GLOBALLY = "htmx.config.transitions = htmx.config.globalViewTransitions = true"


@on_every_htmx
async def test_a_refresh_is_no_view_transition_even_where_the_page_has_them(tab: Tab) -> None:
    await tab.page.add_init_script(COUNT)
    with desk("<b>1</b>") as now:
        await sit_down(tab)
        await tab.page.evaluate(GLOBALLY)
        now.html["main"] = "<b>2</b>"
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        assert await tab.page.evaluate("moved") == 0


@pytest.mark.parametrize(("motion", "moved"), [("no-preference", 1), ("reduce", 0)])
@pytest.mark.parametrize("htmx", ["4", "4.0.1"], indirect=True)
async def test_a_block_that_asks_for_a_transition_has_it_where_motion_is_wanted(
    tab: Tab, motion: str, moved: int
) -> None:
    await tab.page.add_init_script(COUNT)
    await tab.page.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    with desk("<b>1</b><input name='one'>") as now:
        await sit_down(tab)
        await tab.page.evaluate("main.dataset.mizanSwap += ' transition:true'")
        await tab.page.locator("[name=one]").fill("Ada")
        now.html["main"] = "<b>2</b><input name='one'>"
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("[name=one]")).to_have_value("Ada")
        assert await tab.page.evaluate("moved") == moved


@pytest.mark.parametrize("htmx", ["4", "4.0.1"], indirect=True)
async def test_an_extension_that_htmx_refuses_says_what_to_do(tab: Tab) -> None:
    await tab.page.add_init_script(
        """Object.defineProperty(window, "htmx", {
            configurable: true,
            set(value) {
                const { registerExtension } = value;
                value.registerExtension = (name, ...rest) =>
                    name === "mizan-keep" ? false : registerExtension.call(value, name, ...rest);
                Object.defineProperty(window, "htmx", { value, writable: true });
            },
        });"""
    )
    with desk("<b>1</b>"):
        async with tab.forgive('mizan.js was refused by htmx: add "mizan-keep"'):
            await sit_down(tab)
            await expect(tab.page.locator("b")).to_have_text("1")


@on_every_morph
async def test_a_swap_that_takes_its_time_keeps_what_is_entered_meanwhile(tab: Tab) -> None:
    button = '<button hx-get="/keep/again/" hx-target="#main" hx-swap="outerHTML swap:300ms">Again</button>'
    with desk(button + '<b>1</b><input name="one">') as now:
        await sit_down(tab)
        now.html["main"] = button + '<b>2</b><input name="one">'
        await tab.page.evaluate(
            """() => {
                const type = () => setTimeout(() => {
                    window.late = document.querySelector("b").textContent;
                    document.querySelector("[name=one]").value = "Ada";
                });
                for (const name of ["htmx:beforeSwap", "htmx:before:swap"]) addEventListener(name, type);
            }"""
        )
        await tab.page.locator("main button").click()
        await expect(tab.page.locator("b")).to_have_text("2")
        await expect(tab.page.locator("[name=one]")).to_have_value("Ada")
        assert await tab.page.evaluate("late") == "1"
