"""Which webhooks the gateway believes."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from payments.gateways.base import BadSignature
from payments.gateways.stripe import StripeGateway
from payments.standin.delivery import sign

BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "account": "acct_campus",
        "created": 1_795_000_000,
        "livemode": False,
        "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
    }
).encode()


@pytest.fixture
def gateway() -> StripeGateway:
    """A gateway in the middle of a change of secrets."""
    return StripeGateway(
        secret_key="sk_test_x", account="acct_campus", webhook_secrets=["whsec_new", "whsec_old"]
    )


def signed(body: bytes = BODY, secret: str = "whsec_new", *, age: timedelta = timedelta()) -> dict:
    at = int((datetime.now(UTC) - age).timestamp())
    return {"Stripe-Signature": sign(body, secret, at)}


@pytest.mark.parametrize("secret", ["whsec_new", "whsec_old"])
def test_reads_what_either_secret_signed(gateway, secret):
    event = gateway.verify_event(BODY, signed(secret=secret))
    assert (event.id, event.type) == ("evt_1", "checkout.session.completed")
    assert (event.object_id, event.account) == ("cs_test_1", "acct_campus")
    assert event.created_at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert event.live is False
    assert event.payload["data"]["object"]["object"] == "checkout.session"


@pytest.mark.parametrize("name", ["Stripe-Signature", "stripe-signature", "HTTP_STRIPE_SIGNATURE"])
def test_finds_the_signature_however_the_header_is_written(gateway, name):
    value = signed()["Stripe-Signature"]
    assert gateway.verify_event(BODY, {"Host": "campus", name: value}).id == "evt_1"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {}),
        (BODY, {"Stripe-Signature": ""}),
        (BODY, {"Stripe-Signature": "t=now,v1=no"}),
        (BODY, signed(secret="whsec_of_another")),
        (BODY, signed(secret="")),
        (BODY, signed(age=timedelta(minutes=6))),
        (BODY.replace(b"cs_test_1", b"cs_test_2"), signed()),
        (b"\xff\xfe", signed(b"\xff\xfe")),
        (b"[]", signed(b"[]")),
        (b'{"id": "evt_1"}', signed(b'{"id": "evt_1"}')),
        (b"not json", signed(b"not json")),
    ],
    ids=[
        "no header", "empty", "no date", "another's secret", "empty secret", "old", "changed",
        "no text", "a list", "no event", "no json",
    ],
)  # fmt: skip
def test_refuses_everything_else(gateway, body, headers):
    with pytest.raises(BadSignature):
        gateway.verify_event(body, headers)


def test_without_a_secret_nothing_is_believed():
    gateway = StripeGateway(secret_key="sk_test_x", account="acct_x", webhook_secrets=["", " "])
    with pytest.raises(BadSignature):
        gateway.verify_event(BODY, signed(secret=" "))
