"""Limits and prices by address: a household shares them, whoever buys (scenarios F14, G10, I19)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from parkops.customers import operations as customers
from parkops.customers.rules import address_key
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.programme import load
from parkops.programme import operations as programme
from permits import operations
from permits.models import Permit
from permits.queries import sale
from tests.seed import PROGRAMMES

HOME = "12 Main St., Apt 4"


def with_limit(now, most=6):
    """Apply harbor's program with a type whose price rises with the permits of the address."""
    source = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    source["tax"]["applies_to"] = ["sessions"]
    source["permit_types"].append(
        {
            "code": "HOME",
            "name": "Resident of the street",
            "grants": [{"zones": ["LOT-B"]}],
            "term": {"kind": "rolling", "months": 12},
            "price": {
                "base": "20.00",
                "add": [
                    {"if": {"address.permits": ">=2"}, "amount": "10.00"},
                    {"if": {"address.permits": ">=4"}, "amount": "20.00"},
                ],
            },
            "per_address": most,
            "transferable": True,
            "vehicles": {"max": 1},
        }
    )
    loaded = load.load(yaml.safe_dump(source, sort_keys=False).encode(), "home.yaml")
    programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=now)


def person(name, now, address=HOME):
    return customers.register_customer(
        email=f"{name}@example.test", name=name, address=address, by=SYSTEM, at=now
    )


def buy(customer_id, now):
    return operations.hold_permit(
        operations.Wish("HOME"),
        customer_id=customer_id,
        channel=Permit.Channel.API,
        by=SYSTEM,
        at=now,
    )


@pytest.mark.parametrize(
    "written", ["12 main st apt 4", "12  MAIN ST. / APT 4", "１２ Main St., Apt 4"]
)
def test_an_address_is_one_however_it_is_written(written):
    assert address_key(written) == address_key(HOME) == "12 main st apt 4"


@given(st.text(max_size=60))
def test_the_key_of_a_key_is_itself(text):
    assert address_key(address_key(text)) == address_key(text)


def test_f14_a_household_pays_by_its_count_and_a_seventh_is_refused(harbor, now):
    with_limit(now)
    ana, bo = person("ana", now), person("bo", now, "12 main st apt 4")
    prices = [buy([ana, bo][n % 2].pk, now).net_minor // 100 for n in range(6)]
    assert prices == [20, 20, 30, 30, 50, 50]
    assert sum(prices[:3]) == 70
    with pytest.raises(Refused, match="At most 6 an address, and yours has 6.") as refusal:
        buy(ana.pk, now)
    assert refusal.value.code == "per_address"
    next_door = person("cleo", now, "14 Main St")
    assert buy(next_door.pk, now).net_minor == 2000


def test_without_an_address_nobody_guesses(harbor, now):
    with_limit(now)
    with pytest.raises(Refused, match="our records have no address for you"):
        buy(person("ana", now, "").pk, now)


def test_the_quote_and_the_shelf_say_the_same(harbor, now):
    with_limit(now, most=2)
    ana = person("ana", now)
    buy(ana.pk, now), buy(ana.pk, now)
    row = next(one for one in sale.shelf(customer=ana, at=now) if one.kind.code == "HOME")
    assert row.decision.code == "per_address"
    assert row.price is not None
    assert row.price.minor == 3000


def test_a_transfer_counts_for_the_new_address(harbor, now):
    with_limit(now, most=1)
    ana, bo, cleo = person("ana", now), person("bo", now, "14 Main St"), person("cleo", now)
    permit = buy(ana.pk, now)
    buy(bo.pk, now)
    operations.transfer_permit(permit.number, customer_id=cleo.pk, by=SYSTEM, at=now)
    with pytest.raises(Refused, match="At most 1 an address"):
        operations.transfer_permit(permit.number, customer_id=bo.pk, by=SYSTEM, at=now)


def test_a_changed_address_counts_from_then_on(harbor, now):
    with_limit(now, most=1)
    ana, bo = person("ana", now), person("bo", now)
    buy(ana.pk, now)
    customers.change_customer(bo.pk, changes={"address": "14 Main St"}, by=SYSTEM, at=now)
    assert buy(bo.pk, now).address_key == "14 main st"


def test_i19_two_flatmates_take_the_sixth_at_once(own_database, now):
    with_limit(now)
    flat = [person(f"p{n}", now).pk for n in range(6)]
    for n in range(5):
        buy(flat[n], now)

    def take(customer_id):
        connection.set_tenant(own_database)
        try:
            return buy(customer_id, now).number
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(take, [flat[0], flat[5]]))
    assert answers.count("per_address") == 1
    assert Permit.objects.count() == 6
