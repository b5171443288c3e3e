"""Zones from GeoJSON as shapes: equirectangular at their own latitude, without tiles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from math import cos, radians
from typing import Any

WIDTH = 600.0
MARGIN = 10.0
LEAST_HEIGHT, MOST_HEIGHT = 120.0, 280.0
DOT = 5
STROKE = 3.0
MOST_LABELS = 40
LETTERS = {"large": 40.0, "middle": 32.0}
"""How high the codes may be written where there is room, in the units of the drawing."""
NARROW, COLUMN, WIDE = SIZES = 21.0, 18.0, 13.0
"""How high they are otherwise: on a phone and on a wall, in a column, and on a page of its full width."""
LETTER_WIDTH, NOTE_WIDTH = 0.72, 0.6
"""The width of a bold capital, and of a letter or figure of a note, as a share of its height."""
NOTE_SHARE = 0.88
"""How high notes are beside codes."""
GAP = 2.0
"""How far words stand off marks and other words."""
STEPS = 8
"""Into how many steps a zone is divided each way to find a spot for its words."""
LINE_OFF = (0.0, 8.0, 16.0, 24.0)
"""How far off the middle of a street its words are tried."""

Ring = list[tuple[float, float]]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
Bounded = tuple[Box, Ring]
"""A ring with the box around it."""

RISES = {
    ("middle", True): (0.95, 1.1, -0.2, 1.05),
    ("middle", False): (0.45, 0.45, 0.35, 0.0),
    ("below", True): (0.0, 2.1, 0.9, 2.3),
    ("below", False): (0.0, 0.95, 0.8, 0.0),
    ("above", True): (2.1, 0.0, -1.3, -0.2),
    ("above", False): (0.95, 0.0, -0.1, 0.0),
}
"""How far words reach above and below their spot in heights of the code, by where they stand and whether they
have a note, and how far the lines of code and note are below it, each in its own height."""


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
    """A zone, a street or a point as drawn: an SVG path, and where its words stand, in the units of the drawing.

    They stand at (`x`, `y`): about it (`side` is middle), or to its right or left, below or above. They are
    written where letters are at most `most` high; 0 is no room at all, so that only the title tells them.
    `note` is that of the place, or empty where there is room for the code alone.
    """

    place: Place
    path: str
    x: float
    y: float
    is_area: bool = True
    note: str = ""
    side: str = "middle"
    most: float = 0.0
    parts: Sequence[Ring] = field(default=(), repr=False)
    ring: Ring = field(default_factory=list, repr=False)

    def box(self, size: float) -> Box:
        """Return what the words cover where their code is `size` high."""
        code = len(self.place.code) * LETTER_WIDTH
        wide = size * max(code, len(self.note) * NOTE_WIDTH * NOTE_SHARE)
        above, below, _, _ = self._rises
        left = {"right": 0.0, "left": wide}.get(self.side, wide / 2)
        return self.x - left, self.y - size * above, self.x - left + wide, self.y + size * below

    @property
    def code_dy(self) -> float:
        """How far below its spot the code is written, in its own height."""
        return self._rises[2]

    @property
    def note_dy(self) -> float:
        """How far below its spot the note is written, in its own height."""
        return self._rises[3]

    @property
    def fits(self) -> float:
        """How high letters may be at most, where there is not always room for the words; else 0."""
        return self.most if self.most < NARROW else 0.0

    @property
    def _rises(self) -> tuple[float, float, float, float]:
        level = self.side if self.side in ("below", "above") else "middle"
        return RISES[level, bool(self.note)]


@dataclass(frozen=True, slots=True)
class Map:
    """Shapes in a drawing `width` by `height`; `title` says what is seen.

    `letters` is how large words can be written for eyes far off, so that none runs into another or over the
    border of its zone: large, middle, or no larger than usual, which is empty.
    """

    title: str
    width: float
    height: float
    shapes: list[Shape]
    letters: str = ""

    @property
    def is_labelled(self) -> bool:
        """Whether there is room for the codes; of many zones only the titles tell them."""
        return len(self.shapes) <= MOST_LABELS

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

    shapes = []
    for place, parts in found:
        drawn = [(kind, [put(corner) for corner in part]) for kind, part in parts]
        is_area = any(kind == "area" for kind, _ in drawn)
        largest = max((part for _, part in drawn), key=lambda part: (abs(area(part)), len(part)))
        x, y = centre(largest)
        path = "".join(_DRAWN[kind](part) for kind, part in drawn)
        rings = [part for _, part in drawn]
        shapes.append(Shape(place, path, x, y, is_area, place.note, parts=rings, ring=largest))
    if len(shapes) <= MOST_LABELS:
        paper = _Paper(width, height, shapes)
        return Map(title, width, height, paper.labelled(), paper.letters())
    return Map(title, width, height, shapes)


class _Paper:
    """Where words may stand: on no mark of a point or street, on no others, zones' first.

    Words that are smaller cover a part of what larger ones do, as their spot stays: what is placed for the
    highest letters is right for all others too, and what finds no room is tried again for smaller ones.
    """

    def __init__(self, width: float, height: float, shapes: Sequence[Shape]) -> None:
        self._width, self._height = width, height
        self._areas = [shape for shape in shapes if shape.is_area]
        self._points = [_mark(shape.parts[0][0]) for shape in shapes if _is_point(shape)]
        self._lines = [
            pair
            for shape in shapes
            if not shape.is_area
            for part in shape.parts
            for pair in pairwise(part)
        ]
        self._shapes = list(shapes)

    def labelled(self) -> list[Shape]:
        """Return the shapes with their words placed, those of zones first, then of streets, then of points."""
        order = sorted(range(len(self._shapes)), key=lambda n: _rank(self._shapes[n]))
        for size in SIZES:
            for n in order:
                if not self._shapes[n].most:
                    self._shapes[n] = self._placed(self._shapes[n], size)
        return self._shapes

    def letters(self) -> str:
        """Return how large all the words can be written where they stand."""
        if any(one.most < NARROW or one.note != one.place.note for one in self._shapes):
            return ""
        for name, size in LETTERS.items():
            boxes = [shape.box(size) for shape in self._shapes]
            if (
                all(self._is_free(box, ()) for box in boxes)
                and not any(_overlap(*pair) for pair in combinations(boxes, 2))
                and all(self._is_own(shape, size) for shape in self._shapes if shape.is_area)
            ):
                return name
        return ""

    def _placed(self, shape: Shape, size: float) -> Shape:
        """Return a shape with its words at the first spot that is free; without where none is."""
        others = [one.box(size) for one in self._shapes if one.most]
        for told in dict.fromkeys((shape.note, "")):
            for one in self._ways(replace(shape, note=told), size):
                if self._is_free(one.box(size), others):
                    return replace(one, most=size)
        return shape

    def _ways(self, shape: Shape, size: float) -> Iterator[Shape]:
        """Yield a shape with its words at each spot where they may stand, the best first.

        Those of a zone are in it, and rather on no other zone; or else beside it, or over its border. Those of a
        point are beside it, and rather on no border.
        """
        if _is_point(shape):
            found = list(_beside(shape, _mark(shape.parts[0][0])))
            yield from (one for one in found if not self._is_on_border(one.box(size)))
            yield from found
        elif not shape.is_area:
            for off in LINE_OFF:
                yield from _beside(shape, (shape.x, shape.y, shape.x, shape.y), off)
        else:
            others = self._other_rings(shape)
            seen = []
            for one in _inside_it(shape, size):
                seen.append(one)
                if not _on_any(one.box(size), others):
                    yield one
            yield from seen
            for one in (*_beside(shape, _bounds(shape.ring)), shape):
                if not _on_any(one.box(size), others):
                    yield one

    def _is_own(self, shape: Shape, size: float) -> bool:
        """Whether a zone's words are seen to be its own: in it, or beside it and in no other."""
        box = shape.box(size)
        if shape.side == "middle":
            return _within(box, shape.ring)
        return not _on_any(box, self._other_rings(shape))

    def _is_on_border(self, box: Box) -> bool:
        return any(_on_border(box, ring) for one in self._areas for ring in one.parts)

    def _other_rings(self, shape: Shape) -> list[Bounded]:
        """Return the rings of the other zones, without those that this one lies in."""
        middle, size = centre(shape.ring), abs(area(shape.ring))
        return [
            (_bounds(ring), ring)
            for one in self._areas
            if one.place is not shape.place
            and not (abs(area(one.ring)) > size and _inside(*middle, one.ring))
            for ring in one.parts
        ]

    def _is_free(self, box: Box, others: Sequence[Box]) -> bool:
        """Whether words may stand in a box: on the paper, on no mark and on no other words."""
        left, top, right, bottom = box
        return (
            left >= -MARGIN
            and top >= -MARGIN
            and right <= self._width + MARGIN
            and bottom <= self._height + MARGIN
            and not any(_overlap(box, one) for one in (*others, *self._points))
            and not any(_crosses(box, *pair) for pair in self._lines)
        )


