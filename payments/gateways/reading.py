"""What Stripe's objects (as plain dictionaries) say, in the gateway's own shapes."""

from datetime import UTC, datetime
from typing import Any

from parkops.kernel.money import Money
from payments.gateways.amounts import from_stripe
from payments.gateways.base import (
    CheckoutState,
    CheckoutStatus,
    DisputeState,
    DisputeStatus,
    Movement,
    MovementKind,
    PayoutState,
    PayoutStatus,
    RefundState,
    RefundStatus,
    SavingState,
)

Body = dict[str, Any]

_REFUNDS = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELLED,
}
_DISPUTES = {
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "warning_needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "warning_under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "warning_closed": DisputeStatus.WON,
    "prevented": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}
_MOVEMENTS = {
    "charge": MovementKind.CHARGE,
    "payment": MovementKind.CHARGE,
    "refund": MovementKind.REFUND,
    "payment_refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND_RETURNED,
    "payment_failure_refund": MovementKind.REFUND_RETURNED,
    "payout": MovementKind.PAYOUT,
    "payout_failure": MovementKind.PAYOUT_RETURNED,
    "payout_cancel": MovementKind.PAYOUT_RETURNED,
    "stripe_fee": MovementKind.FEE,
    "application_fee": MovementKind.FEE,
    "network_cost": MovementKind.FEE,
}
_PAYOUTS = {
    "pending": PayoutStatus.PENDING,
    "in_transit": PayoutStatus.PENDING,
    "paid": PayoutStatus.PAID,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.CANCELLED,
}
_BRANDS = {"amex": "American Express", "jcb": "JCB", "diners": "Diners Club"}
# The languages of Stripe's page that a programme is likely to name with a region.
_REGIONAL = frozenset({"en-GB", "es-419", "fr-CA", "pt-BR", "zh-HK", "zh-TW"})
_PLAIN = frozenset(
    {
        "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fil", "fr", "hr", "hu", "id", "it",
        "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv",
        "th", "tr", "vi", "zh",
    }
)  # fmt: skip


def checkout_locale(tag: str) -> str:
    """Choose the language of Stripe's page for a BCP 47 tag; empty leaves it to the browser."""
    language, _, region = tag.partition("-")
    regional = f"{language.lower()}-{region.upper()}"
    if regional in _REGIONAL:
        return regional
    return language.lower() if language.lower() in _PLAIN else ""


def is_closed_unpaid(state: CheckoutState) -> bool:
    """Tell whether nothing can be paid on this page any more and nothing was."""
    return state.status is CheckoutStatus.EXPIRED and not state.paid


def checkout_state(session: Body) -> CheckoutState:
    """Read a session whose intent, latest charge and balance transaction are expanded."""
    intent = _object(session["payment_intent"])
    charge = _object(intent["latest_charge"]) if intent else None
    taken = charge if charge and charge["paid"] else None
    currency = session["currency"]
    return CheckoutState(
        session_id=session["id"],
        status=CheckoutStatus(session["status"]),
        paid=session["payment_status"] == "paid",
        amount=from_stripe(session["amount_total"], currency),
        client_reference=session["client_reference_id"] or "",
        intent_id=intent["id"] if intent else "",
        charge_id=taken["id"] if taken else "",
        captured=from_stripe(taken["amount_captured"] if taken else 0, currency),
        refunded=from_stripe(taken["amount_refunded"] if taken else 0, currency),
        disputed=bool(taken and taken["disputed"]),
        fee=_fee(taken),
        card=_card(taken),
        failure=_failure(intent),
        at=_instant((taken or session)["created"]),
        url=session["url"] or "",
    )


def intent_state(intent: Body) -> CheckoutState:
    """Read an intent made without a page, whose latest charge and its booking are expanded."""
    charge = _object(intent["latest_charge"])
    taken = charge if charge and charge["paid"] else None
    currency = intent["currency"]
    paid = intent["status"] == "succeeded"
    return CheckoutState(
        session_id="",
        status=CheckoutStatus.COMPLETE if paid else CheckoutStatus.EXPIRED,
        paid=paid,
        amount=from_stripe(intent["amount"], currency),
        client_reference=(intent["metadata"] or {}).get("reference", ""),
        intent_id=intent["id"],
        charge_id=taken["id"] if taken else "",
        captured=from_stripe(taken["amount_captured"] if taken else 0, currency),
        refunded=from_stripe(taken["amount_refunded"] if taken else 0, currency),
        disputed=bool(taken and taken["disputed"]),
        fee=_fee(taken),
        card=_card(taken),
        failure="" if paid else _failure(intent) or "The card was not charged.",
        at=_instant((taken or intent)["created"]),
    )


