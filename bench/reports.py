"""Reports: a PDF of five hundred pages, a CSV of a million rows, and a million citations added up.

    make bench-reports    or    python -m bench.reports [--rows 1000000] [--rounds 3]

The PDF is compared with reportlab's own table of the same cells, each in a process of its own; the CSV with
COPY of the same statement into a file; the report by month and violation with the statement that it sends. It
makes a tenant and removes it.
"""

import argparse
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

PAGES_ROWS = 18_500
PDF_SECONDS, PDF_MIB, PDF_TIMES = 15, 250, 3
COPY_TIMES, CSV_MIB = 3, 16
SQL_TIMES = 2
ASKED = {"from": "2026-01-01", "to": "2026-12-31"}


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from bench.__main__ import prepare

    prepare()
    print(
        f"\n{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    kept = [*_paper(), *_rows(options)]
    print(f"\n{'All targets are kept.' if all(kept) else 'A target is MISSED.'}")
    return 0 if all(kept) else 1


def _paper() -> list[bool]:
    from bench import papers

    ours, bare = papers.drawn(PAGES_ROWS), papers.bare(PAGES_ROWS)
    print(
        "\n| PDF of 18,500 rows | pages | s | processor, s | peak MiB |\n| --- | ---: | ---: | ---: | ---: |"
    )
    for name, made in (("The report", ours), ("reportlab's own table", bare)):
        print(f"| {name} | {made.pages} | {made.seconds:.1f} | {made.processor:.1f} | {made.mib} |")
    times = ours.seconds / bare.seconds
    return [
        _told(f"{ours.pages} pages within {PDF_SECONDS} s", ours.seconds <= PDF_SECONDS),
        _told(f"and within {PDF_MIB} MiB", ours.mib <= PDF_MIB),
        _told(f"{times:.1f} times the bare engine, at most {PDF_TIMES}", times <= PDF_TIMES),
    ]


def _rows(options: argparse.Namespace) -> list[bool]:
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from bench import books, tenant

    with tenant.made("reports") as owner:
        with tenant_context(owner):
            token = tenant.started(tenant.PROGRAMME.read_bytes(), "MONTH", timezone.now())
        host = f"{owner.slug}.{_domain()}"
        books.write_one(tenant.Place(host, owner.schema_name, token, owner))
        with tenant_context(owner):
            _fill(options.rows)
            return [*_csv(options), _sums(options)]


def _domain() -> str:
    from django.conf import settings

    return settings.DOMAIN


def _fill(count: int) -> None:
    """Write `count` voided citations of a year, like the one there is."""
    from django.db import connection

    from enforcement.models import Citation

    # Alike but for what is told apart here.
    own = {
        "number": "'C-BENCH-' || lpad(n::text, 7, '0')",
        "plate_key": "'BEN' || n",
        "plate_text": "'BEN' || n",
        "officer": "'Officer ' || n % 40",
        "violation_code": "(ARRAY['NO-PERMIT','FIRE-LANE','EXPIRED','OUTSIDE'])[n % 4 + 1]",
        "issued_at": "timestamptz '2026-01-02' + n * interval '25 seconds'",
        "recorded_at": "timestamptz '2026-01-02' + n * interval '25 seconds'",
        "issued_on": "(timestamptz '2026-01-02' + n * interval '25 seconds')::date",
        "voided_at": "timestamptz '2026-01-02' + n * interval '25 seconds' + interval '1 hour'",
        "void_reason": "'Bench'",
    }
    fields = [field for field in Citation._meta.concrete_fields if not field.primary_key]
    like = Citation.objects.get()
    picked = []
    for field in fields:
        is_uuid = field.get_internal_type() == "UUIDField" and getattr(like, field.attname)
        told = own.get(field.column) or ("gen_random_uuid()" if is_uuid else f'c."{field.column}"')
        picked.append(told)
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO enforcement_citation ({names}) SELECT {', '.join(picked)}"  # noqa: S608
            f"  FROM enforcement_citation c, generate_series(1, {int(count)}) AS n"
        )
        cursor.execute("VACUUM (ANALYZE) enforcement_citation")


def _csv(options: argparse.Namespace) -> list[bool]:
    import psutil
    from django.db import connection, transaction
    from django.utils import timezone

    from reporting.catalogue import REPORTS
    from reporting.exports import delimited
    from reporting.operations import reports

    now, this = timezone.now(), psutil.Process()
    early, most = 0, 0

    def look(count: int) -> None:
        nonlocal early, most
        if count % 50_000 == 0 or not early:
            size = this.memory_info().rss
            early = early or (size if count >= 50_000 else 0)
            most = max(most, size)

    def ours() -> int:
        with tempfile.TemporaryFile() as store:
            blocks = reports.blocks_of("voids", ASKED, at=now)
            columns = REPORTS["voids"].columns
            return delimited.write_blocks(store, columns, blocks, currency="USD", tell=look).rows

    with transaction.atomic():
        query, values = _sent(lambda: next(reports.blocks_of("voids", ASKED, at=now)))[0]

    def copy() -> None:
        with (
            tempfile.TemporaryFile() as store,
            connection.cursor() as cursor,
            cursor.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", values) as coming,
        ):
            for part in coming:
                store.write(part)

    count = ours()
    ours_s, copy_s = _seconds(ours, options.rounds), _seconds(copy, options.rounds)
    grown, times = (most - early) / 2**20, ours_s / copy_s
    print(f"\n| CSV of {count:,} rows | s |\n| --- | ---: |")
    print(f"| The report, with totals and digest | {ours_s:.1f} |")
    print(f"| COPY of the same statement | {copy_s:.1f} |")
    return [
        _told(f"{times:.1f} times COPY, at most {COPY_TIMES}", times <= COPY_TIMES),
        _told(f"it grows by {grown:.0f} MiB after the first 50,000 rows", grown <= CSV_MIB),
    ]


def _sums(options: argparse.Namespace) -> bool:
    from django.utils import timezone

    from reporting import sql
    from reporting.operations import reports

    def ours() -> None:
        reports.dataset_of("citations", ASKED, at=timezone.now())

    sent = _sent(ours)
    query, values = next(one for one in sent if "GROUP BY" in one[0])
    ours_s = _seconds(ours, options.rounds)
    bare_s = _seconds(lambda: sql.rows(query, **values), options.rounds)
    times = ours_s / bare_s
    print(f"\n| {options.rows:,} citations by month and violation | s |\n| --- | ---: |")
    print(f"| The report, with its chart and notes | {ours_s:.2f} |")
    print(f"| Its one statement | {bare_s:.2f} |")
    return _told(f"{times:.1f} times its statement, at most {SQL_TIMES}", times <= SQL_TIMES)


def _sent(act: Callable[[], Any]) -> list[tuple[str, Any]]:
    """Return the statements that `act` sends."""
    from django.db import connection

    sent: list[tuple[str, Any]] = []

    def keep(execute, query, values, many, context):
        sent.append((query, values))
        return execute(query, values, many, context)

    with connection.execute_wrapper(keep):
        act()
    return [one for one in sent if "enforcement_citation" in one[0]]


def _seconds(act: Callable[[], Any], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _told(what: str, is_kept: bool) -> bool:
    print(f"\n{'Kept' if is_kept else 'MISSED'}: {what}.")
    return is_kept


if __name__ == "__main__":
    sys.exit(main())
