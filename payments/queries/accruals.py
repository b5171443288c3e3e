"""What permits were sold for and is not earned yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from parkops.kernel.dates import local_date
from payments import settlement
from payments.accounts import PERMIT_REVENUE, PREPAID_PERMITS
from payments.models import Bookkeeping, Charge, LedgerEntry
from payments.queries import months
from payments.queries.ledger import MOMENT
from payments.rules.accruals import Prepaid, Term

BATCH = 2_000

# Charges whose prepaid part may have moved in a month: those with a posting in it, and those with a
# part that is not earned yet. The first time, all.
_CHANGED = """
SELECT charge_id FROM payments_ledgerentry
 WHERE account_id IN (%(revenue)s, %(prepaid)s) AND posted_at < %(ends)s
   AND (posted_at >= %(begins)s OR NOT EXISTS (
        SELECT FROM payments_ledgerentry WHERE account_id = %(prepaid)s AND posted_at < %(ends)s))
   AND charge_id > %(after)s
 UNION
SELECT charge_id FROM payments_ledgerentry
 WHERE account_id = %(prepaid)s AND posted_at < %(ends)s AND charge_id > %(after)s
 GROUP BY charge_id HAVING sum(amount_minor) <> 0
 ORDER BY 1 LIMIT %(limit)s
"""

_SUMS = """
SELECT charge_id, -sum(amount_minor), coalesce(-sum(amount_minor) FILTER (WHERE account_id = %(prepaid)s), 0),
       count(*) FILTER (WHERE account_id = %(prepaid)s AND posted_at >= %(begins)s)
  FROM payments_ledgerentry
 WHERE charge_id = ANY(%(charges)s) AND account_id IN (%(revenue)s, %(prepaid)s) AND posted_at < %(ends)s
 GROUP BY charge_id
"""


@dataclass(frozen=True, slots=True)
class PrepaidCharge:
    """A permit's charge with what of it is prepaid before an instant, and how often that was posted in
    the month that ends there."""

    charge: Charge
    prepaid: Prepaid
    postings: int


def accrues_from() -> date | None:
    """Return the first day of the month from which permits are earned by the days of their terms; None
    where they are when they are sold."""
    return Bookkeeping.objects.values_list("accrues_from_on", flat=True).first()


def last_posted_at() -> datetime | None:
    """Return when something was last put off or earned by the days of a term."""
    rows = LedgerEntry.objects.filter(account=PREPAID_PERMITS).order_by("-posted_at", "-pk")
    return rows.values_list("posted_at", flat=True).first()


def changed(begins: datetime, ends: datetime, *, after: int) -> list[PrepaidCharge]:
    """Return the next charges, by id after `after`, whose prepaid part may have moved in a month."""
    values: dict[str, Any] = {
        "revenue": PERMIT_REVENUE,
        "prepaid": PREPAID_PERMITS,
        "begins": begins,
        "ends": ends,
        "after": after,
        "limit": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, values)
        ids = [row[0] for row in cursor.fetchall()]
    return _prepaid(ids, begins, ends)


def prepaid_at(at: datetime) -> Iterator[PrepaidCharge]:
    """Yield every charge of a permit with what of it is prepaid before an instant."""
    begins, after = datetime.fromtimestamp(0, tz=at.tzinfo), 0
    while True:
        batch = changed(begins, at, after=after)
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1].charge.pk


def prepaid_of(charge: Charge, *, at: datetime) -> PrepaidCharge | None:
    """Return what of one charge is prepaid at an instant; None of one of which nothing is posted."""
    found = _prepaid([charge.pk], at, at + MOMENT)
    return found[0] if found else None


def _prepaid(ids: Sequence[int], begins: datetime, ends: datetime) -> list[PrepaidCharge]:
    if not ids:
        return []
    charges = Charge.objects.in_bulk(ids)
    values: dict[str, Any] = {
        "revenue": PERMIT_REVENUE,
        "prepaid": PREPAID_PERMITS,
        "charges": list(ids),
        "begins": begins,
        "ends": ends,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, values)
        sums = {row[0]: (int(row[1]), int(row[2]), row[3]) for row in cursor.fetchall()}
    terms = _terms(list(charges.values()), at=ends)
    zone = months.zone()
    found = []
    for pk in ids:
        charge = charges[pk]
        if pk not in sums:
            continue
        net, held, postings = sums[pk]
        term = terms.get((charge.kind, charge.reference))
        days = (
            _days(*term, zone) if term else Term(charge.raised_at.date(), charge.raised_at.date())
        )
        found.append(PrepaidCharge(charge, Prepaid(net, held, days), postings))
    return found


def _terms(
    charges: Sequence[Charge], *, at: datetime
) -> dict[tuple[str, str], tuple[datetime, datetime]]:
    found = {}
    for kind in sorted({charge.kind for charge in charges}):
        references = [charge.reference for charge in charges if charge.kind == kind]
        told = settlement.raiser_of(kind).terms_at(references, at=at)
        found.update({(kind, reference): term for reference, term in told.items()})
    return found


def _days(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Term:
    """Return the local days of a term; the day in which it ends counts if it has a part of it."""
    end = local_date(ends_at, zone)
    if ends_at.astimezone(zone).time() != datetime.min.time():
        end = date.fromordinal(end.toordinal() + 1)
    return Term(local_date(starts_at, zone), end)
