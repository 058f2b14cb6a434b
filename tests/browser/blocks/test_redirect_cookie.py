"""The cookie that redirects leave is taken once, whoever wrote it, and over https nobody else can."""

import datetime
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.helpers.tab import OBSERVE, Tab, on_one_htmx
from tests.site.asgi import application

NAME = "mizan_invalidate"
SECURE = f"__Host-{NAME}"
NUMBER = "0123456789abcdef"
OTHER = "fedcba9876543210"
PAGE = "/markup/"


@pytest.fixture(autouse=True)
def old(settings: Settings) -> None:
    """Let every page be as one out of a cache, which shows nothing of what its request tells of."""
    settings.MIZAN_REPLICA_LAG = 1


async def loaded(tab: Tab, page: Page | None = None) -> int:
    """Load the page with two blocks, and count those that are refreshed for what was told before."""
    page = page or tab.page
    await page.goto(f"{tab.address}{PAGE}")
    # Behind the timers that the page has set when it was shown, and those that they set.
    await page.evaluate("() => new Promise((done) => setTimeout(() => setTimeout(done)))")
    return int(await page.evaluate("happened.filter(([name]) => name === 'refreshing').length"))


async def cookies_of(tab: Tab) -> set[tuple[str, str]]:
    """List the cookies for what is stale: name and path."""
    found = await tab.page.context.cookies()
    return {(each["name"], each["path"]) for each in found if NAME in each["name"]}


async def plant(tab: Tab, value: str, *, path: str = "/", hidden: bool = False) -> None:
    """Write a cookie as a site under the same domain may; ``hidden`` from scripts."""
    host = tab.address.split("//")[1].split(":")[0]
    await tab.page.context.add_cookies(
        [{"name": NAME, "value": value, "domain": host, "path": path, "httpOnly": hidden}]
    )


async def rename(tab: Tab, name: str) -> None:
    """Rename without htmx: the answer is a redirect to the page with everybody."""
    await tab.open(PAGE)
    tab.refreshes.clear()
    await tab.page.locator("#redirect input[name=name]").fill(name)
    await tab.page.locator("#redirect button").click()
    await tab.page.wait_for_url("**/people/?cached=1")
    await expect(tab.page.locator("#greeting")).to_contain_text(f"Hello, {name}:")
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)


@on_one_htmx
async def test_a_cookie_without_a_number_refreshes_nothing(tab: Tab) -> None:
    for value in ("*", "user", "%2A", f"{NUMBER[:-1]}:*", f"{NUMBER.upper()}:*", ":*", "|"):
        await plant(tab, value)
        assert [await loaded(tab) for _ in range(2)] == [0, 0], value


@pytest.mark.parametrize("path", ["/", PAGE])
async def test_a_cookie_with_one_refreshes_once_in_all_tabs(tab: Tab, path: str) -> None:
    await plant(tab, f"{NUMBER}:user|{NUMBER}:*", path=path)
    assert [await loaded(tab) for _ in range(3)] == [2, 0, 0]
    # A page of this path can't delete the one of the longer path.
    assert await cookies_of(tab) == ({(NAME, PAGE)} if path == PAGE else set())
    other = await tab.page.context.new_page()
    assert await loaded(tab, other) == 0
    await plant(tab, f"{OTHER}:user|{NUMBER}:notifications", path=path)
    assert await loaded(tab) == 2
    await plant(tab, f"{NUMBER}:user", path=path)
    assert await loaded(tab) == 0


async def test_a_browser_without_storage_reads_it_once_a_page(tab: Tab) -> None:
    refused = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    await tab.page.add_init_script(refused)
    await plant(tab, f"{NUMBER}:user", path=PAGE)
    assert await loaded(tab) == 2
    await tab.page.evaluate("dispatchEvent(new Event('pageshow'))")
    await tab.invalidate("notifications")
    assert await tab.page.evaluate("happened.filter(([name]) => name === 'refreshing').length") == 2


@on_one_htmx
@pytest.mark.parametrize("text", ["{", "5", '{"a": 1}', '"0123456789abcdef"', "null"])
async def test_what_others_wrote_into_the_storage_does_no_harm(tab: Tab, text: str) -> None:
    await tab.page.add_init_script(f"localStorage['mizan-read'] ??= {text!r}")
    await plant(tab, f"{NUMBER}:user", path=PAGE)
    assert [await loaded(tab) for _ in range(2)] == [2, 0]


