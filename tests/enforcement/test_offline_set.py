"""The rights that an officer's device takes along: whole, as what changed, and as the server sees them."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enforcement.models import OfflineCopy
from enforcement.operations import checks as checking
from enforcement.operations import hotlist, observations, offline, shifts
from enforcement.queries import offline as queries
from enforcement.queries import offline_sights
from enforcement.queries.checks import Look, answers_to
from parkops.kernel.actors import SYSTEM, Actor
from parkops.programme import operations as programme
from permits import operations as permits
from permits.models import PlateRight, RightsChange
from permits.operations import rights_changes
from permits.queries import entitlements
from permits.rules.plates import read_plates
from tests.enforcement.copies import Copy

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
DEVICE = UUID("0d8b1c7e-5a2f-4a52-9d0a-111111111111")
OTHER = UUID("0d8b1c7e-5a2f-4a52-9d0a-222222222222")
ZONES = ["LOT-A", "LOT-B", "QUICK", "METER"]
OFFICER = Actor("staff", "7", "Bob Officer")


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def permit(post):
    """Sell a permit of this type to these plates and take cash for it; gives its number."""

    def sell(kind: str, *plates: str, **more) -> str:
        body = {"email": f"{plates[0].lower()}@person.test", "name": "Ada"}
        customer = post("/customers", body | {"audiences": ["STAFF", "STUDENT"]})["id"]
        sold = post(
            "/permits", {"permit_type": kind, "customer": customer, "vehicles": list(plates)} | more
        )
        if sold["status"] == "held":
            post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
        return sold["number"]

    return sell


@pytest.fixture
def stay(post):
    """Sell a paid stay in the meters; gives its number."""

    def sell(plate: str, minutes: int = 60) -> str:
        sold = post("/sessions", {"plate": plate, "zone": "METER", "minutes": minutes})
        post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
        return sold["id"]

    return sell


@pytest.fixture
def phone(site, bob):
    """Ask for the set as the officer; gives the answer as JSON."""
    site.login_as(bob)

    def ask(after: str = "", device: UUID = DEVICE) -> dict:
        answer = site.get("/field/offline/set/", {"device": device, "after": after})
        assert answer.status_code == 200
        return json.loads(b"".join(answer.streaming_content))

    return ask


def taken(after: str = "", at: datetime = NOW, device: UUID = DEVICE) -> dict:
    """What the server gives, without a page around it."""
    copy = offline.copy_for(device, by=OFFICER, at=at)
    plan = queries.plan(copy, after=after, at=at)
    return json.loads("".join("".join(part) for part in queries.parts(copy, plan)))


def verdicts_online(looks: list[Look]) -> list[str]:
    return [answer.verdict.value for answer in answers_to(looks)]


class TestWhatIsGiven:
    def test_is_named_by_the_contract_and_holds_no_plate(self, permit, phone):
        permit("STAFF-YEAR", "QUAHOG1")
        given = phone()
        assert given["full"] is True
        assert given["programme_version"] == 1
        assert datetime.fromisoformat(given["until"]) == NOW + timedelta(hours=24)
        assert "QUAHOG" not in json.dumps(given).upper()
        north = next(zone for zone in given["zones"] if zone["code"] == "LOT-A")
        # 07:00 to 17:30 today; the copy ends tomorrow at 10:15.
        day = datetime(2026, 11, 10, 12, tzinfo=UTC).timestamp()
        assert north["enforced"][0][1] == day + 10.5 * 3600
        assert north["covers"] == ["LOT-A", "CAMPUS"]
        assert north["polygon"]["type"] == "Polygon"
        assert {v["code"]: v["fine"]["amount"] for v in north["violations"]}["NO-PERMIT"] == "40.00"

    def test_a_device_without_a_name_is_told_what_is_missing(self, site, bob):
        answer = site.login_as(bob).get("/field/offline/set/", {"device": "mine"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "device"

    def test_only_who_may_check_plates_may_take_it(self, site, clara):
        assert site.get("/field/offline/set/").status_code == 302
        assert site.login_as(clara).get("/field/offline/set/").status_code == 403

    def test_another_tenants_rights_are_not_in_it(self, permit, phone, hillside):
        permit("STAFF-YEAR", "QUAHOG1")
        with tenant_context(hillside):
            given = taken()
        assert given["rights"] == {}
        assert given["key"] != phone()["key"]


class TestTheKey:
    def test_is_kept_in_a_shift_and_new_with_the_next(self, harbor):
        first = taken()
        assert taken()["key"] == first["key"]
        assert taken(device=OTHER)["key"] != first["key"]
        shifts.start_shift(by=OFFICER, at=NOW)
        second = taken(after=first["cursor"])
        assert second["full"] is True
        assert second["key"] != first["key"]
        assert taken(at=NOW + timedelta(hours=25))["key"] != second["key"]
        assert OfflineCopy.objects.count() == 2
        assert offline.forget_copies(at=NOW + timedelta(days=4)) == 2

    def test_names_plates_as_any_hmac_does(self, permit, phone):
        permit("STAFF-YEAR", "ABC-123")
        copy = Copy().take(phone())
        assert list(copy.rights) == [copy.name("abc 123")]
        assert entitlements.digest(copy.key, "ABC123") == copy.name("ABC123")


class TestTheSameAsOnline:
    """L6: for the same data the copy says what the server says."""

    @pytest.fixture
    def plates(self, permit, stay, post):
        permit("STAFF-YEAR", "STAFF1")
        permit("MONTH", "MONTH1")
        permit("EVENING", "EVENE1")
        permit(
            "GUEST", "GUEST1", start="2026-11-10T18:00:30-05:00", end="2026-11-10T20:00:30-05:00"
        )
        stay("METER1")
        gone, paused = permit("MONTH", "GONE1"), permit("MONTH", "PAUSE1")
        permits.revoke_permit(gone, reason="Sold on", by=SYSTEM, at=NOW)
        permits.suspend_permit(
            paused,
            reason="Away",
            begins=NOW + timedelta(hours=2),
            until=NOW + timedelta(hours=6),
            by=SYSTEM,
            at=NOW,
        )
        for plate, region in (("EXEMPT1", ""), ("FINN1", "FI")):
            hotlist.add_to_hotlist(plate=plate, region=region, kind="exempt", by=SYSTEM, at=NOW)
        return [
            "STAFF1",
            "MONTH1",
            "EVENE1",
            "GUEST1",
            "METER1",
            "GONE1",
            "PAUSE1",
            "EXEMPT1",
            "FINN1",
            "NOBODY",
        ]

    def test_at_every_quarter_of_an_hour(self, plates):
        copy = Copy().take(taken())
        looks = [
            Look(plate, "", zone, NOW + timedelta(minutes=15 * n))
            for plate in plates
            for zone in ZONES
            for n in range(96)
        ]
        ours = [copy.verdict(look.plate, look.zone, look.at) for look in looks]
        assert ours == verdicts_online(looks)
        assert len(set(ours)) >= 4

    @settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 9),
                st.sampled_from(ZONES),
                st.integers(0, 86_399),
                st.sampled_from(["", "FI", "SE"]),
            ),
            min_size=40,
            max_size=60,
        )
    )
    def test_at_any_second_and_region(self, plates, asked):
        copy = Copy().take(taken())
        looks = [
            Look(plates[n], region, zone, NOW + timedelta(seconds=after))
            for n, zone, after, region in asked
        ]
        ours = [copy.verdict(look.plate, look.zone, look.at, look.region) for look in looks]
        assert ours == verdicts_online(looks)


class TestWhereVehiclesWereSeen:
    """A device knows of what others saw, as far as verdicts rest on it."""

    @pytest.fixture
    def saw(self):
        def look(plate: str, zone: str = "LOT-A", *, at: datetime = NOW) -> str:
            seen = Look(plate, "", zone, at)
            return checking.check_plate(seen, source="field", by=OFFICER, at=at).record.verdict

        return look

    def test_vehicles_of_one_permit_are_told_by_one_name_and_when_they_were_seen(self, permit, saw):
        permit("MONTH", "TWO1", "TWO2")
        permit("MONTH", "ALONE1")
        for plate in ("TWO1", "ALONE1"):
            saw(plate, at=NOW)
        saw("TWO1", "QUICK", at=NOW + timedelta(minutes=1))  # it is off the permit's site there
        assert saw("TWO2", at=NOW + timedelta(minutes=2)) == "second_vehicle"
        copy = Copy().take(whole := taken(at=NOW + timedelta(minutes=5)))
        shared, alone = (whole["rights"][copy.name(p)] for p in ("TWO1", "ALONE1"))
        assert shared[0][4:7] == ["", 0, 1]
        assert shared[0][7] == whole["rights"][copy.name("TWO2")][0][7]
        assert len(alone[0]) == 4
        at = int(NOW.timestamp())
        assert whole["seen"] == {shared[0][7]: [[copy.name("TWO1"), at]]}

    def test_what_others_saw_since_comes_with_what_changed(self, permit, saw):
        number = permit("MONTH", "TWO1")
        saw("TWO1", at=NOW - timedelta(hours=2))
        copy = Copy().take(taken())
        saw("ELSE1")
        permits.change_vehicles(number, wanted=read_plates(["TWO1", "TWO2"]), by=SYSTEM, at=NOW)
        more = taken(copy.cursor, at=NOW + timedelta(minutes=5))
        # The first vehicle has a second one now: both are told of, and where the first was.
        assert set(more["rights"]) == {copy.name("TWO1"), copy.name("TWO2")}
        (sights,) = more["seen"].values()
        assert sights == [[copy.name("TWO1"), int((NOW - timedelta(hours=2)).timestamp())]]
        later = NOW + timedelta(minutes=9)
        saw("TWO2", at=later)
        saw("TWO1", at=later)
        after = taken(more["cursor"], at=NOW + timedelta(minutes=12))
        (sights,) = after["seen"].values()
        assert [copy.name("TWO1"), int(later.timestamp())] in sights
        last = offline_sights.seen(
            copy.key, at=later, since=NOW + timedelta(hours=1), plate_keys=()
        )
        assert last == {}

    def test_chalk_marks_come_with_their_valves_and_place(self, harbor):
        def mark(plate: str, hours: float, **more) -> None:
            at = NOW - timedelta(hours=hours)
            observations.observe(plate=plate, zone="QUICK", seen_at=at, by=OFFICER, at=at, **more)

        mark("OLD 1", 40)
        mark("CHK 1", 40)
        mark("CHK 1", 1, region="NY", valve="3/9", lat=42.5, lon=-71.5)
        copy = Copy().take(whole := taken())
        first, last = (int((NOW - timedelta(hours=h)).timestamp()) for h in (40, 1))
        assert whole["marks"] == {
            copy.name("CHK1"): [
                ["QUICK", first, "", ""],
                ["QUICK", last, "NY", "3/9", 42.5, -71.5],
            ]
        }
        with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
            mark("OLD 1", -0.05)
        more = taken(copy.cursor, at=NOW + timedelta(minutes=5))
        assert list(more["marks"]) == [copy.name("OLD1")]

    def test_another_tenants_sights_are_not_in_it(self, permit, saw, hillside):
        permit("MONTH", "TWO1", "TWO2")
        saw("TWO1")
        assert taken()["seen"]
        with tenant_context(hillside):
            given = taken()
        assert (given["seen"], given["marks"]) == ({}, {})


class TestWhatChanged:
    """L10: what has changed since, with what is gone."""

    def test_says_neither_the_key_nor_the_zones_again(self, phone):
        first = phone()
        second = phone(first["cursor"])
        assert second["full"] is False
        assert (second["rights"], second["alerts"], second["removed"]) == ({}, {}, [])
        assert not {"zones", "key"} & second.keys()

    def test_every_act_on_a_right_is_in_it(self, permit, stay, post, phone):
        """Each act, one after another: the copy brought up to date is the one taken anew."""
        copy = Copy().take(phone())
        number: dict[str, str] = {}

        def sell(kind: str, plate: str, **more) -> None:
            number[plate] = permit(kind, plate, **more)

        def stays() -> None:
            number["METER1"] = stay("METER1")

        at = NOW
        acts = {
            "sold": lambda: sell("STAFF-YEAR", "STAFF1"),
            "another": lambda: sell("MONTH", "MONTH1"),
            "suspended": lambda: permits.suspend_permit(
                number["MONTH1"], reason="Away", by=SYSTEM, at=at
            ),
            "reinstated": lambda: permits.reinstate_permit(number["MONTH1"], by=SYSTEM, at=at),
            "plates changed": lambda: site_put(number["MONTH1"], ["MONTH2"]),
            "extended": lambda: permits.extend_permit(
                number["STAFF1"], ends_at=at + timedelta(days=400), reason="Late", by=SYSTEM, at=at
            ),
            "paid stay": stays,
            "stopped": lambda: post(f"/sessions/{number['METER1']}/stop", {}),
            "exempt": lambda: entries.append(
                hotlist.add_to_hotlist(plate="FIRE1", kind="exempt", by=SYSTEM, at=at)
            ),
            "exempt no more": lambda: hotlist.remove_from_hotlist(
                entries[0].reference, by=SYSTEM, at=at
            ),
            "wanted": lambda: hotlist.add_to_hotlist(
                plate="STAFF1", kind="stolen", note="Call 911", by=SYSTEM, at=at
            ),
            "revoked": lambda: permits.revoke_permit(
                number["STAFF1"], reason="x", by=SYSTEM, at=at
            ),
            "cancelled": lambda: permits.cancel_permit(
                number["MONTH1"], reason="x", by=SYSTEM, at=at
            ),
        }
        entries: list = []

        def site_put(of: str, plates: list[str]) -> None:
            permits.change_vehicles(of, wanted=read_plates(plates), by=SYSTEM, at=at)

        for n, (name, act) in enumerate(acts.items(), 1):
            at = NOW + timedelta(minutes=n)
            with time_machine.travel(at, tick=False):
                act()
                changed = phone(copy.cursor)
                assert changed["full"] is False, name
                whole = phone()
            copy.take(changed)
            anew = Copy().take(whole)
            assert copy.rights.keys() == anew.rights.keys(), name
            assert copy.alerts == anew.alerts, name
            for plate in ("STAFF1", "MONTH1", "MONTH2", "METER1", "FIRE1"):
                for zone in ZONES:
                    then = at + timedelta(minutes=5)
                    assert copy.verdict(plate, zone, then) == anew.verdict(plate, zone, then), name

    def test_a_revoked_permit_is_removed_once_its_grace_is_over(self, permit, phone):
        number = permit("STAFF-YEAR", "ABC123")
        copy = Copy().take(phone())
        assert copy.verdict("ABC123", "LOT-A", NOW) == "authorized"
        permits.revoke_permit(number, reason="Sold on", by=SYSTEM, at=NOW)
        with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
            changed = phone(copy.cursor)
        assert changed["removed"] == [copy.name("ABC123")]
        copy.take(changed)
        assert copy.verdict("ABC123", "LOT-A", NOW + timedelta(minutes=11)) == "unauthorized"

    def test_another_program_or_event_or_day_is_all_of_it_anew(self, harbor, apply_programme):
        first = taken()
        declared = programme.declare_event(
            "snow-emergency", begins_at=NOW, ends_at=NOW + timedelta(hours=2), by=SYSTEM, at=NOW
        )
        assert declared
        second = taken(first["cursor"])
        assert second["full"] is True
        assert taken(second["cursor"])["full"] is False
        assert taken(second["cursor"], at=NOW + timedelta(hours=24))["full"] is True
        for wrong in ("x", "1-2-3", "9" * 40, f"{10**18}" + second["cursor"].lstrip("0123456789")):
            assert taken(wrong)["full"] is True

    def test_it_is_pruned(self, permit):
        permit("STAFF-YEAR", "ABC123")
        assert RightsChange.objects.exists()
        real = datetime.now(UTC)
        with time_machine.travel(real, tick=False):
            assert rights_changes.forget_changes(at=datetime(2100, 1, 1, tzinfo=UTC)) > 0
        assert not RightsChange.objects.exists()


class TestWhoWritesLate:
    def test_a_right_of_an_older_transaction_that_commits_last_is_not_missed(self, own_database):
        """One transaction begins to write before the copy is taken and commits after a later one."""
        written, may_commit = threading.Event(), threading.Event()

        def slow() -> None:
            connection.set_tenant(own_database)
            with transaction.atomic():
                rights_changes.plates_changed(["SLOW1"])
                written.set()
                assert may_commit.wait(20)
            connections.close_all()

        thread = threading.Thread(target=slow)
        thread.start()
        assert written.wait(20)
        first = taken()
        with transaction.atomic():
            rights_changes.plates_changed(["FAST1"])
        second = taken(first["cursor"])
        copy = Copy().take(first)
        assert second["removed"] == [copy.name("FAST1")]
        may_commit.set()
        thread.join(20)
        third = taken(second["cursor"])
        assert copy.name("SLOW1") in third["removed"]
        # While another transaction of the same server runs, what it holds back is given again.
        last, ends = taken(third["cursor"]), time.monotonic() + 30
        while last["removed"] and time.monotonic() < ends:
            time.sleep(0.1)
            last = taken(last["cursor"])
        assert last["removed"] == []


class TestHowMuchIsAsked:
    @pytest.fixture
    def counted(self, harbor):
        def count() -> int:
            with CaptureQueriesContext(connection) as asked:
                taken(taken()["cursor"])
            return len(asked)

        return count

    def test_ten_times_the_rights_ask_no_more(self, permit, counted):
        permit("STAFF-YEAR", "ABC123")
        taken()
        before = counted()
        right = PlateRight.objects.get()
        PlateRight.objects.bulk_create(
            PlateRight(
                kind="permit",
                plate_text=f"X{n}",
                plate_key=f"X{n}",
                near_keys=[],
                starts_at=right.starts_at,
                ends_at=right.ends_at,
                permit_id=right.permit_id,
            )
            for n in range(200)
        )
        assert counted() == before
        assert len(taken()["rights"]) == 201
