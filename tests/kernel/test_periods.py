"""Periods include their start and exclude their end, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.periods import FOREVER, Period, common, merged, without

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")


def hours(start: int, end: int) -> Period:
    return Period(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


class TestPeriod:
    def test_includes_its_start_and_excludes_its_end(self):
        period = hours(0, 2)
        assert period.contains(NOON)
        assert period.contains(period.end - timedelta(microseconds=1))
        assert not period.contains(period.end)
        assert not period.contains(NOON - timedelta(microseconds=1))

    def test_cannot_end_before_it_starts(self):
        with pytest.raises(ValueError):
            hours(2, 1)

    def test_needs_a_zone(self):
        with pytest.raises(ValueError):
            Period(NOON.replace(tzinfo=None), NOON)

    def test_counts_elapsed_minutes_over_the_autumn_change(self):
        # 02:30 summer time to the second 03:30 is two hours, not one.
        start = datetime(2025, 10, 26, 2, 30, tzinfo=HELSINKI)
        period = Period(start, datetime(2025, 10, 26, 3, 30, tzinfo=HELSINKI, fold=1))
        assert period.minutes == 120

    def test_counts_whole_minutes_only(self):
        assert Period(NOON, NOON + timedelta(seconds=119)).minutes == 1

    def test_empty_is_false(self):
        assert not hours(1, 1)
        assert hours(1, 2)

    def test_without_an_end_contains_any_later_instant(self):
        assert Period.since(NOON).contains(NOON + timedelta(days=50_000))
        assert Period.since(NOON).end == FOREVER

    def test_overlap(self):
        assert hours(0, 3).overlap(hours(2, 5)) == hours(2, 3)
        assert hours(0, 2).overlap(hours(2, 5)) is None
        assert not hours(0, 2).overlaps(hours(3, 5))

    def test_split_by_cuts_only_inside(self):
        parts = hours(0, 4).split_by([NOON + timedelta(hours=n) for n in (-1, 0, 3, 1, 3, 4, 9)])
        assert parts == [hours(0, 1), hours(1, 3), hours(3, 4)]

    @given(st.lists(st.integers(-5, 30), max_size=8))
    def test_split_by_loses_nothing(self, cuts):
        parts = hours(0, 24).split_by([NOON + timedelta(hours=n) for n in cuts])
        assert merged(parts) == [hours(0, 24)]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=8))
def test_merged_covers_the_same_hours_without_touching(spans):
    periods = [hours(start, start + length) for start, length in spans]
    joined = merged(periods)
    for hour in range(60):
        at = NOON + timedelta(hours=hour)
        assert any(p.contains(at) for p in periods) == any(p.contains(at) for p in joined)
    assert all(a.end < b.start for a, b in zip(joined, joined[1:], strict=False))


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=8)


@given(spans, spans)
def test_common_is_what_both_cover(one, other):
    ours, theirs = (merged(hours(start, start + n) for start, n in part) for part in (one, other))
    shared = common(ours, theirs)
    for hour in range(60):
        at = NOON + timedelta(hours=hour)
        both = any(p.contains(at) for p in ours) and any(p.contains(at) for p in theirs)
        assert both == any(p.contains(at) for p in shared)


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=12).map(
    lambda found: merged(hours(start, start + size) for start, size in found)
)


class TestWithout:
    @given(one=spans, other=spans)
    def test_what_is_left_and_what_is_taken_are_the_whole(self, one, other):
        left = without(one, other)
        assert common(left, other) == []
        assert merged([*left, *common(one, other)]) == one

    def test_a_middle_is_cut_out(self):
        assert without([hours(0, 9)], [hours(2, 3), hours(5, 6)]) == [
            hours(0, 2), hours(3, 5), hours(6, 9)
        ]  # fmt: skip
