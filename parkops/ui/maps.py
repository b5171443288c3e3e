"""Zones from GeoJSON as shapes: equirectangular at their own latitude, without tiles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import cos, radians
from typing import Any

WIDTH = 600.0
MARGIN = 10.0
LEAST_HEIGHT, MOST_HEIGHT = 120.0, 280.0
DOT = 5
MOST_LABELS = 40
LETTERS = {"large": 40.0, "middle": 32.0}
"""How high the codes may be written where there is room, in the units of the drawing."""
USUAL = 16.0
"""How high they are otherwise, between a desktop and a phone."""
NARROW = 21.0
"""How high they are on a phone."""
GAP = 1.0
"""How far words that would meet are put apart."""
LETTER_WIDTH, NOTE_SHARE, LINE = 0.72, 0.8, 1.2
"""The width of a bold capital as a share of its height, how high notes are beside codes, and lines."""

Ring = list[tuple[float, float]]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class Place:
    """A zone to draw: its code, GeoJSON geometry (lon, lat), what is written below, and link."""

    code: str
    geometry: Mapping[str, Any]
    note: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A zone as drawn: an SVG path, and where its code stands, in the units of the drawing."""

    place: Place
    path: str
    x: float
    y: float
    is_area: bool = True


@dataclass(frozen=True, slots=True)
class Map:
    """Shapes in a drawing `width` by `height`; `title` says what is seen."""

    title: str
    width: float
    height: float
    shapes: list[Shape]

    @property
    def is_labelled(self) -> bool:
        """Whether there is room for the codes; of many zones only the titles tell them."""
        return len(self.shapes) <= MOST_LABELS

    @property
    def letters(self) -> str:
        """How large the codes can be written for eyes far off, so that none runs into another: large, middle, or
        no larger than usual, which is empty."""
        if self.is_labelled:
            for name, size in LETTERS.items():
                boxes = [_label_box(shape, size) for shape in self.shapes]
                inside = all(box[0] >= -MARGIN and box[2] <= self.width + MARGIN for box in boxes)
                if inside and not any(_overlap(*pair) for pair in combinations(boxes, 2)):
                    return name
        return ""

    @property
    def has_links(self) -> bool:
        """Whether a zone leads somewhere, which makes the drawing a group and not a picture."""
        return any(shape.place.url for shape in self.shapes)


def draw(places: Sequence[Place], *, title: str, width: float = WIDTH) -> Map | None:
    """Return the drawing of all zones that have a place: areas, lines and points; None if none has.

    `width` is 600 for the width of a card and 360 for a third of a page.
    """
    found = [(place, parts) for place in places if (parts := list(_parts_of(place.geometry)))]
    corners = [corner for _, parts in found for _, part in parts for corner in part]
    if not corners:
        return None
    west, east = min(lon for lon, _ in corners), max(lon for lon, _ in corners)
    south, north = min(lat for _, lat in corners), max(lat for _, lat in corners)
    squeeze = cos(radians((south + north) / 2))
    wide, tall = (east - west) * squeeze or 1e-9, (north - south) or 1e-9
    inner = width - 2 * MARGIN
    unit = min(inner / wide, (MOST_HEIGHT - 2 * MARGIN) / tall)
    height = max(LEAST_HEIGHT, tall * unit + 2 * MARGIN)
    left, top = (width - wide * unit) / 2, (height - tall * unit) / 2

    def put(corner: tuple[float, float]) -> tuple[float, float]:
        lon, lat = corner
        return left + (lon - west) * squeeze * unit, top + (north - lat) * unit

    shapes, rings = [], []
    for place, parts in found:
        drawn = [(kind, [put(corner) for corner in part]) for kind, part in parts]
        is_area = any(kind == "area" for kind, _ in drawn)
        largest = max((part for _, part in drawn), key=lambda part: (abs(area(part)), len(part)))
        x, y = centre(largest)
        rings.append(largest)
        path = "".join(_DRAWN[kind](part) for kind, part in drawn)
        shapes.append(Shape(place, path, x, y, is_area))
    return Map(title, width, height, _apart(_off_points(shapes, rings)))


def _off_points(shapes: list[Shape], rings: Sequence[Ring]) -> list[Shape]:
    """Let a zone's words move within it, off those at the points there, where it has the room."""
    points = [shape for shape in shapes if (shape.place.geometry or {}).get("type") == "Point"]
    return [
        _off(shape, ring, points) if shape.is_area and points else shape
        for shape, ring in zip(shapes, rings, strict=True)
    ]


