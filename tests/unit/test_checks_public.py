"""The checks of public contexts."""

import pytest
from django.core.checks import Warning
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx.client import Context, client
from tests.helpers.checks import checks


@client(context=Context("news", public=True))
def headlines(request: HttpRequest) -> list[str]:
    """Read what is new."""
    return []


@client(context="inbox")
def letters(request: HttpRequest) -> list[str]:
    """Read what is one's own."""
    return []


@pytest.mark.parametrize("in_session", [True, False])
def test_w005_tokens_in_sessions_keep_public_contexts_out_of_caches(
    settings: Settings, in_session: bool
) -> None:
    settings.CSRF_USE_SESSIONS = in_session
    expected = Warning(
        "Context 'news' is public, but CSRF_USE_SESSIONS makes every response vary by cookie,"
        " so no cache shares one.",
        hint="Set CSRF_USE_SESSIONS = False: the CSRF token then has a cookie of its own.",
        id="mizan_htmx.W005",
    )
    assert checks(headlines, letters) == ([expected] if in_session else [])
    assert checks(letters) == []
