"""Scenarios A10 to A12 of the product's list: plates of permits that stand beside one another."""

from datetime import timedelta

import pytest

from parkops.kernel.actors import SYSTEM
from permits import operations
from permits.models import Permit, PlateRight

pytestmark = pytest.mark.django_db


def test_a10_no_plate_matches_nothing_that_is_called_null(person, sell):
    sell(person("ana"), "MONTH", "NULL")
    sell(person("ben"), "MONTH")
    assert [row.plate_key for row in PlateRight.objects.all()] == ["NULL"]


def test_a11_the_same_letters_of_two_places(person, sell):
    first = sell(person("ana"), "MONTH", ("ABC123", "FI"))
    second = sell(person("ben"), "MONTH", ("ABC123", "SE"))
    rights = PlateRight.objects.filter(plate_key="ABC123").order_by("region")
    assert [(row.region, row.permit_id) for row in rights] == [("FI", first.pk), ("SE", second.pk)]


def test_a12_last_years_plate_is_free_for_this_years_permit(person, sell, now):
    ana = person("ana")
    old = sell(ana, "MONTH", "3452845")
    later = old.ends_at + timedelta(days=3)
    operations.expire_permits(at=later)
    fresh = sell(ana, "MONTH", "3452845", at=later)
    assert fresh.starts_at > old.ends_at
    renewal = operations.renew_permit(
        fresh.number,
        channel=Permit.Channel.PORTAL,
        by=SYSTEM,
        at=fresh.ends_at - timedelta(days=2),
    )
    assert [row.plate_key for row in renewal.plates.all()] == ["3452845"]
