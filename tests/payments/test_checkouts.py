"""Card payments through a provider's page, with everything that may go wrong on the way."""

from datetime import timedelta

import pytest

from parkops.kernel.actors import PUBLIC
from parkops.kernel.decisions import Conflict, Decision, Refused
from parkops.messaging.models import Message
from payments import gateways, operations
from payments.accounts import (
    CARD_CLEARING,
    CARD_FEES,
    FINE_REVENUE,
    PERMIT_REVENUE,
    RECEIVABLE,
    REFUNDS_PAYABLE,
    SUSPENSE,
)
from payments.models import Charge, Dispute, Payment, Refund
from payments.operations import gateway_refunds
from payments.settlement import Due
from tests.factories.payments import assert_sound, books, make_charge, owed, pay, usd

pytestmark = pytest.mark.usefixtures("takes_cards", "raising")


def start(*charges, at, **more):
    return operations.start_card_payment(
        charge_ids=[charge.public_id for charge in charges],
        return_path="",
        email="ana@example.test",
        by=PUBLIC,
        at=at,
        **more,
    )


def events_of(kind):
    return [message.event for message in Message.objects.filter(event=kind)]


class TestStartCardPayment:
    def test_opens_a_page_and_holds_until_after_it(self, moment, raising):
        charge = make_charge(at=moment, kind="permit")
        payment = start(charge, at=moment)
        assert payment.state == Payment.State.OPEN
        assert payment.redirect_url.startswith("http://127.0.0.1")
        [(_, _, until)] = raising.told
        assert until - payment.expires_at == timedelta(minutes=5)
        assert CARD_CLEARING not in books(moment)

    def test_again_gives_the_page_that_is_open(self, moment):
        charge = make_charge(at=moment)
        assert start(charge, at=moment).number == start(charge, at=moment).number

    def test_of_another_amount_is_another_page_and_closes_the_first(self, moment, queued):
        one, two = make_charge(at=moment), make_charge(at=moment)
        first = start(one, at=moment)
        second = start(one, two, at=moment)
        assert first.number != second.number
        assert ("payments.close_checkout", {"payment": first.pk}) in queued()
        operations.cancel_checkout(first.pk, at=moment)
        first.refresh_from_db()
        assert first.state == Payment.State.CANCELLED

    def test_of_what_is_paid_is_refused(self, moment):
        charge = make_charge(at=moment)
        pay(charge, at=moment)
        with pytest.raises(Conflict, match="Nothing is owed"):
            start(charge, at=moment)

    def test_where_cards_are_not_set_up_is_refused(self, moment, takes_cards):
        takes_cards.stripe_account = ""
        with pytest.raises(Refused, match="not set up"):
            start(make_charge(at=moment), at=moment)

    def test_says_that_nothing_was_taken_if_the_provider_is_away(self, moment, remote):
        charge = make_charge(at=moment)
        remote.fault("500", path="/v1/checkout/sessions", method="POST", times=3)
        with pytest.raises(Refused, match="No money has been taken") as refusal:
            start(charge, at=moment)
        assert refusal.value.code == "provider_unavailable"
        assert Payment.objects.get().state == Payment.State.CREATED

    def test_after_trouble_uses_the_same_row_and_key(self, moment, remote):
        charge = make_charge(at=moment)
        remote.fault("500", path="/v1/checkout/sessions", method="POST", times=3)
        with pytest.raises(Refused):
            start(charge, at=moment)
        payment = start(charge, at=moment)
        assert payment.state == Payment.State.OPEN
        assert Payment.objects.count() == 1

    def test_too_small_for_a_card_takes_nothing(self, moment):
        charge = make_charge(at=moment, net=1)
        with pytest.raises(Refused, match="No money has been taken"):
            start(charge, at=moment)
        assert Payment.objects.get().state == Payment.State.FAILED


