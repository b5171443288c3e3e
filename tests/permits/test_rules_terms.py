"""From when to when permits run."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.dates import local_date, midnight, rolling_end
from parkops.kernel.decisions import Refused
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.rules import quotas, terms

HELSINKI = ZoneInfo("Europe/Helsinki")
NEW_YORK = ZoneInfo("America/New_York")


def kind(term: dict, **more) -> PermitType:
    return PermitType.model_validate(
        {
            "code": "P",
            "name": "Permit",
            "grants": [{"zones": ["A"], "when": "always"}],
            "term": term,
            "price": {"base": "10.00"},
            "vehicles": {"max": 1},
            **more,
        },
        context={"currency": "USD"},
    )


def local(text: str, zone=HELSINKI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


MONTH = kind({"kind": "rolling", "months": 1})


class TestRolling:
    @pytest.mark.parametrize(
        ("start", "months", "after"),
        [
            ("2022-01-20T10:30", 1, "2022-02-20"),
            ("2025-04-15T00:00", 6, "2025-10-15"),
            ("2023-01-28T00:00", 1, "2023-02-28"),
            ("2023-01-29T00:00", 1, "2023-03-01"),
            ("2023-01-30T00:00", 1, "2023-03-01"),
            ("2023-01-31T00:00", 1, "2023-03-01"),
            ("2024-01-29T00:00", 1, "2024-02-29"),
            ("2024-01-31T00:00", 1, "2024-03-01"),
            ("2024-02-29T00:00", 12, "2025-03-01"),
            ("2024-02-29T00:00", 48, "2028-02-29"),
            ("2023-12-31T23:59", 2, "2024-03-01"),
        ],
    )
    def test_ends_after_whole_months(self, start, months, after):
        run = terms.run_of(
            kind({"kind": "rolling", "months": months}), start=local(start), zone=HELSINKI
        )
        assert run.period.start == midnight(local(start).date(), HELSINKI)
        assert run.period.end == midnight(date.fromisoformat(after), HELSINKI)

    @pytest.mark.parametrize(
        ("first", "lasts"),
        [
            (date(2024, 1, 1), ["01-31", "02-29", "03-31", "04-30"]),
            (date(2023, 1, 31), ["02-28", "03-30", "04-30", "05-30"]),
            (date(2023, 1, 30), ["02-28", "03-29", "04-29", "05-29"]),
        ],
    )
    def test_renewed_month_by_month_never_drifts(self, first, lasts):
        start, found = first, []
        for _ in lasts:
            run = terms.run_of(MONTH, start=midnight(start, HELSINKI), zone=HELSINKI, anchor=first)
            found.append(f"{local_date(run.period.end, HELSINKI) - timedelta(days=1):%m-%d}")
            start = local_date(run.period.end, HELSINKI)
        assert found == lasts

    def test_keeps_local_midnight_across_a_clock_change(self):
        spring = terms.run_of(MONTH, start=local("2024-03-11T00:00"), zone=HELSINKI)
        assert spring.period.end == datetime(2024, 4, 10, 21, tzinfo=UTC)
        autumn = terms.run_of(MONTH, start=local("2024-10-13T00:00"), zone=HELSINKI)
        assert autumn.period.end == datetime(2024, 11, 12, 22, tzinfo=UTC)

    @given(
        st.dates(date(2000, 1, 1), date(2090, 1, 1)),
        st.integers(1, 12),
        st.integers(1, 40),
    )
    def test_renewals_follow_without_gap_and_without_drift(self, first, months, times):
        rule = kind({"kind": "rolling", "months": months})
        start = first
        for n in range(1, times + 1):
            run = terms.run_of(rule, start=midnight(start, NEW_YORK), zone=NEW_YORK, anchor=first)
            assert run.period.start == midnight(start, NEW_YORK)
            start = local_date(run.period.end, NEW_YORK)
            assert start == rolling_end(first, months * n)


class TestDays:
    @pytest.mark.parametrize(
        ("start", "days", "hours"),
        [
            ("2026-03-08T00:00", 1, 23),
            ("2026-11-01T00:00", 1, 25),
            ("2026-11-10T00:00", 1, 24),
            ("2026-11-10T23:30", 1, 0.5),
            ("2024-02-28T00:00", 2, 48),
        ],
    )
    def test_end_at_local_midnight_and_count_the_first_day(self, start, days, hours):
        run = terms.run_of(
            kind({"kind": "days", "days": days}), start=local(start, NEW_YORK), zone=NEW_YORK
        )
        assert run.period.seconds == hours * 3600
        assert run.count == days


class TestHours:
    RULE = kind({"kind": "hours", "min": 2, "max": 12})

    @pytest.mark.parametrize(
        ("minutes", "hours"), [(1, 2), (120, 2), (121, 3), (180, 3), (719, 12), (720, 12)]
    )
    def test_a_begun_hour_is_whole(self, minutes, hours):
        start = local("2026-11-10T10:00", NEW_YORK)
        end = start + timedelta(minutes=minutes)
        run = terms.run_of(self.RULE, start=start, end=end, zone=NEW_YORK)
        assert (run.count, run.period.end) == (hours, start + timedelta(hours=hours))

    def test_are_elapsed_hours_on_the_night_of_the_change(self):
        start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 the first time, in New York
        run = terms.run_of(self.RULE, start=start, end=start + timedelta(hours=2), zone=NEW_YORK)
        assert run.period.end.astimezone(NEW_YORK).strftime("%H:%M") == "02:30"

    @pytest.mark.parametrize("minutes", [0, -1, 721])
    def test_refuses_none_and_too_many(self, minutes):
        start = local("2026-11-10T10:00", NEW_YORK)
        with pytest.raises(Refused):
            terms.run_of(
                self.RULE, start=start, end=start + timedelta(minutes=minutes), zone=NEW_YORK
            )


class TestFixed:
    RULE = kind({"kind": "fixed", "from": "2026-09-01", "to": "2027-09-01"})

    def test_starts_with_the_term_or_later(self):
        early = terms.run_of(self.RULE, start=local("2026-07-20T08:00", NEW_YORK), zone=NEW_YORK)
        assert early.period.start == local("2026-09-01T00:00", NEW_YORK)
        late = terms.run_of(self.RULE, start=local("2026-11-10T10:15", NEW_YORK), zone=NEW_YORK)
        assert late.period.start == local("2026-11-10T10:15", NEW_YORK)
        assert late.period.end == local("2027-09-01T00:00", NEW_YORK)

    def test_is_over_at_its_end(self):
        last = local("2027-08-31T23:59", NEW_YORK)
        assert terms.run_of(self.RULE, start=last, zone=NEW_YORK).period.seconds == 60
        with pytest.raises(Refused) as refusal:
            terms.run_of(self.RULE, start=local("2027-09-01T00:00", NEW_YORK), zone=NEW_YORK)
        assert refusal.value.code == "term_over"


class TestQuotaTerms:
    @pytest.mark.parametrize(
        ("term", "start", "end", "places"),
        [
            (
                {"kind": "fixed", "from": "2026-09-01", "to": "2027-09-01"},
                "2026-11-10T10:00",
                None,
                ("2026-09-01",),
            ),
            ({"kind": "rolling", "months": 2}, "2026-11-10T10:00", None, ("",)),
            ({"kind": "days", "days": 2}, "2026-11-10T10:00", None, ("2026-11-10", "2026-11-11")),
            ({"kind": "hours"}, "2026-11-10T22:00", "2026-11-11T00:00", ("2026-11-10",)),
            (
                {"kind": "hours"},
                "2026-11-10T22:30",
                "2026-11-11T00:30",
                ("2026-11-10", "2026-11-11"),
            ),
        ],
    )
    def test_name_where_a_place_is_taken(self, term, start, end, places):
        rule = kind(term, quota={"total": 1})
        run = terms.run_of(
            rule,
            start=local(start, NEW_YORK),
            end=local(end, NEW_YORK) if end else None,
            zone=NEW_YORK,
        )
        assert terms.quota_terms(rule, run.period, NEW_YORK) == places

    def test_no_quota_takes_none(self):
        run = terms.run_of(MONTH, start=local("2026-11-10T10:00"), zone=HELSINKI)
        rules = Programme.of(
            {
                "schema": 1,
                "programme": {"name": "T", "timezone": "Europe/Helsinki", "currency": "EUR"},
                "zones": [{"code": "A", "name": "A", "kind": "lot"}],
            }
        )
        assert quotas.places_of(MONTH, rules, run.period) == ()