def _rank(shape: Shape) -> int:
    """Return whose words are placed first: those of zones, of streets, of points."""
    return 0 if shape.is_area else 2 if _is_point(shape) else 1


def _is_point(shape: Shape) -> bool:
    return not shape.is_area and len(shape.ring) == 1


def _inside_it(shape: Shape, size: float) -> Iterator[Shape]:
    """Yield a zone with its words in its middle, then at spots all over it, the nearest first, while in it."""
    left, top, right, bottom = _bounds(shape.ring)
    words = shape.box(size)
    if words[2] - words[0] > right - left or words[3] - words[1] > bottom - top:
        return
    spots = [
        (left + (right - left) * across / STEPS, top + (bottom - top) * down / STEPS)
        for across in range(1, STEPS)
        for down in range(1, STEPS)
    ]
    spots.sort(key=lambda at: abs(at[0] - shape.x) + abs(at[1] - shape.y))
    for x, y in ((shape.x, shape.y), *spots):
        one = replace(shape, x=x, y=y)
        if _within(one.box(size), shape.ring):
            yield one


def _beside(shape: Shape, box: Box, off: float = 0.0) -> Iterator[Shape]:
    """Yield a shape with its words to the right of a box, to its left, below and above it."""
    left, top, right, bottom = box
    x, y, away = (left + right) / 2, (top + bottom) / 2, GAP + off
    yield replace(shape, side="right", x=right + away, y=y)
    yield replace(shape, side="left", x=left - away, y=y)
    yield replace(shape, side="below", x=x, y=bottom + away)
    yield replace(shape, side="above", x=x, y=top - away)


