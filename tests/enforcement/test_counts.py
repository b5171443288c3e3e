"""Counts of vehicles: what is kept, what is refused and why, and what they say of a zone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from enforcement.models import SpaceCount
from enforcement.operations import checks
from enforcement.operations.counts import take_counts
from enforcement.queries import counts
from enforcement.queries.checks import Look
from enforcement.rules.counts import MOST, Fault, Partly, Told, judge
from parkops.kernel.actors import SYSTEM
from parkops.programme import occupancy
from parkops.programme.occupancy import Counted, Tried, fuse
from tests.enforcement.conftest import NOW

PLACES = st.integers(1, 5_000)


def told(line, occupied, *, zone="LOT-A", at=NOW, capacity=None):
    return Told(line, zone, at, occupied, capacity)


@pytest.fixture
def take(harbor, now):
    """Take counts in: `take(told(1, 40), kind="gate")`."""

    def do(*rows, kind="sensor", at=now):
        return take_counts(rows, kind=kind, by=SYSTEM, at=at)

    return do


class TestRule:
    @pytest.mark.parametrize(
        ("occupied", "own", "after", "wrong"),
        [
            (0, 40, 0, {}),
            (55, 40, 0, {}),
            (-1, 40, 0, {"occupied": "Fewer than no vehicles"}),
            (MOST + 1, 40, 0, {"occupied": "At most 1,000,000"}),
            (1, None, 0, {"capacity": "no capacity for this zone"}),
            (1, 0, 0, {"capacity": "has 1 to 1,000,000 spaces"}),
            (1, 40, 5, {}),
            (1, 40, 6, {"at": "has not come yet"}),
            (-1, None, 6, {"at": "not come", "occupied": "Fewer", "capacity": "no capacity"}),
        ],
    )
    def test_says_every_field(self, occupied, own, after, wrong):
        row = told(7, occupied, at=NOW + timedelta(minutes=after))
        found = judge(row, is_known=True, own=own, at=NOW)
        assert [(one.line, one.field) for one in found] == [(7, name) for name in wrong]
        for one in found:
            assert wrong[one.field] in one.reason

    def test_a_zone_that_there_is_not_has_no_capacity_to_miss(self):
        found = judge(told(1, -1, zone="NOWHERE"), is_known=False, own=None, at=NOW)
        assert [(one.field, one.value) for one in found] == [
            ("zone", "NOWHERE"),
            ("occupied", "-1"),
        ]
        found = judge(told(1, 4, zone="X", capacity=0), is_known=False, own=None, at=NOW)
        assert [one.field for one in found] == ["zone", "capacity"]

    def test_what_could_not_be_read_is_not_judged_besides(self):
        unread = [
            Fault(1, "capacity", "many", "No number."),
            Fault(1, "counted", "soon", "No day."),
        ]
        row = Partly(1, unread, "NOWHERE", None, -1, None)
        found = judge(row, is_known=False, own=None, at=NOW)
        assert [one.field for one in found] == ["zone", "counted", "occupied", "capacity"]
        known = judge(Partly(1, unread, "LOT-A"), is_known=True, own=None, at=NOW)
        assert [one.field for one in known] == ["counted", "capacity"]


class TestTaking:
    def test_keeps_the_good_and_names_the_bad_by_line_and_field(self, take):
        taken = take(
            told(1, 40),
            told(2, -3, at=NOW - timedelta(hours=1)),
            told(3, 9, zone="NOWHERE"),
            told(4, 9, zone="METER"),
            told(5, 50, zone="lot-b"),
            told(6, -1, zone="NOWHERE", capacity=0),
        )
        assert (taken.taken, taken.over) == (2, 1)
        assert [(one.line, one.field, one.value) for one in taken.refused] == [
            (2, "occupied", "-3"),
            (3, "zone", "NOWHERE"),
            (4, "capacity", ""),
            (6, "zone", "NOWHERE"),
            (6, "occupied", "-1"),
            (6, "capacity", "0"),
        ]
        kept = SpaceCount.objects.get(zone_code="LOT-B")
        assert (kept.occupied, kept.capacity, kept.is_over) == (50, 40, True)

    def test_the_same_again_is_nothing_new_and_another_number_is_refused(self, take):
        assert take(told(1, 40), told(2, 40)).repeated == 1
        assert take(told(1, 40)).known == 1
        again = take(told(7, 41))
        assert (again.taken, [one.line for one in again.refused]) == (0, [7])
        assert "says 40" in again.refused[0].reason
        assert SpaceCount.objects.get().occupied == 40

    def test_another_kind_counts_for_itself(self, take):
        assert take(told(1, 40)).taken == take(told(1, 42), kind="gate").taken == 1

    def test_a_batch_sent_twice_at_once_is_taken_once(self, own_database, now):
        rows = [told(n, n, at=now - timedelta(minutes=n)) for n in range(100)]

        def send(batch):
            try:
                connection.set_tenant(own_database)
                return take_counts(batch, kind="gate", by=SYSTEM, at=now).taken
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(send, [rows, rows[::-1]])) == 100

    def test_statements_do_not_grow_with_the_batch(self, take, django_assert_num_queries):
        take(told(1, 1))
        with CaptureQueriesContext(connection) as few:
            take(told(1, 1, at=NOW - timedelta(hours=9)))
        with django_assert_num_queries(len(few)):
            take(*[told(n, n, at=NOW - timedelta(minutes=n)) for n in range(1, 400)])


class TestFusion:
    def test_the_words(self):
        count = Counted("LOT-A", "gate", 42, 60, NOW - timedelta(minutes=3))
        found = fuse(12, count, at=NOW)
        assert found.text == "42, between 38 and 46"
        assert found.because[0] == "42 of 60 counted by the gate 3 min ago."

    def test_counts_by_hand_put_it_right(self):
        count = Counted("LOT-A", "sensor", 44, 60, NOW, Tried(12, 4.0, 1.0))
        found = fuse(0, count, at=NOW)
        assert (found.occupied, found.low, found.high) == (40, 38, 42)
        assert "4 too many on average, by 12 counts by hand" in found.because[1]

    def test_plates_above_a_count_widen_it(self):
        count = Counted("LOT-A", "manual", 10, 60, NOW)
        found = fuse(20, count, at=NOW)
        assert (found.occupied, found.low, found.high) == (10, 9, 20)
        assert "20 plates" in found.because[-1]

    def test_plates_alone_are_a_figure_from_below(self):
        assert fuse(1, None, at=NOW).text == "1 or more"

    @given(
        plates=PLACES,
        occupied=PLACES,
        capacity=PLACES,
        age=st.integers(0, 120),
        pairs=st.integers(0, 9),
        bias=st.floats(-50, 50),
        spread=st.floats(0, 50),
    )
    def test_the_figure_is_inside_its_range(
        self, plates, occupied, capacity, age, pairs, bias, spread
    ):
        tried = Tried(pairs, bias, spread)
        for by in ("sensor", "gate", "manual"):
            count = Counted("Z", by, occupied, capacity, NOW - timedelta(minutes=age), tried)
            found = fuse(plates, count, at=NOW)
            assert 0 <= found.low <= found.occupied <= found.high
            older = fuse(plates, count, at=NOW + timedelta(minutes=30))
            assert older.low <= found.low
            assert older.high >= found.high


class TestEstimates:
    def test_a_count_decides_where_there_is_one(self, take, now):
        checks.check_plate(Look("AAA1", "", "LOT-B", now), source="field", by=SYSTEM, at=now)
        take(told(1, 70, at=now - timedelta(minutes=20)), told(2, 80, at=now))
        assert occupancy.estimates(now) == {"lot-a": 80, "lot-b": 1}
        assert occupancy.estimates(now - timedelta(minutes=1))["lot-a"] == 70
        assert "lot-a" not in occupancy.estimates(now + timedelta(hours=3))

    def test_how_far_sensors_are_off_is_learned_from_counts_by_hand(self, take, now):
        instants = [now - timedelta(days=n) for n in range(1, 7)]
        take(*[told(n, 52, at=at + timedelta(minutes=4)) for n, at in enumerate(instants)])
        take(*[told(n, 50, at=at) for n, at in enumerate(instants)], kind="manual")
        found = counts.tried(["LOT-A"], at=now)
        assert found == {("LOT-A", "sensor"): Tried(6, 2.0, 0.0)}
        take(told(1, 62, at=now))
        assert occupancy.estimated(now)["lot-a"].occupied == 60


class TestApi:
    @pytest.fixture
    def calm(self, time_at):
        with time_at():
            yield

    def test_live_counts_come_in_and_are_listed(self, calm, post, site, token, now):
        body = {
            "kind": "gate",
            "counts": [{"zone": "LOT-A", "occupied": 130}, {"zone": "LOT-A", "occupied": -1}],
        }
        told = post("/occupancy-counts", body)
        assert (told["taken"], told["over_capacity"]) == (1, 1)
        assert told["refused"][0]["field"] == "counts.1.occupied"
        assert post("/occupancy-counts", body)["known"] == 1
        header = token("enforcement:read")
        listed = site.get("/api/v1/occupancy-counts?zone=lot-a", headers=header).json()["items"]
        assert [(one["zone"], one["occupied"], one["over_capacity"]) for one in listed] == [
            ("LOT-A", 130, True)
        ]
        zone = site.get("/api/v1/zones/LOT-A", headers=header).json()["occupancy"]
        assert zone["estimate"] == 130
        assert "counted by the gate" in zone["because"][0]

    def test_needs_its_scope(self, calm, site, token):
        body = {"counts": [{"zone": "LOT-A", "occupied": 1}]}
        for scope, status in (("enforcement:read", 403), ("enforcement:write", 200)):
            answer = site.post(
                "/api/v1/occupancy-counts",
                body,
                headers=token(scope),
                content_type="application/json",
            )
            assert answer.status_code == status

    def test_another_tenants_are_not_listed(self, calm, post, other_site, token):
        post("/occupancy-counts", {"counts": [{"zone": "LOT-A", "occupied": 1}]})
        header = token("enforcement:read")
        assert other_site.get("/api/v1/occupancy-counts", headers=header).status_code == 401
