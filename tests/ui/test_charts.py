"""Where the marks of charts stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.ui import charts
from parkops.ui.charts import Point

VALUES = st.lists(st.integers(0, 10**7), max_size=40)


def points(values):
    return [Point(str(i), value) for i, value in enumerate(values)]


def inside(mark):
    edge = charts.SIDE + 1e-6
    return (
        mark.x >= -1e-6
        and mark.x + mark.width <= edge
        and mark.y >= -1e-6
        and mark.y + mark.height <= edge
    )


class TestBars:
    @given(VALUES)
    def test_stand_on_the_ground_within_the_box_as_high_as_their_values(self, values):
        drawn = charts.bars(points(values), title="t")
        top = charts.scale_top(max(values, default=0))
        assert len(drawn.marks) == len(values)
        for mark in drawn.marks:
            assert inside(mark)
            assert mark.y + mark.height == pytest.approx(charts.SIDE)
            assert mark.height == pytest.approx(charts.SIDE * mark.point.value / top)

    @given(VALUES)
    def test_do_not_touch(self, values):
        marks = charts.bars(points(values), title="t").marks
        for left, right in zip(marks, marks[1:], strict=False):
            assert left.x + left.width < right.x

    def test_the_table_says_the_same_with_the_period_before(self):
        drawn = charts.bars(points([4, 7]), title="t", head="Hour", before=[5, None])
        assert drawn.heads == ["Hour", "Now", "Before"]
        assert drawn.rows == [("0", ["4", "5"]), ("1", ["7", ""])]

    def test_without_a_period_before_there_is_no_second_column(self):
        drawn = charts.bars(points([4]), title="t", head="Hour")
        assert drawn.heads == ["Hour", "Now"]
        assert drawn.before == ""

    def test_nothing_is_drawn_of_nothing(self):
        assert charts.bars([], title="t").marks == []


class TestScale:
    @given(st.floats(1e-6, 1e9))
    def test_holds_the_largest_without_being_far_above(self, largest):
        top = charts.scale_top(largest)
        assert largest <= top * (1 + 1e-9)
        assert top <= max(largest * 2.6, 4)

    @given(st.integers(1, 10**9))
    def test_of_whole_values_has_whole_lines(self, largest):
        top = charts.scale_top(largest)
        assert top >= largest
        assert (top / 4).is_integer()

    def test_is_what_the_look_shows(self):
        assert charts.scale_top(12) == 16
        assert [tick.text for tick in charts.ticks(16)] == ["16", "12", "8", "4", "0"]


class TestStacked:
    @given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=12))
    def test_each_lies_on_the_one_below(self, pairs):
        labels = [str(i) for i in range(len(pairs))]
        drawn = charts.stacked(
            labels,
            [("a", points([a for a, _ in pairs])), ("b", points([b for _, b in pairs]))],
            title="t",
        )
        for below, above in zip(drawn.marks[::2], drawn.marks[1::2], strict=True):
            assert above.y + above.height == pytest.approx(below.y)
            assert inside(above)
        assert [row[1][-1] for row in drawn.rows] == [charts.figure(a + b) for a, b in pairs]


class TestHeat:
    def test_tones_go_from_nothing_to_the_largest(self):
        drawn = charts.heat(["a", "b", "c"], [("Mon", points([0, 1, 10]))], title="t")
        assert [mark.tone for mark in drawn.marks] == [0, 1, 5]

    def test_all_zero_has_no_tone(self):
        drawn = charts.heat(["a"], [("Mon", points([0]))], title="t")
        assert drawn.marks[0].tone == 0
        assert drawn.steps == []

    @given(st.lists(st.integers(0, 400), min_size=1), st.sampled_from([1, 10]))
    def test_each_tone_says_up_to_what_it_stands_for(self, values, unit):
        drawn = charts.heat(
            ["a"] * len(values), [("Mon", points([value / unit for value in values]))], title="t"
        )
        tops = [(tone, float(text.replace(",", ""))) for tone, text in drawn.steps]
        for mark in drawn.marks:
            if mark.tone:
                fits = [tone for tone, top in tops if mark.point.value <= top]
                assert fits[0] == mark.tone, (mark.point.value, tops)


class TestShares:
    @given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
    def test_fill_the_whole_or_nothing(self, values):
        drawn = charts.shares(points(values), title="t")
        assert sum(mark.width for mark in drawn.marks) == pytest.approx(100 if sum(values) else 0)


class TestSpark:
    @given(VALUES, VALUES)
    def test_stays_in_its_box(self, values, before):
        drawn = charts.spark(values, before)
        for path in (drawn.path, drawn.before):
            for pair in path.removeprefix("M").split(" L"):
                if pair:
                    x, y = map(float, pair.split())
                    assert -0.1 <= x <= 100.2
                    assert 0 <= y <= 30

    def test_half_a_day_takes_half_the_width(self):
        assert charts.spark([1, 2, 3], slots=5).path.split("L")[-1].split()[0] == "50.0"


def test_a_mark_says_its_number():
    mark = charts.bars([Point("07", 1204)], title="t").marks[0]
    assert mark.title == "07: 1,204"
