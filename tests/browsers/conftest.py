"""The browsers, a display for those that need one, and the demo that they visit."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from tests.browsers.driving import BROWSERS, Browser
from tests.helpers.demo import PEOPLE, Board, Visitor, serving

Enter = Callable[..., Browser]


@pytest.fixture(scope="session")
def display() -> Iterator[None]:
    """Have a display without a screen."""
    command = ["Xvfb", "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1280x1024x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(os.environ, "DISPLAY", f":{server.stdout.readline().strip()}")
            yield
        server.terminate()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo and return its address; each test makes a board of its own."""
    with serving(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture
def board(demo: str) -> Board:
    """Return a new board of Mara and Tomás, with one card "Plan" that nobody has."""
    mara = Visitor(demo).sign_in("mara")
    board = mara.start_board("Work", "tomas")
    assert mara.call("add_card", column_id=board.columns[0], title="Plan").status == 200
    return board


@pytest.fixture(params=sorted(BROWSERS))
def kind(request: pytest.FixtureRequest) -> str:
    """Return the name of a browser."""
    name: str = request.param
    return name


@pytest.fixture(params=["2", "4"], ids="htmx{}".format)
def htmx(request: pytest.FixtureRequest) -> str:
    """Return the version of htmx that the pages load."""
    version: str = request.param
    return version


@pytest.fixture
def enter(kind: str, htmx: str, demo: str, display: None) -> Iterator[Enter]:
    """Return a function that opens a browser for somebody, signed in with one click; ``None`` is nobody."""
    with ExitStack() as stack:

        def enter(username: str | None, path: str) -> Browser:
            browser = stack.enter_context(closing(BROWSERS[kind]()))
            browser.open(f"{demo}/sign-in/?htmx={htmx}&next={path}")
            if username is None:
                browser.open(f"{demo}{path}")
            else:
                browser.click(f'form[action="/sign-in/as/{PEOPLE[username]}/"] button')
                browser.until(f"location.pathname === '{path}' && document.readyState === 'complete'")
            browser.shows("[data-htmx-version]", f"htmx {htmx}.")
            return browser

        yield enter
