"""The figures as they are kept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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

_SUMS = """
SELECT asked.name, (SELECT sum(n) FROM tallies_tally
                     WHERE name = asked.name AND at BETWEEN asked.since AND asked.until)::bigint
  FROM unnest(%(names)s::varchar[], %(since)s::timestamptz[], %(until)s::timestamptz[])
    AS asked (name, since, until)
"""
# '0' is the character after '/': between them lie all parts of a figure, in the order of their bytes.
_APART = """
SELECT asked.name, substr(part.name, length(asked.name) + 2), part.n
  FROM unnest(%(names)s::varchar[], %(since)s::timestamptz[], %(until)s::timestamptz[])
    AS asked (name, since, until)
 CROSS JOIN LATERAL
       (SELECT name, sum(n)::bigint AS n FROM tallies_tally
         WHERE name >= asked.name || '/' AND name < asked.name || '0'
           AND at BETWEEN asked.since AND asked.until
         GROUP BY name HAVING sum(n) <> 0) AS part
"""

Span = tuple[datetime, datetime]
"""Two instants; both belong to it."""


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


def until(at: datetime) -> Span:
    """Return the span whose sum is how high a level is at `at`."""
    return datetime.min.replace(tzinfo=UTC), at


def sums(asked: Mapping[str, Span]) -> dict[str, int]:
    """Return what was added to each of these figures within its span; one query."""
    return {name: n or 0 for name, n in prepared.rows(_SUMS, _values(asked))}


def apart(asked: Mapping[str, Span]) -> dict[str, dict[str, int]]:
    """Return the same of figures that are told apart, by what each part is of; those of zero are left out."""
    found: dict[str, dict[str, int]] = {name: {} for name in asked}
    for name, whom, n in prepared.rows(_APART, _values(asked)):
        found[name][whom] = n
    return found


def _values(asked: Mapping[str, Span]) -> dict[str, Any]:
    return {
        "names": list(asked),
        "since": [first for first, _ in asked.values()],
        "until": [last for _, last in asked.values()],
    }


def last_check() -> TallyCheck | None:
    """Return what the last check of the figures found."""
    return TallyCheck.objects.order_by("-checked_at", "-id").first()
