"""How fast a file of citations comes in: through the stage, and by bulk_create with the same checks.

    python -m bench.imports [FILE --mapping MAP.yaml | --rows 20000]

Both read the same lines with the same reader into a fresh copy of the tests' database; what is printed
is the best of `--rounds` each, and their ratio. The target is 3 or more.
"""

import argparse
import gzip
import io
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

TARGET = 3.0
CHUNK = 5_000
BATCH = 100  # the fastest of 100, 250 and 1,000: long statements are split slowly
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Measure, print, and return 1 if the ratio is below the target."""
    options = _options()
    _prepare()
    from enforcement.imports import mapping as mappings

    mapping = mappings.read(Path(options.mapping))
    packed = Path(options.file).read_bytes() if options.file else _invented(options.rows)
    best = {"bulk_create": float("inf"), "stage": float("inf")}
    rows = 0
    for _ in range(options.rounds):
        for name, way in (("bulk_create", _by_bulk_create), ("stage", _by_stage)):
            seconds, rows = _measured(way, packed, mapping)
            best[name] = min(best[name], seconds)
    ratio = best["bulk_create"] / best["stage"]
    for name, seconds in best.items():
        print(f"{name:12} {seconds:7.2f} s  {rows / seconds:9,.0f} rows a second")
    print(f"{rows:,} rows: the stage is {ratio:.1f} times as fast (target {TARGET:.0f})")
    return 0 if ratio >= TARGET else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?")
    default = ROOT / "tests/enforcement/imports/mappings/philadelphia.yaml"
    parser.add_argument("--mapping", default=default)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    return parser.parse_args()


def _prepare() -> None:
    from parkops.local import servers

    if not os.environ.get("DATABASE_URL"):
        servers.ensure_for_command()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")
    import django

    django.setup()


def _measured(way: Callable, packed: bytes, mapping: object) -> tuple[float, int]:
    """Run `way` in a database of its own; returns seconds and rows inserted."""
    from django.db import connection

    from enforcement.models import Citation
    from parkops.tenancy.models import Tenant
    from tests import databases

    name = f"parkops_test_{os.getpid()}_bench"
    before = connection.settings_dict["NAME"]
    databases.copy(name)
    databases.use(name)
    try:
        connection.set_tenant(Tenant.objects.get(slug="harbor"))
        began = time.perf_counter()
        way(io.BytesIO(packed), mapping)
        seconds = time.perf_counter() - began
        return seconds, Citation.objects.count()
    finally:
        connection.set_schema_to_public()
        databases.use(before)
        databases.drop(name)


def _by_stage(raw: io.BytesIO, mapping: object) -> None:
    from enforcement.imports import operations
    from parkops.kernel.actors import SYSTEM

    operations.import_citations(
        raw,
        name="bench",
        mapping=mapping,
        told=lambda: None,
        refused=lambda _: None,
        by=SYSTEM,
        at=datetime.now(UTC),
    )


def _by_bulk_create(raw: io.BytesIO, mapping: object) -> None:
    """The same without a stage: lines checked in Python, known references asked for by the chunk."""
    from zoneinfo import ZoneInfo

    from django.db import transaction

    from enforcement.imports import texts
    from enforcement.imports.reading import LineReader, Unreadable
    from enforcement.models import Citation

    at = datetime.now(UTC)
    lines = texts.lines_of(raw, mapping)
    heads = texts.heads_of(lines, mapping)
    zone = ZoneInfo(mapping.timezone)
    reader = LineReader(mapping, heads, currency="USD", zone=zone, not_after=at)
    seen: set[str] = set()
    waiting: list[Citation] = []

    def keep() -> None:
        references = [citation.external_ref for citation in waiting]
        known = set(
            Citation.objects.filter(source="import", external_ref__in=references).values_list(
                "external_ref", flat=True
            )
        )
        new = [citation for citation in waiting if citation.external_ref not in known]
        Citation.objects.bulk_create(new, ignore_conflicts=True, batch_size=BATCH)
        waiting.clear()

    with transaction.atomic():
        for line in lines:
            try:
                row = reader.read(line.cells)
            except Unreadable:
                continue
            reference = f"{mapping.name}:{row.id}"
            if reference in seen:
                continue
            seen.add(reference)
            waiting.append(
                Citation(
                    number=f"I-1-{line.number}",
                    source="import",
                    imported_batch=1,
                    external_ref=reference,
                    agency=row.agency,
                    plate_missing=not row.plate_key,
                    plate_text=row.plate_text,
                    plate_key=row.plate_key,
                    place=row.place,
                    lat=row.lat,
                    lon=row.lon,
                    violation_code=row.violation,
                    violation_name=row.violation_name or row.violation,
                    fine_minor=row.fine_minor,
                    issued_at=row.issued_at,
                    issued_on=row.issued_on,
                    recorded_at=at,
                )
            )
            if len(waiting) == CHUNK:
                keep()
        keep()


def _invented(rows: int) -> bytes:
    """Return a gzipped file of the same shape as the mapping of Philadelphia reads."""
    text = io.StringIO()
    text.write("row_id,issued_hour,violation,fine,agency,location,zip,lat,lon\n")
    for n in range(rows):
        day, hour = n * 28 // rows + 1, n * 7 % 24
        street, block = n * 31 % 4_000, n * 17 % 30
        text.write(
            f"{900_000 + n},2014-07-{day:02} {hour:02}:00:00,KIND {n % 25},{26 + n % 9 * 5},"
            f"AGENCY {n % 6},{block * 100} N STREET {street},{19_000 + n % 50},"
            f"{39.9 + street / 10**5:.8f},{-75.1 - block / 10**4:.8f}\n"
        )
    return gzip.compress(text.getvalue().encode())


if __name__ == "__main__":
    raise SystemExit(main())
