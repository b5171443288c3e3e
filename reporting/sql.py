"""Plain SQL for figures over many rows, always in the current tenant's schema."""

from typing import Any

from django.db import connection


def rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return all rows of `query` with its named `values`."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def row(query: str, **values: Any) -> tuple[Any, ...]:
    """Return the one row of `query` with its named `values`."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()
