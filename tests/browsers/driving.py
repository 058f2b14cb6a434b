"""One way to drive Chromium, Firefox and WebKit, as Debian brings them.

Selenium drives Chromium and WebKit by the WebDriver programs that come with them. Firefox speaks WebDriver
BiDi without a program between.
"""

import json
import shutil
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common import WebDriverException
from selenium.webdriver.chrome.service import Service as ChromiumService
from selenium.webdriver.webkitgtk.service import Service as WebKitService
from websockets.sync.client import connect

ENTER = "\ue007"

# Seconds: what a page needs on a machine that has much else to do.
PATIENCE = 60.0

# Firefox asks its maker for news; a test visits nothing but the demo.
PREFERENCES = """\
user_pref("app.normandy.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("nimbus.rollouts.enabled", false);
user_pref("services.settings.server", "data:,#none/v1");
user_pref("toolkit.telemetry.server", "data:,none");
"""


class Browser(ABC):
    """A browser with cookies of its own and one page."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Go to a page, and wait until it is loaded."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page: a number, a text, a boolean or null."""

    @abstractmethod
    def click(self, selector: str) -> None:
        """Press the mouse's button on the first element that the selector finds."""

    @abstractmethod
    def type(self, keys: str) -> None:
        """Press keys, in what has the focus."""

    @abstractmethod
    def back(self) -> None:
        """Press the back button."""

    @abstractmethod
    def hidden(self) -> AbstractContextManager[None]:
        """Have the page hidden as a visitor does it: behind another tab, or in a window that is put away."""

    @abstractmethod
    def close(self) -> None:
        """End it."""

    def fill(self, selector: str, text: str) -> None:
        """Type over what stands in a field."""
        self.click(selector)
        self.evaluate(f"{_found(selector)}.select()")
        self.type(text)

    def until(self, expression: str) -> None:
        """Wait until a JavaScript expression is true in the page."""
        end = time.monotonic() + PATIENCE
        while True:
            problem = ""
            try:
                if self.evaluate(f"Boolean({expression})"):
                    return
            except Failed as error:  # such as in a page that is just being left
                problem = f" {error}"
            if time.monotonic() > end:
                shown = self.evaluate("location.href + '\\n' + document.body.innerText")
                raise AssertionError(f"It is not true that {expression}.{problem} The page: {shown}")
            time.sleep(0.05)

    def shows(self, selector: str, text: str) -> None:
        """Wait until the first element that the selector finds has the text."""
        self.until(f"({_found(selector)}?.textContent ?? '').includes({json.dumps(text)})")

    def lacks(self, selector: str) -> None:
        """Wait until the selector finds nothing."""
        self.until(f"{_found(selector)} === null")

    def holds(self, selector: str, value: str) -> None:
        """Wait until a field has the value."""
        self.until(f"{_found(selector)}?.value === {json.dumps(value)}")

    def is_followed(self) -> None:
        """Wait until the server follows by the socket what the page shows."""
        self.until("document.documentElement.dataset.mizanSocket === 'open'")


def _found(selector: str) -> str:
    return f"document.querySelector({json.dumps(selector)})"


class Failed(Exception):
    """The browser could not do it; the message is its own."""


class _Selenium(Browser):
    def __init__(self, driver: webdriver.Remote) -> None:
        self._driver = driver
        driver.set_page_load_timeout(PATIENCE)

    def open(self, address: str) -> None:
        self._driver.get(address)

    def evaluate(self, expression: str) -> Any:
        try:
            return self._driver.execute_script(f"return {expression}")
        except WebDriverException as error:
            raise Failed(error.msg) from error

    def click(self, selector: str) -> None:
        self.until(f"{_found(selector)} !== null")
        self._driver.find_element("css selector", selector).click()

    def type(self, keys: str) -> None:
        self._driver.switch_to.active_element.send_keys(keys)

    def back(self) -> None:
        self._driver.back()

    def close(self) -> None:
        self._driver.quit()


