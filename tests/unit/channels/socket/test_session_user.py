"""Who is behind a socket, as long as he is: sessions end, passwords change, rights are lost."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest
from channels.auth import AuthMiddleware
from channels.db import database_sync_to_async
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.conf import settings as site
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.socket import session_user
from mizan_htmx.channels.socket.session_user import Visitor, visitor_of

pytestmark = pytest.mark.django_db(transaction=True)
User = get_user_model()


@pytest.fixture
def ada() -> Any:
    """Give a user."""
    return User.objects.create_user("ada", password="secret")


@pytest.fixture
def browser(ada: Any) -> Client:
    """Give a browser in which she has logged in."""
    browser = Client()
    browser.force_login(ada)
    return browser


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect the events that all hubs are sent, and whether all was committed by then."""
    events: list[Any] = []

    def collect(event: Any) -> None:
        assert not transaction.get_connection().in_atomic_block
        events.append({name: value for name, value in event.items() if name != "kind"})
        assert event["kind"] == "check"

    monkeypatch.setattr(bus, "send", collect)
    return events


async def scope_of(browser: Client) -> Any:
    """Make the scope that channels' own middleware makes for a socket of a browser."""
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    scope = {"type": "websocket", "headers": [(b"cookie", cookie.encode())]}
    await CookieMiddleware(SessionMiddleware(AuthMiddleware(application)))(scope, None, None)
    return seen[0]


async def visitor_in(browser: Client) -> Visitor:
    """Find out who is behind a socket of a browser."""
    return await visitor_of(await scope_of(browser))


