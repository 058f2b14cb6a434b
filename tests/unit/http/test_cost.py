"""How many functions of the package a request calls: each of them costs it something, whatever it reads."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import AsyncRequestFactory, RequestFactory

import mizan_htmx
from mizan_htmx import client, register
from mizan_htmx.http import views
from tests.helpers.visitor import CALL

pytestmark = pytest.mark.usefixtures("registry", "user_context")

PACKAGE = f"{Path(mizan_htmx.__file__).parent}/"


@contextmanager
def called() -> Iterator[list[str]]:
    """Collect the names of the package's functions that are called inside the ``with`` block."""
    names: list[str] = []

    def profile(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            names.append(frame.f_code.co_qualname)

    sys.setprofile(profile)
    try:
        yield names
    finally:
        sys.setprofile(None)


def rename(request: HttpRequest, user_id: int) -> int:
    """Change a user."""
    return user_id


async def arename(request: HttpRequest, user_id: int) -> int:
    """Change a user, in the event loop."""
    return user_id


def city(request: HttpRequest, city_id: int) -> int:
    """Read a city."""
    return city_id


async def acity(request: HttpRequest, city_id: int) -> int:
    """Read a city, in the event loop."""
    return city_id


def asked(factory: Any, *, reads: bool) -> HttpRequest:
    """Return a request that reads the context or calls the function, and whose CSRF token is not compared."""
    if reads:
        request = factory.get("/api/mizan/ctx/city/?city_id=7")
    else:
        body = json.dumps({"fn": "rename", "args": {"user_id": 7}})
        request = factory.post(CALL, body, content_type="application/json")
    request._dont_enforce_csrf_checks = True
    return request  # type: ignore[no-any-return]


@pytest.mark.parametrize(("reads", "most"), [(False, 68), (True, 33)], ids=["call", "read"])
def test_under_wsgi(reads: bool, most: int) -> None:
    register(client(affects="user", atomic=False)(rename))
    register(client(context="city")(city))

    def answer() -> list[str]:
        request: Any = asked(RequestFactory(), reads=reads)
        with called() as names:
            response = views.ctx(request, context="city") if reads else views.call(request)
        assert response.status_code == 200
        return names

    answer()  # what is imported or computed once
    assert len(answer()) <= most, answer()


@pytest.mark.parametrize(("reads", "most"), [(False, 69), (True, 48)], ids=["call", "read"])
def test_under_asgi(reads: bool, most: int) -> None:
    register(client(affects="user")(arename), "rename")
    register(client(context="city")(acity))

    async def answer() -> list[str]:
        request: Any = asked(AsyncRequestFactory(), reads=reads)
        with called() as names:
            response = await (views.ctx(request, context="city") if reads else views.call(request))
        assert response.status_code == 200
        return names

    async def answer_twice() -> list[str]:
        await answer()
        return await answer()

    names = asyncio.run(answer_twice())
    assert len(names) <= most, names
