"""Forecasts: what they know, what they come to, and how they would have done."""

import csv
import os
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.forecasting.readings import SLOT_MINUTES, by_slot
from reporting.forecasting.trials import days_from, learned, trial
from reporting.forecasting.weekly import (
    Nearby,
    Tried,
    Weekly,
    best_weight,
    fitted,
    last_week,
    offs_of,
    three_weeks,
    tried,
)

MONDAY = date(2026, 9, 7)
DAYS = days_from(MONDAY, MONDAY + timedelta(days=69))
SHARES = st.floats(0, 1.2)
ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PARKOPS_DATA") or ROOT.parent / "shared" / "data")
BIRMINGHAM = DATA / "occupancy" / "birmingham_2016" / "dataset.csv"


def weeks(shape=lambda day, slot: 0.1 * day.weekday() + 0.02 * slot, slots=range(16, 20)):
    """Return ten weeks of a shape."""
    return {(day, slot): shape(day, slot) for day in DAYS for slot in slots}


class TestTheUsualWeek:
    @pytest.mark.parametrize("guess", [Weekly(), last_week, three_weeks])
    def test_what_repeats_is_told_without_error(self, guess):
        found = tried(weeks(), guess, DAYS[28:35])
        assert (found.count, found.gaps) == (28, 0)
        assert found.mean == pytest.approx(0)

    def test_newer_weeks_weigh_more(self):
        series = {(MONDAY, 16): 0.2, (MONDAY + timedelta(days=7), 16): 0.6}
        ahead = MONDAY + timedelta(days=14)
        told = Weekly(0.6)(series, ahead, 16, ahead - timedelta(days=1))
        assert told == pytest.approx((0.6 + 0.4 * 0.2) / 1.4)

    def test_a_holiday_is_like_a_sunday_and_teaches_weekdays_nothing(self):
        holiday = DAYS[35]
        series = weeks(lambda day, slot: 0.0 if day == holiday or day.weekday() == 6 else 0.8)
        week = Weekly(0.6, frozenset({holiday, DAYS[42]}))
        assert week(series, DAYS[42], 16, DAYS[41]) == pytest.approx(0)
        assert week(series, DAYS[49], 16, DAYS[48]) == pytest.approx(0.8)

    @given(
        back=st.integers(1, 20),
        late=st.lists(SHARES, min_size=20, max_size=20),
        guess=st.sampled_from([Weekly(0.7), last_week, three_weeks]),
    )
    def test_nothing_after_what_is_known_counts(self, back, late, guess):
        day, series = DAYS[49], weeks()
        known_to = day - timedelta(days=back)
        changed = dict(series)
        for n, share in enumerate(late):
            for slot in range(16, 20):
                changed[known_to + timedelta(days=n + 1), slot] = share
        assert guess(changed, day, 17, known_to) == guess(series, day, 17, known_to)

    @given(st.lists(SHARES, min_size=1, max_size=9), st.floats(0.1, 0.95))
    def test_is_between_the_least_and_the_most_there_was(self, shares, weight):
        series = {(MONDAY + timedelta(days=7 * n), 16): one for n, one in enumerate(shares)}
        ahead = MONDAY + timedelta(days=7 * len(shares))
        told = Weekly(weight)(series, ahead, 16, ahead - timedelta(days=1))
        assert min(shares) - 1e-9 <= told <= max(shares) + 1e-9


class TestTheNextHour:
    def test_factors_are_found_again(self):
        known = {}
        offs = [0.05, -0.08, 0.03, 0.1, -0.02]
        for n, day in enumerate(days_from(MONDAY, MONDAY + timedelta(days=6))):
            first, second = offs[n % 5], offs[(n * 3 + 1) % 5]
            values = {16: first, 17: second, 19: 1.3 * second - 0.4 * first}
            known |= {(day, slot): off for slot, off in values.items()}
        found = fitted([known], steps=2)
        assert (found.now, found.before) == (pytest.approx(1.3), pytest.approx(-0.4))
        assert found.tried(known).mean == pytest.approx(0)

    def test_without_a_present_there_is_nothing_to_go_by(self):
        offs = offs_of(weeks(), Weekly(), DAYS[28:35])
        assert Nearby(2)(offs, DAYS[30], 16) is None
        assert Nearby(2)(offs, DAYS[30], 18) == pytest.approx(0)


class TestTrials:
    def test_what_is_tried_teaches_nothing(self):
        series = weeks(lambda day, slot: (day.toordinal() % 11) / 11)
        first, last = DAYS[49], DAYS[55]
        changed = {key: 0.5 if key[0] >= first else value for key, value in series.items()}
        assert learned(series, first, ()) == learned(changed, first, ())
        assert trial(series, first=first, last=last).week.count == 28

    def test_gaps_are_counted(self):
        series = weeks()
        for day in DAYS[:49]:
            series.pop((day, 17))
        found = trial(series, first=DAYS[49], last=DAYS[55])
        assert (found.week.count, found.week.gaps) == (21, 7)

    def test_an_unsteady_week_weighs_less(self):
        steady = weeks(lambda day, slot: 0.5 + 0.3 * (-1) ** (day.toordinal() // 7))
        moving = weeks(lambda day, slot: day.toordinal() / 1e6)
        days = DAYS[28:49]
        assert best_weight([steady], days, ()) < best_weight([moving], days, ())
        assert best_weight([], days, ()) == Weekly().weight

    def test_how_far_off_is_said_of_enough(self):
        assert Tried((0.1,) * 19).within(0.8) is None
        assert Tried(tuple(n / 100 for n in range(100))).within(0.8) == 0.8


class TestReadings:
    @given(
        st.lists(
            st.tuples(st.integers(0, 24 * 60 - 1), SHARES),
            min_size=1,
            max_size=30,
            unique_by=lambda told: told[0],
        )
    )
    def test_a_slot_is_between_its_neighbors(self, told):
        midnight = datetime(2026, 9, 7)  # noqa: DTZ001  local time
        readings = [(midnight + timedelta(minutes=minute), share) for minute, share in told]
        found = by_slot(readings)
        shares = [share for _, share in told]
        for (day, slot), share in found.items():
            assert day == midnight.date()
            assert min(shares) - 1e-9 <= share <= max(shares) + 1e-9
            minute = slot * SLOT_MINUTES
            assert min(abs(minute - one) for one, _ in told) <= 90

    def test_nothing_is_known_between_readings_far_apart(self):
        told = [(datetime(2026, 9, 7, hour), 0.5) for hour in (8, 11)]  # noqa: DTZ001
        assert {slot for _, slot in by_slot(told)} == {16, 22}


@pytest.mark.slow
@pytest.mark.skipif(not BIRMINGHAM.exists(), reason="Birmingham's car parks are not here")
def test_a_week_of_birmingham_is_told_as_well_as_promised():
    readings = defaultdict(dict)
    with BIRMINGHAM.open() as file:
        for row in csv.DictReader(file):
            if int(row["Occupancy"]) >= 0:
                at = datetime.fromisoformat(row["LastUpdated"])
                share = int(row["Occupancy"]) / int(row["Capacity"])
                readings[row["SystemCodeNumber"]].setdefault(at, share)
    week = hour = Tried(())
    for park, told in readings.items():
        if park not in ("BHMBRTARC01", "NIA North"):
            found = trial(by_slot(told.items()), first=date(2016, 12, 13), last=date(2016, 12, 19))
            week, hour = week + found.week, hour + found.hour
    assert (week.mean <= 0.050, hour.mean <= 0.022) == (True, True)
    assert week.count > 3_000
