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


def written(rows: Iterable[dict[str, str]]) -> str:
    """Return the charges as CSV, a line each under a head, safe to open in a spreadsheet."""
    out = io.StringIO()
    sheet = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    sheet.writeheader()
    for row in rows:
        sheet.writerow(row)
    return out.getvalue()


def read_answers(content: bytes, *, currency: str) -> tuple[list[Answer], list[str]]:
    """Return the answers in a CSV file, and in words what is wrong with which line.

    :raises Refused: `file` if it is no CSV with the columns row and state.
    """
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
        key: next((head.index(name) for name in names if name in head), None)
        for key, names in NAMES.items()
    }
    if where["row"] is None or where["state"] is None:
        raise Refused("file", "The file needs the columns row and state.", field="file")
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
