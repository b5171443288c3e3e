"""What is valid but surely unwanted."""

from datetime import date
from pathlib import Path

import pytest

from parkops.programme import load
from parkops.programme.lint import findings

TODAY = date(2026, 11, 22)
HEAD = """\
schema: 1
programme: {name: Small, timezone: America/Toronto, currency: CAD}
"""
SOUND = (
    HEAD
    + """\
calendars: {holidays: [2026-12-25]}
events: [snow]
audiences: [{code: STAFF, name: Staff}]
zones:
  - {code: CAMPUS, name: Campus, kind: area}
  - {code: A, name: A, kind: lot, within: CAMPUS, enforced: Mon-Fri 07:00-17:30}
  - {code: B, name: B, kind: lot, enforced: {hours: 02:00-06:00, except: [holidays], during: snow}, max_stay: 2h}
permit_types:
  - code: P
    name: P
    audience: [STAFF]
    grants: [{zones: [A, B], when: Mon-Fri 16:30-24:00}]
    term: {kind: fixed, from: 2026-09-01, to: 2027-09-01}
    price: {base: "10.00"}
    vehicles: {max: 2, on_site: 1}
sessions: {rates: [{zones: [A], when: Mon-Fri 07:00-16:45, per_hour: "1.00"}]}
violations:
  - {code: U, name: U, raised_by: unauthorized, fine: "10.00"}
  - {code: O, name: O, raised_by: overtime, fine: "10.00"}
  - {code: S, name: S, raised_by: second_vehicle, zones: [A], fine: "10.00"}
  - {code: F, name: F, zones: [CAMPUS], fine: "10.00"}
  - code: N
    name: N
    fine: "10.00"
    nth: {steps: [{n: 1, sanction: warning}, {n: 3, fine: "20.00"}, {n: 2}]}
"""
)


def lint(*changes: tuple[str, str], today: date = TODAY) -> list[str]:
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return findings(load.load(text).programme, today=today)


