"""Scenarios G1 to G8 of the product's list: a permit is switched for one of another type or zone."""

from datetime import UTC, datetime, timedelta

import pytest

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from parkops.programme import load
from parkops.programme import operations as programme
from payments import queries as charges
from payments.models import Payment, Refund
from payments.queries import ledger
from permits import operations
from permits.models import Permit, PlateRight, Quota
from permits.operations import places, settling
from permits.queries.switching import switch_offer
from permits.rules.plates import read_plates
from permits.rules.status import Status
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BEGAN = datetime(2026, 2, 1, tzinfo=UTC)
CLERK = Actor("staff", "1", "Clara Clerk")
SOUTH = """  - code: SOUTH-YEAR
    name: Staff, south lot
    audience: [STAFF]
    grants: [{zones: [LOT-B], when: always}]
    term: {kind: fixed, from: 2026-09-01, to: 2027-09-01}
    price: {base: "240.00", prorate: monthly}
    quota: {total: 2}
    vehicles: {max: 1}
    waitlist: {offer: 2d}
    switch: {to: [STAFF-YEAR, MONTH], basis: full-months}
    refund: {basis: full-months}
"""


def with_two_lots() -> None:
    """Apply harbor's programme with a second lot to switch to, of two places each."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    text = text.replace(
        'refund: {basis: full-months, fee: "10.00", none_after: 2027-06-30}',
        "refund: {basis: full-months}\n    switch: {to: [SOUTH-YEAR], basis: full-months}",
    ).replace('quota: {total: 10, oversell: "10%"}', "quota: {total: 2}")
    text = text.replace("  - code: MONTH\n", SOUTH + "  - code: MONTH\n", 1)
    programme.apply_version(load.load(text, "lots.yaml"), begins_at=BEGAN, by=SYSTEM, at=BEGAN)


@pytest.fixture(autouse=True)
def two_lots(harbor):
    with_two_lots()


@pytest.fixture
def ana(person):
    return person("ana", "STAFF")


def switch(permit, to, at, by=SYSTEM) -> Permit:
    return operations.switch_permit(
        permit.number, to=to, channel=Permit.Channel.PORTAL, by=by, at=at
    )


def taken(code) -> int:
    return sum(Quota.objects.filter(type_key=code.lower()).values_list("taken", flat=True))


def paid_in(permit) -> str:
    return charges.charge_of("permit", permit.number).paid.amount


def is_balanced(at) -> bool:
    trial = ledger.trial_balance(at=at)
    return trial.total_debit == trial.total_credit


class TestDearer:
    @pytest.fixture
    def south(self, ana, sell):
        """Sold on 10 November for 10 of 12 months: 200.00 and 16.00 tax."""
        return sell(ana, "SOUTH-YEAR", "ABC 123")

    def test_g2_the_difference_of_what_has_not_begun_is_to_pay(self, south, now):
        came = switch_offer(south, "STAFF-YEAR", at=now).difference
        # 9 months have not begun: 270.00 of 360.00 less 180.00 of 200.00, and 8 % tax of that.
        assert [line.amount.amount for line in came.lines] == ["270.00", "-180.00", "7.20"]
        assert came.lines[1].text == "Unused part of Staff, south lot"
        assert (came.net.amount, came.tax.amount) == ("90.00", "7.20")
        assert sum(line.amount.minor for line in came.lines) == came.total.minor
        assert "9 of 10 calendar months of your permit have not begun" in came.because[0]

    def test_g3_the_old_one_stays_until_it_is_paid(self, south, pay, now):
        fresh = switch(south, "STAFF-YEAR", now)
        south.refresh_from_db()
        assert (south.status_at(now), fresh.status_at(now)) == (Status.ACTIVE, Status.HELD)
        assert (taken("SOUTH-YEAR"), taken("STAFF-YEAR")) == (1, 1)
        assert switch(south, "STAFF-YEAR", now) == fresh
        pay(fresh, at=now + MINUTE)
        south.refresh_from_db()
        at = now + MINUTE
        assert (south.status_at(at), fresh.status_at(at)) == (Status.CANCELLED, Status.ACTIVE)
        assert (taken("SOUTH-YEAR"), taken("STAFF-YEAR")) == (0, 1)
        assert paid_in(fresh) == "97.20"
        assert Message.objects.filter(event="permit.switched").count() == 1
        assert (places.mend_quotas(), is_balanced(at)) == ([], True)
        rights = PlateRight.objects.filter(permit=fresh)
        assert [row.plate_key for row in rights] == ["ABC123"]

    def test_g3_a_lapse_changes_nothing(self, south, now):
        fresh = switch(south, "STAFF-YEAR", now)
        operations.expire_holds(at=now + 15 * MINUTE)
        south.refresh_from_db()
        fresh.refresh_from_db()
        assert south.status_at(now + 16 * MINUTE) is Status.ACTIVE
        assert (taken("SOUTH-YEAR"), taken("STAFF-YEAR")) == (1, 0)
        again = switch(south, "STAFF-YEAR", now + 16 * MINUTE)
        assert again.number != fresh.number

    def test_money_for_a_permit_that_ended_meanwhile_is_not_taken(self, south, pay, now):
        fresh = switch(south, "STAFF-YEAR", now)
        operations.cancel_permit(south.number, reason="x", by=SYSTEM, at=now)
        with pytest.raises(Refused) as refusal:
            pay(fresh, at=now + MINUTE)
        assert refusal.value.code == "switch_over"
        fresh.refresh_from_db()
        assert (fresh.paid_at, is_balanced(now)) == (None, True)

    def test_another_switch_waits_for_the_first(self, south, now):
        switch(south, "STAFF-YEAR", now)
        with pytest.raises(Conflict) as refusal:
            switch(south, "MONTH", now, by=CLERK)
        assert refusal.value.code == "switch_open"

    def test_h7_cancelling_gives_back_each_amount_once(self, south, pay, now):
        """What was paid for the old permit counts towards the new one, and comes back with it."""
        fresh = switch(south, "STAFF-YEAR", now)
        pay(fresh, at=now + MINUTE)
        done = operations.cancel_permit(fresh.number, reason="x", by=SYSTEM, at=now + MINUTE)
        # None of the 9 months has begun: all of the 270.00 and 21.60 that the new one is worth.
        assert done.refund.back.amount == "291.60"
        returned = sum(refund.amount_minor for refund in Refund.objects.all())
        assert returned == 29160
        assert sum(payment.amount_minor for payment in Payment.objects.all()) == 21600 + 9720
        with pytest.raises(Conflict):
            operations.cancel_permit(south.number, reason="x", by=SYSTEM, at=now + MINUTE)
        assert is_balanced(now + MINUTE)

    def test_a_payment_taken_back_suspends_what_it_paid_for_now(self, south, pay, now):
        fresh = switch(south, "STAFF-YEAR", now)
        pay(fresh, at=now + MINUTE)
        settling.unsettle_permit(south.number, by=SYSTEM, at=now + 2 * MINUTE)
        fresh.refresh_from_db()
        assert fresh.status_at(now + 2 * MINUTE) is Status.SUSPENDED


class TestCheaper:
    @pytest.fixture
    def year(self, ana, sell):
        """Sold on 10 November for 10 of 12 months: 300.00 and 24.00 tax."""
        return sell(ana, "STAFF-YEAR", "ABC 123")

    def test_g4_is_immediate_with_a_refund(self, year, now):
        fresh = switch(year, "SOUTH-YEAR", now)
        year.refresh_from_db()
        assert (year.status_at(now), fresh.status_at(now)) == (Status.CANCELLED, Status.ACTIVE)
        assert (taken("STAFF-YEAR"), taken("SOUTH-YEAR")) == (0, 1)
        assert [refund.amount_minor for refund in Refund.objects.all()] == [9720]
        assert (fresh.net_minor, fresh.tax_minor) == (18000, 1440)
        assert (places.mend_quotas(), is_balanced(now)) == ([], True)
        message = Message.objects.get(event="permit.switched")
        assert "$97.20 goes back" in message.text

    def test_back_again_costs_what_came_back(self, year, now):
        fresh = switch(year, "SOUTH-YEAR", now)
        back = switch(fresh, "STAFF-YEAR", now)
        assert back.status_at(now) is Status.HELD
        assert charges.charge_of("permit", back.number).balance.amount == "97.20"

    def test_the_freed_place_goes_to_the_next_in_line(self, year, sell, person, now):
        sell(person("bob", "STAFF"), "STAFF-YEAR")
        waiting = operations.join_waitlist(
            type_code="STAFF-YEAR", customer_id=person("zoe", "STAFF").pk, by=SYSTEM, at=now
        )
        switch(year, "SOUTH-YEAR", now)
        waiting.refresh_from_db()
        assert waiting.status == "offered"

    def test_a_switch_brings_an_offered_place_with_it(self, person, sell, ana, now):
        """Somebody in line for the better lot takes the offer by a switch of what they have."""
        sold = [sell(person(name, "STAFF"), "STAFF-YEAR") for name in ("bob", "cid")]
        south = sell(ana, "SOUTH-YEAR")
        entry = operations.join_waitlist(
            type_code="STAFF-YEAR", customer_id=ana.pk, by=SYSTEM, at=now
        )
        with pytest.raises(Refused) as refusal:
            switch(south, "STAFF-YEAR", now)
        assert refusal.value.code == "sold_out"
        operations.cancel_permit(sold[0].number, reason="x", by=SYSTEM, at=now)
        fresh = switch(south, "STAFF-YEAR", now)
        entry.refresh_from_db()
        assert (entry.status, entry.permit) == ("accepted", fresh)
        assert (taken("STAFF-YEAR"), places.mend_quotas()) == (2, [])


class TestRefusals:
    @pytest.fixture
    def year(self, ana, sell):
        return sell(ana, "STAFF-YEAR")

    @pytest.mark.parametrize(
        ("to", "code"),
        [
            ("STAFF-YEAR", "same_type"),
            ("RESIDENT", "not_switchable"),
            ("NOTHING", "unknown_permit_type"),
        ],
    )
    def test_what_the_program_does_not_list(self, year, now, to, code):
        with pytest.raises(Refused) as refusal:
            switch(year, to, now)
        assert refusal.value.code == code

    def test_a_term_of_another_kind(self, ana, sell, now):
        with pytest.raises(Refused) as refusal:
            switch(sell(ana, "SOUTH-YEAR"), "MONTH", now)
        assert refusal.value.code == "other_term"

    def test_who_may_not_have_the_new_one(self, year, ana, now):
        customers.change_customer(ana.pk, changes={"audiences": []}, by=SYSTEM, at=now)
        with pytest.raises(Refused) as refusal:
            switch(year, "SOUTH-YEAR", now)
        assert refusal.value.code == "not_eligible"

    def test_g8_the_limit_of_the_new_type_holds(self, year, ana, sell, now):
        south = sell(ana, "SOUTH-YEAR")
        with pytest.raises(Refused) as refusal:
            switch(south, "STAFF-YEAR", now)
        assert refusal.value.code == "per_customer"

    def test_more_plates_than_it_takes(self, ana, sell, now):
        year = sell(ana, "STAFF-YEAR", "ABC 123", "XYZ 9")
        with pytest.raises(Refused) as refusal:
            switch(year, "SOUTH-YEAR", now)
        assert refusal.value.code == "too_many_vehicles"

    def test_staff_switch_what_is_not_listed_where_terms_are_alike(self, year, ana, now):
        customers.change_customer(
            ana.pk, changes={"audiences": ["STAFF", "STUDENT"]}, by=SYSTEM, at=now
        )
        fresh = switch(year, "RESIDENT", now, by=CLERK)
        assert (fresh.type_code, fresh.status_at(now)) == ("RESIDENT", Status.ACTIVE)


SEASONS = (
    "months: [{{season: 01-01..06-30, amount: '{0}'}}, {{season: 07-01..12-31, amount: '{1}'}}]"
)
CLEAN = "times: [{if: {vehicle.co2: '<=100'}, factor: '0.50'}]"


def season_type(code: str, winter: str, summer: str, to: str) -> str:
    price = f"{{base: '0.00', {SEASONS.format(winter, summer)}, {CLEAN}}}"
    return (
        f"  - {{code: {code}, name: {code.title()}, grants: [{{zones: [LOT-B]}}], "
        f"term: {{kind: rolling, months: 12}}, price: {price}, vehicles: {{max: 1}}, "
        f"switch: {{to: [{to}], basis: full-months}}}}\n"
    )


class TestSeasons:
    """Prices by month: what has not begun counts with the prices of its own months."""

    DIRTY, CLEAN = read_plates([("OLD 1", "", "", 180), ("NEW 1", "", "", 80)])
    APRIL = datetime(2027, 4, 15, 14, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def two_zones(self, apply_programme):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace("applies_to: [permits, sessions]", "applies_to: [sessions]")
        kinds = season_type("ZONE-A", "20.00", "30.00", "ZONE-B")
        kinds += season_type("ZONE-B", "30.00", "40.00", "ZONE-A")
        apply_programme(text.replace("sessions:\n", f"{kinds}sessions:\n", 1))

    @pytest.fixture
    def moving(self, ana, pay, now):
        def move(first: datetime, plate, other, *, on=TestSeasons.APRIL):
            permit = operations.hold_permit(
                operations.Wish("ZONE-A", (plate,), start=first),
                customer_id=ana.pk,
                channel=Permit.Channel.API,
                by=SYSTEM,
                at=now,
            )
            pay(permit)
            return switch_offer(permit, "ZONE-B", plates=[other], at=on)

        return move

    NEW_YEAR = datetime(2027, 1, 1, 5, tzinfo=UTC)

    def test_g1_a_clean_car_in_a_dearer_zone_gives_70_back(self, moving):
        """-5 for May and June, -10 for July to December."""
        came = moving(self.NEW_YEAR, self.DIRTY, self.CLEAN).difference
        assert (came.credit_net.amount, came.value_net.amount) == ("220.00", "150.00")
        assert came.back.amount == "70.00"
        assert "8 of 12 months of your permit have not begun on 15 Apr 2027" in came.because[0]

    def test_g2_the_reverse_costs_190(self, moving):
        """+20 for May and June, +25 for July to December."""
        offer = moving(self.NEW_YEAR, self.CLEAN, self.DIRTY)
        assert offer.to_pay.amount == "190.00"
        assert offer.value_begins_at == datetime(2027, 5, 1, 4, tzinfo=UTC)

    def test_g1_months_that_begin_on_the_15th(self, moving):
        """From 15 January: the month of 15 April has begun, that of 15 May is the first that counts."""
        mid = datetime(2027, 1, 15, 5, tzinfo=UTC)
        offer = moving(mid, self.DIRTY, self.CLEAN)
        # May and June at 20, July to December at 30.
        assert offer.difference.credit_net.amount == "220.00"
        assert offer.value_begins_at == datetime(2027, 5, 15, 4, tzinfo=UTC)

    def test_g1_before_it_begins_all_counts(self, moving):
        before = self.NEW_YEAR - timedelta(hours=1)
        came = moving(self.NEW_YEAR, self.DIRTY, self.CLEAN, on=before).difference
        assert (came.credit_net.amount, came.value_net.amount) == ("300.00", "210.00")

    def test_g1_in_the_last_month_nothing_changes_hands(self, moving):
        last = datetime(2027, 12, 2, 15, tzinfo=UTC)
        came = moving(self.NEW_YEAR, self.DIRTY, self.CLEAN, on=last).difference
        assert (came.total.minor, came.credit_net.minor) == (0, 0)
