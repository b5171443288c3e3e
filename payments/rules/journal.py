"""The journal as the institution's own ledger takes it: lines of a day, columns, and files. Pure."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from defusedcsv import csv

from parkops.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """What moved on an account under a code on a day, both sides in minor units."""

    on: date
    account: str
    name: str
    code: str
    cost_center: str
    debit: int
    credit: int

    @property
    def booked(self) -> str:
        """The code, or the account of our own chart where none is given."""
        return self.code or self.account


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of the journal: its number, its money, and its lines by day."""

    number: str
    currency: str
    lines: Sequence[Line]

    def money(self, minor: int) -> str:
        """Return an amount as files have it."""
        return Money(minor, self.currency).amount

    def journal(self, on: date) -> str:
        """Return the name of the journal entry of a day: it stays, however often the file is made."""
        return f"{self.number}-{on:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the CSV file: its head, what is in it, and the words of one that is always the same."""

    head: str
    what: str
    words: str = ""


_Cell = Callable[[Batch, Line, int], str]

CELLS: Mapping[str, tuple[str, _Cell]] = {
    "date": ("Day", lambda batch, line, n: line.on.isoformat()),
    "us_date": ("Day, as 12/31/2026", lambda batch, line, n: f"{line.on:%m/%d/%Y}"),
    "journal": ("Journal entry of the day", lambda batch, line, n: batch.journal(line.on)),
    "line": ("Number of the line in it", lambda batch, line, n: str(n)),
    "code": ("Code of your ledger", lambda batch, line, n: line.booked),
    "cost_center": ("Cost center", lambda batch, line, n: line.cost_center),
    "account": ("Account of this chart", lambda batch, line, n: line.account),
    "name": ("Name of the account", lambda batch, line, n: line.name),
    "text": ("Text", lambda batch, line, n: f"Parking, {line.name}, {line.on:%-d %b %Y}"),
    "debit": ("Debit", lambda batch, line, n: batch.money(line.debit) if line.debit else ""),
    "credit": ("Credit", lambda batch, line, n: batch.money(line.credit) if line.credit else ""),
    "amount": ("Debit less credit", lambda batch, line, n: batch.money(line.debit - line.credit)),
    "currency": ("Currency", lambda batch, line, n: batch.currency),
    "batch": ("Number of the batch", lambda batch, line, n: batch.number),
}
"""What a column may hold, by name, with its words."""

FIXED = "fixed"
"""What a column holds that always says the same."""

USUAL = (
    Column("Date", "date"),
    Column("Journal", "journal"),
    Column("Line", "line"),
    Column("GL code", "code"),
    Column("Cost center", "cost_center"),
    Column("Account", "account"),
    Column("Description", "text"),
    Column("Debit", "debit"),
    Column("Credit", "credit"),
    Column("Currency", "currency"),
)
"""The columns of a tenant that has not chosen."""


def columns_of(stored: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """Return the columns as they are kept; the usual ones where none are."""
    return tuple(Column(*one) for one in stored) or USUAL


def as_csv(batch: Batch, columns: Sequence[Column]) -> bytes:
    """Return the journal as CSV in UTF-8, a line for each account and code of a day; what a spreadsheet
    would take for a formula is only text in it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.head for column in columns])
    for _, lines in groupby(batch.lines, key=lambda line: line.on):
        for number, line in enumerate(lines, start=1):
            writer.writerow([_cell(batch, line, number, column) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def as_iif(batch: Batch) -> bytes:
    """Return the journal as an IIF file of general journal entries, one for each day, as QuickBooks takes
    it; each entry adds up to nothing."""
    rows = [
        ["!TRNS", "TRNSID", "TRNSTYPE", "DATE", "ACCNT", "CLASS", "AMOUNT", "DOCNUM", "MEMO"],
        ["!SPL", "SPLID", "TRNSTYPE", "DATE", "ACCNT", "CLASS", "AMOUNT", "DOCNUM", "MEMO"],
        ["!ENDTRNS"],
    ]
    for on, lines in groupby(batch.lines, key=lambda line: line.on):
        parts = [(line, minor) for line in lines for minor in (line.debit, -line.credit) if minor]
        for number, (line, minor) in enumerate(parts, start=1):
            rows.append(
                [
                    "SPL" if number > 1 else "TRNS",
                    str(number),
                    "GENERAL JOURNAL",
                    f"{on:%m/%d/%Y}",
                    _plain(line.booked),
                    _plain(line.cost_center),
                    batch.money(minor),
                    batch.journal(on),
                    _plain(f"Parking, {line.name}"),
                ]
            )
        rows.append(["ENDTRNS"])
    return "".join("\t".join(row) + "\r\n" for row in rows).encode()


def _cell(batch: Batch, line: Line, number: int, column: Column) -> str:
    if column.what == FIXED:
        return column.words
    return CELLS[column.what][1](batch, line, number)


def _plain(text: str) -> str:
    """Return a text in one cell: no tabs, line ends or quotes, which the format has no way to write."""
    return re.sub(r"[\s\"]+", " ", text).strip()