class TestFindings:
    def test_of_a_sound_programme_are_none(self):
        assert lint() == []

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("[A, B]", "[A]", "zone B: no permit type grants it"),
            ("[{code: STAFF, name: Staff}]", "[{code: STAFF, name: Staff}, {code: VIP, name: V}]",
             "audience VIP: no permit type sells to it"),
            ("enforced: Mon-Fri 07:00-17:30", "enforced: [Mon-Fri 07:00-17:30, Sun 08:00-12:00]",
             "zone A: enforced Sun 08:00-12:00, which no permit or rate covers"),
            ("{zones: [A], when: Mon-Fri 07:00-16:45", "{zones: [A], when: Sun 08:00-09:00",
             "sessions.rates.0: charges A Sun 08:00-09:00, when it is not enforced"),
            ("enforced: Mon-Fri 07:00-17:30", "grace: 5m",
             "violation S: no zone can raise it, for no permit type that limits vehicles on site"
             " grants an enforced one"),
            ("enforced: Mon-Fri 07:00-17:30", "enforced: [Mon-Fri 07:00-17:30, Fri-Sun 17:00-19:00]",
             "zone A: no permit or rate covers Sat-Sun 17:00-19:00, when it is enforced"),
            ("when: Mon-Fri 07:00-16:45", "when: Mon-Fri 08:00-16:00",
             "zone A: no permit or rate covers Mon-Fri 07:00-08:00, Mon-Fri 16:00-16:30, when it is"
             " enforced"),
            ("{zones: [A], when: Mon-Fri 07:00-16:45", "{zones: [A], when: {days: Mon-Fri, hours:"
             " 07:00-16:45, except: [holidays]}",
             "zone A: no permit or rate covers 2026-12-25 07:00-16:30, when it is enforced"),
            ("to: 2027-09-01", "to: 2026-11-22",
             "audience STAFF: hidden from it: P because its term ended on 2026-11-22"),
            ("    audience: [STAFF]", "    audience: [STAFF]\n    visibility: link",
             "audience STAFF: hidden from it: P because it is shown only to those with its link"),
            (", max_stay: 2h", "", "violation O: no zone can raise it, for none of its zones is"
             " enforced with a max_stay"),
            (", on_site: 1", "", "violation S: no zone can raise it, for no permit type that limits"
             " vehicles on site grants an enforced one"),
            ("to: 2027-09-01", "to: 2026-11-22",
             "permit type P: its sale has ended, for its term ended on 2026-11-22"),
            ("    price:", "    on_sale: {to: 2026-11-22}\n    price:",
             "permit type P: its sale ended on 2026-11-22"),
            ("    price:", "    on_sale: {from: 2027-09-01}\n    price:",
             "permit type P: its sale begins on 2027-09-01, after its term"),
            ('{n: 3, fine: "20.00"}', '{n: 3, fine: "5.00"}',
             "violation N: its ladder falls from $10.00 at n 2 to $5.00 at n 3"),
            ("{n: 1, sanction: warning}", '{n: 1, sanction: warning, fine: "1.00"}',
             "violation N: step 1 is a warning, which owes nothing, with a fine of $1.00"),
            ("events: [snow]", "events: [snow, flood]",
             "event flood: no window is during it, so that declaring it changes nothing"),
            ("holidays: [2026-12-25]", "holidays: [2026-12-25], break: [2026-12-24]",
             "calendar break: no window excepts it"),
            ("    price:", "    waitlist: {offer: 2d}\n    price:",
             "permit type P: it has a waitlist and no quota, so that nobody ever waits"),
            ("    price:", "    credential: hangtag\n    quota: {total: 9}\n"
             "    numbers: {prefix: A, from: 1, to: 5}\n    price:",
             "permit type P: it has 5 numbers for the 9 that may be sold"),
            ('base: "10.00"', 'base: "10.00", floor: "12.00"',
             "permit type P: its floor, $12.00, is above its base, $10.00"),
            ("vehicles: {max: 2, on_site: 1}", "vehicles: {max: 0, on_site: 1}",
             "permit type P: it covers no plate (vehicles.max is 0) and gives no passes"),
        ],
    )  # fmt: skip
    def test_name_what_is_unwanted(self, old, new, line):
        assert line in lint((old, new))

    def test_no_zone_can_raise_what_is_never_enforced(self):
        lines = lint(("zones: [CAMPUS], fine", "zones: [CAMPUS], raised_by: unauthorized, fine"))
        assert lines == []
        lines = lint(
            ("zones: [CAMPUS], fine", "zones: [CAMPUS], raised_by: unauthorized, fine"),
            (", enforced: Mon-Fri 07:00-17:30", ""),
        )
        assert "violation F: no zone can raise it, for none of its zones is ever enforced" in lines

    def test_a_grouping_area_needs_no_permit_of_its_own(self):
        assert not any("CAMPUS" in line for line in lint())
        lines = lint(("name: Campus, kind: area}", "name: Campus, kind: area, enforced: always}"))
        assert "zone CAMPUS: no permit type grants it" in lines

    def test_a_stay_covers_only_where_no_rate_does(self):
        assert lint() == []
        rate = '{zones: [B], when: Mon 16:00-24:00, per_hour: "1.00"}, {zones: [A], when'
        lines = lint(("{zones: [A], when", rate), ("hours: 02:00-06:00", "hours: 02:00-06:30"))
        assert any(line.startswith("zone B: enforced daily 02:00-06:30") for line in lines)

    def test_an_audience_that_only_open_types_sell_to_is_named(self):
        lines = lint(("    audience: [STAFF]\n", ""))
        assert lines == ["audience STAFF: no permit type sells to it, only those open to everyone"]

    def test_the_end_of_a_sale_is_looked_at_on_the_day(self):
        ends = ("to: 2027-09-01", "to: 2026-11-23")
        assert not any("has ended" in line for line in lint(ends))
        assert any("has ended" in line for line in lint(ends, today=date(2026, 11, 23)))

    def test_a_cohort_of_others_is_named(self):
        cohort = "    on_sale: {cohorts: [{audience: [VIP], from: 2026-01-01}]}\n    price:"
        lines = lint(
            ("    price:", cohort), ("name: Staff}]", "name: Staff}, {code: VIP, name: V}]")
        )
        assert "permit type P: it has a cohort for VIP, to whom it is not sold" in lines

    def test_examples_of_the_contract_show_little(self):
        examples = Path(__file__).parents[3] / "shared" / "contract" / "examples"
        if not examples.exists():
            pytest.skip("the contract's examples are not beside this checkout")
        for name in ("campus.yaml", "town.yaml"):
            lines = findings(load.read(examples / name).programme, today=TODAY)
            assert all(line.startswith(("audience", "calendar", "event")) for line in lines)
