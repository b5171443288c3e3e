"""How credit that a payment left behind pays other charges."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from parkops.kernel.money import Money
from payments import place
from payments.accounts import CUSTOMER_CREDIT, RECEIVABLE
from payments.models import Allocation, Charge, Payment
from payments.operations import charges as charging
from payments.operations import ledger, plan_sales, tallying
from payments.operations.ledger import Leg
from payments.operations.payments import allocate, lock_charges, payment_of_request


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


@transaction.atomic
def keep_as_credit(
    amount: Money,
    *,
    method: str,
    customer_id: int | None,
    payer: str,
    request_key: str,
    by: Actor,
    at: datetime,
) -> Payment:
    """Keep money that came for something that is paid already as credit of a customer.

    :raises Conflict: `nothing_owed` where nobody is known to credit.
    """
    if known := payment_of_request(request_key):
        return known
    if customer_id is None:
        raise Conflict(
            "nothing_owed", "Nothing is owed on this any more, and nobody is known to credit."
        )
    payment = Payment.objects.create(
        number=place.next_receipt(at=at),
        method=method,
        state=Payment.State.SUCCEEDED,
        amount_minor=amount.minor,
        handed_over_minor=amount.minor,
        credit_minor=amount.minor,
        currency=place.currency(),
        customer_id=customer_id,
        payer=payer,
        taken_by=by.name,
        created_at=at,
        succeeded_at=at,
        request_key=request_key,
    )
    tallying.count(payment)
    allocate(payment, [], by=by, at=at)
    return payment


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
        with tallying.tallied_charges([charge]):
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
        plan_sales.money_came(charge, by=by, at=at).require()
    payment.credit_minor -= most - left
    payment.save(update_fields=["credit_minor"])
    return most - left
