"""Refunds: part or all of a charge goes back, never more than is left of it."""

from typing import Any

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import ApiError, bad, missing, required
from payments.standin.resources import balance
from payments.standin.store import new_id

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> dict[str, Any]:
    """Give back `amount` of a charge or of an intent's charge; all that is left if not said."""
    forms.only(
        call.params,
        {"amount", "charge", "metadata", "payment_intent", "reason", "refund_application_fee"},
    )
    reason = call.params.get("reason")
    if reason and reason not in REASONS:
        raise bad(f"Invalid reason: must be one of {', '.join(REASONS)}", "reason")
    charge = _charge(call)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["refunded"]:
        raise ApiError(
            400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if charge["disputed"]:
        raise ApiError(400, f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    amount = forms.whole(call.params, "amount", default=left)
    if amount <= 0:
        raise bad("Invalid positive integer", "amount", code="parameter_invalid_integer")
    if amount > left:
        raise bad(
            f"Refund amount ({amount} {charge['currency']}) is greater than unrefunded amount on "
            f"charge ({left} {charge['currency']})",
            "amount",
        )
    return _give_back(call, charge, amount, reason=reason)


def _charge(call: Call) -> dict[str, Any]:
    if charge_id := call.params.get("charge"):
        return call.need("charge", charge_id, param="charge")
    intent_id = call.params.get("payment_intent")
    if not intent_id:
        raise required("payment_intent")
    intent = call.need("payment_intent", intent_id, param="payment_intent")
    if intent["status"] != "succeeded":
        raise ApiError(
            400, f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        )
    return call.need("charge", intent["latest_charge"])


def _give_back(
    call: Call, charge: dict[str, Any], amount: int, *, reason: str | None
) -> dict[str, Any]:
    refund_id = new_id("re")
    booked = balance.book(
        call,
        kind="refund",
        amount=-amount,
        fee=0,
        currency=charge["currency"],
        source=refund_id,
        text=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
    )
    refund = call.save(
        {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "balance_transaction": booked["id"],
            "charge": charge["id"],
            "created": call.now(),
            "currency": charge["currency"],
            "failure_reason": None,
            "metadata": forms.strings(call.params, "metadata"),
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "receipt_number": None,
            "status": "succeeded",
        }
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    call.save(charge)
    call.announce("refund.created", refund)
    call.announce("charge.refunded", charge)
    return refund


def fail(call: Call, refund_id: str) -> dict[str, Any]:
    """Let the customer's bank send a refund back: the money returns to the account."""
    refund = call.need("refund", refund_id)
    if refund["status"] != "succeeded":
        raise ApiError(400, "Only a refund that went through can come back.")
    balance.book(
        call,
        kind="refund_failure",
        amount=refund["amount"],
        fee=0,
        currency=refund["currency"],
        source=refund_id,
        text=f"REFUND FAILURE ({refund_id})",
    )
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    charge = call.need("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    call.save(charge)
    call.save(refund)
    call.announce("refund.updated", refund)
    call.announce("refund.failed", refund)
    return refund


def retrieve(call: Call, refund_id: str) -> dict[str, Any]:
    """Show a refund."""
    found = call.store.get("refund", refund_id, call.account)
    if found is None:
        raise missing("refund", refund_id)
    return found


def index(call: Call) -> list[dict[str, Any]]:
    """List the account's refunds, of one charge or intent if asked."""
    equal = {n: call.params[n] for n in ("charge", "payment_intent") if n in call.params}
    return call.store.every("refund", call.account, **equal)
