"""The order of a line and when things are due: pure rules."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.dates import Duration
from parkops.programme.permit_schema import Waitlist
from permits.rules import waitlist as rule
from permits.rules.waitlist import Choice, Seat

ZONE = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class TestOrder:
    def test_audiences_named_first_go_first(self):
        line = Waitlist(priority=("NURSE", "STAFF"))
        assert rule.priority_of(line, ["nurse"]) > rule.priority_of(line, ["STAFF"])
        assert rule.priority_of(line, ["STAFF", "NURSE"]) == rule.priority_of(line, ["NURSE"])
        assert rule.priority_of(line, ["STUDENT"]) == 0

    seats = st.lists(st.builds(Seat, st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=12)

    @given(seats, st.data())
    def test_a_move_puts_one_person_there_and_keeps_the_order_of_the_rest(self, seats, data):
        seats = sorted(seats, key=lambda seat: seat.order)
        start = data.draw(st.integers(0, len(seats) - 1))
        to = data.draw(st.integers(0, len(seats) - 1))
        after = rule.moved(seats, start, to)
        order = sorted(range(len(seats)), key=lambda n: after[n].order)
        assert order[to] == start
        assert [n for n in order if n != start] == [n for n in range(len(seats)) if n != start]
        assert len({seat.order for seat in after}) == len(seats)


class TestChoices:
    first, second, third = Choice("a", 1), Choice("b", 2), Choice("c", 3)

    def test_the_lower_ones_end_and_the_higher_ones_stay(self):
        others = [self.first, self.third]
        assert rule.given_up(Waitlist(group="G"), self.second, others) == [self.third]

    def test_or_all_end_where_the_program_says_so(self):
        others = [self.first, self.third]
        line = Waitlist(group="G", higher="end")
        assert rule.given_up(line, self.second, others) == others

    def test_each_rule_is_told_in_words(self):
        assert "stay in line" in rule.choice_rule(Waitlist(group="G"))
        assert "leave the lines" in rule.choice_rule(Waitlist(group="G", higher="end"))
        assert rule.choice_rule(Waitlist()) == ""


class TestLapse:
    def test_leaves_or_goes_to_the_end_once(self):
        assert rule.after_lapse(Waitlist(), 1) == "leave"
        assert rule.after_lapse(Waitlist(lapse="end"), 1) == "end"
        assert rule.after_lapse(Waitlist(lapse="end"), 2) == "leave"

    def test_the_reminder_comes_when_a_quarter_is_left(self):
        begun = at("2026-11-10 10:00")
        assert rule.remind_from(begun, begun + timedelta(hours=48)) == begun + timedelta(hours=36)


class TestPurge:
    @pytest.mark.parametrize(
        ("joined", "on"),
        [("2026-03-31", "2026-04-01"), ("2026-04-01", "2027-04-01"), ("2026-11-10", "2027-04-01")],
    )
    def test_the_day_is_the_first_after_joining(self, joined, on):
        found = rule.purge_day((4, 1), date.fromisoformat(joined))
        assert found == date.fromisoformat(on)

    def test_the_29th_of_february_is_else_the_28th(self):
        assert rule.purge_day((2, 29), date(2026, 1, 1)) == date(2026, 2, 28)
        assert rule.purge_day((2, 29), date(2027, 12, 1)) == date(2028, 2, 29)

    LINE = Waitlist(purge=(4, 1), notice=Duration(days=14))

    def due(self, told, now, joined="2026-11-10 10:00"):
        told_at = at(told) if told else None
        return rule.purge_due(self.LINE, at(joined), told_at, zone=ZONE, at=at(now))

    def test_is_told_before_it_is_done(self):
        assert self.due("", "2027-03-17 23:59") is None
        assert self.due("", "2027-03-18 00:00") == ("tell", date(2027, 4, 1))
        assert self.due("2027-03-18 00:00", "2027-03-31 23:59") is None
        assert self.due("2027-03-18 00:00", "2027-04-01 00:00") == ("close", date(2027, 4, 1))

    def test_nobody_is_closed_out_on_the_day_they_are_told(self):
        assert self.due("", "2027-04-02 08:00") == ("tell", date(2027, 4, 1))
        assert self.due("2027-04-02 08:00", "2027-04-02 20:00") is None
        assert self.due("2027-04-02 08:00", "2027-04-03 00:00") == ("close", date(2027, 4, 1))

    @given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 12), st.integers(1, 31))
    def test_it_comes_within_a_year(self, joined, month, day):
        on = rule.purge_day((month, day), joined)
        assert joined < on <= joined + timedelta(days=366)
