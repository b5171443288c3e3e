"""How a movement of money is written into the ledger: once, balanced, for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
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


def post(
    source: str, legs: Sequence[Leg], *, text: str, by: Actor, at: datetime
) -> LedgerTransaction | None:
    """Write `legs` as one transaction in the caller's; None if they move nothing.

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
        return None
    posted_at = months.posting_instant(at, open_from=queries.open_from())
    if posted_at != at:
        text = months.late_text(text, at, queries.zone())
    transaction = LedgerTransaction.objects.create(
        source=source, text=text[:300], posted_at=posted_at, posted_by=by.name
    )
    try:
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                transaction=transaction,
                account_id=leg.account,
                amount_minor=leg.minor,
                charge=leg.charge,
                customer_id=leg.charge.customer_id if leg.charge else leg.customer_id,
                posted_at=posted_at,
            )
            for leg in moved
        )
    except IntegrityError as error:
        if "the books are closed" not in str(error):
            raise
        raise Conflict(
            "month_closed", "The month was closed while this was written. Do it once more."
        ) from error
    return transaction


@dataclass(frozen=True, slots=True)
class Posting:
    """One of many movements written together."""

    source: str
    text: str
    legs: tuple[Leg, ...]


def post_many(postings: Sequence[Posting], *, by: Actor, at: datetime) -> None:
    """Write many movements of one instant, in an open month, by a few statements.

    :raises ValueError: if the legs of one do not add up to zero.
    :raises RuntimeError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("postings are written in the transaction of the act")
    for posting in postings:
        if sum(leg.minor for leg in posting.legs) or not any(leg.minor for leg in posting.legs):
            raise ValueError(f"{posting.source} does not balance: {posting.legs}")
    made = LedgerTransaction.objects.bulk_create(
        LedgerTransaction(
            source=posting.source, text=posting.text[:300], posted_at=at, posted_by=by.name
        )
        for posting in postings
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=transaction,
            account_id=leg.account,
            amount_minor=leg.minor,
            charge=leg.charge,
            customer_id=leg.charge.customer_id if leg.charge else leg.customer_id,
            posted_at=at,
        )
        for transaction, posting in zip(made, postings, strict=True)
        for leg in posting.legs
        if leg.minor
    )
