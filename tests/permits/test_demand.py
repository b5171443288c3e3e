"""Rates by demand: the published rule, its limits, and what is told beside it."""

from datetime import date, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from parkops.kernel.money import Money
from parkops.programme.schema import DemandTerms
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

    @pytest.mark.parametrize(
        ("share", "counts", "becomes"),
        [(6 / 10, 12, "2.50"), (8 / 10, 12, "2.75"), (8 / 10, 1, "2.75"), (3 / 10, 12, "2.25")],
    )
    def test_a_mean_of_equal_shares_is_that_share(self, share, counts, becomes):
        """A sensor tells itself twelve times an hour: no limit hangs on the last bit of a mean of means."""
        hour = sum([share] * counts) / counts
        for days in range(8, 57):
            assert propose("2.50", fmean([hour] * days)).rate == money(becomes), days

    def test_a_share_just_below_a_limit_is_not_told_as_the_limit(self):
        assert propose("2.50", 0.596, error=0.02).because == (
            "59.6% ± 2 of the spaces were taken, on 40 days.",
            "Below 60%: $0.25 down.",
            "A limit lies within the error: look again before it is changed.",
        )

    def test_the_limit_that_is_told_is_the_one_that_was_come_to(self):
        assert propose("0.25", 0.95).because[1:] == ("80% or more: $0.25 up.",)
        assert propose("0.75", 0.5).because[2] == "$0.50 is the least."

    def test_what_is_published_already_is_waited_for(self):
        proposal = demand.propose(
            money("2.50"),
            measured(0.95),
            terms=USD,
            changed_on=None,
            today=TODAY,
            changes_on=date(2026, 11, 17),
        )
        assert (proposal.changes, proposal.rate) == (False, money("2.50"))
        assert proposal.because[1] == "Another rate is published already and begins on 17 November."

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
            assert (proposal.rate > current) is (round(occupancy, 9) >= USD.full)


class TestOwnTerms:
    def of(self, **told) -> Terms:
        return Terms.of(DemandTerms.model_validate(told, context={"currency": "USD"}), "USD")

    def test_what_is_left_out_is_as_published(self):
        assert self.of() == USD
        assert USD.is_usual
        assert (USD.aim, USD.every, USD.notice) == ("60% to 80%", 28, 7)
        own = self.of(full="90%", every="14d")
        assert not own.is_usual
        assert (own.shares, own.every, own.step) == (("90%", "60%", "30%"), 14, USD.step)

    @pytest.mark.parametrize(
        ("occupancy", "becomes", "said"),
        [
            (0.85, "2.00", "70.5% to 90% is the aim: it stays."),
            (0.90, "3.00", "90% or more: $1.00 up."),
            (0.70, "1.00", "Below 70.5%: $1.00 down."),
            (0.39, "1.00", "Below 40%: $1.50 down."),
        ],
    )
    def test_the_programs_own_decide_and_are_said(self, occupancy, becomes, said):
        terms = self.of(
            full="90%",
            empty="70.5%",
            very_empty="40%",
            step="1.00",
            large_step="1.50",
            least="1.00",
            most="3.00",
        )
        told = demand.propose(
            money("2.00"), measured(occupancy), terms=terms, changed_on=None, today=TODAY
        )
        assert told.rate == money(becomes)
        assert said in told.because

    def test_it_changes_again_after_the_programs_days(self):
        for every, code in (("14d", ""), ("21d", "too_soon")):
            told = demand.propose(
                money("2.00"),
                measured(0.9),
                terms=self.of(every=every),
                changed_on=TODAY - timedelta(days=15),
                today=TODAY,
            )
            assert told.decision.code == code

    @pytest.mark.parametrize(
        ("told", "said"),
        [
            ({"full": "50%"}, "the aim lies between"),
            ({"empty": "20%"}, "very_empty lies below"),
            ({"least": "5.00", "most": "4.00"}, "less than least"),
            ({"step": "0.00"}, "changes no rate"),
            ({"full": 80}, "percent"),
            ({"fall": "80%"}, "fall"),
        ],
    )
    def test_terms_that_cannot_be_are_refused_in_words(self, told, said):
        with pytest.raises(ValidationError, match=said):
            self.of(**told)

    @given(st.integers(0, 3000), st.integers(1, 3000), st.integers(1, 300))
    def test_limits_and_steps_are_never_the_wrong_way_round(self, least, most, step):
        def amount(minor):
            return f"{minor // 100}.{minor % 100:02}"

        for told in ({"least": amount(least)}, {"most": amount(most)}, {"step": amount(step)}):
            terms = self.of(**told)
            assert terms.least <= terms.most
            assert terms.step <= terms.large_step


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
