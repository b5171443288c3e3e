"""What a programme says once it is read: values, defaults and look-ups."""

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from parkops.kernel.dates import Duration, Moment
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.windows import ALWAYS, describe
from parkops.programme import load
from parkops.programme.permit_schema import Fixed, HourTerm
from parkops.programme.price_schema import Condition
from parkops.programme.violation_schema import NthWithin

SAMPLE = load.read(Path(__file__).parent / "sample.yaml")
PROGRAMME = SAMPLE.programme
YEAR, MONTH, DAY, GUEST = PROGRAMME.permit_types
NO_PERMIT, OTHER = PROGRAMME.violations


def cad(minor: int) -> Money:
    return Money(minor, "CAD")


def small(change: tuple[str, str], *more: tuple[str, str]) -> load.Loaded:
    text = SAMPLE.source
    for old, new in (change, *more):
        assert old in text
        text = text.replace(old, new)
    return load.load(text)


class TestHead:
    def test_has_the_zone_the_money_and_the_year(self):
        assert PROGRAMME.tz.key == "America/Toronto"
        assert PROGRAMME.money(4500) == cad(4500)
        assert PROGRAMME.year_start == (9, 1)
        assert PROGRAMME.head.languages == ("fr", "en", "zh-Hant-TW")
        assert PROGRAMME.tax is not None
        assert PROGRAMME.tax.rate == Decimal("0.13")

    def test_currencies_without_cents_have_no_decimals(self):
        change = ("currency: CAD", "currency: JPY")
        with pytest.raises(load.Faulty) as caught:
            small(change)
        paths = {fault.path for fault in caught.value.faults}
        assert "permit_types.0.price.base" in paths
        assert "permit_types.0.refund.fee" not in paths
        assert "fees.boot" in paths


class TestPermitType:
    def test_reads_every_key(self):
        assert isinstance(YEAR.term, Fixed)
        assert (YEAR.term.starts_on, YEAR.term.ends_on) == (date(2026, 9, 1), date(2027, 9, 1))
        assert YEAR.lifts_max_stay
        assert YEAR.price.base == cad(36000)
        assert YEAR.price.add[1].conditions == (
            Condition("customer.permits", ">=", 1),
            Condition("vehicle.fuel", "=", "diesel"),
        )
        assert YEAR.price.add[1].amount == cad(-6500)
        assert YEAR.price.times[0].factor == Decimal("0.50")
        assert YEAR.refund.table[1].refund == Decimal("0.333")
        assert YEAR.refund.fee == cad(1000)
        assert YEAR.numbers is not None
        assert YEAR.numbers.count == 500
        assert YEAR.passes is not None
        assert (YEAR.passes.uses, YEAR.passes.per) == (Duration(0, 4320), Duration(14))
        assert YEAR.hold == Duration(0, 20)
        assert [describe(grant.when) for grant in YEAR.grants] == [
            "always",
            "Mon-Fri 16:30-24:00 and Sat",
        ]

    def test_has_the_defaults_of_the_contract(self):
        assert DAY.hold == Duration(0, 15)
        assert DAY.audience == ()
        assert DAY.visibility == "listed"
        assert DAY.grants[0].when == (ALWAYS,)
        assert not DAY.lifts_max_stay
        assert DAY.on_sale.opens is None
        assert DAY.price.prorate == "none"
        assert DAY.price.floor is None
        assert DAY.quota is None
        assert DAY.per_customer is None
        assert DAY.vehicles.on_site is None
        assert DAY.approval == "none"
        assert not DAY.blocked_by_debt
        assert DAY.waitlist is None
        assert not DAY.transferable
        assert DAY.refund.basis == "none"
        assert DAY.credential == "virtual"
        assert DAY.passes is None

    def test_passes_are_for_the_term_unless_said(self):
        assert MONTH.passes is not None
        assert (MONTH.passes.uses, MONTH.passes.per) == (5, None)
        assert isinstance(GUEST.term, HourTerm)
        assert (GUEST.term.min, GUEST.term.max) == (1, 72)

    @pytest.mark.parametrize(
        ("audiences", "opens"),
        [
            (["SENIOR"], Moment(date(2026, 7, 10), 480)),
            (["student"], Moment(date(2026, 7, 17), 510)),
            (["STAFF"], Moment(date(2026, 7, 15))),
            (["STUDENT", "STAFF"], Moment(date(2026, 7, 15))),
            (["STUDENT", "SENIOR"], Moment(date(2026, 7, 10), 480)),
            ([], Moment(date(2026, 7, 15))),
        ],
    )
    def test_opens_for_a_cohort_at_its_own_moment(self, audiences, opens):
        assert YEAR.opens_for(audiences) == opens

    def test_opens_from_ever_without_a_sale(self):
        assert DAY.opens_for(["STAFF"]) is None

    @pytest.mark.parametrize(
        ("kind", "audiences", "answer"),
        [(YEAR, ["staff"], True), (YEAR, ["VISITOR"], False), (YEAR, [], False), (DAY, [], True)],
    )
    def test_is_for_its_audiences_or_for_everyone(self, kind, audiences, answer):
        assert kind.is_for(audiences) is answer

    @pytest.mark.parametrize(
        ("total", "oversell", "limit"),
        [(110, "10%", 121), (180, "15%", 207), (10, "15%", 11), (0, "50%", 0), (3, "0%", 3)],
    )
    def test_quota_never_sells_more_than_the_share(self, total, oversell, limit):
        text = f'quota: {{total: {total}, oversell: "{oversell}"}}'
        kind = small(('quota: {total: 110, oversell: "10%"}', text)).programme.permit_types[0]
        assert kind.quota is not None
        assert kind.quota.limit == limit

    @pytest.mark.parametrize(
        ("days", "share"), [(0, "1"), (14, "1"), (15, "0.333"), (60, "0.333"), (61, None)]
    )
    def test_refund_step_includes_its_last_day(self, days, share):
        step = YEAR.refund.step_for(days)
        assert (step and step.refund) == (share and Decimal(share))


