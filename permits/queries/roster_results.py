"""What became of a roster, line by line, as a file that no spreadsheet takes for formulas."""

import csv
from collections.abc import Iterator
from typing import Protocol

from permits.models import Roster
from permits.rules.roster import safe_cell

HEAD = ["line", "result", "external_id", "email", "name", "audiences", "field", "message"]


class Out(Protocol):
    """What can be written to."""

    def write(self, text: str, /) -> object:
        """Write some text."""


def rows(roster: Roster) -> Iterator[list[str]]:
    """Yield the head and then a row for every line, those that are gone last; a few at a time."""
    yield HEAD
    if roster.message:
        yield ["1", "refused", "", "", "", "", "file", roster.message]
    for row in roster.rows.order_by("pk").iterator(chunk_size=2_000):
        told = [row.external_id, row.email, row.name, " ".join(row.audiences), row.field]
        yield [str(row.line or ""), row.kind, *(safe_cell(t) for t in (*told, row.message))]


def write(roster: Roster, out: Out) -> None:
    """Write the results of a roster to `out`."""
    csv.writer(out).writerows(rows(roster))
