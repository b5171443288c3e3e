"""What stands in the mapping to the institution's own ledger, and what was booked under which code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from payments import place
from payments.accounts import PREPAID_PERMITS
from payments.models import GlCode
from payments.queries import months
from payments.rules import gl
from payments.rules.gl import Booked, Facts, Row

# What is put off stands on one account for all permits; it counts against the revenue that it is of.
_MOVED = """
SELECT a.code, a.name, a.kind, coalesce(c.zone_code, ''), coalesce(c.item_code, ''),
       coalesce(c.audience, ''), sum(greatest(m.minor, 0)), -sum(least(m.minor, 0)),
       -sum(least(m.put, 0)), sum(greatest(m.put, 0))
  FROM (SELECT account_id, charge_id, amount_minor AS minor, 0::bigint AS put
          FROM payments_ledgerentry
         WHERE posted_at >= %(begins)s AND posted_at < %(ends)s
         UNION ALL
        SELECT p.revenue, e.charge_id, 0, e.amount_minor
          FROM payments_ledgerentry e
          JOIN payments_charge p ON p.id = e.charge_id
         WHERE e.account_id = %(prepaid)s AND e.posted_at >= %(begins)s AND e.posted_at < %(ends)s) m
  JOIN payments_ledgeraccount a ON a.code = m.account_id
  LEFT JOIN payments_charge c ON c.id = m.charge_id
 WHERE %(kind)s = '' OR a.kind = %(kind)s
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY 1, 4, 5, 6
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved on an account for charges of the same facts, and the code that it is booked under.

    Of a revenue account `put_off` is the part of its debits that later months earn, and `released` the
    part of its credits that earlier ones put off.
    """

    account: str
    name: str
    kind: str
    facts: Facts
    booked: Booked
    debit: int
    credit: int
    put_off: int = 0
    released: int = 0


def rows() -> list[Row]:
    """Return the whole mapping, what held before and what will hold too."""
    return [row_of(one) for one in GlCode.objects.order_by("begins_on", "pk")]


def row_of(one: GlCode) -> Row:
    """Return a row of the mapping as the rules take it."""
    return Row(
        one.account_id,
        one.code,
        one.begins_on,
        one.cost_center,
        one.zone_code,
        one.item_code,
        one.audience,
    )


def written() -> list[GlCode]:
    """Return the rows of the mapping as they were written, by account, the newest of a name first."""
    order = ["account_id", "item_code", "zone_code", "audience", "-begins_on"]
    return list(GlCode.objects.order_by(*order))


def first_open_day() -> date | None:
    """Return the first day that is not in a closed month; None while none is closed."""
    opens = months.open_from()
    return place.local_date(opens) if opens else None


def booked_between(first: date, last: date, *, kind: str = "") -> list[Moved]:
    """Return what moved from `first` to `last`, both included, by account, facts and code; of one kind
    of account or of all. Each day by the rows that held on it."""
    known = rows()
    found: dict[tuple[str, Facts, str, str], Moved] = {}
    for begins, ends in gl.spans(known, first, last):
        holds = gl.in_force(known, begins)
        for account, name, kind_of, zone, item, audience, *sums in _moved(begins, ends, kind=kind):
            facts = Facts(zone, item, audience)
            booked = gl.booked(holds, account, facts)
            key = (account, facts, booked.code, booked.cost_center)
            was = found.get(key)
            had = (was.debit, was.credit, was.put_off, was.released) if was else (0, 0, 0, 0)
            now = (int(minor) + before for minor, before in zip(sums, had, strict=True))
            found[key] = Moved(account, name, kind_of, facts, booked, *now)
    return list(found.values())


def unmapped(first: date, last: date) -> list[Moved]:
    """Return what moved in these days and no row of the mapping is about."""
    return [one for one in booked_between(first, last) if not one.booked.code]


def _moved(first: date, last: date, *, kind: str) -> Sequence[tuple]:
    values: dict[str, Any] = {
        "begins": place.day_start(first),
        "ends": place.day_end(last),
        "kind": kind,
        "prepaid": PREPAID_PERMITS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, values)
        return cursor.fetchall()
