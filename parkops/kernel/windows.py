"""When something holds: days of the week, hours, seasons, exceptions and declared events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from parkops.kernel.codes import code_key
from parkops.kernel.dates import MINUTES_PER_DAY
from parkops.kernel.periods import Period, merged
from parkops.kernel.texts import MONTHS, joined, listed, say

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_DAY = frozenset(range(7))
ALL_DAY = ((0, MINUTES_PER_DAY),)

ODD, EVEN = "odd", "even"

MonthDay = tuple[int, int]
Events = Mapping[str, Sequence[Period]]
"""When each event is on, by `code_key` of its code."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Named local dates, as ranges that include both ends: holidays, a winter break."""

    ranges: tuple[tuple[date, date], ...] = ()

    def __contains__(self, on: object) -> bool:
        return isinstance(on, date) and any(first <= on <= last for first, last in self.ranges)


Calendars = Mapping[str, Calendar]
"""The calendars by `code_key` of their codes."""


def falls_in(day: MonthDay, season: tuple[MonthDay, MonthDay]) -> bool:
    """Return whether a day of the year is in a season, both ends included; it may span New Year."""
    first, last = season
    return first <= day <= last if first <= last else day >= first or day <= last


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the days that match; the hours belong to the day that they start on.

    `days` are 0 (Monday) to 6. `hours` are (start, end) in minutes after midnight, the end
    excluded; where it is not after the start it is on the next day. `season` is two (month, day),
    both included; it spans New Year where the first is the later. `exceptions` are calendar
    codes. `weeks` are which of its weekday in the month a day is, 1 to 5 (empty: any), and `dates`
    only `odd` or only `even` days of the month. With `during`, only the instants at which that event is on count.
    """

    days: frozenset[int] = EVERY_DAY
    hours: tuple[tuple[int, int], ...] = ALL_DAY
    season: tuple[MonthDay, MonthDay] | None = None
    exceptions: tuple[str, ...] = ()
    during: str | None = None
    weeks: frozenset[int] = frozenset()
    dates: str = ""

    @property
    def is_always(self) -> bool:
        """Whether it leaves no instant out."""
        return self == ALWAYS

    def starts_on(self, day: date, calendars: Calendars) -> bool:
        """Return whether the window has hours that start on `day`; events aside."""
        if day.weekday() not in self.days:
            return False
        if self.weeks and (day.day - 1) // 7 + 1 not in self.weeks:
            return False
        if self.dates and (day.day % 2 == 1) is not (self.dates == ODD):
            return False
        if self.season is not None and not falls_in((day.month, day.day), self.season):
            return False
        return not any(day in calendars.get(code_key(code), ()) for code in self.exceptions)

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the hours that start on `day` as wall-clock times without a zone."""
        zero = datetime(day.year, day.month, day.day, tzinfo=None)  # noqa: DTZ001
        lengths = [
            (start, end if end > start else end + MINUTES_PER_DAY) for start, end in self.hours
        ]
        return [(zero + timedelta(minutes=a), zero + timedelta(minutes=b)) for a, b in lengths]


ALWAYS = Window()


def holds(
    windows: Sequence[Window],
    at: datetime,
    *,
    zone: ZoneInfo,
    calendars: Calendars | None = None,
    events: Events | None = None,
) -> bool:
    """Return whether any of `windows` holds at the instant `at`, by the clocks of `zone`.

    What the clocks show decides: an hour shown twice in autumn counts both times.
    """
    at = at.astimezone(UTC)
    wall = at.astimezone(zone).replace(tzinfo=None)
    nearby = (wall.date(), wall.date() - timedelta(days=1))
    return any(
        start <= wall < end
        for window in windows
        if window.during is None or _is_on(window.during, at, events)
        for day in nearby
        if window.starts_on(day, calendars or {})
        for start, end in window.spans(day)
    )


def periods(
    windows: Sequence[Window],
    between: Period,
    *,
    zone: ZoneInfo,
    calendars: Calendars | None = None,
    events: Events | None = None,
) -> list[Period]:
    """Return when any of `windows` holds inside `between`: in UTC, in order, touching ones joined.

    Exactly the instants at which `holds` says yes.
    """
    found: list[Period] = []
    offsets = _offsets(between, zone)
    for window in windows:
        spans = _periods_of(window, between, offsets, zone, calendars or {})
        if window.during is not None:
            on = (events or {}).get(code_key(window.during), ())
            spans = [part for span in spans for event in on if (part := span.overlap(event))]
        found += spans
    return merged(found)


