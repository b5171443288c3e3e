"""What cameras found that an officer on shift is to look at: on the beat, in the last half hour."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from enforcement.cameras.models import PlateRead
from enforcement.models import Citation
from enforcement.queries import crew
from enforcement.queries.words import VERDICTS, Word
from enforcement.rules.verdicts import Verdict
from parkops.programme import queries as programme

FRESH = timedelta(minutes=30)
"""A vehicle that was read longer ago has probably gone."""
MOST = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A vehicle that a camera found, with what its check said, and whether this officer goes there."""

    read: PlateRead
    word: Word
    alerts: tuple[str, ...]
    is_mine: bool

    @property
    def check(self) -> str:
        """The reference of its check."""
        return str(self.read.check_record.reference) if self.read.check_record else ""

    @property
    def plate(self) -> str:
        """The plate that was checked."""
        return self.read.settled_text


def hits_for(officer_ref: str, zone: str, *, at: datetime) -> list[Hit]:
    """Return what cameras found on the beat of an officer, else in the zone that they work in (empty:
    anywhere), newest first. What was cited since, and what another officer goes to, is left out."""
    rules = programme.in_force(at).programme
    shift = crew.shift_of(officer_ref)
    zones: Sequence[str] = shift.beat.zones if shift and shift.beat else [zone] if zone else []
    fresh = PlateRead.objects.filter(is_hit=True, taken_at__gt=at - FRESH, taken_at__lte=at)
    rows = fresh.filter(going_ref__in=("", officer_ref), check_record__isnull=False)
    found = [
        read
        for read in rows.select_related("camera", "check_record").order_by("-taken_at", "-pk")
        if not zones or rules.covers(zones, read.zone_code)
    ][:MOST]
    keys = {read.check_record.plate_key for read in found if read.check_record}
    cited = Citation.objects.filter(plate_key__in=keys, issued_at__gt=at - FRESH)
    last = {row.plate_key: row.issued_at for row in cited.order_by("issued_at", "pk")}
    return [_hit(read, officer_ref) for read in found if not _is_cited(read, last)]


def version_of(hits: Sequence[Hit]) -> str:
    """Return a short text that is another one once the list has changed."""
    told = [f"{hit.read.reference}{hit.is_mine}" for hit in hits]
    return hashlib.sha256("".join(told).encode()).hexdigest()[:16]


def _is_cited(read: PlateRead, last: dict[str, datetime]) -> bool:
    check = read.check_record
    return check is not None and check.plate_key in last and last[check.plate_key] >= read.taken_at


def _hit(read: PlateRead, officer_ref: str) -> Hit:
    check = read.check_record
    answer = check.answer if check else {}
    alerts = tuple(str(alert["text"]) for alert in answer.get("alerts", []))
    verdict = Verdict(check.verdict) if check else Verdict.UNAUTHORIZED
    return Hit(
        read, VERDICTS[verdict], alerts, bool(read.going_ref) and read.going_ref == officer_ref
    )