class Chromium(_Selenium):
    """Chromium, by its chromedriver."""

    def __init__(self) -> None:
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000"):
            options.add_argument(argument)
        super().__init__(webdriver.Chrome(options, ChromiumService(_path("chromedriver"))))

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Have the page behind another tab, which a script opens: the driver would leave one of its own."""
        own = self._driver.current_window_handle
        self.evaluate("void open('about:blank')")
        yield
        [other] = set(self._driver.window_handles) - {own}
        self._driver.switch_to.window(other)
        self._driver.close()
        self._driver.switch_to.window(own)


class WebKit(_Selenium):
    """WebKitGTK's MiniBrowser; it needs a display."""

    def __init__(self) -> None:
        super().__init__(
            webdriver.WebKitGTK(webdriver.WebKitGTKOptions(), service=WebKitService(_path("WebKitWebDriver")))
        )

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Have the window put away: MiniBrowser opens all other tabs behind the first one."""
        place = self._driver.get_window_rect()
        self._driver.minimize_window()
        yield
        self._driver.set_window_rect(**place)


class Firefox(Browser):
    """Firefox, by WebDriver BiDi: https://www.w3.org/TR/webdriver-bidi/."""

    def __init__(self) -> None:
        with ExitStack() as stack:
            profile = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mizan-firefox-")))
            (profile / "user.js").write_text(PREFERENCES, encoding="utf-8")
            command = [_path("firefox-esr"), "--headless", "--no-remote", "--profile", str(profile)]
            process = stack.enter_context(
                subprocess.Popen(
                    [*command, "--remote-debugging-port", "0"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            stack.callback(process.terminate)
            address = _address(profile / "WebDriverBiDiServer.json")
            self._socket = stack.enter_context(connect(address, proxy=None, max_size=None))
            self._numbers = count(1)
            self._do("session.new", capabilities={})
            # The first window of a Firefox without a screen never has the focus; one that is opened has.
            self._page = self._do("browsingContext.create", type="window")["context"]
            self._do(
                "browsingContext.setViewport", context=self._page, viewport={"width": 1280, "height": 1000}
            )
            self._stack = stack.pop_all()

    def open(self, address: str) -> None:
        """Go to a page, and wait until it is loaded."""
        self._do("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        return self._evaluate(expression).get("value")

    def click(self, selector: str) -> None:
        """Press the mouse's button on the first element that the selector finds."""
        self.until(f"{_found(selector)} !== null")
        self.evaluate(f"{_found(selector)}.scrollIntoView({{ block: 'center' }})")
        element = {"sharedId": self._evaluate(_found(selector))["sharedId"]}
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act(type="pointer", id="mouse", actions=[move, *press])

    def type(self, keys: str) -> None:
        """Press keys, in what has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._act(type="key", id="keyboard", actions=actions)

    def back(self) -> None:
        """Press the back button."""
        self._do("browsingContext.traverseHistory", context=self._page, delta=-1)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Have the page behind another tab."""
        other = self._do("browsingContext.create", type="tab")["context"]
        yield
        self._do("browsingContext.close", context=other)

    def close(self) -> None:
        """End it."""
        self._stack.close()

    def _act(self, **source: object) -> None:
        self._do("input.performActions", context=self._page, actions=[source])

    def _evaluate(self, expression: str) -> dict[str, Any]:
        target = {"context": self._page}
        answer = self._do("script.evaluate", expression=expression, target=target, awaitPromise=False)
        if answer["type"] != "success":
            raise Failed(answer["exceptionDetails"]["text"])
        value: dict[str, Any] = answer["result"]
        return value

    def _do(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise Failed(f"{method}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result


def _address(file: Path) -> str:
    """Return where a Firefox listens, once it has written that into its profile."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(FileNotFoundError, json.JSONDecodeError):  # not yet, or half of it
            server = json.loads(file.read_text(encoding="utf-8"))
            return f"ws://{server['ws_host']}:{server['ws_port']}/session"
        time.sleep(0.05)
    raise Failed("Firefox does not listen.")


def _path(name: str) -> str:
    path = shutil.which(name)
    assert path is not None, f"These tests need {name}: `make matrix` brings it."
    return path


BROWSERS: dict[str, type[Browser]] = {"chromium": Chromium, "firefox": Firefox, "webkit": WebKit}
