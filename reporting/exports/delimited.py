"""A dataset as CSV that a spreadsheet opens and does not execute."""

import io

from defusedcsv import csv

from parkops.tenancy.models import Tenant
from reporting.datasets import Dataset, plain


def write(dataset: Dataset, _tenant: Tenant) -> bytes:
    """Return UTF-8 with a byte-order mark: heads, rows, and a last line of totals if there are any."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.title for column in dataset.columns])
    for row in dataset.rows:
        writer.writerow(["" if cell is None else plain(cell) for cell in row])
    if dataset.has_totals:
        cells = ["" if cell is None else plain(cell) for cell in dataset.totals]
        writer.writerow([cells[0] or "Total", *cells[1:]])
    return text.getvalue().encode("utf-8-sig")
