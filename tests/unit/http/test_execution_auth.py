"""Who is let in: levels, callables, and what those are shown."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.errors import DeclarationError, Forbidden
from tests.helpers.visitor import (
    SyncOrAsync,
    Visitor,
    answer,
    misfit,
    problem,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

REFUSED = {
    401: problem("UNAUTHORIZED", "Please sign in."),
    403: problem("FORBIDDEN", "You may not do this."),
}
PEOPLE: dict[str, dict[str, bool]] = {
    "user": {},
    "staff": {"is_staff": True},
    "superuser": {"is_superuser": True},
    "both": {"is_staff": True, "is_superuser": True},
    "inactive": {"is_staff": True, "is_superuser": True, "is_active": False},
}
# Keeps inactive users logged in, which Django's default backend does not.
LENIENT = "django.contrib.auth.backends.AllowAllUsersModelBackend"


def open_door(request: HttpRequest) -> int:
    """Say that the body ran."""
    return 1


def enter(visitor: Visitor, who: str) -> None:
    """Log a person of this kind in."""
    if who != "anonymous":
        user = User(username=who, **PEOPLE[who])
        user.save()
        visitor.login(user)


@pytest.mark.parametrize(
    ("auth", "who", "status"),
    [
        *((auth, who, 200) for auth in (None, False) for who in ("anonymous", "user", "both")),
        *((auth, "anonymous", 401) for auth in (True, "required", "staff", "superuser")),
        *((auth, "inactive", 401) for auth in (True, "required", "staff", "superuser")),
        *((auth, who, 200) for auth in (True, "required") for who in ("user", "staff", "superuser")),
        *(("staff", who, status) for who, status in [("user", 403), ("superuser", 403)]),
        *(("staff", who, 200) for who in ("staff", "both")),
        *(("superuser", who, status) for who, status in [("user", 403), ("staff", 403)]),
        *(("superuser", who, 200) for who in ("superuser", "both")),
    ],
)
def test_each_level_lets_in_whom_it_names(
    visitor: Visitor, sync_or_async: SyncOrAsync, auth: Any, who: str, status: int
) -> None:
    register(client(auth=auth)(sync_or_async(open_door)))
    enter(visitor, who)
    assert answer(visitor.call("open_door")) == (status, REFUSED.get(status, {"result": 1}))


@pytest.mark.parametrize(("auth", "status"), [(True, 200), ("staff", 403), ("superuser", 403)])
def test_an_inactive_user_who_is_logged_in_is_no_staff(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, auth: Any, status: int
) -> None:
    settings.AUTHENTICATION_BACKENDS = [LENIENT]
    register(client(auth=auth)(sync_or_async(open_door)))
    enter(visitor, "inactive")
    assert visitor.call("open_door").status_code == status


@pytest.mark.parametrize("auth", [True, "staff", "superuser"])
def test_without_authentication_no_one_is_logged_in(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, auth: Any
) -> None:
    settings.MIDDLEWARE = []
    serve(settings, {"door/": client(auth=auth)(sync_or_async(door))})
    register(client(auth=auth)(sync_or_async(open_door)))
    assert answer(visitor.call("open_door")) == (401, REFUSED[401])
    assert visitor.form("/door/", "").status_code == 401


def door(request: HttpRequest) -> HttpResponse:
    """Show who came, on the view path."""
    return HttpResponse(request.user.get_username())


@pytest.mark.parametrize(
    ("auth", "who", "status"),
    [
        *[(True, "anonymous", 401), (True, "user", 200), ("staff", "user", 403), ("staff", "staff", 200)],
        *[("superuser", "staff", 403), ("superuser", "superuser", 200), (False, "anonymous", 200)],
    ],
)
def test_the_view_path_lets_in_the_same(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, auth: Any, who: str, status: int
) -> None:
    serve(settings, {"door/": client(auth=auth)(sync_or_async(door))})
    enter(visitor, who)
    response = visitor.form("/door/", "")
    assert response.status_code == status
    if status == 200:
        assert response.content.decode() == ("" if who == "anonymous" else who)


def owns(request: HttpRequest, user_id: int) -> bool:
    """Let owners in."""
    assert type(user_id) is int
    return user_id == 5


def owns_by_name(request: HttpRequest, *, name: str = "", **arguments: object) -> bool:
    """Let in by all arguments, whatever they are."""
    return name == "Ada" and arguments == {"user_id": 5}


def denies(request: HttpRequest, user_id: int) -> bool:
    """Refuse with a reason."""
    if user_id != 5:
        raise PermissionDenied("Only your own.")
    return True


def forbids(request: HttpRequest, user_id: int) -> None:
    """Refuse with an error of ours, or by answering nothing."""
    if user_id != 5:
        raise Forbidden("Only your own.", details={"owner": 5})


class Gate:
    """A callable object."""

    def __call__(self, request: HttpRequest, user_id: int) -> bool:
        return user_id == 5


class AsyncGate:
    """A callable object that has to be awaited."""

    async def __call__(self, request: HttpRequest, user_id: int) -> bool:
        return user_id == 5


def rename(request: HttpRequest, user_id: int, name: str) -> int:
    """Do something that only some may do."""
    return user_id


@pytest.mark.parametrize("check", [owns, owns_by_name, denies, Gate(), AsyncGate()])
def test_a_callable_decides_by_validated_arguments(
    visitor: Visitor, sync_or_async: SyncOrAsync, check: Callable[..., Any]
) -> None:
    auth = sync_or_async(check) if not isinstance(check, (Gate, AsyncGate)) else check
    register(client(auth=auth)(sync_or_async(rename)))
    message = "Only your own." if check is denies else "You may not do this."
    assert answer(visitor.call("rename", user_id="05", name="Ada")) == (200, {"result": 5})
    status = 403 if check is denies else 401
    refusal = problem("FORBIDDEN", message) if check is denies else REFUSED[401]
    assert answer(visitor.call("rename", user_id=6, name="Ada")) == (status, refusal)
    visitor.login(User.objects.create_user("bob"))
    assert answer(visitor.call("rename", user_id=6, name="Ada")) == (403, problem("FORBIDDEN", message))


def test_a_callable_may_take_the_request_alone(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def local(request: HttpRequest) -> bool:
        return request.headers.get("X-Door") == "open"

    register(client(auth=sync_or_async(local))(sync_or_async(open_door)))
    assert visitor.call("open_door").status_code == 401
    response = visitor.send("POST", "/api/mizan/call/", '{"fn": "open_door"}', headers={"X-Door": "open"})
    assert answer(response) == (200, {"result": 1})


@pytest.mark.parametrize("nothing", [None, 0, "", [], False])
def test_a_callable_that_answers_nothing_lets_nobody_in(
    visitor: Visitor, sync_or_async: SyncOrAsync, nothing: object
) -> None:
    def check(request: HttpRequest) -> object:
        return nothing

    register(client(auth=sync_or_async(check))(sync_or_async(open_door)))
    enter(visitor, "both")
    assert answer(visitor.call("open_door")) == (403, REFUSED[403])


def test_a_callables_own_error_is_answered_with_its_details(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    register(client(auth=sync_or_async(forbids))(sync_or_async(rename)))
    expected = (403, problem("FORBIDDEN", "Only your own.", owner=5))
    assert answer(visitor.call("rename", user_id=6, name="Ada")) == expected


def test_a_callable_that_fails_lets_nobody_in(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def broken(request: HttpRequest) -> bool:
        raise ValueError("secret")

    register(client(auth=sync_or_async(broken))(sync_or_async(open_door)))
    assert answer(visitor.call("open_door")) == (500, problem("INTERNAL_ERROR", "Something went wrong."))


def test_a_callable_sees_the_default_that_the_body_will_get(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    def named(request: HttpRequest, user_id: int) -> bool:
        return user_id == 5

    def gathered(request: HttpRequest, **arguments: object) -> bool:
        return arguments == {"user_id": 5}

    def show(request: HttpRequest, user_id: int = 5) -> int:
        return user_id

    for name, check in (("one", named), ("two", gathered)):
        register(client(auth=sync_or_async(check))(sync_or_async(show)), name)
    for name in ("one", "two"):
        assert answer(visitor.call(name)) == (200, {"result": 5})
        assert answer(visitor.call(name, user_id=6)) == (401, REFUSED[401])


def test_a_callable_that_gives_a_coroutine_to_wait_for_is_waited_for(visitor: Visitor) -> None:
    async def later(request: HttpRequest) -> bool:
        return False

    def check(request: HttpRequest) -> Awaitable[bool]:
        return later(request)

    register(client(auth=check)(open_door))
    assert visitor.call("open_door").status_code in (401, 500)


def test_who_may_not_call_does_not_learn_what_would_fit(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    register(client(auth="staff")(sync_or_async(rename)))
    register(client(auth=owns)(sync_or_async(rename)), "rename_own")
    for name in ("rename", "rename_own"):
        assert answer(visitor.call(name, user_id="x")) == (401, REFUSED[401])
    enter(visitor, "user")
    for name in ("rename", "rename_own"):
        assert answer(visitor.call(name, user_id="x")) == (403, REFUSED[403])
    assert answer(visitor.call("rename_own", user_id=5)) == misfit(name=["This field is required."])


def test_a_callable_that_wants_an_unknown_argument_is_refused_at_declaration() -> None:
    def wants(request: HttpRequest, owner: int) -> bool:
        return True

    with pytest.raises(DeclarationError, match=r"takes 'owner', which is not an argument of the function\.$"):
        client(auth=wants)(open_door)


def test_a_users_replacement_by_a_middleware_holds_sync_and_async(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.impersonate"]
    User.objects.create_user("guest")
    serve(settings, {"door/": client(auth=True)(sync_or_async(door))})
    enter(visitor, "staff")
    assert visitor.form("/door/", "").content == b"guest"


def impersonate(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let everybody act as the guest, as token and impersonation middlewares do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.user = User.objects.get(username="guest")
        return get_response(request)

    return middleware
