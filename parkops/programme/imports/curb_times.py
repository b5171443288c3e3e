"""When a CurbLR regulation holds, as windows; what no window can say is told in words."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from parkops.kernel.codes import code_key
from parkops.kernel.window_forms import month_day
from parkops.kernel.windows import ALL_DAY, DAY_NAMES, EVERY_DAY, MonthDay, Window

_DAYS = {name[:2].casefold(): n for n, name in enumerate(DAY_NAMES)}
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")
LAST_MINUTE = 23 * 60 + 59


class Inexpressible(ValueError):
    """What of a regulation no programme can say, in words."""


@dataclass(frozen=True, slots=True)
class Known:
    """The calendars and events that the programme has, by which designated periods are read."""

    calendars: Collection[str] = ()
    events: Collection[str] = ()

    def calendar(self, name: str) -> str | None:
        """Return the calendar of this name, written with spaces or dashes, or None."""
        return _named(name, self.calendars)

    def event(self, name: str) -> str | None:
        """Return the event of this name, or None."""
        return _named(name, self.events)


def windows_of(spans: Any, known: Known) -> tuple[Window, ...]:
    """Return the windows of a list of time spans; none at all is always.

    :raises Inexpressible: if one of them is more than windows can say.
    """
    if not spans:
        return (Window(),)
    if not isinstance(spans, list) or not all(isinstance(span, dict) for span in spans):
        raise Inexpressible("its time spans are not a list of time spans")
    return tuple(window for span in spans for window in _windows(span, known))


def _windows(span: Mapping[str, Any], known: Known) -> list[Window]:
    exceptions, during = _periods(span.get("designatedPeriods"), known)
    return [
        Window(
            days=_days(span.get("daysOfWeek")),
            hours=_hours(span.get("timesOfDay")),
            weeks=_weeks(span.get("daysOfWeek")),
            dates=_dates(span.get("daysOfMonth")),
            season=season,
            exceptions=exceptions,
            during=during,
        )
        for season in _seasons(span.get("effectiveDates"))
    ]


def _days(value: Any) -> frozenset[int]:
    if not value:
        return EVERY_DAY
    if not isinstance(value, dict):
        raise Inexpressible("its days of the week cannot be read")
    days = value.get("days")
    names = [str(day)[:2].casefold() for day in days] if isinstance(days, list) else []
    if not set(names) <= set(_DAYS):
        raise Inexpressible("its days of the week cannot be read")
    return frozenset(_DAYS[name] for name in names) or EVERY_DAY


def _weeks(value: Any) -> frozenset[int]:
    """Which of its weekday in the month: 1st, 3rd."""
    told = value.get("occurrencesInMonth") if isinstance(value, dict) else None
    if not told:
        return frozenset()
    numbers = [str(part)[:1] for part in told] if isinstance(told, list) else []
    if not numbers or not set(numbers) <= set("12345"):
        raise Inexpressible(f"{str(told)[:40]!r} are no weeks of a month, such as 1st and 3rd")
    return frozenset(int(number) for number in numbers)


def _dates(value: Any) -> str:
    """Odd or even days of the month."""
    if not value:
        return ""
    if value not in (["odd"], ["even"]):
        raise Inexpressible("it holds on some days of the month; a window knows odd and even ones")
    return str(value[0])


def _hours(value: Any) -> tuple[tuple[int, int], ...]:
    if not value:
        return ALL_DAY
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise Inexpressible("its times of day cannot be read")
    hours = []
    for part in value:
        start = _minute(part.get("from"))
        end = _minute(part.get("to", part.get("until")))
        if start >= 24 * 60:
            raise Inexpressible("a time of day begins at 24:00; it begins at 00:00 of the next day")
        hours.append((start, 24 * 60 if end == LAST_MINUTE else end))
    return tuple(hours)


def _minute(value: Any) -> int:
    form = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    minute = int(form[1]) * 60 + int(form[2]) if form and int(form[2]) < 60 else -1
    if not 0 <= minute <= 24 * 60:
        raise Inexpressible(f"{str(value)[:20]!r} is no time of day")
    return minute


def _seasons(value: Any) -> list[tuple[MonthDay, MonthDay] | None]:
    if not value:
        return [None]
    parts = value if isinstance(value, list) else [value]
    seasons: list[tuple[MonthDay, MonthDay] | None] = []
    for part in parts:
        told = part if isinstance(part, dict) else {}
        first, last = str(told.get("from")), str(told.get("to"))
        if len(first) > 5 or len(last) > 5:
            raise Inexpressible(
                f"it holds only from {first[:10]} to {last[:10]}; a window has no year, so publish "
                "it as a version in force then"
            )
        try:
            seasons.append((month_day(first), month_day(last)))
        except ValueError:
            raise Inexpressible("its effective dates cannot be read") from None
    return seasons


def _periods(value: Any, known: Known) -> tuple[tuple[str, ...], str | None]:
    exceptions: list[str] = []
    during: str | None = None
    for part in value if isinstance(value, list) else []:
        name = str(part.get("name", ""))[:40] if isinstance(part, dict) else ""
        apply = part.get("apply") if isinstance(part, dict) else None
        if apply == "except during":
            calendar = known.calendar(name)
            if calendar is None:
                raise Inexpressible(
                    f"it does not hold on {name}; the program has no calendar of that name, "
                    "so add one first"
                )
            exceptions.append(calendar)
        elif apply == "only during":
            event = known.event(name)
            if event is None or during is not None:
                raise Inexpressible(
                    f"it holds only during {name}; the program has no event of that name, "
                    "so add one first"
                )
            during = event
        else:
            raise Inexpressible("its designated periods cannot be read")
    return tuple(exceptions), during


def _named(name: str, codes: Collection[str]) -> str | None:
    key = code_key(re.sub(r"[\s_-]+", "-", name.strip()))
    return next((c for c in codes if code_key(re.sub(r"[_-]+", "-", c)) == key), None)
