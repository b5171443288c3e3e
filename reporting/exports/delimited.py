"""A dataset as CSV that a spreadsheet opens and does not execute."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import IO, Any

from defusedcsv import csv as defusedcsv

from parkops.kernel.money import Money
from parkops.tenancy.models import Tenant
from reporting.datasets import Column, Dataset, Sums, plain
from reporting.exports.far import Begun, unheard

MARK = "\ufeff"
AT_ONCE = 2_000
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
    write_rows(store, dataset.columns, dataset.rows, currency=dataset.currency, tell=tell)
    return store.getvalue()


def digests(dataset: Dataset) -> Written:
    """Return the digests of a dataset in whatever format it is: those that its CSV has."""
    return write_rows(_Nowhere(), dataset.columns, dataset.rows, currency=dataset.currency)


def write_rows(
    store: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    currency: str,
    tell: Callable[[int], None] = lambda _count: None,
) -> Written:
    """Write rows as they come, a few thousand at once, and the totals that they have added up to."""
    sums, digest, count = Sums(columns, currency), hashlib.sha256(), 0

    def put(text: str) -> None:
        data = text.encode()
        digest.update(data)
        store.write(data)

    put(MARK + _lines([[column.title for column in columns]]))
    coming = iter(rows)
    while some := list(islice(coming, AT_ONCE)):
        # Column by column: what kind of cells it has is asked once for all of them.
        cells = list(zip(*some, strict=True))
        sums.add(cells)
        put(
            _lines(
                zip(*map(_texts, cells), strict=True), is_harmless=not any(map(_is_risky, cells))
            )
        )
        count += len(some)
        tell(count)
    last = ""
    if any(column.is_totalled for column in columns):
        first, *others = (_blank(plain(cell)) for cell in sums.totals())
        last = _lines([[first or "Total", *others]])
        put(last)
    totals = hashlib.sha256(last.rstrip("\r\n").encode()).hexdigest()
    return Written(count, digest.hexdigest(), totals)


def _texts(column: Sequence[Any]) -> Sequence[Any]:
    """Return the cells of a column as CSV writes them."""
    kinds = set(map(type, column))
    if kinds <= {str, int, float}:
        return column
    if kinds == {Money}:
        return [cell.amount for cell in column]
    if kinds == {date}:
        return [cell.isoformat() for cell in column]
    return [_blank(plain(cell)) for cell in column]


def _is_risky(column: Sequence[Any]) -> bool:
    """Whether a cell of the column could be taken for a formula; numbers and dates never are."""
    return any(type(cell) is str and cell[:1] in FORMULA for cell in column)


def _lines(rows: Iterable[Sequence[Any]], *, is_harmless: bool = False) -> str:
    """Return rows as text; unless they are harmless, all go by what defuses them."""
    text = io.StringIO(newline="")
    (csv if is_harmless else defusedcsv).writer(text).writerows(rows)
    return text.getvalue()


def _blank(cell: Any) -> Any:
    return "" if cell is None else cell


class _Nowhere(io.BytesIO):
    """A file that keeps nothing."""

    def write(self, data: Any) -> int:
        return len(data)
