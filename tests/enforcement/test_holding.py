"""When a vehicle may be booted, towed and let go, and what storage comes to."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.rules import holding
from enforcement.rules.holding import Facts, State
from enforcement.rules.scofflaw import Arrears
from parkops.kernel.dates import Duration
from parkops.kernel.money import Money

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
NOTHING = Money(0, "USD")
OWED = Money(18_000, "USD")
MAY = Arrears(3, OWED, True, True, "3 unpaid citations, 180.00")
NOTICE = Arrears(3, OWED, True, False, "3 unpaid citations, 180.00; no notice sent")
LITTLE = Arrears(1, Money(4_000, "USD"), False, False, "1 unpaid citation, 40.00")
NONE = Arrears(0, NOTHING, False, False, "0 unpaid citations, 0.00")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (Facts(), State.ORDERED),
        (Facts(applied_at=AT), State.BOOTED),
        (Facts(towed_at=AT), State.TOWED),
        (Facts(applied_at=AT, towed_at=AT), State.TOWED),
        (Facts(applied_at=AT, released_at=AT), State.RELEASED),
        (Facts(towed_at=AT, released_at=AT, ended_at=AT), State.ENDED),
        (Facts(cancelled_at=AT), State.CANCELLED),
    ],
)
def test_a_case_is_as_far_as_it_has_come(facts, state):
    assert holding.state_of(facts) is state


@pytest.mark.parametrize(
    ("state", "arrears", "code", "words"),
    [
        (State.ORDERED, MAY, "", ""),
        (State.ORDERED, NOTICE, "notice_first", "no notice sent"),
        (State.ORDERED, LITTLE, "not_bootable", "not enough for a boot any more"),
        (State.ORDERED, NONE, "not_bootable", "Nothing is owed"),
        (State.BOOTED, MAY, "held_already", "booted already"),
        (State.TOWED, MAY, "held_already", "towed already"),
        (State.CANCELLED, MAY, "order_over", "anew"),
        (State.ENDED, MAY, "order_over", "anew"),
    ],
)
def test_a_boot_goes_on_only_while_the_rule_holds(state, arrears, code, words):
    decision = holding.may_apply(state, arrears)
    assert decision.code == code
    assert words in decision.reason


class TestTow:
    def may(self, **more):
        given = {"booted_at": None, "after": Duration(3), "towable_at": None} | more
        return holding.may_tow(**given, at=AT, zone=NEW_YORK)

    def test_after_the_days_of_the_program(self):
        assert self.may(booted_at=AT - timedelta(days=3))
        early = self.may(booted_at=AT - timedelta(days=2))
        assert early.code == "tow_later"
        assert "21 November 10:00" in early.reason

    def test_never_for_its_boot_where_the_program_says_nothing(self):
        assert self.may(booted_at=AT - timedelta(days=300), after=None).code == "not_towable"

    def test_at_once_for_a_citation_that_tows(self):
        assert self.may(towable_at=AT - timedelta(hours=23))
        assert self.may(towable_at=AT - timedelta(hours=24)).code == "not_towable"
        assert self.may(towable_at=AT, booted_at=AT, after=None)


@pytest.mark.parametrize(
    ("state", "owed", "reason", "code"),
    [
        (State.BOOTED, OWED, "", "still_owed"),
        (State.BOOTED, OWED, "  ", "still_owed"),
        (State.TOWED, OWED, "a mistake", ""),
        (State.BOOTED, NOTHING, "", ""),
        (State.RELEASED, OWED, "", ""),
        (State.ORDERED, NOTHING, "x", "not_held"),
        (State.ENDED, NOTHING, "x", "not_held"),
    ],
)
def test_somebody_lets_it_go_only_with_a_reason(state, owed, reason, code):
    assert holding.may_release(state, owed=owed, reason=reason).code == code


DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))


@given(DAYS, st.integers(0, 400), st.integers(0, 50_000))
def test_storage_is_the_days_begun_and_never_shrinks(towed_on, later, per_day):
    on = towed_on + timedelta(days=later)
    days = holding.storage_days(towed_on, on)
    assert days == later + 1
    assert holding.storage_days(towed_on, on + timedelta(days=1)) == days + 1
    assert holding.storage_days(towed_on, towed_on - timedelta(days=1)) == 1
    assert holding.storage(Money(per_day, "USD"), days).minor == per_day * days


def test_storage_says_how_it_is_made():
    assert str(holding.storage_text(Money(3_000, "USD"), 1)) == "Storage, 1 day at $30.00"
    assert str(holding.storage_text(Money(3_000, "USD"), 4)) == "Storage, 4 days at $30.00"
