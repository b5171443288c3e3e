"""Many rows written by one statement: COPY, several times as quick as INSERT."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows into a table of the tenant's schema, values in the order of the columns; all or none."""
    # The cursor sees to the search path and the connection's health, as for any other statement.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        began = time.monotonic()
        with cursor.connection.cursor() as own, own.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    if connection.queries_logged:
        took = f"{time.monotonic() - began:.3f}"
        connection.queries_log.append({"sql": f"COPY {table}", "time": took})
