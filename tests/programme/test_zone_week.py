"""The week of a zone painted: enforced hours and rates, and nobody else's."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkops.kernel.week import Span
from parkops.kernel.window_forms import parse_windows
from parkops.kernel.windows import holds
from parkops.programme import grant_week, parts, week_grid, zone_week
from parkops.programme.schema import Programme
from parkops.programme.week_grid import FREE, WeekFault
from parkops.programme.zone_week import PERMIT

UTC_ZONE = ZoneInfo("UTC")
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
METER = {"zones": ["A", "B"], "when": "Mon-Fri 08:00-18:00", "per_hour": "2.50", "max": "3h"}


def document(**more):
    zones = [
        {"code": "ALL", "name": "All", "kind": "area"},
        {
            "code": "A",
            "name": "A",
            "kind": "lot",
            "within": "ALL",
            "enforced": "Mon-Fri 07:00-17:00",
        },
        {"code": "B", "name": "B", "kind": "lot", "enforced": "always"},
    ]
    head = {"name": "T", "timezone": "UTC", "currency": "USD"}
    return {"schema": 1, "programme": head, "zones": zones, "sessions": {"rates": [METER]}, **more}


def done(told, changes):
    for part, code, value in changes:
        told = parts.put(told, part, code, value)
    Programme.of(told)
    return told


def state(told, zone: str, minute: int) -> str:
    """What the programme says of an hour: free, permit, or the price that is paid."""
    at = MONDAY + timedelta(minutes=minute)
    programme = Programme.of(told)
    if not holds(programme.zone(zone).enforced, at, zone=UTC_ZONE):
        return FREE
    rates = [r for r in programme.rates_for(zone) if holds(r.when, at, zone=UTC_ZONE)]
    return str(rates[0].per_hour.amount) if rates else PERMIT


def texts(told, zone="A"):
    return [[shown.text for shown in days] for _, days in zone_week.week_of(told, zone).days]


class TestShown:
    def test_says_what_holds_when(self):
        monday, *_, sunday = texts(document())
        assert monday == [
            "Free until 07:00",
            "Permit only until 08:00",
            "2.50 an hour until 17:00",
            "Free",
        ]
        assert sunday == ["Free"]

    def test_a_rate_outside_enforced_hours_is_told(self):
        (note,) = zone_week.week_of(document(), "A").notes
        assert "also runs Mon-Fri 17:00-18:00" in note

    def test_the_columns_of_every_day_are_a_day(self):
        odd = "Mon 00:01-00:02,00:03-00:04,23:58-24:00"
        told = parts.put(document(), "zones", "A", document()["zones"][1] | {"enforced": odd})
        for _, days in zone_week.week_of(told, "A").days:
            assert sum(shown.columns for shown in days) == 288
            assert all(shown.columns >= 1 for shown in days)

    def test_seasons_and_events_are_special(self):
        winter = {"hours": "02:00-06:00", "season": "12-01..04-01"}
        told = parts.put(document(), "zones", "A", document()["zones"][1] | {"enforced": winter})
        found = zone_week.week_of(told, "A")
        assert [special.subject for special in found.special] == ["Enforced"]
        assert "02:00-06:00" in found.special[0].words

    def test_what_enforced_hours_are_depends_on_the_rest(self):
        told = document(sessions={"rates": []})
        assert zone_week.week_of(told, "A", Programme.of(told)).kind(PERMIT).look == "closed"
        limited = parts.put(told, "zones", "A", told["zones"][1] | {"max_stay": "2h"})
        assert zone_week.week_of(limited, "A").kind(PERMIT).short == "Up to 2h"
        assert zone_week.week_of(told, "A").kind(PERMIT).look == "permit"

    def test_hours_that_cannot_be_read_are_said(self):
        told = parts.put(document(), "zones", "A", document()["zones"][1] | {"enforced": "soon"})
        with pytest.raises(WeekFault, match="cannot be read"):
            zone_week.week_of(told, "A")


SATURDAY = Span(5, 540, 780)


class TestPaint:
    def test_paid_hours_are_enforced_and_the_rate_is_the_zone_s_own(self):
        told = done(document(), zone_week.paint(document(), "A", [SATURDAY], "rate-0"))
        assert state(told, "A", 5 * 1440 + 600) == "2.50"
        assert state(told, "B", 5 * 1440 + 600) == PERMIT
        rates = told["sessions"]["rates"]
        assert [rate["zones"] for rate in rates] == [["B"], ["A"]]
        assert {rate["max"] for rate in rates} == {"3h"}

    def test_a_rate_of_its_own_stays_one(self):
        own = document(sessions={"rates": [{**METER, "zones": ["A"]}]})
        told = done(own, zone_week.paint(own, "A", [SATURDAY], "rate-0"))
        assert len(told["sessions"]["rates"]) == 1

    def test_a_rate_without_hours_goes(self):
        own = document(sessions={"rates": [{**METER, "zones": ["A"]}]})
        week = [Span(day, 0, 1440) for day in range(7)]
        told = done(own, zone_week.paint(own, "A", week, PERMIT))
        assert told["sessions"]["rates"] == []
        assert told["zones"][1]["enforced"] == "always"

    def test_free_all_week_is_never_enforced(self):
        week = [Span(day, 0, 1440) for day in range(7)]
        told = done(document(), zone_week.paint(document(), "A", week, FREE))
        assert "enforced" not in told["zones"][1]

    def test_painting_what_is_so_already_changes_nothing(self):
        assert zone_week.paint(document(), "A", [Span(0, 480, 540)], "rate-0") == []
        assert zone_week.paint(document(), "A", [SATURDAY], FREE) == []

    def test_a_rate_of_an_outer_zone_is_not_changed_from_within(self):
        outer = document(sessions={"rates": [{**METER, "zones": ["ALL"]}]})
        with pytest.raises(WeekFault, match="comes with the zone ALL"):
            zone_week.paint(outer, "A", [Span(0, 480, 540)], PERMIT)
        assert zone_week.paint(outer, "A", [Span(0, 480, 540)], "rate-0") == []

    def test_an_unknown_kind_is_refused(self):
        with pytest.raises(WeekFault, match="Choose one of those listed"):
            zone_week.paint(document(), "A", [SATURDAY], "rate-7")

    def test_a_new_rate(self):
        told = done(
            document(), zone_week.add_rate(document(), "A", {"per_hour": "1.00"}, [SATURDAY])
        )
        assert state(told, "A", 5 * 1440 + 600) == "1.00"
        assert told["sessions"]["rates"][-1] == {
            "zones": ["A"],
            "per_hour": "1.00",
            "when": "Sat 09:00-13:00",
        }

    def test_a_new_rate_takes_the_hours_of_another(self):
        hours = [Span(0, 480, 540)]
        told = done(document(), zone_week.add_rate(document(), "A", {"per_hour": "1.00"}, hours))
        assert [state(told, "A", minute) for minute in (490, 550)] == ["1.00", "2.50"]
        assert state(told, "B", 490) == "2.50"

    @settings(max_examples=60)
    @given(
        st.builds(week_grid.span_of, st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1440)),
        st.sampled_from([FREE, PERMIT, "rate-0"]),
        st.integers(0, 7 * 1440 - 1),
    )
    def test_the_painted_hours_are_so_and_all_others_as_before(self, span, kind, minute):
        before = document()
        after = done(before, zone_week.paint(before, "A", [span], kind))
        start = span.day * 1440 + span.start
        end = start + span.end - span.start
        inside = any(start <= minute + turn < end for turn in (0, 7 * 1440))
        expected = {"rate-0": "2.50"}.get(kind, kind) if inside else state(before, "A", minute)
        assert state(after, "A", minute) == expected
        assert state(after, "B", minute) == state(before, "B", minute)


def test_holidays_are_left_out_of_the_zone_s_week_and_its_own_rates():
    own = document(
        sessions={"rates": [{**METER, "zones": ["A"]}]}, calendars={"holidays": ["2026-12-25"]}
    )
    told = done(own, zone_week.except_on(own, "A", ["holidays"]))
    assert parse_windows(told["zones"][1]["enforced"])[0].exceptions == ("holidays",)
    assert parse_windows(told["sessions"]["rates"][0]["when"])[0].exceptions == ("holidays",)
    assert (
        done(told, zone_week.except_on(told, "A", []))["zones"][1]["enforced"]
        == "Mon-Fri 07:00-17:00"
    )


class TestGrant:
    def told(self, when="always"):
        grants = [{"zones": ["A"], "when": when}, {"zones": ["B"]}]
        return {"permit_types": [{"code": "P", "name": "P", "grants": grants}]}

    def test_hours_are_taken_off_and_added(self):
        told = grant_week.paint(self.told("Mon-Fri 07:00-17:00"), "p", 0, [SATURDAY], "granted")
        assert told["grants"][0]["when"] == ["Mon-Fri 07:00-17:00", "Sat 09:00-13:00"]
        assert told["grants"][1] == {"zones": ["B"]}

    def test_one_without_hours_holds_always(self):
        told = grant_week.paint(self.told(), "P", 1, [SATURDAY], FREE)
        assert told["grants"][1]["when"] == ["Sun-Fri", "Sat 00:00-09:00,13:00-24:00"]

    def test_a_moved_span_leaves_where_it_was(self):
        told = grant_week.paint(
            self.told("Sat 09:00-13:00"), "P", 0, [Span(5, 600, 780)], "granted", [SATURDAY]
        )
        assert told["grants"][0]["when"] == "Sat 10:00-13:00"

    def test_one_that_would_never_hold_is_refused(self):
        with pytest.raises(WeekFault, match="never hold"):
            grant_week.paint(self.told("Sat 09:00-13:00"), "P", 0, [SATURDAY], FREE)

    def test_is_shown(self):
        shown = grant_week.week_of(self.told("Sat 09:00-13:00")["permit_types"][0]["grants"][0])
        assert [span.text for span in shown.days[5][1]] == [
            "No right until 09:00",
            "May park until 13:00",
            "No right",
        ]
