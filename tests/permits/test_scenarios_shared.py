"""Scenarios F15 and I11 of the product's list: places and limits that permit types share."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from parkops.customers import operations as customers
from parkops.customers.rules import address_key
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.programme import load
from parkops.programme import operations as programmes
from parkops.programme.lint import findings
from permits import operations
from permits.models import Permit, Quota, WaitlistEntry
from permits.operations import places
from permits.queries import line, sale
from permits.rules import quotas, shared_limits
from permits.rules.shared_limits import Used
from tests.permits.test_rules_prices import at, programme
from tests.seed import PROGRAMMES

HARBOR = (PROGRAMMES / "harbor.yaml").read_text()
DAY = timedelta(days=1)


def rolling(code: str, *, own: int | None = None, more: str = "") -> str:
    quota = f" quota: {{total: {own}}}," if own is not None else ""
    return (
        f"  - {{code: {code}, name: {code.title()}, grants: [{{zones: [LOT-B]}}], "
        f'term: {{kind: rolling, months: 12}}, price: {{base: "1.00"}}, vehicles: {{max: 1}},'
        f"{quota}{more} waitlist: {{offer: 2d}}}}\n"
    )


def text(kinds: str, shared: str) -> str:
    return HARBOR.replace("sessions:\n", f"{kinds}shared:\n{shared}sessions:\n", 1)


CITY = (
    "  quotas: [{{code: CITY, name: Whole city, permit_types: [NORTH, SOUTH], total: {total}}}]\n"
)


@pytest.fixture
def city(apply_programme):
    """Ten places in the north and in the south; so many in the whole city."""

    def rules(total: int, north: int | None = 10, south: int | None = 10) -> None:
        kinds = rolling("NORTH", own=north) + rolling("SOUTH", own=south)
        apply_programme(text(kinds, CITY.format(total=total)))

    return rules


@pytest.fixture
def join(now):
    def make(who, code, *, when=None) -> WaitlistEntry:
        return operations.join_waitlist(
            type_code=code, customer_id=who.pk, by=SYSTEM, at=when or now
        )

    return make


def taken() -> dict[str, int]:
    return dict(Quota.objects.exclude(taken=0).values_list("type_key", "taken"))


def cancel(permit, when) -> None:
    operations.cancel_permit(permit.number, reason="x", by=SYSTEM, at=when)


@pytest.mark.django_db
class TestSharedQuota:
    def test_i11_the_shared_quota_blocks_and_is_named(
        self, city, person, sell, hold, join, now, site, clara
    ):
        city(2)
        sold = sell(person("a"), "NORTH")
        sell(person("b"), "SOUTH")
        assert taken() == {"north": 1, "south": 1, "quota:city": 2}
        with pytest.raises(Refused, match="All places of Whole city are taken") as refusal:
            hold(person("c"), "NORTH")
        assert refusal.value.code == "sold_out"
        entry = join(person("d"), "SOUTH")
        assert operations.offer_everywhere(at=now) is None
        entry.refresh_from_db()
        assert entry.status == "waiting"
        assert line.place_of(entry, at=now).blocked == "All places of Whole city are taken."
        shown = site.login_as(clara).get(f"/office/waitlists/{entry.reference}/").content.decode()
        assert "All places of Whole city are taken." in shown
        cancel(sold, now)
        entry.refresh_from_db()
        assert (entry.status, line.place_of(entry, at=now).blocked) == ("offered", "")
        assert (taken(), places.mend_quotas()) == ({"south": 2, "quota:city": 2}, [])

    def test_i11_the_customer_reads_it_too(self, city, site, dana, sell, person, join, now):
        from django.utils import timezone

        city(1)
        sell(person("a"), "NORTH", at=timezone.now())
        me = customers.customer_for_user(dana, at=timezone.now())
        join(me, "SOUTH", when=timezone.now())
        site.login_as(dana)
        for path in ("/permits/waitlist/SOUTH/", "/permits/waitlist/"):
            assert "All places of Whole city are taken." in site.get(path).content.decode()

    def test_its_own_quota_is_just_sold_out(self, city, person, sell, hold):
        city(5, north=1)
        sell(person("a"), "NORTH")
        with pytest.raises(Refused) as refusal:
            hold(person("b"), "NORTH")
        assert str(refusal.value) == "North is sold out."
        assert hold(person("c"), "SOUTH").places == ["", "quota:city/"]

    def test_a_type_may_have_shared_places_only(self, city, person, sell, hold, join, now):
        city(1, north=None, south=None)
        sold = sell(person("a"), "NORTH")
        assert sold.places == ["quota:city/"]
        first, second = join(person("b"), "SOUTH"), join(person("c"), "NORTH", when=now + DAY)
        cancel(sold, now + 2 * DAY)
        for entry in (first, second):
            entry.refresh_from_db()
        assert (first.status, second.status) == ("offered", "waiting")

    def test_a_free_place_goes_to_who_waits_longest_in_any_line(
        self, city, person, sell, join, now
    ):
        city(1)
        sold = sell(person("a"), "NORTH")
        south = join(person("b"), "SOUTH", when=now)
        north = join(person("c"), "NORTH", when=now + DAY)
        cancel(sold, now + 2 * DAY)
        for entry in (south, north):
            entry.refresh_from_db()
        assert (south.status, north.status) == ("offered", "waiting")
        operations.expire_offers(at=now + 5 * DAY)
        north.refresh_from_db()
        assert (north.status, taken()) == ("offered", {"north": 1, "quota:city": 1})

    def test_a_switch_within_the_quota_needs_no_other_place_than_the_types(
        self, apply_programme, person, sell, now
    ):
        kinds = rolling("NORTH", own=5, more=" switch: {to: [SOUTH]},") + rolling("SOUTH", own=5)
        apply_programme(text(kinds, CITY.format(total=3)))
        permit = sell(person("a"), "NORTH")
        fresh = operations.switch_permit(
            permit.number, to="SOUTH", channel=Permit.Channel.PORTAL, by=SYSTEM, at=now
        )
        assert fresh.paid_at is not None
        assert (taken(), places.mend_quotas()) == ({"south": 1, "quota:city": 1}, [])

    def test_the_shop_shows_what_is_left_of_the_tighter(self, city, person, sell, now):
        city(3, south=2)
        sell(person("a"), "NORTH")
        left = {row.kind.code: row.left for row in sale.shelf(at=now)}
        assert (left["NORTH"], left["SOUTH"], left["MONTH"]) == (2, 2, None)


def test_buyers_of_two_types_at_once_never_pass_the_shared_quota(own_database, now):
    kinds = rolling("NORTH", own=10) + rolling("SOUTH", own=10)
    loaded = load.load(text(kinds, CITY.format(total=3)), "city.yaml")
    programmes.apply_version(loaded, begins_at=None, by=SYSTEM, at=now)
    people = [
        customers.register_customer(email=f"b{n}@example.test", name=f"B{n}", by=SYSTEM, at=now).pk
        for n in range(12)
    ]

    def buy(n: int) -> str:
        connection.set_tenant(own_database)
        try:
            operations.hold_permit(
                operations.Wish("NORTH" if n % 2 else "SOUTH"),
                customer_id=people[n],
                channel=Permit.Channel.API,
                by=SYSTEM,
                at=now,
            )
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "held"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(buy, range(12)))
    assert (answers.count("held"), answers.count("sold_out")) == (3, 9)
    assert (taken()["quota:city"], places.mend_quotas()) == (3, [])


COMBOS = """  limits:
    - {permit_types: [RES, TAG], per: address, most: 4}
    - {permit_types: [TAG], per: address, most: 2}
    - {permit_types: [RES, TAG], per: address, most: 2, streets: [Elm St]}
    - {permit_types: [RES], per: address, most: 1, streets: [Elm St]}
    - {permit_types: [TAG], per: address, most: 1, streets: [Elm St.]}
