"""Who may open the socket, where it stands, and whose it is."""

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from asgiref.sync import sync_to_async
from channels.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application
from django.db.utils import ConnectionHandler
from django.http import HttpRequest
from django.test import AsyncClient
from pytest_django import Settings

import mizan_htmx
from mizan_htmx import client, register
from mizan_htmx.channels import asgi, wrap_asgi
from mizan_htmx.channels import register as register_channel
from tests.helpers.sessions import SessionStore as CountingStore
from tests.helpers.sockets import ROOM, ChatChannel, Tab, person, said

pytestmark = pytest.mark.usefixtures("registry")


OWN = {"Host": "example.com", "Origin": "http://example.com"}
EXPIRED = {"error": "Not authorized", "code": "UNAUTHORIZED"}


class Inner:
    """An application that keeps what it is handed, and accepts sockets."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take a connection."""
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()


def knock(headers: Mapping[str, str], *, scheme: str = "ws", path: str = "/ws/", app: Any = None) -> Tab:
    """Make a tab that wants to open the socket of a site."""
    return Tab(wrap_asgi(app or get_asgi_application()), path=path, headers=headers, scheme=scheme)


class TestOrigin:
    """The browser sends the visitor's cookie whichever page asks."""

    @pytest.mark.parametrize(
        ("origin", "host", "scheme"),
        [
            ("http://example.com", "example.com", "ws"),
            ("http://example.com:8000", "example.com:8000", "ws"),
            ("https://example.com", "example.com", "wss"),
            ("https://partner.example", "example.com", "wss"),
            ("https://a.b.friends.example", "example.com", "wss"),
            ("http://[::1]:8000", "[::1]:8000", "ws"),
        ],
    )
    async def test_pages_of_this_site_and_of_trusted_ones_are_served(
        self, settings: Settings, origin: str, host: str, scheme: str
    ) -> None:
        settings.CSRF_TRUSTED_ORIGINS = ["https://partner.example", "https://*.friends.example"]
        async with knock({"Host": host, "Origin": origin}, scheme=scheme) as tab:
            assert (await tab.say("[]"))["error"] == "Malformed frame"

    @pytest.mark.parametrize(
        ("origin", "scheme"),
        [
            (None, "ws"),
            ("", "ws"),
            ("null", "ws"),
            ("http://evil.example", "ws"),
            ("https://example.com", "ws"),
            ("http://example.com", "wss"),
            ("http://example.com:8000", "ws"),
            ("http://sub.example.com", "ws"),
            ("http://example.com.evil.example", "ws"),
            ("http://partner.example", "ws"),
            ("https://friends.example.evil", "wss"),
            ("http://[", "ws"),
        ],
    )
    async def test_pages_of_other_sites_are_not(
        self, settings: Settings, caplog: pytest.LogCaptureFixture, origin: str | None, scheme: str
    ) -> None:
        settings.CSRF_TRUSTED_ORIGINS = ["https://partner.example", "https://*.friends.example"]
        settings.ALLOWED_HOSTS = ["*"]
        headers = {"Host": "example.com"} | ({} if origin is None else {"Origin": origin})
        with caplog.at_level(logging.WARNING, "mizan_htmx"):
            assert await knock(headers, scheme=scheme).is_refused()
        assert caplog.messages == [
            f"A page of {origin or ''!r} was refused a socket. To allow it, add the origin to"
            " CSRF_TRUSTED_ORIGINS."
        ]

    async def test_two_origins_are_none(self) -> None:
        tab = knock(OWN)
        tab.communicator.scope["headers"].append((b"origin", b"http://example.com"))
        assert await tab.is_refused()

    @pytest.mark.parametrize("origin", ["http://other.example", "https://partner.example"])
    async def test_a_host_that_is_not_allowed_is_refused(self, settings: Settings, origin: str) -> None:
        settings.ALLOWED_HOSTS = ["example.com"]
        settings.CSRF_TRUSTED_ORIGINS = ["https://partner.example"]
        assert await knock({"Host": "other.example", "Origin": origin}).is_refused()

    async def test_behind_a_proxy_that_is_trusted_the_scheme_is_the_visitors(
        self, settings: Settings
    ) -> None:
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        headers = {"Host": "example.com", "Origin": "https://example.com", "X-Forwarded-Proto": "https"}
        async with knock(headers) as tab:
            assert (await tab.say("[]"))["error"] == "Malformed frame"


