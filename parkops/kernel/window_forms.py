"""How a window is written: `Mon-Fri 07:00-17:30`, or a mapping with days, hours, season."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from parkops.kernel.codes import is_code
from parkops.kernel.dates import MINUTES_PER_DAY
from parkops.kernel.windows import (
    ALL_DAY,
    ALWAYS,
    DAY_NAMES,
    EVEN,
    EVERY_DAY,
    ODD,
    MonthDay,
    Window,
    clock,
)

KEYS = ("days", "hours", "weeks", "dates", "season", "except", "during")
_DAYS = {name.casefold(): n for n, name in enumerate(DAY_NAMES)}
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
_SEASON = re.compile(r"([0-9]{2})-([0-9]{2})\.\.([0-9]{2})-([0-9]{2})")

Path = tuple[str | int, ...]


class WindowFault(ValueError):
    """What is wrong with the form of a window: (path inside it, message) of every fault."""

    def __init__(self, faults: list[tuple[Path, str]]) -> None:
        super().__init__("; ".join(message for _, message in faults))
        self.faults = faults


def parse_windows(value: object) -> tuple[Window, ...]:
    """Return the windows that a string, a mapping or a list of those says.

    :raises WindowFault: with all that is wrong, and what would be right.
    """
    if not isinstance(value, list | tuple):
        return (parse_window(value),)
    windows, faults = [], []
    for n, part in enumerate(value):
        try:
            windows.append(parse_window(part))
        except WindowFault as fault:
            faults += [((n, *path), message) for path, message in fault.faults]
    if faults:
        raise WindowFault(faults)
    return tuple(windows)


def parse_window(value: object) -> Window:
    """Return the window that a string or a mapping says.

    :raises WindowFault: with all that is wrong, and what would be right.
    """
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, str):
        try:
            return _of_text(value)
        except ValueError as fault:
            raise WindowFault([((), str(fault))]) from None
    shown = "nothing" if value is None else repr(value)
    raise WindowFault([((), f"{shown} is not a window such as always or Mon-Fri 07:00-17:30")])


def write_windows(windows: Sequence[Window]) -> str | dict | list:
    """Return what a file says of windows: what `parse_windows` takes back to the same ones."""
    written = [write_window(window) for window in windows]
    return written[0] if len(written) == 1 else written


def write_window(window: Window) -> str | dict:
    """Return a window as a file writes it: a text, or a mapping where it is more than a week's."""
    if window.is_always:
        return "always"
    days = "" if window.days == EVERY_DAY else _written_days(window.days)
    hours = ",".join(f"{clock(start)}-{clock(end)}" for start, end in window.hours)
    hours = "" if window.hours == ALL_DAY else hours
    parts = {
        "days": days,
        "hours": hours,
        "weeks": ",".join(str(week) for week in sorted(window.weeks)),
        "dates": window.dates,
        "season": "..".join(f"{month:02}-{day:02}" for month, day in window.season or ()),
        "except": list(window.exceptions),
        "during": window.during,
    }
    told = {key: part for key, part in parts.items() if part}
    return f"{days} {hours}".strip() if told.keys() <= {"days", "hours"} else told


def _written_days(days: frozenset[int]) -> str:
    """Days in the file's own words, whatever the reader's language: Mon-Fri, Mon,Wed,Fri-Sat."""
    runs = []
    for first in sorted(days):
        if (first - 1) % 7 in days:
            continue
        last = first
        while (last + 1) % 7 in days:
            last = (last + 1) % 7
        begin, end = DAY_NAMES[first], DAY_NAMES[last]
        runs.append(begin if first == last else f"{begin}-{end}")
    return ",".join(runs)


def _of_text(text: str) -> Window:
    words = re.sub(r"\s*([,-])\s*", r"\1", text.strip())
    if words.casefold() == "always":
        return ALWAYS
    form = re.fullmatch(r"(?P<days>[^\W\d][^\s]*)?\s*(?P<hours>[0-9][^\s]*)?", words)
    if not words or form is None:
        raise ValueError(
            f"{text!r} is not a window such as always, Mon-Fri 07:00-17:30 or Sat 09:00-12:00"
        )
    days = _days(form["days"]) if form["days"] else EVERY_DAY
    return Window(days, _hours(form["hours"]) if form["hours"] else ALL_DAY)


