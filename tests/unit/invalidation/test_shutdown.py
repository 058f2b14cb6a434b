"""What is left to do when a process ends is done once, whoever says that it ends."""

import subprocess
import sys

import pytest

from mizan_htmx.invalidation import shutdown as exits
from mizan_htmx.invalidation.shutdown import at_exit, finish


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing left of other tests."""
    monkeypatch.setattr(exits, "_works", {})


def test_what_was_asked_for_last_is_done_first_and_each_once() -> None:
    done: list[str] = []
    works = {name: (lambda name=name: done.append(name)) for name in "abc"}
    for name in "abca":
        at_exit(works[name])
    finish()
    finish()
    assert done == ["c", "b", "a"]


def test_what_is_asked_for_meanwhile_is_done_as_well() -> None:
    done: list[str] = []

    def purge() -> None:
        done.append("purge")

    def publish() -> None:
        done.append("publish")
        at_exit(purge)

    at_exit(publish)
    finish()
    at_exit(publish)
    finish()
    assert done == ["publish", "purge"] * 2


@pytest.mark.parametrize(("line", "said"), [("", "left\n"), ("finish()", "left\n")])
def test_a_process_does_it_at_its_own_exit_unless_it_is_done(line: str, said: str) -> None:
    imported = "from mizan_htmx.invalidation.shutdown import at_exit, finish"
    program = f"{imported}\nat_exit(lambda: print('left'))\n{line}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == said
