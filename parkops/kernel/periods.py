"""What a stretch of time is: it includes its start and excludes its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of what has no end yet."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The instants from `start` (included) to `end` (excluded); aware, and kept in UTC.

    UTC, because Python compares two times of the same zone by what their clocks show, which in
    autumn is not when they are.

    :raises ValueError: if one has no zone, or the end is before the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period's start and end need a time zone")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise ValueError("a period cannot end before it starts")

    @classmethod
    def since(cls, start: datetime) -> "Period":
        """Return the period from `start` that has no end yet."""
        return cls(start, FOREVER)

    def __bool__(self) -> bool:
        return self.start < self.end

    @property
    def seconds(self) -> float:
        """Elapsed seconds, summer-time changes counted as what they are."""
        return (self.end - self.start).total_seconds()

    @property
    def minutes(self) -> int:
        """Elapsed whole minutes; a begun one is not counted."""
        return int(self.seconds // 60)

    def contains(self, at: datetime) -> bool:
        """Return whether `at` is inside: not before the start, before the end."""
        return self.start <= at.astimezone(UTC) < self.end

    def overlap(self, other: "Period") -> "Period | None":
        """Return what both cover, or None where that is nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def overlaps(self, other: "Period") -> bool:
        """Return whether there is an instant in both."""
        return self.overlap(other) is not None

    def split_by(self, cuts: Iterable[datetime]) -> list["Period"]:
        """Return the parts between `cuts`, in order; cuts outside cut nothing. None is empty."""
        inner = {at for cut in cuts if self.start < (at := cut.astimezone(UTC)) < self.end}
        edges = [self.start, *sorted(inner), self.end]
        return [Period(a, b) for a, b in zip(edges, edges[1:], strict=False) if a < b]

    def moved(self, by: timedelta) -> "Period":
        """Return the period moved by an elapsed time."""
        return Period(self.start + by, self.end + by)


def merged(periods: Iterable[Period]) -> list[Period]:
    """Return the same instants as the fewest periods, in order; touching ones join."""
    result: list[Period] = []
    for span in sorted(period for period in periods if period):
        if result and span.start <= result[-1].end:
            result[-1] = Period(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def common(one: Sequence[Period], other: Sequence[Period]) -> list[Period]:
    """Return the instants in both of two lists that `merged` made, as such a list."""
    result: list[Period] = []
    i = j = 0
    while i < len(one) and j < len(other):
        part = one[i].overlap(other[j])
        if part is not None:
            result.append(part)
        if one[i].end <= other[j].end:
            i += 1
        else:
            j += 1
    return result


def without(one: Sequence[Period], other: Sequence[Period]) -> list[Period]:
    """Return the instants of one list that `merged` made that are not in another, as such a list."""
    result: list[Period] = []
    j = 0
    for span in one:
        begins = span.start
        while j < len(other) and other[j].end <= begins:
            j += 1
        k = j
        while k < len(other) and other[k].start < span.end:
            if other[k].start > begins:
                result.append(Period(begins, other[k].start))
            begins = max(begins, other[k].end)
            k += 1
        if begins < span.end:
            result.append(Period(begins, span.end))
    return result
