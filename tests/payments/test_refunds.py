"""Money that goes back, and checks that bounce."""

import pytest
from django.db import IntegrityError, transaction

from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import operations, queries
from payments.accounts import (
    CASH,
    CHEQUES,
    CUSTOMER_CREDIT,
    FEE_REVENUE,
    FINE_REVENUE,
    IN_TRANSIT,
    PERMIT_REVENUE,
    RECEIVABLE,
    REFUNDS_PAYABLE,
    TAX_PAYABLE,
)
from payments.models import Refund
from tests.factories.payments import CLERK, assert_sound, books, make_charge, owed, pay, usd

pytestmark = pytest.mark.usefixtures("harbor", "raising")
DANA = Actor("customer", "7", "Dana Driver")


def refund(payment, amount, now, **more):
    return operations.refund_payment(
        payment.number, amount=usd(amount), reason="Asked for", by=CLERK, at=now, **more
    )


class TestRefundPayment:
    def test_lets_the_charge_be_owed_again(self, now, raising):
        charge = make_charge(at=now)
        payment = pay(charge, at=now)
        assert refund(payment, 1_000, now).state == Refund.State.SUCCEEDED
        assert owed(charge) == 1_000
        assert books(now) == {CASH: 3_000, RECEIVABLE: 1_000, FINE_REVENUE: -4_000}
        assert raising.told == [("settled", charge.reference), ("unsettled", charge.reference)]
        assert_sound(now)

    def test_may_let_the_charge_come_to_less_instead(self, now, raising):
        charge = make_charge(at=now)
        payment = pay(charge, at=now)
        refund(payment, 1_000, now, owed_again=False)
        assert owed(charge) == 0
        assert books(now) == {CASH: 3_000, FINE_REVENUE: -3_000}
        assert raising.told == [("settled", charge.reference)]
        assert_sound(now)

    def test_of_a_part_paid_leaves_what_is_owed_as_it_was(self, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now, amount=1_500)
        refund(payment, 1_000, now, owed_again=False)
        assert owed(charge) == 2_500
        assert books(now) == {CASH: 500, RECEIVABLE: 2_500, FINE_REVENUE: -3_000}
        assert_sound(now)

    def test_takes_credit_first(self, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now, method="cheque", amount=5_000)
        refund(payment, 1_000, now)
        assert owed(charge) == 0
        assert books(now) == {CHEQUES: 5_000, IN_TRANSIT: -1_000, FINE_REVENUE: -4_000}

    def test_of_more_than_is_left_is_refused(self, now):
        payment = pay(make_charge(at=now), at=now)
        refund(payment, 3_000, now)
        with pytest.raises(Conflict) as refusal:
            refund(payment, 1_001, now)
        assert refusal.value.code == "over_refund"
        refund(payment, 1_000, now)
        with pytest.raises(Conflict):
            refund(payment, 1, now)
        assert_sound(now)

    @pytest.mark.parametrize("amount", [0, -100])
    def test_of_nothing_is_refused(self, now, amount):
        with pytest.raises(Refused, match="above zero"):
            refund(pay(make_charge(at=now), at=now), amount, now)

    def test_of_an_unknown_payment_is_refused(self, now):
        with pytest.raises(NotFound):
            operations.refund_payment("R-0", amount=usd(1), reason="", by=CLERK, at=now)

    def test_that_a_customer_caused_waits_to_be_paid_out(self, now):
        payment = pay(make_charge(at=now), at=now)
        waiting = operations.refund_payment(
            payment.number, amount=usd(4_000), reason="Gave it up", by=DANA, at=now
        )
        assert waiting.state == Refund.State.WAITING
        assert books(now)[REFUNDS_PAYABLE] == -4_000
        operations.pay_out_refund(waiting.number, by=CLERK, at=now)
        operations.pay_out_refund(waiting.number, by=CLERK, at=now)
        assert books(now) == {RECEIVABLE: 4_000, FINE_REVENUE: -4_000}
        assert_sound(now)

    def test_the_database_refuses_more_than_was_taken(self, now):
        payment = pay(make_charge(at=now), at=now)
        refund(payment, 3_000, now)
        with pytest.raises(IntegrityError, match="refunds of payment"), transaction.atomic():
            Refund.objects.create(
                number="F-1",
                payment=payment,
                amount_minor=1_001,
                state="waiting",
                reason="",
                asked_by="",
                created_at=now,
            )


