"""Cities' files of citations against the reports made of them: `make reports-agree-files DIR=folder`.

    python -m tests.reporting.agree_files FOLDER

FOLDER has `philadelphia_monthly/*.csv.gz` and `boston_2015_week/parking_tickets.csv`. They come into a tenant of
their own by the import of the product; then every cell of its reports is compared with counts made directly
from the files. Prints a line for each report and period; ends with 1 if any cell differs.
"""

import argparse
import csv
import gzip
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

MAPPINGS = Path(__file__).parents[1] / "enforcement" / "imports" / "mappings"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A citation as its file has it."""

    at: datetime
    violation: str
    name: str
    fine: int
    agency: str
    place: str
    officer: str = ""


Key = tuple[str, ...]
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A report to make and compare: what is asked of it, which columns are its key, and the key of a line."""

    code: str
    asked: Mapping[str, str]
    keys: Sequence[str]
    key_of: Callable[[Line], Key]
    columns: Sequence[str]


SUMS = ("issued", "warnings", "voided", "dismissed", "paid", "fines", "standing")


def _grouped(by: str, key_of: Callable[[Line], Key]) -> Question:
    """The report of citations, grouped."""
    return Question("citations", {"by": by}, by.split(","), key_of, SUMS)


BY_VIOLATION = _grouped("violation", lambda line: (line.violation,))
BY_STREET = _grouped("street", lambda line: (street(line.place),))
BY_HOUR = _grouped("hour", lambda line: (f"{line.at:%H}:00",))
BY_AGENCY = _grouped("agency", lambda line: (line.agency,))
BY_OFFICER = _grouped("officer", lambda line: (line.officer,))
BY_MONTH = _grouped("month,violation", lambda line: (f"{line.at:%Y-%m}", line.violation))
BY_WEEKDAY = Question(
    "citations-by-hour",
    {},
    ("weekday", "hour"),
    lambda line: (WEEKDAYS[line.at.weekday()], f"{line.at:%H}:00"),
    ("issued", "fines"),
)
BY_PLACE = Question(
    "citations-by-place",
    {},
    ("place",),
    lambda line: (line.place,),
    ("issued", "fines", "dismissed"),
)
BY_OFFICER_AND_VIOLATION = Question(
    "violations-by-officer",
    {},
    ("officer", "violation"),
    lambda line: (line.officer, line.violation),
    ("issued", "fines", "undone"),
)
PHILADELPHIA = (
    *(BY_VIOLATION, BY_STREET, BY_HOUR, BY_AGENCY, BY_MONTH),
    *(BY_WEEKDAY, BY_PLACE),
)
BOSTON = (
    *(BY_OFFICER, BY_OFFICER_AND_VIOLATION, BY_VIOLATION, BY_STREET),
    *(BY_HOUR, BY_WEEKDAY, BY_PLACE),
)


def street(place: str) -> str:
    """Return the street of a place: without the house number before it, and without what follows a comma."""
    return re.sub(r"^[0-9]+[A-Za-z]?\s+", "", place.split(",")[0].strip()).upper()


def philadelphia(raw: bytes) -> list[Line]:
    """Return the citations of one of the city's monthly files."""
    return [
        Line(
            datetime.strptime(row["issued_hour"], "%Y-%m-%d %H:%M:%S"),  # noqa: DTZ007  local
            _clean(row["violation"]),
            "",
            int(row["fine"]) * 100,
            _clean(row["agency"]),
            ", ".join(filter(None, (_clean(row["location"]), _clean(row["zip"])))),
        )
        for row in _rows(gzip.decompress(raw))
    ]


def boston(raw: bytes) -> list[Line]:
    """Return the citations of the city's week."""
    return [
        Line(
            datetime.strptime(  # noqa: DTZ007  local
                f"{row['Issue_Date'].split()[0]} {row['Issue_Time']}", "%m/%d/%Y %I:%M:%S %p"
            ),
            _clean(row["Violation_"]),
            _clean(row["Violation1"]),
            int(row["Fine_Amt"]) * 100,
            "Transportation Department" if row["Issue_Agen"] == "1" else _clean(row["Issue_Agen"]),
            _clean(row["Ticket_Loc"]),
            _clean(row["Badge_Numb"]),
        )
        for row in _rows(raw)
    ]


def _rows(raw: bytes) -> Iterator[dict[str, str]]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    return csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""))


def _clean(text: str) -> str:
    return " ".join(text.split())


