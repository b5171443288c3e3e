"""Scenarios G5 to G12 of the product's list: what happens to a permit after it was sold."""

from datetime import timedelta

import pytest

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from payments import queries as charges
from permits import operations
from permits.models import EligibilityLoss, Permit, PlateRight
from permits.queries.switching import switch_offer
from permits.rules.plates import read_plates
from permits.rules.status import Status
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CLERK = Actor("staff", "1", "Clara Clerk")
HARBOR = (PROGRAMMES / "harbor.yaml").read_text()
CHEAPER = """  - code: CHEAP
    name: A cheaper month
    grants: [{zones: [LOT-B], when: always}]
    term: {kind: rolling, months: 1}
    price: {base: "20.00"}
    vehicles: {max: 2}
    renewal: {opens: 10d}
    switch: {to: [MONTH], basis: full-months}
"""


@pytest.fixture
def cheaper(apply_programme):
    text = HARBOR.replace(
        "    renewal: {opens: 10d}\n    refund: {basis: daily}",
        "    renewal: {opens: 10d}\n    switch: {to: [CHEAP], basis: full-months}\n"
        "    refund: {basis: full-months}",
    )
    apply_programme(text.replace("  - code: EVENING\n", CHEAPER + "  - code: EVENING\n", 1))


@pytest.fixture
def ana(person):
    return person("ana", "STAFF")


def renew(permit, at, **more) -> Permit:
    return operations.renew_permit(
        permit.number, channel=Permit.Channel.PORTAL, by=SYSTEM, at=at, **more
    )


def cancel(permit, at):
    return operations.cancel_permit(permit.number, reason="moved", by=SYSTEM, at=at)


class TestCheaperInTheLastMonth:
    def test_g5_the_running_month_changes_nothing(self, cheaper, ana, sell, now):
        permit = sell(ana, "MONTH", "ABC 123", start=now - 9 * DAY)
        came = switch_offer(permit, "CHEAP", at=now + 20 * DAY).difference
        assert (came.back.amount, came.total.amount) == ("0.00", "0.00")

    def test_g5_a_month_paid_ahead_comes_back(self, cheaper, ana, sell, pay, now):
        """The renewal that has not begun is switched: 50.00 less 20.00, and 8 % tax of it."""
        permit = sell(ana, "MONTH", "ABC 123")
        ahead = renew(permit, permit.ends_at - 5 * DAY)
        pay(ahead, at=permit.ends_at - 5 * DAY)
        came = switch_offer(ahead, "CHEAP", at=permit.ends_at - 4 * DAY).difference
        assert came.back.amount == "32.40"


class TestTheSamePlateTwice:
    def test_g6_a_plate_that_has_a_permit_is_not_sold_another(self, ana, sell, hold, now):
        first = sell(ana, "MONTH", "ABC 123")
        with pytest.raises(Refused, match="ABC-123 has a permit of this type") as refusal:
            hold(ana, "MONTH", "abc-123")
        assert (refusal.value.code, refusal.value.field) == ("duplicate", "vehicles")
        assert hold(ana, "MONTH", "abc-123", start=first.ends_at).number
        assert hold(ana, "EVENING", "abc-123").number

    def test_g6_nor_changed_to(self, ana, sell, now):
        sell(ana, "MONTH", "ABC 123")
        other = sell(ana, "MONTH", "XYZ 9")
        with pytest.raises(Refused) as refusal:
            operations.change_vehicles(
                other.number, wanted=read_plates(["ABC 123"]), by=CLERK, at=now
            )
        assert refusal.value.code == "duplicate"
        operations.change_vehicles(other.number, wanted=read_plates(["NEW 1"]), by=CLERK, at=now)
        assert PlateRight.objects.filter(plate_key="ABC123", removed_at=None).count() == 1

    def test_g6_a_plate_that_was_taken_off_is_free(self, ana, sell, now):
        first = sell(ana, "MONTH", "ABC 123")
        operations.change_vehicles(first.number, wanted=read_plates(["NEW 1"]), by=CLERK, at=now)
        assert sell(ana, "MONTH", "ABC 123").number

    def test_g6_two_regions_are_two_plates(self, ana, sell, hold):
        sell(ana, "MONTH", ("ABC123", "FI"))
        assert hold(ana, "MONTH", ("ABC123", "SE")).number


class TestMovedAway:
    def test_g9_extension_is_closed_and_it_ends(self, ana, sell, now):
        permit = sell(ana, "STAFF-YEAR", "ABC 123")
        customers.change_customer(ana.pk, changes={"audiences": ["STUDENT"]}, by=SYSTEM, at=now)
        operations.follow_audiences([ana.pk], by=SYSTEM, at=now)
        with pytest.raises(Refused) as refusal:
            renew(permit, permit.ends_at - 5 * DAY)
        assert refusal.value.code in ("not_eligible", "term_over")
        loss = EligibilityLoss.objects.get()
        assert loss.permit == permit
        assert operations.carry_out_losses(at=now) == (1, 0)
        assert permit.number in Message.objects.get(event="permit.no_longer_eligible").subject
        assert operations.carry_out_losses(at=loss.ends_at) == (0, 1)
        permit.refresh_from_db()
        assert permit.status_at(loss.ends_at) is Status.CANCELLED

    def test_g9_a_dearer_zone_costs_the_difference(self, cheaper, ana, sell, now):
        permit = sell(ana, "CHEAP", "ABC 123", start=now + DAY)
        moved = operations.switch_permit(
            permit.number, to="MONTH", channel=Permit.Channel.PORTAL, by=SYSTEM, at=now
        )
        assert charges.charge_of("permit", moved.number).balance.amount == "32.40"


class TestRenewal:
    @pytest.mark.parametrize(("days", "opens"), [(9, True), (10, True), (11, False)])
    def test_g11_holders_wait_until_it_opens(self, ana, sell, days, opens):
        permit = sell(ana, "MONTH", "ABC 123")
        at = permit.ends_at - days * DAY
        if opens:
            assert renew(permit, at).renews == permit
            return
        with pytest.raises(Conflict) as refusal:
            renew(permit, at)
        assert refusal.value.code == "too_early"

    def test_g11_staff_need_not(self, ana, sell, now):
        permit = sell(ana, "MONTH", "ABC 123")
        assert renew(permit, now, early=True).starts_at == permit.ends_at

    def test_g11_one_that_waits_is_the_one(self, ana, sell):
        permit = sell(ana, "MONTH", "ABC 123")
        renew(permit, permit.ends_at - 5 * DAY)
        with pytest.raises(Conflict) as refusal:
            renew(permit, permit.ends_at - 4 * DAY)
        assert refusal.value.code == "already_renewed"

    def test_g12_the_one_that_waits_goes_with_the_permit(self, ana, sell, now):
        permit = sell(ana, "MONTH", "ABC 123")
        at = permit.ends_at - 5 * DAY
        waits = renew(permit, at)
        cancel(permit, at)
        waits.refresh_from_db()
        assert waits.status_at(at) is Status.CANCELLED
        assert charges.charge_of("permit", waits.number).balance.minor == 0
        assert permit.number in waits.cancel_reason

    def test_g12_one_that_is_paid_stays(self, ana, sell, pay):
        permit = sell(ana, "MONTH", "ABC 123")
        at = permit.ends_at - 5 * DAY
        paid = renew(permit, at)
        pay(paid, at=at)
        cancel(permit, at)
        paid.refresh_from_db()
        assert paid.status_at(at) is Status.SCHEDULED
