"""What a read comes to: checked, or left to a person, and why."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.cameras import rules
from enforcement.cameras.rules import State
from parkops.kernel.decisions import Refused

NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@dataclass
class Other:
    plate: str = "A8C 123"
    why: str = "one character differs (B/8)"


@pytest.mark.parametrize(
    ("share", "others", "said"),
    [
        (0.95, [], []),
        (0.9, [], []),
        (0.899, [], ["The camera is 89 % sure; below 90 % a person looks."]),
        (None, [], ["The camera does not say how sure it is."]),
        (
            0.99,
            [Other()],
            ["A8C 123 has a right here and looks alike: one character differs (B/8)."],
        ),
    ],
)
def test_what_leaves_doubt(share, others, said):
    assert rules.doubts(share, sure=0.9, look_alikes=others) == said


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_read_waits_exactly_below_the_limit(share, sure):
    assert bool(rules.doubts(share, sure=sure)) == (share < sure)


@given(st.floats(0, 1))
def test_a_share_is_never_told_as_more_than_it_is(share):
    assert int(rules.percent(share).split()[0]) <= share * 100 + 1e-6


@pytest.mark.parametrize(
    ("taken", "counts"),
    [
        (None, NOW),
        (NOW - timedelta(days=3), NOW - timedelta(days=3)),
        (NOW + timedelta(minutes=4), NOW + timedelta(minutes=4)),
        (NOW + timedelta(hours=2), NOW),
    ],
)
def test_a_clock_that_is_ahead_does_not_count(taken, counts):
    assert rules.instant_of(taken, received=NOW) == counts


@pytest.mark.parametrize(
    ("verdict", "alerts", "hit"),
    [
        ("authorized", [], False),
        ("not_enforced", [], False),
        ("grace", [], False),
        ("authorized", ["stolen"], True),
        ("unauthorized", [], True),
        ("overtime", [], True),
        ("second_vehicle", [], True),
    ],
)
def test_what_is_a_hit(verdict, alerts, hit):
    assert rules.is_hit(verdict, alerts) is hit


def test_settling_tells_accepting_from_correcting():
    assert rules.settled_as("ABC123", "abc 123") == State.ACCEPTED
    assert rules.settled_as("ABC123", "A8C123") == State.CORRECTED
    assert not rules.may_settle(" - ")
    with pytest.raises(Refused, match="Say why"):
        rules.require_reason("  ")