def counted(lines: Sequence[Line], question: Question) -> dict[Key, Cells]:
    """Return what a report must say of these lines, made without the product."""
    found: dict[Key, Cells] = {}
    for line in lines:
        cells = found.setdefault(question.key_of(line), dict.fromkeys(question.columns, 0))
        cells["issued"] += 1
        cells["fines"] += line.fine
        if "standing" in cells:
            cells["standing"] += line.fine
            cells["warnings"] += line.fine == 0
    return found


def reported(dataset: Any, question: Question) -> dict[Key, Cells]:
    """Return the cells of a report by its key; amounts in minor units."""
    from parkops.kernel.money import Money

    places = {column.key: n for n, column in enumerate(dataset.columns)}
    found: dict[Key, Cells] = {}
    for row in dataset.rows:
        cells = {key: row[places[key]] for key in question.columns}
        told = {key: cell.minor if isinstance(cell, Money) else cell for key, cell in cells.items()}
        key = tuple(str(row[places[name]] or "") for name in question.keys)
        if key in found:
            raise ValueError(f"{question.code} has two rows of {key}")
        found[key] = told
    return found


def differences(ours: dict[Key, Cells], theirs: dict[Key, Cells]) -> Iterator[str]:
    """Yield where a report and its file differ, cell by cell."""
    for key in sorted({*ours, *theirs}):
        name = ", ".join(key) or "blank"
        if key not in theirs:
            yield f"{name}: not in the file"
        elif key not in ours:
            yield f"{name}: not in the report"
        else:
            for column, true in theirs[key].items():
                if ours[key][column] != true:
                    yield f"{name}: {column} is {ours[key][column]}, in the file {true}"


def compare(lines: Sequence[Line], questions: Sequence[Question], *, at: datetime) -> int:
    """Make the reports of the days of these lines and compare; prints, and returns how many cells differ."""
    from reporting.operations.reports import dataset_of

    first, last = min(line.at for line in lines).date(), max(line.at for line in lines).date()
    wrong = 0
    for question in questions:
        period = {"from": first.isoformat(), "to": last.isoformat()}
        dataset = dataset_of(question.code, {**question.asked, **period}, at=at)
        ours, theirs = reported(dataset, question), counted(lines, question)
        found = [*differences(ours, theirs)]
        wrong += len(found)
        cells = sum(len(told) for told in theirs.values())
        told = "; ".join(found[:SHOWN]) or "agree"
        by = ", ".join(question.keys)
        print(
            f"| {dataset.title} | {by} | {first} to {last} | {len(theirs):,} | {cells:,} | {told} |",
            flush=True,
        )
    return wrong


def bring(path: Path, name: str, *, at: datetime) -> int:
    """Import a file by the mapping of its city; returns how many citations came in."""
    from enforcement.imports import mapping as mappings
    from enforcement.imports import operations
    from parkops.kernel.actors import SYSTEM

    with path.open("rb") as raw:
        return operations.import_citations(
            raw,
            name=path.name,
            mapping=mappings.read(MAPPINGS / f"{name}.yaml"),
            told=lambda: None,
            refused=lambda one: print(f"line {one.line}, {one.field}: {one.reason}"),
            by=SYSTEM,
            at=at,
        ).imported


CITIES = (
    ("philadelphia", "philadelphia_monthly/*.csv.gz", philadelphia, PHILADELPHIA),
    ("boston", "boston_2015_week/parking_tickets.csv", boston, BOSTON),
)


def main() -> int:
    """Import the files that are there, compare, and remove the tenants again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args().folder
    from bench.__main__ import prepare

    prepare()
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from bench import tenant
    from parkops.kernel.actors import SYSTEM
    from parkops.programme import load
    from parkops.programme import operations as programme

    wrong = compared = 0
    for city, pattern, read, questions in CITIES:
        paths = sorted(folder.glob(pattern))
        if not paths:
            print(f"{folder} has no {pattern}.")
            return 1
        with tenant.made(f"agree-{city}") as owner, tenant_context(owner):
            at = timezone.now()
            loaded = load.load(tenant.PROGRAMME.read_bytes(), "harbor.yaml")
            programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=at)
            print(f"\n{city.capitalize()}\n")
            files = [read(path.read_bytes()) for path in paths]
            for path, lines in zip(paths, files, strict=True):
                print(f"{path.name}: {len(lines):,} lines, {bring(path, city, at=at):,} imported")
            print("\n| Report | By | Days | Rows | Cells | The file and the report |")
            print("| --- | --- | --- | ---: | ---: | --- |")
            for lines in files:
                wrong += compare(lines, questions, at=timezone.now())
                compared += len(questions)
    print(f"\n{compared} reports: {f'{wrong} DIFFERENCES' if wrong else 'every cell agrees'}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
