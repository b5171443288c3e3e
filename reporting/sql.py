"""Plain SQL for figures over many rows, always in the current tenant's schema."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

AT_ONCE = 2_000


def rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return all rows of `query` with its named `values`."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def each(query: str, **values: Any) -> Iterator[list[tuple[Any, ...]]]:
    """Yield all rows of `query`, kept by the database, a few thousand at once."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while found := cursor.fetchmany(AT_ONCE):
            yield found


def row(query: str, **values: Any) -> tuple[Any, ...]:
    """Return the one row of `query` with its named `values`."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()
