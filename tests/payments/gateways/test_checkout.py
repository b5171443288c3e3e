"""A checkout from the request to the money, as the gateway tells it."""

import pytest

from parkops.kernel.money import Money
from payments.gateways.base import (
    CheckoutLine,
    CheckoutStatus,
    DisputeStatus,
    GatewayRejected,
    RefundStatus,
)
from payments.gateways.stripe import StripeGateway
from tests.payments.gateways.contract import refund_of
from tests.payments.standin.fixtures import checkout


class TestLookUp:
    def test_tells_the_payment_its_card_and_its_fee(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "pay", started.session_id)
        state = gateway.look_up(started.session_id)
        assert (state.status, state.paid) == (CheckoutStatus.COMPLETE, True)
        assert state.captured == Money(16500, "CAD")
        # 2.9 % of 165.00 is 4.785: half up, and 30 cents.
        assert (state.fee, state.fee_minor) == (Money(509, "CAD"), 509)
        assert state.card == "Visa ending 4242"
        assert state.intent_id.startswith("pi_")
        assert state.charge_id.startswith("ch_")

    def test_a_declined_card_leaves_the_page_open_and_says_why(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "decline", started.session_id)
        state = gateway.look_up(started.session_id)
        assert (state.status, state.paid, state.charge_id) == (CheckoutStatus.OPEN, False, "")
        assert state.failure == "Your card was declined."
        remote.act(account, "pay", started.session_id)
        assert gateway.look_up(started.session_id).failure == ""

    def test_tells_what_went_back_since(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "pay", started.session_id)
        intent_id = gateway.look_up(started.session_id).intent_id
        gateway.refund(refund_of(intent_id, 4000))
        assert gateway.look_up(started.session_id).refunded == Money(4000, "CAD")

    def test_a_page_out_of_time_is_expired(self, gateway, remote):
        started = gateway.start_checkout(checkout())
        remote.advance(33 * 60)
        state = gateway.look_up(started.session_id)
        assert (state.status, state.paid) == (CheckoutStatus.EXPIRED, False)

    def test_another_accounts_page_is_not_found(self, gateway, standin, remote):
        remote.ensure_account("acct_elsewhere", name="Elsewhere")
        other = StripeGateway(
            secret_key="sk_test_x", account="acct_elsewhere", api_base=standin.url
        )
        started = gateway.start_checkout(checkout())
        for ask in (other.look_up, other.expire):
            with pytest.raises(GatewayRejected) as refusal:
                ask(started.session_id)
            assert refusal.value.code == "not_found"


class TestExpire:
    def test_says_no_once_it_is_paid(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "pay", started.session_id)
        assert gateway.expire(started.session_id) is False

    def test_says_yes_when_time_closed_it_first(self, gateway, remote):
        started = gateway.start_checkout(checkout())
        remote.advance(33 * 60)
        assert gateway.expire(started.session_id) is True

    def test_closes_a_page_whose_card_was_declined(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "decline", started.session_id)
        assert gateway.expire(started.session_id) is True
        assert gateway.look_up(started.session_id).paid is False


class TestLines:
    def test_are_shown_when_they_add_up(self, gateway, visitor):
        lines = [
            CheckoutLine("North lot", Money(16000, "CAD")),
            CheckoutLine("HST 13%", Money(500, "CAD")),
        ]
        text = visitor.get(gateway.start_checkout(checkout(lines=lines)).url)[2]
        assert "North lot" in text
        assert "HST 13%" in text

    def test_give_way_to_the_description_when_one_is_a_discount(self, gateway, visitor):
        lines = [
            CheckoutLine("North lot", Money(17000, "CAD")),
            CheckoutLine("Graduate assistant", Money(-500, "CAD")),
        ]
        text = visitor.get(gateway.start_checkout(checkout(lines=lines)).url)[2]
        assert "Permit C-2026-00117, North lot" in text
        assert "Graduate" not in text


class TestAfterwards:
    def test_a_refund_that_the_bank_sends_back_has_failed(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "pay", started.session_id)
        refund = gateway.refund(refund_of(gateway.look_up(started.session_id).intent_id, 500))
        remote.act(account, "fail-refund", refund.refund_id)
        failed = gateway.look_up_refund(refund.refund_id)
        assert failed.status is RefundStatus.FAILED
        assert failed.failure == "expired or canceled card"
        assert gateway.look_up(started.session_id).refunded.minor == 0

    def test_a_refund_made_in_the_dashboard_has_no_reference_of_ours(
        self, gateway, remote, account
    ):
        started = gateway.start_checkout(checkout())
        remote.act(account, "pay", started.session_id)
        state = gateway.look_up(started.session_id)
        made = remote.act(account, "refund", state.charge_id)
        refund = gateway.look_up_refund(made["id"])
        assert (refund.client_reference, refund.intent_id) == ("", state.intent_id)
        assert refund.amount == state.captured

    def test_a_dispute_takes_the_money_until_it_is_won(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "pay", started.session_id)
        charge_id = gateway.look_up(started.session_id).charge_id
        dispute_id = remote.act(account, "dispute", charge_id)["id"]
        opened = gateway.look_up_dispute(dispute_id)
        assert opened.status is DisputeStatus.NEEDS_RESPONSE
        assert (opened.withdrawn, opened.fee) == (Money(16500, "CAD"), Money(1500, "CAD"))
        assert opened.charge_id == charge_id
        assert gateway.look_up(started.session_id).disputed
        remote.act(account, "win-dispute", dispute_id)
        won = gateway.look_up_dispute(dispute_id)
        assert (won.status, won.withdrawn.minor) == (DisputeStatus.WON, 0)

    def test_a_disconnected_account_refuses_us(self, gateway, remote, account):
        started = gateway.start_checkout(checkout())
        remote.act(account, "disconnect", account)
        with pytest.raises(GatewayRejected) as refusal:
            gateway.look_up(started.session_id)
        assert refusal.value.code == "account_refused"
