"""What stands on a report's paper, whichever engine draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parkops.tenancy.models import Tenant
from parkops.ui import charts
from reporting.datasets import Cell, Column, Dataset, Figure, Kind

PLOT_CHARACTERS = 120
"""How many characters of a chart's labels stand beside each other."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A report for paper: only the columns that say something, with its figures and its chart."""

    dataset: Dataset
    tenant: Tenant
    kept: Sequence[int]
    figures: Sequence[Figure]
    chart: charts.Chart | None

    @property
    def columns(self) -> list[Column]:
        """The columns that are printed."""
        return [self.dataset.columns[place] for place in self.kept]

    @property
    def rows(self) -> list[list[Cell]]:
        """All rows, of the columns that are printed."""
        return [self.cells(row) for row in self.dataset.rows]

    @property
    def totals(self) -> list[Cell] | None:
        """The last line, if there is one."""
        return self.cells(self.dataset.totals) if self.dataset.has_totals else None

    def cells(self, row: Sequence[Any]) -> list[Cell]:
        """Return the cells of a row that are printed."""
        columns = self.dataset.columns
        return [Cell(row[place], columns[place]) for place in self.kept]


def paper_of(dataset: Dataset, tenant: Tenant) -> Paper:
    """Return what is printed of a dataset."""
    chart = None
    if len(dataset.chart) > 1 and any(value for _, value in dataset.chart):
        points = [charts.Point(_fitted(dataset, text), value) for text, value in dataset.chart]
        chart = charts.bars(points, title=dataset.chart_title)
    return Paper(
        dataset,
        tenant,
        [place for place in range(len(dataset.columns)) if _says_something(dataset, place)],
        dataset.figures or _first_totals(dataset),
        chart,
    )


def _says_something(dataset: Dataset, place: int) -> bool:
    """Whether a column is worth its room on paper: files keep it even if it is blank throughout."""
    if dataset.columns[place].kind not in (Kind.TEXT, Kind.INSTANT, Kind.MONTH) or not dataset.rows:
        return True
    return any(row[place] for row in dataset.rows)


def _first_totals(dataset: Dataset) -> list[Figure]:
    return [
        Figure(column.title, cell)
        for column, cell in zip(dataset.columns, dataset.totals, strict=True)
        if cell is not None
    ][:4]


def _fitted(dataset: Dataset, label: str) -> str:
    """Return a label cut to the room under its bar."""
    labels = sum(1 for text, _ in dataset.chart if text)
    room = max(PLOT_CHARACTERS // max(labels, 1), 4)
    return label if len(label) <= room else f"{label[: room - 1].rstrip()}…"
