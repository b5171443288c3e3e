"""What a question is asked with, and what its page shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from parkops.kernel.permissions import Permission
from parkops.programme.schema import Programme
from parkops.ui import charts, maps
from reporting import catalogue
from reporting.catalogue.base import Asking
from reporting.datasets import Cell, Column, Dataset

MOST_ROWS = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """The days, the zone ("" is every zone), the program in force, when, and what whoever asks may do."""

    first: date
    last: date
    zone: str
    programme: Programme
    at: datetime
    may: Callable[[Permission], bool]

    @property
    def tz(self) -> ZoneInfo:
        """The tenant's time zone."""
        return self.programme.tz

    @property
    def today(self) -> date:
        """The local day."""
        return self.at.astimezone(self.tz).date()

    def dataset(self, code: str, **more: str) -> Dataset:
        """Return what a report of the catalog says of these days and this zone."""
        report = catalogue.report_of(code)
        answers = report.answers(self._given(code, more), today=self.today)
        return report.build(Asking(answers, self.programme, self.at, lambda _share, _stage: None))

    def report(self, code: str, **more: str) -> str:
        """Return the address of the report that these figures are from; "" if whoever asks may not see it."""
        needed = [Permission.REPORT_VIEW, *catalogue.report_of(code).all_needs]
        if not all(self.may(one) for one in needed):
            return ""
        return f"{reverse('office_reports:ask', args=[code])}?{urlencode(self._given(code, more))}"

    def records(self, name: str, permission: Permission, **query: str) -> str:
        """Return the address of a list of records; "" if whoever asks may not see it."""
        if not self.may(permission):
            return ""
        told = urlencode({key: value for key, value in query.items() if value})
        return f"{reverse(name)}?{told}" if told else reverse(name)

    def _given(self, code: str, more: Mapping[str, str]) -> dict[str, str]:
        known = {parameter.key for parameter in catalogue.report_of(code).parameters}
        own = {"from": self.first.isoformat(), "to": self.last.isoformat(), "in_zone": self.zone}
        return {key: value for key, value in {**own, **more}.items() if key in known and value}


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the few figures on top, with its rows."""

    label: str
    value: Any
    note: str = ""
    url: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart or a map in a card of its own, with where its numbers are from."""

    title: str
    chart: charts.Chart | None = None
    map: maps.Map | None = None
    sub: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in a card of their own; `url` leads to the report with all of them."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] = ()
    sub: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page says: figures, drawings, tables, how all that is worked out, and what to be careful of.

    `empty` says why there is nothing to show, and what would be there.
    """

    figures: Sequence[Figure] = ()
    drawings: Sequence[Drawing] = ()
    tables: Sequence[Table] = ()
    how: Sequence[str] = ()
    cautions: Sequence[tuple[str, str]] = ()
    empty: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One page: its address, its tab, what it asks, and who answers.

    `asks` are the filters that it has: a period, a zone, or one of the zones that are counted.
    """

    code: str
    tab: str
    title: str
    about: str
    answer: Callable[[Asked], Answer]
    asks: frozenset[str] = field(default=frozenset({"period", "zone"}))


def table_of(
    dataset: Dataset,
    *,
    title: str = "",
    keys: Sequence[str] = (),
    url: str = "",
    note: str = "",
    most: int = MOST_ROWS,
) -> Table:
    """Return the first rows of a report as a table, with these columns or all."""
    columns = [column for column in dataset.columns if not keys or column.key in keys]
    places = [n for n, column in enumerate(dataset.columns) if not keys or column.key in keys]

    def picked(row: Sequence[Any]) -> list[Cell]:
        return [Cell(row[n], dataset.columns[n]) for n in places]

    count = len(dataset.rows)
    return Table(
        title or dataset.title,
        columns,
        [picked(row) for row in dataset.rows[:most]],
        picked(dataset.totals) if dataset.has_totals and dataset.rows else (),
        sub=f"the first {most} of {count:,} rows, and the totals of all" if count > most else "",
        note=note,
        url=url,
    )


def rows_of(dataset: Dataset) -> list[dict[str, Any]]:
    """Return the rows of a report, each by the keys of its columns."""
    keys = [column.key for column in dataset.columns]
    return [dict(zip(keys, row, strict=True)) for row in dataset.rows]


def totals_of(dataset: Dataset) -> dict[str, Any]:
    """Return the totals of a report by the keys of its columns."""
    return dict(zip((column.key for column in dataset.columns), dataset.totals, strict=True))
