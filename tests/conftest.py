"""What holds for every test: none is skipped for want of a part, and each has a context of its own."""

import gc
from collections.abc import Generator, Iterator
from contextvars import copy_context
from typing import TypeVar

import pytest
from _pytest import runner
from django.core.management.color import no_style
from django.db import connections
from django.test import TransactionTestCase

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run each test, from its first fixture to its last, in a copy of the context.

    Every URL resolver of Django keeps a context variable, and every test that makes a site makes some of
    them. asgiref copies all variables at each step between a thread and an event loop: after some thousand
    tests a request under ASGI took ten times as long as after the first.
    """
    if "browser" in item.path.parts:  # Playwright's event loop goes on from one test to the next
        return None
    return copy_context().run(runner.pytest_runtest_protocol, item, nextitem)


def pytest_collection_finish() -> None:
    """Have the garbage collector pass over what was collected, which stays until the end."""
    gc.collect()
    gc.freeze()


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


#: Migrations fill them, and no test changes them.
KEPT_TABLES = frozenset({"django_content_type", "auth_permission"})


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> Iterator[None]:
    """Empty the tables after a test with transactions by nothing but DELETE.

    Django's ``flush`` sends ``post_migrate`` afterwards, which makes all content types and permissions anew:
    35 ms of CPU for each of these tests.
    """

    def empty_tables(case: TransactionTestCase) -> None:
        for name in case._databases_names(include_mirrors=False):
            connection = connections[name]
            existing = connection.introspection.django_table_names(only_existing=True, include_views=False)
            tables = sorted(set(existing) - KEPT_TABLES)
            connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
