"""Every report in four formats, read back and compared: `make reports-agree`, with the demonstration loaded.

    python -m tests.reporting.agree [--tenant campus] [--from 2026-09-01] [--to 2026-11-30] [--folder FOLDER]

Prints a line for each report; ends with 1 if any two formats differ.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

FORMATS = ("pdf", "xlsx", "csv", "json")


def differences(dataset: Any, files: dict[str, bytes]) -> Iterator[str]:
    """Yield what differs between a dataset and its files: rows, cells of the totals, the paper's totals."""
    from reporting.datasets import Kind, plain
    from tests.reporting.conftest import read_csv, read_json, read_pdf, read_xlsx

    told, lines = read_json(files["json"]), read_csv(files["csv"])
    book = read_xlsx(files["xlsx"])
    heads = [column.title for column in dataset.columns]
    last = 1 if dataset.has_totals else 0
    if lines[0] != heads:
        yield f"CSV: heads {lines[0]}"
    for name, count in (
        ("JSON", len(told["rows"])),
        ("CSV", len(lines) - 1 - last),
        ("XLSX", len(book.rows) - 1 - last),
    ):
        if count != len(dataset.rows):
            yield f"{name}: {count} rows of {len(dataset.rows)}"
    if book.formulas or book.links:
        yield "XLSX: something in it computes or leads away"
    paper = read_pdf(files["pdf"]).replace(" ", "")
    for place, (column, total) in enumerate(zip(dataset.columns, dataset.totals, strict=True)):
        if total is None:
            continue
        exact = plain(total)
        if told["totals"].get(column.key) != exact:
            yield f"JSON: {column.key} is {told['totals'].get(column.key)}, not {exact}"
        if lines[-1][place] != str(exact):
            yield f"CSV: {column.key} is {lines[-1][place]}, not {exact}"
        if Decimal(str(book.rows[-1][place])) != Decimal(str(exact)):
            yield f"XLSX: {column.key} is {book.rows[-1][place]}, not {exact}"
        shown = abs(Decimal(str(exact)))
        if column.kind is Kind.MONEY:
            printed = f"{shown:,}"
        elif column.kind is Kind.COUNT:
            printed = f"{int(shown):,}"
        else:
            continue
        if dataset.rows and printed not in paper:
            yield f"PDF: {column.key}, {printed}, is not on the paper"


def written(dataset: Any, tenant: Any) -> dict[str, bytes]:
    """Return the files of a dataset by format."""
    from reporting.exports import WRITERS

    return {form: WRITERS[form][0](dataset, tenant) for form in FORMATS}


def main() -> int:
    """Make every report of every demonstration tenant in every format, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenant", default="", help="left out: every demonstration tenant")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="the first day")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, help="the last day")
    parser.add_argument("--folder", type=Path, help="where the files are kept")
    options = parser.parse_args()
    from bench.__main__ import prepare

    prepare()
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from parkops.tenancy.models import Tenant
    from reporting.catalogue import REPORTS
    from reporting.operations.reports import dataset_of

    now, found, count = timezone.now(), 0, 0
    last = options.last or now.date()
    first = options.first or last - timedelta(days=120)
    wanted = {"slug": options.tenant} if options.tenant else {"is_demonstration": True}
    for tenant in Tenant.objects.filter(**wanted).order_by("slug"):
        print(
            f"\n| {tenant.name} | Rows | Total | PDF, XLSX, CSV and JSON |\n| --- | ---: | ---: | --- |"
        )
        with tenant_context(tenant):
            for code, report in REPORTS.items():
                given = {
                    key: day.isoformat()
                    for key, day in (("from", first), ("to", last))
                    if key in {parameter.key for parameter in report.parameters}
                }
                dataset = replace(dataset_of(code, given, at=now), made_at=now, made_by="agree")
                files = written(dataset, tenant)
                count += 1
                for form, content in files.items() if options.folder else ():
                    place = options.folder / tenant.slug / f"{code}.{form}"
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content)
                wrong = [*differences(dataset, files)]
                found += len(wrong)
                total = next((str(one) for one in dataset.totals if one is not None), "")
                told = "; ".join(wrong) or "equal"
                print(f"| {report.name} | {len(dataset.rows):,} | {total} | {told} |", flush=True)
    told = f"{found} DIFFERENCES" if found else "all totals are equal"
    print(f"\n{count} reports in {len(FORMATS)} formats: {told}.")
    return 1 if found or not count else 0


if __name__ == "__main__":
    sys.exit(main())
