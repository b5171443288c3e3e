"""How credit that a payment left behind pays other charges."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from payments import place, settlement
from payments.accounts import CUSTOMER_CREDIT, RECEIVABLE
from payments.models import Allocation, Charge, Payment
from payments.operations import charges as charging
from payments.operations import ledger
from payments.operations.ledger import Leg
from payments.operations.payments import lock_charges


@transaction.atomic
def apply_credit(*, customer_id: int, charge_ids: Sequence[UUID], by: Actor, at: datetime) -> Money:
    """Pay the charges, in the order given, from the customer's credit; return how much was used.

    The oldest credit goes first. No credit or nothing owed uses nothing.
    """
    owing = lock_charges(charge_ids, by=by, at=at)
    payments = Payment.objects.select_for_update().filter(
        customer_id=customer_id, state=Payment.State.SUCCEEDED, credit_minor__gt=0
    )
    used = 0
    for payment in payments.order_by("pk"):
        used += spend(payment, payment.credit_minor, owing, by=by, at=at)
    return place.money(used)


def spend(payment: Payment, most: int, owing: Sequence[Charge], *, by: Actor, at: datetime) -> int:
    """Pay locked charges from at most `most` of a locked payment's credit; return what was used."""
    left = most
    for charge in owing:
        share = min(charge.balance_minor, left)
        if share <= 0:
            continue
        left -= share
        part, is_new = Allocation.objects.get_or_create(
            payment=payment,
            charge=charge,
            defaults={
                "place": payment.allocations.count(),
                "asked_minor": share,
                "amount_minor": share,
            },
        )
        if not is_new:
            part.amount_minor += share
            part.save(update_fields=["amount_minor"])
        charge.paid_minor += share
        charge.postings += 1
        charging.mark_settled(charge, at=at)
        charge.save(update_fields=["paid_minor", "settled_at", "postings"])
        ledger.post(
            f"charge:{charge.public_id}:{charge.postings}",
            [
                Leg(CUSTOMER_CREDIT, share, None, payment.customer_id),
                Leg(RECEIVABLE, -share, charge),
            ],
            text=f"{charge.text}: paid from credit of payment {payment.number}",
            by=by,
            at=at,
        )
        audit.record(
            "payment.credit_used",
            subject=("payment", payment.number),
            actor=by,
            at=at,
            charge=f"{charge.kind} {charge.reference}",
            amount=Money(share, payment.currency).amount,
        )
        if charge.settled_at is not None:
            told = settlement.raiser_of(charge.kind).settled(charge.reference, by=by, at=at)
            told.require()
    payment.credit_minor -= most - left
    payment.save(update_fields=["credit_minor"])
    return most - left