class TestRefundCharge:
    def back(self, charge, net, tax, now, **more):
        return operations.refund_charge(
            kind=charge.kind,
            reference=charge.reference,
            net=usd(net),
            tax=usd(tax),
            reason="Cancelled, 4 months left",
            by=CLERK,
            at=now,
            **more,
        )

    def test_gives_back_net_and_tax(self, now):
        charge = make_charge(at=now, kind="permit", net=36_000, tax=2_880)
        pay(charge, at=now)
        given = self.back(charge, 12_000, 960, now)
        assert given.amount_minor == 12_960
        assert books(now) == {CASH: 25_920, PERMIT_REVENUE: -24_000, TAX_PAYABLE: -1_920}
        assert owed(charge) == 0
        assert_sound(now)

    def test_of_what_was_not_paid_gives_nothing_back(self, now):
        charge = make_charge(at=now, kind="permit", net=36_000)
        assert self.back(charge, 36_000, 0, now) is None
        assert books(now) == {}

    def test_goes_back_the_way_it_came(self, now):
        charge = make_charge(at=now, kind="permit", net=10_000)
        first = pay(charge, at=now, amount=6_000)
        second = pay(charge, at=now, method="cheque", amount=4_000)
        self.back(charge, 7_000, 0, now)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.refunded_minor, second.refunded_minor) == (3_000, 4_000)
        assert_sound(now)

    def test_of_more_than_it_comes_to_is_refused(self, now):
        charge = make_charge(at=now, kind="permit", net=10_000)
        pay(charge, at=now)
        self.back(charge, 10_000, 0, now)
        with pytest.raises(Conflict, match="as much"):
            self.back(charge, 1, 0, now)

    def test_may_pay_debt_first(self, now, raising):
        permit = make_charge(at=now, kind="permit", net=10_000)
        citation = make_charge(at=now, net=4_000)
        payment = pay(permit, at=now)
        given = self.back(permit, 10_000, 0, now, pay_first=[citation.public_id])
        assert given.amount_minor == 6_000
        assert owed(citation) == 0
        assert ("settled", citation.reference) in raising.told
        payment.refresh_from_db()
        assert (payment.credit_minor, payment.refunded_minor) == (0, 6_000)
        assert_sound(now)


class TestBouncePayment:
    def test_is_owed_again_with_the_fee(self, now, raising):
        charge = make_charge(at=now)
        payment = pay(charge, at=now, method="cheque")
        operations.bounce_payment(payment.number, by=CLERK, at=now)
        assert owed(charge) == 4_000
        fee = queries.charge_of("fee", f"{payment.number}-NSF")
        assert (fee.balance, fee.plate_key) == (usd(2_500), "ABC123")
        assert books(now) == {RECEIVABLE: 6_500, FINE_REVENUE: -4_000, FEE_REVENUE: -2_500}
        assert raising.told[-1] == ("unsettled", charge.reference)
        assert_sound(now)

    def test_twice_is_once(self, now):
        payment = pay(make_charge(at=now), at=now, method="cheque")
        operations.bounce_payment(payment.number, by=CLERK, at=now)
        operations.bounce_payment(payment.number, by=CLERK, at=now)
        assert books(now)[RECEIVABLE] == 6_500

    def test_takes_its_credit_too(self, now):
        payment = pay(make_charge(at=now), at=now, method="cheque", amount=4_500)
        operations.bounce_payment(payment.number, by=CLERK, at=now)
        assert CUSTOMER_CREDIT not in books(now)
        assert CHEQUES not in books(now)

    def test_of_cash_is_refused(self, now):
        payment = pay(make_charge(at=now), at=now)
        with pytest.raises(Conflict, match="Only a check"):
            operations.bounce_payment(payment.number, by=CLERK, at=now)

    def test_of_what_was_refunded_is_refused(self, now):
        payment = pay(make_charge(at=now), at=now, method="cheque")
        refund(payment, 100, now)
        with pytest.raises(Conflict, match="refunded"):
            operations.bounce_payment(payment.number, by=CLERK, at=now)

    def test_can_be_paid_anew(self, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now, method="cheque")
        operations.bounce_payment(payment.number, by=CLERK, at=now)
        pay(charge, at=now)
        assert owed(charge) == 0
        assert_sound(now)


class TestApplyCredit:
    def test_pays_other_charges_of_the_customer(self, now, raising):
        from parkops.customers.operations import register_customer

        ana = register_customer(email="ana@example.test", name="Ana", by=CLERK, at=now)
        pay(make_charge(at=now, customer_id=ana.pk), at=now, method="cheque", amount=10_000)
        other = make_charge(at=now, customer_id=ana.pk, net=2_000)
        used = operations.apply_credit(
            customer_id=ana.pk, charge_ids=[other.public_id], by=CLERK, at=now
        )
        assert used == usd(2_000)
        assert owed(other) == 0
        assert books(now)[CUSTOMER_CREDIT] == -4_000
        assert raising.told[-1] == ("settled", other.reference)
        assert_sound(now)

    def test_without_credit_pays_nothing(self, now):
        charge = make_charge(at=now)
        used = operations.apply_credit(
            customer_id=0, charge_ids=[charge.public_id], by=SYSTEM, at=now
        )
        assert used == usd(0)
        assert owed(charge) == 4_000