def _mark(at: tuple[float, float]) -> Box:
    """Return what the mark of a point covers."""
    reach = DOT + STROKE / 2
    return at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach


def _bounds(ring: Ring) -> Box:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def _on_any(box: Box, rings: Sequence[Bounded]) -> bool:
    """Whether a box is on any of these rings."""
    return any(
        _overlap(box, bounds) and (_inside(box[0], box[1], ring) or _on_border(box, ring))
        for bounds, ring in rings
    )


def _on_border(box: Box, ring: Ring) -> bool:
    return any(_crosses(box, *pair) for pair in pairwise([*ring, ring[0]]))


def _within(box: Box, ring: Ring) -> bool:
    """Whether a box is inside a ring."""
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    return all(_inside(*corner, ring) for corner in corners) and not _on_border(box, ring)


def _inside(x: float, y: float, ring: Ring) -> bool:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    crossed = [
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in pairs
    ]
    return sum(crossed) % 2 == 1


def _crosses(box: Box, one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether the stroke from one point to another touches a box."""
    (x, y), begins, ends = one, 0.0, 1.0
    for by, least, most in (
        (other[0] - x, box[0] - STROKE / 2 - x, box[2] + STROKE / 2 - x),
        (other[1] - y, box[1] - STROKE / 2 - y, box[3] + STROKE / 2 - y),
    ):
        if by == 0:
            if least > 0 or most < 0:
                return False
            continue
        near, far = sorted((least / by, most / by))
        begins, ends = max(begins, near), min(ends, far)
    return begins <= ends


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
