"""How the card provider's notices are taken in, once each, and acted on by asking for the truth."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from parkops.tenancy.later import later
from payments import gateways, place
from payments.gateways.base import Event, GatewayRejected, GatewayUnavailable
from payments.models import GatewayEvent, Payment, Refund
from payments.operations import card_account, checkouts, disputes, gateway_refunds, payouts

logger = logging.getLogger(__name__)

_KEEP = """
INSERT INTO payments_gatewayevent
    (provider, account, event_id, type, object_id, received_at, outcome)
VALUES (%s, %s, %s, %s, %s, %s, '') ON CONFLICT DO NOTHING RETURNING id
"""


def receive_event(raw_body: bytes, headers: Mapping[str, str], *, at: datetime) -> bool:
    """Keep a notice and promise to act on it; False if it is known, or about another account.

    :raises BadSignature: if the provider did not sign it.
    :raises GatewayRejected: if card payments are not set up here.
    """
    gateway = gateways.for_tenant(place.tenant())
    event = gateway.verify_event(raw_body, headers)
    if event.account and event.account != gateway.account:
        logger.warning("A notice about another account is left alone: %s", event.id)
        return False
    return _keep(gateway.name, event, at=at)


def apply_event(event_id: int, *, at: datetime) -> None:
    """Act on a notice by asking the provider about what it names; one acted on is left alone.

    :raises GatewayUnavailable: if the provider does not answer; call again.
    """
    event = GatewayEvent.objects.get(pk=event_id)
    if event.processed_at is not None:
        return
    try:
        outcome = _act(event, at=at)
    except GatewayRejected as refusal:
        outcome = refusal.reason
        logger.warning("%s: %s", event, refusal.reason)
    GatewayEvent.objects.filter(pk=event.pk).update(processed_at=at, outcome=outcome[:200])


def apply_events(*, at: datetime) -> int:
    """Act on the notices that wait, oldest first; return how many. Trouble stops no other."""
    waiting = GatewayEvent.objects.filter(processed_at__isnull=True).order_by("received_at", "pk")
    ids = list(waiting.values_list("pk", flat=True)[:200])
    for event_id in ids:
        try:
            apply_event(event_id, at=at)
        except GatewayUnavailable as trouble:
            logger.warning("Notice %s waits: %s", event_id, trouble)
    return len(ids)


@transaction.atomic
def _keep(provider: str, event: Event, *, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            [provider, event.account, event.id, event.type[:80], event.object_id[:120], at],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    later("payments.apply_event", event=row[0])
    return True


def _act(event: GatewayEvent, *, at: datetime) -> str:
    """Return in words what came of it."""
    if event.type.startswith("checkout.session."):
        return _checkout(event.object_id, at=at)
    if event.type.startswith("refund."):
        return refund_told(event.object_id, at=at)
    if event.type == "charge.refunded":
        return _charge_refunded(event.object_id, at=at)
    if event.type.startswith("charge.dispute."):
        return dispute_told(event.object_id, at=at)
    if event.type.startswith("payout."):
        return _payout(event.object_id, at=at)
    if event.type == "account.application.deauthorized":
        return card_account.account_disconnected(at=at)
    return "Nothing to do."


def _checkout(session_id: str, *, at: datetime) -> str:
    payment = Payment.objects.filter(session_id=session_id).first()
    if payment is not None:
        settled = checkouts.settle_checkout(payment.pk, at=at)
        return f"Payment {settled.number}: {settled.get_state_display().lower()}."
    # The notice may come before our own note of where the page is.
    truth = gateways.for_tenant(place.tenant()).look_up(session_id)
    payment = _by_public_id(truth.client_reference)
    if payment is None or payment.session_id is not None:
        return "No payment of ours."
    settled = checkouts.apply_truth(payment.pk, truth, at=at)
    return f"Payment {settled.number}: {settled.get_state_display().lower()}."


def _charge_refunded(charge_id: str, *, at: datetime) -> str:
    """Look at every refund of a charge: the notice does not say which is new."""
    told = gateways.for_tenant(place.tenant()).list_refunds(charge_id)
    return " ".join(refund_told(one.refund_id, at=at) for one in told) or "Nothing to do."


def _payout(payout_id: str, *, at: datetime) -> str:
    said = gateways.for_tenant(place.tenant()).look_up_payout(payout_id)
    payout = payouts.note_payout(said, at=at)
    return f"{payout}: {payout.get_status_display().lower()}." if payout else "Another currency."


def refund_told(refund_id: str, *, at: datetime) -> str:
    """Let a refund be what the provider says now, ours or one made in its own dashboard."""
    said = gateways.for_tenant(place.tenant()).look_up_refund(refund_id)
    refund = Refund.objects.filter(provider_id=refund_id).first()
    if refund is None and said.client_reference:
        refund = Refund.objects.filter(public_id=said.client_reference).first()
    if refund is not None:
        noted = gateway_refunds.note_refund(refund.pk, said, at=at)
        return f"Refund {noted.number}: {noted.get_state_display().lower()}."
    payment = _by_intent(said.intent_id)
    if payment is None:
        return "No payment of ours."
    made = gateway_refunds.note_foreign_refund(payment.pk, said, at=at)
    return f"Refund {made.number} made at the provider." if made else "Nothing to do."


def dispute_told(dispute_id: str, *, at: datetime) -> str:
    """Let a chargeback be what the provider says now."""
    said = gateways.for_tenant(place.tenant()).look_up_dispute(dispute_id)
    payment = _by_intent(said.intent_id)
    if payment is None:
        return "No payment of ours."
    dispute = disputes.note_dispute(payment.pk, said, at=at)
    return f"Chargeback of payment {payment.number}: {dispute.get_status_display().lower()}."


def _by_intent(intent_id: str) -> Payment | None:
    if not intent_id:
        return None
    found = Payment.objects.filter(intent_id=intent_id, state=Payment.State.SUCCEEDED)
    return found.order_by("pk").first()


def _by_public_id(text: str) -> Payment | None:
    try:
        return Payment.objects.filter(public_id=text).first() if text else None
    except (ValueError, TypeError):
        return None
