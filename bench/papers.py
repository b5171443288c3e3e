"""A report of five hundred pages, drawn as it is and by the bare table engine, each in a process of its own."""

import io
import multiprocessing
import os
import resource
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

HEADS = ("Number", "Issued", "Plate", "Violation", "Officer", "Fine", "Photos")
KINDS = ("No valid permit here", "Session ended", "Outside marked space", "Fire lane")
ROWS_A_PAGE = 37


@dataclass(frozen=True)
class Made:
    """What one process did: pages, seconds on the clock and of the processor, and its peak of memory."""

    pages: int
    seconds: float
    processor: float
    mib: int


def drawn(rows: int) -> Made:
    """Return what the report takes, with all that stands on its paper."""
    return _alone(_draw, rows)


def bare(rows: int) -> Made:
    """Return what reportlab takes for the same cells: a table for each page, and no more."""
    return _alone(_plain, rows)


def _alone(work, rows: int) -> Made:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (rows,))


def _cells(number: int) -> tuple[str, date, str, str, str, int, int]:
    day = date(2026, 9, 1 + number % 30)
    kind = KINDS[number % len(KINDS)]
    return (f"CS-{number:06}", day, f"MNP {number % 9999}", kind, "A. Novak", 4500, number % 5)


def _draw(rows: int) -> Made:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")
    django.setup()
    from parkops.kernel.money import Money
    from reporting.datasets import Column, Dataset, Kind
    from reporting.exports import document

    kinds = (Kind.TEXT, Kind.DATE, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.MONEY, Kind.COUNT)
    columns = [
        Column(head.lower(), head, kind, "As it was written", kind in (Kind.MONEY, Kind.COUNT))
        for head, kind in zip(HEADS, kinds, strict=True)
    ]
    tenant = SimpleNamespace(
        name="Bench", timezone="America/Los_Angeles", locale="en-US", currency="USD"
    )
    began = time.perf_counter()
    found = Dataset(
        title="Every citation",
        columns=columns,
        rows=[(*cells[:5], Money(cells[5], "USD"), cells[6]) for cells in map(_cells, range(rows))],
        filters=[("Period", "September 2026")],
        made_at=datetime(2026, 10, 1, tzinfo=UTC),
        made_by="bench",
        number="0000-0000-0000",
    )
    return _made(document.write(found, tenant), began)  # type: ignore[arg-type]


def _plain(rows: int) -> Made:
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import letter
    from reportlab.platypus import LongTable, PageBreak, SimpleDocTemplate, TableStyle

    began = time.perf_counter()
    store = io.BytesIO()
    style = TableStyle(
        [
            ("FONTSIZE", (0, 0), (-1, -1), 8),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.lightgrey),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ]
    )
    story = []
    for start in range(0, rows, ROWS_A_PAGE):
        told = [
            [str(cell) for cell in _cells(number)]
            for number in range(start, min(start + ROWS_A_PAGE, rows))
        ]
        story += [LongTable([list(HEADS), *told], style=style, repeatRows=1), PageBreak()]
    SimpleDocTemplate(store, pagesize=letter).build(story)
    return _made(store.getvalue(), began)


def _made(content: bytes, began: float) -> Made:
    seconds = time.perf_counter() - began
    used, most = resource.getrusage(resource.RUSAGE_SELF), _most_mebibytes()
    from pypdf import PdfReader

    pages = len(PdfReader(io.BytesIO(content)).pages)
    return Made(pages, seconds, used.ru_utime + used.ru_stime, most)


def _most_mebibytes() -> int:
    """Return the most memory that this process ever held; the one that started it does not count."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return (
        next(int(line.split()[1]) for line in told.split("\n") if line.startswith("VmHWM")) // 1024
    )
