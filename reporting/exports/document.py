"""A dataset as PDF, on the tenant's paper."""

from collections.abc import Sequence
from typing import Any

from parkops.tenancy.models import Tenant
from parkops.ui import charts, pdf
from reporting.datasets import Cell, Dataset, Figure, Kind

PLOT_CHARACTERS = 120
"""How many characters of a chart's labels stand beside each other."""


def write(dataset: Dataset, tenant: Tenant) -> bytes:
    """Return a tagged PDF: what was asked, the figures, a chart, the table with its totals."""
    kept = [place for place in range(len(dataset.columns)) if _says_something(dataset, place)]
    chart = None
    if len(dataset.chart) > 1 and any(value for _, value in dataset.chart):
        points = [charts.Point(_fitted(dataset, text), value) for text, value in dataset.chart]
        chart = charts.bars(points, title=dataset.chart_title)
    return pdf.render(
        "reporting/pdf/report.html",
        {
            "tenant": tenant,
            "dataset": dataset,
            "columns": [dataset.columns[place] for place in kept],
            "figures": dataset.figures or _first_totals(dataset),
            "chart": chart,
            "rows": [_kept(dataset, row, kept) for row in dataset.rows],
            "totals": _kept(dataset, dataset.totals, kept) if dataset.has_totals else None,
        },
    )


def _says_something(dataset: Dataset, place: int) -> bool:
    """Whether a column is worth its room on paper: files keep it even if it is blank throughout."""
    if dataset.columns[place].kind is not Kind.TEXT or not dataset.rows:
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
    room = max(PLOT_CHARACTERS // len(dataset.chart), 4)
    return label if len(label) <= room else f"{label[: room - 1].rstrip()}…"


def _kept(dataset: Dataset, row: Sequence[Any], kept: Sequence[int]) -> list[Cell]:
    cells = dataset.cells(row)
    return [cells[place] for place in kept]
