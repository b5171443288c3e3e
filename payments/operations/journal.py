"""How the journal is handed to the institution's own ledger: each transaction once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from payments import place
from payments.models import Bookkeeping, LedgerExport
from payments.operations.accruals import locked_books
from payments.queries import journal as queries
from payments.rules.journal import CELLS, FIXED, Column

_HOLD = """
INSERT INTO payments_exportedtransaction (export_id, transaction_id)
SELECT %(export)s, t.id FROM payments_ledgertransaction t
 WHERE t.posted_at >= %(begins)s AND t.posted_at < %(ends)s AND NOT EXISTS (
       SELECT FROM payments_exportedtransaction x WHERE x.transaction_id = t.id)
"""


@transaction.atomic
def export_journal(first: date, last: date, *, by: Actor, at: datetime) -> LedgerExport:
    """Make a batch of what was posted from `first` to `last`, both included, and is in no batch yet.

    :raises Refused: "last" before the first day.
    :raises Conflict: "nothing_to_export".
    """
    if last < first:
        raise Refused("last", "The last day is before the first.", field="last")
    locked_books()
    made = LedgerExport.objects.create(
        number=place.next_number("E", at=at),
        first_on=first,
        last_on=last,
        made_at=at,
        made_name=by.name,
        transactions=0,
    )
    values: dict[str, Any] = {
        "export": made.pk,
        "begins": place.day_start(first),
        "ends": place.day_end(last),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, values)
        made.transactions = cursor.rowcount
    if not made.transactions:
        raise Conflict(
            "nothing_to_export",
            "All that was posted in these days is in a batch already: take its file again.",
        )
    made.lines = [
        [
            line.on.isoformat(),
            line.account,
            line.name,
            line.code,
            line.cost_center,
            line.debit,
            line.credit,
        ]
        for line in queries.lines_held(made)
    ]
    made.save(update_fields=["transactions", "lines"])
    audit.record(
        "ledger.exported",
        subject=("ledger_export", made.number),
        actor=by,
        at=at,
        first=first.isoformat(),
        last=last.isoformat(),
        transactions=made.transactions,
    )
    return made


@transaction.atomic
def choose_columns(columns: Sequence[Column], *, by: Actor, at: datetime) -> Bookkeeping:
    """Set the columns of the journal's CSV file; none: the usual ones.

    :raises Refused: "columns" for what no column can hold.
    """
    for column in columns:
        if column.what != FIXED and column.what not in CELLS:
            raise Refused("columns", f"No column can hold {column.what}.", field="columns")
    books = locked_books()
    books.columns = [[column.head, column.what, column.words] for column in columns]
    books.save(update_fields=["columns"])
    audit.record(
        "ledger.columns_chosen",
        subject=("books", "columns"),
        actor=by,
        at=at,
        columns=[column.head for column in columns],
    )
    return books