async def test_one_for_a_longer_path_does_not_hide_the_server_s_own(tab: Tab) -> None:
    await plant(tab, f"{NUMBER}:board", path="/people/")
    for name in ("Grace", "Edsger"):
        await rename(tab, name)
        assert sorted(set(tab.refreshes)) == ["user;user_id=5"]
    assert await cookies_of(tab) == {(NAME, "/people/")}


async def test_one_that_no_script_sees_is_handed_on_and_read_once(tab: Tab) -> None:
    await plant(tab, f"{NUMBER}:notifications", path="/people/", hidden=True)
    await rename(tab, "Grace")
    assert "notifications" in tab.refreshes
    for name in ("Edsger", "Barbara"):
        await rename(tab, name)
        assert sorted(set(tab.refreshes)) == ["user;user_id=5"]


async def test_what_hx_redirect_leaves_has_a_number_and_keeps_what_was_left_before(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(f"document.cookie = '{NAME}={NUMBER}:notifications; Path=/'")
    await tab.page.locator("#actions-5 .go").click()
    await tab.page.wait_for_url("**/people/?cached=1")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Redirected: 0 new")
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)
    assert sorted(set(tab.refreshes)) == ["notifications", "user;user_id=5"]
    assert await cookies_of(tab) == set()


# ---- https


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a key and a certificate that it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    pem = serialization.Encoding.PEM
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(written + made.public_bytes(pem))
    return path


@pytest.fixture
def https(live_server: LiveServer, content: None, certificate: Path) -> Iterator[str]:
    """Serve the site over TLS and give its address."""
    config = uvicorn.Config(
        application, lifespan="off", ws="none", log_level="error", ssl_certfile=certificate
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest_asyncio.fixture(loop_scope="session")
async def safe(chromium: Browser, https: str, htmx: str) -> AsyncIterator[Tab]:
    """Give a tab on the site over https."""
    context = await chromium.new_context(ignore_https_errors=True)
    await context.add_cookies([{"name": "htmx", "value": htmx, "url": https}])
    await context.add_init_script(OBSERVE)
    tab = Tab(await context.new_page(), https)
    yield tab
    await tab.close()


async def test_over_https_it_has_the_name_that_no_other_domain_can_write(safe: Tab) -> None:
    async with safe.page.expect_response("**/people/5/redirect/") as answer:
        await rename(safe, "Grace")
    header = (await (await answer.value).all_headers())["set-cookie"]
    assert (header.startswith(f"{SECURE}="), "; Secure" in header) == (True, True)
    assert set(safe.refreshes) == {"user;user_id=5"}
    assert await cookies_of(safe) == set()


async def test_over_https_a_planted_cookie_is_not_handed_on(safe: Tab) -> None:
    await plant(safe, f"{NUMBER}:notifications", path="/people/", hidden=True)
    async with safe.page.expect_response("**/people/5/redirect/") as answer:
        await rename(safe, "Grace")
    assert NUMBER not in (await (await answer.value).all_headers())["set-cookie"]
    assert set(safe.refreshes) == {"user;user_id=5"}


async def test_over_https_hx_redirect_leaves_that_one_too(safe: Tab) -> None:
    await safe.open("/people/")
    await safe.page.route("**/people/?cached=1", lambda route: route.abort())
    async with safe.page.expect_request("**/people/?cached=1"):
        await safe.page.locator("#actions-5 .go").click()
    assert await cookies_of(safe) == {(SECURE, "/")}
    await safe.page.unroute("**/people/?cached=1")
    await safe.open("/people/?cached=1")
    await expect(safe.page.locator("#greeting")).to_contain_text("Redirected")
    assert await cookies_of(safe) == set()


async def test_behind_a_proxy_that_says_nothing_the_plain_one_is_read_as_well(safe: Tab) -> None:
    await plant(safe, f"{NUMBER}:user")
    assert [await loaded(safe) for _ in range(2)] == [2, 0]
    assert await cookies_of(safe) == set()
