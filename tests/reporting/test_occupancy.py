"""How full a zone seems: vehicles seen there last, and stays that are paid."""

from datetime import timedelta

import pytest

from enforcement.operations import checks
from enforcement.queries.checks import Look
from parkops.kernel.actors import SYSTEM
from parkops.programme import occupancy
from permits.operations import stays
from permits.rules.plates import read_plates

pytestmark = pytest.mark.django_db


def look(plate, zone, at):
    checks.check_plate(Look(plate, "", zone, at), source="field", by=SYSTEM, at=at)


class TestEstimates:
    def test_a_vehicle_counts_where_it_was_seen_last(self, harbor, now):
        look("AAA 1", "LOT-A", now - timedelta(hours=1))
        look("AAA1", "LOT-B", now - timedelta(minutes=5))
        assert occupancy.estimates(now) == {"lot-b": 1}

    def test_a_sighting_is_forgotten_after_three_hours(self, harbor, now):
        look("AAA1", "LOT-A", now - timedelta(hours=3, minutes=1))
        assert occupancy.estimates(now) == {}

    def test_a_paid_stay_counts_once_though_it_was_seen_too(self, harbor, now):
        stays.start_stay(
            plate=read_plates(["BBB2"])[0], zone_code="METER", minutes=60, by=SYSTEM, at=now
        )
        look("BBB2", "METER", now)
        assert occupancy.estimates(now + timedelta(minutes=30)) == {"meter": 1}
        assert occupancy.estimates(now + timedelta(hours=4)) == {}
