"""How staff add to a charge, take off it, give it up, and move a payment to the charge it was for."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import place, rules, settlement
from payments.accounts import RECEIVABLE
from payments.models import Adjustment, Allocation, Charge, Payment
from payments.models.adjustments import REASONS
from payments.operations import charges as charging
from payments.operations import ledger, plan_sales, tallying
from payments.operations.ledger import Leg
from payments.operations.payments import lock_subjects
from payments.rules import adjustments as rule


@transaction.atomic
def adjust_charge(
    charge_id: UUID,
    *,
    kind: str,
    amount: Money | None = None,
    reason: str,
    text: str,
    seen: int | None = None,
    by: Actor,
    at: datetime,
) -> Adjustment:
    """Add an amount to a charge, take it off, or give up all that is owed (`amount` None), with tax at the
    sale's rate. Beyond the program's limit for one person it waits until somebody else accepts it.

    What is paid beyond the new amount is credit of those who paid. What the charge is for is told when
    nothing is owed any more by a credit, and when something is owed again by a debit. `seen` is how many
    `postings` the charge had when who asks looked at it: asked twice, it is done once.

    :raises NotFound: if there is no such charge.
    :raises Conflict: `charge_changed` if it has been changed since it was `seen`.
    :raises Refused: `text` without words, `amount`, `written_off`, `reason` for one that there is not.
    """
    if not text.strip():
        raise Refused("text", "Say why.", field="text")
    rules.may_keep_text(text, field="text").require()
    if reason not in REASONS or kind not in Adjustment.Kind.values:
        raise Refused("reason", "Choose a reason.", field="reason")
    charge = locked_as_it_stands(charge_id, seen=seen, by=by, at=at)
    if kind == Adjustment.Kind.WRITE_OFF and charge.kind == Charge.Kind.CITATION:
        raise Refused("citation", "A citation is written off on its own page.")
    minor = charge.balance_minor if amount is None else amount.minor
    stands = _stands(charge)
    rule.may_adjust(kind, minor, stands).require()
    net, tax = rule.shares(minor, stands, kind=kind)
    asked = charge.adjustments.filter(
        state=Adjustment.State.PROPOSED, kind=kind, net_minor=net, tax_minor=tax
    ).first()
    if asked is not None:
        return asked
    refunds = programme.in_force(at).programme.refunds
    is_proposed = rules.needs_second(
        by_staff=by.kind == "staff",
        amount=place.money(minor),
        above=refunds.write_off if kind == Adjustment.Kind.WRITE_OFF else refunds.second_person,
    )
    adjustment = Adjustment.objects.create(
        charge=charge,
        kind=kind,
        reason=reason,
        text=text.strip()[:300],
        net_minor=net,
        tax_minor=tax,
        state=Adjustment.State.PROPOSED,
        asked_by=by.name,
        asked_by_ref=_ref(by),
        created_at=at,
    )
    if is_proposed:
        _record("charge.adjustment_asked", adjustment, by=by, at=at)
        return adjustment
    _do(adjustment, charge, by=by, at=at)
    return adjustment


@transaction.atomic
def accept_adjustment(public_id: UUID, *, by: Actor, at: datetime) -> Adjustment:
    """Let a proposed adjustment be done.

    :raises NotFound: if there is no such adjustment.
    :raises Conflict: `adjustment_decided`, or `own_adjustment` for who asked for it.
    :raises Refused: if the charge has changed so that it cannot be done any more.
    """
    charge_id = _charge_of(public_id)
    charge = locked_as_it_stands(charge_id, by=by, at=at)
    adjustment = _decide(public_id, by=by, at=at)
    stands = _stands(charge)
    rule.may_adjust(adjustment.kind, adjustment.gross_minor, stands).require()
    _do(adjustment, charge, by=by, at=at)
    return adjustment


@transaction.atomic
def reject_adjustment(public_id: UUID, *, reason: str, by: Actor, at: datetime) -> Adjustment:
    """Let a proposed adjustment come to nothing.

    :raises NotFound: if there is no such adjustment.
    :raises Refused: `reason` without one.
    :raises Conflict: `adjustment_decided`, or `own_adjustment` for who asked for it.
    """
    if not reason.strip():
        raise Refused("reason", "Say why it is not accepted.", field="reason")
    rules.may_keep_text(reason, field="reason").require()
    adjustment = _decide(public_id, by=by, at=at)
    adjustment.state, adjustment.refusal = Adjustment.State.REJECTED, reason.strip()[:300]
    adjustment.save()
    _record("charge.adjustment_rejected", adjustment, by=by, at=at)
    return adjustment


@transaction.atomic
def move_payment(
    number: str,
    *,
    from_charge: UUID,
    to_charge: UUID,
    amount: Money | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> Money:
    """Move what a payment paid on one charge to the one that it was for, as far as that is owed (at most
    `amount`); returns how much. Both subjects are told; the receipt shows the payment where it is now.

    :raises NotFound: if there is no such payment or charge.
    :raises Refused: `reason` without one, `nothing_held`, `nothing_owed`, or a raiser's reason.
    """
    if not reason.strip():
        raise Refused("reason", "Say why it is moved.", field="reason")
    rules.may_keep_text(reason, field="reason").require()
    known = Charge.objects.filter(public_id__in=[from_charge, to_charge])
    lock_subjects(known.values_list("kind", "reference"))
    rows = {one.public_id: one for one in known.select_for_update().order_by("pk")}
    if from_charge not in rows or to_charge not in rows:
        raise NotFound("There is no such charge.")
    source, target = rows[from_charge], rows[to_charge]
    tallying.lock_invoices(rows.values())
    payment = Payment.objects.select_for_update().filter(number=number).first()
    if payment is None:
        raise NotFound(f"There is no payment {number}.")
    charging.sync(target, by=by, at=at)
    held = Allocation.objects.filter(
        payment=payment, charge=source, payment__state=Payment.State.SUCCEEDED
    ).first()
    rule.may_move(
        held=held.held_minor if held else 0,
        owed=target.balance_minor,
        is_same=source.pk == target.pk,
    ).require()
    if held is None:
        raise NotFound("There is no such payment.")
    most = held.held_minor if amount is None else amount.minor
    minor = min(held.held_minor, target.balance_minor, most)
    if minor <= 0:
        raise Refused("amount", "The amount must be above zero.", field="amount")
    _hand_over(payment, held, target, minor, reason=reason.strip(), by=by, at=at)
    return place.money(minor)


def _hand_over(
    payment: Payment,
    held: Allocation,
    target: Charge,
    minor: int,
    *,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    source = Charge.objects.get(pk=held.charge_id)
    held.amount_minor -= minor
    held.save(update_fields=["amount_minor"])
    part, is_new = Allocation.objects.get_or_create(
        payment=payment,
        charge=target,
        defaults={
            "place": payment.allocations.count(),
            "asked_minor": minor,
            "amount_minor": minor,
        },
    )
    if not is_new:
        part.amount_minor += minor
        part.save(update_fields=["amount_minor"])
    was_settled = source.settled_at is not None
    source.paid_minor -= minor
    target.paid_minor += minor
    target.postings += 1
    with tallying.tallied_charges([source, target]):
        for charge in (source, target):
            charging.mark_settled(charge, at=at)
            charge.save(update_fields=["paid_minor", "settled_at", "postings"])
    ledger.post(
        f"charge:{target.public_id}:{target.postings}",
        [Leg(RECEIVABLE, minor, source), Leg(RECEIVABLE, -minor, target)],
        text=f"Payment {payment.number} moved from {source.reference}: {reason}",
        by=by,
        at=at,
    )
    audit.record(
        "payment.moved",
        subject=("payment", payment.number),
        actor=by,
        at=at,
        reason=reason,
        amount=place.money(minor).amount,
        moved=f"{source.kind} {source.reference} to {target.kind} {target.reference}",
    )
    if was_settled and source.settled_at is None:
        settlement.raiser_of(source.kind).unsettled(source.reference, by=by, at=at)
    plan_sales.money_came(target, by=by, at=at).require()


def _do(adjustment: Adjustment, charge: Charge, *, by: Actor, at: datetime) -> None:
    """Do an adjustment to its locked charge, and tell what the charge is for."""
    adjustment.state = Adjustment.State.DONE
    adjustment.save()
    words = f"{adjustment.get_kind_display()}, {adjustment.get_reason_display().lower()}"
    text = f"{words}: {adjustment.text}"
    if adjustment.kind == Adjustment.Kind.WRITE_OFF:
        charging.write_off_charge(
            kind=charge.kind, reference=charge.reference, text=text, by=by, at=at
        )
        _record("charge.adjusted", adjustment, by=by, at=at)
        return
    sign = 1 if adjustment.kind == Adjustment.Kind.DEBIT else -1
    was_settled = charge.settled_at is not None
    charge.adjusted_net_minor += sign * adjustment.net_minor
    charge.adjusted_tax_minor += sign * adjustment.tax_minor
    net = charge.net_minor + sign * adjustment.net_minor
    tax = charge.tax_minor + sign * adjustment.tax_minor
    charging.set_parts(
        charge,
        net=net,
        tax=tax,
        late_fee=charge.late_fee_minor,
        discount=min(charge.discount_minor, net + tax + charge.late_fee_minor),
        text=text,
        by=by,
        at=at,
    )
    _record("charge.adjusted", adjustment, by=by, at=at)
    raiser = settlement.raiser_of(charge.kind)
    if charge.settled_at is not None and not was_settled:
        raiser.settled(charge.reference, by=by, at=at).require()
    elif was_settled and charge.settled_at is None:
        raiser.unsettled(charge.reference, by=by, at=at)


def locked_as_it_stands(
    charge_id: UUID, *, seen: int | None = None, by: Actor, at: datetime
) -> Charge:
    """Return a charge with its subject locked before it, as it stands at `at`; refused if it has been
    changed since it was `seen`."""
    subject = Charge.objects.filter(public_id=charge_id).values_list("kind", "reference").first()
    if subject is None:
        raise NotFound("There is no such charge.")
    lock_subjects([subject])
    charge = charging.locked(*subject)
    if seen is not None and seen != charge.postings:
        raise Conflict("charge_changed", "This charge was changed meanwhile. Look at it once more.")
    charging.sync(charge, by=by, at=at)
    return charge


def _stands(charge: Charge) -> rule.Stands:
    return rule.Stands(
        raised_net=charge.raised_net_minor,
        raised_tax=charge.raised_tax_minor,
        net=charge.net_minor,
        tax=charge.tax_minor,
        balance=charge.balance_minor,
        written_off=charge.written_off_minor,
    )


def _charge_of(public_id: UUID) -> UUID:
    rows = Adjustment.objects.filter(public_id=public_id)
    found = rows.values_list("charge__public_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such adjustment.")
    return found


def _decide(public_id: UUID, *, by: Actor, at: datetime) -> Adjustment:
    adjustment = Adjustment.objects.select_for_update().filter(public_id=public_id).first()
    if adjustment is None:
        raise NotFound("There is no such adjustment.")
    decision = rules.may_decide(
        is_proposed=adjustment.state == Adjustment.State.PROPOSED,
        is_own=adjustment.asked_by_ref == _ref(by),
        what="adjustment",
    )
    if not decision:
        raise Conflict(decision.code, decision.reason)
    adjustment.decided_by, adjustment.decided_at = by.name, at
    return adjustment


def _ref(by: Actor) -> str:
    return f"{by.kind}:{by.ref}"


def _record(event: str, adjustment: Adjustment, *, by: Actor, at: datetime) -> None:
    audit.record(
        event,
        subject=("charge", str(adjustment.charge.public_id)),
        actor=by,
        at=at,
        reason=adjustment.text,
        kind=adjustment.kind,
        amount=place.money(adjustment.gross_minor).amount,
    )
