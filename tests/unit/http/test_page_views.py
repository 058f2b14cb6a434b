"""Functions on the view path as Django views: whom they let in, and how they refuse."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from django.urls import include, path, re_path
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.errors import BadRequest, Forbidden, MizanError, NotFound, Unauthorized, ValidationFailed
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import (
    HEADER,
    SyncOrAsync,
    Visitor,
    serve,
)
from tests.site.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

NO_INT = "Enter a whole number."


def page(request: HttpRequest, user_id: int, tab: str = "a") -> HttpResponse:
    """Show a page."""
    return HttpResponse(f"{user_id}{tab}")


def rename(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Change something."""
    return HttpResponse(f"{user_id}{name}")


def own_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 as the site does."""
    return HttpResponse(f"the site's own: {exception}", status=404)


def own_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 as the site does."""
    return HttpResponse(f"the site's own: {exception}", status=403)


@pytest.fixture
def site(registry: Registry, settings: Settings, sync_or_async: SyncOrAsync) -> None:
    """Serve a page and a mutation."""
    views = {
        "page/<str:user_id>/": client(context="user")(sync_or_async(page)),
        "page/": client(context="user")(sync_or_async(page)),
        "closed/<str:user_id>/": client(context="user", auth="staff")(sync_or_async(page)),
        "rename/<str:user_id>/": client(affects="user")(sync_or_async(rename)),
        "closed/rename/<str:user_id>/": client(affects="user", auth="staff")(sync_or_async(rename)),
    }

    def user_name(request: HttpRequest, user_id: int) -> str:
        return "Ada"

    register(client(context="user")(user_name))
    serve(settings, views, handler404=own_404, handler403=own_403)


@pytest.mark.usefixtures("site")
class TestPage:
    """A function with a context is a page."""

    def test_it_takes_the_url_and_the_query(self, visitor: Visitor) -> None:
        response = visitor.get("/page/05/?tab=b&user_id=7&unknown=1")
        assert (response.status_code, response.content) == (200, b"5b")
        assert HEADER not in response.headers

    @pytest.mark.parametrize("address", ["/page/x/", "/page/5.5/", "/page/?user_id=x", "/page/"])
    def test_a_value_that_does_not_fit_is_the_sites_own_404(self, visitor: Visitor, address: str) -> None:
        response = visitor.get(address)
        assert (response.status_code, response.content) == (404, b"the site's own: Some values are invalid.")

    def test_head_is_answered(self, visitor: Visitor) -> None:
        response = visitor.send("HEAD", "/page/5/")
        assert (response.status_code, response.content) == (200, b"")

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
    def test_another_method_is_405(self, visitor: Visitor, method: str) -> None:
        response = visitor.send(method, "/page/5/")
        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
        assert "This method is not allowed here." in response.content.decode()

    def test_a_visitor_is_sent_to_the_login_page_and_back(self, visitor: Visitor) -> None:
        response = visitor.get("/closed/x/?tab=a%26b")
        assert (response.status_code, response.content) == (302, b"")
        assert response.headers["Location"] == "/login/?next=/closed/x/%3Ftab%3Da%2526b"
        vary = {name.strip() for name in response.headers["Vary"].split(",")}
        assert {"HX-Request", "HX-Boosted"} <= vary

    def test_a_login_page_with_a_query_keeps_it(self, visitor: Visitor, settings: Settings) -> None:
        settings.LOGIN_URL = "/login/?by=mail"
        assert visitor.get("/closed/5/").headers["Location"] == "/login/?by=mail&next=/closed/5/"

    def test_htmx_gets_a_401(self, visitor: Visitor) -> None:
        response = visitor.get("/closed/x/", HX_Request="true")
        assert (response.status_code, response.headers["Cache-Control"]) == (401, "no-store")
        assert "Please sign in." in response.content.decode()
        assert "/login/" in response.content.decode()

    def test_a_boosted_link_goes_to_the_login_page(self, visitor: Visitor) -> None:
        assert visitor.get("/closed/5/", HX_Request="true", HX_Boosted="true").status_code == 302

    def test_who_is_logged_in_but_not_allowed_gets_the_sites_own_403(self, visitor: Visitor) -> None:
        visitor.login(User.objects.create_user("ada"))
        for address in ("/closed/5/", "/closed/x/"):
            response = visitor.get(address)
            assert (response.status_code, response.content) == (403, b"the site's own: You may not do this.")


