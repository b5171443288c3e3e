"""A dataset as PDF, on the tenant's paper."""

from typing import Any

from parkops.kernel.money import Money
from parkops.tenancy.models import Tenant
from parkops.ui import charts, pdf
from reporting.datasets import Dataset, Kind

NUMBERS = frozenset({Kind.COUNT, Kind.MONEY, Kind.SHARE})


def write(dataset: Dataset, tenant: Tenant) -> bytes:
    """Return a tagged PDF: what was asked, the figures, a chart, the table with its totals."""
    columns = [
        {"column": column, "is_number": column.kind in NUMBERS} for column in dataset.columns
    ]
    figures = [
        (column.title, cell)
        for column, cell in zip(dataset.columns, dataset.totals, strict=True)
        if cell is not None
    ][:4]
    chart = None
    if len(dataset.chart) > 1:
        points = [charts.Point(label, value) for label, value in dataset.chart]
        chart = charts.bars(points, title=dataset.chart_title)
    return pdf.render(
        "reporting/pdf/report.html",
        {
            "tenant": tenant,
            "dataset": dataset,
            "columns": columns,
            "figures": figures,
            "chart": chart,
            "rows": [_cells(dataset, row) for row in dataset.rows],
            "totals": _cells(dataset, dataset.totals) if dataset.has_totals else None,
        },
    )


def _cells(dataset: Dataset, row: Any) -> list[dict[str, Any]]:
    return [
        {
            "value": cell,
            "is_money": isinstance(cell, Money),
            "is_number": column.kind in NUMBERS,
            "is_count": column.kind is Kind.COUNT and cell is not None,
            "is_share": column.kind is Kind.SHARE and cell is not None,
        }
        for column, cell in zip(dataset.columns, row, strict=True)
    ]
