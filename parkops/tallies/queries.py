"""The figures as they are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from parkops.tallies.models import TallyCheck
from parkops.tenancy.postgresql import prepared

_LEVELS = """
SELECT name, sum(n)::bigint FROM tallies_tally WHERE name = ANY(%(names)s::varchar[]) AND at <= %(at)s
 GROUP BY name
"""
_FLOWS = """
SELECT name, at, sum(n)::bigint FROM tallies_tally
 WHERE name = ANY(%(names)s::varchar[]) AND (at >= %(since)s AND at < %(until)s
    OR at >= %(before)s AND at < %(before_until)s)
 GROUP BY name, at
"""


def levels(names: Sequence[str], at: datetime) -> dict[str, int]:
    """Return how high each of these levels is at `at`."""
    found = dict(prepared.rows(_LEVELS, {"names": list(names), "at": at}))
    return {name: found.get(name, 0) for name in names}


def flows(
    names: Sequence[str],
    span: tuple[datetime, datetime],
    before: tuple[datetime, datetime],
) -> list[tuple[str, datetime, int]]:
    """Return what there was of each of these flows in every quarter of an hour of two spans of time."""
    values: dict[str, Any] = {
        "names": list(names),
        "since": span[0],
        "until": span[1],
        "before": before[0],
        "before_until": before[1],
    }
    return prepared.rows(_FLOWS, values)


def last_check() -> TallyCheck | None:
    """Return what the last check of the figures found."""
    return TallyCheck.objects.order_by("-checked_at", "-id").first()
