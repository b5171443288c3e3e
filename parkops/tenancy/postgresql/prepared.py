"""Statements that are asked all day: parsed and planned once for a connection, not each time.

Django sends every statement as one text with its values in it, which the server has to parse and plan
anew. For most that is nothing; for a long one that answers a plate check it is half the work.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, `%(name)s` for each of its `values`, in the tenant's schema.

    Where the values' types cannot be told, the statement casts them: `%(name)s::bigint`. Another
    tenant on the same connection has its plan made anew by the server.
    """
    # The cursor sees to the search path and the connection's health, as for any other statement.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        link = cursor.connection
        link.prepare_threshold = link.prepare_threshold or 1
        with psycopg.Cursor(link) as own:
            own.execute(sql, values, prepare=True)
            return own.fetchall()
