"""Rates by demand: the published rule, its limits, and what is told beside it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.money import Money
from permits.rules import demand
from permits.rules.demand import Measured, Terms

TODAY = date(2026, 11, 10)
USD = Terms.usual("USD")


def money(text: str) -> Money:
    return Money.parse(text, "USD")


def measured(occupancy: float, error: float = 0.01) -> Measured:
    return Measured(occupancy, error, 40, 0.5, ("Counted.",))


def propose(current: str, occupancy: float, *, error: float = 0.01, changed_on=None):
    return demand.propose(
        money(current), measured(occupancy, error), terms=USD, changed_on=changed_on, today=TODAY
    )


class TestPropose:
    @pytest.mark.parametrize(
        ("occupancy", "current", "becomes"),
        [
            (0.95, "2.50", "2.75"),
            (0.80, "2.50", "2.75"),
            (0.7999, "2.50", "2.50"),
            (0.60, "2.50", "2.50"),
            (0.5999, "2.50", "2.25"),
            (0.30, "2.50", "2.25"),
            (0.2999, "2.50", "2.00"),
            (0.95, "9.90", "10.00"),
            (0.95, "10.00", "10.00"),
            (0.95, "12.00", "12.00"),
            (0.10, "0.75", "0.50"),
            (0.10, "0.50", "0.50"),
            (0.10, "0.25", "0.25"),
        ],
    )
    def test_follows_the_bands_the_steps_and_the_limits(self, occupancy, current, becomes):
        proposal = propose(current, occupancy)
        assert proposal.rate == money(becomes)
        assert proposal.changes == (becomes != current)
        assert proposal.because

    @pytest.mark.parametrize(("days", "may"), [(0, False), (27, False), (28, True), (400, True)])
    def test_waits_28_days(self, days, may):
        proposal = propose("2.50", 0.95, changed_on=TODAY - timedelta(days=days))
        assert proposal.changes is may
        if not may:
            assert "it may change again from" in proposal.decision.reason

    def test_is_not_sure_where_a_limit_lies_within_the_error(self):
        assert propose("2.50", 0.85, error=0.04).is_sure
        assert not propose("2.50", 0.82, error=0.04).is_sure

    def test_says_why(self):
        proposal = propose("2.50", 0.84, error=0.03)
        assert proposal.because == (
            "84% ± 3 of the spaces were taken, on 40 days.",
            "80% or more: $0.25 up.",
        )

    def test_an_error_below_one_is_told_too(self):
        assert measured(0.84, 0.004).text == "84% ± 0.4"

    def test_currencies_without_cents_have_whole_steps(self):
        terms = Terms.usual("JPY")
        assert (terms.step.minor, terms.most.minor) == (25, 1000)
        assert Terms.usual("KWD").step == Money(250, "KWD")

    @given(st.floats(0, 1), st.integers(0, 2_000), st.floats(0, 0.3))
    def test_one_step_at_most_and_never_past_a_limit(self, occupancy, minor, error):
        current = Money(minor, "USD")
        proposal = demand.propose(
            current, measured(occupancy, error), terms=USD, changed_on=None, today=TODAY
        )
        assert abs((proposal.rate - current).minor) <= USD.large_step.minor
        if proposal.changes:
            assert proposal.rate <= max(USD.most, current)
            assert proposal.rate >= USD.least or proposal.rate > current
            assert (proposal.rate > current) is (occupancy >= demand.FULL)


class TestIsKnown:
    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({"spaces": 0, "counted_days": 50}, "no_spaces"),
            ({"counted_days": 8}, ""),
            ({"counted_days": 7, "days": 7}, "few_days"),
            ({"days": 8, "looks": 29, "payers": 20}, "few_looks"),
            ({"days": 8, "looks": 300, "payers": 9}, "few_looks"),
            ({"days": 8, "looks": 30, "payers": 10}, ""),
        ],
    )
    def test_asks_for_days_and_looks(self, told, code):
        given_ = {"spaces": 10, "counted_days": 0, "days": 0, "looks": 0, "payers": 0} | told
        assert demand.is_known(**given_).code == code


class TestEffect:
    def test_a_dearer_hour_is_less_taken_and_brings_more(self):
        told = demand.effect(money("2.00"), money("2.25"), measured(0.9), paid_hours=1000, days=28)
        assert 0.83 < told.least_taken < told.taken < told.most_taken < 0.9
        assert told.revenue_now == money("2000.00")
        assert told.revenue_now < told.least_revenue < told.most_revenue

    @given(st.integers(50, 1000), st.integers(50, 1000), st.floats(0.01, 1), st.floats(0, 10**5))
    def test_bounds_are_in_order_and_within_reason(self, now, then, occupancy, hours):
        told = demand.effect(
            Money(now, "USD"), Money(then, "USD"), measured(occupancy), paid_hours=hours, days=56
        )
        assert 0 <= told.least_taken <= told.taken + 1e-9 <= told.most_taken + 2e-9
        assert told.most_taken <= 1
        assert told.least_revenue <= told.most_revenue
