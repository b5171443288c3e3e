"""How a movement of money is written into the ledger: once, balanced, for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from parkops.tenancy.postgresql import copying
from payments.models import Charge, LedgerEntry, LedgerTransaction
from payments.queries import months as queries
from payments.rules import months


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of a movement: above zero is a debit, below a credit; zero is left out."""

    account: str
    minor: int
    charge: Charge | None = None
    customer_id: int | None = None


# One statement, as it stands in the path of every payment. What happened in a month that is closed is
# posted at the first instant that is open; the trigger of the entries has the last word.
_POST = """
WITH open AS (
  SELECT max(ends_at) AS from_at FROM payments_ledgermonth WHERE closed_at IS NOT NULL
), made AS (
  INSERT INTO payments_ledgertransaction (source, text, posted_at, posted_by)
  SELECT %s, CASE WHEN from_at > %s THEN %s ELSE %s END, greatest(%s, from_at), %s FROM open
  RETURNING id, posted_at
)
INSERT INTO payments_ledgerentry (transaction_id, account_id, amount_minor, charge_id, customer_id, posted_at)
SELECT made.id, leg.account, leg.minor, leg.charge, leg.customer, made.posted_at
  FROM made, unnest(%s::varchar[], %s::bigint[], %s::bigint[], %s::bigint[])
             WITH ORDINALITY AS leg (account, minor, charge, customer, place)
 ORDER BY leg.place
"""


def post(source: str, legs: Sequence[Leg], *, text: str, by: Actor, at: datetime) -> None:
    """Write `legs` as one transaction in the caller's; nothing if they move nothing.

    `source` names what is posted; the database refuses a second transaction of the same source.

    What happened in a month that is closed is posted at the first instant that is open, with its day in
    the text.

    :raises ValueError: if the legs do not add up to zero.
    :raises Conflict: "month_closed" if that month is closed while this is written; it works again then.
    :raises RuntimeError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{source} must be posted in the transaction of the act")
    moved = [leg for leg in legs if leg.minor]
    if sum(leg.minor for leg in moved):
        raise ValueError(f"{source} does not balance: {moved}")
    if not moved:
        return
    late = months.late_text(text, at, queries.zone())
    values: list[Any] = [source, at, late[:300], text[:300], at, by.name]
    values += [
        [leg.account for leg in moved],
        [leg.minor for leg in moved],
        [leg.charge.pk if leg.charge else None for leg in moved],
        [leg.charge.customer_id if leg.charge else leg.customer_id for leg in moved],
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_POST, values)
    except IntegrityError as error:
        if "the books are closed" not in str(error):
            raise
        raise Conflict(
            "month_closed", "The month was closed while this was written. Do it once more."
        ) from error


@dataclass(frozen=True, slots=True)
class Posting:
    """One of many movements written together."""

    source: str
    text: str
    legs: tuple[Leg, ...]


def post_many(postings: Sequence[Posting], *, by: Actor, at: datetime) -> None:
    """Write many movements of one instant by a few statements; of a closed month, as `post` does.

    :raises ValueError: if the legs of one do not add up to zero.
    :raises RuntimeError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("postings are written in the transaction of the act")
    for posting in postings:
        if sum(leg.minor for leg in posting.legs) or not any(leg.minor for leg in posting.legs):
            raise ValueError(f"{posting.source} does not balance: {posting.legs}")
    open_from, zone = queries.open_from(), queries.zone()
    posted_at = max(at, open_from) if open_from else at
    ids = copying.next_ids(LedgerTransaction._meta.db_table, len(postings))
    copying.copy_rows(
        LedgerTransaction._meta.db_table,
        ("id", "source", "text", "posted_at", "posted_by"),
        (
            (pk, posting.source, _told(posting.text, at, posted_at, zone), posted_at, by.name)
            for pk, posting in zip(ids, postings, strict=True)
        ),
    )
    copying.copy_rows(
        LedgerEntry._meta.db_table,
        ("transaction_id", "account_id", "amount_minor", "charge_id", "customer_id", "posted_at"),
        (
            (pk, leg.account, leg.minor, *_whose(leg), posted_at)
            for pk, posting in zip(ids, postings, strict=True)
            for leg in posting.legs
            if leg.minor
        ),
    )


def _told(text: str, at: datetime, posted_at: datetime, zone: ZoneInfo) -> str:
    return (text if posted_at == at else months.late_text(text, at, zone))[:300]


def _whose(leg: Leg) -> tuple[int | None, int | None]:
    """Return the charge and the customer that a leg is kept under."""
    if leg.charge is None:
        return None, leg.customer_id
    return leg.charge.pk, leg.charge.customer_id
