"""Payouts: what has gathered on an account goes to its bank."""

from typing import Any

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import ApiError
from payments.standin.resources import balance
from payments.standin.store import new_id


def pay_out(call: Call, currency: str) -> dict[str, Any]:
    """Send everything that waits in one currency to the bank, and mark what it was made of.

    :raises ApiError: 400 if nothing waits.
    """
    amount = balance.waiting(call).get(currency, 0)
    if amount <= 0:
        raise ApiError(
            400, "You have insufficient funds in your account.", code="balance_insufficient"
        )
    payout_id = new_id("po")
    booked = balance.book(
        call,
        kind="payout",
        amount=-amount,
        fee=0,
        currency=currency,
        source=payout_id,
        text="STRIPE PAYOUT",
    )
    for entry in call.store.every("balance_transaction", call.account, currency=currency):
        if entry["_payout"] is None:
            call.save(entry | {"_payout": payout_id})
    payout = call.save(
        {
            "id": payout_id,
            "object": "payout",
            "amount": amount,
            "arrival_date": call.now(),
            "automatic": True,
            "balance_transaction": booked["id"],
            "created": call.now(),
            "currency": currency,
            "description": "STRIPE PAYOUT",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": {},
            "method": "standard",
            "status": "paid",
            "type": "bank_account",
        }
    )
    call.announce("payout.created", payout)
    call.announce("payout.paid", payout)
    return payout


def fail(call: Call, payout_id: str) -> dict[str, Any]:
    """Let the bank send a payout back: its money waits on the account again.

    :raises ApiError: 400 if it has failed already.
    """
    payout = call.need("payout", payout_id, param="payout")
    if payout["status"] == "failed":
        raise ApiError(400, "This payout has failed already.")
    booked = balance.book(
        call,
        kind="payout_failure",
        amount=payout["amount"],
        fee=0,
        currency=payout["currency"],
        source=payout_id,
        text="PAYOUT FAILURE",
    )
    payout |= {
        "failure_balance_transaction": booked["id"],
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed",
        "status": "failed",
    }
    call.save(payout)
    call.announce("payout.failed", payout)
    return payout


def create(call: Call) -> dict[str, Any]:
    """Pay out all that waits; the stand-in knows no parts."""
    forms.only(call.params, {"amount", "currency", "metadata"})
    currency = forms.text(call.params, "currency").lower()
    asked = forms.whole(call.params, "amount", default=balance.waiting(call).get(currency, 0))
    if asked != balance.waiting(call).get(currency, 0):
        raise ApiError(400, "The stand-in pays out all that waits, or nothing.", param="amount")
    return pay_out(call, currency)


def retrieve(call: Call, payout_id: str) -> dict[str, Any]:
    """Show a payout."""
    return call.need("payout", payout_id, param="payout")


def index(call: Call) -> list[dict[str, Any]]:
    """List the account's payouts."""
    return call.store.every("payout", call.account)
