"""Sites where every view wants one to sign in still answer what a page asks when its session has ended."""

import pytest
from pytest_django import Settings

from tests.support_visitor import MOUNT, Visitor, both_transports, empty_registry, serve

visitor = both_transports()
registry = empty_registry()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    """Ask everybody to sign in."""
    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    serve(settings, {})


@pytest.mark.parametrize("path", ["session/", "session/notice/?next=/here/"])
def test_the_session_and_its_notice_are_for_everybody(visitor: Visitor, path: str) -> None:
    assert visitor.get(MOUNT + path).status_code == 200


def test_a_context_is_not(visitor: Visitor) -> None:
    response = visitor.get(f"{MOUNT}ctx/user/")
    assert response.status_code == 302
    assert response.headers["Location"] == f"/login/?next={MOUNT}ctx/user/"
