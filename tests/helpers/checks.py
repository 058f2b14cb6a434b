"""Runs the system checks on a few functions, for the tests of the checks."""

from collections.abc import Callable
from typing import Any

from django.core.checks import CheckMessage, Error, run_checks

from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry


def checks(*declared: Callable[..., Any]) -> list[CheckMessage]:
    """Run the checks of mizan_htmx with these functions registered."""
    with isolated_registry():
        for each in declared:
            register(each)
        return run()


def run() -> list[CheckMessage]:
    """Run the checks of mizan_htmx; a function as registered stands for the one that was written."""
    found = run_checks(tags=["mizan_htmx"])
    for each in found:
        each.obj = getattr(each.obj, "func", None)
    return found


def error(number: str, message: str, *, hint: str, obj: Any) -> CheckMessage:
    """Make the error that a check should give for a function that is registered under its own name."""
    return Error(message, hint=hint, obj=obj.func, id=f"mizan_htmx.{number}")


def place(declared: Any) -> str:
    """Say where a function was declared."""
    return str(declared.mizan.place)
