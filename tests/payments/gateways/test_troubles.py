"""What the gateway does when the provider drops, throttles, breaks or is not there."""

import socket

import pytest

from payments.gateways.base import GatewayRejected, GatewayUnavailable
from payments.gateways.stripe import StripeGateway
from tests.payments.gateways.contract import refund_of
from tests.payments.standin.fixtures import checkout

SESSIONS = "/v1/checkout/sessions"


@pytest.fixture
def sessions(standin, account):
    """Tell how many pages the account has."""
    return lambda: len(standin.store.every("checkout.session", account))


@pytest.mark.parametrize("fault", ["drop", "drop-before", "500", "500-after"])
def test_one_trouble_is_ridden_out_and_makes_one_page(gateway, remote, sessions, fault):
    remote.fault(fault, method="POST", path=SESSIONS)
    request = checkout()
    started = gateway.start_checkout(request)
    assert gateway.start_checkout(request) == started
    assert sessions() == 1


@pytest.mark.parametrize("fault", ["drop", "500-after"])
def test_lasting_trouble_leaves_the_outcome_open_and_the_key_finds_it(
    gateway, remote, sessions, fault
):
    remote.fault(fault, method="POST", path=SESSIONS, times=3)
    request = checkout()
    with pytest.raises(GatewayUnavailable):
        gateway.start_checkout(request)
    assert sessions() == 1
    started = gateway.start_checkout(request)
    assert gateway.look_up(started.session_id).client_reference == request.reference
    assert sessions() == 1


def test_throttling_is_no_refusal(gateway, remote):
    remote.fault("429", method="GET", path=SESSIONS)
    started = gateway.start_checkout(checkout())
    with pytest.raises(GatewayUnavailable):
        gateway.look_up(started.session_id)


def test_a_refund_whose_answer_is_lost_is_made_once(gateway, remote, account):
    started = gateway.start_checkout(checkout())
    remote.act(account, "pay", started.session_id)
    intent_id = gateway.look_up(started.session_id).intent_id
    remote.fault("drop", method="POST", path="/v1/refunds", times=3)
    request = refund_of(intent_id, 500)
    with pytest.raises(GatewayUnavailable):
        gateway.refund(request)
    gateway.refund(request)
    assert gateway.look_up(started.session_id).refunded.minor == 500


def test_a_page_that_may_not_be_closed_is_not_said_to_be(gateway, remote):
    started = gateway.start_checkout(checkout())
    remote.fault("drop-before", method="POST", path=SESSIONS, times=3)
    with pytest.raises(GatewayUnavailable):
        gateway.expire(started.session_id)
    assert gateway.look_up(started.session_id).url


def test_nobody_there_is_unavailable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        away = StripeGateway(secret_key="sk_test_x", account="acct_x", api_base=url)
        with pytest.raises(GatewayUnavailable):
            away.look_up("cs_test_x")


@pytest.mark.parametrize(
    ("key", "account_id", "code"),
    [
        ("pk_test_x", "acct_any", "not_set_up"),
        ("sk_test_x", "acct_of_nobody", "account_refused"),
    ],
)
def test_who_may_not_ask_is_told_so(standin, key, account_id, code):
    stranger = StripeGateway(secret_key=key, account=account_id, api_base=standin.url)
    with pytest.raises(GatewayRejected) as refusal:
        stranger.look_up("cs_test_x")
    assert refusal.value.code == code


def test_a_live_key_never_goes_to_a_server_in_stripes_place(standin):
    with pytest.raises(ValueError, match="live key"):
        StripeGateway(secret_key="sk_live_x", account="acct_x", api_base=standin.url)


def test_an_address_that_is_none_is_refused_before_anyone_pays(gateway):
    with pytest.raises(GatewayRejected) as refusal:
        gateway.start_checkout(checkout(customer_email="tanner"))
    assert refusal.value.code == "email_invalid"
