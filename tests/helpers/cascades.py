"""Tables whose rows go with others by the database, on a Django that does not make such."""

import re
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.apps import apps
from django.db import connection
from pytest_django import DjangoDbBlocker

from mizan_htmx.invalidation import cascades
from tests.apps.cascading.models import DB_CASCADE, DB_SET_DEFAULT, DB_SET_NULL

_CLAUSES: dict[Any, tuple[str, str]] = {
    DB_CASCADE: ("CASCADE", cascades.GONE),
    DB_SET_NULL: ("SET NULL", cascades.NULL),
    DB_SET_DEFAULT: ("SET DEFAULT", cascades.DB_DEFAULT),
}


IS_STAND_IN = django.VERSION < (6, 1)


def tables() -> Any:
    """Make a fixture that makes the tables of the app anew, once for a module, where Django did not."""

    def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
        if IS_STAND_IN:
            with django_db_blocker.unblock():
                _make_tables()
                connection.close()

    return pytest.fixture(scope="module")(made)


def database_cascades() -> Any:
    """Make a fixture that every test runs inside: the database cascades, and the package knows of it."""

    def cascading(tables: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        if IS_STAND_IN:
            for on_delete, (_, effect) in _CLAUSES.items():
                monkeypatch.setitem(cascades.EFFECTS, on_delete, effect)
        cascades.ways.cache_clear()
        yield
        cascades.ways.cache_clear()

    return pytest.fixture(autouse=True)(cascading)


def _make_tables() -> None:
    models = [*apps.get_app_config("cascading").get_models()]
    with connection.schema_editor() as editor:
        for model in models:
            if model._meta.proxy:
                continue
            sql, params = editor.table_sql(model)
            for field in model._meta.local_fields:
                clause = field.remote_field and _CLAUSES.get(field.remote_field.on_delete)
                if clause:
                    written = rf'("{field.column}" [^,]*? REFERENCES "\w+" \("\w+"\))'
                    sql, count = re.subn(written, rf"\1 ON DELETE {clause[0]}", sql)
                    assert count == 1
            editor.execute(f"DROP TABLE {editor.quote_name(model._meta.db_table)}")
            editor.execute(sql, params or None)
