"""Weeks painted: windows to spans and back at the same instants, past midnight too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel import week
from parkops.kernel.week import WHOLE_WEEK, Span
from parkops.kernel.window_forms import parse_windows, write_windows
from parkops.kernel.windows import ALWAYS, Calendar, Window, holds

UTC_ZONE = ZoneInfo("UTC")
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
HOLIDAY = {"holidays": Calendar(((date(2026, 11, 13), date(2026, 11, 13)),))}  # a Friday

minutes = st.one_of(st.integers(0, 1439), st.sampled_from([0, 360, 420, 1050, 1320]))
hours = st.tuples(minutes, st.one_of(minutes, st.just(1440)))
windows = st.builds(
    Window,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    hours=st.lists(hours, min_size=1, max_size=3).map(tuple),
)
instants = st.integers(0, week.MINUTES_PER_WEEK - 1)
painted_spans = st.builds(
    lambda day, start, length: Span(day, start, start + length),
    st.integers(0, 6),
    minutes,
    st.integers(1, 1440),
)


def holds_at(told, minute: int, **more) -> bool:
    return holds(told, MONDAY + timedelta(minutes=minute), zone=UTC_ZONE, **more)


def is_in(span: Span, minute: int) -> bool:
    start = span.day * 1440 + span.start
    return any(
        start + turn <= minute < start + turn + span.end - span.start
        for turn in (0, -week.MINUTES_PER_WEEK)
    )


def written(*texts: object) -> tuple[Window, ...]:
    return parse_windows(list(texts))


class TestSpans:
    @pytest.mark.parametrize(
        ("window", "spans"),
        [
            ("Sat 09:00-13:00", [Span(5, 540, 780)]),
            ("Fri 22:00-06:00", [Span(4, 1320, 1800)]),
            ("Sun 22:00-24:00", [Span(6, 1320, 1440)]),
            ("Sat 06:00-06:00", [Span(5, 360, 1800)]),
            ("Mon 07:00-09:00,08:00-10:00", [Span(0, 420, 600)]),
            ("Mon 07:00-09:00,09:00-10:00", [Span(0, 420, 600)]),
            ("Fri 22:00-24:00", [Span(4, 1320, 1440)]),
            ("always", list(WHOLE_WEEK)),
            ({"days": "Mon", "season": "12-01..04-01"}, []),
            ({"days": "Mon", "during": "snow"}, []),
            ({"days": "Mon", "hours": "07:00-08:00", "except": ["holidays"]}, [Span(0, 420, 480)]),
        ],
    )
    def test_of_a_window(self, window, spans):
        assert week.spans(written(window)) == spans

    def test_what_is_special_is_told_apart(self):
        told = written("Mon", {"season": "12-01..04-01"}, {"during": "snow"})
        assert week.special(told) == told[1:]

    def test_the_whole_week_is_always(self):
        assert week.windows_of(WHOLE_WEEK) == (ALWAYS,)

    def test_days_with_the_same_hours_are_one_window(self):
        told = written("Mon 07:00-17:30", "Tue-Fri 07:00-17:30", "Sat 09:00-12:00")
        assert write_windows(week.windows_of(week.spans(told))) == [
            "Mon-Fri 07:00-17:30",
            "Sat 09:00-12:00",
        ]

    @given(st.lists(windows, max_size=4), instants)
    def test_there_and_back_holds_at_the_same_instants(self, told, minute):
        again = week.windows_of(week.spans(told))
        assert holds_at(again, minute) == holds_at(told, minute)

    @given(st.lists(windows, max_size=4))
    def test_there_and_back_twice_is_once(self, told):
        once = week.spans(told)
        assert week.spans(week.windows_of(once)) == once

    @given(
        st.lists(
            st.builds(
                Window,
                days=st.frozensets(st.integers(0, 6), min_size=1),
                hours=st.lists(hours, min_size=1, max_size=3).map(tuple),
                season=st.none() | st.just(((12, 1), (4, 1))),
                exceptions=st.sampled_from([(), ("holidays",), ("holidays", "break")]),
                during=st.none() | st.just("snow"),
            ),
            max_size=4,
        )
    )
    def test_written_windows_are_read_as_the_same(self, told):
        assert parse_windows(write_windows(told)) == tuple(told)


class TestPaint:
    @given(st.lists(windows, max_size=3), st.lists(painted_spans, max_size=3), instants)
    def test_on_adds_and_off_takes_away_just_that(self, told, painted, minute):
        before, inside = holds_at(told, minute), any(is_in(span, minute) for span in painted)
        assert holds_at(week.paint(told, painted, on=True), minute) == (before or inside)
        assert holds_at(week.paint(told, painted, on=False), minute) == (before and not inside)

    def test_a_friday_night_stays_friday_s(self):
        after = week.paint(written("Fri 22:00-06:00"), [Span(4, 1200, 1330)], on=True)
        assert write_windows(after) == "Fri 20:00-06:00"
        assert not holds_at(after, 3 * 1440 + 60)

    def test_a_cut_past_midnight_leaves_the_rest_to_the_next_day(self):
        after = week.paint(written("Fri 22:00-06:00"), [Span(5, 0, 120)], on=False)
        assert write_windows(after) == ["Fri 22:00-24:00", "Sat 02:00-06:00"]

    def test_sunday_night_reaches_into_monday(self):
        after = week.paint(written("Sun 22:00-06:00"), [Span(0, 0, 600)], on=False)
        assert write_windows(after) == "Sun 22:00-24:00"

    def test_what_is_added_has_the_exceptions_of_the_week(self):
        told = written({"days": "Mon-Fri", "hours": "07:00-17:30", "except": ["holidays"]})
        after = week.paint(told, [Span(4, 1050, 1080)], on=True)
        friday = 4 * 1440 + 1060
        assert holds_at(after, friday)
        assert not holds_at(after, friday, calendars=HOLIDAY)

    def test_what_is_there_already_is_not_added_under_other_exceptions(self):
        told = written(
            {"days": "Fri", "except": ["break"]}, {"days": "Mon", "except": ["holidays"]}
        )
        assert week.paint(told, [Span(4, 60, 120)], on=True) == told

    def test_special_windows_and_untouched_groups_stay_as_written(self):
        winter = {"days": "Mon-Fri", "hours": "02:00-06:00", "season": "12-01..04-01"}
        told = written(winter, "Mon 07:00-09:00,09:00-10:00")
        assert week.paint(told, [Span(0, 0, 60)], on=False) == told
        after = week.paint(told, [Span(0, 540, 600)], on=False)
        assert write_windows(after) == [winter, "Mon 07:00-09:00"]

    def test_exceptions_are_set_for_the_ordinary_week(self):
        told = written("Mon", {"days": "Tue", "season": "12-01..04-01"})
        after = week.excepting(told, ["holidays"])
        assert week.exceptions(after) == ("holidays",)
        assert after[1] == told[1]


class TestOverlaps:
    @given(st.lists(painted_spans, max_size=3), st.lists(painted_spans, max_size=3), instants)
    def test_holds_where_both_do(self, one, other, minute):
        both = week.overlaps(one, other)
        told = [any(is_in(span, minute) for span in part) for part in (both, one, other)]
        assert told[0] == (told[1] and told[2])


class TestRows:
    @given(st.lists(painted_spans, max_size=4), st.lists(painted_spans, max_size=4))
    def test_every_day_is_full_and_the_later_layer_lies_over(self, under, over):
        rows = week.rows([("under", under), ("over", over)])
        for day, cells in enumerate(rows):
            assert [cell.start for cell in cells] == [0, *(cell.end for cell in cells[:-1])]
            assert cells[-1].end == 1440
            for cell in cells:
                minute = day * 1440 + cell.start
                covered = [any(is_in(s, minute) for s in part) for part in (under, over)]
                assert cell.layer == ("over" if covered[1] else "under" if covered[0] else "")

    def test_the_hours_past_midnight_know_whose_they_are(self):
        rows = week.rows([("on", [Span(4, 1320, 1800)])])
        assert [(c.start, c.end, c.layer, c.owner) for c in rows[5]] == [
            (0, 360, "on", 4),
            (360, 1440, "", 5),
        ]
