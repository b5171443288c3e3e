"""A card saved on the provider's page, charged later, and forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parkops.kernel.money import Money
from payments.gateways.base import (
    CheckoutStatus,
    GatewayRejected,
    SavedCardCharge,
    SavingRequest,
)

URL = "http://campus.localhost:8000/back/"


@pytest.fixture
def save(gateway, remote, account):
    def do(card: str = "pm_card_visa"):
        request = SavingRequest(
            reference=f"C-{card}",
            success_url=URL,
            cancel_url=URL,
            expires_at=(datetime.now(UTC) + timedelta(minutes=32)).replace(microsecond=0),
            idempotency_key=f"save:{card}",
            customer_email="ana@example.test",
        )
        started = gateway.start_saving(request)
        assert gateway.look_up_saving(started.session_id).method == ""
        remote.act(account, "pay", started.session_id, card=card)
        return gateway.look_up_saving(started.session_id)

    return do


def charge_of(saved, **more) -> SavedCardCharge:
    told = {"reference": "R-1", "amount": Money(5400, "CAD"), "description": "Renewal"}
    told |= {"customer": saved.customer, "method": saved.method, "idempotency_key": "charge:1"}
    return SavedCardCharge(**{**told, **more})


def test_a_saved_card_is_charged_once_for_one_key(gateway, save):
    saved = save()
    assert (saved.status, saved.card) == (CheckoutStatus.COMPLETE, "Visa ending 4242")
    first, again = gateway.charge_saved(charge_of(saved)), gateway.charge_saved(charge_of(saved))
    assert first == again
    assert (first.paid, first.captured, first.client_reference) == (
        True,
        Money(5400, "CAD"),
        "R-1",
    )
    assert gateway.look_up_intent(first.intent_id).fee is not None
    with pytest.raises(GatewayRejected) as refusal:
        gateway.charge_saved(replace(charge_of(saved), amount=Money(9900, "CAD")))
    assert refusal.value.code == "key_reused"


def test_a_decline_is_an_answer(gateway, save):
    saved = save("pm_card_chargeCustomerFail")
    state = gateway.charge_saved(charge_of(saved))
    assert (state.paid, state.failure) == (False, "Your card was declined.")
    assert state.captured.minor == 0


def test_a_forgotten_card_is_charged_no_more(gateway, save):
    saved = save()
    gateway.forget_card(saved.method)
    gateway.forget_card("pm_nothing")
    with pytest.raises(GatewayRejected):
        gateway.charge_saved(charge_of(saved, idempotency_key="charge:2"))


def test_a_card_that_cannot_be_saved_leaves_the_page_open(gateway, remote, account):
    request = SavingRequest(
        reference="C-2",
        success_url=URL,
        cancel_url=URL,
        expires_at=(datetime.now(UTC) + timedelta(minutes=32)).replace(microsecond=0),
        idempotency_key="save:declined",
    )
    started = gateway.start_saving(request)
    remote.act(account, "decline", started.session_id)
    assert gateway.look_up_saving(started.session_id).status is CheckoutStatus.OPEN
