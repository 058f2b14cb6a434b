"""The CSRF check of the endpoints and of views, with and without the site's own middleware."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import (
    CALL,
    FORM,
    HEADER,
    MOUNT,
    SyncOrAsync,
    Visitor,
    answer,
    problem,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
REFUSED = "X-Mizan-Refused"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
NO_COOKIE = problem("FORBIDDEN", "CSRF verification failed. CSRF cookie not set.")
NO_TOKEN = problem("FORBIDDEN", "CSRF verification failed. CSRF token missing.")
WRONG = problem(
    "FORBIDDEN", "CSRF verification failed. CSRF token from the 'X-Csrftoken' HTTP header incorrect."
)


@pytest.fixture
def visitor(strict: Visitor) -> Visitor:
    """Return a visitor whose requests need a token."""
    return strict


def touch(request: HttpRequest) -> HttpResponse:
    """Change something."""
    return HttpResponse("done")


@pytest.fixture(params=[[SESSION, CSRF], [SESSION]], ids=["middleware", "no middleware"])
def site(
    registry: Registry, request: pytest.FixtureRequest, settings: Settings, sync_or_async: SyncOrAsync
) -> None:
    """Serve a mutation by call and as a view, with or without Django's own check."""
    settings.MIDDLEWARE = [*request.param, "mizan_htmx.middleware.MizanMiddleware"]
    declared = client(affects="thing")(sync_or_async(touch))
    register(declared)
    serve(settings, {"touch/": declared})


def token_of(visitor: Visitor) -> str:
    """Ask for the visitor's token; keeps the cookie."""
    return str(answer(visitor.get(f"{MOUNT}session/"))[1]["csrfToken"])


