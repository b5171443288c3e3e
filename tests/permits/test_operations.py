"""The sale and what follows: places, holds, late money, the line, renewals."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from payments import operations as payments
from payments import queries as charges
from payments import settlement
from permits import operations
from permits.models import Permit, Quota, WaitlistEntry
from permits.operations import holds, places
from permits.operations.waitlist import offer_free_places
from permits.rules.status import Status

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def taken(code="RESIDENT") -> int:
    return sum(Quota.objects.filter(type_key=code.lower()).values_list("taken", flat=True))


@pytest.fixture
def student(person):
    return person("stu", "STUDENT")


class TestHold:
    def test_raises_one_charge_and_one_for_the_deposit(self, student, hold):
        permit = hold(student, "RESIDENT", "ABC 123")
        charge = charges.charge_of("permit", permit.number)
        assert (charge.amount.amount, charge.customer_id, charge.plate_key) == (
            "97.20",
            student.pk,
            "ABC123",
        )
        assert charges.charge_of("deposit", permit.number).amount.amount == "20.00"

    def test_lasts_fifteen_minutes(self, student, hold, now):
        permit = hold(student, "RESIDENT")
        assert permit.hold_expires_at == now + 15 * MINUTE
        assert permit.status_at(now + 15 * MINUTE - MINUTE) is Status.HELD
        assert permit.status_at(now + 15 * MINUTE) is Status.EXPIRED

    def test_a_hold_sold_for_an_earlier_time_lasts_from_now(self, student, hold, now):
        permit = hold(student, "RESIDENT", as_of=now - timedelta(days=30))
        assert permit.hold_expires_at == now + 15 * MINUTE

    def test_a_right_for_an_earlier_time_counts_from_its_start(self, student, hold, pay, now):
        earlier = now - timedelta(days=30)
        permit = hold(student, "MONTH", "ABC 123", as_of=earlier)
        pay(permit)
        assert permit.status_at(earlier) is Status.ACTIVE

    def test_a_programmes_later_price_changes_nothing_sold(
        self, student, hold, pay, now, apply_programme
    ):
        permit = hold(student, "MONTH")
        from tests.seed import PROGRAMMES

        text = (PROGRAMMES / "harbor.yaml").read_text().replace('base: "50.00"', 'base: "99.00"')
        apply_programme(text, at=now + MINUTE)
        pay(permit, at=now + 2 * MINUTE)
        assert permit.net_minor == 5000
        assert permit.status_at(now + 2 * MINUTE) is Status.ACTIVE


class TestSettlement:
    def test_paying_twice_is_once(self, student, sell, now):
        permit = sell(student, "MONTH")
        before = permit.paid_at
        assert settlement.raiser_of("permit").settled(permit.number, by=SYSTEM, at=now + MINUTE)
        permit.refresh_from_db()
        assert permit.paid_at == before
        told = Message.objects.filter(event="permit.paid").count()
        assert told == 1

    def test_writes_to_the_holder(self, student, sell):
        permit = sell(student, "MONTH", "ABC 123")
        message = Message.objects.get(event="permit.paid")
        assert message.to == student.email
        assert permit.number in message.text
        assert "ABC 123" in message.text
        assert "$54.00" in message.text

    def test_a_bounced_check_suspends_until_it_is_paid(self, student, hold, now):
        permit = hold(student, "MONTH")
        charge = charges.charge_of("permit", permit.number)
        payment = payments.take_payment(
            charge_ids=[charge.id], method="cheque", amount=charge.balance, by=SYSTEM, at=now
        )
        payments.bounce_payment(payment.number, by=SYSTEM, at=now + timedelta(days=3))
        permit.refresh_from_db()
        assert permit.status_at(now + timedelta(days=2)) is Status.ACTIVE
        assert permit.status_at(now + timedelta(days=3)) is Status.SUSPENDED
        payments.take_payment(
            charge_ids=[charge.id],
            method="cash",
            amount=charge.amount,
            by=SYSTEM,
            at=now + timedelta(days=4),
        )
        permit.refresh_from_db()
        assert permit.status_at(now + timedelta(days=4)) is Status.ACTIVE
        assert permit.status_at(now + timedelta(days=3)) is Status.SUSPENDED


class TestExpiry:
    def test_frees_the_place_once_and_says_so(self, student, hold, now):
        permit = hold(student, "RESIDENT")
        assert taken() == 1
        assert operations.expire_holds(at=now + 14 * MINUTE) == 0
        assert operations.expire_holds(at=now + 15 * MINUTE) == 1
        assert operations.expire_holds(at=now + 16 * MINUTE) == 0
        assert taken() == 0
        assert Message.objects.filter(event="permit.hold_expired").count() == 1
        permit.refresh_from_db()
        assert permit.places == []

    def test_leaves_a_place_whose_card_page_may_still_be_paid(self, student, hold, now):
        permit = hold(student, "RESIDENT")
        holds.open_checkout(permit.number, until=now + 35 * MINUTE)
        assert operations.expire_holds(at=now + 60 * MINUTE) == 0
        holds.close_checkout(permit.number, at=now + 20 * MINUTE)
        permit.refresh_from_db()
        assert permit.hold_expires_at == now + 25 * MINUTE
        assert operations.expire_holds(at=now + 25 * MINUTE) == 1

    def test_money_that_comes_late_gets_a_place_if_there_is_one(self, student, hold, pay, now):
        permit = hold(student, "RESIDENT")
        operations.expire_holds(at=now + 15 * MINUTE)
        pay(permit, at=now + 20 * MINUTE)
        assert permit.status_at(now + 20 * MINUTE) is Status.PENDING
        assert taken() == 1

    def test_money_that_comes_late_is_refused_if_there_is_none(self, person, hold, pay, now):
        late = hold(person("late", "STUDENT"), "RESIDENT")
        operations.expire_holds(at=now + 15 * MINUTE)
        for n in range(3):
            hold(person(f"s{n}", "STUDENT"), "RESIDENT", at=now + 16 * MINUTE)
        with pytest.raises(Refused) as refusal:
            pay(late, at=now + 17 * MINUTE)
        assert refusal.value.code == "sold_out"
        settled = settlement.raiser_of("permit").settled(late.number, by=SYSTEM, at=now)
        assert settled.code == "sold_out"
        late.refresh_from_db()
        assert late.paid_at is None
        assert taken() == 3

    def test_an_hour_later_nothing_is_owed_for_it(self, student, hold, now):
        permit = hold(student, "RESIDENT")
        operations.expire_holds(at=now + 15 * MINUTE)
        operations.expire_holds(at=now + 76 * MINUTE)
        assert charges.open_charges(customer_id=student.pk, at=now) == []
        answer = settlement.raiser_of("permit").may_pay(permit.number, at=now)
        assert not answer

    def test_a_permit_whose_term_is_over_frees_its_place(self, student, sell, now):
        permit = sell(student, "RESIDENT")
        assert taken() == 1
        assert operations.expire_permits(at=permit.ends_at - MINUTE) == 0
        assert operations.expire_permits(at=permit.ends_at) == 1
        assert operations.expire_permits(at=permit.ends_at) == 0
        assert taken() == 0


class TestQuota:
    def test_is_what_the_rows_say_after_everything(self, person, hold, sell, now):
        first = sell(person("a", "STUDENT"), "RESIDENT")
        second = hold(person("b", "STUDENT"), "RESIDENT")
        sell(person("c", "STUDENT"), "RESIDENT")
        operations.cancel_permit(first.number, reason="x", by=SYSTEM, at=now)
        operations.revoke_permit(
            sell(person("d", "STUDENT"), "RESIDENT").number, reason="x", by=SYSTEM, at=now
        )
        operations.expire_holds(at=second.hold_expires_at)
        assert places.mend_quotas() == []
        assert taken() == 1

    def test_a_miscount_is_found_and_mended(self, student, hold):
        hold(student, "RESIDENT")
        Quota.objects.update(taken=3)
        assert len(places.mend_quotas()) == 1
        assert taken() == 1
        assert places.mend_quotas() == []

    def test_the_database_itself_refuses_one_too_many(self, student, hold):
        hold(student, "RESIDENT")
        with pytest.raises(Exception, match="quota_never_oversold"), transaction.atomic():
            Quota.objects.update(taken=99)


class TestWaitlist:
    @pytest.fixture
    def full(self, person, hold):
        return [hold(person(f"s{n}", "STAFF"), "STAFF-YEAR") for n in range(11)]

    def join(self, who, now):
        return operations.join_waitlist(
            type_code="STAFF-YEAR", customer_id=who.pk, by=SYSTEM, at=now
        )

    def test_joining_twice_is_once(self, full, person, now):
        ana = person("ana", "STAFF")
        assert self.join(ana, now).pk == self.join(ana, now).pk

    def test_an_offer_holds_its_place_until_it_lapses_and_goes_on(self, full, person, now):
        first, second = self.join(person("a1", "STAFF"), now), self.join(person("a2", "STAFF"), now)
        operations.expire_holds(at=now + 15 * MINUTE)
        for entry in (first, second):
            entry.refresh_from_db()
            assert entry.status == "offered"
        assert taken("STAFF-YEAR") == 2
        assert Message.objects.filter(event="waitlist.offered").count() == 2
        assert operations.expire_offers(at=now + timedelta(days=2)) == 0
        operations.expire_offers(at=now + timedelta(days=2) + 15 * MINUTE)
        first.refresh_from_db()
        assert first.status == "lapsed"
        assert taken("STAFF-YEAR") == 0

    def test_declining_gives_it_to_the_next(self, full, person, now):
        first, second = self.join(person("a1", "STAFF"), now), self.join(person("a2", "STAFF"), now)
        operations.cancel_permit(full[0].number, reason="x", by=SYSTEM, at=now)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.status, second.status) == ("offered", "waiting")
        operations.leave_waitlist(str(first.reference), by=SYSTEM, at=now)
        second.refresh_from_db()
        assert second.status == "offered"
        assert taken("STAFF-YEAR") == 11

    def test_offers_are_made_once(self, full, person, now):
        self.join(person("a1", "STAFF"), now)
        operations.cancel_permit(full[0].number, reason="x", by=SYSTEM, at=now)
        assert offer_free_places("STAFF-YEAR", at=now) == 0
        assert WaitlistEntry.objects.filter(status="offered").count() == 1

    def test_a_cancelled_permit_of_an_offer_is_free_for_the_line_again(
        self, full, person, hold, now
    ):
        ana, zoe = person("a1", "STAFF"), person("a2", "STAFF")
        self.join(ana, now)
        self.join(zoe, now)
        operations.cancel_permit(full[0].number, reason="x", by=SYSTEM, at=now)
        mine = hold(ana, "STAFF-YEAR")
        operations.cancel_permit(mine.number, reason="x", by=SYSTEM, at=now)
        assert WaitlistEntry.objects.get(customer=zoe).status == "offered"
        assert places.mend_quotas() == []

    def test_needs_a_type_with_a_line(self, person, now):
        with pytest.raises(Refused) as refusal:
            operations.join_waitlist(
                type_code="MONTH", customer_id=person("a").pk, by=SYSTEM, at=now
            )
        assert refusal.value.code == "no_waitlist"


class TestRenewal:
    def renew(self, permit, at):
        return operations.renew_permit(
            permit.number, channel=Permit.Channel.PORTAL, by=SYSTEM, at=at
        )

    def test_follows_on_with_the_same_plates(self, person, sell, now):
        permit = sell(person(), "MONTH", "ABC 123")
        fresh = self.renew(permit, permit.ends_at - timedelta(days=5))
        assert fresh.starts_at == permit.ends_at
        assert fresh.renews_id == permit.pk
        assert [row.plate_key for row in fresh.plates.all()] == ["ABC123"]

    def test_is_done_once(self, person, sell, now):
        permit = sell(person(), "MONTH")
        at = permit.ends_at - timedelta(days=5)
        self.renew(permit, at)
        with pytest.raises(Conflict) as refusal:
            self.renew(permit, at)
        assert refusal.value.code == "already_renewed"

    def test_again_after_the_first_was_not_paid(self, person, sell, now):
        permit = sell(person(), "MONTH")
        at = permit.ends_at - timedelta(days=5)
        self.renew(permit, at)
        operations.expire_holds(at=at + 15 * MINUTE)
        assert self.renew(permit, at + 20 * MINUTE).starts_at == permit.ends_at

    def test_the_day_never_drifts(self, person, sell, pay, now):
        start = datetime(2027, 1, 31, 17, tzinfo=UTC)
        permit = sell(person(), "MONTH", at=start)
        lasts = []
        for _ in range(3):
            lasts.append(f"{permit.ends_at - timedelta(hours=12):%m-%d}")
            fresh = self.renew(permit, permit.ends_at - timedelta(days=5))
            pay(fresh, at=permit.ends_at - timedelta(days=5))
            permit = fresh
        assert lasts == ["02-28", "03-30", "04-30"]

    def test_a_permit_canceled_early_leaves_its_place_to_its_renewal(
        self, student, person, hold, sell, pay, apply_programme, now
    ):
        from tests.seed import PROGRAMMES

        text = (PROGRAMMES / "harbor.yaml").read_text()
        apply_programme(
            text.replace("renewal: {opens: 10d}", "renewal: {opens: 10d}\n    quota: {total: 1}")
        )
        permit = sell(student, "MONTH")
        fresh = self.renew(permit, permit.ends_at - timedelta(days=5))
        pay(fresh, at=permit.ends_at - timedelta(days=5))
        operations.cancel_permit(
            permit.number, reason="Early", by=SYSTEM, at=permit.ends_at - timedelta(days=4)
        )
        with pytest.raises(Refused) as refusal:
            hold(person("bob"), "MONTH", at=permit.ends_at - timedelta(days=3))
        assert refusal.value.code == "sold_out"
        assert (taken("MONTH"), places.mend_quotas()) == (1, [])


class TestDebt:
    def test_blocks_the_sale_until_it_is_paid(self, person, hold, now):
        from datetime import date

        from parkops.kernel.money import Money
        from payments.accounts import FINE_REVENUE

        ana = person("ana", "STAFF")
        charge = payments.raise_charge(
            kind="citation",
            reference=f"C-{uuid4()}",
            text="A citation",
            net=Money(4000, "USD"),
            tax=Money(0, "USD"),
            customer_id=None,
            plate_key="ABC123",
            due_on=date(2026, 11, 9),
            revenue=FINE_REVENUE,
            by=SYSTEM,
            at=now,
        )
        with pytest.raises(Refused) as refusal:
            hold(ana, "STAFF-YEAR", "ABC 123")
        assert refusal.value.code == "debt"
        assert "1 overdue citation" in str(refusal.value)
        payments.cancel_charge(
            kind="citation", reference=charge.reference, text="Dismissed", by=SYSTEM, at=now
        )
        assert hold(ana, "STAFF-YEAR", "ABC 123").number


class TestSecondPermit:
    def test_costs_what_the_customers_other_permits_make_it(
        self, person, hold, sell, now, apply_programme
    ):
        from tests.seed import PROGRAMMES

        text = (PROGRAMMES / "harbor.yaml").read_text()
        line = 'add: [{if: {vehicle.fuel: diesel}, amount: "5.00"}]'
        other = 'add: [{if: {customer.permits: ">=1"}, amount: "65.00"}]'
        apply_programme(text.replace(line, other))
        ana = person()
        first = sell(ana, "MONTH")
        second = hold(ana, "MONTH")
        assert (first.net_minor, second.net_minor) == (5000, 11500)
        assert hold(person("zoe"), "MONTH").net_minor == 5000
        operations.cancel_permit(first.number, reason="x", by=SYSTEM, at=now)
        operations.cancel_permit(second.number, reason="x", by=SYSTEM, at=now)
        assert hold(ana, "MONTH").net_minor == 5000
