"""What changes between two versions, in words."""

from pathlib import Path

import pytest

from parkops.programme import load
from parkops.programme.diff import describe_changes

SAMPLE = load.read(Path(__file__).parent / "sample.yaml")


def changes(*replacements: tuple[str, str]) -> list[str]:
    text = SAMPLE.source
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return describe_changes(SAMPLE.programme, load.load(text).programme)


class TestDescribeChanges:
    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            (
                'base: "9.00"',
                'base: "10.50"',
                "Permit type DAY: price base, from $9.00 to $10.50.",
            ),
            ("name: Day,", "name: Day pass,", "Permit type DAY: name, from Day to Day pass."),
            ('rate: "13%"', 'rate: "14.5%"', "Tax rate, from 13% to 14.5%."),
            ("Sample City", "Sample Town", "Programme name, from Sample City to Sample Town."),
            ("year_start: 09-01", "year_start: 08-15", "Year start, from 09-01 to 08-15."),
            (
                "grace: 10m",
                "grace: 1h5m",
                "Zone LOT-A: grace, from 10 minutes to 1 hour 5 minutes.",
            ),
            ("max_stay: 2h\n", "\n", "Zone LOT-A: max stay, from 2 hours to unset."),
            (
                "Mon-Fri 07:00-17:30",
                "Mon-Fri 07:00-18:00",
                "Zone LOT-A: enforced, from Mon-Fri 07:00-17:30 and daily 02:00-06:00 from Dec 1 to"
                " Apr 1 except HOLIDAYS and winter-break while Snow-Emergency is on to Mon-Fri"
                " 07:00-18:00 and daily 02:00-06:00 from Dec 1 to Apr 1 except HOLIDAYS and"
                " winter-break while Snow-Emergency is on.",
            ),
            (
                '{within: 7d, discount: "50%"}',
                '{within: 10d, discount: "50%"}',
                "Violation NO-PERMIT: schedule 1 within, from 7 days to 10 days.",
            ),
            (
                "clean 366d",
                "programme-year",
                "Violation NO-PERMIT: nth within, from 366 days without one to the programme year.",
            ),
            (
                'factor: "0.50"',
                'factor: "0.75"',
                "Permit type YEAR: price times factor, from 0.5 to 0.75.",
            ),
            (
                "from: 2026-07-10 08:00",
                "from: 2026-07-11",
                "Permit type YEAR: on sale cohorts 1 from, from 2026-07-10 08:00 to 2026-07-11.",
            ),
            (
                "kind: days, days: 3",
                "kind: rolling, months: 2",
                "Permit type DAY: term kind, from days to rolling.",
            ),
            (
                "automatic: false",
                "automatic: true",
                "Permit type YEAR: renewal automatic, from no to yes.",
            ),
            ("[2026-12-25, ", "[", "Calendar holidays: without 2026-12-25."),
            (
                ", 2027-02-15]",
                ", {from: 2027-02-16, to: 2027-02-17}]",
                "Calendar Winter-Break: with 2027-02-16 to 2027-02-17.",
            ),
            (
                "events: [snow-emergency]",
                "events: [snow-emergency, flood]",
                "Event flood is added.",
            ),
            (
                "code: OTHER, name: Other",
                "code: ELSE, name: Else",
                "Violation ELSE (Else) is added.",
            ),
            (
                "code: OTHER, name: Other",
                "code: ELSE, name: Else",
                "Violation OTHER (Other) is retired.",
            ),
            (
                'fees: {boot: "100.00"',
                'fees: {nsf: "25.00", boot: "100.00"',
                "Fees nsf, from unset to $25.00.",
            ),
            ("[-79.1, 43.1], [-79.0, 43.1]", "[-79.1, 43.1], [-79.05, 43.1]", None),
        ],
    )
    def test_says_what_was_and_what_becomes(self, old, new, line):
        found = changes((old, new))
        if line is None:
            assert len(found) == 1
            assert found[0].startswith("Zone LOT-A: geometry, from a MultiPolygon of 4 points")
        else:
            assert line in found

    def test_says_only_what_changes(self):
        assert len(changes(('base: "9.00"', 'base: "10.50"'))) == 1

    def test_a_code_in_another_case_is_the_same_part(self):
        assert changes(("code: OTHER", "code: other")) == [
            "Violation other: code, from OTHER to other."
        ]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("name: Other, fine", 'name: "Other", fine'),
            (
                "  - {code: STAFF, name: Staff}\n  - {code: SENIOR, name: Senior student}\n",
                "  - {code: SENIOR, name: Senior student}\n  - {code: STAFF, name: Staff}\n",
            ),
            ("hold: 20m", "hold: 0h20m"),
        ],
    )
    def test_notation_and_order_change_nothing(self, old, new):
        assert changes((old, new)) == ["Only the order or the notation of the file changes."]
