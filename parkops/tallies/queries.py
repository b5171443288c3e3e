"""The figures as they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parkops.tallies.models import TallyCheck
from parkops.tenancy.postgresql import prepared

# In one statement: what is asked by every poll that brings something.
_FIGURES = """
SELECT name, 0::bigint, sum(n)::bigint FROM tallies_tally
 WHERE name = ANY(%(levels)s::varchar[]) AND at <= %(at)s
 GROUP BY name
 UNION ALL
SELECT name, extract(epoch FROM at)::bigint, n FROM tallies_tally
 WHERE name = ANY(%(flows)s::varchar[]) AND (at >= %(since)s AND at < %(until)s
    OR at >= %(before)s AND at < %(before_until)s)
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """How high levels are, by name; and what was added to flows: the name, the quarter of an hour, how much.

    What was added within the last minute is in rows of its own. The quarters are in seconds since 1970: reading
    an instant takes longer than all else of its row.
    """

    levels: dict[str, int]
    flows: list[tuple[str, int, int]]


def figures(
    levels: Sequence[str],
    flows: Sequence[str],
    *,
    at: datetime,
    span: tuple[datetime, datetime],
    before: tuple[datetime, datetime],
) -> Figures:
    """Return how high each of these levels is at `at`, and each of these flows in two spans of time."""
    values: dict[str, Any] = {
        "levels": list(levels),
        "flows": list(flows),
        "at": at,
        "since": span[0],
        "until": span[1],
        "before": before[0],
        "before_until": before[1],
    }
    found, added = dict.fromkeys(levels, 0), []
    for row in prepared.rows(_FIGURES, values):
        if row[0] in found:
            found[row[0]] = row[2]
        else:
            added.append(row)
    return Figures(found, added)


def last_check() -> TallyCheck | None:
    """Return what the last check of the figures found."""
    return TallyCheck.objects.order_by("-checked_at", "-id").first()
