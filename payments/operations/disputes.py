"""What follows when a customer's bank takes money back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import gateways, place, rules, settlement
from payments.accounts import CARD_CLEARING, CARD_FEES, CUSTOMER_CREDIT, RECEIVABLE, SUSPENSE
from payments.gateways.base import (
    DISPUTE_FIELDS,
    DisputeState,
    GatewayRejected,
    GatewayUnavailable,
)
from payments.models import Allocation, Dispute, Payment
from payments.operations import charges as charging
from payments.operations import ledger, refunds, tallying
from payments.operations.ledger import Leg
from payments.operations.payments import lock_with_charges


def answer_dispute(
    provider_id: str, *, evidence: Mapping[str, str], by: Actor, at: datetime
) -> Dispute:
    """Hand evidence to the bank that disputes a payment; it is kept before it is sent, and sent once.

    Several transactions. What was answered already stays as it was answered.

    :raises NotFound: if there is no such chargeback.
    :raises Conflict: `not_waiting`, `too_late`, or `provider_unavailable`: try again.
    :raises Refused: without anything to say, or with a card number in it.
    """
    dispute = _keep_evidence(provider_id, evidence, by=by, at=at)
    if dispute.answered_at is not None:
        return dispute
    gateway = gateways.for_tenant(place.tenant())
    try:
        said = gateway.answer_dispute(
            provider_id,
            dispute.evidence,
            idempotency_key=f"{connection.schema_name}:dispute:{dispute.pk}",
        )
    except GatewayUnavailable as trouble:
        raise Conflict("provider_unavailable", f"{trouble} Send it again in a minute.") from trouble
    except GatewayRejected as refusal:
        raise Conflict("refused", refusal.reason) from refusal
    with transaction.atomic():
        row = Dispute.objects.select_for_update().get(pk=dispute.pk)
        if row.answered_at is None:
            with tallying.tallied_dispute(row):
                row.answered_at, row.answered_by = at, by.name
            row.save(update_fields=["answered_at", "answered_by"])
            audit.record(
                "payment.dispute_answered",
                subject=("payment", dispute.payment.number),
                actor=by,
                at=at,
            )
    return note_dispute(dispute.payment_id, said, at=at)


@transaction.atomic
def _keep_evidence(
    provider_id: str, evidence: Mapping[str, str], *, by: Actor, at: datetime
) -> Dispute:
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("payment")
    dispute = rows.filter(provider_id=provider_id).first()
    if dispute is None:
        raise NotFound("There is no such chargeback.")
    if dispute.answered_at is not None:
        return dispute
    if dispute.status != Dispute.Status.NEEDS_RESPONSE:
        raise Conflict("not_waiting", "This chargeback does not wait for an answer.")
    if dispute.respond_by is not None and at > dispute.respond_by:
        raise Conflict("too_late", "The bank takes no answer any more.")
    told = {name: evidence.get(name, "").strip() for name in DISPUTE_FIELDS}
    if not any(told.values()):
        raise Refused("evidence", "Say what the bank should know.", field="uncategorized_text")
    for name, text in told.items():
        rules.may_keep_text(text, field=name).require()
    # What a try whose outcome is unknown sent is sent again as it was: the key is of those words.
    dispute.evidence = dispute.evidence or told
    dispute.save(update_fields=["evidence"])
    return dispute


@transaction.atomic
def note_dispute(payment_id: int, said: DisputeState, *, at: datetime) -> Dispute:
    """Let a chargeback be what the provider says: money taken is owed again, money won back counts.

    What the bank took beyond what is left of the payment is put aside for a person to look at.
    """
    payment, parts = lock_with_charges(payment_id)
    # Locked, so that what was answered meanwhile is not written over.
    dispute, is_new = Dispute.objects.select_for_update().get_or_create(
        provider_id=said.dispute_id,
        defaults={
            "payment": payment,
            "status": said.status,
            "amount_minor": said.amount.minor,
            "opened_at": said.at,
        },
    )
    fee = said.fee.minor if said.fee and said.fee.currency == payment.currency else 0
    held = said.withdrawn.minor if said.withdrawn.currency == payment.currency else 0
    moved, charged = held - dispute.withdrawn_minor, fee - dispute.fee_minor
    status_was = dispute.status
    if is_new:
        tallying.count_dispute(dispute)
    with tallying.tallied_dispute(dispute):
        dispute.status, dispute.reason = said.status, said.reason[:120]
    dispute.respond_by = said.respond_by
    dispute.withdrawn_minor, dispute.fee_minor = held, fee
    dispute.postings += bool(moved or charged)
    dispute.save()
    legs = [Leg(CARD_FEES, charged), Leg(CARD_CLEARING, -moved - charged)]
    if moved > 0:
        legs += _taken(payment, parts, moved, at=at)
    elif moved < 0:
        legs += _won_back(payment, parts, -moved, at=at)
    ledger.post(
        f"dispute:{dispute.provider_id}:{dispute.postings}",
        legs,
        text=f"Chargeback of payment {payment.number}: {dispute.get_status_display().lower()}",
        by=SYSTEM,
        at=at,
    )
    if moved or status_was != dispute.status:
        audit.record(
            f"payment.dispute_{said.status}",
            subject=("payment", payment.number),
            actor=SYSTEM,
            at=at,
            reason=said.reason,
        )
    return dispute


def _taken(payment: Payment, parts: Sequence[Allocation], minor: int, *, at: datetime) -> list[Leg]:
    """Take `minor` out of a locked payment, credit first; return the debits."""
    credit = min(payment.credit_minor, minor)
    payment.credit_minor -= credit
    legs, left = [Leg(CUSTOMER_CREDIT, credit, None, payment.customer_id)], minor - credit
    taken = credit
    for part in reversed(parts):
        share = min(part.held_minor, left)
        if not share:
            continue
        left, taken = left - share, taken + share
        legs.append(Leg(RECEIVABLE, share, part.charge))
        refunds.take_off(part, share, by=SYSTEM, at=at)
    payment.disputed_minor += taken
    payment.save(update_fields=["credit_minor", "disputed_minor"])
    return [*legs, Leg(SUSPENSE, left)]


def _won_back(
    payment: Payment, parts: Sequence[Allocation], minor: int, *, at: datetime
) -> list[Leg]:
    """Count won money toward the same charges as far as they owe, else as credit; the credits."""
    back = min(minor, payment.disputed_minor)
    payment.disputed_minor -= back
    legs, left = [Leg(SUSPENSE, back - minor)], back
    for part in parts:
        share = min(part.charge.balance_minor, part.released_minor, left)
        if share <= 0:
            continue
        left -= share
        part.released_minor -= share
        part.save(update_fields=["released_minor"])
        charge = part.charge
        charge.paid_minor += share
        charging.mark_settled(charge, at=at)
        with tallying.tallied_charges([charge]):
            charge.save(update_fields=["paid_minor", "settled_at"])
        legs.append(Leg(RECEIVABLE, -share, charge))
        if charge.settled_at is not None:
            settlement.raiser_of(charge.kind).settled(charge.reference, by=SYSTEM, at=at)
    payment.credit_minor += left
    payment.save(update_fields=["credit_minor", "disputed_minor"])
    return [*legs, Leg(CUSTOMER_CREDIT, -left, None, payment.customer_id)]
