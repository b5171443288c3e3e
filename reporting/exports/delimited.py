"""A dataset as CSV that a spreadsheet opens and does not execute."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import IO, Any

from defusedcsv import csv as defusedcsv

from parkops.kernel.money import Money
from parkops.tenancy.models import Tenant
from reporting.datasets import Block, Column, Dataset, Sums, blocks_of, plain
from reporting.exports.far import Begun, unheard

MARK = "\ufeff"
AT_ONCE = 500
END = "\r\n"
NEEDS_QUOTES = re.compile('[",\r\n]')
FORMULA = frozenset("@+-=|%")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many rows, the digest of the whole, and that of the last line of totals."""

    rows: int
    digest: str
    totals_digest: str


def write(dataset: Dataset, _tenant: Tenant, begun: Begun = unheard) -> bytes:
    """Return UTF-8 with a byte-order mark: heads, rows, and a last line of totals if there are any."""
    store, tell = io.BytesIO(), begun("Writing rows as CSV", len(dataset.rows))
    _write(store, dataset, tell)
    return store.getvalue()


def digests(dataset: Dataset) -> Written:
    """Return the digests of a dataset in whatever format it is: those that its CSV has."""
    return _write(_Nowhere(), dataset, lambda _count: None)


def _write(store: IO[bytes], dataset: Dataset, tell: Callable[[int], None]) -> Written:
    blocks = blocks_of(dataset.rows, AT_ONCE)
    return write_blocks(store, dataset.columns, blocks, currency=dataset.currency, tell=tell)


def write_blocks(
    store: IO[bytes],
    columns: Sequence[Column],
    blocks: Iterable[Block],
    *,
    currency: str,
    tell: Callable[[int], None] = lambda _count: None,
) -> Written:
    """Write rows as they come, block by block, and the totals that they have added up to.

    What kind of cells a column has is asked once for all of a block.
    """
    sums, digest, count = Sums(columns, currency), hashlib.sha256(), 0

    def put(text: str) -> None:
        data = text.encode()
        digest.update(data)
        store.write(data)

    put(MARK + _lines([[column.title for column in columns]]))
    for block in blocks:
        sums.add(block)
        put(_text(block))
        count += len(block[0])
        tell(count)
    last = ""
    if any(column.is_totalled for column in columns):
        first, *others = (_blank(plain(cell)) for cell in sums.totals())
        last = _lines([[first or "Total", *others]])
        put(last)
    totals = hashlib.sha256(last.rstrip("\r\n").encode()).hexdigest()
    return Written(count, digest.hexdigest(), totals)


def _text(block: Block) -> str:
    """Return the rows of a block as text. What could be taken for a formula is defused."""
    columns = [_cells(column) for column in block]
    if any(map(_is_risky, block)):
        return _lines(zip(*columns, strict=True))
    if len(columns) == 1:
        # A line of one blank cell would be no line at all: csv writes it quoted.
        return _lines(zip(*columns, strict=True), writer=csv)
    # As csv writes it, seven times as fast: which columns need quotes is asked of each as a whole.
    line = ",".join(["%s"] * len(columns)) + END
    return "".join(map(line.__mod__, zip(*map(_quoted, columns), strict=True)))


def _cells(column: Sequence[Any]) -> Sequence[Any]:
    """Return the cells of a column as texts and numbers."""
    kinds = set(map(type, column))
    if kinds <= {str, int, float}:
        return column
    if kinds == {Money}:
        currency = column[0].currency
        minors = [cell.minor for cell in column]
        amounts = {minor: Money(minor, currency).amount for minor in set(minors)}
        return list(map(amounts.__getitem__, minors))
    if kinds == {date}:
        days = {day: day.isoformat() for day in set(column)}
        return list(map(days.__getitem__, column))
    return [_blank(plain(cell)) for cell in column]


def _quoted(column: Sequence[Any]) -> Sequence[Any]:
    """Return a column whose texts are in quotes where they have to be."""
    texts = column if set(map(type, column)) == {str} else list(map(str, column))
    if not NEEDS_QUOTES.search("".join(texts)):
        return texts
    return [
        '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text for text in texts
    ]


def _is_risky(column: Sequence[Any]) -> bool:
    """Whether a cell of the column could be taken for a formula; numbers and dates never are."""
    texts = column if set(map(type, column)) == {str} else [c for c in column if type(c) is str]
    return not FORMULA.isdisjoint(map(_first, texts))


_first = itemgetter(slice(1))


def _lines(rows: Iterable[Sequence[Any]], *, writer: Any = defusedcsv) -> str:
    """Return rows as text, defused unless another writer is given."""
    text = io.StringIO(newline="")
    writer.writer(text, lineterminator=END).writerows(rows)
    return text.getvalue()


def _blank(cell: Any) -> Any:
    return "" if cell is None else cell


class _Nowhere(io.BytesIO):
    """A file that keeps nothing."""

    def write(self, data: Any) -> int:
        return len(data)