"""


@pytest.mark.django_db
class TestCombos:
    @pytest.fixture
    def household(self, apply_programme, now):
        apply_programme(text(rolling("RES") + rolling("TAG"), COMBOS))

        def move_in(address: str) -> int:
            return customers.register_customer(
                email=f"{address_key(address)[:4].strip()}@example.test",
                name="Ana",
                address=address,
                by=SYSTEM,
                at=now,
            ).pk

        return move_in

    def buy(self, who: int, res: int, tag: int, now) -> str:
        try:
            for code in [*["RES"] * res, *["TAG"] * tag]:
                operations.hold_permit(
                    operations.Wish(code),
                    customer_id=who,
                    channel=Permit.Channel.API,
                    by=SYSTEM,
                    at=now,
                )
        except Refused as refusal:
            return refusal.code
        return "passes"

    @pytest.mark.parametrize(
        ("address", "res", "tag", "answer"),
        [
            pytest.param("12 Main St", 4, 0, "passes", id="F15-4+0"),
            pytest.param("12 Main St", 3, 1, "passes", id="F15-3+1"),
            pytest.param("12 Main St", 2, 2, "passes", id="F15-2+2"),
            pytest.param("12 Main St", 1, 3, "shared_limit", id="F15-1+3"),
            pytest.param("12 Main St", 5, 0, "shared_limit", id="F15-5+0"),
            pytest.param("7 Elm St, Apt 2", 1, 1, "passes", id="F15-a-street-of-its-own-1+1"),
            pytest.param("7 Elm St, Apt 2", 2, 0, "shared_limit", id="F15-a-street-2+0"),
            pytest.param("7 Elm St, Apt 2", 0, 2, "shared_limit", id="F15-a-street-0+2"),
            pytest.param("7 Elmwood St", 2, 2, "passes", id="F15-another-street"),
        ],
    )
    def test_at_most_four_of_which_two_tags(self, household, now, address, res, tag, answer):
        assert self.buy(household(address), res, tag, now) == answer

    def test_f15_why_not_is_said(self, household, now):
        who = household("12 Main St")
        self.buy(who, 4, 0, now)
        with pytest.raises(Refused) as refusal:
            operations.hold_permit(
                operations.Wish("TAG"),
                customer_id=who,
                channel=Permit.Channel.API,
                by=SYSTEM,
                at=now,
            )
        assert str(refusal.value) == "At most 4 an address of: Res, Tag. Yours has 4."

    def test_f15_a_household_shares_them_and_a_switch_counts_once(self, household, now):
        who = household("12 Main St")
        other = customers.register_customer(
            email="bo@example.test", name="Bo", address="12 MAIN ST.", by=SYSTEM, at=now
        )
        assert self.buy(who, 2, 2, now) == "passes"
        assert self.buy(other.pk, 1, 0, now) == "shared_limit"

    def test_without_an_address_nobody_guesses(self, household, person, now):
        assert self.buy(person("ana").pk, 1, 0, now) == "shared_limit"


@given(most=st.integers(0, 9), count=st.integers(0, 12))
def test_a_limit_is_never_passed_and_never_in_the_way_before(most, count):
    rules = programme({"base": "1.00"}, shared={"limits": [{"permit_types": ["P"], "most": most}]})
    limit = rules.shared.limits[0]
    assert bool(shared_limits.is_within([Used(limit, count)], rules)) == (count < most)


class TestWords:
    def test_terms_that_are_not_counted_together_are_a_fault(self):
        wrong = text(
            rolling("NORTH"),
            "  quotas: [{code: C, name: C, permit_types: [NORTH, STAFF-YEAR], total: 5}]\n",
        )
        with pytest.raises(load.Faulty) as fault:
            load.load(wrong, "x.yaml")
        told = str(fault.value)
        assert "NORTH and STAFF-YEAR are not counted together" in told

    def test_an_unknown_type_is_named(self):
        wrong = text(rolling("NORTH"), "  limits: [{permit_types: [NORHT], most: 5}]\n")
        with pytest.raises(load.Faulty) as fault:
            load.load(wrong, "x.yaml")
        assert "did you mean NORTH?" in str(fault.value)

    def test_what_is_never_reached_is_found(self, now):
        shared = (
            "  quotas: [{code: CITY, name: City, permit_types: [NORTH, SOUTH], total: 30}]\n"
            "  limits: [{permit_types: [NORTH, STAFF-YEAR], most: 9}]\n"
        )
        kinds = rolling("NORTH", own=10, more=" per_customer: 1,") + rolling("SOUTH", own=10)
        loaded = load.load(text(kinds, shared), "x.yaml")
        found = [row for row in findings(loaded.programme, today=now.date()) if "shared" in row]
        assert found == [
            "shared.quotas.0: CITY never fills, for its types have 20 places of their own in all, "
            "and it has 30",
            "shared.limits.0: at most 9 is never reached, for its types allow 2 in all",
        ]

    def test_a_place_names_what_it_is_of(self):
        rules = programme(
            {"base": "1.00"},
            quota={"total": 3},
            shared={"quotas": [{"code": "All", "name": "All", "permit_types": ["P"], "total": 5}]},
        )
        kind = rules.permit_type("P")
        assert quotas.limits_of(kind, rules) == {"p": 3, "quota:all": 5}
        found = quotas.places_of(
            kind, rules, quotas.Period(at("2026-11-10T10:00"), at("2027-01-01T00:00"))
        )
        assert quotas.counters_of("p", found)[0][0] == "p"
        assert quotas.counters_of("p", found)[1][0] == "quota:all"