class TestSettleCheckout:
    @pytest.fixture
    def charge(self, moment):
        return make_charge(at=moment, kind="permit", net=36_000)

    @pytest.fixture
    def opened(self, charge, moment):
        return start(charge, at=moment)

    @pytest.fixture
    def paid(self, opened, remote, account):
        remote.act(account, "pay", opened.session_id)
        return opened

    def test_before_it_is_paid_changes_nothing(self, opened, moment, charge):
        assert operations.settle_checkout(opened.pk, at=moment).state == Payment.State.OPEN
        assert owed(charge) == 36_000

    def test_pays_the_charge_and_posts_the_fee(self, paid, charge, moment, raising):
        settled = operations.settle_checkout(paid.pk, at=moment)
        assert settled.state == Payment.State.SUCCEEDED
        assert settled.card.startswith("Visa")
        assert owed(charge) == 0
        assert raising.was_told("settled") == 1
        told = books(moment)
        assert told[CARD_CLEARING] + told[CARD_FEES] == 36_000
        assert told[CARD_FEES] == settled.fee_minor > 0
        assert events_of("payment.receipt") == ["payment.receipt"]
        assert_sound(moment)

    def test_any_number_of_times_is_once(self, paid, moment, raising):
        for _ in range(20):
            operations.settle_checkout(paid.pk, at=moment)
        assert raising.was_told("settled") == 1
        assert books(moment)[PERMIT_REVENUE] == -36_000
        assert len(events_of("payment.receipt")) == 1
        assert_sound(moment)

    def test_declined_stays_open_and_can_be_paid_yet(self, opened, remote, account, moment):
        remote.act(account, "decline", opened.session_id)
        declined = operations.settle_checkout(opened.pk, at=moment)
        assert (declined.state, bool(declined.failure)) == (Payment.State.OPEN, True)
        remote.act(account, "pay", opened.session_id)
        settled = operations.settle_checkout(opened.pk, at=moment)
        assert (settled.state, settled.failure) == (Payment.State.SUCCEEDED, "")

    def test_abandoned_expires_and_tells_so(self, opened, remote, moment, raising):
        remote.advance(33 * 60)
        late = moment + timedelta(minutes=33)
        assert operations.settle_checkout(opened.pk, at=late).state == Payment.State.EXPIRED
        assert raising.was_told("closed") == 1
        assert CARD_CLEARING not in books(late)
        assert_sound(late)

    def test_given_up_closes_the_page(self, opened, moment, raising, remote, account):
        assert operations.cancel_checkout(opened.pk, at=moment).state == Payment.State.CANCELLED
        assert raising.was_told("closed") == 1
        assert operations.settle_checkout(opened.pk, at=moment).state == Payment.State.CANCELLED

    def test_given_up_after_it_was_paid_is_paid(self, paid, moment, charge):
        assert operations.cancel_checkout(paid.pk, at=moment).state == Payment.State.SUCCEEDED
        assert owed(charge) == 0

    def test_doubled_at_the_counter_goes_back(self, paid, moment, charge, raising):
        pay(charge, at=moment)
        settled = operations.settle_checkout(paid.pk, at=moment)
        assert settled.refunded_minor == 36_000
        refund = Refund.objects.get()
        assert (refund.state, refund.amount_minor) == (Refund.State.SUBMITTED, 36_000)
        assert raising.was_told("settled") == 1
        assert events_of("payment.returned") == ["payment.returned"]
        assert events_of("payment.receipt") == []
        operations.send_refund(refund.pk, at=moment)
        refund.refresh_from_db()
        assert refund.state == Refund.State.SUCCEEDED
        assert books(moment)[CARD_CLEARING] == -settled.fee_minor
        assert_sound(moment)

    def test_when_the_place_is_gone_goes_back(self, paid, moment, charge, raising):
        raising.answer = Decision("sold_out", "The last place has gone.")
        settled = operations.settle_checkout(paid.pk, at=moment)
        assert settled.refunded_minor == 36_000
        assert Charge.objects.get(pk=charge.pk).amount_minor == 0
        assert books(moment)[REFUNDS_PAYABLE] == -36_000
        assert PERMIT_REVENUE not in books(moment)
        assert_sound(moment)

    def test_when_the_place_is_gone_its_deposit_goes_back_too(
        self, moment, raising, remote, account
    ):
        permit = make_charge(at=moment, kind="permit", net=9_000, reference="P-1")
        deposit = make_charge(at=moment, kind="deposit", net=2_000, reference="P-1")
        citation = make_charge(at=moment)
        opened = start(permit, deposit, citation, at=moment)
        remote.act(account, "pay", opened.session_id)
        raising.answers["P-1"] = Decision("sold_out", "The last place has gone.")
        settled = operations.settle_checkout(opened.pk, at=moment)
        assert settled.refunded_minor == 11_000
        assert owed(citation) == 0
        assert Refund.objects.get().amount_minor == 11_000
        assert_sound(moment)

    def test_when_the_charge_was_cancelled_goes_back(self, paid, moment, charge, raising):
        operations.cancel_charge(
            kind="permit", reference=charge.reference, text="Hold ended", by=PUBLIC, at=moment
        )
        assert operations.settle_checkout(paid.pk, at=moment).refunded_minor == 36_000
        assert raising.was_told("settled") == 0
        assert_sound(moment)

    def test_another_amount_than_asked_is_looked_into(self, paid, moment, charge):
        Payment.objects.filter(pk=paid.pk).update(amount_minor=9_900, handed_over_minor=9_900)
        settled = operations.settle_checkout(paid.pk, at=moment)
        assert settled.state == Payment.State.NEEDS_REVIEW
        assert owed(charge) == 36_000
        assert books(moment)[SUSPENSE] == -36_000
        assert operations.settle_checkout(paid.pk, at=moment).state == Payment.State.NEEDS_REVIEW
        accepted = operations.accept_reviewed(paid.number, by=PUBLIC, at=moment)
        assert (accepted.credit_minor, SUSPENSE in books(moment)) == (36_000, False)
        refund = operations.refund_credit(paid.number, reason="Wrong amount", by=PUBLIC, at=moment)
        assert operations.send_refund(refund.pk, at=moment).state == Refund.State.SUCCEEDED
        with pytest.raises(Conflict):
            operations.accept_reviewed(paid.number, by=PUBLIC, at=moment)
        assert_sound(moment)

    def test_a_page_of_another_payment_is_looked_into(self, paid, moment, charge, remote, account):
        other = start(make_charge(at=moment), at=moment)
        session_id = other.session_id
        Payment.objects.filter(pk=other.pk).update(session_id=None)
        Payment.objects.filter(pk=paid.pk).update(session_id=session_id)
        remote.act(account, "pay", session_id)
        assert operations.settle_checkout(paid.pk, at=moment).state == Payment.State.NEEDS_REVIEW
        assert owed(charge) == 36_000

    def test_what_was_due_when_the_page_was_opened_is_due(self, moment, raising, remote, account):
        midnight = moment + timedelta(minutes=10)
        raising.due = lambda reference, at: Due(
            usd(2_000 if at < midnight else 4_000), None, "Fine"
        )
        fine = make_charge(at=moment)
        opened = start(fine, at=moment)
        remote.act(account, "pay", opened.session_id)
        operations.bring_charges_up_to_date(at=midnight)
        operations.settle_checkout(opened.pk, at=midnight)
        assert owed(fine, at=midnight) == 0
        assert books(midnight)[FINE_REVENUE] == -4_000
        assert (
            RECEIVABLE
            not in {code for code, minor in books(midnight).items() if minor and code == RECEIVABLE}
            or owed(make_charge(at=moment)) >= 0
        )
        assert_sound(midnight)


