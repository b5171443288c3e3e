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
    MovementKind,
    RefundRequest,
    RefundStatus,
)
from payments.models import Payment
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
    """Needs fixtures: `gateway`; `pay(session_id, minor)`, by which a customer pays a checkout;
    `paid_intent`, a payment of CA$20.00 that has gone through. `TOO_LITTLE` is an amount that
    the provider does not take."""

    TOO_LITTLE = Money(10, "CAD")

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

    def test_it_says_itself_until_when_a_page_may_last(self, gateway):
        ends_at = gateway.closes_at(datetime.now(UTC))
        started = gateway.start_checkout(checkout(expires_at=ends_at))
        assert started.expires_at == ends_at

    def test_what_it_declares_goes_together(self, gateway):
        can = gateway.capabilities
        assert gateway.name
        assert gateway.method in Payment.Method
        assert can.refunds_itself or not can.keeps_money

    def test_too_little_is_refused(self, gateway):
        with pytest.raises(GatewayRejected) as refusal:
            gateway.start_checkout(checkout(self.TOO_LITTLE))
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

    def test_what_was_paid_is_known_and_cannot_be_closed(self, gateway, pay):
        request = checkout()
        started = gateway.start_checkout(request)
        pay(started.session_id, 16_500)
        state = gateway.look_up(started.session_id)
        assert (state.status, state.paid) == (CheckoutStatus.COMPLETE, True)
        assert (state.amount, state.captured) == (request.amount, request.amount)
        assert (state.client_reference, state.currency) == (request.reference, "CAD")
        assert state.intent_id
        assert state.fee_minor is not None
        assert gateway.expire(started.session_id) is False
        assert gateway.look_up(started.session_id) == state

    def test_another_amount_is_told_or_cannot_be_sent(self, gateway, pay):
        started = gateway.start_checkout(checkout())
        if not gateway.capabilities.takes_any_amount:
            with pytest.raises(AssertionError):
                pay(started.session_id, 10_000)
            return
        pay(started.session_id, 10_000)
        state = gateway.look_up(started.session_id)
        assert (state.status, state.paid) == (CheckoutStatus.OPEN, False)
        assert state.captured == Money(10_000, "CAD")
        pay(started.session_id, 7_000)
        state = gateway.look_up(started.session_id)
        assert (state.paid, state.captured) == (True, Money(17_000, "CAD"))

    def test_what_came_by_the_time_it_is_closed_counts(self, gateway, pay):
        if not gateway.capabilities.takes_any_amount:
            return
        started = gateway.start_checkout(checkout())
        pay(started.session_id, 10_000)
        assert gateway.expire(started.session_id) is False
        state = gateway.look_up(started.session_id)
        assert (state.paid, state.captured) == (True, Money(10_000, "CAD"))

    def test_what_moved_is_listed_with_our_reference(self, gateway, pay):
        request = checkout()
        started = gateway.start_checkout(request)
        pay(started.session_id, 16_500)
        intent = gateway.look_up(started.session_id).intent_id
        told = gateway.list_movements(since=datetime.now(UTC) - timedelta(minutes=5))
        [one] = [one for one in told if one.intent_id == intent]
        assert (one.kind, one.amount) == (MovementKind.CHARGE, request.amount)
        assert one.client_reference in (request.reference, "")
        assert gateway.list_movements(payout="po_nothing") == []

    def test_a_refund_goes_through_once_for_one_key(self, gateway, paid_intent):
        request = refund_of(paid_intent, 500)
        if not gateway.capabilities.refunds_itself:
            with pytest.raises(GatewayRejected) as refusal:
                gateway.refund(request)
            assert refusal.value.code == "by_hand"
            return
        first, again = gateway.refund(request), gateway.refund(request)
        assert first == again
        assert first.status is RefundStatus.SUCCEEDED
        assert (first.amount, first.intent_id) == (Money(500, "CAD"), paid_intent)
        assert first.client_reference == request.reference
        assert gateway.look_up_refund(first.refund_id) == first

    def test_no_more_is_refunded_than_was_paid(self, gateway, paid_intent):
        if not gateway.capabilities.refunds_itself:
            return
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
        assert refusal.value.code in ("not_found", "by_hand")
        with pytest.raises(GatewayRejected) as refusal:
            gateway.look_up_refund("re_nothing")
        assert refusal.value.code == "not_found"
