"""When windows hold: on plain days, past midnight, in seasons, over both summer-time changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkops.kernel.periods import Period
from parkops.kernel.window_forms import parse_windows
from parkops.kernel.windows import Calendar, Window, holds, next_change, periods

TORONTO = ZoneInfo("America/Toronto")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its summer time is half an hour
HAVANA = ZoneInfo("America/Havana")  # it changes at midnight
CALENDARS = {"holidays": Calendar(((date(2026, 12, 25), date(2026, 12, 25)),))}


def at(text: str, fold: int = 0, zone: ZoneInfo = TORONTO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def is_on(value: object, moment: datetime, zone: ZoneInfo = TORONTO, **more: object) -> bool:
    return holds(parse_windows(value), moment, zone=zone, calendars=CALENDARS, **more)


class TestHolds:
    @pytest.mark.parametrize(
        ("moment", "answer"),
        [
            ("2026-11-23 06:59:59", False),
            ("2026-11-23 07:00:00", True),
            ("2026-11-23 17:29:59", True),
            ("2026-11-23 17:30:00", False),
            ("2026-11-22 12:00:00", False),
        ],
    )
    def test_includes_the_start_and_excludes_the_end(self, moment, answer):
        assert is_on("Mon-Fri 07:00-17:30", at(moment)) is answer

    @pytest.mark.parametrize(
        ("hours", "answer"), [("06:00-23:59", False), ("06:00-24:00", True), ("06:00-00:00", True)]
    )
    def test_the_last_minute_of_the_day(self, hours, answer):
        assert is_on(f"Sat {hours}", at("2026-11-28 23:59:30")) is answer
        assert not is_on(f"Sat {hours}", at("2026-11-29 00:00:00"))

    @pytest.mark.parametrize(
        ("moment", "answer"),
        [
            ("2026-11-27 21:59", False),
            ("2026-11-27 22:00", True),
            ("2026-11-28 05:59", True),
            ("2026-11-28 06:00", False),
            ("2026-11-28 22:00", False),
            ("2026-11-27 05:00", False),
        ],
    )
    def test_past_midnight_belongs_to_the_day_it_starts_on(self, moment, answer):
        assert is_on("Fri 22:00-06:00", at(moment)) is answer

    def test_past_midnight_takes_its_exception_from_the_day_it_starts_on(self):
        window = {"hours": "22:00-06:00", "except": ["HOLIDAYS"]}
        assert is_on(window, at("2026-12-25 05:00"))
        assert not is_on(window, at("2026-12-25 23:00"))
        assert not is_on(window, at("2026-12-26 05:00"))
        assert is_on(window, at("2026-12-26 23:00"))

    def test_past_midnight_takes_its_season_from_the_day_it_starts_on(self):
        window = {"hours": "22:00-06:00", "season": "12-01..04-01"}
        assert not is_on(window, at("2026-12-01 05:00"))
        assert is_on(window, at("2026-12-01 22:00"))
        assert is_on(window, at("2027-04-02 05:59"))
        assert not is_on(window, at("2027-04-02 22:00"))

    @pytest.mark.parametrize(
        ("season", "day", "answer"),
        [
            ("12-01..04-01", "2026-11-30", False),
            ("12-01..04-01", "2026-12-01", True),
            ("12-01..04-01", "2027-01-01", True),
            ("12-01..04-01", "2027-04-01", True),
            ("12-01..04-01", "2027-04-02", False),
            ("03-01..11-15", "2026-11-15", True),
            ("03-01..11-15", "2026-11-16", False),
            ("02-29..02-29", "2028-02-29", True),
            ("02-29..02-29", "2027-02-28", False),
            ("02-29..02-29", "2027-03-01", False),
            ("01-01..02-29", "2027-02-28", True),
            ("01-01..02-29", "2027-03-01", False),
            ("02-28..03-01", "2028-02-29", True),
        ],
    )
    def test_a_season_includes_both_its_days(self, season, day, answer):
        assert is_on({"season": season}, at(f"{day} 23:59")) is answer

    def test_a_whole_day_ends_at_midnight_even_if_the_next_is_excepted(self):
        window = {"days": "Mon-Sun", "except": ["holidays"]}
        assert is_on(window, at("2026-12-24 23:59:59"))
        assert not is_on(window, at("2026-12-25 00:00"))

    def test_any_of_several_is_enough(self):
        windows = ["Mon-Fri 09:00-18:00", "Sat 09:00-13:00"]
        assert is_on(windows, at("2026-11-28 12:59"))
        assert not is_on(windows, at("2026-11-28 13:00"))

    def test_none_is_never(self):
        assert not is_on([], at("2026-11-28 12:59"))

    def test_during_holds_only_while_the_event_is_on(self):
        on = {"snow": [Period(at("2026-12-01 03:00"), at("2026-12-01 05:00"))]}
        window = {"hours": "02:00-06:00", "during": "SNOW"}
        answers = [is_on(window, at(f"2026-12-01 0{n}:00"), events=on) for n in range(2, 7)]
        assert answers == [False, True, True, False, False]
        assert not is_on(window, at("2026-12-01 04:00"))

    def test_reads_the_clocks_of_its_own_zone(self):
        moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
        assert is_on("Mon 07:00-08:00", moment)
        assert not is_on("Mon 07:00-08:00", moment, ZoneInfo("America/Los_Angeles"))


class TestSummerTime:
    def test_an_hour_that_is_skipped_holds_never(self):
        day = Period(at("2026-03-08 00:00"), at("2026-03-09 00:00"))
        assert periods(parse_windows("Sun 02:00-03:00"), day, zone=TORONTO) == []

    def test_a_window_over_the_skipped_hour_is_an_hour_shorter(self):
        day = Period(at("2026-03-08 00:00"), at("2026-03-09 00:00"))
        (span,) = periods(parse_windows("Sun 01:00-04:00"), day, zone=TORONTO)
        assert span.minutes == 120

    def test_an_hour_shown_twice_holds_twice(self):
        assert is_on("Sun 01:15-01:45", at("2026-11-01 01:30"))
        assert is_on("Sun 01:15-01:45", at("2026-11-01 01:30", fold=1))
        day = Period(at("2026-11-01 00:00"), at("2026-11-02 00:00"))
        spans = periods(parse_windows("Sun 01:15-01:45"), day, zone=TORONTO)
        assert [span.minutes for span in spans] == [30, 30]

    def test_a_window_over_the_repeated_hour_is_an_hour_longer(self):
        day = Period(at("2026-11-01 00:00"), at("2026-11-02 00:00"))
        (span,) = periods(parse_windows("Sun 00:30-04:00"), day, zone=TORONTO)
        assert span.minutes == 270

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25)])
    def test_a_whole_day_is_as_long_as_it_is(self, day, hours):
        around = Period(
            at(f"{day} 00:00") - timedelta(days=3), at(f"{day} 00:00") + timedelta(days=3)
        )
        (span,) = periods(parse_windows("Sun"), around, zone=TORONTO)
        assert span.minutes == hours * 60

    def test_a_night_shift_over_the_change(self):
        around = Period(at("2026-03-07 12:00"), at("2026-03-08 12:00"))
        (span,) = periods(parse_windows("Sat 22:00-06:00"), around, zone=TORONTO)
        assert span.minutes == 7 * 60


class TestPeriods:
    def test_touching_ones_join_and_the_rest_is_cut(self):
        between = Period(at("2026-11-23 16:00"), at("2026-11-24 08:00"))
        windows = parse_windows(["Mon 09:00-17:00", "Mon 17:00-24:00", "Tue 00:00-01:00"])
        (span,) = periods(windows, between, zone=TORONTO)
        assert (span.start, span.end) == (at("2026-11-23 16:00"), at("2026-11-24 01:00"))

    def test_every_day_is_one_period(self):
        between = Period(at("2026-10-01 00:00"), at("2026-12-01 00:00"))
        for text in ("Mon-Sun 00:00-24:00", "always", "Mon-Sun 08:00-08:00"):
            assert periods(parse_windows(text), between, zone=TORONTO)[0].minutes == between.minutes

    def test_nothing_of_nothing(self):
        empty = Period(at("2026-10-01 12:00"), at("2026-10-01 12:00"))
        assert periods(parse_windows("always"), empty, zone=TORONTO) == []


class TestNextChange:
    @pytest.mark.parametrize(
        ("value", "moment", "change"),
        [
            ("Mon-Fri 07:00-17:30", "2026-11-23 12:00", "2026-11-23 17:30"),
            ("Mon-Fri 07:00-17:30", "2026-11-23 07:00", "2026-11-23 17:30"),
            ("Mon-Fri 07:00-17:30", "2026-11-23 17:30", "2026-11-24 07:00"),
            ("Mon-Fri 07:00-17:30", "2026-11-20 17:30", "2026-11-23 07:00"),
            ({"season": "12-01..04-01"}, "2026-11-23 17:30", "2026-12-01 00:00"),
            ({"season": "12-01..04-01"}, "2026-12-23 17:30", "2027-04-02 00:00"),
            ({"days": "Mon-Sun", "except": ["holidays"]}, "2026-12-01 00:00", "2026-12-25 00:00"),
            ("Sun 01:15-01:45", "2026-11-01 01:30", "2026-11-01 01:45"),
        ],
    )
    def test_is_when_the_answer_turns(self, value, moment, change):
        found = next_change(parse_windows(value), at(moment), zone=TORONTO, calendars=CALENDARS)
        assert found == at(change)

    @pytest.mark.parametrize("value", ["always", []])
    def test_is_none_where_nothing_ever_changes(self, value):
        assert next_change(parse_windows(value), at("2026-11-23 12:00"), zone=TORONTO) is None


class TestDaysOfTheMonth:
    @pytest.mark.parametrize(
        ("on", "answer"),
        [("05-01", True), ("05-08", False), ("05-15", True), ("05-22", False), ("05-29", False)],
    )
    def test_c18_the_first_and_third_friday(self, on, answer):
        when = {"days": "Fri", "hours": "09:00-12:00", "weeks": [1, 3]}
        assert is_on(when, at(f"2026-{on} 10:00")) is answer
        assert not is_on(when, at(f"2026-{on} 12:00"))

    @pytest.mark.parametrize(("on", "is_odd"), [("05-01", True), ("05-30", False), ("05-31", True)])
    def test_odd_dates_and_even_ones_which_the_night_keeps(self, on, is_odd):
        for dates, answer in (("odd", is_odd), ("even", not is_odd)):
            when = {"hours": "22:00-06:00", "dates": dates}
            assert is_on(when, at(f"2026-{on} 23:00")) is answer
            night = at(f"2026-{on} 23:00") + timedelta(hours=6)
            assert is_on(when, night) is answer


minutes = st.integers(0, 1439)
windows_of_any_kind = st.lists(
    st.builds(
        Window,
        days=st.frozensets(st.integers(0, 6), min_size=1),
        hours=st.lists(st.tuples(minutes, st.integers(0, 1440)), min_size=1, max_size=2).map(tuple),
        season=st.none() | st.tuples(*[st.tuples(st.integers(1, 12), st.integers(1, 28))] * 2),
        exceptions=st.sampled_from([(), ("holidays",)]),
        during=st.sampled_from([None, None, "snow"]),
        weeks=st.frozensets(st.integers(1, 5), max_size=2),
        dates=st.sampled_from(["", "", "odd", "even"]),
    ),
    max_size=3,
)
odd_days = st.sampled_from(
    [date(2026, 3, 8), date(2026, 11, 1), date(2028, 2, 29), date(2026, 12, 25), date(2024, 3, 10)]
    + [date(2024, 11, 3), date(2026, 4, 5), date(2026, 10, 4)]
) | st.dates(date(2024, 1, 1), date(2029, 1, 1))


@settings(max_examples=150, deadline=None)
@given(
    windows=windows_of_any_kind,
    day=odd_days,
    zone=st.sampled_from([TORONTO, LORD_HOWE, HAVANA]),
    shift=st.integers(0, 1439),
    data=st.data(),
)
def test_periods_are_exactly_the_instants_at_which_windows_hold(windows, day, zone, shift, data):
    midday = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(minutes=shift)
    between = Period(midday - timedelta(hours=36), midday + timedelta(hours=36))
    events = {"snow": [Period(midday - timedelta(hours=5), midday + timedelta(hours=9))]}
    more = {"zone": zone, "calendars": CALENDARS, "events": events}
    spans = periods(windows, between, **more)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    around = [edge + timedelta(seconds=n) for edge in edges for n in (-1, 0, 1)]
    offsets = data.draw(st.lists(st.integers(0, 72 * 3600 - 1), min_size=5, max_size=5))
    around += [between.start + timedelta(seconds=n) for n in offsets]
    for moment in around:
        if between.contains(moment):
            inside = any(span.contains(moment) for span in spans)
            assert inside == holds(windows, moment, **more)


@settings(max_examples=60, deadline=None)
@given(windows=windows_of_any_kind, day=odd_days)
def test_next_change_turns_the_answer_and_nothing_does_before(windows, day):
    start = datetime(day.year, day.month, day.day, 3, 20, tzinfo=UTC)
    more = {"zone": TORONTO, "calendars": CALENDARS}
    change = next_change(windows, start, **more)
    now = holds(windows, start, **more)
    if change is None:
        change = start + timedelta(days=9)
        assert holds(windows, change, **more) == now
    else:
        assert holds(windows, change, **more) != now
        assert holds(windows, change - timedelta(seconds=1), **more) == now
    for n in range(12):
        moment = start + (change - start) * n / 12
        assert holds(windows, moment, **more) == now
