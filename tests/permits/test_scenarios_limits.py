"""Scenarios I (places and carts) and G8, G17 of the product's list, each named by its id.

I1, I2 and I6 are races: see test_races.
"""

from datetime import timedelta

import pytest

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.operations import holds
from permits.queries import sale
from permits.rules import eligibility
from permits.rules.eligibility import Buyer
from tests.permits.test_rules_prices import at, programme
from tests.seed import PROGRAMMES

MINUTE = timedelta(minutes=1)
WHEN = at("2026-11-10T10:15")


@pytest.mark.parametrize(
    ("more", "buyer", "code"),
    [
        pytest.param({"per_customer": 2}, Buyer(current=1), "", id="G8-second"),
        pytest.param({"per_customer": 2}, Buyer(current=2), "per_customer", id="G8-third"),
        pytest.param({}, Buyer(current=99), "", id="G8-no-cap"),
        pytest.param({"quota": {"total": 3}}, Buyer(left=1), "", id="I1-one-left"),
        pytest.param({"quota": {"total": 3}}, Buyer(left=0), "sold_out", id="I1-none-left"),
        pytest.param({}, Buyer(left=None), "", id="I4-no-quota-never-limits"),
    ],
)
def test_may_buy(more, buyer, code):
    rules = programme({"base": "10.00"}, **more)
    told = eligibility.may_buy(rules.permit_type("P"), rules, buyer, start=WHEN, at=WHEN)
    assert told.code == code


@pytest.mark.django_db
class TestPlaces:
    @pytest.fixture
    def left(self, harbor, now):
        def count(minutes: int = 0, code: str = "RESIDENT") -> int:
            kind = sale.programme.in_force(now).programme.permit_type(code)
            shelf = sale.shelf_of(
                kind, sale.programme.in_force(now), audiences=["STUDENT"], at=now + minutes * MINUTE
            )
            return shelf.left

        return count

    def test_i3_a_cart_takes_a_place_until_it_runs_out(self, person, hold, sell, left, now):
        sell(person("ana", "STUDENT"), "RESIDENT")
        hold(person("ben", "STUDENT"), "RESIDENT", at=now + 10 * MINUTE)
        assert left() == 1
        hold(person("cleo", "STUDENT"), "RESIDENT", at=now)
        assert left() == 0
        with pytest.raises(Refused, match="sold out"):
            hold(person("dora", "STUDENT"), "RESIDENT", at=now)
        assert operations.expire_holds(at=now + 16 * MINUTE) == 1
        assert left(16) == 1

    def test_i4_the_fullest_day_decides(self, person, hold, left, apply_programme, now):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace(
            "    term: {kind: days, days: 1}\n",
            "    term: {kind: days, days: 2}\n    quota: {total: 2}\n",
        )
        apply_programme(text, at=now)
        assert left(code="EVENING") == 2
        hold(person("ana"), "EVENING", at=now, start=now + timedelta(days=1))
        assert left(code="EVENING") == 1
        hold(person("ben"), "EVENING", at=now, start=now + timedelta(days=1))
        assert left(code="EVENING") == 0

    def test_i5_a_hold_is_longer_only_while_a_card_page_may_still_be_paid(
        self, person, hold, left, now
    ):
        permit = hold(person("ana", "STUDENT"), "RESIDENT")
        holds.open_checkout(permit.number, until=now + 35 * MINUTE)
        assert operations.expire_holds(at=now + 16 * MINUTE) == 0
        holds.close_checkout(permit.number, at=now + 20 * MINUTE)
        assert operations.expire_holds(at=now + 26 * MINUTE) == 1
        assert left(26) == 3

    def test_i6_money_for_a_place_that_was_sold_is_not_kept(self, person, hold, pay, now):
        late = hold(person("ana", "STUDENT"), "RESIDENT")
        operations.expire_holds(at=now + 15 * MINUTE)
        for name in ("ben", "cleo", "dora"):
            hold(person(name, "STUDENT"), "RESIDENT", at=now + 16 * MINUTE)
        with pytest.raises(Refused) as refusal:
            pay(late, at=now + 17 * MINUTE)
        assert refusal.value.code == "sold_out"
        assert charges.charge_of("permit", late.number).paid.minor == 0

    def test_i17_a_basket_of_many_types_is_paid_in_one_go(self, person, hold, apply_programme, now):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        twenty = "".join(
            f"  - {{code: T{n}, name: T{n}, grants: [{{zones: [LOT-A]}}], vehicles: {{max: 1}},\n"
            f'     term: {{kind: rolling, months: 1}}, price: {{base: "1.00"}}, quota: {{total: 1}}}}\n'
            for n in range(21)
        )
        apply_programme(text.replace("sessions:\n", f"{twenty}sessions:\n"), at=now)
        ana = person("ana")
        permits = [hold(ana, f"T{n}") for n in range(21)]
        owed = [charges.charge_of("permit", permit.number) for permit in permits]
        payments.take_payment(
            charge_ids=[row.id for row in reversed(owed)],
            method="cash",
            amount=owed[0].balance * 21,
            by=SYSTEM,
            at=now,
        )
        assert all(charges.charge_of("permit", p.number).balance.minor == 0 for p in permits)

    def test_g17_vouchers_for_a_household_without_a_car_in_one_basket(
        self, person, hold, apply_programme, now
    ):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace(
            "    name: Visitor book\n", "    name: Visitor book\n    audience: [STUDENT]\n"
        )
        apply_programme(text, at=now)
        resident = person("ana", "STUDENT")
        both = [hold(resident, "VISITOR-BOOK"), hold(resident, "MONTH", "ABC 123")]
        with pytest.raises(Refused) as refusal:
            hold(person("ben", "STAFF"), "VISITOR-BOOK")
        assert refusal.value.code == "not_eligible"
        owed = [charges.charge_of("permit", permit.number) for permit in both]
        payments.take_payment(
            charge_ids=[row.id for row in owed],
            method="cash",
            amount=owed[0].balance + owed[1].balance,
            by=SYSTEM,
            at=now,
        )
        for permit in both:
            permit.refresh_from_db()
        assert all(permit.paid_at for permit in both)
