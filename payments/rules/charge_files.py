"""The files of charges: what goes out, and how answers are read."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from defusedcsv import csv

from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money

COLUMNS = ("file", "row", "account", "name", "reference", "text", "amount", "currency")
"""What a file says of each charge."""
NAMES = {
    "row": ("row", "line", "sequence"),
    "state": ("state", "status", "result"),
    "amount": ("amount", "accepted", "charged"),
    "reason": ("reason", "message", "note"),
}
"""What the columns of an answer may be called, in any order and case."""
ACCEPTED = frozenset({"accepted", "ok", "yes", "a", "posted", "taken", "partial"})
REFUSED = frozenset({"refused", "rejected", "no", "r", "failed", "declined"})
MOST_COLUMNS = 20
LONGEST_HEAD = 60
Columns = tuple[tuple[str, str], ...]
"""Columns in their order: what each holds, and what it is called."""
LARGEST = 5_000_000
LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file says of one row; `minor` None is all that was asked."""

    line: int
    row: int
    state: Literal["accepted", "refused"]
    minor: int | None
    reason: str


def read_columns(text: str, *, known: Iterable[str], needed: Iterable[str], field: str) -> Columns:
    """Return the columns that somebody wrote, one on a line: what it holds, and after = what it is called.

    :raises Refused: `field` for what no column can hold, a name that is there twice or too long, or without
        one that is needed.
    """
    found: list[tuple[str, str]] = []
    known = tuple(known)
    for line in filter(None, (one.strip() for one in text.splitlines())):
        what, _, head = (part.strip() for part in line.partition("="))
        what, head = what.casefold(), head or what
        if what not in known:
            told = f"No column can hold {what[:40]}; write one of {', '.join(known)}."
            raise Refused(field, told, field=field)
        if len(head) > LONGEST_HEAD or not head.isprintable():
            told = f"A column's name has at most {LONGEST_HEAD} characters, on one line."
            raise Refused(field, told, field=field)
        if any(head.casefold() == other.casefold() for _, other in found):
            raise Refused(field, f"Two columns are called {head}.", field=field)
        found.append((what, head))
    if len(found) > MOST_COLUMNS:
        raise Refused(field, f"At most {MOST_COLUMNS} columns.", field=field)
    missing = [one for one in needed if found and one not in dict(found)]
    if missing:
        raise Refused(field, f"The column {missing[0]} is needed.", field=field)
    return tuple(found)


def shown_columns(columns: Columns) -> str:
    """Return columns as somebody writes them."""
    return "\n".join(what if what == head else f"{what} = {head}" for what, head in columns)


def written(rows: Iterable[dict[str, str]], columns: Columns = ()) -> str:
    """Return the charges as CSV, a line each under a head, safe to open in a spreadsheet; with these columns,
    or else the usual ones."""
    chosen = columns or tuple((one, one) for one in COLUMNS)
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow([head for _, head in chosen])
    for row in rows:
        sheet.writerow([row[what] for what, _ in chosen])
    return out.getvalue()


def read_answers(
    content: bytes, *, currency: str, columns: Columns = ()
) -> tuple[list[Answer], list[str]]:
    """Return the answers in a CSV file, and in words what is wrong with which line. What `columns` name is
    found by that name alone; without any, by the usual ones.

    :raises Refused: `file` if it is no CSV with the columns of row and state.
    """
    names = {what: (head.casefold(),) for what, head in columns} or NAMES
    if len(content) > LARGEST:
        raise Refused("file", "The file is larger than 5 MB.", field="file")
    if b"\0" in content:
        raise Refused("file", "The file is no CSV in UTF-8.", field="file")
    try:
        text = content.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused("file", f"The file is no CSV in UTF-8: {error}.", field="file") from error
    head = [name.strip().casefold() for name in lines[0]] if lines else []
    where = {
        key: next((head.index(name) for name in names.get(key, ()) if name in head), None)
        for key in NAMES
    }
    if where["row"] is None or where["state"] is None:
        row, state = (dict(columns).get(one, one) for one in ("row", "state"))
        raise Refused("file", f"The file needs the columns {row} and {state}.", field="file")
    answers, faults = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        told = {
            key: cells[at].strip() if at is not None and at < len(cells) else ""
            for key, at in where.items()
        }
        try:
            answers.append(_answer(number, told, currency=currency))
        except ValueError as fault:
            faults.append(f"Line {number}: {fault}")
    return answers, faults


def answer_of(told: Answer, *, asked: int) -> int:
    """Return how much of what was asked is accepted, in minor units.

    :raises Refused: `amount` if it is more than was asked.
    """
    if told.state == "refused":
        return 0
    minor = asked if told.minor is None else told.minor
    if minor > asked:
        raise Refused("amount", "More is accepted than was asked.", field="amount")
    return minor


def _answer(line: int, told: dict[str, str], *, currency: str) -> Answer:
    word = told["state"].casefold()
    if not told["row"].isdecimal() or len(told["row"]) > LONGEST_NUMBER:
        raise ValueError(f"{told['row'][:20]!r} is no number of a row.")
    if word not in ACCEPTED | REFUSED:
        raise ValueError(f"{told['state']!r} is neither accepted nor refused.")
    minor = None
    if told["amount"] and word in ACCEPTED:
        try:
            minor = Money.typed(told["amount"], currency).minor
        except ValueError:
            raise ValueError(f"{told['amount']!r} is no amount such as 45.00.") from None
        if minor < 0:
            raise ValueError("The amount is below zero.")
    state: Literal["accepted", "refused"] = "accepted" if word in ACCEPTED else "refused"
    return Answer(line, int(told["row"]), state, minor, told["reason"])


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)
