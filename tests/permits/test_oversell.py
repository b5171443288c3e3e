"""How many may be sold so that full days stay rare."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkops.kernel.decisions import Refused
from parkops.programme.permit_schema import Quota
from permits.rules import oversell
from permits.rules.oversell import RISKS, Day, advise, chance_of_full, peak, percent_over

MORNING = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
RISK = Fraction(1, 20)


def days(*present: int, held: int = 100) -> list[Day]:
    return [Day(date(2026, 1, 1) + timedelta(days=n), held, p) for n, p in enumerate(present)]


MANY = st.lists(
    st.integers(1, 300).flatmap(
        lambda held: st.integers(0, held).map(lambda n: Day(date(2026, 1, 1), held, n))
    ),
    min_size=20,
    max_size=40,
)


class TestPeak:
    def at(self, minutes: int, permit: int) -> tuple[datetime, int]:
        return MORNING + timedelta(minutes=minutes), permit

    def test_one_look_is_taken_as_whole_and_a_vehicle_counts_once(self):
        sights = [self.at(0, 1), self.at(5, 2), self.at(6, 1), self.at(9, 3)]
        assert peak(sights, held=10) == 3

    def test_the_fullest_three_hours_count(self):
        sights = [self.at(0, 1), *(self.at(300, n) for n in range(4))]
        assert peak(sights, held=10) == 4

    def test_those_seen_twice_tell_how_many_were_missed(self):
        # Ten in each half, five of them twice: 11 x 11 / 6 - 1 is 19.
        first = [self.at(0, n) for n in range(10)]
        second = [self.at(100, n) for n in range(5, 15)]
        assert peak(first + second, held=100) == 19
        assert peak(first + second, held=15) == 15

    def test_nobody_seen_is_nobody(self):
        assert peak([], held=5) == 0

    @given(
        st.lists(st.tuples(st.integers(0, 700), st.integers(0, 30)), max_size=30),
        st.integers(0, 40),
    )
    def test_never_more_than_are_held_nor_fewer_than_a_half_saw(self, seen, held):
        sights = [self.at(minutes, permit) for minutes, permit in seen]
        found = peak(sights, held=held)
        first = {p for m, p in seen if m < 90}
        assert min(len(first), held) <= found <= held


class TestAdvice:
    def test_too_few_days_are_refused_in_words(self):
        with pytest.raises(Refused, match=r"^12 days are known; at least 20 are needed\.$"):
            advise(days(*[50] * 12), spaces=100, risk=RISK)
        with pytest.raises(Refused, match=r"^1 day is known; at least 20 are needed\.$"):
            advise(days(1), spaces=100, risk=RISK)

    def test_half_come_every_day_so_less_than_twice_as_many_may_be_sold(self):
        found = advise(days(*[50] * 30), spaces=100, risk=RISK)
        # Of 182 each comes with one half: 91 on average, more than 100 on 1 day in 13 or fewer.
        assert 175 <= found.number <= 185
        assert found.low <= found.number <= found.high
        assert chance_of_full(days(*[50] * 30), sold=found.number, spaces=100) <= 0.05
        assert chance_of_full(days(*[50] * 30), sold=found.number + 1, spaces=100) > 0.05

    def test_all_come_so_no_more_than_there_are_spaces(self):
        found = advise(days(*[100] * 30), spaces=100, risk=Fraction(1, 100))
        assert (found.number, found.low, found.high) == (100, 100, 100)

    def test_the_bounds_widen_where_days_differ(self):
        calm, wild = days(*[50] * 40), days(*([30, 70] * 20))
        assert advise(calm, spaces=60, risk=RISK).low == advise(calm, spaces=60, risk=RISK).high
        of_wild = advise(days(*([20] * 35 + [90] * 5)), spaces=60, risk=RISK)
        assert of_wild.low < of_wild.high
        assert advise(wild, spaces=60, risk=RISK).number < advise(calm, spaces=60, risk=RISK).number

    def test_the_same_days_give_the_same_answer(self):
        known = days(*range(30, 60))
        assert advise(known, spaces=80, risk=RISK) == advise(known, spaces=80, risk=RISK)

    @given(known=MANY, spaces=st.integers(1, 200))
    @settings(max_examples=25)
    def test_more_risk_or_more_spaces_never_mean_fewer_permits(self, known, spaces):
        by_risk = [oversell._most(known, spaces=spaces, risk=risk) for risk in RISKS]
        assert by_risk == sorted(by_risk)
        assert oversell._most(known, spaces=spaces + 7, risk=RISK) >= by_risk[2]
        assert spaces <= by_risk[0]
        assert by_risk[-1] <= spaces * oversell.MOST_TIMES

    @given(known=MANY, spaces=st.integers(1, 200), sold=st.integers(0, 400))
    @settings(max_examples=25)
    def test_full_days_rise_with_permits_and_fall_with_spaces(self, known, spaces, sold):
        chance = chance_of_full(known, sold=sold, spaces=spaces)
        assert 0 <= chance <= 1
        assert chance <= chance_of_full(known, sold=sold + 5, spaces=spaces) + 1e-12
        assert chance + 1e-12 >= chance_of_full(known, sold=sold, spaces=spaces + 5)
        if sold <= spaces:
            assert chance == 0

    @given(sold=st.integers(1, 60), spaces=st.integers(0, 59), share=st.floats(0.01, 0.99))
    def test_the_chance_is_the_binomial_one(self, sold, spaces, share):
        exact = sum(
            comb(sold, k) * share**k * (1 - share) ** (sold - k)
            for k in range(spaces + 1, sold + 1)
        )
        assert oversell._more_than(spaces, sold, share) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(("spaces", "least"), [(0, 10), (40, 10), (41, 11), (166, 42)])
def test_a_quarter_of_the_spaces_must_have_been_seen(spaces, least):
    assert oversell.least_seen(spaces) == least


class TestPercent:
    @given(total=st.integers(1, 3_000), more=st.integers(0, 6_000))
    def test_the_quota_then_sells_that_number(self, total, more):
        number = min(total + more, total * 2)
        quota = Quota.model_validate(
            {"total": total, "oversell": percent_over(number, total=total)}
        )
        assert quota.limit == number

    @pytest.mark.parametrize(("number", "total"), [(9, 10), (1, 0)])
    def test_fewer_than_the_total_is_no_oversale(self, number, total):
        with pytest.raises(ValueError, match="beyond its total"):
            percent_over(number, total=total)
