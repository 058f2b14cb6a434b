"""``mizan_htmx.conf``: defaults, and values that are read once until a test changes the setting."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pytest_django import Settings

from mizan_htmx.conf import DEFAULTS, ParsedSettings, Setting, conf


def test_a_setting_that_is_left_out_has_its_default() -> None:
    assert (conf.single_flight, conf.socket_path, conf.replica_lag, conf.may_lag) == (False, "/ws/", 0, False)


def are_strict() -> bool:
    """Return whether blocks are; a function, since mypy takes an attribute to stay what it was."""
    return conf.strict


def test_blocks_are_strict_as_debug_says_or_as_the_setting_itself(settings: Settings) -> None:
    del settings.MIZAN_STRICT
    for settings.DEBUG in (True, False):
        assert are_strict() is settings.DEBUG
        settings.MIZAN_STRICT = None
        assert are_strict() is settings.DEBUG
        settings.MIZAN_STRICT = not settings.DEBUG
        assert are_strict() is not settings.DEBUG
        del settings.MIZAN_STRICT


def test_a_default_can_be_another_one_for_a_while(settings: Settings) -> None:
    del settings.MIZAN_STRICT
    for _ in range(2):
        with conf.defaulting("MIZAN_STRICT", True):
            assert are_strict()
            with conf.defaulting("MIZAN_STRICT", False):
                assert not are_strict()
            assert are_strict()
            settings.MIZAN_STRICT = False
            assert not are_strict()
            del settings.MIZAN_STRICT
        assert not are_strict()
    assert DEFAULTS["MIZAN_STRICT"] is None


def test_a_setting_that_a_test_changes_is_read_anew_and_again_after_it(settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    settings.MIZAN_SOCKET_PATH = "live/"
    settings.MIZAN_REPLICA_LAG = 2
    assert (conf.single_flight, conf.socket_path, conf.replica_lag, conf.may_lag) == (True, "live/", 2, True)
    settings.MIZAN_SOCKET_PATH = "/socket/"
    assert conf.socket_path == "/socket/"
    settings.MIZAN_REPLICA_LAG = 0
    assert (conf.replica_lag, conf.may_lag) == (0, False)


def test_a_setting_is_parsed_once_and_what_parsing_raises_is_raised_each_time(settings: Settings) -> None:
    parsed: list[object] = []

    def parse(value: Any) -> int:
        parsed.append(value)
        return int(value)

    class Numbers(ParsedSettings):
        number = Setting("MIZAN_SOCKET_PATH", parse)

    numbers = Numbers()
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            _ = numbers.number
    settings.MIZAN_SOCKET_PATH = "5"
    assert (numbers.number, numbers.number, parsed) == (5, 5, ["/ws/", "/ws/", "5"])
    settings.MIZAN_SINGLE_FLIGHT = True  # another setting
    assert (numbers.number, len(parsed)) == (5, 3)


def test_threads_that_read_a_setting_at_once_parse_it_once() -> None:
    parsed: list[object] = []
    begun, go = Event(), Event()

    def parse(value: Any) -> object:
        begun.set()
        assert go.wait(30)
        parsed.append(value)
        return object()

    class Objects(ParsedSettings):
        made = Setting("MIZAN_SOCKET_PATH", parse)

    objects = Objects()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: objects.made)
        assert begun.wait(30)
        second = pool.submit(lambda: objects.made)
        go.set()
        assert first.result(30) is second.result(30)
    assert len(parsed) == 1


def test_reading_a_setting_again_makes_no_python_call() -> None:
    called: list[str] = []

    def profile(frame: Any, event: str, argument: object) -> None:
        if event == "call":
            called.append(frame.f_code.co_qualname)

    _ = conf.single_flight
    sys.setprofile(profile)
    try:
        _ = conf.single_flight
    finally:
        sys.setprofile(None)
    assert called == []


def test_no_other_module_reads_the_settings_of_this_package() -> None:
    package = Path(__file__).resolve().parents[2] / "mizan_htmx"
    pattern = re.compile(r"settings\.MIZAN_|settings, *[\"']MIZAN_")
    readers = [path for path in package.rglob("*.py") if pattern.search(path.read_text(encoding="utf-8"))]
    assert readers == []


def test_every_default_is_of_a_setting_that_is_read() -> None:
    holders = ParsedSettings.__subclasses__()
    read = {each.name for holder in holders for each in vars(holder).values() if isinstance(each, Setting)}
    assert {*DEFAULTS} == read