def _of_mapping(value: Mapping) -> Window:
    faults: list[tuple[Path, str]] = []
    parts: dict[str, object] = {}
    readers = {
        "days": ("days", _days),
        "hours": ("hours", _hours),
        "weeks": ("weeks", _weeks),
        "dates": ("dates", _dates),
        "season": ("season", parse_season),
        "except": ("exceptions", _codes),
        "during": ("during", _code),
    }
    for key, part in value.items():
        if key not in readers:
            near = get_close_matches(str(key), KEYS, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"a window has {', '.join(KEYS)}"
            faults.append(((str(key),), f"unknown key {key}; {hint}"))
            continue
        if part is None:
            continue
        name, read = readers[key]
        try:
            parts[name] = read(part)
        except ValueError as fault:
            faults.append(((key,), str(fault)))
    if not faults and not parts:
        faults.append(((), "the window says nothing; write always, or days and hours"))
    if faults:
        raise WindowFault(faults)
    return Window(**parts)  # type: ignore[arg-type]


def _days(value: object) -> frozenset[int]:
    text = ",".join(str(part) for part in value) if isinstance(value, list | tuple) else value
    if not isinstance(text, str):
        raise ValueError(f"{value!r} are not days such as Mon-Fri or Mon,Wed,Fri-Sat")
    days: set[int] = set()
    for part in text.split(","):
        names = [name.strip().casefold() for name in part.split("-")]
        wrong = [name for name in names if name not in _DAYS]
        if wrong or len(names) > 2:
            raise ValueError(
                f"{part.strip()!r} is not a day or a range of {', '.join(DAY_NAMES)}, "
                "as in Mon-Fri or Mon,Wed,Fri-Sat"
            )
        first, last = _DAYS[names[0]], _DAYS[names[-1]]
        days |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return frozenset(days)


def _hours(value: object) -> tuple[tuple[int, int], ...]:
    text = ",".join(str(part) for part in value) if isinstance(value, list | tuple) else value
    if not isinstance(text, str):
        raise ValueError(f"{value!r} are not hours such as 07:00-17:30")
    return tuple(_hour_range(part.strip()) for part in text.split(","))


def _hour_range(text: str) -> tuple[int, int]:
    form = _HOURS.fullmatch(re.sub(r"\s*-\s*", "-", text))
    if form is None:
        raise ValueError(
            f"{text!r} are not hours such as 07:00-17:30, or 22:00-06:00 past midnight"
        )
    numbers = [int(group) for group in form.groups()]
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if numbers[1] > 59 or numbers[3] > 59 or start >= MINUTES_PER_DAY or end > MINUTES_PER_DAY:
        raise ValueError(f"{text!r} is no time of day; hours run from 00:00 to 24:00")
    return start, end


def _weeks(value: object) -> frozenset[int]:
    parts = value if isinstance(value, list | tuple) else str(value).split(",")
    texts = [str(part).strip() for part in parts]
    wrong = [text for text in texts if text not in {"1", "2", "3", "4", "5"}]
    if wrong or isinstance(value, bool):
        raise ValueError(
            f"{(wrong or texts)[0]!r} is no week of the month; write 1 to 5, as in 1,3 for the first "
            "and third such day"
        )
    return frozenset(int(text) for text in texts)


def _dates(value: object) -> str:
    if value not in (ODD, EVEN):
        raise ValueError(f"{value!r} are no dates; write odd or even")
    return str(value)


def parse_season(value: object) -> tuple[MonthDay, MonthDay]:
    """Return the two month-days that `12-01..04-01` says, both included.

    :raises ValueError: if it says none.
    """
    form = _SEASON.fullmatch(value) if isinstance(value, str) else None
    if form is None:
        raise ValueError(f"{value!r} is not a season such as 12-01..04-01 (month-day)")
    first = month_day(f"{form[1]}-{form[2]}")
    return first, month_day(f"{form[3]}-{form[4]}")


def month_day(text: str) -> MonthDay:
    """Return the (month, day) that `09-01` says; 02-29 is one.

    :raises ValueError: if the calendar has no such day.
    """
    form = re.fullmatch(r"([0-9]{2})-([0-9]{2})", text)
    month, day = (int(form[1]), int(form[2])) if form else (0, 0)
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(2024, month)[1]:
        raise ValueError(f"{text!r} is not a month-day such as 09-01")
    return month, day


def _code(value: object) -> str:
    if not isinstance(value, str) or not is_code(value):
        raise ValueError(f"{value!r} is not the code of an event")
    return value


def _codes(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    wrong = [part for part in values if not isinstance(part, str) or not is_code(part)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not the code of a calendar, as in [holidays]")
    return tuple(values)
