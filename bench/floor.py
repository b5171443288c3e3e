"""The floor: what the database alone gives, asked by psycopg with prepared statements."""

import multiprocessing
import random
import time
from collections.abc import Sequence
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

PROCESSES = 2

# The one statement that finds what a plate may stand by: the heart of a check.
DECIDES = """
SELECT p.number, r.ends_at, p.programme_version, p.type_code, p.suspended_at, p.cancelled_at, p.revoked_at
  FROM permits_plateright r JOIN permits_permit p ON p.id = r.permit_id
 WHERE r.plate_key = %s AND r.starts_at <= now() AND r.ends_at > now() AND r.removed_at IS NULL
   AND p.paid_at <= now()
 ORDER BY r.ends_at DESC LIMIT 1
"""
Statement = tuple[str, Any]


def deciding_rate(schema: str, plates: Sequence[str], *, seconds: float) -> float:
    """Return how many times a second the one deciding statement is answered."""
    return _rate(schema, [[(DECIDES, (plate,))] for plate in plates], seconds)


def whole_rate(schema: str, checks: Sequence[Sequence[Statement]], *, seconds: float) -> float:
    """Return how many times a second all statements of a check are, its record committed."""
    return _rate(schema, checks, seconds)


def _rate(schema: str, rounds: Sequence[Sequence[Statement]], seconds: float) -> float:
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
        parameters.pop(name, None)
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        jobs = [(parameters, schema, rounds, seconds, number) for number in range(PROCESSES)]
        return sum(pool.starmap(_process, jobs)) / seconds


def _process(parameters, schema: str, rounds, seconds: float, number: int) -> int:
    count, pick = 0, random.Random(number)
    with psycopg.connect(**parameters, autocommit=True, prepare_threshold=0) as session:
        session.execute(f'SET search_path = "{schema}", public')
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            statements = pick.choice(rounds)
            if len(statements) == 1:
                session.execute(*statements[0]).fetchall()
            else:
                with session.transaction():
                    for text, values in statements:
                        cursor = session.execute(text, _anew(values))
                        if cursor.description:
                            cursor.fetchall()
            count += 1
    return count


def _fresh(value: Any) -> Any:
    """Return a parameter anew: the reference of a record is there once."""
    return uuid4() if isinstance(value, UUID) else value


def plain(values: Any) -> Any:
    """Return a statement's parameters as another process can take them."""
    if isinstance(values, dict):
        return {name: _plain(value) for name, value in values.items()}
    return [_plain(value) for value in values or ()]


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return Jsonb(value.obj) if isinstance(value, Jsonb) else value


def _anew(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: _fresh(value) for name, value in values.items()}
    return [_fresh(value) for value in values]
