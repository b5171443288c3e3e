"""The figures as they are kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from parkops.tallies.models import TallyCheck
from parkops.tenancy.postgresql import prepared

# In one statement, and each figure by its own stretch of the index: every poll that brings something asks it.
_FIGURES = """
SELECT level.name, 0, 0, (SELECT sum(n) FROM tallies_tally
                           WHERE name = level.name AND at <= %(at)s::timestamptz)::bigint
  FROM unnest(%(levels)s::varchar[]) AS level (name)
 UNION ALL
SELECT flow.name, span.number, hour.of_day, hour.n
  FROM unnest(%(flows)s::varchar[]) AS flow (name)
 CROSS JOIN (VALUES (1, %(since)s::timestamptz, %(until)s::timestamptz),
                    (2, %(before)s::timestamptz, %(before_until)s::timestamptz)) AS span (number, first, past)
 CROSS JOIN LATERAL
       (SELECT extract(hour FROM at AT TIME ZONE %(zone)s::text)::int AS of_day, sum(n)::bigint AS n
          FROM tallies_tally
         WHERE name = flow.name AND at >= span.first AND at < span.past
         GROUP BY 1) AS hour
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """How high levels are, and what was added to flows in two spans, each by the local hour of the day."""

    levels: dict[str, int]
    flows: dict[str, dict[int, int]]
    before: dict[str, dict[int, int]]


def figures(
    levels: Sequence[str],
    flows: Sequence[str],
    *,
    at: datetime,
    span: tuple[datetime, datetime],
    before: tuple[datetime, datetime],
    zone: ZoneInfo,
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
        "zone": zone.key,
    }
    found = Figures({}, defaultdict(dict), defaultdict(dict))
    for name, number, hour, n in prepared.rows(_FIGURES, values):
        if number == 0:
            found.levels[name] = n or 0
        else:
            (found.flows if number == 1 else found.before)[name][hour] = n
    return found


def last_check() -> TallyCheck | None:
    """Return what the last check of the figures found."""
    return TallyCheck.objects.order_by("-checked_at", "-id").first()
