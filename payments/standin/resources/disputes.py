"""Disputes: a customer's bank takes a charge back, and the account may answer."""

from typing import Any

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import ApiError
from payments.standin.resources import balance
from payments.standin.store import new_id

ANSWER_SECONDS = 14 * 24 * 60 * 60


def open_dispute(call: Call, charge_id: str, *, reason: str = "fraudulent") -> dict[str, Any]:
    """Let the customer's bank take a charge back.

    :raises ApiError: 400 if it has been disputed before or there is nothing left of it.
    """
    charge = call.need("charge", charge_id)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"] or left <= 0:
        raise ApiError(400, "This charge cannot be disputed.", code="charge_disputed")
    dispute = {
        "id": new_id("du"),
        "object": "dispute",
        "amount": left,
        "balance_transactions": [],
        "charge": charge_id,
        "created": call.now(),
        "currency": charge["currency"],
        "evidence": {},
        "evidence_details": {
            "due_by": call.now() + ANSWER_SECONDS,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    _book(call, dispute, -left, fee=balance.DISPUTE_FEE, text=f"Chargeback for {charge_id}")
    charge["disputed"] = True
    call.save(charge)
    call.save(dispute)
    call.announce("charge.dispute.created", dispute)
    call.announce("charge.dispute.funds_withdrawn", dispute)
    return dispute


def decide(call: Call, dispute_id: str, *, won: bool) -> dict[str, Any]:
    """Let the bank decide; the money returns if the account wins, the dispute's fee does not.

    :raises ApiError: 400 if it is decided already.
    """
    dispute = call.need("dispute", dispute_id)
    if dispute["status"] in ("won", "lost"):
        raise ApiError(400, "This dispute is already closed.")
    dispute["status"] = "won" if won else "lost"
    if won:
        _book(call, dispute, dispute["amount"], fee=0, text=f"Chargeback reversal for {dispute_id}")
    call.save(dispute)
    call.announce("charge.dispute.closed", dispute)
    if won:
        call.announce("charge.dispute.funds_reinstated", dispute)
    return dispute


def update(call: Call, dispute_id: str) -> dict[str, Any]:
    """Keep the account's evidence and, unless `submit` is false, hand it to the bank."""
    forms.only(call.params, {"evidence", "metadata", "submit"})
    dispute = call.need("dispute", dispute_id, param="dispute")
    dispute["evidence"] |= forms.strings(call.params, "evidence")
    dispute["metadata"] |= forms.strings(call.params, "metadata")
    details = dispute["evidence_details"]
    details["has_evidence"] = bool(dispute["evidence"])
    if call.params.get("submit") != "false" and dispute["status"] == "needs_response":
        dispute["status"] = "under_review"
        details["submission_count"] += 1
    call.save(dispute)
    call.announce("charge.dispute.updated", dispute)
    return dispute


def close(call: Call, dispute_id: str) -> dict[str, Any]:
    """Accept the dispute as lost."""
    return decide(call, dispute_id, won=False)


def _book(call: Call, dispute: dict[str, Any], amount: int, *, fee: int, text: str) -> None:
    booked = balance.book(
        call,
        kind="adjustment",
        amount=amount,
        fee=fee,
        currency=dispute["currency"],
        source=dispute["id"],
        text=text,
    )
    dispute["balance_transactions"].append(
        {name: value for name, value in booked.items() if not name.startswith("_")}
    )


def retrieve(call: Call, dispute_id: str) -> dict[str, Any]:
    """Show a dispute."""
    return call.need("dispute", dispute_id, param="dispute")


def index(call: Call) -> list[dict[str, Any]]:
    """List the account's disputes, of one charge or intent if asked."""
    equal = {n: call.params[n] for n in ("charge", "payment_intent") if n in call.params}
    return call.store.every("dispute", call.account, **equal)
