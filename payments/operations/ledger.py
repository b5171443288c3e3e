"""How a movement of money is written into the ledger: once, balanced, for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from parkops.kernel.actors import Actor
from payments.models import Charge, LedgerEntry, LedgerTransaction


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

    :raises ValueError: if the legs do not add up to zero.
    :raises RuntimeError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{source} must be posted in the transaction of the act")
    moved = [leg for leg in legs if leg.minor]
    if sum(leg.minor for leg in moved):
        raise ValueError(f"{source} does not balance: {moved}")
    if not moved:
        return None
    transaction = LedgerTransaction.objects.create(
        source=source, text=text[:300], posted_at=at, posted_by=by.name
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
        for leg in moved
    )
    return transaction
