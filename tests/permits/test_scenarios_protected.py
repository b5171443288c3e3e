"""Scenario G15 of the product's list: of a protected address nothing is shown, or kept beyond need."""

import pytest
from django.db import connection
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from parkops.audit.models import AuditEvent
from parkops.customers import households
from parkops.customers import operations as customers
from parkops.customers.rules import address_key
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from permits import operations
from permits.models import Permit
from tests.permits.test_addresses import HOME, buy, person, with_limit

pytestmark = pytest.mark.django_db


def protect(someone, now, **more):
    changes = {"is_address_protected": True, **more}
    return customers.change_customer(someone.pk, changes=changes, by=SYSTEM, at=now)


def kept() -> str:
    """All that the tables keep, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM customers_customer c")
        rows = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT row_to_json(p)::text FROM permits_permit p")
        rows += [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT data::text || reason FROM audit_auditevent")
        rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows).casefold()


def test_g15_nothing_of_the_address_is_kept(harbor, now):
    with_limit(now)
    ana = person("ana", now)
    buy(ana.pk, now)
    assert "main st" in kept()
    ana = protect(ana, now)
    assert (ana.address, households.is_sealed(ana.address_key)) == ("", True)
    assert "main st" not in kept()
    permit = Permit.objects.get()
    assert permit.address_key == ana.address_key
    event = AuditEvent.objects.filter(event="customer.changed").latest("pk")
    assert event.data["fields"] == ["is_address_protected"]


def test_g15_nothing_of_it_is_shown(harbor, site, clara, token, now):
    ana = protect(person("ana", now), now)
    site.login_as(clara)
    for path in (
        f"/office/customers/{ana.reference}/",
        f"/office/customers/{ana.reference}/change/",
    ):
        answer = site.get(path)
        assert "Main St" not in answer.content.decode()
        assert ana.address_key not in answer.content.decode()
    assert "protected, not kept" in site.get(f"/office/customers/{ana.reference}/").content.decode()
    told = site.get(f"/api/v1/customers/{ana.reference}", headers=token("admin")).json()
    assert (told["address"], told["is_address_protected"]) == ("", True)


def test_g15_registered_protected_from_the_first_day(harbor, site, token, now):
    body = {"email": "p@example.test", "name": "P", "address": HOME, "is_address_protected": True}
    answer = site.post(
        "/api/v1/customers", body, headers=token("admin"), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["address"]) == (201, "")
    assert "main st" not in kept()


@pytest.mark.parametrize("protected", [0, 1])
def test_g15_the_limit_of_the_household_holds_all_the_same(harbor, now, protected):
    with_limit(now, most=1)
    both = [person("ana", now), person("bo", now, "12 main st apt 4")]
    both[protected] = protect(both[protected], now)
    buy(both[0].pk, now)
    with pytest.raises(Refused, match="At most 1 an address, and yours has 1"):
        buy(both[1].pk, now)
    next_door = protect(person("cleo", now, "14 Main St"), now)
    assert buy(next_door.pk, now).number


def test_other_changes_leave_the_seal_and_another_address_is_sealed(harbor, now):
    ana = protect(person("ana", now), now)
    was = ana.address_key
    form = {"name": "Ann", "address": "", "is_address_protected": True}
    ana = customers.change_customer(ana.pk, changes=form, by=SYSTEM, at=now)
    assert (ana.name, ana.address_key) == ("Ann", was)
    ana = customers.change_customer(ana.pk, changes={"address": "14 Main St"}, by=SYSTEM, at=now)
    assert (ana.address, ana.address_key) == ("", households.seal("14 main st"))
    assert "main st" not in kept()


def test_protected_no_more_the_address_has_to_be_given_again(harbor, now):
    ana = protect(person("ana", now), now)
    off = {"is_address_protected": False}
    ana = customers.change_customer(ana.pk, changes=off, by=SYSTEM, at=now)
    assert (ana.address, ana.address_key) == ("", "")
    ana = customers.change_customer(ana.pk, changes={"address": HOME}, by=SYSTEM, at=now)
    assert ana.address_key == address_key(HOME)


def test_a_seal_is_of_one_tenant(harbor, hillside):
    ours = households.seal("12 main st")
    with tenant_context(hillside):
        assert households.seal("12 main st") != ours


@given(st.text(max_size=40), st.text(max_size=40))
def test_seals_tell_whether_two_are_the_same_and_nothing_else(one, other):
    one, other = address_key(one), address_key(other)
    seal = households.seal(one)
    assert households.are_one(seal, other) == (one == other and bool(one) or seal == other)
    assert households.seal(seal) == seal
    assert not one or one not in seal[1:] or len(one) < 6


def test_a_transfer_counts_for_a_protected_address(harbor, now):
    with_limit(now, most=1)
    ana, bo = person("ana", now), protect(person("bo", now, "14 Main St"), now)
    cleo = person("cleo", now, "14 MAIN ST.")
    permit = buy(ana.pk, now)
    buy(cleo.pk, now)
    with pytest.raises(Refused, match="At most 1 an address"):
        operations.transfer_permit(permit.number, customer_id=bo.pk, by=SYSTEM, at=now)
