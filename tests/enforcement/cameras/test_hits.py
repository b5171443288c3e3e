"""What cameras find comes to the officers on shift there, and one of them goes."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enforcement.cameras import hits, operations
from enforcement.cameras.models import PlateRead
from enforcement.models import Beat
from enforcement.operations import citations, shifts
from enforcement.operations.citations import Draft
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound
from tests.enforcement.cameras import payloads
from tests.enforcement.cameras.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_work")
BOB, EVE = Actor("staff", "7", "Bob"), Actor("staff", "8", "Eve")


@pytest.fixture
def seen(camera, send):
    """Let a camera in a zone see a car without a right: gives the read."""

    def see(plate: str, zone: str = "LOT-A") -> PlateRead:
        _, key = camera("generic", zone=zone)
        told = payloads.GENERIC | {"plate": plate, "id": plate}
        assert send("generic", key, told).json()["checked"] == 1
        return PlateRead.objects.get(settled_text=plate)

    return see


def shown(zone: str = "", by: Actor = BOB, **after) -> list[str]:
    return [hit.plate for hit in hits.hits_for(by.ref, zone, at=NOW + timedelta(**after))]


class TestWhoSeesWhat:
    def test_in_the_zone_that_one_works_in_and_all_within(self, seen):
        seen("CAR 1", "LOT-A")
        seen("CAR 2", "METER")
        assert shown("LOT-A") == ["CAR 1"]
        assert shown("CAMPUS") == ["CAR 1"]
        assert sorted(shown()) == ["CAR 1", "CAR 2"]

    def test_on_the_beat_of_the_shift(self, seen):
        seen("CAR 1", "LOT-A")
        seen("CAR 2", "METER")
        shifts.start_shift(by=BOB, at=NOW)
        beat = Beat.objects.create(name="Meters", zones=["METER"])
        from enforcement.models import Shift

        Shift.objects.update(beat=beat)
        assert shown("LOT-A") == ["CAR 2"]

    def test_for_half_an_hour_and_until_it_is_cited(self, seen):
        seen("CAR 1")
        seen("CAR 2")
        draft = Draft(uuid4(), "CAR 1", "", "LOT-A", "NO-PERMIT", NOW)
        citations.issue_citation(draft, by=SYSTEM, at=NOW)
        assert shown(minutes=29) == ["CAR 2"]
        assert shown(minutes=30) == []


class TestGoing:
    def test_one_officer_goes_and_others_see_it_no_more(self, seen):
        read = seen("CAR 1")
        for _ in range(2):
            operations.go_to_hit(read.reference, by=BOB, at=NOW)
        with pytest.raises(Conflict, match="Bob is on the way"):
            operations.go_to_hit(read.reference, by=EVE, at=NOW)
        assert (shown(), shown(by=EVE)) == (["CAR 1"], [])
        with pytest.raises(NotFound):
            operations.go_to_hit(uuid4(), by=BOB, at=NOW)


class TestPages:
    def test_the_officer_is_shown_it_goes_and_sees_its_check(self, site, bob, seen):
        site.login_as(bob)
        site.post("/field/zones/", {"zone": "LOT-A"})
        assert "No hit now" in site.get("/field/hits/").content.decode()
        read = seen("CAR 1")
        assert "1 camera hit nearby" in site.get("/field/check/").content.decode()
        assert "1 camera hit nearby" in site.get("/field/zones/").content.decode()
        fresh = site.get("/field/hits/live/?v=old")
        assert "CAR 1" in fresh.content.decode()
        again = site.get(f"/field/hits/live/?v={fresh['Live-Version']}")
        assert again.status_code == 204
        gone = site.post(f"/field/hits/{read.reference}/go/")
        assert gone["Location"] == f"/field/checks/{read.check_record.reference}/"
        assert "Write citation" in site.get(gone["Location"]).content.decode()

    def test_others_may_not(self, site, clara, seen, other_site, charlie):
        read = seen("CAR 1")
        site.login_as(clara)
        assert site.get("/field/hits/").status_code == 403
        assert site.post(f"/field/hits/{read.reference}/go/").status_code == 403
        other_site.login_as(charlie)
        assert other_site.post(f"/field/hits/{read.reference}/go/").status_code in (403, 404)

    def test_more_hits_ask_no_more(self, site, bob, seen):
        site.login_as(bob)
        counts = []
        for plates in (["CAR 1", "CAR 2"], ["CAR 3", "CAR 4", "CAR 5"]):
            for plate in plates:
                seen(plate)
            with time_machine.travel(NOW, tick=False), CaptureQueriesContext(connection) as asked:
                site.get("/field/hits/")
            counts.append(len(asked))
        assert counts[0] == counts[1]
