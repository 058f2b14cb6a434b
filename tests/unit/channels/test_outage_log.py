"""What is logged while something that sockets stand on does not answer: few lines, and how long it was."""

import logging
import re
from typing import Any

import pytest

from mizan_htmx.channels import outage_log
from mizan_htmx.channels.outage_log import OutageLog


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put the time into the test's hands."""
    clock = Clock()
    monkeypatch.setattr(outage_log, "monotonic", clock)
    return clock


@pytest.fixture
def outage() -> OutageLog:
    """Make one that says something each ten seconds."""
    return OutageLog("It is away", meanwhile="Wait.", over="It is back", every=10.0)


def lines(caplog: pytest.LogCaptureFixture) -> list[Any]:
    """List what was logged: level and text."""
    return [(record.levelno, record.getMessage()) for record in caplog.records]


def test_the_first_failure_is_logged_and_those_after_it_are_counted(
    clock: Clock, outage: OutageLog, caplog: pytest.LogCaptureFixture
) -> None:
    for second in range(25):
        clock.now = 1000.0 + second
        outage.fail(ConnectionError("refused\n\tReally."))
    line = "It is away: ConnectionError: refused Really. Wait."
    counted = f"{line} 9 more calls failed since the last such line."
    assert lines(caplog) == [(logging.ERROR, text) for text in (line, counted, counted)]


def test_its_end_is_logged_once_with_its_length(
    clock: Clock, outage: OutageLog, caplog: pytest.LogCaptureFixture
) -> None:
    outage.succeed()
    outage.fail(ConnectionError("refused"))
    clock.now += 90.25
    outage.succeed()
    outage.succeed()
    assert lines(caplog)[1:] == [(logging.WARNING, "It is back, after 90.2 s.")]


def test_it_lasts_until_each_part_that_failed_has_answered(
    clock: Clock, outage: OutageLog, caplog: pytest.LogCaptureFixture
) -> None:
    outage.fail(ConnectionError("refused"), "store")
    clock.now += 1
    outage.fail(ConnectionError("refused"), "layer")
    clock.now += 1
    outage.succeed("store")
    assert len(lines(caplog)) == 1
    clock.now += 1
    outage.succeed("layer")
    assert lines(caplog)[1:] == [(logging.WARNING, "It is back, after 3.0 s.")]


def test_a_part_that_is_not_there_any_more_does_not_hold_up_the_end(
    clock: Clock, outage: OutageLog, caplog: pytest.LogCaptureFixture
) -> None:
    outage.fail(ConnectionError("refused"), "one")
    outage.fail(ConnectionError("refused"), "other")
    outage.discard("one")
    outage.discard("unknown")
    outage.succeed("other")
    assert lines(caplog)[1:] == [(logging.WARNING, "It is back, after 0.0 s.")]
    clock.now += 100
    outage.fail(ConnectionError("refused"), "one")
    outage.discard("one")
    outage.succeed("one")
    assert len(lines(caplog)) == 3


def test_what_comes_and_goes_is_logged_no_more_often(
    clock: Clock, outage: OutageLog, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(100):
        clock.now += 0.1
        outage.fail(ConnectionError("refused"))
        outage.succeed()
    assert [level for level, _ in lines(caplog)] == [logging.ERROR, logging.WARNING]


def test_another_one_that_begins_soon_is_logged_when_it_has_lasted(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    outage = OutageLog("It is away", meanwhile="Wait.", over="It is back", every=60.0)
    outage.fail(ConnectionError("refused"))
    outage.succeed()
    for second in (5, 9, 11, 40):
        clock.now = 1000.0 + second
        outage.fail(ConnectionError("refused"))
    outage.succeed()
    assert [text for _, text in lines(caplog)[2:]] == [
        "It is away: ConnectionError: refused. Wait. 2 more calls failed since the last such line.",
        "It is back, after 35.0 s.",
    ]


def test_a_later_outage_has_a_length_of_its_own(
    clock: Clock, outage: OutageLog, caplog: pytest.LogCaptureFixture
) -> None:
    outage.fail(ConnectionError("refused"))
    outage.succeed()
    clock.now += 100
    outage.fail(ConnectionError("refused"))
    clock.now += 2
    outage.succeed()
    assert lines(caplog)[3:] == [(logging.WARNING, "It is back, after 2.0 s.")]


def test_a_traceback_stands_there_where_it_is_asked_for(
    outage: OutageLog, caplog: pytest.LogCaptureFixture
) -> None:
    outage.fail(ConnectionError("refused"), traceback=True)
    assert re.search(r"ConnectionError: refused$", caplog.text)
