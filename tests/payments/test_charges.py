"""Charges: raised once, changed, owed as of an instant."""

from datetime import date, timedelta

import pytest

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import NotFound
from payments import operations, queries
from payments.accounts import (
    CASH,
    CUSTOMER_CREDIT,
    DISCOUNTS,
    FINE_REVENUE,
    LATE_FEES,
    PERMIT_REVENUE,
    RECEIVABLE,
    TAX_PAYABLE,
)
from payments.models import Charge
from payments.settlement import Due
from tests.factories.payments import (
    assert_sound,
    books,
    counted_queries,
    make_charge,
    owed,
    pay,
    usd,
)

pytestmark = pytest.mark.usefixtures("harbor", "raising")


class TestRaiseCharge:
    def test_posts_what_is_owed_net_and_tax(self, now):
        charge = make_charge(at=now, kind="permit", net=36_000, tax=2_880)
        assert books(now) == {RECEIVABLE: 38_880, PERMIT_REVENUE: -36_000, TAX_PAYABLE: -2_880}
        assert owed(charge) == 38_880
        assert_sound(now)

    def test_twice_is_once(self, now):
        first = make_charge(at=now, reference="C-1")
        again = make_charge(at=now, reference="C-1", net=9_999)
        assert again.pk == first.pk
        assert books(now)[RECEIVABLE] == 4_000

    def test_of_nothing_is_settled_at_once_and_posts_nothing(self, now, raising):
        charge = make_charge(at=now, net=0)
        assert queries.charge_of("citation", charge.reference).is_settled
        assert books(now) == {}
        assert raising.told == []

    @pytest.mark.parametrize(("kind", "net"), [("parking", 100), ("citation", -1)])
    def test_refuses_what_is_no_charge(self, now, kind, net):
        with pytest.raises(ValueError, match="cannot be charged"):
            make_charge(at=now, kind=kind, net=net)


class TestChangeCharge:
    def change(self, charge, amount, now):
        return operations.change_charge(
            kind=charge.kind,
            reference=charge.reference,
            amount=usd(amount),
            text="Reduced on appeal",
            by=SYSTEM,
            at=now,
        )

    def test_keeps_the_shares_of_net_and_tax(self, now):
        charge = make_charge(at=now, kind="permit", net=10_000, tax=800)
        self.change(charge, 5_400, now)
        assert books(now) == {RECEIVABLE: 5_400, PERMIT_REVENUE: -5_000, TAX_PAYABLE: -400}

    def test_leaves_what_was_paid_beyond_it_as_credit(self, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now)
        self.change(charge, 1_500, now)
        payment.refresh_from_db()
        assert payment.credit_minor == 2_500
        assert books(now) == {CASH: 4_000, FINE_REVENUE: -1_500, CUSTOMER_CREDIT: -2_500}
        assert_sound(now)

    def test_twice_is_once(self, now):
        charge = make_charge(at=now)
        self.change(charge, 1_500, now)
        self.change(charge, 1_500, now)
        assert Charge.objects.get(pk=charge.pk).postings == 1

    def test_cancelling_leaves_nothing_owed(self, now):
        charge = make_charge(at=now)
        operations.cancel_charge(
            kind="citation", reference=charge.reference, text="Voided", by=SYSTEM, at=now
        )
        assert books(now) == {}
        assert queries.open_charges(plate_keys=["ABC123"], at=now) == []

    def test_of_an_unknown_charge_is_refused(self, harbor, now):
        with pytest.raises(NotFound):
            operations.cancel_charge(
                kind="citation", reference="C-0", text="Voided", by=SYSTEM, at=now
            )


class TestWhatIsOwedAsTimePasses:
    @pytest.fixture
    def fine(self, now, raising):
        """A fine of 40: half of it in the first week, 15 more after two."""

        def due(reference, at):
            days = (at - now).days
            if days <= 7:
                return Due(usd(2_000), date(2026, 11, 17), "Half within 7 days")
            if days <= 14:
                return Due(usd(4_000), date(2026, 11, 24), "The fine")
            return Due(usd(5_500), date(2026, 11, 24), "The fine and a late fee of $15.00")

        raising.due = due
        return make_charge(at=now, due_on=date(2026, 11, 24))

    @pytest.mark.parametrize(("days", "cents"), [(0, 2_000), (7, 2_000), (8, 4_000), (15, 5_500)])
    def test_the_balance_is_that_of_the_instant(self, fine, now, days, cents):
        assert owed(fine, at=now + timedelta(days=days)) == cents

    def test_paying_early_posts_the_discount(self, fine, now):
        pay(fine, at=now)
        assert books(now) == {CASH: 2_000, FINE_REVENUE: -4_000, DISCOUNTS: 2_000}
        assert owed(fine, at=now + timedelta(days=90)) == 0
        assert_sound(now)

    def test_paying_late_posts_the_fee(self, fine, now):
        late = now + timedelta(days=20)
        pay(fine, at=late)
        assert books(late) == {CASH: 5_500, FINE_REVENUE: -4_000, LATE_FEES: -1_500}

    def test_a_part_paid_early_does_not_keep_the_discount(self, fine, now):
        pay(fine, at=now, amount=500)
        assert owed(fine, at=now) == 1_500
        assert owed(fine, at=now + timedelta(days=8)) == 3_500

    def test_the_daily_task_posts_it_once(self, fine, now):
        late = now + timedelta(days=20)
        assert operations.bring_charges_up_to_date(at=late) == 1
        assert operations.bring_charges_up_to_date(at=late) == 0
        assert books(late) == {RECEIVABLE: 5_500, FINE_REVENUE: -4_000, LATE_FEES: -1_500}

    def test_overdue_is_after_the_due_date_and_not_while_the_clock_stands(self, fine, now):
        def overdue(days):
            at = now + timedelta(days=days)
            return [row.reference for row in queries.overdue(plate_keys=["ABC123"], at=at)]

        assert overdue(14) == []
        assert overdue(15) == [fine.reference]
        operations.pause_charge(kind="citation", reference=fine.reference, paused=True, at=now)
        assert overdue(15) == []
        operations.pause_charge(kind="citation", reference=fine.reference, paused=False, at=now)
        assert overdue(15) == [fine.reference]


class TestOpenCharges:
    def test_are_those_of_the_customer_or_the_plates(self, now):
        mine = make_charge(at=now, plate_key="MINE1")
        make_charge(at=now, plate_key="OTHER1")
        assert [row.id for row in queries.open_charges(plate_keys=["MINE1"], at=now)] == [
            mine.public_id
        ]
        assert queries.open_charges(at=now) == []

    def test_take_no_more_queries_for_more_charges(self, now):
        make_charge(at=now)
        with counted_queries() as few:
            queries.open_charges(plate_keys=["ABC123"], at=now)
        for _ in range(9):
            make_charge(at=now)
        with counted_queries() as many:
            assert len(queries.open_charges(plate_keys=["ABC123"], at=now)) == 10
        assert len(many) == len(few)
