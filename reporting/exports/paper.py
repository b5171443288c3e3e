"""What stands on a report's paper, whichever engine draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parkops.kernel.money import Money
from parkops.tenancy.models import Tenant
from parkops.ui import charts, words
from parkops.ui.place import Place, place_of
from reporting.datasets import Cell, Column, Dataset, Figure, Kind

FIGURES_CHARACTERS = 36
"""How many characters of figures stand beside each other in their usual size."""
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

    @property
    def has_long_figures(self) -> bool:
        """Whether its figures would run into each other in their usual size."""
        place = place_of(self.tenant)
        longest = max((len(figure_text(one, place)) for one in self.figures), default=0)
        return longest * len(self.figures) > FIGURES_CHARACTERS

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
        Figure(column.title, cell, is_share=column.kind is Kind.SHARE)
        for column, cell in zip(dataset.columns, dataset.totals, strict=True)
        if cell is not None
    ][:4]


def figure_text(figure: Figure, place: Place) -> str:
    """Return a figure as it is printed."""
    if isinstance(figure.value, Money):
        return words.money_text(figure.value, place.locale)
    return (
        words.share_text(figure.value)
        if figure.is_share
        else words.number_text(figure.value, place.locale)
    )


def _fitted(dataset: Dataset, label: str) -> str:
    """Return a label cut to the room under its bar."""
    labels = sum(1 for text, _ in dataset.chart if text)
    room = max(PLOT_CHARACTERS // max(labels, 1), 4)
    return label if len(label) <= room else f"{label[: room - 1].rstrip()}…"
