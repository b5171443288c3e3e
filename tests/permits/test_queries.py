"""Which rights a plate has, where and when, and why or why not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parkops.kernel.actors import SYSTEM
from parkops.programme import operations as programme
from permits import operations, queries
from permits.rules.plates import read_plates

pytestmark = pytest.mark.django_db
LOT_A = ["LOT-A", "CAMPUS"]
LOT_B = ["LOT-B", "CAMPUS"]


def ask(plate, zones, at, region=""):
    return queries.rights_for(plate_key=plate, region=region, zone_codes=zones, at=at)


@pytest.fixture
def ana(person):
    return person("ana", "STAFF", "STUDENT")


class TestRightsFor:
    def test_names_the_permit_its_end_and_why(self, ana, sell, now):
        permit = sell(ana, "STAFF-YEAR", "ABC 123")
        right = ask("ABC123", LOT_A, now)[0]
        assert right.holds_now
        assert (right.kind, right.number, right.until) == ("permit", permit.number, permit.ends_at)
        assert (right.holder_audience, right.on_site) == ("STAFF", 1)
        assert right.because == f"Permit {permit.number} grants LOT-A always."

    def test_a_right_to_the_parent_is_one_to_the_child(self, ana, sell, now):
        sell(ana, "MONTH", "ABC 123")
        assert ask("ABC123", LOT_B, now)[0].holds_now

    def test_elsewhere_it_says_where_it_holds(self, ana, sell, now):
        sell(ana, "MONTH", "ABC 123")
        right = ask("ABC123", ["METER"], now)[0]
        assert not right.holds_now
        assert "does not cover METER; it grants CAMPUS" in right.because

    @pytest.mark.parametrize(
        ("hour", "minute", "holds"),
        [(21, 29, False), (21, 30, True), (4, 59, True), (5, 0, False)],
    )
    def test_a_window_opens_and_closes(self, ana, sell, now, hour, minute, holds):
        # 16:30 in New York is 21:30 UTC; 24:00 is 05:00 UTC of the next day, when the day is over.
        sell(ana, "EVENING", "ABC 123", at=now)
        day = 10 if hour > 12 else 11
        at = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
        rights = ask("ABC123", LOT_A, at)
        assert rights[0].holds_now is holds
        if holds:
            assert rights[0].until == datetime(2026, 11, 11, 5, tzinfo=UTC)

    def test_a_cart_is_no_right(self, ana, hold, now):
        hold(ana, "MONTH", "ABC 123")
        assert ask("ABC123", LOT_A, now) == []

    @pytest.mark.parametrize(
        ("act", "words"),
        [
            ("suspend_permit", "is suspended"),
            ("revoke_permit", "was revoked"),
            ("cancel_permit", "was canceled"),
        ],
    )
    def test_tells_what_became_of_it(self, ana, sell, now, act, words):
        permit = sell(ana, "MONTH", "ABC 123")
        later = now + timedelta(hours=1)
        getattr(operations, act)(permit.number, reason="x", by=SYSTEM, at=later)
        assert ask("ABC123", LOT_A, now)[0].holds_now
        right = ask("ABC123", LOT_A, later)[0]
        assert not right.holds_now
        assert words in right.because

    def test_waits_for_approval_and_for_its_start(self, ana, sell, now):
        sell(ana, "RESIDENT", "ABC 123")
        sell(ana, "MONTH", "XYZ 9", start=now + timedelta(days=30))
        assert "waits for approval" in ask("ABC123", LOT_B, now)[0].because
        assert "starts 10 Dec 2026" in ask("XYZ9", LOT_B, now)[0].because

    def test_a_plate_taken_off_had_the_right_until_then(self, ana, sell, now):
        permit = sell(ana, "MONTH", "ABC 123")
        later = now + timedelta(hours=1)
        operations.change_vehicles(
            permit.number, wanted=read_plates(["NEW 1"]), by=SYSTEM, at=later
        )
        assert ask("ABC123", LOT_A, later - timedelta(seconds=1))[0].holds_now
        assert not ask("ABC123", LOT_A, later)[0].holds_now
        assert not ask("NEW1", LOT_A, later - timedelta(seconds=1))[0].holds_now
        assert ask("NEW1", LOT_A, later)[0].holds_now

    def test_two_different_regions_never_match(self, ana, hold, pay, now):
        permit = operations.hold_permit(
            operations.Wish("MONTH", read_plates([("ABC 123", "FI")])),
            customer_id=ana.pk,
            channel="api",
            by=SYSTEM,
            at=now,
        )
        pay(permit)
        assert ask("ABC123", LOT_A, now, region="SE") == []
        assert ask("ABC123", LOT_A, now, region="fi")[0].holds_now
        assert ask("ABC123", LOT_A, now)[0].holds_now

    def test_many_questions_are_one_statement(self, ana, sell, now):
        for n in range(3):
            sell(ana, "MONTH", f"AA{n}", f"BB{n}")
        asks = [queries.Ask(f"AA{n % 3}", "", tuple(LOT_A), now) for n in range(30)]
        queries.rights_for_many(asks)
        with CaptureQueriesContext(connection) as caught:
            answers = queries.rights_for_many(asks)
        assert len(caught) == 1
        assert all(answer[0].holds_now for answer in answers)

    def test_the_longest_comes_first(self, ana, sell, now):
        sell(ana, "MONTH", "ABC 123")
        year = sell(ana, "STAFF-YEAR", "ABC 123")
        assert ask("ABC123", LOT_A, now)[0].number == year.number

    def test_only_while_a_declared_event_is_on(self, ana, sell, now, apply_programme):
        from tests.seed import PROGRAMMES

        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace(
            "grants: [{zones: [CAMPUS], when: always}]",
            "grants: [{zones: [CAMPUS], when: {days: Mon-Sun, during: snow-emergency}}]",
        )
        apply_programme(text)
        sell(ana, "MONTH", "ABC 123")
        assert not ask("ABC123", LOT_A, now)[0].holds_now
        programme.declare_event(
            "snow-emergency", begins_at=now, ends_at=now + timedelta(hours=2), by=SYSTEM, at=now
        )
        right = ask("ABC123", LOT_A, now)[0]
        assert right.holds_now
        assert right.until == now + timedelta(hours=2)


class TestEndedRights:
    def test_within_the_grace_and_not_after_it(self, ana, sell, now):
        permit = sell(ana, "MONTH", "ABC 123")

        def ended(minutes):
            return queries.ended_rights_for(
                plate_key="ABC123",
                zone_codes=LOT_A,
                at=permit.ends_at + timedelta(minutes=minutes),
                within=timedelta(minutes=10),
            )

        assert ended(-1) == []
        assert [right.until for right in ended(0)] == [permit.ends_at]
        assert ended(9)
        assert "ended 10 Dec 2026, 00:00" in ended(9)[0].because
        assert ended(11) == []

    def test_a_window_that_closed(self, ana, sell, now):
        sell(ana, "EVENING", "ABC 123", at=now)
        at = datetime(2026, 11, 11, 5, 4, tzinfo=UTC)
        found = queries.ended_rights_for(
            plate_key="ABC123", zone_codes=LOT_A, at=at, within=timedelta(minutes=10)
        )
        assert [right.until for right in found] == [datetime(2026, 11, 11, 5, tzinfo=UTC)]

    def test_a_stay_that_ran_out(self, harbor, now):
        stay = operations.start_stay(
            plate=read_plates(["PAY 1"])[0],
            zone_code="METER",
            start=now,
            minutes=60,
            by=SYSTEM,
            at=now,
        )
        at = stay.ends_at + timedelta(minutes=4)
        found = queries.ended_rights_for(
            plate_key="PAY1", zone_codes=["METER"], at=at, within=timedelta(minutes=5)
        )
        assert [right.number for right in found] == [stay.number]


class TestNearMisses:
    @pytest.mark.parametrize(
        ("asked", "why"),
        [
            ("A8C123", "one character differs (8/B)"),
            ("ABC12", "one character is missing (3)"),
            ("ABC1234", "one character more (4)"),
            ("A8CI23", "2 look-alike characters differ (8/B, I/1)"),
        ],
    )
    def test_look_like_a_plate_with_a_right_there(self, ana, sell, now, asked, why):
        sell(ana, "MONTH", "ABC 123")
        found = queries.near_misses(plate_key=asked, zone_codes=LOT_A, at=now)
        assert [(miss.plate, miss.why) for miss in found] == [("ABC 123", why)]

    def test_not_where_that_plate_has_no_right(self, ana, sell, now):
        sell(ana, "MONTH", "ABC 123")
        assert queries.near_misses(plate_key="A8C123", zone_codes=["METER"], at=now) == []
        assert queries.near_misses(plate_key="XYZ999", zone_codes=LOT_A, at=now) == []


def test_plates_on_a_permit_are_those_of_the_instant(ana, sell, now):
    permit = sell(ana, "MONTH", "ABC 123", "XYZ 9")
    later = now + timedelta(hours=1)
    operations.change_vehicles(permit.number, wanted=read_plates(["ABC 123"]), by=SYSTEM, at=later)
    assert queries.plates_on_permit(permit.pk, now) == ["ABC123", "XYZ9"]
    assert queries.plates_on_permit(permit.pk, later) == ["ABC123"]


def test_permits_of_a_customer_and_of_a_plate(ana, sell, person, now):
    mine = sell(ana, "MONTH", "ABC 123")
    sell(person("zoe"), "MONTH", "ZZZ 9")
    assert [row.number for row in queries.permits_of(customer_id=ana.pk, at=now)] == [mine.number]
    assert [row.number for row in queries.permits_of(plate_key="ABC123", at=now)] == [mine.number]
