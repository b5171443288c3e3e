"""Scenarios E14, E18, E19, G10 and G13 of the product's list: permits that go with a first one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.periods import Period
from parkops.programme import load
from permits import operations
from permits.models import Permit
from permits.operations import holds
from permits.queries import sale
from permits.rules import seconds, terms
from permits.rules.seconds import First
from permits.rules.status import Status
from tests.permits.test_rules_prices import NEW_YORK, programme
from tests.seed import PROGRAMMES

HARBOR = (PROGRAMMES / "harbor.yaml").read_text()
DAY = timedelta(days=1)
CLERK = Actor("staff", "1", "Clara Clerk")
FLOW = (
    "  - {{code: {code}, name: {name}, grants: [{{zones: [LOT-B]}}], "
    'term: {{kind: rolling, months: {months}}}, price: {{base: "{base}"}}, '
    "vehicles: {{max: 1}}, renewal: {{}}, refund: {{basis: full-months}}, second_to: [{to}]{more}}}\n"
)


def flow(code: str, months: int, base: str, to: str = "", more: str = "") -> str:
    return FLOW.format(code=code, name=code.title(), months=months, base=base, to=to, more=more)


@pytest.fixture
def household(apply_programme):
    kinds = flow("FIRST", 5, "50.00") + flow("SECOND", 12, "120.00", "FIRST")
    kinds += flow("EACH", 6, "60.00", "EACH")
    text = HARBOR.replace("applies_to: [permits, sessions]", "applies_to: [sessions]")
    apply_programme(text.replace("sessions:\n", f"{kinds}sessions:\n", 1))


@pytest.fixture
def ana(household, person):
    return person("ana")


def renew(permit, at, **more) -> Permit:
    return operations.renew_permit(
        permit.number, channel=Permit.Channel.PORTAL, by=SYSTEM, at=at, **more
    )


def cancel(permit, at, by=CLERK, **more):
    return operations.cancel_permit(permit.number, reason="moved", by=by, at=at, **more)


def status(permit, at) -> Status:
    permit.refresh_from_db()
    return permit.status_at(at)


@pytest.mark.django_db
class TestTheTerm:
    def test_e14_a_second_gets_the_five_months_that_the_first_has(self, ana, sell):
        first = sell(ana, "FIRST", "ABC 123")
        second = sell(ana, "SECOND", "XYZ 9")
        assert second.ends_at == first.ends_at
        assert second.net_minor == 5000
        assert [line for line, _ in second.price_lines] == ["Second, 10 Nov 2026 to 9 Apr 2027"]

    def test_e14_why_is_said(self, ana, sell, now):
        first = sell(ana, "FIRST", "ABC 123")
        offer = sale.offer_for(type_code="SECOND", customer=ana, at=now)
        assert offer.quote.because[0] == (
            f"It ends with permit {first.number}: the price is for 5 of 12 months."
        )

    def test_e14_with_a_first_that_goes_on_it_gets_twelve(self, ana, sell, pay, now):
        first = sell(ana, "FIRST", "ABC 123")
        for _ in range(2):
            first = renew(first, now)
            pay(first)
        second = sell(ana, "SECOND", "XYZ 9")
        assert (second.ends_at, second.net_minor) == (
            datetime(2027, 11, 10, 5, tzinfo=UTC),
            12000,
        )

    def test_without_a_paid_first_it_is_not_sold(self, ana, hold, now):
        hold(ana, "FIRST", "ABC 123")
        with pytest.raises(Refused, match="goes with a paid permit of: First") as refusal:
            hold(ana, "SECOND", "XYZ 9")
        assert refusal.value.code == "needs_first"
        row = next(one for one in sale.shelf(customer=ana, at=now) if one.kind.code == "SECOND")
        assert row.decision.code == "needs_first"

    def test_g13_three_months_more_than_the_second_has_are_left(self, ana, sell, pay, now):
        first = sell(ana, "EACH", "ABC 123")
        second = sell(ana, "EACH", "XYZ 9")
        assert second.ends_at == first.ends_at
        with pytest.raises(Refused, match=f"It goes with permit {first.number}") as refusal:
            renew(second, now)
        assert refusal.value.code == "first_over"
        longer = renew(first, now)
        assert longer.ends_at > first.ends_at
        pay(longer)
        more = renew(second, now)
        assert (more.ends_at, more.net_minor) == (longer.ends_at, 6000)

    def test_g13_a_part_of_the_months(self, ana, sell, now):
        first = sell(ana, "EACH", "ABC 123", at=now - 61 * DAY)
        second = sell(ana, "EACH", "XYZ 9")
        # From 10 November to 10 March: 4 of 6 months.
        assert (second.ends_at, second.net_minor) == (first.ends_at, 4000)


@pytest.mark.django_db
class TestTheEnd:
    @pytest.fixture
    def both(self, ana, sell):
        return sell(ana, "EACH", "ABC 123"), sell(ana, "EACH", "XYZ 9")

    def test_e18_the_other_becomes_the_first(self, both, ana, hold, now):
        first, second = both
        operations.revoke_permit(first.number, reason="Misuse", by=CLERK, at=now)
        assert status(second, now) is Status.ACTIVE
        longer = renew(second, now)
        assert longer.ends_at > second.ends_at
        third = hold(ana, "EACH", "NEW 1")
        assert third.ends_at == second.ends_at

    def test_e18_at_the_end_of_both_nothing_is_in_the_way(self, both, ana, sell):
        over = both[0].ends_at + DAY
        holds.expire_permits(at=over)
        assert sell(ana, "EACH", "ABC 123", at=over).ends_at > over + 150 * DAY

    def test_e19_the_first_is_not_ended_under_a_second(self, both, now):
        first, second = both
        with pytest.raises(Conflict, match=f"Permit {second.number} goes with this one") as why:
            cancel(first, now)
        assert (why.value.code, status(first, now)) == ("has_second", Status.ACTIVE)
        cancel(second, now)
        cancel(first, now)
        assert status(first, now) is Status.CANCELLED

    def test_e19_both_are_ended_together_with_what_each_gives_back(self, both, now):
        first, second = both
        cancel(first, now, with_seconds=True)
        assert {status(first, now), status(second, now)} == {Status.CANCELLED}

    def test_e19_the_second_goes_with_a_first_that_the_program_ends(self, both, now):
        first, second = both
        cancel(first, now, by=SYSTEM)
        assert status(second, now) is Status.CANCELLED

    def test_e19_the_office_ticks_it(self, both, site, clara, now):
        import time_machine

        first, second = both
        with time_machine.travel(now, tick=False):
            site.login_as(clara)
            path = f"/office/permits/{first.number}/cancellation/"
            assert second.number in site.get(path).content.decode()
            assert "end it first" in site.post(path, {"reason": "moved"}).content.decode()
            site.post(path, {"reason": "moved", "seconds": "yes"})
        assert {status(first, now), status(second, now)} == {Status.CANCELLED}


@given(ends=st.integers(1, 400), months=st.integers(1, 12))
def test_a_second_never_outlasts_its_first_and_costs_no_more_than_a_whole_term(ends, months):
    rules = programme(
        {"base": "12.00"}, term={"kind": "rolling", "months": months}, second_to=["P"]
    )
    kind = rules.permit_type("P")
    start = datetime(2026, 11, 10, tzinfo=NEW_YORK)
    run = terms.run_of(kind, start=start, zone=NEW_YORK)
    first = First("P-1", start + ends * DAY)
    found = seconds.cut(kind, run, first, zone=NEW_YORK)
    assert found.period.end <= first.ends_at or found == run
    assert found.period == Period(run.period.start, min(run.period.end, first.ends_at))
    if found.part is not None:
        assert 0 < found.part.share <= 1
        assert found.part.months <= months


class TestAddresses:
    @pytest.fixture
    def limited(self, harbor, now):
        from tests.permits.test_addresses import with_limit

        with_limit(now)

    def test_g10_an_address_that_is_not_registered_is_refused(self, limited, site, token, now):
        ana = customers.register_customer(
            email="ana@example.test", name="Ana", address="12 Main St., Apt 4", by=SYSTEM, at=now
        )
        body = {"permit_type": "HOME", "customer": str(ana.reference)}

        def ask(address: str, path: str = "permits"):
            return site.post(
                f"/api/v1/{path}",
                body | {"address": address},
                headers=token("admin"),
                content_type="application/json",
            )

        for path in ("quotes", "permits"):
            wrong = ask("14 Main St", path)
            assert wrong.status_code == 422
            assert wrong.json()["errors"][0]["field"] == "address"
        assert ask("12 MAIN ST, apt 4").status_code == 201

    def test_g10_a_second_permit_is_at_the_firsts_address(self, limited, now):
        from tests.permits.test_addresses import buy

        ana = customers.register_customer(
            email="ana@example.test", name="Ana", address="12 Main St", by=SYSTEM, at=now
        )
        first = buy(ana.pk, now)
        customers.change_customer(ana.pk, changes={"address": "14 Main St"}, by=SYSTEM, at=now)
        with pytest.raises(Refused, match=f"{first.number} is for another address") as refusal:
            buy(ana.pk, now)
        assert refusal.value.code == "other_address"
        cancel(first, now)
        assert buy(ana.pk, now).address_key == "14 main st"


class TestWords:
    def test_what_goes_with_another_runs_for_months(self):
        with pytest.raises(ValueError, match="has a rolling or fixed term, and this is days"):
            programme({"base": "1.00"}, term={"kind": "days", "days": 1}, second_to=["P"])

    def test_an_unknown_type_is_named(self):
        text = HARBOR.replace("sessions:\n", flow("SECOND", 12, "1.00", "MONHT") + "sessions:\n", 1)
        with pytest.raises(load.Faulty, match="did you mean MONTH"):
            load.load(text, "x.yaml")
