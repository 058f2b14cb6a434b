"""A visitor who calls a site over WSGI or ASGI, and sync and async functions for the site to serve."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from types import ModuleType
from typing import Any, cast

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path
from pytest_django import Settings

MOUNT = "/api/mizan/"
CALL = f"{MOUNT}call/"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "multipart/form-data; boundary=cut"
HEADER = "X-Mizan-Invalidate"

SyncOrAsync = Callable[[Callable[..., Any]], Callable[..., Any]]


class Visitor:
    """Sends requests and gives whole answers; a failing view answers 500 and does not raise."""

    def __init__(self, kind: type[Client] | type[AsyncClient], *, enforce_csrf_checks: bool = False) -> None:
        self.client = kind(enforce_csrf_checks=enforce_csrf_checks, raise_request_exception=False)

    def send(
        self,
        method: str,
        path: str,
        body: str | bytes = b"",
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> HttpResponse:
        """Send any request."""

        async def ask() -> Any:
            return await cast("Any", self.client).generic(
                method, path, body, content_type, headers=headers, **extra
            )

        if isinstance(self.client, AsyncClient):
            return cast("HttpResponse", async_to_sync(ask)())
        return cast(
            "HttpResponse", self.client.generic(method, path, body, content_type, headers=headers, **extra)
        )

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Send a GET request; ``HX_Request="true"`` gives a header."""
        return self.send(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def form(self, path: str, body: str, *, method: str = "POST", **headers: str) -> HttpResponse:
        """Send a form as htmx does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, path, body, content_type=FORM, headers=named)

    def call(self, fn: str, /, **args: object) -> HttpResponse:
        """Call a function with JSON arguments."""
        return self.send("POST", CALL, json.dumps({"fn": fn, "args": args}))

    def login(self, user: User) -> None:
        """Be this user from now on."""
        self.client.force_login(user)


def multipart(*parts: tuple[str, str]) -> bytes:
    """Write a multipart body; a name may carry a file name: ``'doc"; filename="a.txt'``."""
    written = (
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts
    )
    return ("".join(written) + "--cut--\r\n").encode()


def answer(response: HttpResponse) -> tuple[int, Any]:
    """Give status and JSON body."""
    assert response.headers["Content-Type"] == "application/json"
    return response.status_code, json.loads(response.content)


def problem(code: str, message: str, **details: object) -> dict[str, object]:
    """Give the whole body of a refusal."""
    body: dict[str, object] = {"error": True, "code": code, "message": message}
    return {**body, "details": details} if details else body


def misfit(**fields: list[str]) -> tuple[int, dict[str, object]]:
    """Give status and body of a call whose arguments do not fit."""
    return 422, problem("VALIDATION_ERROR", "Some values are invalid.", fields=fields)


def as_coroutine(func: Callable[..., Any]) -> Callable[..., Any]:
    """Give the same function as a coroutine, which does its work in a thread."""

    @wraps(func)
    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        return await sync_to_async(func)(*args, **kwargs)

    return coroutine


def as_written(func: Callable[..., Any]) -> Callable[..., Any]:
    """Give the function itself."""
    return func


#: For tests of many values that one thread reads, whatever brought them: the transport has tests of its own.
over_wsgi = pytest.mark.parametrize("visitor", [Client], ids=["WSGI"], indirect=True)


def serve(settings: Settings, views: Mapping[str, Any], **handlers: Any) -> ModuleType:
    """Make a site of these views by route, and of the endpoints."""
    site = ModuleType("a_test_site")
    routes = [path(route, view) for route, view in views.items()]
    site.__dict__.update(handlers, urlpatterns=[*routes, path("api/mizan/", include("mizan_htmx.urls"))])
    settings.ROOT_URLCONF = site
    return site
