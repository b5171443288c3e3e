"""The list of chalked vehicles to go back to: who is on it, from when, and until when."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from enforcement.models import PlateCheck
from enforcement.operations import hotlist, observations
from enforcement.queries import checks, due
from enforcement.queries.checks import Look
from parkops.kernel.actors import SYSTEM
from tests.enforcement.test_checks_with_rights import (  # noqa: F401
    API,
    NOW,
    _at_work,
    post,
)
from tests.seed import PROGRAMMES


def chalk(plate: str = "ABC 123", zone: str = "QUICK", *, minutes: int = 0, region: str = ""):
    at = NOW + timedelta(minutes=minutes)
    return observations.observe(plate=plate, region=region, zone=zone, seen_at=at, by=SYSTEM, at=at)


def listed(minutes: int = 0, zone: str = "") -> list[tuple[str, int]]:
    """Who is on the list after so many minutes, and how many minutes each has left."""
    rows = due.due(at=NOW + timedelta(minutes=minutes), zone=zone)
    return [(row.plate, row.minutes) for row in rows]


@pytest.mark.usefixtures("harbor")
class TestWhoIsDue:
    @pytest.mark.parametrize(
        ("minutes", "left", "state"),
        [
            pytest.param(89, None, "", id="half an hour and more left"),
            pytest.param(90, 30, "authorized", id="half an hour left"),
            pytest.param(120, 0, "grace", id="its time is up"),
            pytest.param(124, -4, "grace", id="in its grace"),
            pytest.param(125, -5, "overtime", id="late"),
        ],
    )
    def test_a_timed_stay(self, minutes, left, state):
        chalk()
        rows = due.due(at=NOW + timedelta(minutes=minutes))
        assert [(row.minutes, row.verdict.value) for row in rows] == (
            [] if left is None else [(left, state)]
        )

    def test_the_first_to_be_due_comes_first_and_zones_are_apart(self):
        chalk("LATER 1", minutes=20)
        chalk("SOONER 1")
        assert listed(115) == [("SOONER 1", 5), ("LATER 1", 25)]
        assert listed(115, "METER") == []
        assert due.counts(due.due(at=NOW + timedelta(minutes=115)))["QUICK"] == 2

    def test_who_was_seen_elsewhere_since_is_gone(self):
        chalk()
        chalk(zone="LOT-A", minutes=30)
        assert listed(121) == []

    def test_who_is_marked_as_gone_is_gone_and_begins_anew(self):
        chalk()
        chalk(minutes=100)
        at = NOW + timedelta(minutes=110)
        observations.observe(
            plate="ABC 123", zone="QUICK", seen_at=at, is_gone=True, by=SYSTEM, at=at
        )
        assert listed(121) == []
        # Back within the hour of no return it is the same stay, later a new one.
        chalk(minutes=150)
        assert listed(150) == [("ABC 123", -30)]

    def test_stays_of_a_day_count_together_where_the_program_says_so(self, apply_programme):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        changed = text.replace("    no_return: 1h\n", "    stays: day\n", 1)
        assert changed != text
        apply_programme(changed)
        chalk()
        chalk(minutes=50)
        at = NOW + timedelta(minutes=55)
        observations.observe(
            plate="ABC 123", zone="QUICK", seen_at=at, is_gone=True, by=SYSTEM, at=at
        )
        chalk(minutes=100)
        # 50 of the 120 minutes are used.
        assert listed(140) == [("ABC 123", 30)]
        (answer,) = checks.answers_to([Look("ABC 123", "", "QUICK", NOW + timedelta(minutes=180))])
        assert answer.verdict == "overtime"
        told = "QUICK allows 2 hours a day; it stood here for 50 min earlier today, and has been here since"
        assert told in " ".join(answer.because)

    def test_outside_the_hours_nobody_is_due(self):
        chalk()
        # 18:05 in New York.
        assert listed(470) == []

    def test_an_exempt_vehicle_is_not_due(self):
        hotlist.add_to_hotlist(plate="ABC123", kind="exempt", by=SYSTEM, at=NOW)
        chalk()
        assert listed(121) == []

    def test_a_paid_stay_is_due_when_it_ends_and_an_unpaid_one_at_once(self, post):  # noqa: F811
        sold = post("/sessions", {"plate": "PAID 1", "zone": "METER", "minutes": 60})
        post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
        chalk("PAID 1", "METER")
        chalk("FREE 1", "METER")
        assert listed(10) == [("FREE 1", -10)]
        assert listed(31) == [("FREE 1", -31), ("PAID 1", 29)]

    def test_once_cited_it_is_off_the_list(self, post, time_at):  # noqa: F811
        chalk()
        assert listed(130) == [("ABC 123", -10)]
        at = (NOW + timedelta(minutes=130)).isoformat()
        body = {"client_id": "0d8b1c7e-5a2f-4a52-9d0a-333333333333", "plate": "ABC123"}
        with time_at(minutes=130):
            post("/citations", body | {"zone": "QUICK", "violation": "OVERSTAY", "at": at})
        assert listed(131) == []

    def test_more_vehicles_ask_no_more(self):
        counts = []
        for many in (2, 20):
            for n in range(many):
                chalk(f"MANY{n}")
            with CaptureQueriesContext(connection) as asked:
                assert len(listed(121)) == many
            counts.append(len(asked))
        assert counts[0] == counts[1]

    def test_another_tenant_has_its_own(self, hillside):
        chalk()
        with tenant_context(hillside):
            assert listed(121) == []


class TestPages:
    def test_the_officer_sees_how_many_and_checks_with_one_tap(self, site, bob, time_at):
        site.login_as(bob)
        site.post("/field/zones/", {"zone": "LOT-A"})
        chalk(region="ON")
        with time_at(minutes=121):
            assert "1 vehicle is due back" in site.get("/field/zones/").content.decode()
            text = site.get("/field/due/").content.decode()
            assert "ABC 123" in text
            assert "In grace" in text
            done = site.post(
                "/field/due/check/", {"plate": "ABC 123", "region": "ON", "zone": "QUICK"}
            )
            record = PlateCheck.objects.get()
            assert done["Location"] == f"/field/checks/{record.reference}/"
            assert (record.zone_code, record.region, record.verdict) == ("QUICK", "ON", "grace")
            assert "1 vehicle is due back here" in site.get("/field/check/").content.decode()

    def test_the_officer_marks_one_as_gone(self, site, bob, time_at):
        site.login_as(bob)
        chalk()
        with time_at(minutes=121):
            gone = {"plate": "ABC 123", "region": "", "zone": "QUICK"}
            done = site.post("/field/due/gone/", gone, follow=True).content.decode()
            assert "ABC 123 is gone. Its stay is over." in done
            assert "Nobody is due" in done
            assert site.post("/field/due/gone/", gone | {"zone": "SEA"}).status_code in (409, 422)

    def test_the_block_face_is_shown(self, site, clara, time_at):
        observations.observe(
            plate="ABC 123",
            zone="QUICK",
            seen_at=NOW,
            block_face="Elm St, 100 block",
            by=SYSTEM,
            at=NOW,
        )
        site.login_as(clara)
        with time_at(minutes=100):
            assert "Elm St, 100 block" in site.get("/office/plate-checks/due/").content.decode()

    def test_the_office_sees_the_same(self, site, clara, time_at):
        site.login_as(clara)
        chalk()
        with time_at(minutes=100):
            text = site.get("/office/plate-checks/due/").content.decode()
        assert "20 min left" in text

    def test_nobody_due_is_said_and_a_role_is_asked_for(self, site, bob, amos):
        assert "Nobody is due" in site.login_as(bob).get("/field/due/").content.decode()
        assert site.login_as(amos).get("/field/due/").status_code == 403
