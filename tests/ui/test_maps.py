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

    def test_are_smaller_where_codes_would_leave_their_zones(self):
        sizes = [self.draw(*(["LOT"] * count), apart=0.02).letters for count in (2, 3, 4, 5, 6, 9)]
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
            for one, other in combinations(drawn.shapes, 2):
                assert not maps._overlap(one.box(size), other.box(size))


WEST, SOUTH, SIDE = 0.0, 0.0, 0.01


def point(lon: float, lat: float) -> dict:
    return {"type": "Point", "coordinates": [lon, lat]}


def street(*corners: tuple[float, float]) -> dict:
    return {"type": "LineString", "coordinates": [list(corner) for corner in corners]}


def marks(drawn: maps.Map) -> list[tuple[float, float]]:
    """Return where the points of a drawing are."""
    return [
        (float(found[1]) + maps.DOT, float(found[2]))
        for shape in drawn.shapes
        if (found := re.match(r"M(-?[\d.]+) (-?[\d.]+)a", shape.path))
    ]


def written(drawn: maps.Map, size: float) -> list[maps.Shape]:
    """Return the shapes that bear words where letters are this high."""
    return [shape for shape in drawn.shapes if shape.most >= size]


def assert_nothing_is_covered(drawn: maps.Map) -> None:
    """At each height that letters have, no words are on a mark, on other words or off the paper."""
    for size in maps.SIZES:
        boxes = [shape.box(size) for shape in written(drawn, size)]
        for one, other in combinations(boxes, 2):
            assert not maps._overlap(one, other)
        for left, top, right, bottom in boxes:
            for x, y in marks(drawn):
                assert not (
                    left < x + maps.DOT
                    and x - maps.DOT < right
                    and top < y + maps.DOT
                    and y - maps.DOT < bottom
                )
            assert left >= -maps.MARGIN
            assert top >= -maps.MARGIN
            assert right <= drawn.width + maps.MARGIN
            assert bottom <= drawn.height + maps.MARGIN


