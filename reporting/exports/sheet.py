"""A dataset as XLSX: numbers as numbers, and no text that becomes a formula or a link."""

import io
from datetime import date, datetime
from typing import Any

import xlsxwriter

from parkops.kernel.money import Money, decimals
from parkops.tenancy.models import Tenant
from reporting.datasets import Dataset, Kind
from reporting.exports.far import Begun, passing, unheard

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTHS = {
    Kind.TEXT: 28,
    Kind.COUNT: 12,
    Kind.MONEY: 14,
    Kind.NUMBER: 12,
    Kind.DATE: 14,
    Kind.INSTANT: 18,
    Kind.MONTH: 12,
    Kind.SHARE: 10,
}


def write(dataset: Dataset, tenant: Tenant, begun: Begun = unheard) -> bytes:
    """Return a workbook: the table with a frozen head and totals, and a sheet that says what it is."""
    store = io.BytesIO()
    with xlsxwriter.Workbook(store, OPTIONS) as book:
        book.set_properties({"title": dataset.title, "author": tenant.name})
        places = decimals(dataset.currency)
        money = "#,##0" + ("." + "0" * places if places else "")
        formats = {
            Kind.TEXT: book.add_format(),
            Kind.COUNT: book.add_format({"num_format": "#,##0"}),
            Kind.MONEY: book.add_format({"num_format": money}),
            Kind.NUMBER: book.add_format({"num_format": "#,##0.0"}),
            Kind.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
            Kind.INSTANT: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            Kind.MONTH: book.add_format(),
            Kind.SHARE: book.add_format({"num_format": "0.0%"}),
        }
        bold = {
            kind: book.add_format({"bold": True, "top": 1, "num_format": form.num_format})
            for kind, form in formats.items()
        }
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        table = book.add_worksheet("Report")
        table.freeze_panes(1, 0)
        for place, column in enumerate(dataset.columns):
            table.set_column(place, place, WIDTHS[column.kind])
            table.write_string(0, place, column.title, head)
        coming = passing(dataset.rows, "Writing rows as XLSX", begun)
        for line, row in enumerate(coming, start=1):
            for place, (column, cell) in enumerate(zip(dataset.columns, row, strict=True)):
                _write_cell(table, line, place, cell, formats[column.kind])
        if dataset.has_totals:
            last = len(dataset.rows) + 1
            for place, (column, cell) in enumerate(
                zip(dataset.columns, dataset.totals, strict=True)
            ):
                shown = "Total" if place == 0 and cell is None else cell
                _write_cell(table, last, place, shown, bold[column.kind])
        _about(book, dataset, tenant)
    return store.getvalue()


def _write_cell(table: Any, line: int, place: int, cell: Any, form: Any) -> None:
    if cell is None:
        table.write_blank(line, place, None, form)
    elif isinstance(cell, Money):
        table.write_number(line, place, float(cell.decimal), form)
    elif isinstance(cell, int | float):
        table.write_number(line, place, cell, form)
    elif isinstance(cell, datetime):
        table.write_datetime(line, place, cell.replace(tzinfo=None), form)
    elif isinstance(cell, date):
        table.write_datetime(line, place, cell, form)
    else:
        table.write_string(line, place, str(cell), form)


def _proof(dataset: Dataset) -> list[tuple[str, str]]:
    if dataset.proof is None:
        return []
    return [
        ("Number", dataset.number),
        ("Verified at", dataset.proof.url),
        ("SHA-256 of rows and totals", dataset.proof.rows),
        ("SHA-256 of totals", dataset.proof.totals),
    ]


def _about(book: Any, dataset: Dataset, tenant: Tenant) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 80)
    lines = [
        ("Report", dataset.title),
        ("Of", tenant.name),
        ("Currency", dataset.currency),
        ("Made by", dataset.made_by),
        (
            "Made at",
            dataset.made_at.isoformat(sep=" ", timespec="minutes") if dataset.made_at else "",
        ),
        *_proof(dataset),
        *dataset.filters,
        *((column.title, column.told) for column in dataset.columns if column.told),
        *(("Note", note) for note in dataset.notes),
    ]
    for line, (label, text) in enumerate(lines):
        sheet.write_string(line, 0, label)
        sheet.write_string(line, 1, text)