def _off(shape: Shape, ring: Ring, points: Sequence[Shape]) -> Shape:
    """Return the zone with its words at the nearest spot of it that is free of the points' words."""
    if not any(_overlap(_label_box(shape, NARROW), _label_box(one, NARROW)) for one in points):
        return shape
    for size in (NARROW, USUAL):
        taken = [_label_box(one, size) for one in points]
        left, top, right, bottom = _label_box(shape, size)
        ways = [
            (x, y)
            for box in taken
            for x, y in (
                (0.0, box[1] - bottom - GAP),
                (0.0, box[3] - top + GAP),
                (box[0] - right - GAP, 0.0),
                (box[2] - left + GAP, 0.0),
            )
        ]
        for x, y in sorted(ways, key=lambda way: abs(way[0]) + abs(way[1])):
            moved = left + x, top + y, right + x, bottom + y
            if _within(moved, ring) and not any(_overlap(moved, box) for box in taken):
                return replace(shape, x=shape.x + x, y=shape.y + y)
    return shape


def _within(box: Box, ring: Ring) -> bool:
    """Whether all corners of a box are inside a ring."""
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    return all(_inside(*corner, ring) for corner in corners)


def _inside(x: float, y: float, ring: Ring) -> bool:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    crossed = [
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in pairs
    ]
    return sum(crossed) % 2 == 1


def _apart(shapes: list[Shape]) -> list[Shape]:
    """Let the words at a point stand beside those that are there: above, below or to a side, as there is room."""
    taken = [_label_box(shape, USUAL) for shape in shapes if shape.is_area]
    found = []
    for shape in shapes:
        if not shape.is_area:
            left, _, right, _ = _label_box(shape, USUAL)
            tall, wide = USUAL * (1 + LINE * NOTE_SHARE), right - left
            ways = [(0.0, 0.0), (0.0, -tall), (0.0, tall), (wide, 0.0), (-wide, 0.0)]
            moved = [replace(shape, x=shape.x + x, y=shape.y + y) for x, y in ways]
            free = [
                one
                for one in moved
                if not any(_overlap(_label_box(one, USUAL), box) for box in taken)
            ]
            shape = (free or moved)[0]
            taken.append(_label_box(shape, USUAL))
        found.append(shape)
    return found


def _label_box(shape: Shape, size: float) -> Box:
    """Return where a code of this height stands, with its note below."""
    code, note = len(shape.place.code) * size, len(shape.place.note) * size * NOTE_SHARE
    half = LETTER_WIDTH * max(code, note) / 2
    below = LINE * size * NOTE_SHARE if note else 0.0
    return shape.x - half, shape.y - size, shape.x + half, shape.y + below


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _parts_of(geometry: Mapping[str, Any] | None) -> Iterator[tuple[str, Ring]]:
    """The rings, lines and points of a geometry, each with what it is."""
    geometry = geometry or {}
    kind, where = geometry.get("type"), geometry.get("coordinates") or []
    for ring in rings_of(geometry):
        yield "area", ring
    if kind == "Point" and where:
        yield "point", [_corner(where)]
    elif kind in ("LineString", "MultiLineString"):
        for line in [where] if kind == "LineString" else where:
            yield "line", [_corner(corner) for corner in line]


def rings_of(geometry: Mapping[str, Any] | None) -> Iterator[Ring]:
    """Yield the rings of a Polygon or MultiPolygon; holes are rings too, cut out when filled."""
    geometry = geometry or {}
    kind = geometry.get("type")
    if kind == "Polygon":
        polygons = [geometry["coordinates"]]
    elif kind == "MultiPolygon":
        polygons = geometry["coordinates"]
    else:
        return
    for polygon in polygons:
        for ring in polygon:
            if len(ring) >= 3:
                yield [_corner(corner) for corner in ring]


def area(ring: Ring) -> float:
    """Return the area of a ring in square units; negative if it runs the other way round."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2


def centre(ring: Ring) -> tuple[float, float]:
    """Return the point in the middle of a ring; of a flat one, the mean of its corners."""
    whole = area(ring)
    if abs(whole) < 1e-9:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    return x / (6 * whole), y / (6 * whole)


def _closed(ring: Ring) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "z"


def _line(part: Ring) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in part)


def _dot(part: Ring) -> str:
    x, y = part[0]
    return f"M{x - DOT:.1f} {y:.1f}a{DOT} {DOT} 0 1 0 {2 * DOT} 0a{DOT} {DOT} 0 1 0 {-2 * DOT} 0z"


def _corner(position: Sequence[float]) -> tuple[float, float]:
    return float(position[0]), float(position[1])


_DRAWN = {"area": _closed, "line": _line, "point": _dot}
