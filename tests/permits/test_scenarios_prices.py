"""Scenarios F of the product's list, each row named by its id: what a permit costs."""

from datetime import timedelta

import pytest

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.programme import load
from payments import queries as charges
from permits import operations
from permits.rules import amounts
from tests.permits.test_rules_prices import priced, programme
from tests.seed import PROGRAMMES

WHEN = "2026-09-01T12:00"
MONTHS = {"kind": "rolling", "months": 1}


def vat(rate: str, *, included: bool = True) -> dict:
    return {"name": "VAT", "rate": rate, "included": included}


LOW = {"if": {"vehicle.co2": "<=100"}, "factor": "0.50"}
SECOND = {"if": {"customer.permits": ">=1"}, "factor": "1.50"}
EXACT = {"if": {"vehicle.co2": "<=100"}, "factor": "0.7503875969"}


@pytest.mark.parametrize(
    ("base", "times", "rate", "co2", "others", "net", "tax"),
    [
        pytest.param("10.00", [LOW, SECOND], "0%", 120, 0, "10.00", "0.00", id="F1-plain"),
        pytest.param("10.00", [LOW, SECOND], "0%", 90, 0, "5.00", "0.00", id="F1-low"),
        pytest.param("10.00", [LOW, SECOND], "0%", 120, 1, "15.00", "0.00", id="F1-second"),
        pytest.param("10.00", [LOW, SECOND], "0%", 90, 1, "7.50", "0.00", id="F1-both"),
        pytest.param("60.00", [], "25.5%", 120, 0, "47.81", "12.19", id="F2-plain"),
        pytest.param(
            "60.00", [LOW | {"factor": "0.75"}], "25.5%", 90, 0, "35.86", "9.14", id="F2-low"
        ),
        pytest.param("60.00", [SECOND], "25.5%", 120, 1, "71.71", "18.29", id="F2-second"),
        pytest.param(
            "60.00",
            [LOW | {"factor": "0.75"}, SECOND],
            "25.5%",
            90,
            1,
            "53.78",
            "13.72",
            id="F2-both",
        ),
        pytest.param("64.50", [EXACT], "25.5%", 90, 0, "38.57", "9.83", id="F3-ten-decimals"),
        pytest.param("64.50", [EXACT, SECOND], "25.5%", 90, 1, "57.85", "14.75", id="F3-second"),
        pytest.param("20.00", [], "24%", 120, 0, "16.13", "3.87", id="F4-full"),
        pytest.param("20.00", [LOW], "24%", 90, 0, "8.06", "1.94", id="F4-half"),
    ],
)
def test_a_price_and_its_tax(base, times, rate, co2, others, net, tax):
    rules = programme({"base": base, "times": times}, tax=vat(rate))
    quoted = priced(rules, WHEN, co2=[co2], permits=others)
    assert (quoted.net.amount, quoted.tax.amount) == (net, tax)
    assert sum(line.amount.minor for line in quoted.lines) == quoted.total.minor


SEASONS = [("01-01..06-30", "30.00"), ("07-01..12-31", "50.00")]
THREE = [("01-01..05-31", "1.00"), ("06-01..07-31", "100.00"), ("08-01..12-31", "10000.00")]
CUT = [("01-01..05-09", "1.00"), ("05-10..08-09", "100.00"), ("08-10..12-31", "10000.00")]


def monthly(seasons: list[tuple[str, str]], months: int, **more) -> dict:
    rows = [{"season": season, "amount": amount} for season, amount in seasons]
    return {"price": {"base": "0.00", "months": rows}, "term": {**MONTHS, "months": months}, **more}


@pytest.mark.parametrize(
    ("seasons", "months", "start", "net"),
    [
        pytest.param(SEASONS, 6, "2026-03-15", "220.00", id="F5"),
        pytest.param(THREE, 10, "2026-02-15", "40204.00", id="F6"),
        pytest.param(CUT, 10, "2026-02-15", "40303.00", id="F6-cut-on-the-10th"),
    ],
)
def test_every_month_costs_what_its_season_says(seasons, months, start, net):
    rules = programme(**monthly(seasons, months))
    quoted = priced(rules, f"{start}T00:00")
    assert quoted.net.amount == net
    assert sum(line.amount.minor for line in quoted.lines) == quoted.total.minor


def test_f5_its_lines_say_which_months():
    rules = programme(**monthly(SEASONS, 6))
    lines = priced(rules, "2026-03-15T00:00").lines
    assert [str(line.text) for line in lines[1:]] == [
        "4 months of $30.00",
        "2 months of $50.00",
    ]


@pytest.mark.parametrize(
    ("seasons", "fault"),
    [
        pytest.param([("01-01..11-30", "1.00")], "no season has 12-01", id="F7-last-month"),
        pytest.param(
            [("01-01..05-31", "1.00"), ("07-01..12-31", "1.00")], "no season has 06-01", id="F7-gap"
        ),
        pytest.param(
            [("01-01..06-30", "1.00"), ("06-01..12-31", "1.00")],
            "two seasons have 06-01",
            id="F7-overlap",
        ),
    ],
)
def test_a_list_of_prices_with_a_fault_is_never_sold_by(seasons, fault):
    with pytest.raises(ValueError, match=fault):
        programme(**monthly(seasons, 1))


