"""Payment intents and the charges that their attempts leave behind."""

from typing import Any

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import ApiError, bad
from payments.standin.resources import balance, setups
from payments.standin.store import new_id

CARDS = {
    "pm_card_visa": ("visa", "4242", ""),
    "pm_card_mastercard": ("mastercard", "4444", ""),
    "pm_card_chargeDeclined": ("visa", "0002", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("visa", "9995", "insufficient_funds"),
    "pm_card_chargeCustomerFail": ("visa", "0341", "generic_decline"),
}
DECLINES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
}


def make(
    call: Call,
    *,
    amount: int,
    currency: str,
    text: str | None,
    metadata: dict[str, str],
    email: str | None = None,
    application_fee: int | None = None,
) -> dict[str, Any]:
    """Make an intent that waits for a card.

    :raises ApiError: 400 for a fee of the platform beyond the amount.
    """
    if application_fee is not None and not 0 < application_fee <= amount:
        raise ApiError(400, "The application fee must be positive and at most the amount.")
    intent_id = new_id("pi")
    intent = call.save(
        {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "application_fee_amount": application_fee,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic",
            "client_secret": f"{intent_id}_secret_{new_id('x', 20)[2:]}",
            "confirmation_method": "automatic",
            "created": call.now(),
            "currency": currency,
            "customer": None,
            "description": text,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": metadata,
            "next_action": None,
            "payment_method": None,
            "payment_method_types": ["card"],
            "receipt_email": email,
            "status": "requires_payment_method",
        }
    )
    call.announce("payment_intent.created", intent)
    return intent


def attempt(call: Call, intent: dict[str, Any], card: str) -> dict[str, Any]:
    """Try one of the test cards on an intent and write the charge that comes of it.

    :raises ApiError: 400 if the intent no longer waits for a card, or there is no such card.
    """
    if intent["status"] != "requires_payment_method":
        raise ApiError(
            400,
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    if card not in CARDS:
        raise bad(f"No such PaymentMethod: '{card}'", "payment_method", code="resource_missing")
    brand, last4, decline = CARDS[card]
    charge = _charge(call, intent, brand=brand, last4=last4, decline=decline)
    intent["latest_charge"] = charge["id"]
    if decline:
        intent["last_payment_error"] = {
            "charge": charge["id"],
            "code": "card_declined",
            "decline_code": decline,
            "message": DECLINES[decline],
            "type": "card_error",
        }
        call.save(intent)
        call.announce("charge.failed", charge)
        call.announce("payment_intent.payment_failed", intent)
    else:
        intent |= {
            "status": "succeeded",
            "amount_received": intent["amount"],
            "last_payment_error": None,
            "payment_method": new_id("pm"),
        }
        call.save(intent)
        call.announce("charge.succeeded", charge)
        call.announce("payment_intent.succeeded", intent)
    return intent


def cancel_waiting(call: Call, intent_id: str, *, reason: str) -> dict[str, Any]:
    """Close an intent that has not been paid.

    :raises ApiError: 400 if it has been.
    """
    intent = call.need("payment_intent", intent_id, param="intent")
    if intent["status"] != "requires_payment_method":
        raise ApiError(
            400,
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    intent |= {"status": "canceled", "canceled_at": call.now(), "cancellation_reason": reason}
    call.save(intent)
    call.announce("payment_intent.canceled", intent)
    return intent


def _charge(
    call: Call, intent: dict[str, Any], *, brand: str, last4: str, decline: str
) -> dict[str, Any]:
    charge_id = new_id("ch")
    booked = None
    if not decline:
        booked = balance.book(
            call,
            kind="charge",
            amount=intent["amount"],
            fee=balance.card_fee(intent["amount"]),
            application_fee=intent.get("application_fee_amount") or 0,
            currency=intent["currency"],
            source=charge_id,
            text=intent["description"] or "",
        )["id"]
    return call.save(
        {
            "id": charge_id,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0 if decline else intent["amount"],
            "amount_refunded": 0,
            "application_fee": None,
            "application_fee_amount": intent.get("application_fee_amount"),
            "balance_transaction": booked,
            "billing_details": {"email": intent["receipt_email"], "name": None},
            "captured": not decline,
            "created": call.now(),
            "currency": intent["currency"],
            "customer": None,
            "description": intent["description"],
            "disputed": False,
            "failure_code": "card_declined" if decline else None,
            "failure_message": DECLINES[decline] if decline else None,
            "livemode": False,
            "metadata": intent["metadata"],
            "outcome": {
                "network_status": "declined_by_network" if decline else "approved_by_network",
                "reason": decline or None,
                "risk_level": "normal",
                "type": "issuer_declined" if decline else "authorized",
            },
            "paid": not decline,
            "payment_intent": intent["id"],
            "payment_method_details": {
                "card": {
                    "brand": brand,
                    "country": "US",
                    "exp_month": 12,
                    "exp_year": 2034,
                    "funding": "credit",
                    "last4": last4,
                    "network": brand,
                },
                "type": "card",
            },
            "receipt_email": intent["receipt_email"],
            "receipt_url": None,
            "refunded": False,
            "status": "failed" if decline else "succeeded",
        }
    )


def create(call: Call) -> dict[str, Any]:
    """Make an intent and, with `confirm`, try a test card on it at once."""
    forms.only(
        call.params,
        {
            "amount",
            "application_fee_amount",
            "automatic_payment_methods",
            "confirm",
            "currency",
            "customer",
            "description",
            "metadata",
            "off_session",
            "payment_method",
            "payment_method_types",
            "receipt_email",
        },
    )
    intent = make(
        call,
        amount=forms.whole(call.params, "amount"),
        currency=forms.text(call.params, "currency").lower(),
        text=call.params.get("description"),
        metadata=forms.strings(call.params, "metadata"),
        email=call.params.get("receipt_email"),
        application_fee=forms.whole(call.params, "application_fee_amount", default=0) or None,
    )
    if forms.flag(call.params, "confirm"):
        method = forms.text(call.params, "payment_method")
        return _tried(call, intent, method if method in CARDS else setups.card_of(call, method))
    return intent


def confirm(call: Call, intent_id: str) -> dict[str, Any]:
    """Try a test card on an intent."""
    return _tried(
        call, call.need("payment_intent", intent_id), forms.text(call.params, "payment_method")
    )


def _tried(call: Call, intent: dict[str, Any], card: str) -> dict[str, Any]:
    intent = attempt(call, intent, card)
    if trouble := intent["last_payment_error"]:
        more = {name: trouble[name] for name in ("charge", "decline_code")}
        raise ApiError(
            402,
            trouble["message"],
            code=trouble["code"],
            kind="card_error",
            payment_intent=intent,
            **more,
        )
    return intent


def cancel(call: Call, intent_id: str) -> dict[str, Any]:
    """Close an intent that has not been paid."""
    return cancel_waiting(
        call,
        intent_id,
        reason=forms.text(call.params, "cancellation_reason", default="requested_by_customer"),
    )


def retrieve(call: Call, intent_id: str) -> dict[str, Any]:
    """Show an intent."""
    return call.need("payment_intent", intent_id, param="intent")


def index(call: Call) -> list[dict[str, Any]]:
    """List the account's intents."""
    return call.store.every("payment_intent", call.account)


def retrieve_charge(call: Call, charge_id: str) -> dict[str, Any]:
    """Show a charge."""
    return call.need("charge", charge_id)


def index_charges(call: Call) -> list[dict[str, Any]]:
    """List the account's charges, of one intent if asked."""
    equal = {n: call.params[n] for n in ("payment_intent",) if n in call.params}
    return call.store.every("charge", call.account, **equal)
