"""Days, hours and limits as columns of open data write them: M-F, 800-1800, 2 hours."""

import re

from parkops.kernel.dates import Duration
from parkops.kernel.windows import ALL_DAY, DAY_NAMES, EVERY_DAY, Window

_NAMES = {name.casefold(): n for n, name in enumerate(DAY_NAMES)}
_SHORT = {"m": 0, "mo": 0, "t": 1, "tu": 1, "tue": 1, "tues": 1, "w": 2, "we": 2, "th": 3}
_SHORT |= {"thu": 3, "thur": 3, "thurs": 3, "f": 4, "fr": 4, "sa": 5, "su": 6}
_EVERY = {"daily", "every day", "all days", "everyday", "7 days", "always"}
_CLOCK = r"([0-9]{1,2}):?([0-9]{2})?(?::[0-9]{2})?\s*(am|pm|a\.m\.|p\.m\.)?"
_HOURS = re.compile(rf"{_CLOCK}\s*(?:-|–|to)\s*{_CLOCK}")
_LIMIT = re.compile(r"([0-9]{1,3}(?:\.5)?)\s*(h|hr|hrs|hour|hours|p|m|min|mins|minutes)?")


def window_of(days: str, hours: str) -> Window | None:
    """Return the window that two columns say; None if one of them cannot be read or both are empty."""
    told_days, told_hours = _days(days), _hours(hours)
    if told_days is None or told_hours is None or not (days or hours):
        return None
    return Window(days=told_days, hours=told_hours)


def stay_of(limit: str) -> Duration | None:
    """Return the longest stay that a column says; a bare number is hours. None for none."""
    form = _LIMIT.fullmatch(limit.strip().casefold())
    if form is None or float(form[1]) == 0:
        return None
    minutes = float(form[1]) * (1 if (form[2] or "h").startswith("m") else 60)
    return Duration(minutes=int(minutes)) if minutes <= 31 * 24 * 60 else None


def _days(text: str) -> frozenset[int] | None:
    words = re.sub(r"\s*(-|–|to|thru|through)\s*", "-", text.strip().casefold())
    if not words or words in _EVERY:
        return EVERY_DAY
    days: set[int] = set()
    for part in re.split(r"\s*[,;&/+]\s*|\s+and\s+|\s+", words):
        ends = [_day(name) for name in part.split("-")]
        if len(ends) > 2 or None in ends:
            return None
        first, last = ends[0] or 0, ends[-1] or 0
        days |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return frozenset(days)


def _day(name: str) -> int | None:
    return _SHORT.get(name, _NAMES.get(name[:3]) if len(name) > 2 else None)


def _hours(text: str) -> tuple[tuple[int, int], ...] | None:
    words = text.strip().casefold()
    if not words or words in ("24 hours", "all day", "24/7"):
        return ALL_DAY
    form = _HOURS.fullmatch(words)
    if form is None:
        return None
    start, end = _minute(form[1], form[2], form[3]), _minute(form[4], form[5], form[6])
    if start is None or end is None or start == end:
        return None
    return ((start % (24 * 60), end),)


def _minute(hour: str, minute: str | None, half: str | None) -> int | None:
    """The minute of the day; "800" was read as hour 80, minute 0: a digit goes to the minutes."""
    told = int(hour), int(minute or 0)
    if half and told[0] <= 12:
        told = told[0] % 12 + (12 if half.startswith("p") else 0), told[1]
    total = told[0] * 60 + told[1]
    return total if told[1] < 60 and 0 <= total <= 24 * 60 else None