def test_f7_prices_by_month_are_for_rolling_terms():
    with pytest.raises(ValueError, match="prices by month are for rolling terms"):
        programme(**monthly(SEASONS, 1, term={"kind": "days", "days": 1}))


def test_f8_three_months_more_across_a_change_of_price():
    seasons = [("01-01..02-29", "30.00"), ("03-01..12-31", "40.00")]
    rules = programme(**monthly(seasons, 3), tax=vat("25.5%"))
    quoted = priced(rules, "2026-01-01T00:00")
    assert (quoted.total.amount, quoted.tax.amount) == ("100.00", "20.32")


LIMITS = [
    {"if": {"vehicle.fuel": "electric"}, "factor": "0.50"},
    {"if": {"vehicle.co2": "<=100", "vehicle.euro": ">=5"}, "factor": "0.50"},
]


@pytest.mark.parametrize(
    ("known", "net"),
    [
        pytest.param({"co2": [100], "euro": [6]}, "5.00", id="F9-100g"),
        pytest.param({"co2": [101], "euro": [6]}, "10.00", id="F9-101g"),
        pytest.param({"co2": [100], "euro": [1]}, "10.00", id="F9-euro-1"),
        pytest.param({"co2": [100]}, "10.00", id="F9-euro-unknown"),
        pytest.param({"fuels": ["electric"]}, "5.00", id="F9-electric"),
        pytest.param({"co2": [0], "euro": [6]}, "5.00", id="F10-zero-is-a-value"),
        pytest.param({"euro": [6]}, "10.00", id="F10-unknown-is-none"),
    ],
)
def test_who_is_low_in_emissions(known, net):
    rules = programme({"base": "10.00", "times": LIMITS})
    assert priced(rules, WHEN, **known).net.amount == net


@pytest.mark.parametrize(
    ("audiences", "net"), [([], "100.00"), (["part-time"], "50.00"), (["STAFF"], "100.00")]
)
def test_a_price_by_group(audiences, net):
    rules = programme(
        {"base": "100.00", "times": [{"if": {"customer.audience": "PART-TIME"}, "factor": "0.5"}]}
    )
    assert priced(rules, WHEN, audiences=audiences).net.amount == net


def test_a_group_that_is_none_is_a_fault():
    text = (PROGRAMMES / "harbor.yaml").read_text()
    text = text.replace("{vehicle.fuel: electric}, factor", "{customer.audience: STAF}, factor")
    with pytest.raises(load.Faulty, match="there is no audience STAF; did you mean STAFF?"):
        load.load(text, "test.yaml")


def test_f12_tax_is_rounded_on_every_line_of_a_basket():
    rule = programme({"base": "100.00"}, tax=vat("19%")).tax
    split = [amounts.tax_of(Money(10000, "USD"), rule, on="permits") for _ in range(5)]
    assert sum(net.minor for net, _ in split) == 42015
    assert sum(tax.minor for _, tax in split) == 7985


def test_f13_a_currency_without_decimals_has_no_fractions():
    rules = programme({"base": "9998"}, tax=vat("19%"), currency="JPY")
    quoted = priced(rules, WHEN)
    assert (quoted.net.amount, quoted.tax.amount, quoted.total.minor) == ("8402", "1596", 9998)


@pytest.mark.django_db
class TestADatedChange:
    """F11 and F16: what was ordered keeps its price; what is ordered later has the later one."""

    @pytest.fixture
    def dearer(self, apply_programme, now):
        text = (PROGRAMMES / "harbor.yaml").read_text().replace('base: "50.00"', 'base: "80.00"')
        at = now + timedelta(minutes=5)
        apply_programme(text, at=at)
        return at

    def test_f16_an_order_paid_after_the_change_costs_what_it_did(
        self, person, hold, pay, dearer, now
    ):
        permit = hold(person(), "MONTH", at=now)
        pay(permit, at=dearer + timedelta(minutes=2))
        charge = charges.charge_of("permit", permit.number)
        assert (charge.amount.amount, charge.balance.amount) == ("54.00", "0.00")

    def test_f16_not_past_the_time_to_pay(self, person, hold, pay, dearer, now):
        permit = hold(person(), "MONTH", at=now)
        late = now + timedelta(minutes=90)
        operations.expire_holds(at=now + timedelta(minutes=16))
        operations.expire_holds(at=late)
        with pytest.raises(Refused):
            pay(permit, at=late)

    def test_f11_the_next_period_has_the_next_price(self, person, hold, sell, dearer, now):
        permit = sell(person(), "MONTH", at=now)
        renewed = operations.renew_permit(
            permit.number,
            channel=permit.Channel.PORTAL,
            by=SYSTEM,
            at=permit.ends_at - timedelta(days=3),
        )
        permit.refresh_from_db()
        assert (permit.net_minor, renewed.net_minor) == (5000, 8000)
