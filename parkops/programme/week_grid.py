"""A week as it is drawn and painted: rows of spans, each of a kind, with its words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parkops.kernel import week
from parkops.kernel.week import Cell, Span
from parkops.kernel.window_forms import WindowFault, parse_windows
from parkops.kernel.windows import Window, clock, describe

FREE = "free"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

COLUMNS = 288
"""How many columns a day is drawn with: one for five minutes."""

Layers = Sequence[tuple[str, Iterable[Span]]]
Days = tuple[tuple[str, tuple["Shown", ...]], ...]


class WeekFault(ValueError):
    """Why hours cannot be painted so, and what would be right."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that hours may be: its key, the name of its pattern, and what it is called."""

    key: str
    look: str
    label: str
    short: str


@dataclass(frozen=True, slots=True)
class Special:
    """A window that no ordinary week shows: of what, and when, in words."""

    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A span of the drawn week, with its words and its width in parts of five minutes."""

    cell: Cell
    kind: Kind
    text: str
    title: str
    columns: int

    @property
    def value(self) -> str:
        """What names the span in an address: day, start and end."""
        return f"{self.cell.day}-{self.cell.start}-{self.cell.end}"


def days_of(layers: Layers, kinds: Iterable[Kind]) -> Days:
    """Return the seven days, each with the spans that its layers come to; the rest is free."""
    by_key = {kind.key: kind for kind in kinds}
    return tuple((DAYS[day], _spans(cells, by_key)) for day, cells in enumerate(week.rows(layers)))


def special_of(subject: str, windows: Iterable[Window]) -> list[Special]:
    """Return what of some windows no ordinary week shows."""
    return [Special(subject, describe([window])) for window in week.special(windows)]


def span_of(day: int, start: int, end: int) -> Span:
    """Return hours of a weekday; an end that is not after the start is on the next day."""
    return Span(day, start, end if end > start else end + 24 * 60)


def in_words(cell: Cell) -> str:
    """Return the hours of a cell: "Saturday 09:00 to 13:00"."""
    return f"{DAYS[cell.day]} {clock(cell.start)} to {clock(cell.end)}"


def windows_in(value: Any, default: tuple[Window, ...] = ()) -> tuple[Window, ...]:
    """Return the windows that a document says; `default` where it says nothing.

    :raises WeekFault: if they cannot be read.
    """
    if value is None:
        return default
    try:
        return parse_windows(value)
    except WindowFault as fault:
        raise WeekFault(f"Its hours cannot be read: {fault}.") from None


def _spans(cells: Sequence[Cell], kinds: dict[str, Kind]) -> tuple[Shown, ...]:
    shown = []
    column = 0
    for n, cell in enumerate(cells):
        kind = kinds[cell.layer or FREE]
        until = max(column + 1, round(cell.end / 5)) if n < len(cells) - 1 else COLUMNS
        until = min(until, COLUMNS - (len(cells) - 1 - n))
        text = kind.short if cell.end == 1440 else f"{kind.short} until {clock(cell.end)}"
        since = "" if cell.owner == cell.day else f", since {DAYS[cell.owner]}"
        title = f"{in_words(cell)}: {kind.label}{since}"
        shown.append(Shown(cell, kind, text, title, max(1, until - column)))
        column = max(column + 1, until)
    return tuple(shown)
