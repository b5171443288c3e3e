"""What permits cost and what comes back, by hand-worked figures and by properties."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.programme import load
from parkops.programme.permit_schema import PermitType, Refund
from parkops.programme.schema import Programme
from permits.rules import pricing, refunds, terms

EXAMPLES = Path(__file__).parents[3] / "shared" / "contract" / "examples"
NEW_YORK = ZoneInfo("America/New_York")
HEAD = {"name": "T", "timezone": "America/New_York", "currency": "USD"}
BARE = {
    "code": "P",
    "name": "Permit",
    "grants": [{"zones": ["A"], "when": "always"}],
    "term": {"kind": "fixed", "from": date(2026, 9, 1), "to": date(2027, 9, 1)},
    "vehicles": {"max": 2},
}


def programme(
    price: dict, *, tax: dict | None = None, shared: dict | None = None, currency="USD", **more
) -> Programme:
    document = {
        "schema": 1,
        "programme": {**HEAD, "currency": currency},
        "zones": [{"code": "A", "name": "A", "kind": "lot"}],
        "permit_types": [{**BARE, "price": price, **more}],
    }
    if shared:
        document["shared"] = shared
    if tax:
        document["tax"] = tax
    return Programme.of(document)


def at(text: str, zone=NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def priced(rules: Programme, when: str, *, start: str = "", end: str = "", code="P", **more):
    kind = rules.permit_type(code)
    asked = at(when, rules.tz)
    begins = at(start, rules.tz) if start else asked
    run = terms.run_of(kind, start=begins, end=at(end, rules.tz) if end else None, zone=rules.tz)
    return pricing.quote(kind, rules, run=run, start=begins, at=asked, **more)


def example(name: str) -> Programme:
    path = EXAMPLES / name
    if not path.exists():
        pytest.skip(f"the contract's example {name} is not beside this repository")
    return load.read(path).programme


class TestProration:
    @pytest.mark.parametrize(
        ("prorate", "when", "net"),
        [
            ("none", "2027-08-31T12:00", "365.00"),
            ("daily", "2026-08-01T12:00", "365.00"),
            ("daily", "2026-09-01T23:59", "365.00"),
            ("daily", "2026-09-02T00:00", "364.00"),
            ("daily", "2027-08-31T23:59", "1.00"),
            ("monthly", "2026-09-30T12:00", "365.00"),
            ("monthly", "2026-10-01T00:00", "334.58"),
            ("monthly", "2027-08-31T12:00", "30.42"),
            ("half-monthly", "2026-09-15T12:00", "365.00"),
            ("half-monthly", "2026-09-16T00:00", "349.79"),
            ("half-monthly", "2027-08-16T00:00", "15.21"),
        ],
    )
    def test_counts_what_is_left_today_included(self, prorate, when, net):
        rules = programme({"base": "365.00", "prorate": prorate})
        assert priced(rules, when).net.amount == net

    def test_counts_from_the_later_of_now_and_the_start(self):
        rules = programme({"base": "360.00", "prorate": "monthly"})
        assert priced(rules, "2026-10-05T12:00", start="2027-03-01T00:00").net.amount == "180.00"
        assert priced(rules, "2027-03-05T12:00", start="2026-10-01T00:00").net.amount == "180.00"

    def test_a_leap_years_days_are_366(self):
        rules = programme(
            {"base": "366.00", "prorate": "daily"},
            term={"kind": "fixed", "from": date(2027, 9, 1), "to": date(2028, 9, 1)},
        )
        assert priced(rules, "2028-02-29T12:00").net.amount == "185.00"


class TestConditions:
    PRICE = {
        "base": "60.00",
        "add": [
            {"if": {"customer.permits": ">=1"}, "amount": "65.00"},
            {"if": {"vehicle.fuel": "diesel"}, "amount": "18.00"},
        ],
        "times": [{"if": {"vehicle.fuel": "electric"}, "factor": "0.50"}],
        "floor": "20.00",
    }

    @pytest.mark.parametrize(
        ("fuels", "permits", "net"),
        [
            ((), 0, "60.00"),
            (("petrol",), 0, "60.00"),
            (("diesel",), 0, "78.00"),
            (("electric",), 0, "30.00"),
            (("Electric", "Diesel"), 1, "71.50"),
            ((), 1, "125.00"),
            ((), 4, "125.00"),
        ],
    )
    def test_every_add_then_every_factor(self, fuels, permits, net):
        quoted = priced(programme(self.PRICE), "2026-09-01T12:00", fuels=fuels, permits=permits)
        assert quoted.net.amount == net

    def test_never_below_the_floor_nor_zero(self):
        low = programme({"base": "30.00", "times": [{"factor": "0.50"}], "floor": "20.00"})
        assert priced(low, "2026-09-01T12:00").net.amount == "20.00"
        below = programme({"base": "5.00", "add": [{"amount": "-8.00"}]})
        quoted = priced(below, "2026-09-01T12:00")
        assert quoted.net.amount == "0.00"
        assert sum(line.amount.minor for line in quoted.lines) == 0

    def test_both_conditions_of_one_line_must_hold(self):
        rules = programme(
            {
                "base": "10.00",
                "add": [
                    {"if": {"vehicle.fuel": "diesel", "customer.permits": 0}, "amount": "1.00"}
                ],
            }
        )
        assert priced(rules, "2026-09-01T12:00", fuels=["diesel"]).net.amount == "11.00"
        assert priced(rules, "2026-09-01T12:00", fuels=["diesel"], permits=1).net.amount == "10.00"


class TestTax:
    @pytest.mark.parametrize(
        ("base", "rate", "included", "net", "tax"),
        [
            ("60.00", "25.5%", True, "47.81", "12.19"),
            ("45.00", "25.5%", True, "35.86", "9.14"),
            ("90.00", "25.5%", True, "71.71", "18.29"),
            ("67.50", "25.5%", True, "53.78", "13.72"),
            ("48.40", "25.5%", True, "38.57", "9.83"),
            ("20.00", "24%", True, "16.13", "3.87"),
            ("10.00", "24%", True, "8.06", "1.94"),
            ("300.00", "8%", False, "300.00", "24.00"),
            ("0.05", "10%", False, "0.05", "0.01"),
        ],
    )
    def test_is_rounded_half_up_once(self, base, rate, included, net, tax):
        rules = programme({"base": base}, tax={"name": "VAT", "rate": rate, "included": included})
        quoted = priced(rules, "2026-09-01T12:00")
        assert (quoted.net.amount, quoted.tax.amount) == (net, tax)

    def test_only_on_what_it_applies_to(self):
        rules = programme({"base": "10.00"}, tax={"rate": "13%", "applies_to": ["sessions"]})
        assert priced(rules, "2026-09-01T12:00").tax.amount == "0.00"

    def test_a_currency_without_decimals(self):
        rules = programme({"base": "9998"}, tax={"rate": "19%"}, currency="JPY")
        quoted = priced(rules, "2026-09-01T12:00")
        assert (quoted.net.amount, quoted.tax.amount) == ("9998", "1900")


class TestDaysAndHours:
    def test_price_by_the_hour_and_by_the_day(self):
        hours = programme({"base": "1.50"}, term={"kind": "hours", "min": 1, "max": 12})
        quoted = priced(hours, "2026-09-01T10:00", end="2026-09-01T12:10")
        assert quoted.net.amount == "4.50"
        days = programme({"base": "9.00"}, term={"kind": "days", "days": 3})
        assert priced(days, "2026-09-01T10:00").net.amount == "27.00"


@given(
    base=st.integers(0, 10**7),
    prorate=st.sampled_from(["none", "daily", "half-monthly", "monthly"]),
    day=st.dates(date(2026, 9, 1), date(2027, 8, 31)),
    rate=st.decimals(0, 1, places=4),
    included=st.booleans(),
    add=st.integers(-5000, 5000),
    factor=st.decimals(0, 3, places=3),
)
def test_a_price_is_never_negative_and_its_lines_add_up(
    base, prorate, day, rate, included, add, factor
):
    rules = programme(
        {
            "base": str(Decimal(base) / 100),
            "prorate": prorate,
            "add": [{"amount": str(Decimal(add) / 100)}],
            "times": [{"factor": str(factor)}],
        },
        tax={"rate": f"{rate * 100}%", "included": included},
    )
    quoted = priced(rules, f"{day}T12:00")
    assert quoted.net.minor >= 0
    assert quoted.tax.minor >= 0
    assert sum(line.amount.minor for line in quoted.lines) == quoted.total.minor


@given(
    base=st.integers(1, 10**6),
    prorate=st.sampled_from(["daily", "half-monthly", "monthly"]),
    day=st.dates(date(2026, 9, 1), date(2027, 8, 30)),
)
def test_who_buys_later_never_pays_more(base, prorate, day):
    rules = programme({"base": str(Decimal(base) / 100), "prorate": prorate})
    later = day.replace(day=day.day)
    today = priced(rules, f"{later}T12:00").net.minor
    tomorrow = priced(rules, f"{date.fromordinal(day.toordinal() + 1)}T12:00").net.minor
    assert 0 <= tomorrow <= today <= base


class TestRefunds:
    def back(self, rule: dict, when: str, *, net=24000, tax=0, term=("2026-01-01", "2027-01-01")):
        period = Period(at(f"{term[0]}T00:00"), at(f"{term[1]}T00:00"))
        parsed = Refund.model_validate(rule, context={"currency": "USD"})
        return refunds.refund(
            parsed,
            net_paid=Money(net, "USD"),
            tax_paid=Money(tax, "USD"),
            period=period,
            at=at(when),
            zone=NEW_YORK,
        )

    @pytest.mark.parametrize(
        ("rule", "when", "net"),
        [
            ({"basis": "none"}, "2025-12-01T00:00", "0.00"),
            ({"basis": "full-months"}, "2025-12-31T23:59", "240.00"),
            ({"basis": "full-months"}, "2026-01-01T00:00", "220.00"),
            ({"basis": "full-months"}, "2026-04-15T12:00", "160.00"),
            ({"basis": "full-months"}, "2026-11-30T23:59", "20.00"),
            ({"basis": "full-months"}, "2026-12-01T00:00", "0.00"),
            ({"basis": "half-months"}, "2026-04-15T23:59", "170.00"),
            ({"basis": "half-months"}, "2026-04-16T00:00", "160.00"),
            ({"basis": "half-months"}, "2026-12-16T00:00", "0.00"),
            ({"basis": "daily"}, "2026-12-30T12:00", "0.66"),
            ({"basis": "daily"}, "2026-12-31T00:00", "0.00"),
            (
                {"basis": "full-months", "none_after": date(2026, 6, 30)},
                "2026-06-30T23:59",
                "120.00",
            ),
            ({"basis": "full-months", "none_after": date(2026, 6, 30)}, "2026-07-01T00:00", "0.00"),
            ({"basis": "full-months", "fee": "10.00"}, "2026-04-15T12:00", "150.00"),
            ({"basis": "full-months", "fee": "500.00"}, "2026-04-15T12:00", "0.00"),
        ],
    )
    def test_follow_the_basis(self, rule, when, net):
        assert self.back(rule, when).net.amount == net

    @pytest.mark.parametrize(
        ("when", "net"),
        [
            ("2025-12-01T00:00", "240.00"),
            ("2026-01-15T23:59", "240.00"),
            ("2026-01-16T00:00", "120.00"),
            ("2026-02-15T23:59", "120.00"),
            ("2026-02-16T00:00", "0.00"),
        ],
    )
    def test_a_tables_days_include_their_last(self, when, net):
        rule = {
            "basis": "table",
            "table": [{"within": "14d", "refund": "100%"}, {"within": "45d", "refund": "50%"}],
        }
        assert self.back(rule, when).net.amount == net

    def test_the_same_share_of_the_tax_whatever_the_fee(self):
        found = self.back({"basis": "full-months", "fee": "10.00"}, "2026-04-15T12:00", tax=1896)
        assert (found.net.amount, found.tax.amount) == ("150.00", "12.64")
        assert sum(line.amount.minor for line in found.lines) == found.total.minor

    def test_a_months_term_that_straddles_two_touches_both(self):
        found = self.back(
            {"basis": "full-months"}, "2026-11-15T12:00", term=("2026-11-10", "2026-12-10")
        )
        assert found.net.amount == "120.00"

    @given(
        st.sampled_from(["daily", "half-months", "full-months"]),
        st.integers(0, 10**6),
        st.integers(0, 10**5),
        st.integers(0, 2000),
        st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)),  # noqa: DTZ001
    )
    def test_never_give_back_more_than_was_paid(self, basis, net, tax, fee, when):
        rule = {"basis": basis, "fee": str(Decimal(fee) / 100)}
        found = self.back(rule, when.isoformat(), net=net, tax=tax)
        assert 0 <= found.net.minor <= net
        assert 0 <= found.tax.minor <= tax


class TestTheContractsExamples:
    """Worked by hand from the two files of the contract."""

    @pytest.mark.parametrize(
        ("code", "when", "fuels", "net", "tax"),
        [
            # 642 x 10/13 months (August to August touches 13) = 493.846; 7.9% of 493.85 = 39.014.
            ("ORANGE-STAFF", "2026-11-22T10:00", (), "493.85", "39.01"),
            # The same times 0.90: 444.4615; tax 35.112.
            ("ORANGE-STAFF", "2026-11-22T10:00", ("electric",), "444.46", "35.11"),
            # 15 Aug to 15 May touches 19 half months; from 22 November 12 are left: 318 x 12/19.
            ("GREEN-COMMUTER", "2026-11-22T10:00", (), "200.84", "15.87"),
            # 226 x 7/10: November to May.
            ("GRAY-RESIDENT", "2026-11-22T10:00", (), "158.20", "12.50"),
            ("CARPOOL", "2026-11-22T10:00", (), "21.00", "1.66"),
            # 96 x 1/13 = 7.38, but not below 24.
            ("EVENING", "2027-08-10T10:00", (), "24.00", "1.90"),
            ("DAY", "2026-11-22T10:00", (), "9.00", "0.71"),
        ],
    )
    def test_campus(self, code, when, fuels, net, tax):
        quoted = priced(example("campus.yaml"), when, code=code, fuels=fuels)
        assert (quoted.net.amount, quoted.tax.amount) == (net, tax)

    @pytest.mark.parametrize(
        ("fuels", "permits", "net"),
        [
            ((), 0, "60.00"),
            (("electric",), 0, "30.00"),
            (("diesel",), 2, "143.00"),
            (("electric",), 1, "62.50"),
        ],
    )
    def test_town_taxes_no_permit(self, fuels, permits, net):
        quoted = priced(
            example("town.yaml"),
            "2026-11-22T10:00",
            code="RPP-RESIDENT",
            fuels=fuels,
            permits=permits,
        )
        assert (quoted.net.amount, quoted.tax.amount) == (net, "0.00")

    def test_campus_refunds_full_months_less_the_fee(self):
        rules = example("campus.yaml")
        kind: PermitType = rules.permit_type("ORANGE-STAFF")
        quoted = priced(rules, "2026-11-22T10:00", code="ORANGE-STAFF")
        found = refunds.refund(
            kind.refund,
            net_paid=quoted.net,
            tax_paid=quoted.tax,
            period=quoted.period,
            at=at("2027-01-20T12:00", rules.tz),
            zone=rules.tz,
        )
        # Its own term touches November to August: 10 months; February to August are 7.
        # 493.85 x 7/10 = 345.695, less 10; tax 39.01 x 7/10 = 27.307.
        assert (found.net.amount, found.tax.amount) == ("335.70", "27.31")
