"""Steps of figures: added together they are the figure, whatever happened in between."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.tallies import moved, quarter, together

T0 = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
keys = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 3).map(lambda n: T0 + timedelta(n)))
steps = st.dictionaries(keys, st.integers(-3, 3))


@given(steps, steps)
def test_what_moved_makes_the_one_the_other(before, after):
    assert together(before, moved(before, after)) == together(after)


@given(steps)
def test_nothing_that_adds_nothing_is_kept(told):
    assert moved(told, told) == {}
    assert 0 not in together(told).values()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Australia/Adelaide"])
@given(minutes=st.integers(0, 60 * 24 * 400))
def test_a_quarter_lies_in_one_local_hour(zone, minutes):
    at = T0 + timedelta(minutes=minutes, seconds=59)
    begins = quarter(at)
    assert begins <= at < begins + timedelta(minutes=15)
    local = ZoneInfo(zone)
    assert begins.astimezone(local).hour == at.astimezone(local).hour
