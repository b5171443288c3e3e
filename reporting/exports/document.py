"""A dataset as PDF, on the tenant's paper: laid out by WeasyPrint, or drawn when it is long."""

from parkops.tenancy.models import Tenant
from parkops.ui import pdf
from reporting.datasets import Dataset
from reporting.exports import drawn
from reporting.exports.far import Begun, unheard
from reporting.exports.paper import paper_of

MOST_LAID_OUT = 900
"""The rows of some twenty pages, laid out in ten seconds; what is longer is drawn, forty times faster."""


def write(dataset: Dataset, tenant: Tenant, begun: Begun = unheard) -> bytes:
    """Return a PDF: what was asked, the figures, a chart, the table with its totals.

    It is laid out up to `MOST_LAID_OUT` rows, unless its columns would run off the page: a drawn one has smaller
    type and breaks long words.
    """
    paper = paper_of(dataset, tenant)
    if len(dataset.rows) > MOST_LAID_OUT or drawn.is_too_wide(paper):
        return drawn.write(paper, begun)
    begun("Laying out the rows", 0)
    return pdf.render(
        "reporting/pdf/report.html",
        {
            "tenant": tenant,
            "dataset": dataset,
            "columns": paper.columns,
            "told": [column for column in paper.columns if column.told],
            "figures": paper.figures,
            "has_long_figures": paper.has_long_figures,
            "chart": paper.chart,
            "rows": paper.rows,
            "totals": paper.totals,
        },
    )
