"""Zones as shapes."""

import math
import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.ui import maps


def square(west, south, side=0.01):
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def corners(path):
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


class TestDraw:
    @given(st.floats(-170, 170), st.floats(-70, 70))
    def test_stays_on_its_paper_and_north_is_up(self, west, south):
        drawn = maps.draw(
            [maps.Place("A", square(west, south)), maps.Place("B", square(west, south + 0.02))],
            title="t",
        )
        xs = [x for shape in drawn.shapes for x, _ in corners(shape.path)]
        assert (min(xs) + max(xs)) / 2 == pytest.approx(drawn.width / 2, abs=0.2)
        for shape in drawn.shapes:
            for x, y in corners(shape.path):
                assert -0.1 <= x <= drawn.width + 0.1
                assert -0.1 <= y <= drawn.height + 0.1
        assert drawn.shapes[1].y < drawn.shapes[0].y

    def test_a_square_of_the_ground_is_a_square_on_paper(self):
        side = 0.01
        ring = square(0, 60, side)["coordinates"][0]
        wide = [[x / math.cos(math.radians(60.005)), y] for x, y in ring]
        shape = {"type": "Polygon", "coordinates": [wide]}
        drawn = maps.draw([maps.Place("A", shape)], title="t")
        xs, ys = zip(*corners(drawn.shapes[0].path), strict=True)
        assert max(xs) - min(xs) == pytest.approx(max(ys) - min(ys), rel=0.01)

    def test_lines_and_points_are_drawn_too(self):
        street = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
        meter = {"type": "Point", "coordinates": [1, 0]}
        drawn = maps.draw([maps.Place("S", street), maps.Place("M", meter)], title="t")
        line, dot = drawn.shapes
        assert (line.is_area, dot.is_area) == (False, False)
        assert line.path.count("L") == 1
        assert "z" not in line.path
        assert "a5 5" in dot.path

    def test_of_very_many_only_the_titles_tell_the_codes(self):
        places = [maps.Place(f"Z{n}", square(n, 0)) for n in range(41)]
        assert not maps.draw(places, title="t").is_labelled
        assert maps.draw(places[:40], title="t").is_labelled

    def test_zones_without_a_shape_are_left_out(self):
        drawn = maps.draw(
            [
                maps.Place("A", {}),
                maps.Place("B", square(0, 0)),
                maps.Place("C", {"type": "Point"}),
            ],
            title="t",
        )
        assert [shape.place.code for shape in drawn.shapes] == ["B"]
        assert maps.draw([maps.Place("A", {})], title="t") is None

    def test_many_polygons_are_one_zone_with_its_name_in_the_largest(self):
        shape = {
            "type": "MultiPolygon",
            "coordinates": [square(0, 0)["coordinates"], square(1, 0, 0.2)["coordinates"]],
        }
        (drawn,) = maps.draw([maps.Place("A", shape)], title="t").shapes
        assert drawn.path.count("z") == 2
        assert drawn.x > 300


def test_the_middle_of_a_flat_ring_is_the_mean_of_its_corners():
    assert maps.centre([(0, 0), (2, 0), (4, 0)]) == (2, 0)


class TestLetters:
    """How large codes are written for eyes far off: as large as none runs into another."""

    def draw(self, *codes: str, apart: float, note: str = "") -> maps.Map:
        return maps.draw(
            [maps.Place(code, square(n * apart, 0), note) for n, code in enumerate(codes)],
            title="t",
        )

    def test_are_large_where_there_is_room(self):
        assert self.draw("A", "B", "C", apart=0.02).letters == "large"
        assert self.draw("A", apart=0.02, note="120 free").letters == "large"

    def test_are_smaller_where_codes_would_meet(self):
        sizes = [
            self.draw(*(["MARKET"] * count), apart=0.02).letters for count in (2, 3, 4, 5, 6, 9)
        ]
        assert sizes[0] == "large"
        assert "middle" in sizes
        assert sizes[-1] == ""
        assert sizes == sorted(sizes, key=["large", "middle", ""].index)

    def test_notes_need_room_too(self):
        codes = ["A", "B", "C", "D", "E"]
        assert self.draw(*codes, apart=0.02).letters == "large"
        assert self.draw(*codes, apart=0.02, note="at most 120 free").letters == ""

    def test_of_many_zones_there_are_none(self):
        codes = [str(n) for n in range(maps.MOST_LABELS + 1)]
        assert self.draw(*codes, apart=9.0).letters == ""

    @given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=12))
    def test_none_runs_into_another(self, corners):
        drawn = maps.draw(
            [maps.Place("LOT-A", square(*corner), "9 free") for corner in corners], title="t"
        )
        if drawn.letters:
            size = maps.LETTERS[drawn.letters]
            spots = [(shape.x, shape.y) for shape in drawn.shapes]
            for place, (x, y) in enumerate(spots):
                for other_x, other_y in spots[:place]:
                    assert abs(x - other_x) >= 5 * 0.7 * size or abs(y - other_y) >= size


class TestWordsAtAPoint:
    """An officer in the middle of a zone is read beside the zone's own words, not through them."""

    def at(self, lon: float, lat: float) -> maps.Map:
        drawn = maps.draw(
            [
                maps.Place("LIBRARY", square(0, 0), "18 free"),
                maps.Place("OO", {"type": "Point", "coordinates": [lon, lat]}, "10:12"),
            ],
            title="Map",
        )
        assert drawn is not None
        return drawn

    @given(st.floats(0, 0.01), st.floats(0, 0.01))
    def test_never_meet_those_of_the_zone(self, lon, lat):
        zone, officer = self.at(lon, lat).shapes
        boxes = [maps._label_box(shape, maps.USUAL) for shape in (zone, officer)]
        assert not maps._overlap(*boxes)

    def test_stay_at_the_point_where_nothing_else_is(self):
        _, officer = self.at(0.0005, 0.0005).shapes
        assert f"M{officer.x - maps.DOT:.1f} {officer.y:.1f}a" in officer.path

    def test_the_point_itself_stays_where_it_is(self):
        zone, officer = self.at(0.005, 0.005).shapes
        x, y = ((min(one) + max(one)) / 2 for one in zip(*corners(zone.path), strict=True))
        assert f"M{x - maps.DOT:.1f} {y:.1f}a" in officer.path
        assert officer.y != zone.y

    @given(st.floats(0.002, 0.008), st.floats(0.002, 0.008))
    def test_a_zone_with_the_room_tells_its_own_beside_the_point(self, lon, lat):
        """Both are read whole on a phone, and the officer's stand where the officer is."""
        zone, officer = self.at(lon, lat).shapes
        boxes = [maps._label_box(shape, maps.NARROW) for shape in (zone, officer)]
        assert not maps._overlap(*boxes)
        assert f"M{officer.x - maps.DOT:.1f} {officer.y:.1f}a" in officer.path
        left, top, right, bottom = boxes[0]
        xs, ys = zip(*corners(zone.path), strict=True)
        assert min(xs) <= left < right <= max(xs)
        assert min(ys) <= top < bottom <= max(ys)

    def test_two_at_one_place_are_read_apart(self):
        point = {"type": "Point", "coordinates": [0.005, 0.005]}
        drawn = maps.draw(
            [
                maps.Place("A", square(0, 0)),
                maps.Place("B", point, "1"),
                maps.Place("C", point, "2"),
            ],
            title="Map",
        )
        assert drawn is not None
        boxes = [maps._label_box(shape, maps.USUAL) for shape in drawn.shapes]
        assert not any(maps._overlap(*pair) for pair in combinations(boxes, 2))