async def in_sync(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run what uses the ORM."""
    return await database_sync_to_async(call)(*args, **kwargs)


class TestSession:
    """A visitor of a session lives as long as it does."""

    async def test_he_is_the_user_who_logged_in_loaded_anew_each_time(
        self, browser: Client, ada: Any
    ) -> None:
        visitor = await visitor_in(browser)
        assert (visitor.user_pk, visitor.session_key) == (str(ada.pk), browser.session.session_key)
        await in_sync(User.objects.filter(pk=ada.pk).update, is_staff=True)
        user = await visitor.user()
        assert (user, user.is_staff, await visitor.is_current()) == (ada, True, True)

    async def test_without_middleware_for_users_the_session_alone_says_who_he_is(
        self, browser: Client, ada: Any
    ) -> None:
        scope = await scope_of(browser)
        del scope["user"]
        visitor = await visitor_of(scope)
        assert (visitor.user_pk, await visitor.user()) == (str(ada.pk), ada)

    async def test_a_logout_ends_him(self, browser: Client) -> None:
        visitor = await visitor_in(browser)
        await in_sync(browser.logout)
        assert (await visitor.user(), await visitor.is_current()) == (AnonymousUser(), False)

    async def test_who_has_logged_out_is_nobody_though_the_session_is_still_there(
        self, browser: Client
    ) -> None:
        visitor = await visitor_in(browser)
        visitor.end()
        assert (await visitor.user(), await visitor.is_current()) == (AnonymousUser(), False)

    async def test_a_changed_password_ends_him_and_does_not_touch_the_session(
        self, browser: Client, ada: Any
    ) -> None:
        visitor = await visitor_in(browser)
        ada.set_password("other")
        await in_sync(ada.save)
        assert (await visitor.user(), await visitor.is_current()) == (AnonymousUser(), False)
        store = import_module(site.SESSION_ENGINE).SessionStore(visitor.session_key)
        assert await in_sync(lambda: SESSION_KEY in store)

    async def test_a_changed_secret_that_is_still_known_does_not_end_him_nor_rename_the_session(
        self, browser: Client, settings: Settings
    ) -> None:
        visitor = await visitor_in(browser)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another, where nothing is secret"
        assert await visitor.is_current()
        settings.SECRET_KEY_FALLBACKS = []
        assert not await visitor.is_current()

    @pytest.mark.parametrize("change", [{"is_active": False}, {"pk": 0}])
    async def test_who_was_locked_out_or_is_gone_is_nobody(
        self, browser: Client, ada: Any, change: dict[str, Any]
    ) -> None:
        visitor = await visitor_in(browser)
        rows = User.objects.filter(pk=ada.pk)
        await in_sync(rows.delete if "pk" in change else lambda: rows.update(**change))
        assert (await visitor.user(), await visitor.is_current()) == (AnonymousUser(), False)

    async def test_a_backend_that_is_not_trusted_any_more_ends_him(
        self, browser: Client, settings: Settings
    ) -> None:
        visitor = await visitor_in(browser)
        settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
        assert not await visitor.is_current()

    async def test_somebody_else_in_the_same_session_is_not_him(self, browser: Client, ada: Any) -> None:
        visitor = await visitor_in(browser)

        def swap() -> None:
            bob = User.objects.create_user("bob", password="secret")
            session = browser.session
            session[SESSION_KEY] = str(bob.pk)
            session["_auth_user_hash"] = bob.get_session_auth_hash()
            session.save()

        await in_sync(swap)
        assert not await visitor.is_current()

    async def test_nobody_who_has_a_session_stays_nobody_when_it_is_gone(self) -> None:
        browser = Client()

        def begin() -> None:
            session = browser.session
            session["cart"] = 1
            session.save()

        await in_sync(begin)
        visitor = await visitor_in(browser)
        assert (visitor.user_pk, visitor.session_key) == ("", browser.session.session_key)
        await in_sync(browser.session.delete)
        assert (await visitor.user(), await visitor.is_current()) == (AnonymousUser(), True)

    async def test_cookies_may_be_the_session(self, ada: Any, settings: Settings) -> None:
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
        browser = Client()
        await in_sync(browser.force_login, ada)
        visitor = await visitor_in(browser)
        assert (await visitor.user(), await visitor.is_current()) == (ada, True)


class TestGiven:
    """A visitor whom somebody else put into the scope is taken as he is."""

    async def test_he_is_who_was_given(self, ada: Any) -> None:
        visitor = await visitor_of({"user": ada})
        assert (visitor.user_pk, visitor.session_key) == (str(ada.pk), "")
        assert await visitor.user() is ada
        assert await visitor.is_current()

    async def test_a_session_that_is_not_his_does_not_end_him(self, browser: Client) -> None:
        bob = await in_sync(User.objects.create_user, "bob")
        scope = await scope_of(browser)
        visitor = await visitor_of({**scope, "user": bob})
        await in_sync(browser.logout)
        assert (visitor.session_key, await visitor.user(), await visitor.is_current()) == ("", bob, True)

    async def test_nobody_is_nobody(self) -> None:
        visitor = await visitor_of({})
        assert (visitor.user_pk, visitor.session_key) == ("", "")
        assert (await visitor.user(), await visitor.is_current()) == (AnonymousUser(), True)


class TestSignals:
    """Hubs are asked to check again when there is reason to."""

    @pytest.fixture(autouse=True)
    def connected(self) -> None:
        """Connect twice: that must not send an event twice."""
        session_user.connect()
        session_user.connect()

    def test_a_logout_names_its_session(self, browser: Client, events: list[Any]) -> None:
        key = browser.session.session_key
        browser.logout()
        assert events == [{"session": key}]

    def test_a_logout_without_a_request_names_nothing(self, ada: Any, events: list[Any]) -> None:
        user_logged_out.send(sender=User, request=None, user=ada)
        assert events == []

    def test_a_saved_user_is_named_after_the_commit(self, ada: Any, events: list[Any]) -> None:
        with transaction.atomic():
            ada.save()
            assert events == []
        assert events == [{"user": str(ada.pk)}]

    @pytest.mark.parametrize("ends_by_hand", [True, False])
    def test_a_hook_of_the_site_that_fails_keeps_nobody_in(
        self, ada: Any, events: list[Any], ends_by_hand: bool
    ) -> None:
        def fail() -> None:
            raise ConnectionError("The broker is down.")

        with suppress(ConnectionError):
            if ends_by_hand:
                transaction.set_autocommit(False)
            with transaction.atomic():
                transaction.on_commit(fail)
                ada.save()
            if ends_by_hand:
                transaction.commit()
                transaction.set_autocommit(True)
        assert events == [{"user": str(ada.pk)}]

    def test_it_is_named_where_the_site_ends_its_transactions_itself(
        self, browser: Client, ada: Any, events: list[Any]
    ) -> None:
        key = browser.session.session_key
        transaction.set_autocommit(False)
        try:
            ada.save()
            assert events == []
            transaction.rollback()
            browser.logout()
            assert events == []
            transaction.commit()
        finally:
            transaction.set_autocommit(True)
        assert events == [{"session": key}]

    def test_a_channel_layer_that_fails_keeps_nobody_else_from_being_named(
        self, ada: Any, events: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bob = User.objects.create_user("bob")
        collect = vars(bus)["send"]

        def fail_once(event: Any) -> None:
            monkeypatch.setattr(bus, "send", collect)
            raise ConnectionError("The channel layer is down.")

        monkeypatch.setattr(bus, "send", fail_once)
        with transaction.atomic():
            ada.save()
            bob.save()
        assert events == [{"user": str(bob.pk)}]

    def test_a_new_user_and_a_login_and_what_is_rolled_back_are_nothing(
        self, ada: Any, events: list[Any]
    ) -> None:
        User.objects.create_user("bob")
        Client().force_login(ada)
        with transaction.atomic():
            ada.save()
            transaction.set_rollback(True)
        assert events == []

    def test_a_deleted_user_is_named(self, ada: Any, events: list[Any]) -> None:
        pk = str(ada.pk)
        ada.delete()
        assert events == [{"user": pk}]

    @pytest.mark.parametrize("field", ["groups", "user_permissions"])
    def test_rights_given_and_taken_name_their_users(self, ada: Any, events: list[Any], field: str) -> None:
        right: Any = Group.objects.create(name="staff") if field == "groups" else Permission.objects.all()[0]
        mine = getattr(ada, field)
        for change in (
            lambda: mine.add(right),
            lambda: mine.remove(right),
            lambda: right.user_set.add(ada),
            lambda: right.user_set.set([]),
            lambda: right.user_set.add(ada),
            lambda: right.user_set.clear(),
            lambda: mine.set([right]),
            lambda: mine.clear(),
        ):
            events.clear()
            change()  # type: ignore[no-untyped-call]
            assert events == [{"user": str(ada.pk)}]
