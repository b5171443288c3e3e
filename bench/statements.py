"""How many statements a request sends to the database, read off the wire."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack

from django.db import connection


def sent(ask: Callable[[], object]) -> list[str]:
    """Return what the connection sends while `ask` runs: the statements, as libpq's trace has them.

    Nothing in Python can hide one: a `SET search_path`, a `BEGIN` and a health check count too.
    """
    connection.ensure_connection()
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile("w+"))
        wire = connection.connection.pgconn
        wire.trace(file.fileno())
        try:
            ask()
        finally:
            wire.untrace()
        file.seek(0)
        lines = file.read().splitlines()
    return [line.split('"', 1)[1][:60] for line in lines if _is_statement(line)]


def _is_statement(line: str) -> bool:
    parts = line.split("\t")
    return "F" in parts and any(part in {"Query", "Bind"} for part in parts)
