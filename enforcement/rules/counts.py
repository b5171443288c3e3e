"""Which counts of vehicles can be kept, and why one cannot."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST = 1_000_000
CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
FIELDS = ("line", "zone", "counted", "at", "occupied", "capacity")
"""What may be wrong with a count, in the order in which it is told; in files `at` is `counted`."""


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


@dataclass(frozen=True, slots=True)
class Partly:
    """A line of a file that cannot be read as a count: what could be read of it, and what is wrong with the rest.

    What could not be read is None; a `capacity` that is not told is None as well.
    """

    line: int
    faults: list[Fault]
    zone: str | None = None
    counted_at: datetime | None = None
    occupied: int | None = None
    capacity: int | None = None
    unread: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unread", frozenset(fault.field for fault in self.faults))


def judge(told: Told | Partly, *, is_known: bool, own: int | None, at: datetime) -> list[Fault]:
    """Return everything for which a count cannot be kept, in the order in which files have it.

    `is_known` is whether there is such a zone, `own` how many spaces the program gives it.
    """
    faults = [*told.faults] if isinstance(told, Partly) else []
    unread = told.unread if isinstance(told, Partly) else frozenset()

    def wrong(name: str, value: object, reason: str) -> None:
        faults.append(Fault(told.line, name, "" if value is None else str(value), reason))

    if told.zone is not None and not is_known:
        wrong("zone", told.zone, "There is no such zone.")
    if told.counted_at is not None and told.counted_at > at + CLOCKS_MAY_DIFFER_BY:
        wrong("at", told.counted_at, "This instant has not come yet.")
    if told.occupied is not None and told.occupied < 0:
        wrong("occupied", told.occupied, "Fewer than no vehicles cannot stand there.")
    if told.occupied is not None and told.occupied > MOST:
        wrong("occupied", told.occupied, f"At most {MOST:,} can be counted.")
    capacity = own if told.capacity is None else told.capacity
    if capacity is not None and not 0 < capacity <= MOST:
        wrong("capacity", capacity, f"A zone that is counted has 1 to {MOST:,} spaces.")
    if capacity is None and told.zone is not None and is_known and "capacity" not in unread:
        wrong(
            "capacity",
            None,
            "The program has no capacity for this zone. Tell it with the count, or write it there.",
        )
    return sorted(faults, key=lambda fault: FIELDS.index(fault.field))
