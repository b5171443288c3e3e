"""Which call of the API each method and path means."""

import re
from collections.abc import Callable
from typing import Any

from payments.standin.resources import (
    accounts,
    balance,
    checkout,
    disputes,
    events,
    intents,
    payouts,
    refunds,
    setups,
)

Handler = Callable[..., dict[str, Any] | list[dict[str, Any]]]

TABLE: list[tuple[str, str, Handler]] = [
    ("POST", "accounts", accounts.create),
    ("GET", "accounts", accounts.index),
    ("GET", "accounts/{id}", accounts.retrieve),
    ("POST", "account_links", accounts.link),
    ("POST", "checkout/sessions", checkout.create),
    ("GET", "checkout/sessions", checkout.index),
    ("GET", "checkout/sessions/{id}", checkout.retrieve),
    ("POST", "checkout/sessions/{id}/expire", checkout.expire),
    ("GET", "checkout/sessions/{id}/line_items", checkout.line_items),
    ("POST", "payment_intents", intents.create),
    ("GET", "payment_intents", intents.index),
    ("GET", "payment_intents/{id}", intents.retrieve),
    ("POST", "payment_intents/{id}/confirm", intents.confirm),
    ("POST", "payment_intents/{id}/cancel", intents.cancel),
    ("GET", "charges", intents.index_charges),
    ("GET", "charges/{id}", intents.retrieve_charge),
    ("GET", "payment_methods/{id}", setups.retrieve),
    ("POST", "payment_methods/{id}/detach", setups.detach),
    ("GET", "setup_intents/{id}", setups.retrieve_intent),
    ("POST", "refunds", refunds.create),
    ("GET", "refunds", refunds.index),
    ("GET", "refunds/{id}", refunds.retrieve),
    ("GET", "disputes", disputes.index),
    ("GET", "disputes/{id}", disputes.retrieve),
    ("POST", "disputes/{id}", disputes.update),
    ("POST", "disputes/{id}/close", disputes.close),
    ("GET", "balance", balance.show),
    ("GET", "balance_transactions", balance.index),
    ("GET", "balance_transactions/{id}", balance.retrieve),
    ("POST", "payouts", payouts.create),
    ("GET", "payouts", payouts.index),
    ("GET", "payouts/{id}", payouts.retrieve),
    ("GET", "events", events.index),
    ("GET", "events/{id}", events.retrieve),
    ("POST", "webhook_endpoints", events.create_endpoint),
    ("GET", "webhook_endpoints", events.index_endpoints),
    ("GET", "webhook_endpoints/{id}", events.retrieve_endpoint),
    ("POST", "webhook_endpoints/{id}", events.update_endpoint),
    ("DELETE", "webhook_endpoints/{id}", events.delete_endpoint),
]

_COMPILED = [
    (method, re.compile("/v1/" + path.replace("{id}", r"(?P<id>[\w-]+)")), handler)
    for method, path, handler in TABLE
]


def find(method: str, path: str) -> tuple[Handler, list[str]] | None:
    """Return the handler of a request and the ids in its path; None if the API has no such call."""
    for verb, pattern, handler in _COMPILED:
        if verb == method and (match := pattern.fullmatch(path)):
            return handler, list(match.groups())
    return None
