"""Money taken at once."""

from uuid import uuid4

import pytest

from parkops.audit.models import AuditEvent
from parkops.kernel.decisions import Conflict, Decision, NotFound, Refused
from payments import operations
from payments.accounts import CASH, CHEQUES, CUSTOMER_CREDIT, FINE_REVENUE, RECEIVABLE
from payments.models import Payment
from tests.factories.payments import CLERK, assert_sound, books, make_charge, owed, pay, usd


@pytest.mark.usefixtures("harbor", "raising")
class TestTakePayment:
    def test_pays_everything_owed(self, now, raising):
        one, two = make_charge(at=now), make_charge(at=now, net=1_000)
        payment = pay(one, two, at=now)
        assert (payment.amount_minor, payment.change_minor) == (5_000, 0)
        assert books(now) == {CASH: 5_000, FINE_REVENUE: -5_000}
        assert raising.told == [("settled", one.reference), ("settled", two.reference)]
        assert AuditEvent.objects.filter(event="payment.taken").count() == 1
        assert_sound(now)

    def test_of_cash_the_excess_is_change(self, now):
        payment = pay(make_charge(at=now), at=now, amount=5_000)
        assert (payment.amount_minor, payment.change_minor, payment.credit_minor) == (
            4_000,
            1_000,
            0,
        )
        assert books(now)[CASH] == 4_000

    def test_of_a_check_the_excess_is_credit(self, now):
        payment = pay(make_charge(at=now), at=now, method="cheque", amount=5_000)
        assert (payment.amount_minor, payment.change_minor, payment.credit_minor) == (
            5_000,
            0,
            1_000,
        )
        assert books(now) == {CHEQUES: 5_000, FINE_REVENUE: -4_000, CUSTOMER_CREDIT: -1_000}
        assert_sound(now)

    def test_too_little_goes_to_the_charges_in_the_order_given(self, now, raising):
        one, two = make_charge(at=now), make_charge(at=now)
        pay(two, one, at=now, amount=5_000)
        assert (owed(one), owed(two)) == (3_000, 0)
        assert raising.told == [("settled", two.reference)]
        assert books(now)[RECEIVABLE] == 3_000

    def test_in_parts_settles_with_the_last(self, now, raising):
        charge = make_charge(at=now)
        pay(charge, at=now, amount=1_500)
        assert raising.told == []
        pay(charge, at=now, amount=2_500)
        assert raising.told == [("settled", charge.reference)]
        with pytest.raises(Conflict, match="Nothing is owed"):
            pay(charge, at=now, amount=500)
        assert_sound(now)

    def test_of_what_is_paid_is_refused(self, now):
        charge = make_charge(at=now)
        pay(charge, at=now)
        with pytest.raises(Conflict) as refusal:
            pay(charge, at=now)
        assert refusal.value.code == "nothing_owed"
        assert Payment.objects.count() == 1

    def test_of_paid_and_unpaid_pays_the_unpaid(self, now, raising):
        paid, unpaid = make_charge(at=now), make_charge(at=now)
        pay(paid, at=now)
        assert pay(paid, unpaid, at=now).amount_minor == 4_000
        assert raising.was_told("settled") == 2

    @pytest.mark.parametrize("amount", [0, -1])
    def test_of_nothing_is_refused(self, now, amount):
        with pytest.raises(Refused, match="above zero"):
            pay(make_charge(at=now), at=now, amount=amount)

    def test_of_an_unknown_charge_is_refused(self, now):
        with pytest.raises(NotFound):
            operations.take_payment(charge_ids=[uuid4()], method="cash", by=CLERK, at=now)
        with pytest.raises(NotFound):
            operations.take_payment(charge_ids=[], method="cash", by=CLERK, at=now)

    def test_takes_no_money_if_the_raiser_forbids_it(self, now, raising):
        raising.may = Decision("hold_over", "The hold has ended.")
        with pytest.raises(Refused, match="The hold has ended"):
            pay(make_charge(at=now), at=now)
        assert CASH not in books(now)

    def test_takes_no_money_if_the_raiser_cannot_deliver(self, now, raising):
        charge = make_charge(at=now, kind="permit")
        raising.answer = Decision("sold_out", "The last place has gone.")
        with pytest.raises(Refused, match="The last place has gone"):
            pay(charge, at=now)
        assert owed(charge) == 4_000
        assert CASH not in books(now)
        assert not Payment.objects.exists()

    def test_the_same_request_is_one_payment(self, now):
        charge = make_charge(at=now)

        def take():
            return operations.take_payment(
                charge_ids=[charge.public_id],
                method="cash",
                request_key="k" * 64,
                by=CLERK,
                at=now,
            )

        assert take().number == take().number
        assert books(now)[CASH] == 4_000

    def test_brings_the_customer_of_the_charge(self, now):
        from parkops.customers.operations import register_customer

        customer = register_customer(email="ana@example.test", name="Ana", by=CLERK, at=now)
        charge = make_charge(at=now, customer_id=customer.pk)
        assert pay(charge, at=now).customer_id == customer.pk


@pytest.mark.usefixtures("harbor", "raising")
class TestDrawers:
    def test_is_short_by_what_is_missing(self, now):
        drawer = operations.open_drawer(name="Desk", float_=usd(10_000), by=CLERK, at=now)
        operations.take_payment(
            charge_ids=[make_charge(at=now).public_id],
            method="cash",
            amount=usd(5_000),
            drawer=drawer.public_id,
            by=CLERK,
            at=now,
        )
        closed = operations.close_drawer(drawer.public_id, counted=usd(13_950), by=CLERK, at=now)
        assert closed.expected_minor == 14_000
        assert books(now) == {CASH: 3_950, FINE_REVENUE: -4_000, "5000": 50}
        assert_sound(now)

    def test_gives_back_what_was_refunded_from_it(self, now):
        drawer = operations.open_drawer(name="Desk", float_=usd(0), by=CLERK, at=now)
        payment = operations.take_payment(
            charge_ids=[make_charge(at=now).public_id],
            method="cash",
            drawer=drawer.public_id,
            by=CLERK,
            at=now,
        )
        operations.refund_payment(
            payment.number,
            amount=usd(1_000),
            reason="Kindness",
            drawer=drawer.public_id,
            by=CLERK,
            at=now,
        )
        closed = operations.close_drawer(drawer.public_id, counted=usd(3_000), by=CLERK, at=now)
        assert closed.expected_minor == 3_000

    def test_closed_takes_no_cash_and_does_not_close_again(self, now):
        drawer = operations.open_drawer(name="Desk", float_=usd(0), by=CLERK, at=now)
        operations.close_drawer(drawer.public_id, counted=usd(0), by=CLERK, at=now)
        with pytest.raises(Conflict, match="closed"):
            operations.close_drawer(drawer.public_id, counted=usd(0), by=CLERK, at=now)
        with pytest.raises(Conflict, match="closed"):
            operations.take_payment(
                charge_ids=[make_charge(at=now).public_id],
                method="cash",
                drawer=drawer.public_id,
                by=CLERK,
                at=now,
            )

    def test_one_person_has_one_open(self, now):
        operations.open_drawer(name="Desk", float_=usd(0), by=CLERK, at=now)
        with pytest.raises(Conflict, match="Close it first"):
            operations.open_drawer(name="Desk 2", float_=usd(0), by=CLERK, at=now)
