"""The stand-in beside Stripe: its objects have no key that Stripe's lack, and read alike.

What Stripe publishes is compared where it lies (`PARKOPS_DATA` names another folder); what the SDK
knows of each object always.
"""

import json
import os
import time
from pathlib import Path

import pytest
import stripe

from payments.gateways import reading
from payments.gateways.base import DisputeStatus, PayoutStatus, RefundStatus
from payments.gateways.stripe import StripeGateway
from payments.standin.delivery import sign
from tests.payments.standin.fixtures import SECRET, checkout

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("PARKOPS_DATA") or ROOT.parent / "shared" / "data")
EVENTS = DATA / "stripe" / "webhook_events"
KNOWN = {
    one.OBJECT_NAME: one
    for one in (
        stripe.Account,
        stripe.Application,
        stripe.Balance,
        stripe.BalanceTransaction,
        stripe.Charge,
        stripe.Customer,
        stripe.Dispute,
        stripe.Event,
        stripe.PaymentIntent,
        stripe.PaymentMethod,
        stripe.Payout,
        stripe.Refund,
        stripe.SetupIntent,
        stripe.WebhookEndpoint,
        stripe.checkout.Session,
    )
}
# Mappings whose keys are anybody's.
FREE = {"metadata", "evidence", "data"}


@pytest.fixture
def told(gateway, remote, account) -> list[dict]:
    """Every event of a busy day at the stand-in, as its list has them."""
    first, second, third, left = (gateway.start_checkout(checkout()) for _ in range(4))
    for one in (first, second, third):
        remote.act(account, "pay", one.session_id)
    remote.act(account, "decline", left.session_id)
    remote.act(account, "expire", left.session_id)
    charges = [gateway.look_up(one.session_id).charge_id for one in (first, second, third)]
    refund = remote.act(account, "refund", charges[0])
    remote.act(account, "fail-refund", refund["id"])
    for charge, verdict in zip(charges[1:], ("win-dispute", "lose-dispute"), strict=True):
        dispute = remote.act(account, "dispute", charge)
        gateway.client.v1.disputes.update(
            dispute["id"], {"evidence": {"uncategorized_text": "Paid"}}, gateway._options()
        )
        remote.act(account, verdict, dispute["id"])
    remote.act(account, "sell", "5000", currency="cad")
    payout = remote.act(account, "pay-out", "cad")
    remote.act(account, "fail-payout", payout["id"])
    page = gateway.client.v1.events.list({"limit": 100}, gateway._options())
    return [event.to_dict() for event in page.auto_paging_iter()]


def published(kind: str) -> dict:
    """Return Stripe's own example of an event."""
    path = EVENTS / f"{kind}.json"
    if not path.exists():
        pytest.skip(f"Stripe's examples are not in {EVENTS}; PARKOPS_DATA names another folder")
    return json.loads(path.read_text())


def strange(body: object, where: str = "") -> list[str]:
    """Return the keys of documents that the SDK does not know of such an object."""
    if isinstance(body, list):
        return [found for one in body for found in strange(one, where)]
    if not isinstance(body, dict):
        return []
    found = []
    if known := KNOWN.get(str(body.get("object", ""))):
        extra = set(body) - set(known.__annotations__) - {"object"}
        found = [f"{where}{body['object']}.{key}" for key in sorted(extra)]
    for key, value in body.items():
        if key not in FREE:
            found += strange(value, f"{where}{key}.")
    return found


def unlike(ours: object, theirs: object, where: str) -> list[str]:
    """Return where a value of ours is of another kind than Stripe's; null is of any kind."""
    if ours is None or theirs is None:
        return []
    if isinstance(ours, dict) and isinstance(theirs, dict):
        shared = set(ours) & set(theirs) - FREE
        return [
            found
            for key in sorted(shared)
            for found in unlike(ours[key], theirs[key], f"{where}.{key}")
        ]
    return [] if type(ours) is type(theirs) else [f"{where}: {ours!r} and {theirs!r}"]


def test_no_object_has_a_key_that_the_sdk_does_not_know(told):
    assert {event["type"] for event in told} >= {
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.failed",
        "charge.refunded",
        "charge.succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "payout.created",
        "payout.failed",
        "payout.paid",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }
    assert [found for event in told for found in strange(event)] == []
    assert [found for event in told for found in strange(event["data"]["object"])] == []


def test_lists_and_the_balance_have_no_strange_key(gateway, told):
    asked = gateway._options()
    v1 = gateway.client.v1
    for found in (
        v1.balance.retrieve({}, asked),
        v1.balance_transactions.list({"limit": 100, "expand": ["data.source"]}, asked),
        v1.payouts.list({}, asked),
        v1.charges.list({}, asked),
        v1.payment_intents.list({}, asked),
        v1.disputes.list({}, asked),
        v1.refunds.list({}, asked),
    ):
        assert strange(json.loads(json.dumps(found.to_dict()))) == []


@pytest.mark.parametrize(
    "kind",
    [
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.failed",
        "charge.refunded",
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "payout.created",
        "payout.paid",
    ],
)
def test_events_are_of_the_kinds_of_those_that_stripe_publishes(kind, request):
    theirs = published(kind)
    ours = [event for event in request.getfixturevalue("told") if event["type"] == kind]
    assert ours
    for event in ours:
        assert unlike(event, theirs, kind) == []
        assert unlike(event["data"]["object"], theirs["data"]["object"], kind) == []
        needed = {"id", "object", "type", "created", "data", "livemode"}
        assert needed <= set(event)


class TestReadingWhatStripePublishes:
    """Our reading takes Stripe's own examples as it takes the stand-in's."""

    def test_a_dispute(self):
        body = published("charge.dispute.created")["data"]["object"]
        told = reading.dispute_state(body)
        assert told.status in DisputeStatus
        assert told.amount.minor == body["amount"]
        assert told.withdrawn.minor == -sum(one["amount"] for one in body["balance_transactions"])

    def test_a_refund(self):
        body = published("charge.refund.updated")["data"]["object"]
        told = reading.refund_state(body)
        assert (told.refund_id, told.status in RefundStatus) == (body["id"], True)

    def test_a_payout(self):
        body = published("payout.paid")["data"]["object"]
        told = reading.payout_state(body)
        assert (told.status, told.amount.minor) == (PayoutStatus.PAID, body["amount"])

    def test_every_event_once_it_is_signed(self):
        published("payout.paid")
        gateway = StripeGateway(secret_key="sk_test_x", account="", webhook_secrets=[SECRET])
        paths = sorted(EVENTS.glob("*.json"))
        assert len(paths) > 20
        for path in paths:
            body = path.read_bytes()
            signature = sign(body, SECRET, int(time.time()))
            event = gateway.verify_event(body, {"Stripe-Signature": signature})
            told = json.loads(body)
            assert (event.type, event.object_id) == (
                told["type"],
                told["data"]["object"].get("id", ""),
            )
