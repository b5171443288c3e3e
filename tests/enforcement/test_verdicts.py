"""Which verdict applies first, and what it says."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enforcement.rules.stays import Stay
from enforcement.rules.verdicts import Ended, Held, Question, Verdict, judge
from parkops.kernel.dates import Duration
from parkops.kernel.window_forms import parse_windows
from parkops.programme.schema import Zone

NEW_YORK = ZoneInfo("America/New_York")
AT = datetime(2026, 11, 10, 10, 15, tzinfo=NEW_YORK)
LOT = Zone(
    code="LOT-A",
    name="North lot",
    kind="lot",
    enforced=parse_windows("Mon-Fri 07:00-17:30"),
    grace=Duration.parse("10m"),
)
STREET = LOT.model_copy(update={"code": "QUICK", "max_stay": Duration.parse("2h")})
ASKED = Question(zone=LOT, at=AT, tz=NEW_YORK, is_enforced=True)
PERMIT = Held("Permit P-1 grants LOT-A always.")
USED_UP = replace(PERMIT, on_site=1, others_on_site=("DEF456",))


def ago(minutes: float) -> datetime:
    return AT - timedelta(minutes=minutes)


def stayed(minutes: float) -> Stay:
    return Stay(ago(minutes), ago(minutes))


def verdict(**more) -> str:
    return judge(replace(ASKED, **more)).verdict.value


class TestJudge:
    def test_a_zone_without_hours_is_never_enforced(self):
        found = judge(replace(ASKED, zone=LOT.model_copy(update={"enforced": ()})))
        assert (found.verdict, found.because) == (
            Verdict.NOT_ENFORCED,
            ("LOT-A is never enforced.",),
        )

    def test_outside_the_hours_nothing_else_matters(self):
        found = judge(replace(ASKED, is_enforced=False, held=[PERMIT]))
        assert found.verdict == Verdict.NOT_ENFORCED
        assert found.because[1] == "It is not enforced on Tuesday 10 November at 10:15."

    def test_a_right_authorizes_and_is_named(self):
        found = judge(replace(ASKED, held=[PERMIT]))
        assert (found.verdict, found.because) == (
            Verdict.AUTHORIZED,
            ("LOT-A is enforced Mon-Fri 07:00-17:30.", "Permit P-1 grants LOT-A always."),
        )

    def test_a_permit_used_up_by_another_vehicle_is_a_second_vehicle(self):
        found = judge(replace(ASKED, held=[USED_UP]))
        assert found.verdict == Verdict.SECOND_VEHICLE
        assert "DEF456" in found.because[-1]

    def test_another_right_makes_up_for_one_that_is_used_up(self):
        assert verdict(held=[USED_UP, PERMIT]) == "authorized"

    @pytest.mark.parametrize(
        ("minutes", "expected"), [(0, "grace"), (9.99, "grace"), (10, "unauthorized")]
    )
    def test_grace_after_a_right_excludes_its_end(self, minutes, expected):
        assert verdict(ended=[Ended(ago(minutes), "Session S ended 10:10.")]) == expected

    def test_without_anything_it_is_unauthorized_and_says_so(self):
        found = judge(ASKED)
        assert found.verdict == Verdict.UNAUTHORIZED
        assert found.because[-1] == "No permit, pass or paid session holds in LOT-A."

    def test_rights_that_do_not_hold_are_the_reasons(self):
        found = judge(replace(ASKED, not_held=["Permit P-2 covers LOT-B, not LOT-A."]))
        assert found.because[-1] == "Permit P-2 covers LOT-B, not LOT-A."

    @pytest.mark.parametrize(
        ("minutes", "expected"),
        [
            (None, "authorized"),
            (0, "authorized"),
            (119.9, "authorized"),
            (120, "grace"),
            (129.9, "grace"),
            (130, "overtime"),
        ],
    )
    def test_anyone_may_stay_up_to_the_limit(self, minutes, expected):
        stay = None if minutes is None else stayed(minutes)
        assert verdict(zone=STREET, stay=stay) == expected

    def test_a_stay_counts_from_when_enforcement_began(self):
        assert verdict(zone=STREET, stay=stayed(180), enforced_since=ago(60)) == "authorized"

    def test_a_right_that_lifts_the_limit_ends_the_clock(self):
        lifting = replace(PERMIT, lifts_max_stay=True)
        assert verdict(zone=STREET, stay=stayed(600), held=[lifting]) == "authorized"
        assert verdict(zone=STREET, stay=stayed(600), held=[PERMIT]) == "overtime"

    @pytest.mark.parametrize(
        ("minutes", "held", "expected"),
        [
            (None, (), "unauthorized"),
            (10, (), "unauthorized"),
            (125, (), "unauthorized"),
            (131, (), "overtime"),
            (119, (PERMIT,), "authorized"),
            (125, (PERMIT,), "grace"),
            (131, (PERMIT,), "overtime"),
        ],
    )
    def test_where_one_pays_a_right_is_needed_from_the_start(self, minutes, held, expected):
        stay = None if minutes is None else stayed(minutes)
        assert verdict(zone=STREET, is_paid=True, stay=stay, held=held) == expected
