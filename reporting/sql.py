"""Plain SQL for figures over many rows, always in the current tenant's schema."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection

AT_ONCE = 500
"""More do not stay in the processor's own memory while they are worked on."""


def rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return all rows of `query` with its named `values`."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def each(query: str, **values: Any) -> Iterator[list[tuple[Any, ...]]]:
    """Yield all rows of `query` as they come, a few hundred at once; never more are held.

    Outside a transaction they come by a connection of their own: the database reads on while these are worked
    on, and this connection stays free to say how far the work is.
    """
    if connection.in_atomic_block:
        with connection.chunked_cursor() as cursor:
            cursor.execute(query, values)
            while found := cursor.fetchmany(AT_ONCE):
                yield found
        return
    own = connection.copy()
    own.set_tenant(connection.tenant)
    try:
        with own.cursor() as cursor, own.wrap_database_errors:
            coming = cursor.cursor.stream(query, values, size=AT_ONCE)
            while found := list(islice(coming, AT_ONCE)):
                yield found
    finally:
        own.close()


def row(query: str, **values: Any) -> tuple[Any, ...]:
    """Return the one row of `query` with its named `values`."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()
