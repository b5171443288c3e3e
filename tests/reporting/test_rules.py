"""Periods that move with the day, and when a schedule is due: by tables and by their properties."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from reporting.rules.periods import DAYS, PERIODS, dated, period_of
from reporting.rules.schedules import LAST_DAY, Every, Rhythm, is_on, latest_due, may_be, next_due

NEW_YORK, APIA = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
ZONES = [NEW_YORK, APIA, *map(ZoneInfo, ("Europe/Berlin", "Australia/Lord_Howe", "UTC"))]
days = st.dates(date(2000, 1, 1), date(2060, 1, 1))
instants = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
rhythms = st.builds(
    Rhythm, st.sampled_from(Every), st.integers(0, 1439), st.integers(0, 6), st.integers(1, 31)
)


class TestPeriods:
    @pytest.mark.parametrize(
        ("code", "first", "last"),
        [
            ("today", "2026-03-04", "2026-03-04"),
            ("yesterday", "2026-03-03", "2026-03-03"),
            ("this-week", "2026-03-02", "2026-03-04"),
            ("last-week", "2026-02-23", "2026-03-01"),
            ("last-7-days", "2026-02-25", "2026-03-03"),
            ("last-30-days", "2026-02-02", "2026-03-03"),
            ("this-month", "2026-03-01", "2026-03-04"),
            ("last-month", "2026-02-01", "2026-02-28"),
            ("this-quarter", "2026-01-01", "2026-03-04"),
            ("last-quarter", "2025-10-01", "2025-12-31"),
            ("this-year", "2026-01-01", "2026-03-04"),
            ("last-year", "2025-01-01", "2025-12-31"),
        ],
    )
    def test_on_a_wednesday_in_march(self, code, first, last):
        found = period_of(code, date(2026, 3, 4))
        assert [day.isoformat() for day in found] == [first, last]

    def test_a_week_begins_where_the_locale_says(self):
        sunday = date(2026, 3, 1)
        assert period_of("this-week", sunday)[0] == date(2026, 2, 23)
        assert period_of("this-week", sunday, week_begins=6)[0] == sunday
        assert period_of("last-week", sunday, week_begins=6) == (
            date(2026, 2, 22),
            date(2026, 2, 28),
        )

    def test_every_name_means_something(self):
        assert {*DAYS} <= {*PERIODS}
        for code in PERIODS:
            assert period_of(code, date(2026, 1, 1))
        with pytest.raises(Refused, match="last-decade"):
            period_of("last-decade", date(2026, 1, 1))

    @given(today=days, code=st.sampled_from([*PERIODS]), week_begins=st.integers(0, 6))
    def test_a_period_is_in_order_and_never_in_the_future(self, today, code, week_begins):
        first, last = period_of(code, today, week_begins=week_begins)
        assert first <= last <= today
        assert code.startswith(("this", "today")) == (last == today)

    @given(today=days, unit=st.sampled_from(["week", "month", "quarter", "year"]))
    def test_the_last_one_ends_where_this_one_begins(self, today, unit):
        this, last = period_of(f"this-{unit}", today), period_of(f"last-{unit}", today)
        assert last[1] + timedelta(days=1) == this[0]
        assert period_of(f"this-{unit}", last[1]) == last


class TestDated:
    today = date(2026, 3, 4)

    def test_a_period_becomes_its_days(self):
        told = dated({"period": "last-month", "by": "x"}, {"from", "to", "by"}, today=self.today)
        assert told == {"by": "x", "from": "2026-02-01", "to": "2026-02-28"}

    def test_where_a_last_day_is_asked_for_it_is_that_of_the_period(self):
        assert dated({"period": "last-month"}, {"to"}, today=self.today) == {"to": "2026-02-28"}

    def test_without_a_period_nothing_is_changed(self):
        given = {"from": "2026-01-01", "period": ""}
        assert dated(given, {"from", "to"}, today=self.today) == {"from": "2026-01-01"}

    @pytest.mark.parametrize(
        ("given", "asked", "code"),
        [
            ({"period": "soon"}, {"to"}, "unknown_period"),
            ({"period": "today", "to": "2026-01-01"}, {"to"}, "days_and_period"),
            ({"period": "today"}, {"by"}, "no_days"),
        ],
    )
    def test_what_cannot_be_is_refused(self, given, asked, code):
        with pytest.raises(Refused) as refusal:
            dated(given, asked, today=self.today)
        assert (refusal.value.code, refusal.value.field) == (code, "parameters.period")


class TestSchedules:
    @pytest.mark.parametrize(
        ("rhythm", "after", "due"),
        [
            (Rhythm(Every.DAY, 7 * 60), "2026-11-10 15:15", "2026-11-11 12:00"),
            (Rhythm(Every.DAY, 7 * 60), "2026-11-10 12:00", "2026-11-11 12:00"),
            (Rhythm(Every.DAY, 7 * 60), "2026-11-10 11:59", "2026-11-10 12:00"),
            (Rhythm(Every.WEEK, 7 * 60, weekday=0), "2026-11-10 15:15", "2026-11-16 12:00"),
            (Rhythm(Every.MONTH, 0, day=LAST_DAY), "2026-11-10 15:15", "2026-11-30 05:00"),
            (Rhythm(Every.MONTH, 0, day=30), "2027-02-02 15:15", "2027-02-28 05:00"),
            # Clocks skip 02:30 on 14 March 2027 and show 01:30 twice on 7 November 2027.
            (Rhythm(Every.DAY, 150), "2027-03-14 00:00", "2027-03-14 07:30"),
            (Rhythm(Every.DAY, 150), "2027-03-14 07:30", "2027-03-15 06:30"),
            (Rhythm(Every.DAY, 90), "2027-11-07 00:00", "2027-11-07 05:30"),
            (Rhythm(Every.DAY, 90), "2027-11-07 05:30", "2027-11-08 06:30"),
        ],
    )
    def test_in_new_york(self, rhythm, after, due):
        def at(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)

        assert next_due(rhythm, at(after), NEW_YORK) == at(due)

    @given(rhythm=rhythms, at=instants, zone=st.sampled_from(ZONES))
    def test_the_next_is_later_and_nothing_lies_between(self, rhythm, at, zone):
        due = next_due(rhythm, at, zone)
        assert due > at
        assert latest_due(rhythm, due, zone) == due
        assert latest_due(rhythm, due - timedelta(seconds=1), zone) <= at
        assert latest_due(rhythm, at, zone) <= at

    @given(rhythm=rhythms, at=instants, zone=st.sampled_from(ZONES))
    def test_it_is_on_the_wall_what_was_asked_for(self, rhythm, at, zone):
        due = next_due(rhythm, at, zone)
        local = due.astimezone(zone)
        shown = local.hour * 60 + local.minute
        if shown == rhythm.minute:
            assert is_on(rhythm, local.date())
            assert local.fold == 0
        else:  # a time that the clocks skipped
            before = (due - timedelta(days=1)).astimezone(zone)
            assert before.utcoffset() != local.utcoffset()

    @given(minute=st.integers(0, 1439), at=instants, zone=st.sampled_from([NEW_YORK, *ZONES[2:]]))
    def test_every_day_has_one(self, minute, at, zone):
        rhythm, found = Rhythm(Every.DAY, minute), []
        for _ in range(10):
            at = next_due(rhythm, at, zone)
            found.append(local_date(at, zone))
        assert found == [found[0] + timedelta(days=n) for n in range(10)]

    def test_a_day_that_a_place_skipped_has_none(self):
        """Apia went from 29 to 31 December 2011."""
        at = datetime(2011, 12, 29, 20, tzinfo=UTC)
        first = next_due(Rhythm(Every.DAY, 720), at, APIA)
        second = next_due(Rhythm(Every.DAY, 720), first, APIA)
        assert [local_date(one, APIA).day for one in (first, second)] == [29, 31]

    @pytest.mark.parametrize(
        ("rhythm", "field"),
        [
            (Rhythm(Every.DAY, 1440), "time"),
            (Rhythm(Every.WEEK, 0, weekday=7), "weekday"),
            (Rhythm(Every.MONTH, 0, day=32), "day"),
        ],
    )
    def test_what_cannot_be_is_refused(self, rhythm, field):
        assert may_be(rhythm).field == field

    def test_it_is_said_in_words(self):
        said = [
            Rhythm(Every.DAY, 420).text,
            Rhythm(Every.WEEK, 420, weekday=4).text,
            Rhythm(Every.MONTH, 5, day=1).text,
            Rhythm(Every.MONTH, 5, day=LAST_DAY).text,
        ]
        assert said == [
            "Every day at 07:00",
            "Every Friday at 07:00",
            "On day 1 of each month at 00:05",
            "On the last day of each month at 00:05",
        ]
