"""The adviser in the office: what officers saw becomes days, days a number, the number a draft."""

import csv
import os
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enforcement.models import Observation
from parkops.kernel.actors import SYSTEM
from parkops.programme import operations as programme
from parkops.programme import queries as versions
from permits.rules.oversell import Day, advise, chance_of_full
from reporting.queries import oversell

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
PAGE = "/office/program/oversell/STAFF-YEAR/"
ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PARKOPS_DATA") or ROOT.parent / "shared" / "data")
BIRMINGHAM = DATA / "occupancy" / "birmingham_2016" / "dataset.csv"


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def holders(person, sell):
    """Eight holders of STAFF-YEAR, whose quota is ten."""
    since = NOW - timedelta(days=100)
    return [
        sell(person(f"staff{n}", "STAFF"), "STAFF-YEAR", f"STAFF {n}", at=since) for n in range(8)
    ]


def seen(*, days: int, present: int, others: int = 40) -> None:
    """Let officers have seen so many holders, and others, on each of the last days."""
    rows = []
    for back in range(1, days + 1):
        at = NOW - timedelta(days=back)
        plates = [f"STAFF{n}" for n in range(present)] + [f"OTHER{n}" for n in range(others)]
        rows += [
            Observation(
                seen_at=at,
                recorded_at=at,
                plate_text=plate,
                plate_key=plate,
                zone_code="LOT-A" if n % 2 else "lot-b",
                seen_by="Bob",
            )
            for n, plate in enumerate(plates)
        ]
    Observation.objects.bulk_create(rows)


class TestDays:
    def test_holders_seen_in_the_zones_of_the_type_count_on_days_looked_at_enough(
        self, harbor, holders
    ):
        seen(days=3, present=5)
        at = NOW - timedelta(days=4)
        few = Observation(
            seen_at=at,
            recorded_at=at,
            plate_text="X",
            plate_key="X",
            zone_code="LOT-A",
            seen_by="B",
        )
        elsewhere = Observation(
            seen_at=NOW - timedelta(days=1, minutes=1),
            recorded_at=NOW,
            plate_text="STAFF7",
            plate_key="STAFF7",
            zone_code="METER",
            seen_by="B",
        )
        Observation.objects.bulk_create([few, elsewhere])
        kind = versions.in_force(NOW).programme.permit_type("STAFF-YEAR")
        days, unknown = oversell.days_of(kind, versions.in_force(NOW).programme, at=NOW)
        assert [(day.held, day.present) for day in days] == [(8, 5)] * 3
        assert days[-1].on == date(2026, 11, 9)
        assert unknown == 1

    def test_a_half_year_back_and_not_today(self, harbor, holders):
        seen(days=1, present=5)
        rows = Observation.objects.all()
        rows.update(seen_at=NOW - timedelta(minutes=5))
        kind = versions.in_force(NOW).programme.permit_type("STAFF-YEAR")
        assert oversell.days_of(kind, versions.in_force(NOW).programme, at=NOW) == ([], 0)


class TestThePage:
    def test_too_few_days_give_no_number(self, site, alice, holders):
        seen(days=12, present=4)
        text = site.login_as(alice).get(PAGE).content.decode()
        assert "12 days are known; at least 20 are needed." in text
        assert "Put it into the draft" not in text

    def test_the_number_is_shown_with_its_bounds_and_drawn(self, site, alice, holders):
        seen(days=30, present=4)
        site.login_as(alice)
        text = site.get(f"{PAGE}?risk=20").content.decode()
        found = oversell.adviser("STAFF-YEAR", risk=Fraction(1, 20), at=NOW)
        assert 10 < found.advice.number < 20
        assert found.sold == 8
        assert f"{found.advice.number}<small>of 10 spaces" in text
        assert f"between {found.advice.low} and {found.advice.high}" in text
        assert text.count("<svg") >= 2
        rare = oversell.adviser("STAFF-YEAR", risk=Fraction(1, 100), at=NOW)
        assert rare.advice.number <= found.advice.number

    def test_the_number_goes_into_the_draft(self, site, alice, holders):
        seen(days=30, present=4)
        site.login_as(alice)
        number = oversell.adviser("STAFF-YEAR", risk=Fraction(1, 10), at=NOW).advice.number
        assert site.post(f"{PAGE}use/", {"risk": "10"}).status_code == 422
        programme.start_draft(by=SYSTEM, at=NOW)
        answer = site.post(f"{PAGE}use/", {"risk": "10"})
        assert answer.headers["Location"] == f"{PAGE}?risk=10"
        kinds = versions.open_draft().document["permit_types"]
        quota = next(kind["quota"] for kind in kinds if kind["code"] == "STAFF-YEAR")
        assert quota == {"total": 10, "oversell": f"{(number - 10) * 10}%"}
        site.post(f"{PAGE}use/", {"risk": "10"})
        assert versions.open_draft().revision == 2

    def test_who_may_not_edit_reads_only_and_others_see_nothing_of_it(
        self, site, other_site, otto, charlie, holders
    ):
        seen(days=30, present=4)
        site.login_as(otto)
        assert "May be sold" in site.get(PAGE).content.decode()
        assert site.post(f"{PAGE}use/", {"risk": "10"}).status_code == 403
        assert site.get("/office/program/oversell/NONE/").status_code == 404
        other_site.login_as(charlie)
        assert "0 days are known" in other_site.get(PAGE).content.decode()

    def test_twice_as_many_sights_ask_no_more(self, site, alice, holders):
        site.login_as(alice).get(PAGE)
        counts = []
        for _ in range(2):
            seen(days=25, present=4)
            with CaptureQueriesContext(connection) as captured:
                site.get(PAGE)
            counts.append(len(captured))
        assert counts[0] == counts[1]


@pytest.mark.slow
@pytest.mark.skipif(
    BIRMINGHAM is None, reason="the occupancy of Birmingham's car parks is not here"
)
def test_advice_from_half_of_birminghams_days_holds_on_the_other_half():
    """Every space as a holder: of those who may park, the peak is who came; the other days judge."""
    peaks: dict[tuple[str, str], int] = defaultdict(int)
    capacity: dict[str, int] = {}
    with BIRMINGHAM.open() as file:
        for row in csv.DictReader(file):
            key = (row["SystemCodeNumber"], row["LastUpdated"][:10])
            capacity[row["SystemCodeNumber"]] = int(row["Capacity"])
            peaks[key] = max(peaks[key], min(int(row["Occupancy"]), int(row["Capacity"])))
    misses, parks = [], 0
    for park, spaces in capacity.items():
        days = [
            Day(date.fromisoformat(on), spaces, most)
            for (name, on), most in sorted(peaks.items())
            if name == park
        ]
        if len(days) < 60:
            continue
        parks += 1
        found = advise(days[::2], spaces=spaces, risk=Fraction(1, 20))
        assert spaces <= found.low <= found.number <= found.high
        misses.append(chance_of_full(days[1::2], sold=found.number, spaces=spaces))
    assert parks >= 20
    assert sum(misses) / parks <= 0.08
