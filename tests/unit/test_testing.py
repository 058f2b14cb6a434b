"""``isolated_registry()``: empty inside, as before afterwards, for all threads; ``strict_blocks()``."""

import unittest
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.test import SimpleTestCase, override_settings
from pytest_django import Settings

from mizan_htmx.client import client
from mizan_htmx.conf import conf
from mizan_htmx.errors import DeclarationError
from mizan_htmx.setup.registry import get_function, register, registry
from mizan_htmx.testing import isolated_registry, strict_blocks


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(affects="user")
def rename(request: HttpRequest, user_id: int) -> None:
    """Rename somebody."""


def are_strict() -> bool:
    """Return whether blocks are; a function, since mypy takes an attribute to stay what it was."""
    return conf.strict


def names() -> list[str]:
    """List what is registered now."""
    return sorted(registry.graph.functions)


def names_in_another_thread() -> list[str]:
    """List what another thread sees registered."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(names).result()


def test_it_gives_the_registry_that_everybody_uses() -> None:
    with isolated_registry() as inside:
        assert inside is registry


def test_it_is_empty_inside_and_as_before_afterwards() -> None:
    before, graph = names(), registry.graph
    with isolated_registry():
        assert names() == []
        register(user_profile)
        assert names() == ["user_profile"]
        assert get_function("user_profile") is user_profile
    assert names() == before
    assert registry.graph is graph


def test_it_is_as_before_after_an_exception() -> None:
    before = names()
    with pytest.raises(DeclarationError), isolated_registry():
        register(user_profile, "us er")
    assert names() == before


def test_blocks_are_strict_inside_unless_the_settings_say_otherwise(settings: Settings) -> None:
    del settings.MIZAN_STRICT
    with isolated_registry():
        assert are_strict()
        with isolated_registry():
            assert are_strict()
        settings.MIZAN_STRICT = False
        assert not are_strict()
        del settings.MIZAN_STRICT
    assert not are_strict()


@override_settings(MIZAN_STRICT=False)
def test_blocks_are_made_strict_by_a_with_block_or_a_decorator() -> None:
    @strict_blocks()
    def decorated() -> bool:
        return are_strict()

    @strict_blocks()
    class PageTest(SimpleTestCase):
        def test_it(self) -> None:
            assert are_strict()

    assert decorated()
    with strict_blocks():
        assert are_strict()
    outcome = unittest.TestResult()
    unittest.TestSuite([PageTest("test_it")]).run(outcome)
    assert (outcome.testsRun, outcome.wasSuccessful()) == (1, True)
    assert not are_strict()


def test_problems_stay_inside() -> None:
    def problems() -> list[str]:
        return [problem.id for problem in registry.problems]

    with isolated_registry():
        register(rename)
        assert problems() == ["mizan_htmx.E001"]
        with isolated_registry():
            assert problems() == []
        assert problems() == ["mizan_htmx.E001"]


def test_nested_it_is_seen_by_other_threads() -> None:
    with isolated_registry():
        register(user_profile)
        with isolated_registry():
            assert names_in_another_thread() == []
            register(rename)
            assert names_in_another_thread() == ["rename"]
            with ThreadPoolExecutor(1) as pool:
                pool.submit(register, user_profile).result()
            assert names() == ["rename", "user_profile"]
        assert names_in_another_thread() == ["user_profile"]


async def test_it_is_seen_by_what_a_coroutine_runs_in_a_thread() -> None:
    with isolated_registry():
        register(rename)
        assert await sync_to_async(names)() == ["rename"]
        assert await sync_to_async(names, thread_sensitive=False)() == ["rename"]
