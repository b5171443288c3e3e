"""How windows are written, and what is said when they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.window_forms import WindowFault, parse_window, parse_windows
from parkops.kernel.windows import ALWAYS, EVERY_DAY, Window, day_names, describe

WEEK = frozenset(range(5))


class TestParseWindow:
    @pytest.mark.parametrize(
        ("text", "window"),
        [
            ("always", ALWAYS),
            ("Mon-Fri 07:00-17:30", Window(WEEK, ((420, 1050),))),
            ("mon-fri 7:00-17:30", Window(WEEK, ((420, 1050),))),
            ("Mon - Fri  07:00 - 17:30", Window(WEEK, ((420, 1050),))),
            ("Fri 22:00-06:00", Window(frozenset({4}), ((1320, 360),))),
            ("Fri-Mon 00:00-24:00", Window(frozenset({4, 5, 6, 0}))),
            ("Mon,Wed,Fri-Sat 09:00-12:00", Window(frozenset({0, 2, 4, 5}), ((540, 720),))),
            (
                "Mon, Wed 09:00-12:00,13:00-15:00",
                Window(frozenset({0, 2}), ((540, 720), (780, 900))),
            ),
            ("Sun", Window(frozenset({6}))),
            ("08:00-18:00", Window(EVERY_DAY, ((480, 1080),))),
            ({"days": "Mon-Fri"}, Window(WEEK)),
            ({"days": ["Mon", "Tue-Fri"]}, Window(WEEK)),
            ({"hours": "02:00-06:00"}, Window(hours=((120, 360),))),
            ({"hours": ["02:00-06:00"], "days": None}, Window(hours=((120, 360),))),
            ({"season": "12-01..04-01"}, Window(season=((12, 1), (4, 1)))),
            ({"season": "02-29..02-29"}, Window(season=((2, 29), (2, 29)))),
            ({"except": ["holidays"]}, Window(exceptions=("holidays",))),
            ({"except": "holidays"}, Window(exceptions=("holidays",))),
            ({"during": "snow-emergency"}, Window(during="snow-emergency")),
            ({"days": "Fri", "weeks": "1,3"}, Window(frozenset({4}), weeks=frozenset({1, 3}))),
            ({"weeks": [2]}, Window(weeks=frozenset({2}))),
            ({"weeks": 5, "dates": "odd"}, Window(weeks=frozenset({5}), dates="odd")),
        ],
    )
    def test_reads(self, text, window):
        assert parse_window(text) == window

    @pytest.mark.parametrize(
        ("value", "paths"),
        [
            ("", [()]),
            ("sometimes", [()]),
            ("Mon-Fry 07:00-17:30", [()]),
            ("Mon-Fri 07:00", [()]),
            ("Mon-Fri 07:00-24:01", [()]),
            ("Mon-Fri 24:00-24:00", [()]),
            ("Mon-Fri 07:60-08:00", [()]),
            ("Mon-Fri 07:00-17:30 Sat", [()]),
            ("Mon-Wed-Fri 07:00-08:00", [()]),
            (None, [()]),
            (720, [()]),
            ({}, [()]),
            (
                {"dayz": "Mon", "hours": "x", "season": "13-01..02-30"},
                [("dayz",), ("hours",), ("season",)],
            ),
            ({"season": "02-30..03-01"}, [("season",)]),
            ({"season": "12-01-04-01"}, [("season",)]),
            ({"except": [1]}, [("except",)]),
            ({"during": ["a"]}, [("during",)]),
            ({"days": 5}, [("days",)]),
            ({"weeks": "0"}, [("weeks",)]),
            ({"weeks": [1, "last"], "dates": "prime"}, [("weeks",), ("dates",)]),
        ],
    )
    def test_says_where_each_fault_is(self, value, paths):
        with pytest.raises(WindowFault) as caught:
            parse_window(value)
        assert [path for path, _ in caught.value.faults] == paths

    def test_names_the_key_that_was_meant(self):
        with pytest.raises(WindowFault, match="did you mean hours"):
            parse_window({"hour": "07:00-08:00"})


class TestParseWindows:
    def test_takes_one_or_several(self):
        assert parse_windows("always") == (ALWAYS,)
        assert parse_windows(["Mon 01:00-02:00", {"days": "Sun"}])[1] == Window(frozenset({6}))

    def test_collects_the_faults_of_all(self):
        with pytest.raises(WindowFault) as caught:
            parse_windows(["x", "always", {"hours": 1}])
        assert [path for path, _ in caught.value.faults] == [(0,), (2, "hours")]


class TestDescribe:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ([], "never"),
            ("always", "always"),
            ("Mon-Fri 07:00-17:30", "Mon-Fri 07:00-17:30"),
            (["Mon-Fri 07:00-17:30", "Sat 09:00-12:00"], "Mon-Fri 07:00-17:30 and Sat 09:00-12:00"),
            ("02:00-06:00", "daily 02:00-06:00"),
            ("Sat-Sun 00:00-24:00", "Sat-Sun"),
            ({"days": "Fri", "weeks": [1, 3]}, "Fri in weeks 1, 3 of the month"),
            ({"hours": "08:00-10:00", "dates": "even"}, "daily 08:00-10:00 on even dates"),
            ("Sun-Mon 20:00-06:00", "Sun-Mon 20:00-06:00"),
            (
                {"days": "Mon-Fri", "hours": "02:00-06:00", "season": "12-01..04-01"}
                | {"except": ["holidays", "break"], "during": "snow"},
                "Mon-Fri 02:00-06:00 from Dec 1 to Apr 1 except holidays and break"
                " while snow is on",
            ),
        ],
    )
    def test_says_it_in_words(self, value, text):
        assert describe(parse_windows(value)) == text

    @given(st.frozensets(st.integers(0, 6), min_size=1))
    def test_days_are_read_back(self, days):
        assert parse_window(day_names(days)).days == days
