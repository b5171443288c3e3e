"""How figures are kept: added to by the acts that change what they count, added up, and checked."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.kernel.tallies import EVER, Steps, moved, quarter
from parkops.tallies import truths
from parkops.tallies.models import TallyCheck

logger = logging.getLogger(__name__)

FLOWS_KEPT = timedelta(days=15)
"""Longer than the same weekday a week before, in every zone."""
CHECKED = timedelta(days=8)
CHECKS_KEPT = timedelta(days=90)
MOST_TOLD = 100

_ADD = """
INSERT INTO tallies_tally (name, at, n)
SELECT * FROM unnest(%s::varchar[], %s::timestamptz[], %s::bigint[])
"""

# Under a lock of its own, so that two workers do not add up the same rows; acts go on adding meanwhile.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.tallies_tally'))"
# Two checks that counted at once would both add what is missing: the second waits, and sees it there.
_WAIT = "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.tallies_tally'))"
_ADD_UP = """
WITH told AS (
  SELECT id, name, n,
         CASE WHEN split_part(name, '/', 1) = ANY(%(levels)s) AND at <= %(now)s THEN %(ever)s ELSE at END AS at
    FROM tallies_tally
), many AS (
  SELECT name, at, sum(n) AS n, array_agg(id) AS ids FROM told GROUP BY name, at HAVING count(*) > 1
), gone AS (
  DELETE FROM tallies_tally WHERE id IN (SELECT unnest(ids) FROM many)
)
INSERT INTO tallies_tally (name, at, n) SELECT name, at, n FROM many WHERE n <> 0
"""

# One statement, so that rows and figures are seen at the same instant: what an act wrote with its rows
# is in both or in neither.
_CHECK = """
WITH truth (name, at, n) AS ({truths}), kept AS (
  SELECT name, at, n FROM tallies_tally
   WHERE split_part(name, '/', 1) = ANY(%(levels)s)
      OR split_part(name, '/', 1) = ANY(%(flows)s) AND at >= %(since)s
), told AS (
  SELECT name, n,
         CASE WHEN split_part(name, '/', 1) = ANY(%(levels)s) AND at <= %(now)s THEN %(ever)s ELSE at END AS at
    FROM (SELECT name, at, n FROM truth UNION ALL SELECT name, at, -n FROM kept) AS both_of_them
)
INSERT INTO tallies_tally (name, at, n)
SELECT name, at, sum(n) FROM told GROUP BY name, at HAVING sum(n) <> 0
RETURNING name, at, n
"""

_ZONE = "SELECT timezone FROM public.tenancy_tenant WHERE schema_name = current_schema()"

_FORGET = (
    "DELETE FROM tallies_tally WHERE split_part(name, '/', 1) = ANY(%(flows)s) AND at < %(before)s"
)


def add(steps: Steps) -> None:
    """Add to the figures; part of the act that wrote the rows which they count."""
    if steps:
        with connection.cursor() as cursor:
            cursor.execute(
                _ADD,
                [[name for name, _ in steps], [at for _, at in steps], list(steps.values())],
            )


@contextmanager
def following(counted: Callable[[], Steps]) -> Iterator[None]:
    """Add to the figures what the block changes in what a row adds to them."""
    before = counted()
    yield
    add(moved(before, counted()))


@transaction.atomic
def add_up(*, at: datetime) -> None:
    """Make one row of those that are added up anyway; the figures stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if cursor.fetchone()[0]:
            cursor.execute(_ADD_UP, {"levels": truths.levels(), "now": at, "ever": EVER})


@transaction.atomic
def check(*, at: datetime) -> TallyCheck:
    """Count all figures from their rows, mend those that drifted, and keep what was found."""
    drifts = _mended(at)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"flows": truths.flows(), "before": at - FLOWS_KEPT})
    TallyCheck.objects.filter(checked_at__lt=at - CHECKS_KEPT).delete()
    if drifts:
        told = drifts[:MOST_TOLD]
        logger.error("%d figures had drifted and were mended: %s", len(drifts), told)
        audit.record(
            "figures.mended", subject=("figures", "tallies"), actor=SYSTEM, at=at, drifts=told
        )
    return TallyCheck.objects.create(checked_at=at, drifted=len(drifts), drifts=drifts[:MOST_TOLD])


def begin(*, at: datetime) -> None:
    """Let the figures begin with the rows there are."""
    _mended(at)


def _mended(at: datetime) -> list[list[str | int]]:
    """Add to the figures what the rows say beyond them; returns that: name, instant, by how much."""
    query = _CHECK.replace("{truths}", "\nUNION ALL\n".join(t.query for t in truths.registered()))
    values: dict[str, Any] = {
        "levels": truths.levels(),
        "flows": truths.flows(),
        "now": at,
        "ever": EVER,
        "since": quarter(at - CHECKED),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ZONE)
        [values["zone"]] = cursor.fetchone() or ["UTC"]
        cursor.execute(_WAIT)
        cursor.execute(query, values)
        return [[name, moment.isoformat(), int(n)] for name, moment, n in cursor.fetchall()]
