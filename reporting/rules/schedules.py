"""When a schedule is due: by the clock on the tenant's wall, whatever summer time does to it."""

from calendar import day_name, monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from parkops.kernel.dates import MINUTES_PER_DAY, local_date, local_instant
from parkops.kernel.decisions import ALLOWED, Decision

WEEKDAYS = tuple(name.lower() for name in day_name)
"""What programs call the days of the week, Monday first."""
LAST_DAY = 31
"""The day of the month that is its last, however long it is."""
_LOOKED_AT = 64
"""Days within which every schedule is due at least once."""


class Every(StrEnum):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every day, or on a day of each week (0 is Monday) or month, at this minute of the local day."""

    every: Every
    minute: int
    weekday: int = 0
    day: int = 1

    @property
    def clock(self) -> str:
        """The local time: 07:00."""
        return f"{self.minute // 60:02}:{self.minute % 60:02}"

    @property
    def text(self) -> str:
        """The rhythm in words: "Every Monday at 07:00"."""
        clock = self.clock
        if self.every is Every.DAY:
            return f"Every day at {clock}"
        if self.every is Every.WEEK:
            return f"Every {day_name[self.weekday]} at {clock}"
        if self.day == LAST_DAY:
            return f"On the last day of each month at {clock}"
        return f"On day {self.day} of each month at {clock}"


def may_be(rhythm: Rhythm) -> Decision:
    """Decide whether there is such a rhythm."""
    if not 0 <= rhythm.minute < MINUTES_PER_DAY:
        return Decision("minute", "A time of day is from 00:00 to 23:59.", "time")
    if not 0 <= rhythm.weekday <= 6:
        return Decision("weekday", "A day of the week is from 0, Monday, to 6.", "weekday")
    if not 1 <= rhythm.day <= LAST_DAY:
        return Decision("day", "A day of the month is from 1 to 31; 31 is its last.", "day")
    return ALLOWED


def is_on(rhythm: Rhythm, day: date) -> bool:
    """Return whether the rhythm falls on a local day; the 29th to 31st on a short month's last."""
    if rhythm.every is Every.DAY:
        return True
    if rhythm.every is Every.WEEK:
        return day.weekday() == rhythm.weekday
    return day.day == min(rhythm.day, monthrange(day.year, day.month)[1])


def next_due(rhythm: Rhythm, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) later than `after` at which the rhythm is due.

    A time that clocks show twice is the first of the two; one that they skip is as many minutes after the
    change as it would have been after the skipped hour began.
    """
    first = local_date(after, zone) - timedelta(days=1)
    for day in (first + timedelta(days=n) for n in range(_LOOKED_AT)):
        if is_on(rhythm, day):
            due = local_instant(day, rhythm.minute, zone)
            if due > after:
                return due
    raise ValueError(f"{rhythm.text} is never due")


def latest_due(rhythm: Rhythm, at: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant (UTC) not later than `at` at which the rhythm was due."""
    last = local_date(at, zone) + timedelta(days=1)
    for day in (last - timedelta(days=n) for n in range(_LOOKED_AT)):
        if is_on(rhythm, day):
            due = local_instant(day, rhythm.minute, zone)
            if due <= at:
                return due
    raise ValueError(f"{rhythm.text} was never due")
