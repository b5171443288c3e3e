"""What every gateway must do. The classes that inherit this say against whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from parkops.kernel.money import Money
from payments.gateways.base import (
    CheckoutLine,
    CheckoutStatus,
    GatewayRejected,
    RefundRequest,
    RefundStatus,
)
from tests.payments.standin.fixtures import checkout

_numbers = count(1)


def refund_of(intent_id: str, minor: int, **overrides: object) -> RefundRequest:
    number = next(_numbers)
    return RefundRequest(
        **{
            "reference": f"R-{number}",
            "intent_id": intent_id,
            "amount": Money(minor, "CAD"),
            "reason": "Permit given back",
            "idempotency_key": f"test-refund:{datetime.now(UTC).timestamp()}:{number}",
            **overrides,
        }
    )


class GatewayContract:
    """Needs a fixture `gateway`; payments without a page are made with the provider's test card."""

    @pytest.fixture
    def paid_intent(self, gateway) -> str:
        """A payment of CA$20.00 that has gone through."""
        intent = gateway.client.v1.payment_intents.create(
            {
                "amount": 2000,
                "currency": "cad",
                "confirm": True,
                "payment_method": "pm_card_visa",
                "payment_method_types": ["card"],
            },
            gateway._options(),
        )
        return intent.id

    def test_a_checkout_begins_open_and_unpaid(self, gateway):
        request = checkout()
        started = gateway.start_checkout(request)
        state = gateway.look_up(started.session_id)
        assert started.url.startswith("http")
        assert started.expires_at == request.expires_at
        assert (state.status, state.paid) == (CheckoutStatus.OPEN, False)
        assert state.amount == request.amount
        assert state.client_reference == request.reference
        assert (state.captured.minor, state.fee, state.failure) == (0, None, "")

    def test_the_same_key_gives_the_same_page(self, gateway):
        request = checkout()
        assert gateway.start_checkout(request) == gateway.start_checkout(request)

    def test_the_same_key_with_another_amount_is_refused(self, gateway):
        request = checkout()
        gateway.start_checkout(request)
        with pytest.raises(GatewayRejected) as refusal:
            gateway.start_checkout(replace(request, amount=Money(1700, "CAD")))
        assert refusal.value.code == "key_reused"

    def test_a_page_shorter_than_half_an_hour_is_refused(self, gateway):
        soon = datetime.now(UTC) + timedelta(minutes=20)
        with pytest.raises(GatewayRejected):
            gateway.start_checkout(checkout(expires_at=soon))

    def test_too_little_for_a_card_is_refused(self, gateway):
        with pytest.raises(GatewayRejected) as refusal:
            gateway.start_checkout(checkout(Money(10, "CAD")))
        assert refusal.value.code == "amount_too_small"
        assert "least" in refusal.value.reason

    @pytest.mark.parametrize(
        "lines",
        [
            (("North lot", 16000), ("Tax", 500)),
            (("North lot", 17000), ("Discount", -500)),
            (("Only a part", 100),),
        ],
    )
    def test_the_page_asks_for_the_amount_whatever_the_lines_say(self, gateway, lines):
        told = [CheckoutLine(text, Money(minor, "CAD")) for text, minor in lines]
        started = gateway.start_checkout(checkout(lines=told))
        assert gateway.look_up(started.session_id).amount == Money(16500, "CAD")

    def test_yen_have_no_hundredths(self, gateway):
        started = gateway.start_checkout(checkout(Money(500, "JPY")))
        assert gateway.look_up(started.session_id).amount == Money(500, "JPY")

    def test_a_closed_page_stays_closed(self, gateway):
        started = gateway.start_checkout(checkout())
        assert gateway.expire(started.session_id) is True
        assert gateway.expire(started.session_id) is True
        assert gateway.look_up(started.session_id).status is CheckoutStatus.EXPIRED

    def test_an_unknown_page_is_not_found(self, gateway):
        with pytest.raises(GatewayRejected) as refusal:
            gateway.look_up("cs_test_nothing")
        assert refusal.value.code == "not_found"

    def test_a_checkout_is_found_by_our_reference(self, gateway):
        request = checkout()
        started = gateway.start_checkout(request)
        since = datetime.now(UTC) - timedelta(minutes=5)
        found = gateway.find_checkout(request.reference, since=since)
        assert found is not None
        assert found.session_id == started.session_id
        assert gateway.find_checkout("P-of-nobody", since=since) is None

    def test_a_refund_goes_through_once_for_one_key(self, gateway, paid_intent):
        request = refund_of(paid_intent, 500)
        first, again = gateway.refund(request), gateway.refund(request)
        assert first == again
        assert first.status is RefundStatus.SUCCEEDED
        assert (first.amount, first.intent_id) == (Money(500, "CAD"), paid_intent)
        assert first.client_reference == request.reference
        assert gateway.look_up_refund(first.refund_id) == first

    def test_no_more_is_refunded_than_was_paid(self, gateway, paid_intent):
        gateway.refund(refund_of(paid_intent, 1500))
        with pytest.raises(GatewayRejected) as refusal:
            gateway.refund(refund_of(paid_intent, 501))
        assert refusal.value.code == "over_refund"
        gateway.refund(refund_of(paid_intent, 500))
        with pytest.raises(GatewayRejected) as refusal:
            gateway.refund(refund_of(paid_intent, 1))
        assert refusal.value.code == "over_refund"

    def test_a_refund_of_nothing_known_is_not_found(self, gateway):
        with pytest.raises(GatewayRejected) as refusal:
            gateway.refund(refund_of("pi_nothing", 100))
        assert refusal.value.code == "not_found"