@pytest.mark.usefixtures("site")
class TestMutation:
    """A function that affects is a view for POST."""

    def test_it_takes_a_form_as_htmx_posts_it(self, visitor: Visitor) -> None:
        response = visitor.form("/rename/05/", "name=Ada", HX_Request="true")
        assert (response.status_code, response.content) == (200, b"5Ada")
        assert response.headers[HEADER] == "user;user_id=5"
        assert response.cookies.keys() == set()

    def test_it_takes_json(self, visitor: Visitor) -> None:
        assert visitor.send("POST", "/rename/5/", json.dumps({"name": "Ada"})).content == b"5Ada"

    def test_what_does_not_fit_is_422_with_a_fragment_that_lists_it(self, visitor: Visitor) -> None:
        response = visitor.form("/rename/x/", "")
        assert (response.status_code, response.headers["Cache-Control"]) == (422, "no-store")
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        text = response.content.decode()
        assert "<p>Some values are invalid.</p>" in text
        assert f"<li><strong>user_id</strong>: {NO_INT}</li>" in text
        assert "<li><strong>name</strong>: This field is required.</li>" in text
        assert ("<html" in text, HEADER in response.headers) == (False, False)

    def test_what_can_not_be_read_is_400_with_a_fragment(self, visitor: Visitor) -> None:
        response = visitor.send("POST", "/rename/5/", "{")
        assert response.status_code == 400
        assert "The body must be a JSON object in UTF-8, not nested too deeply." in response.content.decode()

    def test_what_is_too_large_is_413_with_a_fragment(self, visitor: Visitor, settings: Settings) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        response = visitor.form("/rename/5/", "name=" + "x" * 100)
        assert (response.status_code, b"The request is too large." in response.content) == (413, True)

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
    def test_another_method_is_405(self, visitor: Visitor, method: str) -> None:
        response = visitor.send(method, "/closed/rename/5/")
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")

    @pytest.mark.parametrize("htmx", [{}, {"HX_Request": "true"}])
    def test_login_is_asked_for_with_401(self, visitor: Visitor, htmx: dict[str, str]) -> None:
        response = visitor.form("/closed/rename/x/", "", **htmx)
        assert (response.status_code, HEADER in response.headers) == (401, False)
        assert "Please sign in." in response.content.decode()

    def test_who_may_not_does_not_learn_what_would_fit(self, visitor: Visitor) -> None:
        visitor.login(User.objects.create_user("ada"))
        response = visitor.form("/closed/rename/x/", "")
        assert (response.status_code, response.content) == (403, b"the site's own: You may not do this.")


