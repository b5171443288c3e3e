"""Cards kept for later: a page that saves one, and the card itself."""

from typing import Any

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import bad
from payments.standin.store import new_id

CARDS = {
    "pm_card_visa": ("visa", "4242"),
    "pm_card_mastercard": ("mastercard", "4444"),
    "pm_card_chargeCustomerFail": ("visa", "0341"),
}
"""The test cards that can be saved; the last is declined whenever it is charged later."""


def open_page(call: Call, *, expires_at: int, addresses: dict[str, str | None]) -> dict[str, Any]:
    """Make a page where a customer gives a card, of which nothing is taken."""
    session_id = new_id("cs_test", 58)
    params = call.params
    return call.save(
        {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": None,
            "amount_total": None,
            "client_reference_id": params.get("client_reference_id"),
            "created": call.now(),
            "currency": None,
            "customer": None,
            "customer_details": None,
            "expires_at": expires_at,
            "livemode": False,
            "locale": params.get("locale"),
            "metadata": forms.strings(params, "metadata"),
            "mode": "setup",
            "payment_intent": None,
            "payment_method_types": params.get("payment_method_types") or ["card"],
            "payment_status": "no_payment_required",
            "setup_intent": None,
            "status": "open",
            "ui_mode": "hosted",
            "url": f"{call.base_url}/pay/{session_id}",
            **addresses,
        }
    )


def save_card(call: Call, session: dict[str, Any], card: str) -> dict[str, Any]:
    """Keep one of the test cards; one that cannot be saved leaves the page open."""
    if card not in CARDS:
        return call.save(session | {"_declined": "Your card was declined."})
    brand, last4 = CARDS[card]
    customer = call.save(
        {
            "id": new_id("cus"),
            "object": "customer",
            "created": call.now(),
            "email": session["customer_email"],
            "livemode": False,
            "metadata": {},
        }
    )
    method = call.save(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "card": {"brand": brand, "exp_month": 12, "exp_year": 2034, "last4": last4},
            "created": call.now(),
            "customer": customer["id"],
            "livemode": False,
            "type": "card",
            "_card": card,
        }
    )
    intent = call.save(
        {
            "id": new_id("seti"),
            "object": "setup_intent",
            "created": call.now(),
            "customer": customer["id"],
            "livemode": False,
            "payment_method": method["id"],
            "status": "succeeded",
            "usage": "off_session",
        }
    )
    session |= {
        "customer": customer["id"],
        "setup_intent": intent["id"],
        "status": "complete",
        "url": None,
    }
    call.save(session)
    call.announce("checkout.session.completed", session)
    return session


def detach(call: Call, method_id: str) -> dict[str, Any]:
    """Let a saved card be charged no more."""
    method = call.need("payment_method", method_id, param="payment_method")
    return call.save(method | {"customer": None})


def card_of(call: Call, method_id: str) -> str:
    """Return the test card behind a saved one.

    :raises ApiError: 400 if it is not saved with the customer that the call names.
    """
    method = call.need("payment_method", method_id, param="payment_method")
    if not method["customer"] or method["customer"] != call.params.get("customer"):
        raise bad("The payment method is not attached to this customer.", "payment_method")
    return str(method["_card"])


def retrieve(call: Call, method_id: str) -> dict[str, Any]:
    """Show a saved card."""
    return call.need("payment_method", method_id)


def retrieve_intent(call: Call, intent_id: str) -> dict[str, Any]:
    """Show how a card was saved."""
    return call.need("setup_intent", intent_id)
