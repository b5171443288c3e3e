"""Like cases: appeals of the same violation on the same grounds, and how they ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from enforcement.models import Appeal
from enforcement.queries.words import OUTCOMES, Word
from enforcement.rules import reviewing
from enforcement.rules.reviewing import Likeness

LOOKS_BACK = timedelta(days=730)
MOST = 200
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Ending:
    """So many of the like cases ended in this way."""

    word: Word
    count: int


@dataclass(frozen=True, slots=True)
class Precedents:
    """The like cases of an appeal: how many, how they ended, and the nearest of them."""

    alike: int
    in_zone: int
    endings: list[Ending]
    nearest: list[Appeal]


def like(appeal: Appeal, *, at: datetime) -> list[Appeal]:
    """Return the like cases that were decided in the two years before `at`, newest first."""
    rows = Appeal.objects.filter(
        grounds=appeal.grounds,
        citation__violation_code=appeal.citation.violation_code,
        decided_at__lt=at,
        decided_at__gte=at - LOOKS_BACK,
    ).exclude(outcome=Appeal.Outcome.WITHDRAWN)
    rows = rows.exclude(citation_id=appeal.citation_id).select_related("citation")
    return list(rows.order_by("-decided_at", "-pk")[:MOST])


def precedents_of(appeal: Appeal, *, at: datetime) -> Precedents:
    """Return the like cases of an appeal as a page shows them, those of its zone first."""
    rows = like(appeal, at=appeal.decided_at or at)
    zone = appeal.citation.zone_code
    here = [row for row in rows if row.citation.zone_code == zone]
    counts = Counter(row.outcome for row in rows)
    return Precedents(
        alike=len(rows),
        in_zone=len(here),
        endings=[Ending(OUTCOMES[name], n) for name, n in counts.most_common()],
        nearest=[*here, *(row for row in rows if row not in here)][:SHOWN],
    )


def likeness(outcome: str, rows: Sequence[Appeal]) -> Likeness:
    """Return how an outcome stands beside those of like cases."""
    return reviewing.likeness(outcome, [row.outcome for row in rows])