class Conflict(MizanError):
    """An author's own error."""

    status = 409
    code = "CONFLICT"
    default_message = "Someone else <was> faster."


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (PermissionDenied("Not yours."), 403, "the site's own: Not yours."),
        (PermissionError("Not yours."), 403, "the site's own: Not yours."),
        (Forbidden("Not yours."), 403, "the site's own: Not yours."),
        (Http404("No card."), 404, "the site's own: No card."),
        (NotFound("No card."), 404, "the site's own: No card."),
        (BadRequest("What?"), 400, "<p>What?</p>"),
        (Unauthorized("Who?"), 401, '<p>Who? <a href="/login/">Sign in</a></p>'),
        (Conflict(), 409, "<p>Someone else &lt;was&gt; faster.</p>"),
        (ValidationFailed({"name": ["<b>"]}), 422, "<li><strong>name</strong>: &lt;b&gt;</li>"),
        (ValidationFailed({"": ["<b>"], "__all__": ["c"]}), 422, "<li>&lt;b&gt;</li>\n    <li>c</li>"),
        (DjangoValidationError({"name": ["Long."]}), 422, "<li><strong>name</strong>: Long.</li>"),
        (DjangoValidationError("Not today."), 422, "<li>Not today.</li>"),
        (SuspiciousOperation("Odd."), 400, "Bad Request"),
        (NotImplementedError("secret"), 500, "Server Error"),
        (ValueError("secret"), 500, "Server Error"),
    ],
)
def test_what_a_body_raises_is_answered_as_from_any_view(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, error: Exception, status: int, text: str
) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        raise error

    serve(settings, {"fail/": client(sync_or_async(fail))}, handler404=own_404, handler403=own_403)
    response = visitor.form("/fail/", "")
    assert (response.status_code, text in response.content.decode()) == (status, True)
    assert b"secret" not in response.content


def test_a_pages_refusal_sends_to_the_login_page_too(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def show(request: HttpRequest) -> HttpResponse:
        raise Unauthorized

    serve(settings, {"show/": client(context="show")(sync_or_async(show))})
    assert visitor.get("/show/").headers["Location"] == "/login/?next=/show/"


def test_an_error_fragment_is_written_where_context_processors_ask_the_database(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    """A coroutine may not wait for the database in a thread of its event loop."""
    (template,) = settings.TEMPLATES
    options = {**template["OPTIONS"], "context_processors": [f"{__name__}.count_people"]}
    settings.TEMPLATES = [{**template, "OPTIONS": options}]
    serve(settings, {"rename/<str:user_id>/": client(affects="user")(sync_or_async(rename))})
    response = visitor.form("/rename/x/", "name=Ada")
    assert (response.status_code, NO_INT in response.content.decode()) == (422, True)


def count_people(request: HttpRequest) -> dict[str, Any]:
    """Ask the database, as the context processors of many sites do."""
    return {"people": Person.objects.count()}


def test_methods_say_which_are_answered(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def both(request: HttpRequest, name: str = "") -> HttpResponse:
        return HttpResponse(f"{request.method}{name}")

    serve(settings, {"both/": client(affects="user", methods=["get", "POST"])(sync_or_async(both))})
    assert visitor.get("/both/?name=a").content == b"GETa"
    assert visitor.form("/both/", "name=b").content == b"POSTb"
    assert visitor.send("PUT", "/both/").headers["Allow"] == "GET, POST, HEAD"


def test_unnamed_groups_of_a_url_fill_arguments_in_order(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    site = serve(settings, {})
    view = client(context="user")(sync_or_async(page))
    nested = [re_path(r"^(\d+)/([a-z]+)/$", view)]
    site.__dict__["urlpatterns"] = [path("nested/", include(nested))]
    assert visitor.get("/nested/07/b/").content == b"7b"


def test_a_view_stays_sync_or_async_and_keeps_its_names(sync_or_async: SyncOrAsync) -> None:
    func = sync_or_async(page)
    view: Any = client(context="user")(func)
    assert iscoroutinefunction(view) is iscoroutinefunction(func)
    assert (view.__name__, view.__doc__, view.func) == ("page", "Show a page.", func)
    if iscoroutinefunction(view):
        answered = asyncio.run(view(AsyncRequestFactory().get("/"), user_id="05"))
    else:
        answered = view(RequestFactory().get("/"), user_id="05")
    assert answered.content == b"5a"


def test_a_private_view_may_stand_in_the_urlconf_but_not_be_called(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    declared = client(affects="user", private=True)(sync_or_async(rename))
    register(declared)
    serve(settings, {"rename/<int:user_id>/": declared})
    assert visitor.form("/rename/5/", "name=Ada").content == b"5Ada"
    assert visitor.call("rename", user_id=5, name="Ada").status_code == 404
