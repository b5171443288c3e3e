"""Suspension with dates and credit, deposits with deductions, reminders, revocation with a note."""

from datetime import timedelta

import pytest

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.messaging.models import Message
from payments import queries as charges
from permits import operations
from permits.models import Permit
from permits.queries.refunds import refund_preview
from permits.rules import suspensions
from permits.rules.reminders import days_told_before, reminder_due
from permits.rules.status import Status
from tests.factories.payments import assert_sound, books
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def crediting(apply_programme, harbor, now):
    """Let time suspended of a MONTH give its days back."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    text = text.replace(
        "    refund: {basis: daily}\n",
        "    refund: {basis: daily}\n    suspension: {credit: daily}\n",
    )
    apply_programme(text, at=now - DAY)


class TestSuspension:
    def test_with_dates_begins_and_ends_by_itself(self, person, sell, now):
        permit = sell(person(), "MONTH", "ABC 123")
        operations.suspend_permit(
            permit.number, reason="Away.", begins=now + DAY, until=now + 3 * DAY, by=SYSTEM, at=now
        )
        permit.refresh_from_db()
        told = [permit.status_at(now + n * DAY) for n in range(5)]
        assert told == [S.ACTIVE, S.SUSPENDED, S.SUSPENDED, S.ACTIVE, S.ACTIVE]
        for n, status in enumerate(told):
            found = Permit.objects.with_status(status, now + n * DAY)
            assert list(found) == [permit], n
        assert operations.end_suspensions(at=now + 3 * DAY) == 1
        assert operations.end_suspensions(at=now + 3 * DAY) == 0
        permit.refresh_from_db()
        assert permit.suspended_at is None
        assert permit.status_at(now + 2 * DAY) is S.SUSPENDED
        assert permit.status_at(now + 4 * DAY) is S.ACTIVE

    def test_one_that_never_began_leaves_no_trace(self, person, sell, now):
        permit = sell(person(), "MONTH")
        operations.suspend_permit(permit.number, reason="x", begins=now + DAY, by=SYSTEM, at=now)
        operations.reinstate_permit(permit.number, by=SYSTEM, at=now)
        permit.refresh_from_db()
        assert permit.suspensions == []
        assert permit.status_at(now + 2 * DAY) is S.ACTIVE

    @pytest.mark.parametrize(("begins", "until"), [(-1, None), (60, None), (2, 1)])
    def test_dates_that_make_no_sense_are_refused(self, person, sell, now, begins, until):
        permit = sell(person(), "MONTH")
        with pytest.raises(Refused) as refusal:
            operations.suspend_permit(
                permit.number,
                reason="x",
                begins=now + begins * DAY,
                until=until and now + until * DAY,
                by=SYSTEM,
                at=now,
            )
        assert refusal.value.code == "dates"

    def test_gives_its_days_back_once_where_the_programme_says_so(
        self, crediting, person, sell, now
    ):
        permit = sell(person(), "MONTH", "ABC 123")
        operations.suspend_permit(
            permit.number, reason="Works.", until=now + 6 * DAY, by=SYSTEM, at=now
        )
        operations.end_suspensions(at=now + 6 * DAY)
        operations.reinstate_permit(permit.number, by=SYSTEM, at=now + 6 * DAY)
        permit.refresh_from_db()
        # 6 of 30 days of 50.00 and its tax of 4.00.
        assert (permit.credited_net_minor, permit.credited_tax_minor) == (1000, 80)
        assert charges.charge_of("permit", permit.number).amount.minor == 5400 - 1080
        assert_sound(now + 6 * DAY)

    def test_what_was_given_back_is_not_given_back_again(self, crediting, person, sell, now):
        permit = sell(person(), "MONTH", start=now + 5 * DAY)
        Permit.objects.filter(pk=permit.pk).update(credited_net_minor=1000, credited_tax_minor=80)
        permit.refresh_from_db()
        assert refund_preview(permit, at=now).back.minor == 5400 - 1080

    def test_gives_nothing_back_otherwise(self, person, sell, now):
        permit = sell(person(), "MONTH")
        operations.suspend_permit(permit.number, reason="x", by=SYSTEM, at=now)
        operations.reinstate_permit(permit.number, by=SYSTEM, at=now + 6 * DAY)
        assert charges.charge_of("permit", permit.number).amount.minor == 5400

    def test_the_share_is_of_the_days_within_the_term(self, now):
        from zoneinfo import ZoneInfo

        quote = suspensions.credit(
            net_paid=Money(3000, "USD"),
            tax_paid=Money(300, "USD"),
            period=Period(now, now + 30 * DAY),
            paused=Period(now + 25 * DAY, now + 90 * DAY),
            zone=ZoneInfo("UTC"),
        )
        assert quote.because == ("Suspended for 6 of 31 days.",)
        assert (quote.net.minor, quote.tax.minor) == (581, 58)


S = Status


class TestDeposit:
    def _deposit(self, person, hold, pay):
        permit = hold(person("stu", "STUDENT"), "RESIDENT", "ABC 123")
        pay(permit)
        pay(permit, kind="deposit")
        return permit

    def test_goes_back_less_what_is_kept(self, person, hold, pay, now):
        permit = self._deposit(person, hold, pay)
        assert -books(now)["2100"] == 2000
        kept = operations.Deduction(Money(500, "USD"), "The tag is torn.")
        operations.return_deposit(permit.number, deductions=[kept], by=SYSTEM, at=now)
        with pytest.raises(Refused):
            operations.return_deposit(permit.number, deductions=[kept], by=SYSTEM, at=now)
        told = books(now)
        assert "2100" not in told
        assert -told["4200"] == 500
        assert charges.charge_of("fee", f"{permit.number}-D1").is_settled
        assert_sound(now)
        text = Message.objects.get(event="permit.deposit_returned").text
        assert "$15.00 goes back" in text
        assert "$5.00: The tag is torn." in text

    def test_no_more_is_kept_than_there_is(self, person, hold, pay, now):
        permit = self._deposit(person, hold, pay)
        kept = operations.Deduction(Money(2001, "USD"), "Lost.")
        with pytest.raises(Refused) as refusal:
            operations.return_deposit(permit.number, deductions=[kept], by=SYSTEM, at=now)
        assert refusal.value.code == "deduction"
        with pytest.raises(Refused):
            operations.return_deposit(
                permit.number,
                deductions=[operations.Deduction(Money(1, "USD"), " ")],
                by=SYSTEM,
                at=now,
            )
        assert -books(now)["2100"] == 2000


class TestReminders:
    def test_two_for_each_permit_each_once_e15(self, person, sell, now):
        permit = sell(person(), "MONTH", "ABC 123")
        hour = permit.ends_at - 9 * DAY
        while hour < permit.ends_at + DAY:
            operations.remind(at=hour)
            hour += timedelta(hours=6)
        told = Message.objects.filter(event="permit.ends_soon")
        assert told.count() == 2
        assert f"/permits/{permit.number}/renewal/" in told.first().text

    @pytest.mark.parametrize(
        ("length", "gone", "days"),
        [(30, 0, 7), (30, 22, 7), (30, 23, 1), (30, 29, None), (13, 0, None), (14, 0, 7)],
    )
    def test_the_page_says_when_the_next_one_comes(self, now, length, gone, days):
        told = days_told_before(starts_at=now, ends_at=now + length * DAY, at=now + gone * DAY)
        assert told == days

    def test_none_for_what_was_just_sold_e16(self, now):
        rule = {"starts_at": now - 20 * DAY, "ends_at": now + DAY, "reminded_days": None}
        assert reminder_due(**rule, sold_at=now, at=now) is None
        assert reminder_due(**rule, sold_at=now - 9 * DAY, at=now) == 1

    def test_a_late_job_says_only_the_latest(self, now):
        rule = {"starts_at": now - 20 * DAY, "sold_at": now - 20 * DAY, "ends_at": now + DAY / 2}
        assert reminder_due(**rule, reminded_days=None, at=now) == 1
        assert reminder_due(**rule, reminded_days=1, at=now) is None

    def test_none_for_what_is_renewed(self, person, sell, pay, now):
        permit = sell(person(), "MONTH")
        week = permit.ends_at - 7 * DAY
        operations.renew_permit(permit.number, channel="portal", by=SYSTEM, at=week)
        assert operations.remind(at=week + DAY / 24) == 0


def test_a_revoked_holder_is_told_how_to_appeal(person, sell, now):
    permit = sell(person(), "MONTH")
    operations.revoke_permit(
        permit.number, reason="Copied.", appeal_note="Write to the board.", by=SYSTEM, at=now
    )
    assert "Write to the board." in Message.objects.get(event="permit.revoked").text
