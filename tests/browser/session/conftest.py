"""A login page, and a tab of somebody who has signed in."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.sessions import ENTER, become
from tests.browser.helpers.tab import Tab


@pytest.fixture(autouse=True)
def login(settings: Settings) -> None:
    """Have a login page that signs in."""
    settings.LOGIN_URL = ENTER


@pytest_asyncio.fixture(loop_scope="session")
async def ada(tab: Tab) -> AsyncIterator[Tab]:
    """Give a tab in which Ada is signed in."""
    await become(tab, "ada")
    await tab.open("/sessions/")
    await expect(tab.page.locator("#letter")).to_have_text("ada: Ada")
    yield tab
