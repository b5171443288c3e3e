"""Reports made without a worker, and their files read back."""

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import redis
from django.conf import settings
from django.core.files.storage import default_storage
from pypdf import PdfReader

from enforcement.operations import citations as issuing
from parkops.jobs import operations as jobs
from parkops.kernel.actors import SYSTEM, Actor
from reporting.models import ReportRun
from reporting.operations import reports
from reporting.queries import runs
from tests.enforcement.imports.conftest import bring, data  # noqa: F401  fixtures
from tests.permits.conftest import hold, pay, person, sell  # noqa: F401  fixtures

BY = Actor("staff", "1", "Alice Admin")
HOSTILE = ('=HYPERLINK("http://127.0.0.1/","x")', "<img src=http://127.0.0.1/>", "+1+1", "@SUM(A1)")
_CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@contextmanager
def a_fresh_minute() -> Iterator[None]:
    """Forget what was counted against limits in the minute of a clock that stands still."""
    with redis.from_url(settings.REDIS_URL) as store:
        minute = f"limit:*:{int(time.time()) // 60}"
        for name in store.scan_iter(minute, count=1000):
            store.delete(name)
        yield


@pytest.fixture
def make(harbor, now) -> Callable[..., bytes]:
    """Make a report as a worker does: `make("citations", "csv", by="violation")` gives the file."""

    def do(code: str, file_format: str, *, at: datetime = now, **parameters: str) -> bytes:
        given = {key.rstrip("_"): value for key, value in parameters.items()}
        run = reports.ask_report(code, given, file_format=file_format, by=BY, at=at)
        jobs.work(run.job_id)
        run = ReportRun.objects.select_related("job").get(pk=run.pk)
        assert run.job.state == "done", run.job.error
        with default_storage.open(runs.file_of(run, at=at)[0]) as stored:
            return stored.read()

    return do


@pytest.fixture
def cite(harbor, now):
    """Issue a citation: `cite("ABC 123", "FIRE-LANE", officer="Bob")`."""

    def do(plate: str, violation: str = "FIRE-LANE", zone: str = "LOT-B", at=now, **more):
        draft = issuing.Draft(None, plate, "", zone, violation, at, **more)
        return issuing.issue_citation(draft, by=SYSTEM, at=at).citation

    return do


@pytest.fixture
def busy(cite, sell, pay, person, now):  # noqa: F811  fixtures
    """A tenant with something of everything, some of it with names meant to do harm."""
    ana = person("ana", "STAFF")
    sell(ana, "STAFF-YEAR", "ANA 1")
    sell(person("ben"), "MONTH", "BEN 1")
    sell(person("cy"), "MONTH", "CY 1", at=now - timedelta(days=40))
    for n, officer in enumerate(HOSTILE):
        cite(f"BAD {n}", officer=officer)
    cite("OLD 1", "NO-PERMIT", at=now - timedelta(days=35), officer="Bob")
    issuing.void_citation(cite("VOID 1").number, reason="A mistake", by=SYSTEM, at=now)
    cite("WARN 1", warning=True)
    pay(cite("PAID 1"), kind="citation")
    return now


@dataclass
class Sheet:
    """What a workbook holds: rows of cells, numbers as float, and whether anything in it computes."""

    rows: list[list[Any]]
    formulas: int
    links: int


def read_csv(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV report, its heads first."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_json(content: bytes) -> dict[str, Any]:
    """Return a JSON report."""
    return json.loads(content)


def read_xlsx(content: bytes) -> Sheet:
    """Return the first sheet of a workbook, read from its XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = book.namelist()
        strings = []
        if "xl/sharedStrings.xml" in names:
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")):
                strings.append("".join(part.text or "" for part in item.iter(f"{_CELL}t")))
        sheets = [book.read(name) for name in names if name.startswith("xl/worksheets/sheet")]
        links = sum(name.endswith(".rels") and b"hyperlink" in book.read(name) for name in names)
    rows = []
    for row in ElementTree.fromstring(sheets[0]).iter(f"{_CELL}row"):
        cells: dict[int, Any] = {}
        for cell in row.iter(f"{_CELL}c"):
            held = cell.find(f"{_CELL}v")
            place = _column(cell.get("r", "A1"))
            if held is None or held.text is None:
                cells[place] = None
            elif cell.get("t") == "s":
                cells[place] = strings[int(held.text)]
            else:
                cells[place] = float(held.text)
        rows.append([cells.get(n) for n in range(max(cells, default=-1) + 1)])
    return Sheet(rows, sum(sheet.count(b"<f>") for sheet in sheets), links)


def read_pdf(content: bytes) -> str:
    """Return the text of a PDF, blanks and line ends as one blank."""
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", text)


def _column(reference: str) -> int:
    place = 0
    for letter in re.match(r"[A-Z]+", reference)[0]:
        place = place * 26 + ord(letter) - 64
    return place - 1
