"""How refunds are sent to a provider that makes them, and what it says of them."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.kernel.money import Money
from payments import gateways, place
from payments.accounts import METHOD_ACCOUNTS, REFUNDS_PAYABLE
from payments.gateways.base import (
    GatewayRejected,
    GatewayUnavailable,
    RefundRequest,
    RefundState,
    RefundStatus,
)
from payments.models import Payment, Refund
from payments.operations import ledger, refunds, tallying
from payments.operations.ledger import Leg
from payments.operations.payments import lock_with_charges

logger = logging.getLogger(__name__)

LOOK_AFTER = timedelta(minutes=1)
EXTERNAL = "Refunded in the card provider's own dashboard."


def send_refund(refund_id: int, *, at: datetime) -> Refund:
    """Ask the provider to give the money of a refund back; several transactions, safe to repeat.

    One that the provider refuses is failed: the money is still owed to the customer, and staff may
    send it again.

    :raises GatewayUnavailable: if the provider does not answer; call again.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state != Refund.State.SUBMITTED:
        return refund
    gateway = gateways.by_name(place.tenant(), refund.payment.provider)
    try:
        if refund.provider_id:
            said = gateway.look_up_refund(refund.provider_id)
        else:
            said = gateway.refund(_request_of(refund))
    except GatewayRejected as refusal:
        return _failed(refund_id, refusal.reason, at=at)
    return note_refund(refund_id, said, at=at)


@transaction.atomic
def note_refund(refund_id: int, said: RefundState, *, at: datetime) -> Refund:
    """Let a refund be what the provider says of it."""
    refund = _locked(refund_id)
    if refund.provider_id is None:
        refund.provider_id = said.refund_id
        refund.save(update_fields=["provider_id"])
    elif refund.provider_id != said.refund_id:
        return refund
    is_done = refund.state == Refund.State.SUCCEEDED
    if said.status is RefundStatus.SUCCEEDED and refund.state == Refund.State.SUBMITTED:
        refunds.complete(refund, by=SYSTEM, at=at)
    elif said.status in (RefundStatus.FAILED, RefundStatus.CANCELLED):
        if is_done:
            _money_returned(refund, at=at)
        if is_done or refund.state == Refund.State.SUBMITTED:
            _fail(refund, said.failure or "The card provider could not give it back.", at=at)
    return refund


@transaction.atomic
def note_foreign_refund(payment_id: int, said: RefundState, *, at: datetime) -> Refund | None:
    """Write down a refund that was made at the provider and not here; one already known stays.

    Its charges are owed again. None if it is of another currency or more than is left.
    """
    payment, _ = lock_with_charges(payment_id)
    if Refund.objects.filter(provider_id=said.refund_id).exists():
        return None
    if said.status in (RefundStatus.FAILED, RefundStatus.CANCELLED):
        return None
    if said.amount.currency != payment.currency or said.amount.minor > payment.refundable_minor:
        logger.error("%s: a refund at the provider does not fit: %s", payment, said.amount)
        return None
    refund = refunds.refund_payment(
        payment.number, amount=said.amount, reason=EXTERNAL, send=False, by=SYSTEM, at=at
    )
    return note_refund(refund.pk, said, at=at)


def settle_open_refunds(*, at: datetime) -> int:
    """Send what was never sent and look after what is under way; return how many."""
    rows = Refund.objects.filter(
        state=Refund.State.SUBMITTED, created_at__lte=at - LOOK_AFTER
    ).order_by("created_at", "pk")[:200]
    for refund in rows:
        try:
            send_refund(refund.pk, at=at)
        except GatewayUnavailable as trouble:
            logger.warning("%s waits: %s", refund, trouble)
    return len(rows)


@transaction.atomic
def _failed(refund_id: int, reason: str, *, at: datetime) -> Refund:
    refund = _locked(refund_id)
    if refund.state == Refund.State.SUBMITTED:
        _fail(refund, reason, at=at)
    return refund


def _fail(refund: Refund, reason: str, *, at: datetime) -> None:
    with tallying.tallied_refund(refund):
        refund.state, refund.settled_at, refund.failure = Refund.State.FAILED, None, reason[:300]
    refund.save(update_fields=["state", "settled_at", "failure"])
    audit.record(
        "refund.failed", subject=("refund", refund.number), actor=SYSTEM, at=at, reason=reason
    )


def _money_returned(refund: Refund, *, at: datetime) -> None:
    """Post that money given back has come back to us: the bank did not take it."""
    customer_id = refund.payment.customer_id
    ledger.post(
        f"refund:{refund.number}:returned:{refund.attempt}",
        [
            Leg(METHOD_ACCOUNTS[refund.payment.method], refund.amount_minor, None, customer_id),
            Leg(REFUNDS_PAYABLE, -refund.amount_minor, None, customer_id),
        ],
        text=f"Refund {refund.number} came back",
        by=SYSTEM,
        at=at,
    )


def _locked(refund_id: int) -> Refund:
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    refund.payment = payment
    return refund


def _request_of(refund: Refund) -> RefundRequest:
    return RefundRequest(
        reference=str(refund.public_id),
        intent_id=refund.payment.intent_id,
        amount=Money(refund.amount_minor, refund.payment.currency),
        reason=refund.reason,
        idempotency_key=(f"{connection.schema_name}:refund:{refund.public_id}:{refund.attempt}"),
        metadata={"tenant": connection.schema_name, "refund": refund.number},
    )
