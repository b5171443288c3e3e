"""How the charge of a citation comes down: to what is left, the rest given back."""

from datetime import datetime

from enforcement.models import Citation
from enforcement.queries.citations import KIND
from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from payments import operations as payments
from payments import queries as charges
from payments.operations.refunds import refund_charge


def lower_charge(
    citation: Citation,
    charge: charges.ChargeRow,
    left: Money,
    *,
    text: str,
    by: Actor,
    at: datetime,
) -> None:
    """Bring the charge down to what is left, and give back what was paid beyond it."""
    excess = charge.paid - left
    if excess.minor > 0:
        # One part, so that all of the excess can be given back from it.
        payments.change_charge(
            kind=KIND, reference=citation.number, amount=charge.paid, text=text, by=by, at=at
        )
        refund_charge(
            kind=KIND,
            reference=citation.number,
            net=excess,
            tax=Money.zero(excess.currency),
            reason=text,
            by=by,
            at=at,
        )
    elif not charge.is_settled:
        payments.change_charge(
            kind=KIND, reference=citation.number, amount=left, text=text, by=by, at=at
        )
