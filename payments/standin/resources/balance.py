"""Balance transactions: every movement of an account's money, with Stripe's cut, and the sums."""

from typing import Any

from payments.standin.calls import Call
from payments.standin.store import new_id

FEE_TENTHS_OF_PERCENT = 29
FEE_FIXED = 30
DISPUTE_FEE = 1500


def card_fee(amount: int) -> int:
    """Return 2.9 % and 30 units of a charge, rounded half up, never more than the charge."""
    return min((amount * FEE_TENTHS_OF_PERCENT + 500) // 1000 + FEE_FIXED, amount)


def book(
    call: Call,
    *,
    kind: str,
    amount: int,
    fee: int,
    currency: str,
    source: str,
    text: str,
    application_fee: int = 0,
) -> dict[str, Any]:
    """Write one movement; `amount` is negative when money leaves the account. The platform's part
    (`application_fee`) is a fee like Stripe's own."""
    kinds = (
        ("stripe_fee", "Stripe processing fees", fee),
        ("application_fee", "Application fee", application_fee),
    )
    details = [
        {
            "amount": minor,
            "application": None,
            "currency": currency,
            "description": words,
            "type": one,
        }
        for one, words, minor in kinds
        if minor
    ]
    fee += application_fee
    return call.save(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": call.now(),
            "created": call.now(),
            "currency": currency,
            "description": text,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": details,
            "net": amount - fee,
            "reporting_category": {"adjustment": "dispute"}.get(kind, kind),
            "source": source,
            "status": "available",
            "type": kind,
            "_payout": None,
        }
    )


def retrieve(call: Call, transaction_id: str) -> dict[str, Any]:
    """Show one movement."""
    return call.need("balance_transaction", transaction_id)


def index(call: Call) -> list[dict[str, Any]]:
    """List the movements, of one payout, source, kind or currency if asked."""
    equal = {
        name: call.params[name] for name in ("type", "source", "currency") if name in call.params
    }
    if "payout" in call.params:
        equal["_payout"] = call.params["payout"]
    return call.store.every("balance_transaction", call.account, **equal)


def waiting(call: Call) -> dict[str, int]:
    """Sum what is not paid out yet, by currency."""
    sums: dict[str, int] = {}
    for entry in call.store.every("balance_transaction", call.account):
        if entry["_payout"] is None:
            sums[entry["currency"]] = sums.get(entry["currency"], 0) + entry["net"]
    return sums


def show(call: Call) -> dict[str, Any]:
    """Show the account's balance."""
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(waiting(call).items())
    ]
    return {"object": "balance", "available": available, "livemode": False, "pending": []}
