"""What holds for every test: none is skipped for want of a part."""

from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a failure of a test that is skipped."""
    return refuse_skipping((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Make a failure of a module that is skipped as a whole."""
    return refuse_skipping((yield))


def refuse_skipping(report: Report) -> Report:
    """Turn "skipped" into "failed": what a test needs is installed, or the run says what is missing."""
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped. Install what it needs. {report.longreprtext}"
    return report
