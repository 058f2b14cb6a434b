"""Scripts inside of blocks: when they run, and which of them a page under a policy of nonces lets run."""

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.desk import refresh, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

# Counts what has run, by name, and whether the text of its block was there by then.
COUNT = """
    window.runs = {};
    window.ran = (name, text = null) => {
        const { currentScript } = document;
        const block = currentScript?.closest("[data-mizan]");
        if (text !== null && block?.querySelector("b").textContent !== text) name += " too early";
        window.runs[name] = (window.runs[name] ?? 0) + 1;
    };
"""

REFUSED = "Content Security Policy|Content-Security-Policy|^CSP: script-src"

ALL = """
    <b>{n}</b>
    <script nonce="NONCE">ran("same")</script>
    <script nonce="NONCE">ran("changed", "{n}")</script>
    <script nonce="NONCE" type="text/javascript">ran("typed")</script>
    <script nonce="NONCE" type="application/javascript">ran("old type")</script>
    <script nonce="NONCE" type="module">ran("module")</script>
    <script nonce="NONCE" type="application/json">ran("json")</script>
    <script nonce="NONCE" type="speculationrules">{{}}</script>
    <script nonce="NONCE" src="/static/site/ran.js"></script>
    <script nonce="NONCE" nomodule src="/static/site/ran.js"></script>
    <script nonce="NONCE">ran("after " + window.loaded)</script>
    <template><script nonce="NONCE">ran("template")</script></template>
    <i id="kept" data-mizan-keep><script nonce="NONCE">ran("kept")</script></i>
    <svg><script nonce="NONCE">ran("svg")</script></svg>
"""
ONCE = {
    **dict.fromkeys(("same", "changed", "typed", "old type", "module", "src", "svg"), 1),
    "after 1": 1,
}


async def open_desk(tab: Tab, nonces: str = "all") -> None:
    """Open the page, whose answers have nonces."""
    await tab.page.context.add_cookies([{"name": "nonces", "value": nonces, "url": tab.address}])
    await tab.page.add_init_script(COUNT)
    await sit_down(tab)
    await tab.page.wait_for_load_state("load")


async def forget(tab: Tab) -> None:
    """Count anew."""
    await tab.page.evaluate("() => { window.runs = {}; window.loaded = 0; }")


async def have_run(tab: Tab, wanted: dict[str, int]) -> None:
    """Wait until these scripts have run, and nothing else has."""
    await tab.page.wait_for_function(
        "(names) => names.every((name) => name in runs)", arg=list(wanted), timeout=10_000
    )
    assert await tab.page.evaluate("runs") == wanted


async def test_scripts_run_once_when_their_block_is_refreshed(tab: Tab) -> None:
    with desk(ALL.format(n=1)) as now:
        await open_desk(tab)
        await have_run(tab, {**ONCE, "kept": 1})
        for times in (1, 2):
            await forget(tab)
            now.html["main"] = ALL.format(n=times + 1)
            await refresh(tab, times)
            await have_run(tab, ONCE)
        await forget(tab)
        await tab.page.evaluate("mizan.refresh(document.querySelector('#main'))")  # with the very same text
        await tab.happens("refreshed", 3)
        await have_run(tab, ONCE)
        await expect(tab.page.locator("[data-mizan-script]")).to_have_count(0)


async def test_scripts_of_blocks_that_come_together_run_once_each(tab: Tab) -> None:
    html = '<b>Text</b><script nonce="NONCE">ran("{}")</script>'
    with desk(html.format("main"), other=html.format("other")):
        await open_desk(tab)
        await forget(tab)
        await refresh(tab, 2)
        await have_run(tab, {"main": 1, "other": 1})
        assert len(tab.batches) == 1


async def test_a_chart_is_kept_and_given_what_is_new(tab: Tab) -> None:
    # As docs/refreshing.md shows it.
    html = """
        <b>{n}</b>
        <canvas id="chart" data-mizan-keep></canvas>
        <script type="application/json" id="numbers">[{n}]</script>
        <script nonce="NONCE">
          {{
            const canvas = document.getElementById("chart");
            canvas.chart ??= {{ made: (window.made = (window.made ?? 0) + 1) }};
            canvas.chart.data = JSON.parse(document.getElementById("numbers").textContent);
          }}
        </script>
    """
    with desk(html.format(n=1)) as now:
        await open_desk(tab)
        now.html["main"] = html.format(n=2)
        await refresh(tab)
        assert await tab.page.evaluate("document.querySelector('#chart').chart") == {"made": 1, "data": [2]}


@pytest.mark.parametrize("nonces", ["all", "page"])
async def test_a_nonce_counts_that_the_policy_of_its_own_answer_has(tab: Tab, nonces: str) -> None:
    html = """<b>{n}</b><script nonce="NONCE">ran("own")</script><script nonce="{other}">ran("other")</script>
        <script>ran("none")</script>"""
    with desk(html.format(n=1, other="guessed")) as now:
        async with tab.forgive(REFUSED):
            await open_desk(tab, nonces)
            await have_run(tab, {"own": 1})
        await forget(tab)
        page_nonce = await tab.page.evaluate("document.querySelector('script[src*=mizan]').nonce")
        assert page_nonce
        now.html["main"] = html.format(n=2, other=page_nonce)
        async with tab.forgive(REFUSED):
            await refresh(tab)
            await expect(tab.page.locator("b")).to_have_text("2")
            assert await tab.page.evaluate("runs") == ({"own": 1} if nonces == "all" else {})


async def test_what_comes_with_an_answer_has_the_nonce_of_that(tab: Tab, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    form = '<form id="send" hx-post="/keep/send/" hx-swap="none"><button>Send</button></form>'
    with desk(f'<b>one</b>{form}<script nonce="NONCE">ran("it")</script>') as now:
        await open_desk(tab)
        await forget(tab)
        now.html["main"] = now.html["main"].replace("one", "two")
        await tab.page.locator("#send button").click()
        await tab.happens("refreshed", 1)
        await have_run(tab, {"it": 1})
        assert tab.refreshes == []


async def test_scripts_of_an_own_swap_run_once(tab: Tab) -> None:
    button = '<button hx-get="/keep/again/" hx-target="#main" hx-swap="outerHTML">Again</button>'
    html = "<b>{}</b>" + button + '<script nonce="NONCE" src="/static/site/ran.js"></script>'
    with desk(html.format(1)) as now:
        await open_desk(tab)
        await forget(tab)
        now.html["main"] = html.format(2)
        await tab.page.locator("#main button").click()
        await expect(tab.page.locator("#main b")).to_have_text("2")
        await have_run(tab, {"src": 1})


async def test_an_inner_script_runs_with_the_outer_block_alone(tab: Tab) -> None:
    html = '<b>{n}</b><p><script nonce="NONCE">ran("main")</script></p>'
    with desk(html.format(n=1), other='<b></b><script nonce="NONCE">ran("other")</script>') as now:
        await open_desk(tab)
        await forget(tab)
        now.html["main"] = html.format(n=2)
        await tab.page.evaluate("mizan.refresh(document.querySelector('#main'))")
        await tab.happens("refreshed", 1)
        await have_run(tab, {"main": 1})


async def test_where_scripts_are_turned_off_none_runs(tab: Tab) -> None:
    with desk('<b>1</b><script nonce="NONCE">ran("it")</script>') as now:
        await open_desk(tab)
        await forget(tab)
        await tab.page.evaluate("() => { htmx.config.allowScriptTags = false; }")
        now.html["main"] = now.html["main"].replace("1", "2")
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("2")
        assert await tab.page.evaluate("runs") == {}
