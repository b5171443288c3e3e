"""Which counts of vehicles can be kept, and why one cannot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from parkops.kernel.decisions import ALLOWED, Decision

MOST = 1_000_000
CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Told:
    """A count as it was told, on a line of a file or at a place of a batch, both from 1.

    `capacity` is None where the zone's own is meant.
    """

    line: int
    zone: str
    counted_at: datetime
    occupied: int
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a count is not kept: where it stands, the field, what it has there, and what would be right."""

    line: int
    field: str
    value: str
    reason: str


def judge(told: Told, *, capacity: int | None, at: datetime) -> tuple[str, Decision]:
    """Return whether a count of a known zone with `capacity` spaces can be kept; if not, its field."""
    if told.occupied < 0:
        return "occupied", Decision("negative", "Fewer than no vehicles cannot stand there.")
    if told.occupied > MOST:
        return "occupied", Decision("too_many", f"At most {MOST:,} can be counted.")
    if capacity is None:
        return "capacity", Decision(
            "no_capacity",
            "The program has no capacity for this zone. Tell it with the count, or write it there.",
        )
    if not 0 < capacity <= MOST:
        return "capacity", Decision("capacity", f"A zone that is counted has 1 to {MOST:,} spaces.")
    if told.counted_at > at + CLOCKS_MAY_DIFFER_BY:
        return "at", Decision("not_yet", "This instant has not come yet.")
    return "", ALLOWED
