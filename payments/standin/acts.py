"""What happens at Stripe without our asking: customers, banks and dashboards act.

Each act belongs to one account and is done from the backstage pages, or over HTTP by tests and
by the demonstration: `POST /acts/<account>/<act>/<id>`.
"""

from collections.abc import Callable
from typing import Any

from payments.standin import delivery, forms
from payments.standin.calls import Call
from payments.standin.resources import accounts, checkout, disputes, intents, payouts, refunds

Act = Callable[[Call, str], dict[str, Any]]


def _pay(call: Call, session_id: str) -> dict[str, Any]:
    session = call.need("checkout.session", session_id, param="session")
    return checkout.pay(call, session, forms.text(call.params, "card", default="pm_card_visa"))


def _decline(call: Call, session_id: str) -> dict[str, Any]:
    session = call.need("checkout.session", session_id, param="session")
    return checkout.pay(call, session, "pm_card_chargeDeclined")


def _refund(call: Call, charge_id: str) -> dict[str, Any]:
    """Give back what is left, as somebody in the dashboard would."""
    return refunds.create(
        Call(call.store, call.account, {"charge": charge_id}, announced=call.announced)
    )


def _sell(call: Call, amount: str) -> dict[str, Any]:
    """Take money that no program asked for, as somebody in the dashboard would."""
    currency = forms.text(call.params, "currency", default="usd")
    params = {"amount": amount, "currency": currency, "description": "Taken in the dashboard"}
    params |= {"confirm": "true", "payment_method": "pm_card_visa"}
    return intents.create(Call(call.store, call.account, params, announced=call.announced))


def _disconnect(call: Call, account_id: str) -> dict[str, Any]:
    account = accounts.retrieve(call, account_id) | {"_disconnected": True}
    call.store.put(account, "")
    call.announce("account.application.deauthorized", {"id": "ca_standin", "object": "application"})
    return account


def _connect(call: Call, account_id: str) -> dict[str, Any]:
    return call.store.put(accounts.retrieve(call, account_id) | {"_disconnected": False}, "")


def _resend(call: Call, event_id: str) -> dict[str, Any]:
    event = call.need("event", event_id)
    delivery.again(call.store, event_id)
    return event


ACTS: dict[str, Act] = {
    "pay": _pay,
    "decline": _decline,
    "expire": checkout.expire,
    "refund": _refund,
    "fail-refund": refunds.fail,
    "dispute": disputes.open_dispute,
    "win-dispute": lambda call, dispute_id: disputes.decide(call, dispute_id, won=True),
    "lose-dispute": lambda call, dispute_id: disputes.decide(call, dispute_id, won=False),
    "pay-out": payouts.pay_out,
    "fail-payout": payouts.fail,
    "sell": _sell,
    "disconnect": _disconnect,
    "connect": _connect,
    "resend": _resend,
}
