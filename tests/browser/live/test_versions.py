"""Versions: which changes a block already shows, and which nobody can tell."""

import pytest
from playwright.async_api import Route, expect

from tests.browser.helpers.live import NOTE, PLAIN, has_heard
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx

pytestmark = on_one_htmx


async def version_of(tab: Tab, block: str, later: int = 0) -> str:
    """Give the version that a block shows, or one that is later by so many changes."""
    version = await tab.page.locator(block).get_attribute("data-mizan-version")
    assert version is not None
    epoch, seq = version.split(".")
    return f"{epoch}.{int(seq) + later}"


async def invalidate(tab: Tab, version: str | None) -> None:
    """Make note 1 and a block that is not live stale, the former in a version."""
    await tab.page.evaluate(
        "(version) => mizan.invalidate('note', { card_id: 1 }, version === null ? {} : { version })", version
    )
    await tab.invalidate("user", user_id=6)


@pytest.mark.parametrize("later", [0, -1], ids=["the same", "an earlier one"])
async def test_a_block_that_shows_a_version_already_is_not_refreshed(ada: Tab, later: int) -> None:
    await ada.follow("/live/")
    await invalidate(ada, await version_of(ada, "#note", later))
    await ada.happens("refreshed", 1)
    assert ada.refreshes == [PLAIN]


@pytest.mark.parametrize("version", ["later", "00000000.0", "00000000.99999999", "rubbish", "", None])
async def test_a_block_is_refreshed_where_it_is_older_or_nobody_knows(ada: Tab, version: str | None) -> None:
    await ada.follow("/live/")
    await invalidate(ada, await version_of(ada, "#note", 1) if version == "later" else version)
    await ada.happens("refreshed", 2)
    assert sorted(ada.refreshes) == [NOTE, PLAIN]


async def test_versions_are_compared_within_one_epoch(ada: Tab) -> None:
    distances = [
        ("0a1b2c3d.10", "0a1b2c3d.9", 1),
        ("0a1b2c3d.9", "0a1b2c3d.10", -1),
        ("0a1b2c3d.9", "0a1b2c3d.9", 0),
        ("0a1b2c3d.9", "0a1b2c3e.9", None),
        ("0a1b2c3d.9", "", None),
        ("", "", None),
        ("0a1b2c3d", "0a1b2c3d", None),
        ("0a1b2c3d.x", "0a1b2c3d.9", None),
        (None, "0a1b2c3d.9", None),
    ]
    await ada.open("/profile/5/")
    found = await ada.page.evaluate(
        """(pairs) => pairs.map(([one, other]) => mizan.later(one, other))
            .map((distance) => (Number.isNaN(distance) ? null : distance))""",
        [pair for *pair, _ in distances],
    )
    assert found == [distance for *_, distance in distances]


@on_newest_htmx
@pytest.mark.parametrize(
    ("own", "refreshes"),
    [(1, [PLAIN]), (2, [NOTE, PLAIN])],
    ids=["nothing came between", "somebody was faster"],
)
async def test_a_block_that_came_with_a_change_shows_it_and_no_other(
    ada: Tab, own: int, refreshes: list[str]
) -> None:
    await ada.follow("/live/")
    own_version = await version_of(ada, "#note", own)
    block = str(await ada.page.locator("#note").evaluate("(it) => it.outerHTML"))

    async def answer(route: Route) -> None:
        headers = {"X-Mizan-Invalidate": NOTE, "X-Mizan-Version": own_version, "Content-Type": "text/html"}
        await route.fulfill(headers=headers, body=block)

    next_version = await version_of(ada, "#note", 1)
    # Only what arrives is to be looked at.
    await ada.page.locator("#note").evaluate("(it) => it.remove()")
    await ada.page.route("**/show/", answer)
    await ada.submit("#show", "Rest")
    await expect(ada.page.locator("#shown #note")).to_have_count(1)
    await has_heard(ada)
    await invalidate(ada, next_version)
    await ada.happens("refreshed", len(refreshes))
    assert sorted(ada.refreshes) == refreshes


async def test_an_invalidation_is_written_as_the_server_writes_it(ada: Tab) -> None:
    await ada.open("/profile/5/")
    written = await ada.page.evaluate("mizan.format('user', { tab: 'a b', user_id: 5, none: null })")
    assert written == "user;tab=a%20b;user_id=5"
