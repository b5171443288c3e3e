"""Windows as an ordinary week: spans of its days, painted on and off, and written as windows again.

An ordinary week has no season and no declared event; the exceptions of windows are kept, and no
day of it is one. Windows with a season or an event are *special*: nothing here changes them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from parkops.kernel.dates import MINUTES_PER_DAY
from parkops.kernel.windows import Window

MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Hours of a weekday (0 is Monday): [start, end) in minutes after its midnight.

    `end` is up to a day after `start`: past 1440 it is on the next day, and the span belongs to
    the day that it starts on.
    """

    day: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What a day of the drawn week shows from `start` to `end`: the name of a layer, or "".

    `owner` is the day that the span began on: for hours past midnight, the day before.
    """

    day: int
    start: int
    end: int
    layer: str
    owner: int


def is_special(window: Window) -> bool:
    """Return whether a window is no part of an ordinary week: it has a season, an event, weeks of
    the month or odd or even dates."""
    is_dated = window.season is not None or bool(window.weeks or window.dates)
    return is_dated or window.during is not None


def special(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return the windows that an ordinary week does not show."""
    return tuple(window for window in windows if is_special(window))


def spans(windows: Iterable[Window]) -> list[Span]:
    """Return the hours at which any of the windows holds in an ordinary week, by day."""
    return _merged(
        span for window in windows if not is_special(window) for span in _spans_of(window)
    )


def windows_of(week: Iterable[Span], exceptions: tuple[str, ...] = ()) -> tuple[Window, ...]:
    """Return the windows that hold at these spans: days with the same hours are one window."""
    by_day: dict[int, list[tuple[int, int]]] = {}
    for span in _merged(week):
        by_day.setdefault(span.day, []).append((span.start, _clock_end(span)))
    days_of: dict[tuple[tuple[int, int], ...], set[int]] = {}
    for day, hours in by_day.items():
        days_of.setdefault(tuple(hours), set()).add(day)
    return tuple(
        Window(days=frozenset(days), hours=hours, exceptions=exceptions)
        for hours, days in days_of.items()
    )


def paint(windows: Sequence[Window], painted: Iterable[Span], *, on: bool) -> tuple[Window, ...]:
    """Return windows that hold (or, not `on`, do not hold) at `painted`, and elsewhere as before.

    What is added gets the exceptions that most of the week has. Windows that nothing is taken
    from or added to stay as they were written.
    """
    painted = list(painted)
    groups: dict[tuple[str, ...], list[Window]] = {}
    for window in windows:
        if not is_special(window):
            groups.setdefault(window.exceptions, []).append(window)
    weeks = {exceptions: spans(group) for exceptions, group in groups.items()}
    if on:
        held = [span for week in weeks.values() for span in week]
        added = _cut(painted, held)
        main = max(weeks, key=lambda key: _minutes(weeks[key]), default=())
        after = {**weeks, main: _merged([*weeks.get(main, []), *added])}
        after = after if added else weeks
    else:
        after = {exceptions: _cut(week, painted) for exceptions, week in weeks.items()}
    kept = [
        window
        for window in windows
        if is_special(window) or after[window.exceptions] == weeks[window.exceptions]
    ]
    changed = [
        window
        for exceptions, week in after.items()
        if week != weeks.get(exceptions, [])
        for window in windows_of(week, exceptions)
    ]
    return (*kept, *changed)


def excepting(windows: Sequence[Window], calendars: Iterable[str]) -> tuple[Window, ...]:
    """Return the windows with the ordinary week not on the days of these calendars."""
    codes = tuple(calendars)
    return tuple(
        window if is_special(window) else replace(window, exceptions=codes) for window in windows
    )


def exceptions(windows: Iterable[Window]) -> tuple[str, ...]:
    """Return the calendars that the ordinary week of any of the windows leaves out, in order."""
    codes = [code for window in windows if not is_special(window) for code in window.exceptions]
    return tuple(dict.fromkeys(codes))


def overlaps(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """Return the hours of `one` that are hours of `other` too."""
    one = list(one)
    return _cut(one, _cut(one, other))


def rows(layers: Sequence[tuple[str, Iterable[Span]]]) -> list[list[Cell]]:
    """Return for each day what a drawn week shows from 00:00 to 24:00, without gaps.

    A later layer lies over an earlier one.
    """
    placed = [
        (name, span.day, start, start + span.end - span.start)
        for name, week in layers
        for span in week
        for start in (_from(span), _from(span) - MINUTES_PER_WEEK)
    ]
    return [_row(day, placed) for day in range(7)]


def _row(day: int, placed: list[tuple[str, int, int, int]]) -> list[Cell]:
    first, last = day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY
    here = [part for part in placed if part[2] < last and part[3] > first]
    edges = sorted({first, last, *(e for part in here for e in part[2:] if first < e < last)})
    cells: list[Cell] = []
    for start, end in zip(edges, edges[1:], strict=False):
        covering = [part for part in here if part[2] <= start and part[3] >= end]
        layer, owner = covering[-1][:2] if covering else ("", day)
        if cells and (cells[-1].layer, cells[-1].owner) == (layer, owner):
            cells[-1] = replace(cells[-1], end=end - first)
        else:
            cells.append(Cell(day, start - first, end - first, layer, owner))
    return cells


def _spans_of(window: Window) -> Iterable[Span]:
    for day in window.days:
        for start, end in window.hours:
            yield Span(day, start, end if end > start else end + MINUTES_PER_DAY)


def _from(span: Span) -> int:
    return span.day * MINUTES_PER_DAY + span.start


def _minutes(week: Iterable[Span]) -> int:
    return sum(span.end - span.start for span in week)


def _clock_end(span: Span) -> int:
    return span.end if span.end <= MINUTES_PER_DAY else span.end - MINUTES_PER_DAY


def _merged(week: Iterable[Span]) -> list[Span]:
    """The spans in order; those of a day that touch are one, where one is not over a day long."""
    found: list[Span] = []
    for span in sorted(set(week)):
        last = found[-1] if found and found[-1].day == span.day else None
        if last and span.end <= last.end:
            continue
        if last and span.start <= last.end and span.end - last.start <= MINUTES_PER_DAY:
            found[-1] = replace(last, end=span.end)
        else:
            found.append(span)
    return found


def _cut(week: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of `week` outside `taken`; a rest that begins past midnight is the next day's."""
    holes = sorted(
        (start, start + span.end - span.start)
        for span in taken
        for at in (_from(span),)
        for start in (at - MINUTES_PER_WEEK, at, at + MINUTES_PER_WEEK)
    )
    left: list[Span] = []
    for span in week:
        at = _from(span)
        end = at + span.end - span.start
        for low, high in holes:
            if high <= at or low >= end:
                continue
            if low > at:
                left.append(_span(at, low))
            at = max(at, high)
        if at < end:
            left.append(_span(at, end))
    return _merged(left)


def _span(at: int, until: int) -> Span:
    day, start = divmod(at, MINUTES_PER_DAY)
    return Span(day % 7, start, start + until - at)


WHOLE_WEEK = tuple(Span(day, 0, MINUTES_PER_DAY) for day in range(7))
"""Every hour of every day."""