class TestSettleOpenCheckouts:
    def test_finds_out_without_any_notice(self, moment, remote, account):
        charge = make_charge(at=moment)
        opened = start(charge, at=moment - timedelta(minutes=1))
        remote.act(account, "pay", opened.session_id)
        assert operations.settle_open_checkouts(at=moment) == 1
        assert owed(charge) == 0

    def test_finds_the_page_that_was_never_noted(self, moment, remote, account):
        charge = make_charge(at=moment)
        opened = start(charge, at=moment)
        Payment.objects.filter(pk=opened.pk).update(
            state=Payment.State.CREATED, session_id=None, redirect_url=""
        )
        remote.act(account, "pay", opened.session_id)
        operations.settle_open_checkouts(at=moment + timedelta(minutes=4))
        assert owed(charge) == 0
        assert_sound(moment + timedelta(minutes=4))

    def test_closes_the_page_that_was_never_noted_nor_paid(self, moment):
        charge = make_charge(at=moment)
        opened = start(charge, at=moment)
        Payment.objects.filter(pk=opened.pk).update(
            state=Payment.State.CREATED, session_id=None, redirect_url=""
        )
        operations.settle_open_checkouts(at=moment + timedelta(minutes=4))
        opened.refresh_from_db()
        assert opened.state == Payment.State.EXPIRED
        assert owed(charge) == 4_000

    def test_gives_up_what_never_reached_the_provider(self, moment, remote, raising):
        charge = make_charge(at=moment)
        remote.fault("500", path="/v1/checkout/sessions", method="POST", times=3)
        with pytest.raises(Refused):
            start(charge, at=moment)
        operations.settle_open_checkouts(at=moment + timedelta(minutes=4))
        assert Payment.objects.get().state == Payment.State.FAILED
        assert raising.was_told("closed") == 1

    def test_goes_on_when_one_fails(self, moment, remote, account):
        earlier = moment - timedelta(minutes=1, seconds=10)
        first = start(make_charge(at=moment), at=earlier)
        second = start(make_charge(at=moment), at=earlier + timedelta(seconds=1))
        for payment in (first, second):
            remote.act(account, "pay", payment.session_id)
        remote.fault("500", path=f"/v1/checkout/sessions/{first.session_id}", times=3)
        operations.settle_open_checkouts(at=moment)
        states = Payment.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == [Payment.State.OPEN, Payment.State.SUCCEEDED]


