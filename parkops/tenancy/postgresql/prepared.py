"""Statements that are asked all day: parsed and planned once for a connection, not each time.

Django sends every statement as one text with its values in it, which the server has to parse and plan
anew. For most that is nothing; for a long one that answers a plate check it is half the work.
"""

import re
import time
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import psycopg
from django.db import connection

KEPT = 1_000
"""How many statements a connection keeps prepared."""


def rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, `%(name)s` for each of its `values`, in the tenant's schema.

    Where the values' types cannot be told, the statement casts them: `%(name)s::bigint`. The server
    plans for any values alike: a statement whose best plan depends on them is not for here. Each tenant
    has its own plan; a connection keeps the last that it used.
    """
    # The cursor sees to the search path and the connection's health, as for any other statement.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        link = cursor.connection
        if link.prepare_threshold is None:
            link.prepare_threshold, link.prepared_max = 1, KEPT
        with psycopg.RawCursor(link) as own:
            _sent(sql, values, own)
            return own.fetchall()


def _sent(sql: str, values: Mapping[str, Any], own: psycopg.RawCursor[Any]) -> None:
    """Send a statement, so that whoever counts the others counts it too."""

    def send(text: str, given: Mapping[str, Any], many: bool, context: Any) -> None:
        numbered, names = _numbered(text)
        # A plan is for one search path: under the same name, two tenants would take it from each other.
        mine = f"{numbered}\n-- {connection.schema_name}"
        own.execute(mine, [given[name] for name in names], prepare=True)

    began = time.monotonic()
    run: Any = send
    for wrapper in reversed(connection.execute_wrappers):
        run = partial(wrapper, run)
    run(sql, values, False, {"connection": connection, "cursor": own})
    if connection.queries_logged:
        took = f"{time.monotonic() - began:.3f}"
        connection.queries_log.append({"sql": sql, "time": took})


@cache
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement as the server has it, `$1` for the first value, and the names of its values.

    Reading a long one anew each time takes longer than its answer.
    """
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return re.sub(r"%\((\w+)\)s", number, sql), tuple(names)
