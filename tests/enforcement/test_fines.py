"""Fines by the count of a violation on a plate."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.rules import fines
from parkops.kernel.dates import Duration
from parkops.kernel.money import Money
from parkops.programme.violation_schema import Ladder, NthStep, NthWithin, Recite, Violation

NEW_YORK = ZoneInfo("America/New_York")
AT = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)


def dollars(text: str) -> Money:
    return Money.parse(text, "USD")


LADDER = (
    NthStep(n=1, sanction="warning"),
    NthStep(n=2),
    NthStep(n=3, fine=dollars("50.00")),
    NthStep(n=6, sanction="tow", fine=dollars("75.00")),
)


def ladder(kind: str = "", days: int = 0) -> Ladder:
    return Ladder(within=NthWithin(kind, days) if kind else None, steps=LADDER)


def violation(**more) -> Violation:
    return Violation(code="OVERSTAY", name="Over", fine=dollars("30.00"), **more)


def count(of: Ladder | None, *ago: float, at: datetime = AT) -> int:
    earlier = [at - timedelta(days=days) for days in ago]
    return fines.nth(of, earlier, at=at, zone=NEW_YORK, year_start=(9, 1))


class TestNth:
    def test_counts_itself_and_all_before_without_a_span(self):
        assert count(ladder(), 1, 400, 4_000) == 4
        assert count(None, 1) == 2

    def test_later_ones_do_not_count(self):
        assert count(ladder(), -1, 1) == 2

    def test_a_programme_year_begins_on_its_day(self):
        first = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)  # midnight in New York
        earlier = [first, first - timedelta(seconds=1)]
        year = ladder("programme-year")
        assert fines.nth(year, earlier, at=AT, zone=NEW_YORK, year_start=(9, 1)) == 2

    @pytest.mark.parametrize(("ago", "n"), [(364.9, 2), (365, 1), (366, 1)])
    def test_a_span_of_days_rolls_and_excludes_its_end(self, ago, n):
        assert count(ladder("days", 365), ago) == n

    @pytest.mark.parametrize(
        ("ago", "n"), [((300, 600), 3), ((300, 700), 2), ((367,), 1), ((365, 730, 1095), 4)]
    )
    def test_clean_starts_anew_after_a_gap(self, ago, n):
        assert count(ladder("clean", 366), *ago) == n


class TestFineFor:
    @pytest.mark.parametrize(
        ("n", "amount", "sanction"),
        [
            (1, "0.00", "warning"),
            (2, "30.00", "fine"),
            (3, "50.00", "fine"),
            (5, "50.00", "fine"),
            (6, "75.00", "tow"),
            (60, "75.00", "tow"),
        ],
    )
    def test_takes_the_step_with_the_largest_n_not_above(self, n, amount, sanction):
        fine = fines.fine_for(violation(nth=ladder()), n)
        assert (fine.amount, fine.sanction) == (dollars(amount), sanction)

    def test_without_a_step_is_the_violation_s(self):
        later = Ladder(within=None, steps=(NthStep(n=2, fine=dollars("50.00")),))
        assert fines.fine_for(violation(nth=later), 1).amount == dollars("30.00")
        assert fines.fine_for(violation(), 9).amount == dollars("30.00")

    def test_a_warning_asked_for_owes_nothing(self):
        fine = fines.fine_for(violation(nth=ladder()), 6, warning=True)
        assert (fine.amount, fine.is_warning) == (dollars("0.00"), True)


class TestMayCiteAgain:
    @pytest.mark.parametrize(("hours", "allowed"), [(1, False), (10, False), (11, True)])
    def test_is_once_a_local_day_by_default(self, hours, allowed):
        # 15:00 UTC is 10:00 in New York: ten hours ago is that midnight's start.
        at = AT - timedelta(hours=hours)
        decision = fines.may_cite_again(violation(), [at], at=AT, zone=NEW_YORK)
        assert bool(decision) is allowed

    @pytest.mark.parametrize(
        ("minutes", "allowed"),
        [((119,), False), ((120,), True), ((200, 400), False), ((200, 721), True)],
    )
    def test_recite_has_a_rest_and_a_most(self, minutes, allowed):
        recite = Recite(after=Duration.parse("2h"), at_most=2, per=Duration.parse("12h"))
        earlier = [AT - timedelta(minutes=m) for m in minutes]
        decision = fines.may_cite_again(violation(recite=recite), earlier, at=AT, zone=NEW_YORK)
        assert bool(decision) is allowed


@given(st.lists(st.integers(0, 2_000), max_size=8), st.sampled_from(["days", "clean"]))
def test_what_counts_is_never_left_out_by_the_short_cut(ago, kind):
    rule = violation(nth=ladder(kind, 365))
    since = fines.earliest_that_counts(rule, at=AT, zone=NEW_YORK, year_start=(9, 1))
    kept = [days for days in ago if since is None or AT - timedelta(days=days) >= since]
    assert count(rule.nth, *ago) == count(rule.nth, *kept)