def saving_state(session: Body) -> SavingState:
    """Read a page where a card is saved, whose setup intent and its card are expanded."""
    intent = _object(session["setup_intent"])
    method = _object(intent["payment_method"]) if intent else None
    card = method["card"] if method else None
    brand = (card["brand"] or "card") if card else ""
    return SavingState(
        session_id=session["id"],
        status=CheckoutStatus(session["status"]),
        customer=_id(session["customer"]),
        method=method["id"] if method else "",
        card=f"{_BRANDS.get(brand, brand.capitalize())} ending {card['last4']}" if card else "",
    )


def refund_state(refund: Body) -> RefundState:
    """Read a refund."""
    return RefundState(
        refund_id=refund["id"],
        status=_REFUNDS[refund["status"]],
        amount=from_stripe(refund["amount"], refund["currency"]),
        intent_id=_id(refund["payment_intent"]),
        charge_id=_id(refund["charge"]),
        client_reference=(refund["metadata"] or {}).get("reference", ""),
        failure=(refund.get("failure_reason") or "").replace("_", " "),
        at=_instant(refund["created"]),
    )


def dispute_state(dispute: Body) -> DisputeState:
    """Read a dispute; what it took and cost is the sum of its balance transactions."""
    booked = dispute["balance_transactions"] or []
    code = booked[0]["currency"] if booked else dispute["currency"]
    due = (dispute["evidence_details"] or {}).get("due_by")
    return DisputeState(
        dispute_id=dispute["id"],
        status=_DISPUTES[dispute["status"]],
        amount=from_stripe(dispute["amount"], dispute["currency"]),
        withdrawn=from_stripe(-sum(entry["amount"] for entry in booked), code),
        fee=from_stripe(sum(entry["fee"] for entry in booked), code) if booked else None,
        intent_id=_id(dispute["payment_intent"]),
        charge_id=_id(dispute["charge"]),
        reason=dispute["reason"].replace("_", " "),
        respond_by=_instant(due) if due else None,
        at=_instant(dispute["created"]),
    )


def movement(entry: Body) -> Movement:
    """Read a balance transaction whose source is expanded."""
    currency = entry["currency"]
    source = _object(entry["source"])
    kind = _MOVEMENTS.get(entry["type"], MovementKind.OTHER)
    if kind is MovementKind.OTHER and source and source["object"] == "dispute":
        kind = MovementKind.DISPUTE
    return Movement(
        movement_id=entry["id"],
        kind=kind,
        amount=from_stripe(entry["amount"], currency),
        fee=from_stripe(entry["fee"], currency),
        source_id=_id(entry["source"]),
        intent_id=_id(source.get("payment_intent")) if source else "",
        client_reference=((source.get("metadata") or {}) if source else {}).get("reference", ""),
        text=entry["description"] or "",
        at=_instant(entry["created"]),
    )


def payout_state(payout: Body) -> PayoutState:
    """Read a payout."""
    return PayoutState(
        payout_id=payout["id"],
        status=_PAYOUTS[payout["status"]],
        amount=from_stripe(payout["amount"], payout["currency"]),
        failure=payout["failure_message"] or "",
        arrives_at=_instant(payout["arrival_date"]),
        at=_instant(payout["created"]),
    )


def balance_in(balance: Body, currency: str) -> Money:
    """Read what a balance has in a currency, available or not yet."""
    parts = [*balance["available"], *balance["pending"]]
    sums = sum(part["amount"] for part in parts if part["currency"] == currency.lower())
    return from_stripe(sums, currency)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _object(value: Any) -> Body | None:
    """Return an expanded object; an id alone tells nothing."""
    return value if isinstance(value, dict) else None


def _id(value: Any) -> str:
    found = _object(value)
    return found["id"] if found else value or ""


def _fee(charge: Body | None) -> Money | None:
    booked = _object(charge["balance_transaction"]) if charge else None
    return from_stripe(booked["fee"], booked["currency"]) if booked else None


def _card(charge: Body | None) -> str:
    card = ((charge and charge["payment_method_details"]) or {}).get("card")
    if not card:
        return ""
    brand = card["brand"] or "card"
    return f"{_BRANDS.get(brand, brand.capitalize())} ending {card['last4']}"


def _failure(intent: Body | None) -> str:
    trouble = intent["last_payment_error"] if intent else None
    return (trouble.get("message") or "The card was declined.") if trouble else ""
