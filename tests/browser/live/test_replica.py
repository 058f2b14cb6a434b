"""Live pages whose readers ask a replica: it may be behind, and a page becomes fresh once it is not."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.async_api import Locator, expect
from pytest_django import Settings

from mizan_htmx.channels.layer.memory_versions import MemoryVersions
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Version, new_epoch
from tests.browser.helpers.live import NOTE, SECOND, change
from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.replica import Replica, current

LIVE = "[data-mizan-version]"


@pytest.fixture
def replica(content: None, tmp_path: Path, settings: Settings) -> Iterator[Replica]:
    """Let notes be read from a replica, of which the site says how far it is behind."""
    settings.MIZAN_REPLICA_LAG = "tests.site.replica.lag"
    versions().before(0)  # from now on it is known what was current when
    current.replica = Replica(str(connection.settings_dict["NAME"]), str(tmp_path / "replica.sqlite3"))
    yield current.replica
    current.replica = None


def catch_up(replica: Replica) -> None:
    """Bring the replica up to date, once it is known that what it gets is current: it stands still then."""
    while versions().before(0) != versions().current():
        time.sleep(0.01)
    replica.replicate()


async def up_to_date(tab: Tab, replica: Replica, *blocks: Locator) -> None:
    """Bring the replica up to date: blocks show what is new, say so, and are not refreshed any more."""
    await asyncio.to_thread(catch_up, replica)
    for block in blocks:
        await expect(block).to_have_text("Rest")
        await expect(block).to_have_attribute("data-mizan-version", str(versions().current()))
    before = tab.refreshes.count(NOTE)
    # For which another one needs a refresh in vain, and all the time that is between two of them.
    await change(2, "Later")
    await fail_to_see_it(tab, tab.page.locator("#second"), "Later", times=1)
    await asyncio.to_thread(catch_up, replica)
    await expect(tab.page.locator("#second")).to_have_text("Later")
    assert tab.refreshes.count(NOTE) == before


async def fail_to_see_it(tab: Tab, block: Locator, text: str = "Rest", *, times: int) -> None:
    """Wait until blocks were refreshed so often in vain; that is once a second at most for each."""
    root = tab.page.locator("html")
    before = int(await root.get_attribute("data-refreshing") or 0)
    began = await tab.page.evaluate("performance.now()")
    await expect(root).to_have_attribute("data-refreshed", at_least(before + times), timeout=30_000)
    await expect(block).not_to_have_text(text)
    after = int(await root.get_attribute("data-refreshing") or 0)
    seconds = (await tab.page.evaluate("performance.now()") - began) / 1000
    # And once more by an answer, and where "everything" is told beside the key.
    assert after - before <= (seconds + times + 2) * await tab.page.locator(LIVE).count()


def at_least(count: int) -> re.Pattern[str]:
    """Match this number, and the next hundred."""
    return re.compile(f"^({'|'.join(map(str, range(count, count + 100)))})$")


@on_every_htmx
async def test_what_others_change_arrives_once_the_replica_has_it(ada: Tab, replica: Replica) -> None:
    note = ada.page.locator("#note")
    await ada.follow("/live/")
    await change(1, "Rest")
    await fail_to_see_it(ada, note, times=3)
    await up_to_date(ada, replica, note)
    assert {*ada.refreshes} == {NOTE, SECOND}


@pytest.mark.parametrize("single_flight", [False, True], ids=["refreshed", "brought along"])
async def test_ones_own_change_does_so_too(
    ada: Tab, replica: Replica, settings: Settings, single_flight: bool
) -> None:
    settings.MIZAN_SINGLE_FLIGHT = single_flight
    note = ada.page.locator("#note")
    await ada.follow("/live/")
    await ada.submit("#write", "Rest")
    await fail_to_see_it(ada, note, times=2)
    await up_to_date(ada, replica, note)


async def test_a_block_that_came_with_ones_own_change_does_so_too(ada: Tab, replica: Replica) -> None:
    await ada.follow("/live/")
    await ada.submit("#show", "Rest")
    shown = ada.page.locator("#shown [data-mizan]")
    await fail_to_see_it(ada, shown, times=1)
    await up_to_date(ada, replica, shown, ada.page.locator("#note"))


async def test_one_that_came_with_the_first_change_of_all_does_so_too(ada: Tab, replica: Replica) -> None:
    """Before which there is no version."""
    store = versions()
    assert isinstance(store, MemoryVersions)
    store._now = Version(new_epoch(), 0)
    store.before(0)
    await asyncio.to_thread(replica.replicate)
    await ada.follow("/live/")
    await ada.submit("#show", "Rest")
    shown = ada.page.locator("#shown [data-mizan]")
    await fail_to_see_it(ada, shown, times=1)
    await up_to_date(ada, replica, shown)


async def test_a_page_that_was_read_too_early_does_so_too(ada: Tab, replica: Replica) -> None:
    note = ada.page.locator("#note")
    await change(1, "Rest")
    await ada.open("/live/")
    await expect(note).not_to_have_text("Rest")
    await up_to_date(ada, replica, note)
