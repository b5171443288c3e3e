"""How the seller hears of what happened."""

import json

import pytest
import stripe

from payments.gateways.base import Event
from payments.gateways.stripe import StripeGateway
from payments.standin.resources import accounts
from payments.standin.server import Standin
from tests.payments.standin.fixtures import SECRET, checkout

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


@pytest.fixture
def page(gateway) -> str:
    """The session id of an open page."""
    return gateway.start_checkout(checkout()).session_id


def test_are_signed_so_that_the_sdk_believes_them(ear, remote, account, page, gateway):
    remote.act(account, "pay", page)
    ear.wait_for(4)
    headers, body = ear.heard[3]
    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
    assert (event.type, event.data.object["id"]) == ("checkout.session.completed", page)
    ours = gateway.verify_event(body, headers)
    assert isinstance(ours, Event)
    assert (ours.object_id, ours.account, ours.live) == (page, "", False)


def test_arrive_in_order_at_the_tenants_own_host(ear, remote, account, page):
    remote.act(account, "pay", page)
    ear.wait_for(4)
    assert ear.kinds() == PAID
    assert ear.heard[0][0]["Host"].startswith("campus.localhost:")


def test_show_the_object_as_it_was_then(ear, remote, account, page):
    remote.act(account, "decline", page)
    remote.act(account, "pay", page)
    ear.wait_for(6)
    first = json.loads(ear.heard[0][1])["data"]["object"]
    assert first["status"] == "requires_payment_method"
    assert not [name for name in first if name.startswith("_")]


def test_name_the_account_to_an_endpoint_of_the_platform(ear, remote, account, page, gateway):
    made = gateway.client.v1.webhook_endpoints.create(
        {"url": ear.url, "enabled_events": ["checkout.session.completed"], "connect": True}
    )
    remote.act(account, "pay", page)
    ear.wait_for(5)
    named = [json.loads(body).get("account") for _, body in ear.heard]
    assert sorted(named, key=str) == sorted([None] * 4 + [account], key=str)
    assert made.secret == SECRET
    gateway.client.v1.webhook_endpoints.delete(made.id)


@pytest.mark.parametrize("answer", [500, 302, 404])
def test_are_sent_again_until_they_are_heard(ear, remote, account, page, answer, standin):
    ear.answers = [answer, answer, 200]
    remote.act(account, "expire", page)
    ear.wait_for(3)
    assert set(ear.kinds()) == {"checkout.session.expired"}
    assert len({json.loads(body)["id"] for _, body in ear.heard}) == 1


def test_survive_that_nobody_is_there(ear, remote, account, page, gateway, standin):
    ear.close()
    remote.act(account, "expire", page)
    [event] = standin.store.every("event", account)
    rows = standin.store.rows("SELECT * FROM deliveries WHERE event = ?", event["id"])
    assert [row["state"] for row in rows] != ["sent"]
    undelivered = gateway.client.v1.events.list(
        {"delivery_success": False}, {"stripe_account": account}
    )
    assert [e.id for e in undelivered.data] == [event["id"]]


class TestFaults:
    @pytest.fixture
    def expire(self, gateway, remote, page):
        """Close the page over the API with a fault armed for it."""

        def act(fault: str) -> None:
            remote.fault(fault, method="POST", path="/v1/checkout/sessions/")
            gateway.expire(page)

        return act

    def test_twice(self, ear, expire):
        expire("webhook-twice")
        ear.wait_for(2)
        assert len({json.loads(body)["id"] for _, body in ear.heard}) == 1

    def test_reversed(self, ear, remote, account, page, visitor, standin):
        visitor.post(f"{standin.url}/pay/{page}", act="pay", trouble="webhook-reversed")
        ear.wait_for(4)
        assert ear.kinds() == PAID[::-1]

    def test_late(self, ear, expire):
        expire("webhook-late=0.3")
        assert ear.heard == []
        ear.wait_for(1)

    def test_never_but_on_request(self, ear, expire, remote, account, standin):
        expire("webhook-never")
        [event] = standin.store.every("event", account)
        assert ear.heard == []
        remote.act(account, "resend", event["id"])
        ear.wait_for(1)

    def test_before_the_answer(self, ear, expire):
        answered = []
        ear.when_heard = lambda: answered.append("heard")
        expire("webhook-before")
        answered.append("answered")
        assert answered == ["heard", "answered"]


class TestPattern:
    def test_welcomes_accounts_by_their_slug(self):
        pattern = "http://{slug}.localhost:8000/api/v1/hooks/stripe"
        with Standin(webhook_secret=SECRET, webhook_pattern=pattern) as local:
            gateway = StripeGateway(
                secret_key="sk_test_x", account="acct_old-town", api_base=local.url
            )
            gateway.start_checkout(checkout())
            [endpoint] = local.store.every("webhook_endpoint", "acct_old-town")
            assert endpoint["url"] == "http://old-town.localhost:8000/api/v1/hooks/stripe"

    def test_endpoints_follow_when_the_port_moves(self, tmp_path):
        file = str(tmp_path / "standin.sqlite3")
        with Standin(db=file, webhook_pattern="http://{slug}.localhost:8000/hook") as before:
            accounts.check(before.store, "acct_town")
        with Standin(db=file, webhook_pattern="http://{slug}.localhost:8001/hook") as after:
            [endpoint] = after.store.every("webhook_endpoint", "acct_town")
            assert endpoint["url"] == "http://town.localhost:8001/hook"
