"""What a customer's page shows of permits."""

from datetime import timedelta

import pytest

from parkops.customers import operations as customers
from parkops.customers.timeline import Subject
from parkops.kernel.actors import SYSTEM
from permits import operations
from permits.models import Permit
from permits.operations import sales
from permits.queries import panels
from permits.rules.plates import read_plates

pytestmark = pytest.mark.django_db


def test_until_is_the_last_day_and_not_the_day_after(harbor, now):
    ana = customers.register_customer(email="ana@x.example", by=SYSTEM, at=now)
    permit = sales.hold_permit(
        sales.Wish("MONTH", read_plates(["AAA1"])),
        customer_id=ana.pk,
        channel=Permit.Channel.OFFICE,
        by=SYSTEM,
        at=now,
    )
    shown = panels.rights(Subject(ana.pk, ()), at=now)[0]
    assert shown.until == permit.ends_at - timedelta(seconds=1)


def test_who_validates_for_a_department_finds_it_and_nobody_else_does(harbor, now):
    payer, prof, other = (
        customers.register_customer(email=f"{name}@x.example", by=SYSTEM, at=now)
        for name in ("payer", "prof", "other")
    )
    operations.open_department(
        name="Physics",
        customer_id=payer.pk,
        zones=["METER"],
        validators=["prof@x.example"],
        by=SYSTEM,
        at=now,
    )
    found = [
        [duty.name for duty in panels.duties(Subject(one.pk, ()))] for one in (payer, prof, other)
    ]
    assert found == [["Physics"], ["Physics"], []]
    assert panels.rights(Subject(payer.pk, ()), at=now) == []
