"""Vehicles of permits: who had the right when, temporary ones, limits, plates of several people."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.periods import Period
from parkops.messaging.models import Message
from permits import operations
from permits.models import PlateRight
from permits.queries import vehicles
from permits.queries.permits import plates_of
from permits.queries.rights import rights_for
from permits.rules.plates import read_plates
from permits.rules.vehicles import share_out

DAY = timedelta(days=1)
HOLDER = Actor("customer", "7", "Ana")


def plate(text: str):
    return read_plates([text])[0]


def may_park(key: str, at, zone: str = "LOT-B") -> bool:
    found = rights_for(plate_key=key, zone_codes=(zone, "CAMPUS"), at=at)
    return any(right.holds_now for right in found)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 40)), max_size=6),
    st.integers(0, 99),
)
def test_at_every_moment_of_a_permit_exactly_one_has_the_right(spans, minute):
    began = timezone.now()
    own = Period(began, began + timedelta(minutes=100))
    starts = {
        start: Period(began + timedelta(minutes=start), began + timedelta(minutes=start + length))
        for start, length in spans
    }
    cut, left = share_out([starts[key] for key in sorted(starts)], own)
    at = began + timedelta(minutes=minute)
    assert sum(part.contains(at) for part in [*cut, *left]) == 1


@pytest.mark.django_db
class TestTemporaryVehicles:
    @pytest.fixture
    def permit(self, person, sell):
        return sell(person("ana", "STAFF"), "STAFF-YEAR", "KEO 432")

    def add(self, permit, text, start, end, at, by=SYSTEM, **more):
        return operations.add_temporary_vehicle(
            permit.number, plate=plate(text), start=start, end=end, by=by, at=at, **more
        )

    def test_c9_the_own_plate_waits_meanwhile(self, permit, now):
        self.add(permit, "IOL 897", now + 3 * DAY, now + 12 * DAY, now)
        days = range(20)
        own = [day for day in days if may_park("KEO432", now + day * DAY)]
        rental = [day for day in days if may_park("IOL897", now + day * DAY)]
        assert rental == [*range(3, 12)]
        assert own == [0, 1, 2, *range(12, 20)]
        assert [p.key for p in plates_of([permit], at=now + 5 * DAY)[permit.pk]] == ["KEO432"]

    def test_c10_the_next_one_ends_the_one_before(self, permit, now):
        self.add(permit, "IOL 897", now + 2 * DAY, now + 11 * DAY, now)
        self.add(permit, "KYZ 1", now + 8 * DAY, now + 13 * DAY, now)
        who = {
            day: [k for k in ("KEO432", "IOL897", "KYZ1") if may_park(k, now + day * DAY)]
            for day in (1, 2, 7, 8, 12, 13)
        }
        assert who == {
            1: ["KEO432"], 2: ["IOL897"], 7: ["IOL897"], 8: ["KYZ1"], 12: ["KYZ1"], 13: ["KEO432"]
        }  # fmt: skip

    def test_c11_it_is_cut_at_the_permits_end(self, permit, now):
        added = self.add(permit, "IOL 897", None, permit.ends_at + 2 * DAY, now)
        assert added.ends_at == permit.ends_at
        with pytest.raises(Refused) as refusal:
            self.add(permit, "X 1", permit.ends_at + 3 * DAY, permit.ends_at + 4 * DAY, now)
        assert refusal.value.code == "permit_over"

    def test_c12_it_lasts_an_hour_at_least_and_never_begins_in_the_past(self, permit, now):
        added = self.add(permit, "IOL 897", now - DAY, now, now)
        assert (added.starts_at, added.ends_at) == (now, now + timedelta(hours=1))

    def test_c13_the_third_in_a_year_is_for_staff(self, permit, now):
        for n in range(2):
            start = now + n * 40 * DAY
            self.add(permit, f"T {n}", start, start + DAY, start, by=HOLDER)
        with pytest.raises(Refused) as refusal:
            self.add(permit, "T 3", None, now + 90 * DAY, now + 89 * DAY, by=HOLDER)
        assert refusal.value.code == "too_many_temporary"
        assert self.add(permit, "T 3", None, now + 90 * DAY, now + 89 * DAY)
        later = (
            now + 366 * DAY
        )  # the first is out of the twelve months; the permit has ended by then
        assert later > permit.ends_at

    def test_a13_a_plate_of_the_permit_is_no_temporary_one(self, permit, now):
        with pytest.raises(Refused, match="already has this permit"):
            self.add(permit, "keo-432", None, now + DAY, now)

    def test_c14_its_end_is_told_once(self, permit, now):
        self.add(permit, "IOL 897", None, now + DAY, now)
        assert operations.tell_ended_vehicles(at=now + timedelta(hours=2)) == 0
        assert operations.tell_ended_vehicles(at=now + 2 * DAY) == 1
        assert operations.tell_ended_vehicles(at=now + 2 * DAY) == 0
        told = Message.objects.get(event="permit.temporary_over")
        assert "IOL 897" in told.text
        assert "KEO 432" in told.text

    def test_ended_early_gives_the_right_back_and_twice_is_once(self, permit, now):
        added = self.add(permit, "IOL 897", None, now + 9 * DAY, now)
        for _ in range(2):
            operations.end_temporary_vehicle(
                permit.number, added.reference, by=SYSTEM, at=now + DAY
            )
        assert may_park("KEO432", now + 2 * DAY)
        assert not may_park("IOL897", now + 2 * DAY)
        # What was, was.
        assert may_park("IOL897", now + timedelta(hours=5))
        assert not may_park("KEO432", now + timedelta(hours=5))

    def test_one_that_never_began_leaves_no_trace(self, permit, now):
        added = self.add(permit, "IOL 897", now + 4 * DAY, now + 9 * DAY, now)
        operations.end_temporary_vehicle(permit.number, added.reference, by=SYSTEM, at=now + DAY)
        assert all(may_park("KEO432", now + day * DAY) for day in range(1, 12))
        assert not PlateRight.objects.filter(plate_key="IOL897").exists()

    def test_taking_the_own_plate_off_meanwhile_takes_it_off_for_good(self, permit, now):
        self.add(permit, "IOL 897", now + 2 * DAY, now + 4 * DAY, now)
        operations.change_vehicles(
            permit.number, wanted=read_plates(["NEW 1"]), by=SYSTEM, at=now + DAY
        )
        assert not any(may_park("KEO432", now + day * DAY) for day in range(1, 9))
        assert may_park("NEW1", now + 5 * DAY)

    def test_with_two_plates_one_says_which_gives_way(self, person, sell, now):
        permit = sell(person("zoe"), "MONTH", "A 1", "B 2")
        with pytest.raises(Refused) as refusal:
            self.add(permit, "C 3", None, now + DAY, now)
        assert refusal.value.field == "replaces"
        self.add(permit, "C 3", None, now + DAY, now, replaces="B2")
        seen = [k for k in ("A1", "B2", "C3") if may_park(k, now + timedelta(hours=1))]
        assert seen == ["A1", "C3"]

    def test_nobody_parks_by_it_once_the_permit_is_revoked(self, permit, now):
        self.add(permit, "IOL 897", None, now + 5 * DAY, now)
        operations.revoke_permit(permit.number, reason="Sold on.", by=SYSTEM, at=now + DAY)
        assert not may_park("IOL897", now + 2 * DAY)


@pytest.mark.django_db
class TestLimits:
    def test_the_holder_changes_as_often_as_the_program_says(
        self, person, apply_programme, hold, pay, now
    ):
        from tests import seed

        text = (seed.PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace(
            "vehicles: {max: 2, on_site: 1}\n    renewal: {opens: 10d}",
            "vehicles: {max: 2, on_site: 1, changes: {most: 1, per: 30d}}\n    renewal: {opens: 10d}",
        )
        apply_programme(text)
        permit = hold(person("ana"), "MONTH", "A 1")
        pay(permit)

        def change(text, at, by=HOLDER):
            operations.change_vehicles(permit.number, wanted=read_plates([text]), by=by, at=at)

        change("B 2", now + DAY)
        change("B 2", now + 2 * DAY)  # changes nothing, so counts for nothing
        with pytest.raises(Refused) as refusal:
            change("C 3", now + 3 * DAY)
        assert refusal.value.code == "too_many_changes"
        assert "once in 30 days" in str(refusal.value) or "once in 30d" in str(refusal.value)
        change("C 3", now + 3 * DAY, by=Actor("staff", "1", "Clara"))
        assert may_park("C3", now + 4 * DAY)


@pytest.mark.django_db
class TestPlatesOfSeveral:
    @pytest.fixture
    def both(self, person, sell):
        ana, zoe = person("ana"), person("zoe")
        return ana, sell(ana, "MONTH", "SAME 1"), zoe, sell(zoe, "MONTH", "SAME 1")

    def test_both_keep_it_and_both_permits_explain(self, both, now):
        _, first, _, second = both
        found = rights_for(plate_key="SAME1", zone_codes=("LOT-B", "CAMPUS"), at=now)
        assert {right.number for right in found} == {first.number, second.number}
        assert [key for key, _ in vehicles.open_conflicts()] == ["SAME1"]

    def test_different_regions_are_different_vehicles(self, person, now):
        for name, region in (("ana", "WA"), ("zoe", "OR")):
            customers.add_vehicle(
                customer_id=person(name).pk, plate="SAME1", region=region, by=SYSTEM, at=now
            )
        assert vehicles.open_conflicts() == []

    def test_deciding_for_one_takes_it_from_the_other_from_then_on(self, both, now):
        ana, first, zoe, second = both
        operations.decide_plate(
            "SAME1", owner_id=ana.pk, evidence="Registration seen.", by=SYSTEM, at=now + DAY
        )
        after = rights_for(plate_key="SAME1", zone_codes=("LOT-B",), at=now + 2 * DAY)
        assert {right.number for right in after if right.holds_now} <= {first.number}
        assert vehicles.listings_of_permit(first)[0].until == first.ends_at
        assert vehicles.listings_of_permit(second)[0].until == now + DAY
        # A check in the past answers with the rights of then.
        then = rights_for(plate_key="SAME1", zone_codes=("CAMPUS",), at=now + timedelta(hours=1))
        assert len([right for right in then if right.holds_now]) == 2
        assert vehicles.open_conflicts() == []
        told = AuditEvent.objects.filter(event="vehicle.plate_decided")
        assert {event.subject_ref: event.data["keeps"] for event in told} == {
            str(ana.reference): True,
            str(zoe.reference): False,
        }

    def test_shared_rightly_is_asked_again_only_for_somebody_new(self, both, person, now):
        operations.decide_plate("SAME1", owner_id=None, evidence="Couple.", by=SYSTEM, at=now)
        assert vehicles.open_conflicts() == []
        customers.add_vehicle(customer_id=person("eve").pk, plate="SAME 1", by=SYSTEM, at=now + DAY)
        assert [key for key, _ in vehicles.open_conflicts()] == ["SAME1"]

    def test_needs_evidence_and_a_conflict(self, both, now):
        with pytest.raises(Refused):
            operations.decide_plate("SAME1", owner_id=None, evidence=" ", by=SYSTEM, at=now)
        with pytest.raises(NotFound):
            operations.decide_plate("OTHER", owner_id=None, evidence="x", by=SYSTEM, at=now)

    def test_the_list_asks_as_much_for_ten_as_for_one(self, both, person, now, site, clara):
        office = site.login_as(clara)
        office.get("/office/plates/")
        with CaptureQueriesContext(
            connection,
        ) as one:
            office.get("/office/plates/")
        ana, zoe = both[0], both[2]
        for n in range(10):
            for holder in (ana, zoe):
                customers.add_vehicle(customer_id=holder.pk, plate=f"P{n}", by=SYSTEM, at=now)
        with CaptureQueriesContext(connection) as many:
            page = office.get("/office/plates/")
        assert b"P9" in page.content
        assert len(many) == len(one)


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def now(self):
        return timezone.now()

    def test_a_clerk_names_and_ends_a_temporary_vehicle(self, person, sell, site, clara, now):
        permit = sell(person("ana", "STAFF"), "MONTH", "KEO 432")
        office = site.login_as(clara)
        path = f"/office/permits/{permit.number}/temporary/"
        assert office.get(path).status_code == 200
        last = (now + 3 * DAY).date().isoformat()
        answer = office.post(path, {"plate": "IOL 897", "region": "", "last_on": last})
        assert answer.status_code == 302
        page = office.get(answer.url)
        assert b"IOL 897" in page.content
        row = permit.temporary.get()
        office.post(f"{path}{row.reference}/end/")
        row.refresh_from_db()
        assert row.ended_at is not None

    def test_a_conflict_is_decided(self, person, sell, site, clara, now):
        ana, zoe = person("ana"), person("zoe")
        for holder in (ana, zoe):
            customers.add_vehicle(customer_id=holder.pk, plate="SAME 1", by=SYSTEM, at=now)
        office = site.login_as(clara)
        path = "/office/plates/SAME1/decision/"
        assert office.post(path, {"owner": str(ana.reference), "evidence": ""}).status_code == 422
        office.post(path, {"owner": str(ana.reference), "evidence": "Papers."})
        history = office.get("/office/plates/SAME1/").content.decode()
        assert "today" in history
        assert zoe.vehicles.get().removed_at is not None

    def test_a_holder_names_one_within_limits(self, site, dana, sell, now):
        me = customers.customer_for_user(dana, at=now)
        permit = sell(me, "MONTH", "KEO 432")
        mine = site.login_as(dana)
        path = f"/permits/{permit.number}/temporary/"
        far = (now + 60 * DAY).date().isoformat()
        assert mine.post(path, {"plate": "IOL 897", "last_on": far}).status_code in (302, 422)
        assert mine.get(path).status_code == 200
        assert mine.get(f"/permits/{permit.number}/").status_code == 200

    def test_others_see_nothing(self, person, sell, other_site, charlie, hillside, site, dana):
        permit = sell(person("ana"), "MONTH", "KEO 432")
        office = other_site.login_as(charlie)
        assert office.get("/office/plates/KEO432/").status_code == 404
        assert office.get(f"/office/permits/{permit.number}/temporary/").status_code == 404
        assert site.login_as(dana).get(f"/permits/{permit.number}/temporary/").status_code == 404

    def test_the_api_tells_history_and_names_a_vehicle(self, person, sell, site, token, now):
        permit = sell(person("ana"), "MONTH", "KEO 432")
        headers = token("permits:read", "permits:write")
        end = (now + 2 * DAY).isoformat()
        body = {"plate": "IOL 897", "end": end}
        path = f"/api/v1/permits/{permit.number}/temporary-vehicles"
        made = site.post(path, body, content_type="application/json", headers=headers)
        assert made.status_code == 201, made.content
        rows = site.get(f"/api/v1/permits/{permit.number}/vehicles", headers=headers).json()
        assert {row["kind"] for row in rows["items"]} == {"permit", "temporary"}
        told = site.get("/api/v1/vehicles/iol-897/history", headers=headers).json()
        assert told["holders"] == []
        assert told["permits"][0]["permit"] == permit.number
        assert site.delete(f"{path}/{made.json()['id']}", headers=headers).status_code == 200
