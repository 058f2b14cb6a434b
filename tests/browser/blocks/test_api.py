"""What scripts can do: ``mizan.parse``, ``mizan.covers``, ``mizan.invalidate``, and the events."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error, expect

from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tools import htmx as newest

pytestmark = on_one_htmx

# As text, because JSON.parse in the page keeps a key __proto__ as an ordinary one.
VECTORS = (Path(__file__).parents[2] / "vectors" / "invalidation.json").read_text(encoding="utf-8")

Failures = list[Any]


async def test_parse_agrees_with_the_vectors(tab: Tab) -> None:
    await tab.open("/people/")
    failures: Failures = await tab.page.evaluate(
        """(vectors) => {
            const plain = ({ context, params }) => [context, Object.entries(params).sort()];
            const wanted = ([context, params]) => [context, Object.entries(params).sort()];
            return JSON.parse(vectors).parse.filter(({ header, entries }) =>
                JSON.stringify(mizan.parse(header).map(plain)) !== JSON.stringify(entries.map(wanted)));
        }""",
        VECTORS,
    )
    assert failures == []


async def test_covers_agrees_with_the_vectors(tab: Tab) -> None:
    await tab.open("/people/")
    failures: Failures = await tab.page.evaluate(
        """(vectors) => JSON.parse(vectors).covers.filter(({ invalidation, block, covers }) =>
            mizan.covers(invalidation, block) !== covers)""",
        VECTORS,
    )
    assert failures == []


async def test_what_invalidate_announces_agrees_with_the_vectors(tab: Tab) -> None:
    await tab.open("/people/")
    single = [each for each in json.loads(VECTORS)["format"] if len(each["entries"]) == 1]
    failures: Failures = await tab.page.evaluate(
        """(vectors) => {
            let announced;
            addEventListener("mizan:invalidate", (event) => {
                announced = event.detail.header;
                event.preventDefault();
            });
            const { format, canonical } = JSON.parse(vectors);
            const single = format.filter(({ entries, max_bytes }) => entries.length === 1 && !max_bytes);
            const bad = single.filter(({ entries: [[context, params]], header }) => {
                mizan.invalidate(context, params);
                return announced !== header;
            });
            return [...bad, ...canonical.filter(({ value, text }) => {
                mizan.invalidate("user", { q: value });
                return mizan.parse(announced)[0].params.q !== text;
            })];
        }""",
        VECTORS,
    )
    assert len(single) > 10
    assert failures == []


@on_newest_htmx
async def test_invalidate_announces_what_it_covers_and_then_refreshes_it(tab: Tab) -> None:
    await tab.open("/people/")
    detail = await tab.page.evaluate(
        """() => {
            let detail;
            document.addEventListener("mizan:invalidate", (event) => { detail = event.detail; });
            mizan.invalidate("user", { user_id: 6, tab: null, page: undefined });
            return { ...detail, blocks: detail.blocks.map((block) => block.dataset.mizan) };
        }"""
    )
    assert detail == {
        "header": "user;user_id=6",
        "entries": [{"context": "user", "params": {"user_id": "6"}}],
        "version": None,
        "blocks": ["user;user_id=6"],
        "source": "script",
        "cause": None,
    }
    await tab.happens("refreshed", 1)
    assert await tab.happened() == [
        ["invalidate", "user;user_id=6", None],
        ["refreshing", "user;user_id=6", None],
        ["refreshed", "user;user_id=6", None],
    ]


async def test_invalidate_takes_a_whole_list_as_a_header_has_it(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.invalidate("user;user_id=6, notifications")
    await tab.happens("refreshed", 3)
    assert sorted(tab.refreshes) == ["notifications", "user;user_id=5", "user;user_id=6"]


async def test_a_star_refreshes_everything(tab: Tab) -> None:
    await tab.open("/board/1/")
    await tab.invalidate("*")
    await tab.happens("refreshed", 2)
    assert tab.refreshes == ["board;board_id=1", "board;board_id=1"]


@on_newest_htmx
async def test_a_cancelled_invalidation_leaves_the_blocks_alone(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(
        """document.addEventListener("mizan:invalidate", (event) => event.preventDefault(), { once: true })"""
    )
    await tab.submit("#actions-5 .rename", "Grace")
    await tab.happens("invalidate", 1)
    await tab.submit("#actions-6 .rename", "Edsger")
    await expect(tab.block("user;user_id=6")).to_have_text("Edsger E")
    await expect(tab.block("user;user_id=5")).to_have_text("Ada A")
    assert tab.refreshes == ["user;user_id=6"]


async def test_invalidate_refuses_what_no_block_can_be_bound_to(tab: Tab) -> None:
    await tab.open("/people/")
    for call, message in (
        ('mizan.invalidate("us er")', "TypeError: mizan: bad name in us er"),
        ('mizan.invalidate("user", {"a b": 1})', "TypeError: mizan: bad name in user,a b"),
        ("mizan.invalidate('user', {q: [5]})", "TypeError: mizan: a parameter must be"),
        ("mizan.invalidate('user', {q: NaN})", "TypeError: mizan: a parameter must be"),
    ):
        with pytest.raises(Error, match=message):
            await tab.page.evaluate(call)
    assert tab.refreshes == []


@on_newest_htmx
async def test_the_page_runs_the_build_that_the_test_is_named_after(tab: Tab, htmx: str) -> None:
    await tab.open("/people/")
    version: str = await tab.page.evaluate("htmx.version")
    assert version.startswith(htmx)
    assert (version == htmx) == (htmx in newest.VERSIONS)


@on_newest_htmx
async def test_the_page_has_one_new_global(tab: Tab) -> None:
    await tab.open("/login/")
    before = set(await tab.page.evaluate("Object.getOwnPropertyNames(window)"))
    await tab.open("/people/")
    after = set(await tab.page.evaluate("Object.getOwnPropertyNames(window)"))
    assert after - before == {"htmx", "mizan"}


async def test_what_a_script_fails_is_marked_and_not_asked_for_until_there_is_an_occasion(tab: Tab) -> None:
    await tab.open("/people/")
    block = tab.block("user;user_id=5")
    async with tab.forgive("^mizan: <.*, which shows user;user_id=5, can't be kept up to date. It is gone."):
        wait = await block.evaluate(
            """(block) => new Promise((resolve) => {
                addEventListener("mizan:error", ({ detail }) => resolve(String(detail.wait)));
                mizan.fail(block, 404, "It is gone.");
            })"""
        )
    assert wait == "Infinity"
    await expect(block).to_have_attribute("data-mizan-error", "404")
    await expect(block).to_have_class(re.compile("mizan-stale"))
    assert tab.refreshes == []
    await tab.page.evaluate("mizan.retry()")
    await tab.happens("refreshed", 1)
    await expect(block).not_to_have_attribute("data-mizan-error", "404")
    await expect(block).not_to_have_class(re.compile("mizan-stale"))


async def test_only_a_block_can_be_failed(tab: Tab) -> None:
    await tab.open("/people/")
    with pytest.raises(Error, match=r"mizan\.fail: <body.*> is no block"):
        await tab.page.evaluate("mizan.fail(document.body, 404, 'It is gone.')")