class TestCardRefunds:
    @pytest.fixture
    def taken(self, moment, remote, account):
        payment = start(make_charge(at=moment), at=moment)
        remote.act(account, "pay", payment.session_id)
        return operations.settle_checkout(payment.pk, at=moment)

    def refund(self, taken, moment, amount=1_000):
        return operations.refund_payment(
            taken.number, amount=usd(amount), reason="Kindness", by=PUBLIC, at=moment
        )

    def test_are_sent_once_the_act_stands(self, taken, moment, queued):
        refund = self.refund(taken, moment)
        assert refund.state == Refund.State.SUBMITTED
        assert ("payments.send_refund", {"refund": refund.pk}) in queued()
        for _ in range(3):
            operations.send_refund(refund.pk, at=moment)
        assert Refund.objects.get().state == Refund.State.SUCCEEDED
        assert gateways.for_tenant(_tenant()).look_up(taken.session_id).refunded == usd(1_000)
        assert_sound(moment)

    def test_that_the_provider_refuses_have_failed_and_are_still_owed(
        self, taken, moment, remote, account
    ):
        refund = self.refund(taken, moment)
        truth = gateways.for_tenant(_tenant()).look_up(taken.session_id)
        remote.act(account, "refund", truth.charge_id)
        assert operations.send_refund(refund.pk, at=moment).state == Refund.State.FAILED
        assert books(moment)[REFUNDS_PAYABLE] == -1_000
        again = operations.retry_refund(refund.number, by=PUBLIC, at=moment)
        assert (again.state, again.attempt) == (Refund.State.SUBMITTED, 2)
        assert_sound(moment)

    def test_that_the_bank_sends_back_are_still_owed(self, taken, moment, remote, account):
        refund = operations.send_refund(self.refund(taken, moment).pk, at=moment)
        remote.act(account, "fail-refund", refund.provider_id)
        said = gateways.for_tenant(_tenant()).look_up_refund(refund.provider_id)
        for _ in range(2):
            gateway_refunds.note_refund(refund.pk, said, at=moment)
        refund.refresh_from_db()
        assert refund.state == Refund.State.FAILED
        assert books(moment)[REFUNDS_PAYABLE] == -1_000
        assert_sound(moment)

    def test_made_at_the_provider_are_written_down_once(self, taken, moment, remote, account):
        truth = gateways.for_tenant(_tenant()).look_up(taken.session_id)
        made = remote.act(account, "refund", truth.charge_id)
        said = gateways.for_tenant(_tenant()).look_up_refund(made["id"])
        gateway_refunds.note_foreign_refund(taken.pk, said, at=moment)
        assert gateway_refunds.note_foreign_refund(taken.pk, said, at=moment) is None
        assert Refund.objects.get().state == Refund.State.SUCCEEDED
        assert books(moment)[RECEIVABLE] == 4_000
        assert_sound(moment)

    def test_that_were_never_sent_are_sent_by_the_task(self, taken, moment):
        refund = self.refund(taken, moment)
        assert operations.settle_open_refunds(at=moment + timedelta(minutes=2)) == 1
        refund.refresh_from_db()
        assert refund.state == Refund.State.SUCCEEDED


class TestDisputes:
    def test_take_the_money_until_they_are_won(self, moment, remote, account, raising):
        from payments.operations.disputes import note_dispute

        charge = make_charge(at=moment)
        payment = start(charge, at=moment)
        remote.act(account, "pay", payment.session_id)
        operations.settle_checkout(payment.pk, at=moment)
        gateway = gateways.for_tenant(_tenant())
        charge_id = gateway.look_up(payment.session_id).charge_id
        dispute_id = remote.act(account, "dispute", charge_id)["id"]
        for _ in range(2):
            note_dispute(payment.pk, gateway.look_up_dispute(dispute_id), at=moment)
        assert owed(charge) == 4_000
        assert raising.was_told("unsettled") == 1
        assert_sound(moment)
        remote.act(account, "win-dispute", dispute_id)
        for _ in range(2):
            note_dispute(payment.pk, gateway.look_up_dispute(dispute_id), at=moment)
        assert owed(charge) == 0
        assert raising.was_told("settled") == 2
        assert Dispute.objects.get().status == Dispute.Status.WON
        assert_sound(moment)


def _tenant():
    from payments import place

    return place.tenant()
