"""The files that others send: CSV with a head line, each wrong line told by its number. Pure."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line of a file, and what would be right."""

    line: int
    text: str


Row = tuple[int, dict[str, str]]
"""A line of a file: its number, and what it says by column."""


def read_table(content: bytes, *, needed: Sequence[str]) -> tuple[list[Row], list[Fault]]:
    """Return the lines of a CSV file by its head line, with columns in any order; a line that lacks one of
    the `needed` is a fault, an empty one is none."""
    try:
        text = content.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        return [], [Fault(1, "The file is not UTF-8. Save it as CSV, UTF-8.")]
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = list(reader)
    except csv.Error as error:
        return [], [Fault(reader.line_num, f"The file cannot be read as CSV: {error}.")]
    if not lines:
        return [], [Fault(1, "The file is empty.")]
    head = [name.strip().casefold() for name in lines[0]]
    if missing := [name for name in needed if name not in head]:
        return [], [Fault(1, f"The head line lacks {', '.join(missing)}.")]
    rows: list[Row] = []
    faults: list[Fault] = []
    for line, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        told = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        if empty := [name for name in needed if not told.get(name)]:
            faults.append(Fault(line, f"{', '.join(empty)} is empty."))
        else:
            rows.append((line, told))
    return rows, faults