def next_change(
    windows: Sequence[Window],
    at: datetime,
    *,
    zone: ZoneInfo,
    calendars: Calendars | None = None,
    events: Events | None = None,
    within: timedelta = timedelta(days=400),
) -> datetime | None:
    """Return the first instant after `at` (UTC) from which `holds` says the opposite.

    None where nothing changes for `within`.
    """
    at = at.astimezone(UTC)
    reach = timedelta(days=2)
    while True:
        reach = min(reach, within)
        spans = periods(
            windows, Period(at, at + reach), zone=zone, calendars=calendars, events=events
        )
        edges = [edge for span in spans[:1] for edge in (span.start, span.end)]
        for edge in edges:
            if at < edge < at + reach:
                return edge
        if reach >= within:
            return None
        reach *= 4


def describe(windows: Sequence[Window]) -> str:
    """Return the windows in words: "always", "Mon-Fri 07:00-17:30 and Sat 09:00-12:00", "never"."""
    if not windows:
        return say("never")
    texts = [_described(window) for window in windows]
    return texts[0] if len(texts) == 1 else listed(texts)


def clock(minute: int) -> str:
    """Return a minute of the day as clocks show it: 450 is "07:30", 1440 is "24:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def day_names(days: frozenset[int]) -> str:
    """Return days as a window writes them: "Mon-Fri", "Fri-Mon", "Mon,Wed,Fri-Sat"."""
    if days == EVERY_DAY:
        return say("Mon-Sun")
    firsts = [day for day in range(7) if day in days and (day - 1) % 7 not in days]
    runs = []
    for first in firsts:
        last = first
        while (last + 1) % 7 in days:
            last = (last + 1) % 7
        begin, end = say(DAY_NAMES[first]), say(DAY_NAMES[last])
        runs.append(begin if first == last else joined([begin, end], "-"))
    return runs[0] if len(runs) == 1 else joined(runs, ",")


@lru_cache(maxsize=512)
def _described(window: Window) -> str:
    if window.is_always:
        return say("always")
    days = say("daily") if window.days == EVERY_DAY else day_names(window.days)
    hours = ", ".join(f"{clock(start)}-{clock(end)}" for start, end in window.hours)
    parts = [days if window.hours == ALL_DAY else joined([days, hours])]
    if window.weeks:
        numbers = ", ".join(str(week) for week in sorted(window.weeks))
        parts.append(say("in weeks {numbers} of the month", numbers=numbers))
    if window.dates:
        parts.append(say("on odd dates") if window.dates == ODD else say("on even dates"))
    if window.season is not None:
        first, last = window.season
        dates = {"first": _month_day(first), "last": _month_day(last)}
        parts.append(say("from {first} to {last}", **dates))
    if window.exceptions:
        parts.append(say("except {calendars}", calendars=joined(window.exceptions, " and ")))
    if window.during is not None:
        parts.append(say("while {event} is on", event=window.during))
    return parts[0] if len(parts) == 1 else joined(parts)


def _month_day(month_day: MonthDay) -> str:
    return say("{month} {day}", month=say(MONTHS[month_day[0] - 1]), day=month_day[1])


def _is_on(event: str, at: datetime, events: Events | None) -> bool:
    return any(period.contains(at) for period in (events or {}).get(code_key(event), ()))


Offset = tuple[datetime, datetime, timedelta]
"""From when (UTC) to when the clocks are this far ahead of UTC."""


def _periods_of(
    window: Window,
    between: Period,
    offsets: list[Offset],
    zone: ZoneInfo,
    calendars: Calendars,
) -> list[Period]:
    """The window's periods by the calendar alone, whatever events are on."""
    if replace(window, during=None).is_always:
        return [between] if between else []
    first = between.start.astimezone(zone).date() - timedelta(days=2)
    last = between.end.astimezone(zone).date() + timedelta(days=1)
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if not window.starts_on(day, calendars):
            continue
        for start, end in window.spans(day):
            for since, until, ahead in offsets:
                low = max(since, (start - ahead).replace(tzinfo=UTC))
                high = min(until, (end - ahead).replace(tzinfo=UTC))
                if low < high:
                    found.append(Period(low, high))
    return found


def _offsets(between: Period, zone: ZoneInfo) -> list[Offset]:
    """The offsets of `zone` over `between`, which they fill without a gap."""
    years = range(between.start.astimezone(UTC).year, between.end.astimezone(UTC).year + 1)
    changes = [change for year in years for change in _changes(zone, year)]
    parts = between.split_by(changes)
    return [(p.start, p.end, _ahead(p.start, zone)) for p in parts]


@lru_cache(maxsize=512)
def _changes(zone: ZoneInfo, year: int) -> tuple[datetime, ...]:
    """The instants of a UTC year at which the clocks of `zone` are put forward or back."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    probes = [start + timedelta(days=n) for n in range(368)]
    found = []
    for low, high in zip(probes, probes[1:], strict=False):
        if _ahead(low, zone) == _ahead(high, zone):
            continue
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
            if _ahead(middle, zone) == _ahead(low, zone):
                low = middle
            else:
                high = middle
        found.append(high)
    return tuple(found)


def _ahead(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
