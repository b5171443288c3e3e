"""A file of counts that somebody brings in the office: how it is written, and which of its columns is what.

Pure: no database, no clock.
"""

import base64
import binascii
import csv
import gzip
import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from enforcement.imports.mapping import CountFields, CountMapping, FileForm, Pick, When
from enforcement.imports.texts import GZIP
from parkops.kernel.decisions import Refused

LARGEST_BYTES = 4 * 1024 * 1024
MOST_LINES = 50_000
SHOWN_LINES = 5
DELIMITERS = ",;\t"
NAME = "upload"
"""What the mappings of such files are called."""

FORMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "iso": ("2026-11-30 17:45", ("iso",)),
    "day": ("30/11/2026 17:45", ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")),
    "month": (
        "11/30/2026 17:45",
        ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p"),
    ),
    "dots": ("30.11.2026 17:45", ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")),
}
"""How times may be written: an example, and the forms that are read."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "zone": (
        "zone",
        "zonecode",
        "code",
        "lot",
        "garage",
        "carpark",
        "systemcodenumber",
        "location",
    ),
    "counted": (
        "at",
        "countedat",
        "counted",
        "time",
        "timestamp",
        "datetime",
        "when",
        "date",
        "lastupdated",
        "updated",
    ),
    "occupied": ("occupied", "occupancy", "taken", "vehicles", "cars", "count", "used"),
    "capacity": ("capacity", "spaces", "total", "places"),
}
"""By which names each column is known without being told, the surest first."""
_WANTED = {
    "zone": "the zone of each count, or one zone for all of the file",
    "counted": "when each was counted",
    "occupied": "how many vehicles were there",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was brought: its bytes, what stands between its cells, its heads and first lines."""

    raw: bytes
    delimiter: str
    heads: tuple[str, ...]
    first: tuple[tuple[str, ...], ...]


def sheet_of(raw: bytes) -> Sheet:
    """Return a file with its heads.

    :raises Refused: if it is too large, empty, or no text.
    """
    plain = _plain(raw)
    if len(plain) > LARGEST_BYTES or plain.count(b"\n") > MOST_LINES:
        raise Refused(
            "too_large",
            f"The file has more than {MOST_LINES:,} lines or {LARGEST_BYTES // 1024 // 1024} MB. "
            "Bring it in parts, or at the terminal: manage.py import counts.",
            field="file",
        )
    encoding = "utf-16" if plain.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = plain[:100_000].decode(encoding, "replace").replace("\0", "")
    if not text.strip():
        raise Refused("empty_file", "The file is empty.", field="file")
    begin = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=begin.count)
    try:
        lines = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row
        ]
    except csv.Error:
        raise Refused(
            "no_table", "The file is no CSV: lines of cells with heads.", field="file"
        ) from None
    heads = tuple(head.strip() for head in lines[0])
    first = tuple(tuple(row) for row in lines[1 : SHOWN_LINES + 1])
    return Sheet(plain, delimiter, heads, first)


def mapping_of(
    sheet: Sheet, *, kind: str, form: str, columns: Mapping[str, str], zone: str = ""
) -> CountMapping:
    """Return what the columns of a file mean: as is said in `columns`, the rest as it is guessed from the heads.

    With `zone` all counts are of that one.

    :raises Refused: naming what no column is known for.
    """
    found = {name: columns.get(name) or guessed(sheet.heads, name) for name in COLUMNS}
    for name, wanted in _WANTED.items():
        if not found[name] and not (name == "zone" and zone):
            raise Refused(
                "columns",
                f"Choose the column that says {wanted}.",
                field=name,
            )
    return CountMapping(
        name=NAME,
        kind=kind,  # type: ignore[arg-type]  # one of the form's choices
        file=FileForm(delimiter=sheet.delimiter, fallback="cp1252"),
        fields=CountFields(
            zone=Pick(value=zone) if zone else Pick(column=found["zone"]),
            counted=When(column=found["counted"], format=FORMS[form][1]),
            occupied=found["occupied"],
            capacity=found["capacity"] or None,
        ),
    )


def guessed(heads: tuple[str, ...], name: str) -> str:
    """Return the head of the column that is probably `name`; nothing if none is."""
    known = {re.sub(r"[^a-z]", "", head.lower()): head for head in reversed(heads)}
    return next((known[one] for one in COLUMNS[name] if one in known), "")


def packed(raw: bytes) -> str:
    """Return a file as a text that a page gives back; see `unpacked`."""
    return base64.b64encode(zlib.compress(raw, 6)).decode()


def unpacked(text: str) -> bytes:
    """Return the file of a text that a page gave back.

    :raises Refused: if it is not one that `packed` wrote.
    """
    try:
        reader = zlib.decompressobj()
        raw = reader.decompress(base64.b64decode(text, validate=True), LARGEST_BYTES + 1)
    except (zlib.error, binascii.Error, ValueError):
        told = "What was read is not here any more. Choose the file again."
        raise Refused("gone", told, field="file") from None
    return raw


def _plain(raw: bytes) -> bytes:
    if not raw.startswith(GZIP):
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            return stream.read(LARGEST_BYTES + 1)
    except (EOFError, zlib.error, OSError):
        told = "The file is damaged: its compressed part ends too early or is wrong."
        raise Refused("broken_file", told, field="file") from None
