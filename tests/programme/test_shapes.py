"""Shapes of zones: tidied, measured, and refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.programme import shapes
from parkops.programme.shapes import ShapeFault

SQUARE = [[-75.0, 45.0], [-75.0, 45.001], [-74.999, 45.001], [-74.999, 45.0], [-75.0, 45.0]]
BOWTIE = [[-75.0, 45.0], [-74.999, 45.001], [-74.999, 45.0], [-75.0, 45.001], [-75.0, 45.0]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


class TestTidy:
    def test_closes_rings_and_drops_heights_and_repeats(self):
        told = polygon([[*corner, 12.5] for corner in [*SQUARE[:2], SQUARE[1], *SQUARE[2:4]]])
        assert shapes.tidy(told) == polygon(SQUARE)

    def test_a_collection_of_one_is_that_one(self):
        assert shapes.tidy({"type": "MultiPolygon", "coordinates": [[SQUARE]]}) == polygon(SQUARE)
        inside = {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]}
        assert shapes.tidy(inside) == polygon(SQUARE)

    def test_swapped_positions_are_turned(self):
        turned = polygon([corner[::-1] for corner in SQUARE])
        assert shapes.tidy(turned, swapped=True) == polygon(SQUARE)

    @pytest.mark.parametrize(
        ("geometry", "words"),
        [
            (None, "There is no shape"),
            ({"type": "Circle", "coordinates": [1, 2]}, "'Circle' is no zone"),
            ({"type": "GeometryCollection", "geometries": []}, "is no zone"),
            ({"type": ["Polygon"]}, "is no zone"),
            (polygon(BOWTIE), "crosses itself near 45.000500, -74.999500"),
            (polygon([[0, 0], [0, 0], [0, 0], [0, 0]]), "The ring is open"),
            (polygon([[1, 1], [1, 2], [1, 3], [1, 1]]), "has no area"),
            (polygon([[45.0, -175.0], [45.0, -175.1], [45.1, -175.1]]), "latitude first"),
            (polygon([[25497165.7, 6673221.1], [25497167.8, 6673221.2], [1, 1]]), "EPSG:4326"),
            ({"type": "Point", "coordinates": [float("inf"), 1]}, "not on the earth"),
            ({"type": "Point", "coordinates": [10**400, 1]}, "not on the earth"),
            ({"type": "Point", "coordinates": ["a", True]}, "is not a position"),
            ({"type": "LineString", "coordinates": [[1, 1], [1, 1]]}, "at least 2 positions"),
            (polygon([[n / 1000, 1 + n % 2] for n in range(1001)]), "At most 1,000"),
        ],
    )
    def test_refuses_in_words(self, geometry, words):
        with pytest.raises(ShapeFault) as refusal:
            shapes.tidy(geometry)
        assert words in str(refusal.value)

    def test_tidying_twice_is_once(self):
        once = shapes.tidy(polygon(SQUARE[:4]))
        assert shapes.tidy(once) == once


class TestCrossing:
    @given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=9))
    def test_is_what_trying_every_pair_of_sides_says(self, corners):
        ring = [(float(x), float(y)) for x, y in corners]
        sides = list(zip(ring, [*ring[1:], ring[0]], strict=True))

        def apart(a, b, c, d):
            turns = [shapes._turn(a, b, c) * shapes._turn(a, b, d)]
            turns.append(shapes._turn(c, d, a) * shapes._turn(c, d, b))
            return not all(turn < 0 for turn in turns)

        crosses = any(not apart(*one, *two) for one in sides for two in sides)
        assert (shapes.crossing_of(ring) is not None) == crosses


def test_a_square_of_a_hundred_meters_has_a_hectare():
    side = 100 / shapes.METERS_PER_DEGREE
    ring = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
    assert shapes.square_meters(ring) == pytest.approx(10_000, rel=0.001)