class TestPath:
    """Where the socket stands, and what becomes of everything else."""

    @pytest.mark.parametrize(
        ("given", "setting", "path"),
        [
            (None, None, "/ws/"),
            (None, "/live/", "/live/"),
            (None, "live", "/live"),
            ("socket/", "/live/", "/socket/"),
        ],
    )
    async def test_it_stands_where_the_site_says(
        self, settings: Settings, given: str | None, setting: str | None, path: str
    ) -> None:
        if setting is not None:
            settings.MIZAN_SOCKET_PATH = setting
        app = wrap_asgi(get_asgi_application(), given)
        async with Tab(app, path=path, headers=OWN) as tab:
            assert (await tab.say("[]"))["error"] == "Malformed frame"
        assert await Tab(app, path=f"{path}x", headers=OWN).is_refused()

    @pytest.mark.parametrize(
        ("root", "path"), [("/app", "/app/ws/"), ("/app/", "/app/ws/"), ("/app", "/ws/")]
    )
    async def test_the_root_path_is_left_out(self, root: str, path: str) -> None:
        tab = knock(OWN, path=path)
        tab.communicator.scope["root_path"] = root
        async with tab:
            assert (await tab.say("[]"))["error"] == "Malformed frame"

    async def test_other_sockets_are_handed_on_whoever_asks(self) -> None:
        inner = Inner()
        async with Tab(wrap_asgi(inner), path="/other/", headers={}):
            pass
        assert [scope["path"] for scope in inner.scopes] == ["/other/"]

    @pytest.mark.parametrize("shell", [ASGIStaticFilesHandler, lambda app: app], ids=["static", "plain"])
    async def test_other_sockets_are_closed_where_django_would_fail(self, shell: Any) -> None:
        assert await knock(OWN, path="/other/", app=shell(get_asgi_application())).is_refused()

    async def test_a_socket_behind_djangos_static_files_is_reached(self) -> None:
        inner: Any = Inner()
        async with knock(OWN, path="/other/", app=ASGIStaticFilesHandler(inner)):
            pass
        assert [scope["path"] for scope in inner.scopes] == ["/other/"]

    @pytest.mark.parametrize("kind", ["http", "lifespan"])
    async def test_everything_else_is_handed_on_as_it_is(self, kind: str) -> None:
        inner, scope = Inner(), {"type": kind, "path": "/ws/"}
        communicator = ApplicationCommunicator(wrap_asgi(inner), scope)
        await communicator.wait()
        assert inner.scopes == [scope]
        assert inner.scopes[0] is scope


