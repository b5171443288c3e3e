"""What can be done to a charge: raise it, change what it comes to, cancel it, stop its clock."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.kernel.texts import Text, packed
from parkops.programme import queries as programme
from parkops.tenancy.later import later
from payments import place, queries, rules, settlement
from payments.accounts import (
    BAD_DEBT,
    BROUGHT_OVER,
    CUSTOMER_CREDIT,
    DISCOUNTS,
    LATE_FEES,
    RECEIVABLE,
    TAX_PAYABLE,
)
from payments.models import Allocation, Charge, Payment
from payments.operations import ledger, tallying
from payments.operations.ledger import Leg
from payments.rules.gl import NOTHING_KNOWN, Facts
from payments.rules.taxes import ppm_of, rate_of


@transaction.atomic(savepoint=False)
def raise_charge(
    *,
    kind: str,
    reference: str,
    text: str,
    net: Money,
    tax: Money,
    customer_id: int | None,
    plate_key: str,
    due_on: date | None,
    revenue: str,
    lines: Sequence[tuple[str, Money]] = (),
    facts: Facts = NOTHING_KNOWN,
    by: Actor,
    at: datetime,
) -> Charge:
    """Raise the one charge for `reference`; raising it again changes nothing and returns the first.

    A charge of nothing is settled at once, and its raiser is not told. `revenue` is the account
    that earns the net; `lines` explain the amount on receipts; by its `facts` it is booked.

    :raises ValueError: for a kind that is not one of `Charge.Kind`, or an amount below zero.
    """
    if kind not in Charge.Kind.values or net.minor < 0 or tax.minor < 0:
        raise ValueError(f"{kind} {reference} cannot be charged {net} and {tax} tax")
    gross = net.minor + tax.minor
    try:
        # Most often it is the first: what is there already is found by the constraint.
        with transaction.atomic():
            charge = Charge.objects.create(
                kind=kind,
                reference=reference,
                customer_id=customer_id,
                plate_key=plate_key,
                text=text[:300],
                lines=[_kept(words, amount) for words, amount in lines],
                revenue=revenue,
                zone_code=facts.zone,
                item_code=facts.item,
                audience=facts.audience,
                raised_net_minor=net.minor,
                raised_tax_minor=tax.minor,
                tax_rate_ppm=_tax_rate(net, tax, at=at),
                net_minor=net.minor,
                tax_minor=tax.minor,
                amount_minor=gross,
                due_on=due_on,
                raised_at=at,
                settled_at=None if gross else at,
            )
    except IntegrityError:
        return Charge.objects.get(kind=kind, reference=reference)
    ledger.post(
        f"charge:{charge.public_id}:raised",
        [
            Leg(RECEIVABLE, gross, charge),
            Leg(revenue, -net.minor, charge),
            Leg(TAX_PAYABLE, -tax.minor, charge),
        ],
        text=charge.text,
        by=by,
        at=at,
    )
    audit.record(
        "charge.raised",
        subject=("charge", str(charge.public_id)),
        actor=by,
        at=at,
        kind=kind,
        reference=reference,
        amount=(net + tax).amount,
    )
    return charge


@transaction.atomic
def change_charge(
    *,
    kind: str,
    reference: str,
    amount: Money,
    tax: Money | None = None,
    text: str,
    title: str = "",
    by: Actor,
    at: datetime,
) -> Charge:
    """Set what a charge comes to, gross, before what staff adjusted; `text` says why and stands in the
    ledger. The tax of it is `tax`, or if left out the share it had when the charge was raised; `title` is
    its new text.

    What has been paid beyond it becomes credit of those who paid. The raiser acts itself, so it is
    not told if nothing is owed any more; it is told nothing if something is owed again.

    :raises NotFound: if there is no such charge.
    """
    charge = locked(kind, reference)
    net, tax_minor = rules.parts_of(
        amount.minor, raised_net=charge.raised_net_minor, raised_tax=charge.raised_tax_minor
    )
    if title and title != charge.text:
        charge.text = title[:300]
        charge.save(update_fields=["text"])
    if tax is not None:
        net, tax_minor = amount.minor - tax.minor, tax.minor
    if not amount.minor:
        charge.adjusted_net_minor = charge.adjusted_tax_minor = 0
    net = max(net + charge.adjusted_net_minor, 0)
    tax_minor = max(tax_minor + charge.adjusted_tax_minor, 0)
    if (net, tax_minor, 0, 0) == _parts(charge) and not charge.written_off_minor:
        return charge
    set_parts(charge, net=net, tax=tax_minor, text=text, by=by, at=at)
    audit.record(
        "charge.changed",
        subject=("charge", str(charge.public_id)),
        actor=by,
        at=at,
        reason=text,
        reference=reference,
        amount=amount.amount,
    )
    return charge


def cancel_charge(*, kind: str, reference: str, text: str, by: Actor, at: datetime) -> Charge:
    """Let a charge come to nothing; what has been paid becomes credit of those who paid.

    :raises NotFound: if there is no such charge.
    """
    return change_charge(
        kind=kind, reference=reference, amount=Money(0, ""), text=text, by=by, at=at
    )


@transaction.atomic
def write_off_charge(*, kind: str, reference: str, text: str, by: Actor, at: datetime) -> Money:
    """Give up what is owed of a charge, and post it as a bad debt; returns how much. The raiser acts
    itself, so it is not told.

    :raises NotFound: if there is no such charge.
    """
    charge = locked(kind, reference)
    sync(charge, by=SYSTEM, at=at)
    minor = charge.balance_minor
    if minor:
        charge.written_off_minor += minor
        charge.amount_minor -= minor
        charge.postings += 1
        mark_settled(charge, at=at)
        with tallying.tallied_charges([charge]):
            charge.save()
        ledger.post(
            f"charge:{charge.public_id}:{charge.postings}",
            [Leg(BAD_DEBT, minor, charge), Leg(RECEIVABLE, -minor, charge)],
            text=text,
            by=by,
            at=at,
        )
        audit.record(
            "charge.written_off",
            subject=("charge", str(charge.public_id)),
            actor=by,
            at=at,
            reason=text,
            reference=reference,
            amount=place.money(minor).amount,
        )
    return place.money(minor)


@transaction.atomic
def reinstate_charge(*, kind: str, reference: str, text: str, by: Actor, at: datetime) -> Charge:
    """Let what was written off of a charge be owed again; without anything written off nothing changes.

    :raises NotFound: if there is no such charge.
    """
    charge = locked(kind, reference)
    if charge.written_off_minor:
        net, tax, late_fee, discount = _parts(charge)
        set_parts(
            charge,
            net=net,
            tax=tax,
            late_fee=late_fee,
            discount=discount,
            text=text,
            by=by,
            at=at,
        )
    return charge


@transaction.atomic
def pause_charge(*, kind: str, reference: str, paused: bool, at: datetime) -> Charge:
    """Stop or restart a charge's clock; a paused charge is owed but never overdue.

    :raises NotFound: if there is no such charge.
    """
    charge = locked(kind, reference)
    if (charge.paused_at is not None) != paused:
        charge.paused_at = at if paused else None
        charge.save(update_fields=["paused_at"])
    return charge


@transaction.atomic
def assign_charge(
    *, kind: str, reference: str, customer_id: int | None, by: Actor, at: datetime
) -> Charge:
    """Say which customer owes a charge, as when the owner of a cited vehicle becomes known.

    Entries written before keep the customer of their time.

    :raises NotFound: if there is no such charge.
    """
    charge = locked(kind, reference)
    if charge.customer_id != customer_id:
        charge.customer_id = customer_id
        charge.save(update_fields=["customer_id"])
        audit.record(
            "charge.assigned",
            subject=("charge", str(charge.public_id)),
            actor=by,
            at=at,
            reference=reference,
        )
    return charge


@transaction.atomic
def bring_up_to_date(charge_id: int, *, at: datetime) -> None:
    """Write into the charge and the ledger what its raiser says it comes to at `at`."""
    known = Charge.objects.filter(pk=charge_id).values_list("kind", "reference").first()
    if known is None:
        return
    settlement.raiser_of(known[0]).lock(known[1])
    charge = Charge.objects.select_for_update().get(pk=charge_id)
    tallying.lock_invoices([charge])
    was_settled = charge.settled_at is not None
    sync(charge, by=SYSTEM, at=at)
    if charge.settled_at is not None and not was_settled:
        settlement.raiser_of(charge.kind).settled(charge.reference, by=SYSTEM, at=at)


def bring_charges_up_to_date(*, at: datetime) -> int:
    """Do the same for all charges that are owed; return how many changed. One transaction each."""
    changed, last = 0, 0
    while True:
        rows = Charge.objects.unsettled().filter(pk__gt=last).order_by("pk")[:1_000]
        batch = list(rows)
        if not batch:
            return changed
        last = batch[-1].pk
        for charge, row in zip(batch, queries.as_rows(batch, at=at), strict=True):
            if (row.amount.minor, row.due_on) != (charge.amount_minor, charge.due_on):
                bring_up_to_date(charge.pk, at=at)
                changed += 1


def locked(kind: str, reference: str) -> Charge:
    """Return the charge, locked until the transaction ends; the invoice that it is on is locked too.

    :raises NotFound: if there is none.
    """
    charge = Charge.objects.select_for_update().filter(kind=kind, reference=reference).first()
    if charge is None:
        raise NotFound(f"There is no charge for {reference}.")
    tallying.lock_invoices([charge])
    return charge


def sync(charge: Charge, *, by: Actor, at: datetime, posted_at: datetime | None = None) -> None:
    """Bring a locked charge to what it comes to at `at`; a settled one stays as it is."""
    if charge.settled_at is not None:
        return
    due = settlement.due_at(charge.kind, [charge.reference], at=at).get(charge.reference)
    if due is None:
        return
    net, tax = charge.net_minor, charge.tax_minor
    if due.is_earned:
        net, tax = rules.parts_of(
            due.amount.minor, raised_net=charge.raised_net_minor, raised_tax=charge.raised_tax_minor
        )
        net = max(net + charge.adjusted_net_minor, 0)
        tax = max(tax + charge.adjusted_tax_minor, 0)
    comes_to = max(due.amount.minor + charge.adjusted_minor, 0)
    late_fee, discount = rules.adjusted(comes_to, net=net, tax=tax)
    if due.due_on != charge.due_on:
        charge.due_on = due.due_on
        charge.save(update_fields=["due_on"])
    if due.amount.minor == charge.amount_minor + charge.written_off_minor:
        return
    if (net, tax, late_fee, discount) != _parts(charge):
        set_parts(
            charge,
            net=net,
            tax=tax,
            late_fee=late_fee,
            discount=discount,
            text=due.text or charge.text,
            by=by,
            at=posted_at or at,
        )


def set_parts(
    charge: Charge,
    *,
    net: int,
    tax: int,
    late_fee: int = 0,
    discount: int = 0,
    text: str,
    by: Actor,
    at: datetime,
) -> list[tuple[Payment, int]]:
    """Set the parts of a locked charge, post the difference, and free what is paid beyond it. What was
    written off of it is owed again.

    Returns how much came free of which payment, newest first; it is credit there now.
    """
    was, given_up = _parts(charge), charge.written_off_minor
    amount = net + tax + late_fee - discount
    freed = release(charge, max(charge.paid_minor - amount, 0))
    excess = sum(minor for _, minor in freed)
    charge.net_minor, charge.tax_minor = net, tax
    charge.late_fee_minor, charge.discount_minor = late_fee, discount
    charge.amount_minor, charge.written_off_minor = amount, 0
    charge.paid_minor -= excess
    charge.postings += 1
    mark_settled(charge, at=at)
    with tallying.tallied_charges([charge]):
        charge.save()
    is_brought = charge.revenue == BROUGHT_OVER
    late_fees, discounts = (BROUGHT_OVER,) * 2 if is_brought else (LATE_FEES, DISCOUNTS)
    moved = [now - before for now, before in zip(_parts(charge), was, strict=True)]
    if by_how_much := moved[0] + moved[1] + moved[2] - moved[3]:
        settlement.raiser_of(charge.kind).changed(charge.reference, by_how_much)
    ledger.post(
        f"charge:{charge.public_id}:{charge.postings}",
        [
            Leg(RECEIVABLE, by_how_much + excess, charge),
            Leg(charge.revenue, -moved[0], charge),
            Leg(TAX_PAYABLE, -moved[1], charge),
            Leg(late_fees, -moved[2], charge),
            Leg(discounts, moved[3], charge),
            Leg(RECEIVABLE, given_up, charge),
            Leg(BAD_DEBT, -given_up, charge),
            *(Leg(CUSTOMER_CREDIT, -minor, None, payment.customer_id) for payment, minor in freed),
        ],
        text=text,
        by=by,
        at=at,
    )
    return freed


def release(charge: Charge, minor: int) -> list[tuple[Payment, int]]:
    """Take `minor` of what was paid on a locked charge off it, newest payment first, as credit.

    The charge's own columns and the ledger are the caller's to write.
    """
    freed: list[tuple[Payment, int]] = []
    if not minor:
        return freed
    held = Allocation.objects.filter(charge=charge, payment__state=Payment.State.SUCCEEDED)
    ids = list(held.values_list("payment_id", flat=True))
    payments = Payment.objects.select_for_update().filter(pk__in=ids).order_by("pk").in_bulk()
    for allocation in held.order_by("-payment__succeeded_at", "-payment_id"):
        share = min(allocation.held_minor, minor)
        if share <= 0:
            continue
        allocation.released_minor += share
        allocation.save(update_fields=["released_minor"])
        payment = payments[allocation.payment_id]
        payment.credit_minor += share
        payment.save(update_fields=["credit_minor"])
        freed.append((payment, share))
        minor -= share
    if minor:
        raise ValueError(f"{charge} has {minor} paid that no payment holds")
    return freed


def mark_settled(charge: Charge, *, at: datetime) -> None:
    """Set or clear `settled_at` by what is owed; the caller saves."""
    if charge.paid_minor < charge.amount_minor:
        charge.settled_at = None
    elif charge.settled_at is None:
        charge.settled_at = at
        if charge.planned_at is not None:
            later("payments.follow_plans", charge=charge.pk)


def _tax_rate(net: Money, tax: Money, *, at: datetime) -> int:
    """Return the rate of a charge's tax in millionths: the program's of the time, if the tax comes of it."""
    if not tax.minor:
        return 0
    said = programme.in_force(at).programme.tax
    return ppm_of(rate_of(net=net.minor, tax=tax.minor, known=said.rate if said else None))


def _parts(charge: Charge) -> tuple[int, int, int, int]:
    return charge.net_minor, charge.tax_minor, charge.late_fee_minor, charge.discount_minor


def _kept(words: str, amount: Money) -> dict[str, Any]:
    """Return a line as a charge keeps it: its English, and how it was made where that is known."""
    said = {"said": packed(words)} if isinstance(words, Text) else {}
    return {"text": str(words), "amount": amount.amount, **said}
