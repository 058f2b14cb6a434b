"""Rooms to watch, and an ear for what is told of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import signals
from django.http import HttpRequest

from mizan_htmx import client, register
from mizan_htmx.protocol.keys import Invalidation, format_list
from mizan_htmx.signals import invalidated
from mizan_htmx.testing import isolated_registry

SENT = (signals.pre_save, signals.post_save, signals.pre_delete, signals.m2m_changed)


class Told(list[str]):
    """The lists that ``invalidated`` brought, written."""

    def take(self) -> list[str]:
        """Give what was told since the last time."""
        heard = self[:]
        self.clear()
        return heard


@contextmanager
def listening() -> Iterator[Told]:
    """Hear what is told."""
    heard = Told()

    def hear(invalidations: tuple[Invalidation, ...], **kwargs: object) -> None:
        heard.append(format_list(invalidations))

    invalidated.connect(hear)
    try:
        yield heard
    finally:
        invalidated.disconnect(hear)


def ear() -> Any:
    """Make a fixture that hears what is told, and fails if that comes before its transaction is through."""

    def told() -> Iterator[Told]:
        early: list[tuple[Invalidation, ...]] = []

        def check(invalidations: tuple[Invalidation, ...], **kwargs: object) -> None:
            if connection.in_atomic_block:
                early.append(invalidations)

        invalidated.connect(check)
        with listening() as heard:
            yield heard
        invalidated.disconnect(check)
        assert early == []

    return pytest.fixture(told)


def room_name(request: HttpRequest, room_id: int, tab: str = "") -> str:
    """Read what a room is called."""
    return "Hall"


def guest_name(request: HttpRequest, guest_id: int) -> str:
    """Read what a guest is called."""
    return "Ada"


def rooms_and_guests() -> Any:
    """Make a fixture that every test runs inside: two contexts are declared, and no model is watched."""

    def declared() -> Iterator[None]:
        former = [each.receivers[:] for each in SENT]
        with isolated_registry():
            register(client(context="room")(room_name))
            register(client(context="guest")(guest_name))
            yield
        for signal, receivers in zip(SENT, former, strict=True):
            signal.receivers[:] = receivers
            signal.sender_receivers_cache.clear()

    return pytest.fixture(autouse=True)(declared)


Do = Callable[..., Any]


def _as_it_is(call: Do, *args: Any, **kwargs: Any) -> Any:
    return call(*args, **kwargs)


def _by_its_twin(call: Any, *args: Any, **kwargs: Any) -> Any:
    async def twin() -> Any:
        return await getattr(call.__self__, f"a{call.__name__}")(*args, **kwargs)

    return async_to_sync(twin)()


def both_twins() -> Any:
    """Make a fixture that calls a method, and once more its asynchronous twin: ``do(card.save)``."""

    def do(request: pytest.FixtureRequest) -> Do:
        return request.param  # type: ignore[no-any-return]

    return pytest.fixture(params=[_as_it_is, _by_its_twin], ids=["sync", "async"])(do)
