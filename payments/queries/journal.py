"""The batches of the journal that were handed to the institution's own ledger, and what is left."""

from datetime import date

from django.db import connection
from django.db.models import QuerySet

from parkops.kernel.decisions import NotFound
from payments import place
from payments.models import Bookkeeping, LedgerExport
from payments.queries import gl as codes
from payments.queries import months
from payments.rules import gl
from payments.rules.gl import Facts
from payments.rules.journal import Batch, Column, Line, columns_of

_LINES = """
SELECT (e.posted_at AT TIME ZONE %(zone)s)::date, a.code, a.name, coalesce(c.zone_code, ''),
       coalesce(c.item_code, ''), coalesce(c.audience, ''), sum(greatest(e.amount_minor, 0)),
       -sum(least(e.amount_minor, 0))
  FROM payments_exportedtransaction x
  JOIN payments_ledgerentry e ON e.transaction_id = x.transaction_id
  JOIN payments_ledgeraccount a ON a.code = e.account_id
  LEFT JOIN payments_charge c ON c.id = e.charge_id
 WHERE x.export_id = %(export)s
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY 1, 2, 4, 5, 6
"""


def exports() -> QuerySet[LedgerExport]:
    """Return the batches, the newest first, without their lines."""
    return LedgerExport.objects.defer("lines").order_by("-pk")


def export(number: str) -> LedgerExport:
    """Return the batch of this number.

    :raises NotFound: if there is none.
    """
    found = LedgerExport.objects.filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no batch {number}.")
    return found


def batch_of(one: LedgerExport) -> Batch:
    """Return a batch as it was handed over."""
    lines = [Line(date.fromisoformat(on), *rest) for on, *rest in one.lines]
    return Batch(one.number, place.currency(), lines)


def columns() -> tuple[Column, ...]:
    """Return the columns of the CSV file."""
    stored = Bookkeeping.objects.values_list("columns", flat=True).first()
    return columns_of(stored or [])


def lines_held(one: LedgerExport) -> list[Line]:
    """Return what a batch's transactions come to, by day, account and code, by the mapping of now."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"zone": months.zone().key, "export": one.pk})
        found = cursor.fetchall()
    known = codes.rows()
    held: dict[date, list[gl.Row]] = {}
    sums: dict[tuple[date, str, str, str, str], list[int]] = {}
    for on, account, name, zone, item, audience, debit, credit in found:
        if on not in held:
            held[on] = gl.in_force(known, on)
        booked = gl.booked(held[on], account, Facts(zone, item, audience))
        both = sums.setdefault((on, account, name, booked.code, booked.cost_center), [0, 0])
        both[0] += int(debit)
        both[1] += int(credit)
    return [Line(*key, *both) for key, both in sums.items()]
