"""Pages whose clock the tests move on, in place of waiting."""

from tests.browser.helpers.tab import Tab

START = 1_800_000_000  # seconds since 1970


async def freeze(tab: Tab, path: str) -> None:
    """Open a page whose clock stands still 100 ms after its scripts have started."""
    await tab.page.clock.install(time=START)
    await tab.page.clock.pause_at(START + 1)
    await tab.open(path)
    await tab.page.clock.run_for(100)


async def refreshed(tab: Tab, times: int) -> None:
    """Wait until so many blocks were refreshed since the page was loaded, and let 30 ms of its time pass."""
    await tab.page.clock.run_for(10)  # in which they are asked for
    await tab.happens("refreshed", times)
    await tab.page.clock.run_for(20)  # in which htmx 2 settles
