"""Attacks by methods, addresses and headers, each of which must come to nothing."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from mizan_htmx import client, register
from tests.helpers.visitor import (
    CALL,
    FORM,
    HEADER,
    MOUNT,
    SyncOrAsync,
    Visitor,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


@pytest.mark.usefixtures("rename_is_served")
class TestMethods:
    """Only the method that was sent counts."""

    @pytest.mark.parametrize(
        "header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "HX-Method"]
    )
    def test_a_header_changes_no_method(self, visitor: Visitor, header: str) -> None:
        body = '{"fn": "rename", "args": {"user_id": 5, "name": "a"}}'
        assert visitor.send("GET", CALL, body, headers={header: "POST"}).status_code == 405
        assert visitor.send("GET", "/rename/5/?name=a", headers={header: "POST"}).status_code == 405
        assert visitor.send("POST", f"{MOUNT}ctx/user/?user_id=5", headers={header: "GET"}).status_code == 405

    @pytest.mark.parametrize("field", ["_method", "method", "_http_method"])
    def test_a_field_changes_no_method(self, visitor: Visitor, field: str) -> None:
        assert visitor.get(f"/rename/5/?name=a&{field}=POST").status_code == 405
        assert visitor.form(f"{MOUNT}ctx/user/?user_id=5", f"{field}=GET").status_code == 405

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PROPFIND", "CONNECT"])
    def test_no_other_method_runs_a_mutation(self, visitor: Visitor, method: str) -> None:
        response = visitor.send(method, "/rename/5/", "name=a", content_type=FORM)
        assert (response.status_code, HEADER in response.headers) == (405, False)


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("//evil.example/page/", "/%252Fevil.example/page/"),
        ("/page/?next=https://evil.example", "/page/%3Fnext%3Dhttps%3A//evil.example"),
        ("/page/?a=%0d%0ab", "/page/%3Fa%3D%250d%250ab"),
        ("/page/\r\nSet-Cookie: a=b", "/page/%250D%250ASet-Cookie%3A%2520a%253Db"),
        ("/page/;a,b%", "/page/%253Ba%2Cb%2525"),
    ],
)
def test_the_login_page_sends_nobody_elsewhere(path: str, back: str) -> None:
    @client(context="page", auth=True)
    def page(request: HttpRequest) -> HttpResponse:
        raise AssertionError("The body ran.")

    request = RequestFactory().get("/", headers={"X-Forwarded-Host": "evil.example"})
    request.path, _, request.META["QUERY_STRING"] = path.partition("?")
    response = page(request)
    assert (response.status_code, response.headers["Location"]) == (302, f"/login/?next={back}")


def test_forwarding_headers_change_nothing_in_an_answer(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def user_name(request: HttpRequest, user_id: int) -> str:
        return "Ada"

    register(client(context="user")(sync_or_async(user_name)))
    headers = {
        **{"X-Forwarded-Host": "evil.example", "X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"},
        **{"X-Mizan-Invalidate": "user", "Cookie": "mizan_invalidate=user"},
    }
    address = f"{MOUNT}ctx/user/?user_id=5"
    plain, poisoned = visitor.get(address), visitor.send("GET", address, headers=headers)
    assert plain.content == poisoned.content
    assert dict(plain.headers) == dict(poisoned.headers)
