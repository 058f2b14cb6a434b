"""Sites where every view wants one to sign in: what says nothing of ``auth`` asks for that everywhere."""

from collections.abc import Callable
from typing import Any

import django
import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.core.checks import Error
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.views.decorators.cache import never_cache
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.forms import mizanFormMeta
from mizan_htmx.setup.registry import registry
from tests.helpers.checks import checks
from tests.helpers.forms import VALID, declare_contact, post
from tests.helpers.visitor import (
    HEADER,
    MOUNT,
    SyncOrAsync,
    Visitor,
    answer,
    problem,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

MIDDLEWARE = "django.contrib.auth.middleware.LoginRequiredMiddleware"
REFUSED = (401, problem("UNAUTHORIZED", "Please sign in."))


def lookalike(get_response: Any) -> Any:
    """Make a middleware that does as Django's, and can't be recognized as one."""
    return LoginRequiredMiddleware(get_response)


class Stricter(LoginRequiredMiddleware):
    """A site's own, which wants the same."""


@pytest.fixture(autouse=True, params=[MIDDLEWARE, f"{__name__}.Stricter"], ids=["Django's", "own"])
def site(settings: Settings, request: pytest.FixtureRequest) -> None:
    """Ask everybody to sign in."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, request.param]
    serve(settings, {})


def read(request: HttpRequest) -> str:
    """Read something."""
    return "data"


def change(request: HttpRequest) -> str:
    """Change something."""
    return "changed"


def page(request: HttpRequest) -> HttpResponse:
    """Show a page."""
    return HttpResponse("page")


def is_known(request: HttpRequest) -> bool:
    """Let in who is signed in."""
    return bool(request.user.is_authenticated)


def over(func: Callable[..., Any], **options: Any) -> Any:
    """Put Django's decorator over ours."""
    return login_not_required(client(**options)(func))


def under(func: Callable[..., Any], **options: Any) -> Any:
    """Put Django's decorator under ours."""

    def exempt(request: HttpRequest) -> Any:
        return func(request)

    exempt.__annotations__ = func.__annotations__
    exempt.__name__ = func.__name__
    return client(**options)(login_not_required(exempt))


def unguarded(func: Callable[..., Any], **options: Any) -> Any:
    """Say so ourselves."""
    return client(auth=False, **options)(func)


def guarded(func: Callable[..., Any], **options: Any) -> Any:
    """Say nothing."""
    return client(**options)(func)


ways_out = pytest.mark.parametrize("declared", [unguarded, over, under])


def sign_in(visitor: Visitor) -> None:
    """Be somebody."""
    visitor.login(User.objects.create_user("ada"))


@pytest.mark.parametrize("path", ["session/", "session/notice/?next=/here/"])
def test_the_session_and_the_session_notice_are_for_everybody(visitor: Visitor, path: str) -> None:
    assert visitor.get(MOUNT + path).status_code == 200


class TestJson:
    """``call/`` and ``ctx/``."""

    def test_who_says_nothing_asks_for_somebody_who_is_signed_in(
        self, visitor: Visitor, sync_or_async: SyncOrAsync
    ) -> None:
        register(guarded(sync_or_async(change), affects="thing"))
        register(guarded(sync_or_async(read), context="thing"))
        refused = visitor.call("change")
        assert answer(refused) == REFUSED
        assert HEADER not in refused.headers
        assert answer(visitor.get(f"{MOUNT}ctx/thing/")) == REFUSED
        sign_in(visitor)
        assert answer(visitor.call("change")) == (200, {"result": "changed", "invalidate": ["thing"]})
        assert answer(visitor.get(f"{MOUNT}ctx/thing/")) == (200, {"read": "data"})

    def test_nothing_is_validated_for_who_is_not(self, visitor: Visitor) -> None:
        def rename(request: HttpRequest, user_id: int) -> str:
            return "renamed"

        register(client(affects="thing")(rename))
        register(client(context="thing")(rename), "name")
        assert answer(visitor.call("rename", user_id="five")) == REFUSED
        assert answer(visitor.get(f"{MOUNT}ctx/thing/?user_id=five")) == REFUSED

    @ways_out
    def test_who_says_so_answers_everybody(self, visitor: Visitor, declared: Any) -> None:
        register(declared(change), "change")
        register(declared(read, context="thing"), "read")
        assert answer(visitor.call("change")) == (200, {"result": "changed"})
        assert answer(visitor.get(f"{MOUNT}ctx/thing/")) == (200, {"read": "data"})

    def test_who_is_marked_after_the_first_use_counts_as_well(self, visitor: Visitor) -> None:
        declared = guarded(read, context="thing")
        register(declared)
        assert answer(visitor.get(f"{MOUNT}ctx/thing/")) == REFUSED
        login_not_required(declared)
        assert answer(visitor.get(f"{MOUNT}ctx/thing/")) == (200, {"read": "data"})

    def test_an_auth_of_its_own_decides(self, visitor: Visitor) -> None:
        register(client(auth=lambda request: True)(change))
        register(client(auth="staff")(read))
        assert visitor.call("change").status_code == 200
        assert answer(visitor.call("read")) == REFUSED
        sign_in(visitor)
        assert answer(visitor.call("read"))[0] == 403

    def test_a_decorator_does_not_lift_an_auth(self, visitor: Visitor) -> None:
        register(over(read, auth=True))
        assert answer(visitor.call("read")) == REFUSED

    def test_one_that_is_guarded_keeps_a_context_shut(self, visitor: Visitor) -> None:
        register(unguarded(read, context="thing"))
        register(guarded(read, context="thing"), "other")
        assert answer(visitor.get(f"{MOUNT}ctx/thing/")) == REFUSED

    def test_a_page_is_called_no_more_than_data(self, visitor: Visitor) -> None:
        register(guarded(page))
        assert answer(visitor.call("page")) == REFUSED

    def test_the_setting_is_read_again_when_it_changes(self, visitor: Visitor) -> None:
        register(guarded(change))
        assert answer(visitor.call("change")) == REFUSED
        with override_settings(MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"]):
            assert registry.graph.default_auth is None
            assert visitor.call("change").status_code == 200
        assert answer(visitor.call("change")) == REFUSED

    def test_a_process_without_requests_may_lack_what_other_middleware_needs(
        self, settings: Settings
    ) -> None:
        settings.MIDDLEWARE = ["no.such.Middleware", *settings.MIDDLEWARE]
        assert registry.graph.default_auth is not None
        with override_settings(MIDDLEWARE=["no.such.Middleware"]):
            assert registry.graph.default_auth is None


class TestViews:
    """In the URLconf."""

    @pytest.mark.parametrize("auth", [None, is_known, True], ids=["nothing", "callable", "required"])
    def test_one_that_is_guarded_answers_as_on_any_site(
        self, visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, auth: Any
    ) -> None:
        def change(request: HttpRequest, number: int) -> HttpResponse:
            return HttpResponse("changed")

        shown = client(auth=auth, context="thing")(sync_or_async(page))
        changing = client(auth=auth, affects="thing")(sync_or_async(change))
        serve(settings, {"page/": shown, "kept/": never_cache(shown), "change/": changing})
        for path in ("/page/", "/kept/"):
            refused = visitor.get(f"{path}?a=1")
            assert (refused.status_code, refused.headers["Location"]) == (302, f"/login/?next={path}%3Fa%3D1")
            assert visitor.get(path, HX_Request="true", HX_Boosted="true").status_code == 302
            assert visitor.get(path, HX_Request="true").status_code == 401
        for headers in ({}, {"HX_Request": "true"}):
            refused = visitor.form("/change/", "number=none", **headers)
            assert refused.status_code == 401
            assert b'href="/login/"' in refused.content
            assert HEADER not in refused.headers
        sign_in(visitor)
        assert visitor.get("/page/").content == b"page"
        assert visitor.form("/change/", "number=3").content == b"changed"

    def test_one_that_says_nothing_is_left_to_a_middleware_that_nobody_knows(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE[:-1], f"{__name__}.lookalike"]
        serve(settings, {"page/": guarded(page, context="thing"), "open/": unguarded(page, context="thing")})
        assert visitor.get("/page/").headers["Location"] == "/login/?next=/page/"
        assert visitor.get("/open/").content == b"page"

    @ways_out
    def test_one_that_says_so_is_for_everybody(
        self, visitor: Visitor, settings: Settings, declared: Any
    ) -> None:
        serve(settings, {"page/": declared(page, context="thing")})
        assert visitor.get("/page/").content == b"page"

    def test_one_that_a_plain_public_view_calls_is_guarded(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        inner = guarded(page, context="thing")

        @login_not_required
        def plain(request: HttpRequest) -> HttpResponse:
            response: HttpResponse = inner(request)
            return response

        serve(settings, {"plain/": plain})
        assert visitor.get("/plain/").headers["Location"] == "/login/?next=/plain/"


class TestForms:
    """A form's functions and its HTML."""

    FORM = f"{MOUNT}form/contact/"

    def test_one_that_says_nothing_is_guarded(self, visitor: Visitor) -> None:
        declare_contact()
        assert answer(visitor.call("contact.schema")) == REFUSED
        assert visitor.get(self.FORM).headers["Location"] == f"/login/?next={self.FORM}"
        for path in (self.FORM, f"{self.FORM}validate/"):
            assert post(visitor, path, VALID).status_code == 401

    @pytest.mark.parametrize("exempt", [False, True], ids=["auth=False", "login_not_required"])
    def test_one_that_says_so_is_for_everybody(self, visitor: Visitor, exempt: bool) -> None:
        declared = declare_contact(**({} if exempt else {"auth": False}))
        if exempt:
            login_not_required(declared)
        assert visitor.call("contact.schema").status_code == 200
        assert visitor.get(self.FORM).status_code == 200
        for path in (self.FORM, f"{self.FORM}validate/"):
            assert post(visitor, path, VALID).status_code == 200

    def test_one_that_is_made_of_it_says_nothing(self, visitor: Visitor) -> None:
        login_not_required(declare_contact())
        parent = registry.forms["contact"]
        type(parent)("Child", (parent,), {"mizan": mizanFormMeta(name="child"), "__module__": __name__})
        assert visitor.call("contact.schema").status_code == 200
        assert answer(visitor.call("child.schema")) == REFUSED


class TestPublicContexts:
    """Who may have what everyone is handed has to be said."""

    def test_e003_one_that_says_nothing(self) -> None:
        declared = guarded(read, context=Context("news", public=True))
        assert checks(declared) == [
            Error(
                f"Context 'news' is public, but {declared.mizan.place} is not for everyone:"
                " LoginRequiredMiddleware guards what has no auth=.",
                hint="Declare it with auth=False, or drop public=True.",
                obj=declared.func,
                id="mizan_htmx.E003",
            )
        ]

    def test_e003_one_that_is_guarded_by_itself(self) -> None:
        declared = client(auth=True, context=Context("news", public=True))(read)
        [found] = checks(declared)
        assert found.msg == f"Context 'news' is public, but {declared.mizan.place} is not for everyone."
        assert found.hint == "Drop public=True, or move the guarded function to a context of its own."

    @ways_out
    def test_one_that_says_so_is_for_everybody(self, visitor: Visitor, declared: Any) -> None:
        function = declared(read, context=Context("news", public=True, max_age=60))
        assert checks(function) == []
        register(function, "read")
        response = visitor.get(f"{MOUNT}ctx/news/")
        assert answer(response) == (200, {"read": "data"})
        # Before 6.1 the middleware asks for the session of everybody, which makes an answer somebody's own.
        is_shared = "CDN-Cache-Control" in response.headers
        assert is_shared == ("Cookie" not in response.headers.get("Vary", ""))
        assert is_shared == (django.VERSION >= (6, 1))

    def test_one_that_says_nothing_is_given_to_nobody(self, visitor: Visitor) -> None:
        register(guarded(read, context=Context("news", public=True, max_age=60)))
        response = visitor.get(f"{MOUNT}ctx/news/")
        assert answer(response) == REFUSED
        assert response.headers["Cache-Control"] == "no-store"
