"""One Varnish for each module, in front of a server that answers what the test says."""

from collections.abc import Iterator

import pytest

from mizan_htmx.edge.varnish.vcl import compile_vcl
from tests.varnish.origin import Origin, serving
from tests.varnish.server import Varnish, running
from tools import varnish

#: What the tests with an origin of their own compile.
MANIFEST = {
    "contexts": {
        "account": {"endpoints": ["/api/mizan/ctx/account/"], "functions": [], "params": [], "views": []},
        "news": {
            "endpoints": ["/api/mizan/ctx/news/"],
            "functions": [],
            "max_age": 60,
            "params": [],
            "public": True,
            "views": ["/"],
        },
        "user": {
            "endpoints": ["/api/mizan/ctx/user/"],
            "functions": [],
            "max_age": 600,
            "optional": ["tab"],
            "params": ["tab", "user_id"],
            "public": True,
            "views": ["/profile/:user_id/"],
        },
    },
    "mutations": {
        "post": {"affects": ["news"], "endpoints": ["/api/mizan/call/", "/news/post/"], "params": []},
        "rename": {
            "affects": ["account", "user"],
            "endpoints": ["/api/mizan/call/", "/profile/:user_id/rename/"],
            "params": ["user_id"],
        },
    },
    "version": 1,
}


def tags(user_id: object, tab: str | None = None) -> tuple[str, ...]:
    """List the tags of a copy that shows a user."""
    named = "tab" if tab is None else f"tab={tab}"
    return "user", f"user;{named}", f"user;user_id={user_id}", f"user;{named};user_id={user_id}"


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """Have Varnish, or say what is missing."""
    varnish.require()


@pytest.fixture(scope="module")
def served() -> Iterator[Origin]:
    """Serve the origin of a module."""
    with serving() as origin:
        yield origin


@pytest.fixture(scope="module")
def in_front(served: Origin) -> Iterator[Varnish]:
    """Run the Varnish of a module."""
    with running(compile_vcl(MANIFEST, origin=f"127.0.0.1:{served.port}")) as edge:
        yield edge


@pytest.fixture
def origin(served: Origin) -> Origin:
    """Give the origin as new."""
    served.answers.clear()
    served.asked.clear()
    return served


@pytest.fixture
def edge(in_front: Varnish, origin: Origin) -> Varnish:
    """Give the edge with nothing in it."""
    assert in_front.purge('"*"').status == 200
    return in_front
