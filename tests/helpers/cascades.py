"""Tables whose rows go with others by the database, on a Django that does not make such."""

import re
from typing import Any

import django
from django.apps import apps
from django.db import connection

from mizan_htmx.invalidation import cascades
from tests.apps.cascading.models import DB_CASCADE, DB_SET_DEFAULT, DB_SET_NULL

#: SQL's clause for each ``on_delete`` of the app's models, and what the package makes of it.
CLAUSES: dict[Any, tuple[str, str]] = {
    DB_CASCADE: ("CASCADE", cascades.DELETED),
    DB_SET_NULL: ("SET NULL", cascades.NULL),
    DB_SET_DEFAULT: ("SET DEFAULT", cascades.DB_DEFAULT),
}


IS_STAND_IN = django.VERSION < (6, 1)


def make_tables() -> None:
    """Make the tables of the app anew, with the clauses that Django before 6.1 does not write."""
    models = [*apps.get_app_config("cascading").get_models()]
    with connection.schema_editor() as editor:
        for model in models:
            if model._meta.proxy:
                continue
            sql, params = editor.table_sql(model)
            for field in model._meta.local_fields:
                clause = field.remote_field and CLAUSES.get(field.remote_field.on_delete)
                if clause:
                    written = rf'("{field.column}" [^,]*? REFERENCES "\w+" \("\w+"\))'
                    sql, count = re.subn(written, rf"\1 ON DELETE {clause[0]}", sql)
                    assert count == 1
            editor.execute(f"DROP TABLE {editor.quote_name(model._meta.db_table)}")
            editor.execute(sql, params or None)