def test_an_asgi_module_may_import_it_before_django_is_set_up() -> None:
    code = (
        "from django.core.asgi import get_asgi_application\n"
        "from mizan_htmx.channels import wrap_asgi\n"
        "wrap_asgi(get_asgi_application())\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.site.settings"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


async def test_a_user_whom_other_middleware_found_is_honoured() -> None:
    register_channel(ChatChannel)
    tab = knock(OWN)
    tab.communicator.scope["user"] = person("bob")
    async with tab:
        await tab.ask(action="subscribe", **ROOM)
        assert await tab.ask(action="message", **ROOM, data={"text": "hi"}) == said("hi", author="bob")


async def test_what_is_sent_costs_no_look_at_the_session(settings: Settings) -> None:
    settings.SESSION_ENGINE = "tests.helpers.sessions"
    async with knock({**OWN, "Cookie": "sessionid=rubbish"}) as tab:
        CountingStore.looked.clear()
        assert (await tab.say("[]"))["error"] == "Malformed frame"
        assert CountingStore.looked == []


@pytest.mark.django_db(transaction=True)
class TestVisitor:
    """The visitor is the user of the session, as long as that lasts."""

    async def cookie(self, name: str = "ada") -> tuple[User, str]:
        """Sign somebody in; give the cookie."""
        user = await User.objects.acreate(username=name)
        browser = AsyncClient()
        await browser.aforce_login(user)
        return user, f"sessionid={browser.cookies['sessionid'].value}"

    async def test_the_cookie_says_who_it_is(self) -> None:
        register_channel(ChatChannel)
        _, cookie = await self.cookie()
        async with knock({**OWN, "Cookie": cookie}) as tab:
            await tab.ask(action="subscribe", **ROOM)
            assert await tab.ask(action="message", **ROOM, data={"text": "hi"}) == said("hi", author="ada")

    @pytest.mark.parametrize("cookie", ["", "sessionid=rubbish", "sessionid="])
    async def test_without_a_good_cookie_it_is_nobody(self, cookie: str) -> None:
        register_channel(ChatChannel)
        async with knock({**OWN, "Cookie": cookie}) as tab:
            assert (await tab.ask(action="subscribe", **ROOM))["code"] == "FORBIDDEN"

    async def test_a_logout_closes_the_socket(self) -> None:
        register_channel(ChatChannel)
        _, cookie = await self.cookie()
        browser = AsyncClient()
        browser.cookies.load(cookie)
        async with knock({**OWN, "Cookie": cookie}) as tab:
            await tab.ask(action="subscribe", **ROOM)
            await browser.alogout()
            assert await tab.receive() == EXPIRED
            assert await tab.closing() == 4401

    async def test_a_changed_password_closes_the_socket(self) -> None:
        user, cookie = await self.cookie()
        async with knock({**OWN, "Cookie": cookie}) as tab:
            assert (await tab.say("[]"))["error"] == "Malformed frame"
            user.set_password("another")
            await user.asave()
            assert await tab.receive() == EXPIRED
            assert await tab.closing() == 4401

    async def test_another_name_does_not_close_it(self) -> None:
        def who(request: HttpRequest) -> str:
            return request.user.get_username()

        register(client(websocket=True)(who))
        user, cookie = await self.cookie()
        async with knock({**OWN, "Cookie": cookie}) as tab:
            assert (await tab.ask(action="rpc", id=1, fn="who"))["data"] == {"result": "ada"}
            user.username = "lovelace"
            await user.asave()
            assert (await tab.ask(action="rpc", id=1, fn="who"))["data"] == {"result": "lovelace"}

    async def test_a_session_signed_with_a_former_key_is_kept(self, settings: Settings) -> None:
        register_channel(ChatChannel)
        _, cookie = await self.cookie()
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new one"
        async with knock({**OWN, "Cookie": cookie}) as tab:
            assert await tab.ask(action="subscribe", **ROOM) == {"subscribed": True, **ROOM}
        key = cookie.removeprefix("sessionid=")
        assert await sync_to_async(SessionStore().exists)(key)


class TestKeptConnections:
    """``CONN_MAX_AGE``, which takes a site with sockets down."""

    DATABASES: ClassVar = {
        "default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60},
        "other": {"ENGINE": "django.db.backends.mysql", "CONN_MAX_AGE": None},
        "closed": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0},
        "file": {"ENGINE": "django.db.backends.sqlite3", "CONN_MAX_AGE": 60},
    }

    def test_a_process_with_sockets_warns_once_for_each_database(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(asgi, "_warned", set())
        monkeypatch.setattr(asgi, "connections", ConnectionHandler(self.DATABASES))
        for _ in range(3):
            wrap_asgi(Inner())
        assert caplog.messages == [
            f"DATABASES[{alias!r}] has CONN_MAX_AGE = {age}. A process that serves sockets then"
            " keeps a connection open for each thread, until the database accepts no more. Set it to 0 for"
            " this process, or use a pool."
            for alias, age in (("default", 60), ("other", None), ("file", 60))
        ]


def run_python(program: str) -> str:
    """Run a program in a Python of its own, where nothing is imported yet; give what it printed."""
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class TestFromThePackageItself:
    """``from mizan_htmx import wrap_asgi``, as code that comes from mizan has it."""

    @pytest.mark.usefixtures("registry")
    async def test_it_serves_the_socket(self) -> None:
        inner = Inner()
        application = mizan_htmx.wrap_asgi(inner, "/live/")
        async with Tab(application, path="/live/", headers=OWN, scheme="ws") as tab:
            assert (await tab.ask(action="nothing", id="1"))["error"].startswith("Unknown action")
        async with Tab(application, path="/ws/", headers=OWN, scheme="ws"):
            assert [scope["path"] for scope in inner.scopes] == ["/ws/"]

    def test_importing_the_package_imports_no_channels(self) -> None:
        program = (
            "import sys\nfrom mizan_htmx import wrap_asgi\n"
            "print(sorted(name for name in sys.modules if 'channels' in name.split('.')))"
        )
        assert run_python(program) == "[]"

    @pytest.mark.parametrize("missing", ["channels", "channels.sessions"])
    def test_without_the_extra_it_says_which_to_install(self, missing: str) -> None:
        program = (
            f"import sys\nsys.modules[{missing!r}] = None\n"
            "from mizan_htmx import wrap_asgi\n"
            "try:\n    wrap_asgi(object())\n"
            "except ImportError as error:\n    print(error)"
        )
        assert run_python(program) == (
            "wrap_asgi needs the package channels. Install the extra: pip install 'mizan_htmx[channels]'"
        )

    def test_another_module_that_is_missing_is_named_by_itself(self) -> None:
        program = (
            "import sys\nimport mizan_htmx\nsys.modules['mizan_htmx.channels.consumer'] = None\n"
            "try:\n    mizan_htmx.wrap_asgi(object())\n"
            "except ModuleNotFoundError as error:\n    print(error.name)"
        )
        assert run_python(program) == "mizan_htmx.channels.consumer"