def call(visitor: Visitor, **headers: str) -> HttpResponse:
    """Call the mutation by JSON with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.send("POST", CALL, '{"fn": "touch"}', headers=named)


@pytest.mark.usefixtures("site")
class TestBothSites:
    """What holds whatever the site's middleware."""

    def test_a_call_without_a_cookie_is_refused_in_json(self, visitor: Visitor) -> None:
        response = call(visitor)
        assert answer(response) == (403, NO_COOKIE)
        assert (HEADER in response.headers, response.headers["Cache-Control"]) == (False, "no-store")

    def test_a_call_without_a_token_is_refused(self, visitor: Visitor) -> None:
        token_of(visitor)
        assert answer(call(visitor)) == (403, NO_TOKEN)

    def test_a_call_with_somebody_elses_token_is_refused(self, visitor: Visitor) -> None:
        stranger = Visitor(type(visitor.client))
        token_of(visitor)
        assert answer(call(visitor, X_CSRFToken=token_of(stranger))) == (403, WRONG)

    def test_a_call_with_a_token_of_another_length_is_refused(self, visitor: Visitor) -> None:
        token_of(visitor)
        assert call(visitor, X_CSRFToken="x").status_code == 403
        assert call(visitor, X_CSRFToken="").status_code == 403

    def test_a_refusal_for_want_of_a_token_is_marked(self, visitor: Visitor) -> None:
        refused = [call(visitor), visitor.form(CALL, "fn=touch"), visitor.form("/touch/", "")]
        assert [(each.status_code, each.headers.get(REFUSED)) for each in refused] == [(403, "csrf")] * 3
        token = token_of(visitor)
        let_in = [call(visitor, X_CSRFToken=token), visitor.form("/touch/", "", X_CSRFToken=token)]
        assert [(each.status_code, REFUSED in each.headers) for each in let_in] == [(200, False)] * 2

    def test_a_refusal_of_another_kind_is_not_marked(
        self, visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
    ) -> None:
        def refuse(request: HttpRequest) -> HttpResponse:
            raise PermissionDenied

        def exempt(request: HttpRequest) -> HttpResponse:
            return HttpResponse(status=403)

        declared = client(affects="thing")(sync_or_async(refuse))
        views = {
            "own/": declared,
            "plain/": sync_or_async(refuse),
            "exempt/": csrf_exempt(sync_or_async(exempt)),
        }
        serve(settings, views)
        token = token_of(visitor)
        answers = [visitor.form(f"/{url}", "", X_CSRFToken=token) for url in views]
        answers += [visitor.form("/exempt/", ""), visitor.get("/plain/")]
        assert [(each.status_code, REFUSED in each.headers) for each in answers] == [(403, False)] * 5

    def test_a_call_with_the_token_goes_through(self, visitor: Visitor) -> None:
        response = call(visitor, X_CSRFToken=token_of(visitor))
        assert (response.status_code, response.headers[HEADER]) == (200, "thing")

    def test_the_cookies_own_value_is_a_token_too(self, visitor: Visitor) -> None:
        token_of(visitor)
        assert call(visitor, X_CSRFToken=visitor.client.cookies["csrftoken"].value).status_code == 200

    def test_a_form_may_carry_the_token_in_its_field(self, visitor: Visitor) -> None:
        token = token_of(visitor)
        assert visitor.form(CALL, f"fn=touch&csrfmiddlewaretoken={token}").content == b"done"
        assert visitor.form("/touch/", f"csrfmiddlewaretoken={token}").content == b"done"
        assert answer(visitor.form(CALL, "fn=touch")) == (403, NO_TOKEN)

    def test_a_field_in_json_is_no_token(self, visitor: Visitor) -> None:
        token = token_of(visitor)
        body = f'{{"fn": "touch", "csrfmiddlewaretoken": "{token}"}}'
        assert answer(visitor.send("POST", f"{CALL}?csrfmiddlewaretoken={token}", body)) == (403, NO_TOKEN)

    def test_a_request_from_another_origin_is_refused(self, visitor: Visitor) -> None:
        token = token_of(visitor)
        message = (
            "CSRF verification failed."
            " Origin checking failed - https://evil.example does not match any trusted origins."
        )
        response = call(visitor, X_CSRFToken=token, Origin="https://evil.example")
        assert answer(response) == (403, problem("FORBIDDEN", message))
        assert call(visitor, X_CSRFToken=token, Origin="http://testserver").status_code == 200

    def test_a_view_is_guarded_too(self, visitor: Visitor) -> None:
        refused = visitor.form("/touch/", "")
        assert (refused.status_code, HEADER in refused.headers) == (403, False)
        token = token_of(visitor)
        assert visitor.form("/touch/", "").status_code == 403
        assert visitor.form("/touch/", "", X_CSRFToken=token).content == b"done"

    def test_reading_needs_no_token(self, visitor: Visitor) -> None:
        def thing(request: HttpRequest) -> int:
            return 1

        register(client(context="thing")(thing))
        assert answer(visitor.get(f"{MOUNT}ctx/thing/")) == (200, {"thing": 1})

    def test_a_cookie_that_is_only_for_http_works(self, visitor: Visitor, settings: Settings) -> None:
        settings.CSRF_COOKIE_HTTPONLY = True
        response = visitor.get(f"{MOUNT}session/")
        assert response.cookies["csrftoken"]["httponly"] is True
        assert call(visitor, X_CSRFToken=answer(response)[1]["csrfToken"]).status_code == 200

    def test_a_token_in_the_session_works(self, visitor: Visitor, settings: Settings) -> None:
        settings.CSRF_USE_SESSIONS = True
        assert answer(call(visitor)) == (403, NO_COOKIE)
        response = visitor.get(f"{MOUNT}session/")
        assert list(response.cookies) == ["sessionid"]
        token = answer(response)[1]["csrfToken"]
        assert call(visitor, X_CSRFToken=token).status_code == 200
        assert answer(call(visitor)) == (403, NO_TOKEN)

    def test_a_token_in_the_session_guards_a_view(self, visitor: Visitor, settings: Settings) -> None:
        settings.CSRF_USE_SESSIONS = True
        token = token_of(visitor)
        assert visitor.form("/touch/", "").status_code == 403
        assert visitor.form("/touch/", "", X_CSRFToken=token).content == b"done"

    def test_other_names_of_header_and_cookie_work(self, visitor: Visitor, settings: Settings) -> None:
        settings.CSRF_HEADER_NAME = "HTTP_X_OWN"
        settings.CSRF_COOKIE_NAME = "own"
        token = token_of(visitor)
        assert list(visitor.client.cookies) == ["own"]
        assert call(visitor, X_CSRFToken=token).status_code == 403
        assert call(visitor, X_Own=token).status_code == 200

    @pytest.mark.parametrize(
        ("body", "content_type", "status", "code"),
        [
            (b"fn=touch&a=" + b"x" * 200, FORM, 413, "TOO_LARGE"),
            (b"fn=touch" + b"&a=" * 20, FORM, 400, "BAD_REQUEST"),
            (b"fn=touch", f"{FORM}; charset=latin-1", 400, "BAD_REQUEST"),
            (b"fn=touch", "multipart/form-data", 400, "BAD_REQUEST"),
            (b'{"fn": "touch", "args": "' + b"x" * 200, "application/json", 413, "TOO_LARGE"),
        ],
        ids=["too large", "too many fields", "charset", "no boundary", "json"],
    )
    def test_a_body_that_can_not_be_read_for_its_token_is_an_error(
        self, visitor: Visitor, settings: Settings, body: bytes, content_type: str, status: int, code: str
    ) -> None:
        """Django's check reads the form first, and lets out what goes wrong there."""
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
        headers = {"X-CSRFToken": token_of(visitor)}
        response = visitor.send("POST", CALL, body, content_type=content_type, headers=headers)
        assert (answer(response)[0], answer(response)[1]["code"]) == (status, code)


def test_a_view_that_is_exempt_is_not_guarded(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    exempt: Any = csrf_exempt
    settings.MIDDLEWARE = []
    serve(settings, {"touch/": exempt(client(affects="thing")(sync_or_async(touch)))})
    assert visitor.form("/touch/", "").content == b"done"


def test_what_a_middleware_has_checked_is_not_checked_again(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.own_csrf"]
    serve(settings, {"touch/": client(affects="thing")(sync_or_async(touch))})
    assert visitor.form("/touch/", "").content == b"done"


def own_csrf(get_response: Any) -> Any:
    """Let everything pass, as a site's own check may."""

    def middleware(request: HttpRequest) -> Any:
        request.csrf_processing_done = True  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def test_the_sites_session_gives_one_cookie_only(visitor: Visitor) -> None:
    response = visitor.get(f"{MOUNT}session/")
    assert list(response.cookies) == ["csrftoken"]
    assert response.cookies["csrftoken"]["samesite"] == "Lax"
    again = visitor.get(f"{MOUNT}session/")
    assert again.cookies["csrftoken"].value == response.cookies["csrftoken"].value
