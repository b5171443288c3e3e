"""How a file is turned into lines of cells: its encoding, its quotes, its heads."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import partial
from typing import BinaryIO, NamedTuple

from enforcement.imports.mapping import Sheet
from parkops.kernel.decisions import Refused

GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Line(NamedTuple):
    """One record: the lines of the file on which it begins (from 1) and ends, its cells, or why it
    has none."""

    number: int
    last: int
    cells: list[str]
    fault: str = ""


def heads_of(lines: Iterator[Line], mapping: Sheet) -> list[str]:
    """Return the names of the columns: the mapping's, or the first line of the file.

    :raises Refused: if the file is empty, a column is there twice, or one that is mapped is not there.
    """
    if mapping.file.columns:
        heads = [*mapping.file.columns]
    else:
        first = next(lines, None)
        if first is None or first.fault:
            raise Refused("empty_file", first.fault if first else "The file is empty.")
        heads = [head.strip() for head in first.cells]
    for name, column in mapping.fields.sources():
        if heads.count(column) == 1:
            continue
        near = get_close_matches(column, heads, n=1)
        told = (
            f"The file has {heads.count(column)} columns {column}"
            if column in heads
            else f"The file has no column {column}"
            + (f"; did you mean {near[0]}?" if near else f". It has {', '.join(heads)[:300]}.")
        )
        raise Refused("columns", f"fields.{name}: {told}")
    return heads


def lines_of(raw: BinaryIO, mapping: Sheet) -> Iterator[Line]:
    """Give the records of a file, plain or gzipped, in order; blank lines are left out.

    Bytes that are not in the encoding come through as lone surrogates, unless the mapping names a
    fallback. NUL bytes, with which some systems fill their columns, are left out.

    :raises Refused: if the file ends in the middle of its compressed part, or is not in its encoding.
    """
    start = raw.read(4)
    raw.seek(0)
    stream = gzip.GzipFile(fileobj=raw) if start.startswith(GZIP) else raw
    encoding, errors = _encoding(mapping, start)
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    try:
        yield from _records(text, mapping.file.delimiter)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Refused(
            "broken_file", "The file is damaged: its compressed part ends too early or is wrong."
        ) from error
    except UnicodeError as error:
        raise Refused("encoding", f"The file is not written in {encoding}.") from error
    finally:
        if not raw.closed:
            text.detach()  # the file is closed by whoever opened it


def _records(text: io.TextIOWrapper, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(_without_nul(text), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            told = "A quote is opened and not closed, or stands undoubled inside a quoted cell"
            if reader.line_num > number:
                told += f"; everything up to line {reader.line_num} is lost in it"
            yield Line(number, reader.line_num, [], f"{told}.")
            continue
        if cells:
            yield Line(number, reader.line_num, cells)


def _without_nul(text: io.TextIOWrapper) -> Iterator[str]:
    for line in text:
        yield line.replace("\0", "") if "\0" in line else line


def _encoding(mapping: Sheet, start: bytes) -> tuple[str, str]:
    form = mapping.file
    if start.startswith(_UTF_16):
        return "utf-16", "strict"
    name = codecs.lookup(form.encoding).name
    if name == "utf-8":
        if form.fallback is None:
            return "utf-8-sig", "surrogateescape"
        return "utf-8-sig", _falling_back_to(form.fallback)
    return form.encoding, "strict"


def _falling_back_to(encoding: str) -> str:
    """Return the name of an error handler that reads what is not UTF-8 as `encoding`."""
    name = f"parkops-or-{codecs.lookup(encoding).name}"
    handler: Callable[[UnicodeError], tuple[str, int]] = partial(_decoded, encoding)
    codecs.register_error(name, handler)
    return name


def _decoded(encoding: str, error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(encoding, "replace"), error.end
