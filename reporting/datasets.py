"""What a report says, before it is drawn: one value from which every format is made, totals included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from parkops.kernel.money import Money

LONGEST_BY_DAY = 92
SHORT = 16
PLATES = frozenset({"plate", "plates"})


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"
    MONTH = "month"
    SHARE = "share"


NUMBERS = frozenset({Kind.COUNT, Kind.MONEY, Kind.NUMBER, Kind.SHARE})
"""The kinds whose cells stand to the right."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in files, its head, what its cells are, and how they are computed.

    `part_of` are the keys of two totalled columns: the cell is the first as a share of the second, in the
    last line too.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    told: str = ""
    is_totalled: bool = False
    part_of: tuple[str, str] | None = None

    @property
    def is_number(self) -> bool:
        """Whether its cells stand to the right."""
        return self.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its column, which says how it is written."""

    value: Any
    column: Column

    @property
    def is_short(self) -> bool:
        """Whether it is a word or a day, that would be broken for no reason."""
        return len(str(self.value)) <= SHORT

    @property
    def pieces(self) -> list[str]:
        """The plates that it lists, if its column is one of plates: none is broken in two."""
        return str(self.value).split(", ") if self.value and self.column.key in PLATES else []

    @property
    def month(self) -> date | None:
        """The first day of the month that it tells of, if its column is one of months."""
        return month_of(self.value) if self.column.kind is Kind.MONTH else None


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the few figures on top of a report, with what it is compared with. A share is a float 0 to 1."""

    label: str
    value: Any
    note: str = ""
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """By what anybody finds out that a paper says what was made: an address, and two SHA-256 digests.

    `rows` is that of its rows and totals, as the CSV of them has it; `totals` that of the last line alone.
    """

    url: str
    rows: str
    totals: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A finished report. None is a blank cell.

    Cells: str, int (counts), a number as a float, Money, date, an instant in the tenant's zone, a month as the
    text "2026-10", or a share as a float 0 to 1.

    `figures` stand on top of its paper, at most four; left out, the first totals do. `chart` is drawn
    from left to right; a blank label is a bar without its own.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    filters: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    chart: Sequence[tuple[str, float]] = ()
    chart_title: str = ""
    currency: str = "USD"
    made_at: datetime | None = None
    made_by: str = ""
    number: str = ""
    proof: Proof | None = None
    totals: Sequence[Any] = field(init=False)

    def __post_init__(self) -> None:
        sums = Sums(self.columns, self.currency)
        if self.rows:
            sums.add(list(zip(*self.rows, strict=True)))
        object.__setattr__(self, "totals", sums.totals())

    def cells(self, row: Sequence[Any]) -> list[Cell]:
        """Return a row, or the totals, as cells that know their columns."""
        return [Cell(value, column) for value, column in zip(row, self.columns, strict=True)]

    @property
    def has_totals(self) -> bool:
        """Whether any column is summed."""
        return any(column.is_totalled for column in self.columns)


Block = Sequence[Sequence[Any]]
"""Some rows of a report by column: the cells of the first one, of the second, and so on."""


def rows_of(block: Block) -> list[Sequence[Any]]:
    """Return the rows of a block."""
    return list(zip(*block, strict=True))


def blocks_of(rows: Sequence[Sequence[Any]], size: int) -> Iterator[Block]:
    """Yield rows as blocks of at most `size`."""
    for first in range(0, len(rows), size):
        yield list(zip(*rows[first : first + size], strict=True))


class Sums:
    """The last line of a report, added up as the rows come: sums where a column has one, blanks elsewhere."""

    def __init__(self, columns: Sequence[Column], currency: str) -> None:
        self._columns, self._currency = columns, currency
        summed = [n for n, one in enumerate(columns) if one.is_totalled and not one.part_of]
        self._minor = [n for n in summed if columns[n].kind is Kind.MONEY]
        self._plain = [n for n in summed if columns[n].kind is not Kind.MONEY]
        self._found: list[Any] = [0] * len(columns)

    def add(self, block: Block) -> None:
        """Add some rows; a blank cell is nothing."""
        found = self._found
        for place in self._minor:
            found[place] += sum([cell.minor for cell in block[place] if cell is not None])
        for place in self._plain:
            for cell in block[place]:
                found[place] += cell or 0

    def totals(self) -> list[Any]:
        """Return the last line of what was added so far."""
        keys = [column.key for column in self._columns]
        told: list[Any] = []
        for place, column in enumerate(self._columns):
            if column.part_of:
                told.append(share(*(self._found[keys.index(key)] for key in column.part_of)))
            elif not column.is_totalled:
                told.append(None)
            elif column.kind is Kind.MONEY:
                told.append(Money(self._found[place], self._currency))
            else:
                told.append(_exact(self._found[place]))
        return told


def _exact(sum_: float) -> float:
    """Return a sum of numbers of few decimals without what adding floats leaves: 0.3, not 0.30000000000000004."""
    return round(sum_, 6) if isinstance(sum_, float) else sum_


def share(part: float, whole: float) -> float | None:
    """Return `part` as a share of `whole`; None of nothing."""
    return round(part / whole, 6) if whole else None


def month_of(cell: Any) -> date | None:
    """Return the first day of the month that a cell such as "2026-10" says; None of a blank one."""
    return date.fromisoformat(f"{cell}-01") if cell else None


def plain(cell: Any) -> Any:
    """Return a cell as JSON and CSV write it: money, days and the tenant's clock as text, numbers as numbers."""
    if isinstance(cell, Money):
        return cell.amount
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return cell


def over_time(
    values: Mapping[date, float], *, first: date, last: date
) -> tuple[str, list[tuple[str, float]]]:
    """Return "day" or "month" and the value of each from `first` to `last`, both included, for a chart.

    Days are drawn for up to a quarter of a year, months beyond. Only some bars have a label.
    """
    days = (last - first).days + 1
    if days <= LONGEST_BY_DAY:
        steps = [first + timedelta(days=n) for n in range(days)]
        is_one_month = (first.year, first.month) == (last.year, last.month)
        every = 1 + days // (16 if is_one_month else 14)
        form = "%-d" if is_one_month else "%-d %b"
        return "day", [
            (f"{step:{form}}" if n % every == 0 else "", values.get(step, 0))
            for n, step in enumerate(steps)
        ]
    months: dict[tuple[int, int], float] = {}
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        months[divmod(number, 12)] = 0
    for day, value in values.items():
        months[(day.year, day.month - 1)] += value
    every = 1 + len(months) // 13
    return "month", [
        (f"{date(year, month + 1, 1):%b %Y}" if n % every == 0 else "", value)
        for n, ((year, month), value) in enumerate(months.items())
    ]