class TestCondition:
    @pytest.mark.parametrize(
        ("op", "value", "permits", "answer"),
        [(">=", 1, 1, True), (">=", 1, 0, False), ("<", 2, 1, True), ("<=", 1, 2, False)]
        + [(">", 0, 1, True), ("=", 2, 2, True), ("=", 2, 3, False)],
    )
    def test_compares_permits(self, op, value, permits, answer):
        condition = Condition("customer.permits", op, value)
        assert condition.holds(fuels=[], permits=permits) is answer

    def test_any_vehicle_of_the_fuel_is_enough(self):
        condition = Condition("vehicle.fuel", "=", "Diesel")
        assert condition.holds(fuels=["electric", "diesel"], permits=0)
        assert not condition.holds(fuels=["electric"], permits=0)
        assert not condition.holds(fuels=[], permits=0)

    @pytest.mark.parametrize(
        ("written", "told"), [("1", ("=", 1)), ('"> 2"', (">", 2)), ('"==0"', ("=", 0))]
    )
    def test_is_read_from_a_number_or_a_comparison(self, written, told):
        kind = small(('customer.permits: ">=1"', f"customer.permits: {written}")).programme
        condition = kind.permit_types[0].price.add[1].conditions[0]
        assert (condition.op, condition.value) == told

    def test_says_itself_in_words(self):
        assert Condition("customer.permits", ">=", 1).text == "at least 1 other permit of this type"
        assert Condition("customer.permits", "=", 0).text == "0 other permits of this type"
        assert Condition("vehicle.fuel", "=", "diesel").text == "fuel diesel"


class TestViolation:
    def test_reads_every_key(self):
        assert NO_PERMIT.nth is not None
        assert NO_PERMIT.nth.within == NthWithin("clean", 366)
        assert [step.discount or step.add for step in NO_PERMIT.schedule[:3]] == [
            Decimal("0.5"),
            cad(500),
            cad(1500),
        ]
        assert [step.times for step in NO_PERMIT.schedule[3:5]] == [Decimal(2), Decimal("1.5")]
        assert NO_PERMIT.schedule[4].stage == "court"
        assert NO_PERMIT.appeal is not None
        assert NO_PERMIT.appeal.within == 21
        assert NO_PERMIT.appeal.levels == ("review", "hearing")

    @pytest.mark.parametrize(
        ("count", "n", "fine"),
        [
            (1, 1, None),
            (2, 2, cad(2500)),
            (3, 3, None),
            (5, 3, None),
            (6, 6, cad(5000)),
            (99, 6, cad(5000)),
        ],
    )
    def test_takes_the_largest_step_not_above_the_count(self, count, n, fine):
        assert NO_PERMIT.nth is not None
        step = NO_PERMIT.nth.step_for(count)
        assert step is not None
        assert (step.n, step.fine) == (n, fine)

    def test_before_the_first_step_there_is_none(self):
        loaded = small(("{n: 1, sanction: warning}, ", ""))
        ladder = loaded.programme.violations[0].nth
        assert ladder is not None
        assert ladder.step_for(1) is None

    @pytest.mark.parametrize(
        ("text", "within"),
        [
            ("programme-year", NthWithin("programme-year")),
            ("365d", NthWithin("days", 365)),
            ("clean  30d", NthWithin("clean", 30)),
        ],
    )
    def test_counts_within(self, text, within):
        ladder = small(("clean 366d", text)).programme.violations[0].nth
        assert ladder is not None
        assert ladder.within == within

    def test_has_the_defaults_of_the_contract(self):
        assert OTHER.raised_by == "officer"
        assert OTHER.zones == ()
        assert OTHER.nth is None
        assert OTHER.schedule == ()
        assert OTHER.appeal is None
        assert not OTHER.towable


