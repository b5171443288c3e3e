"""Calendar days, months and midnights, on ordinary days and on the odd ones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel import dates
from parkops.kernel.dates import Duration, Moment
from parkops.kernel.periods import Period, merged
from parkops.kernel.windows import Calendar

TORONTO = ZoneInfo("America/Toronto")
HELSINKI = ZoneInfo("Europe/Helsinki")
BERLIN = ZoneInfo("Europe/Berlin")
HAVANA = ZoneInfo("America/Havana")  # its days begin at 01:00 when summer time does

any_date = st.dates(date(2000, 1, 1), date(2060, 1, 1))


class TestDuration:
    @pytest.mark.parametrize(
        ("text", "duration"),
        [
            ("15m", Duration(0, 15)),
            ("2h", Duration(0, 120)),
            ("3d", Duration(3, 0)),
            ("1h30m", Duration(0, 90)),
            ("1d2h3m", Duration(1, 123)),
            ("0m", Duration()),
            ("90m", Duration(0, 90)),
        ],
    )
    def test_parse(self, text, duration):
        assert Duration.parse(text) == duration
        assert Duration.parse(str(duration)) == duration

    @pytest.mark.parametrize(
        "text", ["", "5", "m", "1.5h", "-1d", "30m1h", "1w", "1H", "2h ", "٣d"]
    )
    def test_refuses_other_forms(self, text):
        with pytest.raises(ValueError):
            Duration.parse(text)

    @pytest.mark.parametrize(
        ("text", "words"),
        [("3d", "3 days"), ("1h30m", "1 hour 30 minutes"), ("1m", "1 minute"), ("0m", "0 minutes")],
    )
    def test_text(self, text, words):
        assert Duration.parse(text).text == words

    def test_keeps_days_apart_from_hours_in_spring(self):
        at = datetime(2026, 3, 7, 12, tzinfo=TORONTO)
        assert Duration.parse("1d").after(at, TORONTO) == datetime(2026, 3, 8, 12, tzinfo=TORONTO)
        elapsed = Duration.parse("24h").after(at, TORONTO)
        assert elapsed == datetime(2026, 3, 8, 13, tzinfo=TORONTO)

    def test_keeps_days_apart_from_hours_in_autumn(self):
        at = datetime(2026, 10, 31, 12, tzinfo=TORONTO)
        assert Duration.parse("1d").after(at, TORONTO) - at == timedelta(hours=25)
        assert Duration.parse("24h").after(at, TORONTO) - at == timedelta(hours=24)

    @given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 400))  # noqa: DTZ001
    def test_before_undoes_after_at_hours_that_exist_once(self, wall, days):
        at = wall.replace(hour=12, tzinfo=TORONTO).astimezone(UTC)
        there = Duration(days).after(at, TORONTO)
        assert Duration(days).before(there, TORONTO) == at


class TestMoment:
    def test_is_the_first_of_two_in_autumn(self):
        moment = Moment(date(2026, 11, 1), 90)
        assert moment.instant(TORONTO) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    def test_is_after_the_change_where_the_clock_skips_it(self):
        # Berlin 2023-03-26 02:30 does not exist; the clocks show 03:30 then.
        instant = Moment(date(2023, 3, 26), 150).instant(BERLIN)
        assert instant == datetime(2023, 3, 26, 1, 30, tzinfo=UTC)
        assert instant.astimezone(BERLIN).hour == 3

    def test_is_written_as_the_file_has_it(self):
        assert str(Moment(date(2026, 7, 15), 480)) == "2026-07-15 08:00"
        assert str(Moment(date(2026, 7, 15))) == "2026-07-15"


class TestLocalDay:
    @pytest.mark.parametrize(
        ("on", "hours"),
        [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2028, 2, 29), 24)],
    )
    def test_has_as_many_hours_as_the_clocks_give_it(self, on, hours):
        assert dates.local_day(on, TORONTO).minutes == hours * 60

    def test_begins_after_a_midnight_that_does_not_exist(self):
        spring = date(2024, 3, 10)
        start = dates.midnight(spring, HAVANA)
        assert start.astimezone(HAVANA).hour == 1
        assert dates.local_date(start, HAVANA) == spring
        assert dates.local_date(start - timedelta(seconds=1), HAVANA) == spring - timedelta(days=1)

    @given(any_date, st.integers(0, 1439), st.integers(0, 1439))
    def test_the_last_time_of_a_clock_is_within_the_last_day(self, on, minute, asked):
        at = dates.midnight(on, TORONTO) + timedelta(minutes=asked)
        then = dates.last_time(minute, TORONTO, at)
        assert timedelta(0) <= at - then <= timedelta(hours=26)
        assert then == dates.local_instant(dates.local_date(then, TORONTO), minute, TORONTO)

    @given(any_date, st.integers(0, 5000))
    def test_local_days_cover_the_period_day_by_day(self, on, minutes):
        start = dates.midnight(on, TORONTO) + timedelta(minutes=601)
        period = Period(start, start + timedelta(minutes=minutes))
        days = dates.local_days(period, TORONTO)
        assert merged(part for _, part in days) == merged([period])
        for day, part in days:
            assert dates.local_date(part.start, TORONTO) == day
            assert dates.local_date(part.end - timedelta(seconds=1), TORONTO) == day


class TestRollingEnd:
    @pytest.mark.parametrize(
        ("start", "months", "last"),
        [
            (date(2022, 1, 20), 1, date(2022, 2, 19)),
            (date(2025, 4, 15), 1, date(2025, 5, 14)),
            (date(2023, 1, 31), 1, date(2023, 2, 28)),
            (date(2023, 1, 29), 1, date(2023, 2, 28)),
            (date(2023, 1, 28), 1, date(2023, 2, 27)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2024, 1, 29), 1, date(2024, 2, 28)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2023, 1, 31), 2, date(2023, 3, 30)),
            (date(2024, 1, 1), 1, date(2024, 1, 31)),
            (date(2024, 1, 1), 2, date(2024, 2, 29)),
            (date(2024, 10, 12), 1, date(2024, 11, 11)),
        ],
    )
    def test_last_day(self, start, months, last):
        assert dates.rolling_end(start, months) == last + timedelta(days=1)

    @given(any_date, st.integers(1, 36))
    def test_is_later_with_more_months_and_never_short(self, start, months):
        end = dates.rolling_end(start, months)
        assert end < dates.rolling_end(start, months + 1)
        assert (end - start).days >= 28 * months
        assert end <= dates.rolling_end(start + timedelta(days=1), months)


class TestMonths:
    @pytest.mark.parametrize(
        ("start", "end", "months", "halves"),
        [
            (date(2026, 8, 15), date(2027, 8, 15), 13, 25),
            (date(2026, 8, 16), date(2027, 5, 15), 10, 18),
            (date(2026, 9, 1), date(2026, 10, 1), 1, 2),
            (date(2026, 9, 15), date(2026, 9, 16), 1, 1),
            (date(2026, 9, 15), date(2026, 9, 17), 1, 2),
            (date(2024, 2, 29), date(2024, 3, 1), 1, 1),
            (date(2026, 9, 1), date(2026, 9, 1), 0, 0),
        ],
    )
    def test_touched(self, start, end, months, halves):
        assert dates.months_touched(start, end) == months
        assert dates.half_months_touched(start, end) == halves

    @given(any_date, st.integers(0, 800))
    def test_touched_agrees_with_counting_days(self, start, length):
        days = [start + timedelta(days=n) for n in range(length)]
        end = start + timedelta(days=length)
        assert dates.months_touched(start, end) == len({(d.year, d.month) for d in days})
        halves = {(d.year, d.month, d.day > 15) for d in days}
        assert dates.half_months_touched(start, end) == len(halves)


class TestDaysAfter:
    def test_business_days_skip_week_ends_and_holidays(self):
        holidays = Calendar(((date(2026, 11, 26), date(2026, 11, 27)),))
        wednesday = date(2026, 11, 25)
        assert dates.days_after(wednesday, 1, business=True, holidays=holidays) == date(
            2026, 11, 30
        )
        assert dates.days_after(wednesday, 1) == date(2026, 11, 26)
        assert dates.days_after(wednesday, 0, business=True) == wednesday


class TestYearOf:
    @pytest.mark.parametrize(
        ("on", "starts", "first"),
        [
            (date(2026, 8, 14), (8, 15), date(2025, 8, 15)),
            (date(2026, 8, 15), (8, 15), date(2026, 8, 15)),
            (date(2026, 12, 31), (1, 1), date(2026, 1, 1)),
            (date(2024, 2, 29), (2, 29), date(2024, 2, 29)),
            (date(2025, 2, 28), (2, 29), date(2024, 2, 29)),
            (date(2025, 3, 1), (2, 29), date(2025, 3, 1)),
        ],
    )
    def test_first_day(self, on, starts, first):
        assert dates.year_of(on, starts) == first