class TestWhereWordsStand:
    """No words cover a mark or other words; what has no room is left out."""

    spots = st.lists(st.tuples(st.floats(0, 0.03), st.floats(0, 0.03)), max_size=6)

    @given(spots, spots, spots)
    def test_nothing_is_covered_whatever_is_drawn(self, zones, officers, streets):
        drawn = maps.draw(
            [
                maps.Place("LIBRARY", square(WEST, SOUTH), "18 free"),
                *(maps.Place(f"Z{n}", square(*at), "9 free") for n, at in enumerate(zones)),
                *(maps.Place(f"OO{n}", point(*at), "10:12") for n, at in enumerate(officers)),
                *(
                    maps.Place(f"S{n}", street(at, (0.03 - at[1], at[0])))
                    for n, at in enumerate(streets)
                ),
            ],
            title="Map",
        )
        assert_nothing_is_covered(drawn)

    def test_an_officers_stand_to_the_right_of_their_mark(self):
        drawn = maps.draw(
            [
                maps.Place("A", square(WEST, SOUTH, 0.1)),
                maps.Place("OO", point(0.02, 0.02), "10:12"),
            ],
            title="Map",
        )
        officer = drawn.shapes[1]
        [(x, y)] = marks(drawn)
        assert (officer.side, officer.most) == ("right", maps.NARROW)
        assert officer.x > x + maps.DOT
        assert officer.y == pytest.approx(y, abs=0.1)

    def test_at_the_eastern_edge_they_stand_to_the_left(self):
        places = [
            maps.Place("A", square(WEST, SOUTH)),
            maps.Place("OO", point(0.06, 0.005), "10:12"),
        ]
        assert maps.draw(places, title="Map").shapes[1].side == "left"

    def test_two_at_one_place_stand_on_either_side(self):
        drawn = maps.draw(
            [
                maps.Place("A", square(WEST, SOUTH, 0.1)),
                maps.Place("B", point(0.02, 0.02), "1"),
                maps.Place("C", point(0.02, 0.02), "2"),
            ],
            title="Map",
        )
        assert [shape.side for shape in drawn.shapes[1:]] == ["right", "left"]

    def test_of_a_crowd_some_are_left_to_the_table(self):
        drawn = maps.draw(
            [
                maps.Place("A", square(WEST, SOUTH, 0.1)),
                *(maps.Place(f"OO{n}", point(0.02, 0.02), "10:12") for n in range(6)),
            ],
            title="Map",
        )
        sides = [shape.side for shape in drawn.shapes[1:] if shape.most]
        assert sides == ["right", "left"]
        assert len(marks(drawn)) == 6
        assert_nothing_is_covered(drawn)

    @given(st.floats(0.001, 0.009), st.floats(0.001, 0.009))
    def test_a_zone_tells_its_own_beside_a_mark_in_it(self, lon, lat):
        places = [
            maps.Place("LIBRARY", square(WEST, SOUTH), "18 free"),
            maps.Place("OO", point(lon, lat), "10:12"),
        ]
        zone = maps.draw(places, title="Map").shapes[0]
        assert zone.most == maps.NARROW
        assert maps._within(zone.box(maps.NARROW), zone.ring)

    def test_where_there_is_no_room_for_a_time_the_mark_alone_is_written(self):
        drawn = maps.draw(
            [
                maps.Place("A", square(WEST, SOUTH, 0.1)),
                *(maps.Place(code, point(0.02, 0.02), "10:12") for code in "BCD"),
            ],
            title="Map",
        )
        told = [(one.side, one.note) for one in drawn.shapes[1:]]
        assert told == [("right", "10:12"), ("left", "10:12"), ("below", "")]

    def test_a_zone_too_small_for_them_has_them_beside_it(self):
        small = maps.Place("LIBRARY", square(0.012, 0.003, 0.001), "18 free")
        drawn = maps.draw([maps.Place("A", square(WEST, SOUTH)), small], title="Map")
        words = drawn.shapes[1]
        left, _, _, _ = words.box(maps.NARROW)
        assert words.side == "right"
        assert left > max(x for x, _ in corners(words.path))

    def test_a_zone_within_another_has_them_within_it_too(self):
        drawn = maps.draw(
            [
                maps.Place("CAMPUS", square(WEST, SOUTH), "90 free"),
                maps.Place("LIBRARY", square(0.004, 0.004, 0.001), "18 free"),
            ],
            title="Map",
        )
        assert all(shape.most == maps.NARROW for shape in drawn.shapes)
        campus, library = (shape.box(maps.NARROW) for shape in drawn.shapes)
        assert not maps._overlap(campus, maps._bounds(drawn.shapes[1].ring))
        assert not maps._overlap(campus, library)

    def test_a_streets_stand_off_its_line(self):
        drawn = maps.draw(
            [
                maps.Place("A", square(WEST, SOUTH)),
                maps.Place("HIGH", street((0.012, 0.005), (0.04, 0.005))),
            ],
            title="Map",
        )
        words = drawn.shapes[1]
        assert words.side == "below"
        assert words.box(maps.NARROW)[1] > float(re.search(r" (\S+)L", words.path)[1])

    def test_what_finds_room_only_when_smaller_says_how_high(self):
        """Six rows of six zones without a gap have room for four letters only where they are small."""
        places = [
            maps.Place(f"L{x}{y}A", square(x * 0.01, y * 0.01)) for x in range(6) for y in range(6)
        ]
        drawn = maps.draw(places, title="Map")
        assert {shape.fits for shape in drawn.shapes} <= {0.0, maps.COLUMN, maps.WIDE}
        inner = [one for one in drawn.shapes if not set(one.place.code[1:3]) & {"0", "5"}]
        assert {shape.fits for shape in inner} == {maps.WIDE}
        assert not drawn.letters

    @given(spots, spots)
    def test_stand_where_they_stood_when_drawn_again(self, zones, officers):
        places = [
            maps.Place("A", square(WEST, SOUTH)),
            *(maps.Place(f"Z{n}", square(*at), "9 free") for n, at in enumerate(zones)),
            *(maps.Place(f"OO{n}", point(*at), "10:12") for n, at in enumerate(officers)),
        ]
        assert maps.draw(places, title="Map") == maps.draw(places, title="Map")

    def test_letters_are_large_only_where_zones_hold_them(self):
        """On a wall a zone's words do not run over its border."""
        for side in (0.004, 0.006, 0.01):
            places = [
                maps.Place("LIBRARY", square(WEST, SOUTH, side), "18 free"),
                maps.Place("ARENA", square(0.02, SOUTH, 0.02), "80 free"),
            ]
            drawn = maps.draw(places, title="Map")
            if drawn.letters:
                size = maps.LETTERS[drawn.letters]
                for shape in drawn.shapes:
                    if shape.side == "middle":
                        assert maps._within(shape.box(size), shape.ring)