class TestLookUps:
    def test_are_without_case(self):
        assert PROGRAMME.zone("lot-a") is PROGRAMME.zones[2]
        assert PROGRAMME.permit_type("Year") is YEAR
        assert PROGRAMME.violation("no-permit") is NO_PERMIT
        assert PROGRAMME.audience("staff") is PROGRAMME.audiences[0]
        assert PROGRAMME.has_event("SNOW-emergency")

    def test_of_nothing_are_none(self):
        assert PROGRAMME.zone("X") is None
        assert PROGRAMME.permit_type("") is None
        assert PROGRAMME.violation("X") is None
        assert PROGRAMME.zones_covering("X") == ()
        assert not PROGRAMME.has_event("flood")

    def test_zones_covering_goes_from_the_inside_out(self):
        assert [z.code for z in PROGRAMME.zones_covering("lot-a")] == ["LOT-A", "NORTH", "CAMPUS"]

    def test_descendants_are_at_any_depth_without_the_zone_itself(self):
        assert [z.code for z in PROGRAMME.descendants("Campus")] == ["NORTH", "LOT-A", "LOT-B"]
        assert PROGRAMME.descendants("LOT-A") == ()

    @pytest.mark.parametrize(
        ("codes", "zone", "answer"),
        [(["campus"], "LOT-A", True), (["LOT-A"], "CAMPUS", False), (["LOT-A"], "lot-a", True)]
        + [(["CAMPUS"], "STREET-1", False), ([], "LOT-A", False)],
    )
    def test_a_right_to_the_parent_is_a_right_to_the_child(self, codes, zone, answer):
        assert PROGRAMME.covers(codes, zone) is answer

    def test_rates_reach_the_zones_within(self):
        assert len(PROGRAMME.rates_for("LOT-A")) == 1
        assert len(PROGRAMME.rates_for("street-1")) == 1

    def test_violations_are_raised_in_their_zones_and_those_within(self):
        assert PROGRAMME.violations_in("LOT-A") == (NO_PERMIT, OTHER)
        assert PROGRAMME.violations_in("LOT-B") == (OTHER,)
        assert PROGRAMME.violations_in("NORTH") == (NO_PERMIT, OTHER)
        assert not PROGRAMME.may_be_raised(OTHER, "X")

    def test_a_fee_left_out_is_nothing(self):
        assert PROGRAMME.fee("boot") == cad(10000)
        assert PROGRAMME.fee("nsf") == cad(0)


class TestWindows:
    def test_go_by_the_programme_s_calendars_and_zone(self):
        lot = PROGRAMME.zone("LOT-A")
        assert lot is not None
        snow = {"snow-emergency": [Period.since(datetime(2026, 12, 1, tzinfo=UTC))]}
        night = datetime(2026, 12, 10, 8, tzinfo=UTC)  # 03:00 in Toronto
        assert PROGRAMME.holds(lot.enforced, night, events=snow)
        assert not PROGRAMME.holds(lot.enforced, night)
        for day in (20, 25):
            excepted = datetime(2026, 12, day, 8, tzinfo=UTC)
            assert not PROGRAMME.holds(lot.enforced, excepted, events=snow)

    def test_tell_until_when(self):
        lot = PROGRAMME.zone("LOT-A")
        assert lot is not None
        noon = datetime(2026, 11, 23, 17, tzinfo=UTC)
        assert PROGRAMME.next_change(lot.enforced, noon) == datetime(
            2026, 11, 23, 22, 30, tzinfo=UTC
        )
        (span,) = PROGRAMME.periods(lot.enforced, Period(noon, noon.replace(hour=23)))
        assert span.minutes == 330

    def test_enforced_left_out_is_never(self):
        assert PROGRAMME.zones[0].enforced == ()
        assert not PROGRAMME.holds((), datetime(2026, 1, 1, tzinfo=UTC))

    def test_holidays_are_the_calendar_of_that_name(self):
        assert date(2026, 12, 25) in PROGRAMME.holidays
        assert date(2026, 12, 24) not in PROGRAMME.holidays


class TestProgramme:
    def test_is_read_from_its_document_again(self):
        again = type(PROGRAMME).of(SAMPLE.document)
        assert again == PROGRAMME

    def test_cannot_be_changed(self):
        with pytest.raises(ValidationError):
            YEAR.name = "Other"  # type: ignore[misc]

    def test_goes_through_a_cache(self):
        copy = pickle.loads(pickle.dumps(PROGRAMME))
        assert copy == PROGRAMME
        assert copy.zone("LOT-A") == PROGRAMME.zone("LOT-A")
