"""What a report says, before it is drawn: one value from which every format is made, totals included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from parkops.kernel.money import Money


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    DATE = "date"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in files, its head, what its cells are, and how they are computed."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    told: str = ""
    is_totalled: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """A finished report. Cells: str, int (counts), Money, date, or a share as a float 0 to 1; None is blank."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    filters: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    chart: Sequence[tuple[str, float]] = ()
    chart_title: str = ""
    currency: str = "USD"
    made_at: datetime | None = None
    made_by: str = ""
    number: str = ""
    totals: Sequence[Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "totals", self._totals())

    def _totals(self) -> list[Any]:
        """Return the last line: sums of the columns that have one, blanks elsewhere."""
        found: list[Any] = []
        for place, column in enumerate(self.columns):
            cells = [row[place] for row in self.rows if row[place] is not None]
            if not column.is_totalled:
                found.append(None)
            elif column.kind is Kind.MONEY:
                found.append(Money(sum(cell.minor for cell in cells), self.currency))
            else:
                found.append(sum(cells))
        return found

    @property
    def has_totals(self) -> bool:
        """Whether any column is summed."""
        return any(column.is_totalled for column in self.columns)


def plain(cell: Any) -> Any:
    """Return a cell as JSON and CSV write it: money and dates as text, numbers as numbers."""
    if isinstance(cell, Money):
        return cell.amount
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return cell


def month_of(day: date) -> str:
    """Return the month of `day` as reports group by it: 2026-11."""
    return f"{day:%Y-%m}"


def spread(pairs: Iterable[tuple[str, float]], *, keep: int = 12) -> list[tuple[str, float]]:
    """Return the `keep` largest of (label, value), the rest summed as "Others", for a chart."""
    ordered = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    rest = sum(value for _, value in ordered[keep:])
    return [*ordered[:keep], ("Others", rest)] if rest else ordered[:keep]
