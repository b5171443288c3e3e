"""How what was owed and paid in a former system comes into the books, and goes out of them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from parkops.kernel.money import Money
from parkops.tenancy.postgresql.copying import insert_many
from payments import place
from payments.accounts import BROUGHT_OVER, CUSTOMER_CREDIT, RECEIVABLE
from payments.models import Allocation, Charge, Payment
from payments.operations import ledger
from payments.operations.ledger import Leg, Posting
from payments.queries import brought
from payments.rules.gl import Facts

PAID_THERE = "Paid in the former system"


@dataclass(frozen=True, slots=True)
class Brought:
    """What one thing came to in the former system, and what was paid of it there, in minor units.

    `lines` say in words what makes up the amount.
    """

    reference: str
    text: str
    customer_id: int | None
    plate_key: str
    due_on: date | None
    facts: Facts
    net: int
    late_fee: int
    discount: int
    paid: int
    lines: tuple[tuple[str, int], ...] = ()

    @property
    def amount(self) -> int:
        """What it came to."""
        return self.net + self.late_fee - self.discount


@transaction.atomic(savepoint=False)
def bring_over(kind: str, things: Sequence[Brought], *, by: Actor, at: datetime) -> None:
    """Raise the charges of many things with what was paid of them already, by a few statements.

    All of it stands against one account: nothing was earned or taken here. What was paid beyond the
    amount is credit of the payment, and of the customer where one is known.
    """
    currency = place.currency()
    charges = insert_many(
        Charge,
        (
            Charge(
                kind=kind,
                reference=one.reference,
                customer_id=one.customer_id,
                plate_key=one.plate_key,
                text=one.text[:300],
                lines=[
                    {"text": words, "amount": Money(minor, currency).amount}
                    for words, minor in one.lines
                ],
                revenue=BROUGHT_OVER,
                zone_code=one.facts.zone,
                item_code=one.facts.item,
                audience=one.facts.audience,
                raised_net_minor=one.net,
                raised_tax_minor=0,
                tax_rate_ppm=0,
                net_minor=one.net,
                tax_minor=0,
                late_fee_minor=one.late_fee,
                discount_minor=one.discount,
                amount_minor=one.amount,
                paid_minor=min(one.paid, one.amount),
                due_on=one.due_on,
                raised_at=at,
                settled_at=at if one.paid >= one.amount else None,
            )
            for one in things
        ),
    )
    paid = [(one, charge) for one, charge in zip(things, charges, strict=True) if one.paid]
    numbers = place.next_receipts(len(paid), at=at)
    payments = insert_many(
        Payment,
        (
            Payment(
                number=number,
                method=Payment.Method.OTHER.value,
                state=Payment.State.SUCCEEDED.value,
                amount_minor=one.paid,
                handed_over_minor=one.paid,
                credit_minor=one.paid - charge.paid_minor,
                currency=currency,
                customer_id=one.customer_id,
                taken_by=by.name,
                created_at=at,
                succeeded_at=at,
                reference=PAID_THERE,
                provider="",
                brought_for=charge,
            )
            for number, (one, charge) in zip(numbers, paid, strict=True)
        ),
    )
    insert_many(
        Allocation,
        (
            Allocation(
                payment=payment,
                charge=charge,
                place=0,
                asked_minor=charge.paid_minor,
                amount_minor=charge.paid_minor,
            )
            for payment, (_, charge) in zip(payments, paid, strict=True)
            if charge.paid_minor
        ),
    )
    ledger.post_many(
        [
            *(_raised(charge, 1) for charge in charges if charge.amount_minor),
            *(
                _taken(payment, charge, charge.paid_minor, 1)
                for payment, (_, charge) in zip(payments, paid, strict=True)
            ),
        ],
        by=by,
        at=at,
    )


@transaction.atomic(savepoint=False)
def take_out(kind: str, references: Sequence[str], *, suffix: str, by: Actor, at: datetime) -> None:
    """Let what was brought over for these subjects come to nothing, by reversing entries. The charges
    stay, with `suffix` behind their reference, so that the same can be brought over again.

    :raises Conflict: `in_use` if something was done with one of them since.
    """
    rows = Charge.objects.select_for_update().filter(kind=kind, reference__in=references)
    charges = {charge.pk: charge for charge in rows.order_by("pk")}
    rows_paid = Payment.objects.select_for_update().filter(brought_for__in=charges)
    payments = list(rows_paid.order_by("pk"))
    if brought.touched(kind, references).exists():
        raise Conflict("in_use", "Something was done with what this import brought.")
    shares = {
        part.payment_id: part.amount_minor
        for part in Allocation.objects.filter(payment__in=payments).order_by("pk")
    }
    ledger.post_many(
        [
            *(_raised(charge, -1) for charge in charges.values() if charge.amount_minor),
            *(
                _taken(payment, charges[payment.brought_for_id], shares.get(payment.pk, 0), -1)
                for payment in payments
                if payment.brought_for_id is not None
            ),
        ],
        by=by,
        at=at,
    )
    Allocation.objects.filter(payment__in=payments).update(released_minor=F("amount_minor"))
    Payment.objects.filter(brought_for__in=charges).update(
        state=Payment.State.CANCELLED, credit_minor=0
    )
    Charge.objects.filter(pk__in=charges).update(
        reference=Concat(F("reference"), Value(suffix)),
        net_minor=0,
        late_fee_minor=0,
        discount_minor=0,
        amount_minor=0,
        paid_minor=0,
        postings=F("postings") + 1,
        settled_at=at,
    )


def _raised(charge: Charge, sign: int) -> Posting:
    minor = sign * charge.amount_minor
    return Posting(
        f"charge:{charge.public_id}:{'raised' if sign > 0 else charge.postings + 1}",
        f"{charge.text}: {'brought over' if sign > 0 else 'the import was undone'}",
        (Leg(RECEIVABLE, minor, charge), Leg(BROUGHT_OVER, -minor, charge)),
    )


def _taken(payment: Payment, charge: Charge, share: int, sign: int) -> Posting:
    minor, credit = sign * payment.amount_minor, sign * (payment.amount_minor - share)
    return Posting(
        f"payment:{payment.number}" + ("" if sign > 0 else ":undone"),
        f"Payment {payment.number}: {PAID_THERE[0].lower()}{PAID_THERE[1:]}"
        + ("" if sign > 0 else "; the import was undone"),
        (
            Leg(BROUGHT_OVER, minor, None, payment.customer_id),
            Leg(RECEIVABLE, -sign * share, charge),
            Leg(CUSTOMER_CREDIT, -credit, None, payment.customer_id),
        ),
    )
