"""Pages that are handed from one test to the next: a new one starts a process, which costs as much as a test.

A page is only handed on if all that a test did to it is undone: its cookies and storage, added routes and
scripts, where the mouse is. One with a clock, another size or listeners is closed; so is one that has opened
others, and one that lost its socket, since the browser makes a process wait whose connections failed.
"""

from collections.abc import Callable
from typing import Any

from playwright.async_api import Browser, Error, Page

from tests.browser.helpers.tab import OBSERVE, Tab

# What a page, its browser context or its clock remembers from one document to the next.
LASTING = {
    "page": (
        *("add_locator_handler", "emulate_media", "expose_binding", "expose_function"),
        *("on", "once", "route_from_har", "set_extra_http_headers", "set_viewport_size"),
    ),
    "context": (
        *("add_init_script", "grant_permissions", "new_cdp_session", "new_page", "on", "once", "route"),
        *("set_extra_http_headers", "set_geolocation", "set_offline"),
    ),
    "clock": ("install", "pause_at", "set_fixed_time", "set_system_time"),
}

# How many tests use a page: its memory grows.
MOST_USES = 100

FORGET = "() => { localStorage.clear(); sessionStorage.clear(); window.name = ''; }"


class Pages:
    """The pages of one browser that are free."""

    def __init__(self, browser: Browser, *, reuse: bool = True) -> None:
        self._browser = browser
        self._reuse = reuse
        self._free: list[Page] = []
        self._uses: dict[Page, int] = {}
        self._scripts: dict[Page, list[Any]] = {}

    async def open(self, address: str) -> Tab:
        """Return a tab without cookies and storage, at no page yet."""
        page = self._free.pop() if self._free else await self._new()
        return Tab(page, address)

    async def open_new(self, address: str, **options: Any) -> Tab:
        """Return a tab of a browser context with these options, which whoever opens it closes."""
        context = await self._browser.new_context(**options)
        await context.add_init_script(OBSERVE)
        has_scripts = options.get("java_script_enabled") is not False
        return Tab(await context.new_page(), address, has_scripts=has_scripts)

    async def close(self, tab: Tab) -> None:
        """Fail if the tab had an unexpected problem; keep its page for another test, or close it."""
        try:
            await tab.check()
            is_kept = await self._is_cleared(tab)
        except BaseException:
            await self._drop(tab.page)
            raise
        tab.detach()
        if is_kept:
            self._free.append(tab.page)
        else:
            await self._drop(tab.page)

    async def _new(self) -> Page:
        context = await self._browser.new_context()
        await context.add_init_script(OBSERVE)
        page = await context.new_page()
        self._uses[page], self._scripts[page] = 0, []
        for name, methods in LASTING.items():
            owner: Any = page if name == "page" else getattr(page, name)
            for method in methods:
                setattr(owner, method, self._noting(page, getattr(owner, method)))
        add_script = page.add_init_script

        async def add_init_script(*args: Any, **kwargs: Any) -> Any:
            self._scripts[page].append(await add_script(*args, **kwargs))
            return self._scripts[page][-1]

        setattr(page, add_script.__name__, add_init_script)
        return page

    async def _drop(self, page: Page) -> None:
        del self._uses[page], self._scripts[page]
        await page.context.close()

    def _noting(self, page: Page, method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:
            self._uses[page] = MOST_USES
            return method(*args, **kwargs)

        return noted

    async def _is_cleared(self, tab: Tab) -> bool:
        page = tab.page
        self._uses[page] += 1
        if not self._reuse or self._uses[page] >= MOST_USES or tab.lost_its_socket or tab.may_be_cached:
            return False
        if not page.url.startswith(tab.address) or page.context.pages != [page]:
            return False
        try:
            for script in self._scripts[page]:
                await script.close()
            self._scripts[page].clear()
            await page.unroute_all(behavior="ignoreErrors")
            await page.evaluate(FORGET)
            await page.mouse.move(0, 0)
            await page.goto("about:blank")
            await page.context.clear_cookies()
        except Error:
            return False
        return True
