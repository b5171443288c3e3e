"""Local dates and instants: calendar days, months, midnights, and durations that mix both."""

import re
from calendar import monthrange
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.periods import Period
from parkops.kernel.texts import joined, say_n

_DURATION = re.compile(r"(?:(?P<d>[0-9]{1,5})d)?(?:(?P<h>[0-9]{1,5})h)?(?:(?P<m>[0-9]{1,6})m)?")
MINUTES_PER_DAY = 24 * 60
YEARS = range(1900, 3000)
"""The years that days and instants may be given in."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar days, kept apart from elapsed minutes: a day may have 23, 24 or 25 hours."""

    days: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Return the duration that `15m`, `2h`, `3d` or `1h30m` says.

        :raises ValueError: if `text` says none.
        """
        form = _DURATION.fullmatch(text)
        if form is None or not text:
            raise ValueError(f"{text!r} is not a duration such as 15m, 2h, 3d or 1h30m")
        return cls(int(form["d"] or 0), int(form["h"] or 0) * 60 + int(form["m"] or 0))

    @classmethod
    def of(cls, span: timedelta) -> "Duration":
        """Return an elapsed time as days of 24 hours and whole minutes."""
        days, rest = divmod(span, timedelta(days=1))
        return cls(days, rest // timedelta(minutes=1))

    def __bool__(self) -> bool:
        return bool(self.days or self.minutes)

    def __str__(self) -> str:
        hours, minutes = divmod(self.minutes, 60)
        parts = [(self.days, "d"), (hours, "h"), (minutes, "m")]
        return "".join(f"{n}{unit}" for n, unit in parts if n) or "0m"

    @property
    def total_minutes(self) -> int:
        """Minutes with every day counted as 24 hours: for comparing, not for the calendar."""
        return self.days * MINUTES_PER_DAY + self.minutes

    @property
    def timedelta(self) -> timedelta:
        """The same as an elapsed time, every day counted as 24 hours."""
        return timedelta(minutes=self.total_minutes)

    @property
    def text(self) -> str:
        """The duration in words: "3 days", "1 hour 30 minutes"."""
        hours, minutes = divmod(self.minutes, 60)
        words = [
            *([say_n("{n} day", "{n} days", self.days)] if self.days else []),
            *([say_n("{n} hour", "{n} hours", hours)] if hours else []),
            *([say_n("{n} minute", "{n} minutes", minutes)] if minutes else []),
        ]
        if not words:
            return say_n("{n} minute", "{n} minutes", 0)
        return words[0] if len(words) == 1 else joined(words)

    def after(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant (UTC) this long after `at`: first the calendar days at the same
        local time, then the elapsed minutes."""
        return _days_on(at, self.days, zone) + timedelta(minutes=self.minutes)

    def before(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant (UTC) this long before `at`; days by the calendar."""
        return _days_on(at, -self.days, zone) - timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A local date and time of day (minutes after midnight); where it is depends on the zone."""

    on: date
    minute: int = 0

    def instant(self, zone: ZoneInfo) -> datetime:
        """Return the instant (UTC) at which the clocks of `zone` show it, the first of two."""
        return local_instant(self.on, self.minute, zone)

    def __str__(self) -> str:
        if not self.minute:
            return self.on.isoformat()
        return f"{self.on.isoformat()} {self.minute // 60:02}:{self.minute % 60:02}"


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """Return the date that the calendars of `zone` show at the instant `at`."""
    return at.astimezone(zone).date()


def local_instant(on: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the clocks of `zone` show this minute of `on`.

    A time shown twice is the first of the two; one that a summer-time change skips is the
    instant as many minutes after the change as it is after the skipped hour's start.
    `minute` may be 1440 or more: the day after.
    """
    wall = datetime(on.year, on.month, on.day, tzinfo=None) + timedelta(minutes=minute)  # noqa: DTZ001
    return wall.replace(tzinfo=zone).astimezone(UTC)


def midnight(on: date, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the local day `on` begins."""
    return local_instant(on, 0, zone)


def last_time(minute: int, zone: ZoneInfo, at: datetime) -> datetime:
    """Return the last instant (UTC), `at` at the latest, when a clock of `zone` showed this minute of its day."""
    today = local_date(at, zone)
    then = local_instant(today, minute, zone)
    return then if then <= at else local_instant(today - timedelta(days=1), minute, zone)


def local_day(on: date, zone: ZoneInfo) -> Period:
    """Return the period of the local day: 23, 24 or 25 hours."""
    return Period(midnight(on, zone), midnight(on + timedelta(days=1), zone))


def local_days(period: Period, zone: ZoneInfo) -> list[tuple[date, Period]]:
    """Return the part of `period` on each local day that it touches, in order."""
    first, last = local_date(period.start, zone), local_date(period.end, zone)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    parts = [(day, local_day(day, zone).overlap(period)) for day in days]
    return [(day, part) for day, part in parts if part is not None]


def add_months(on: date, months: int) -> date:
    """Return the same day `months` later, or that month's last day where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def rolling_end(start: date, months: int) -> date:
    """Return the first day after `months` months that begin on `start`.

    28 January and one month is 28 February (the last day is the 27th); 29, 30 and 31 January
    end after the 28th, so 1 March. A renewal counts from the first start, with all months
    together, so that the day never drifts.
    """
    end = add_months(start, months)
    return end if end.day == start.day else end + timedelta(days=1)


def months_touched(start: date, end: date) -> int:
    """Return how many calendar months have a day in [start, end)."""
    if end <= start:
        return 0
    last = end - timedelta(days=1)
    return (last.year - start.year) * 12 + last.month - start.month + 1


def half_months_touched(start: date, end: date) -> int:
    """Return how many half months (1st-15th, 16th-end) have a day in [start, end)."""
    if end <= start:
        return 0
    last = end - timedelta(days=1)
    halves = ((last.year - start.year) * 12 + last.month - start.month) * 2
    return halves + (last.day > 15) - (start.day > 15) + 1


def is_business_day(on: date, holidays: Container[date] = ()) -> bool:
    """Return whether `on` is neither a Saturday, a Sunday nor one of `holidays`."""
    return on.weekday() < 5 and on not in holidays


def days_after(
    on: date, days: int, *, business: bool = False, holidays: Container[date] = ()
) -> date:
    """Return the date `days` days after `on`; only business days are counted if `business`."""
    if not business:
        return on + timedelta(days=days)
    while days > 0:
        on += timedelta(days=1)
        days -= is_business_day(on, holidays)
    return on


def year_of(on: date, starts: tuple[int, int]) -> date:
    """Return the first day of the year that holds `on`, where a year starts on (month, day)."""
    year = on.year if (on.month, on.day) >= starts else on.year - 1
    month, day = starts
    if day > monthrange(year, month)[1]:
        return date(year, 3, 1)
    return date(year, month, day)


def _days_on(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    if not days:
        return at.astimezone(UTC)
    local = at.astimezone(zone)
    moved = local.replace(tzinfo=None, fold=0) + timedelta(days=days)
    return moved.replace(tzinfo=zone, fold=local.fold).astimezone(UTC)
