"""Run all tests that commit on PostgreSQL: ``python -m tests.on_postgres``, with arguments for pytest.

The site's database is then in a cluster of its own, which is gone with the run.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

import django
import pytest

# Where the site's settings look for the cluster's port.
VARIABLE = "MIZAN_SITE_POSTGRES"


def main(arguments: Sequence[str]) -> int:
    """Run pytest with a cluster and return its status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.site.settings")
    django.setup()
    from tests.helpers.postgres import PostgresServer  # which has models; this module is also a plugin

    server = PostgresServer()
    try:
        server.start()
        # The databases go with their cluster. Dropped one by one, they would be held by threads that live on.
        command = [sys.executable, "-m", "pytest", "-p", "tests.on_postgres", "--reuse-db", *arguments]
        environment = os.environ | {VARIABLE: str(server.port)}
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        server.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that commit; what the others do with a database ends before a commit."""
    config.hook.pytest_deselected(items=[item for item in items if not _commits(item)])
    items[:] = filter(_commits, items)


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    asks = mark is not None and (mark.kwargs.get("transaction") or mark.args[:1] == (True,))
    return asks or "transactional_db" in getattr(item, "fixturenames", ())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
