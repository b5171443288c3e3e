"""Which vehicles' time is up or soon will be, so that officers return on time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from enforcement.models import Citation, Observation
from enforcement.queries import checks
from enforcement.queries.checks import Look
from enforcement.rules.stays import FORGOTTEN_AFTER
from enforcement.rules.verdicts import Verdict
from parkops.kernel.codes import code_key
from parkops.programme import queries as programme

SOON = timedelta(minutes=30)
"""Vehicles whose time is up within this are told of."""
MOST = 500


@dataclass(frozen=True, slots=True)
class Due:
    """A chalked vehicle with its zone, when it was seen last and by whom, and when its time is up."""

    plate: str
    region: str
    zone: str
    zone_name: str
    seen_at: datetime
    seen_by: str
    due_at: datetime
    verdict: Verdict
    minutes: int
    block_face: str = ""

    @property
    def is_up(self) -> bool:
        """Whether its time is up."""
        return self.minutes <= 0

    @property
    def is_late(self) -> bool:
        """Whether a citation may be written: its grace is over too."""
        return self.verdict in (Verdict.OVERTIME, Verdict.UNAUTHORIZED)


def due(*, at: datetime, zone: str = "") -> list[Due]:
    """Return the chalked vehicles in a zone (in all, if left out) whose time is up or will be soon,
    by when; those that were cited there since are left out. The queries do not grow with them."""
    rules = programme.in_force(at).programme
    limits = {code_key(z.code): z for z in rules.zones if z.max_stay is not None}
    if zone:
        limits = {key: z for key, z in limits.items() if key == code_key(zone)}
    if not limits:
        return []
    longest = max(z.max_stay.timedelta for z in limits.values() if z.max_stay) + FORGOTTEN_AFTER
    marks = Observation.objects.filter(seen_at__gt=at - longest, seen_at__lte=at)
    last = marks.order_by("plate_key", "region", "-seen_at", "-pk").distinct("plate_key", "region")
    here = [mark for mark in last if code_key(mark.zone_code) in limits and not mark.is_gone]
    here = sorted(here, key=lambda mark: mark.seen_at, reverse=True)[:MOST]
    looks = [Look(mark.plate_text, mark.region, mark.zone_code, at) for mark in here]
    cited = _cited([mark.plate_key for mark in here], since=at - longest, until=at)
    found = []
    for mark, timed in zip(here, checks.timed(looks), strict=True):
        ends_at = timed.due_at
        if ends_at is None or ends_at > at + SOON:
            continue
        place = limits[code_key(mark.zone_code)]
        since = cited.get((mark.plate_key, code_key(mark.zone_code)))
        if since is None or since < ends_at:
            left = ceil((ends_at - at) / timedelta(minutes=1))
            found.append(
                Due(
                    mark.plate_text,
                    mark.region,
                    place.code,
                    place.name,
                    mark.seen_at,
                    mark.seen_by,
                    ends_at,
                    timed.finding.verdict,
                    left,
                    mark.block_face,
                )
            )
    return sorted(found, key=lambda row: (row.due_at, row.zone, row.plate))


def counts(rows: Sequence[Due]) -> Counter[str]:
    """Return how many vehicles are due in each zone."""
    return Counter(row.zone for row in rows)


def _cited(
    plate_keys: Sequence[str], *, since: datetime, until: datetime
) -> dict[tuple[str, str], datetime]:
    rows = Citation.objects.counting().filter(
        plate_key__in=plate_keys, issued_at__gt=since, issued_at__lte=until
    )
    return {
        (key, code_key(zone)): issued_at
        for key, zone, issued_at in rows.order_by("issued_at", "pk").values_list(
            "plate_key", "zone_code", "issued_at"
        )
    }
