"""The shape of a zone as somebody drew it or a file says it: tidied, or refused in words."""

from collections.abc import Iterator, Sequence
from math import cos, radians, sqrt
from typing import Any

from pydantic_core import PydanticCustomError

from parkops.programme.geometry import DEPTHS, positions, read_geometry

MOST_CORNERS = 1000
METERS_PER_DEGREE = 111_320.0
SINGLE = {"MultiPolygon": "Polygon", "MultiLineString": "LineString", "MultiPoint": "Point"}

Position = tuple[float, float]


class ShapeFault(ValueError):
    """Why something is no shape of a zone, and what would be right."""


def tidy(geometry: Any, *, swapped: bool = False) -> dict[str, Any]:
    """Return the geometry as a zone keeps it: two numbers a position, seven decimals, rings closed,
    a collection of one as that one. `swapped`: the positions are written latitude first.

    :raises ShapeFault: if it is none, crosses itself, has no area or too many corners.
    """
    if not isinstance(geometry, dict):
        raise ShapeFault("There is no shape. Draw one, or give it a Polygon, LineString or Point.")
    kind, parts = _flat(geometry)
    if not isinstance(kind, str) or kind not in DEPTHS:
        known = ", ".join(DEPTHS)
        raise ShapeFault(f"A shape of the type {str(kind)[:40]!r} is no zone. Use one of {known}.")
    tidied = {"type": kind, "coordinates": _tidied(parts, DEPTHS[kind], "Polygon" in kind, swapped)}
    try:
        read_geometry(tidied)
    except PydanticCustomError as error:
        _, message = (error.context or {})["faults"][0]
        raise ShapeFault(f"{message[0].upper()}{message[1:]}.{_hint(tidied)}") from None
    corners = len(positions(tidied))
    if corners > MOST_CORNERS:
        raise ShapeFault(
            f"The shape has {corners:,} corners. At most {MOST_CORNERS:,} are kept: simplify it."
        )
    for ring in rings(tidied):
        crossing = crossing_of(ring)
        if crossing is not None:
            raise ShapeFault(
                f"The outline crosses itself near {crossing[1]:.6f}, {crossing[0]:.6f} (latitude, "
                "longitude). Move a corner so that it runs around the zone once."
            )
        if square_meters(ring) < 1:
            raise ShapeFault("The outline has no area. Place its corners around the zone.")
    return tidied


def is_geometry(value: Any) -> bool:
    """Return whether a value of a document is the geometry of a zone."""
    try:
        read_geometry(value)
    except PydanticCustomError:
        return False
    return True


def rings(geometry: dict[str, Any]) -> Iterator[list[Position]]:
    """Yield the rings of a Polygon or MultiPolygon, without their closing position."""
    polygons = {
        "Polygon": [geometry["coordinates"]],
        "MultiPolygon": geometry["coordinates"],
    }.get(geometry["type"], [])
    for polygon in polygons:
        for ring in polygon:
            yield [(position[0], position[1]) for position in ring[:-1]]


def crossing_of(ring: Sequence[Position]) -> Position | None:
    """Return where two sides of a ring cross, or None."""
    sides = sorted(
        (min(a[0], b[0]), max(a[0], b[0]), a, b)
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
        if a != b
    )
    for n, (_, right, a, b) in enumerate(sides):
        low, high = min(a[1], b[1]), max(a[1], b[1])
        for left, _, c, d in sides[n + 1 :]:
            if left > right:
                break
            if max(c[1], d[1]) < low or min(c[1], d[1]) > high:
                continue
            if _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0:
                share = _turn(c, d, a) / (_turn(c, d, a) - _turn(c, d, b))
                return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
    return None


def square_meters(ring: Sequence[Position]) -> float:
    """Return the area of a ring on the ground, for zones of the size of a town at most."""
    if not ring:
        return 0.0
    east, north = ring[0]
    squeeze = cos(radians(north))
    near = [
        ((x - east) * squeeze * METERS_PER_DEGREE, (y - north) * METERS_PER_DEGREE) for x, y in ring
    ]
    pairs = zip(near, [*near[1:], near[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def kilometers(one: Position, other: Position) -> float:
    """Return about how far two positions (longitude, latitude) are apart."""
    squeeze = cos(radians((one[1] + other[1]) / 2))
    east, north = (one[0] - other[0]) * squeeze, one[1] - other[1]
    return sqrt(east**2 + north**2) * METERS_PER_DEGREE / 1000


def middle(geometry: dict[str, Any]) -> Position:
    """Return the middle (longitude, latitude) of the box around a geometry."""
    found = positions(geometry)
    east = [position[0] for position in found]
    north = [position[1] for position in found]
    return (min(east) + max(east)) / 2, (min(north) + max(north)) / 2


def _flat(geometry: dict[str, Any]) -> tuple[Any, Any]:
    """The type and coordinates of a geometry; of a collection of one, of that one."""
    kind, parts = geometry.get("type"), geometry.get("coordinates")
    inner = geometry.get("geometries")
    if kind == "GeometryCollection" and isinstance(inner, list) and len(inner) == 1:
        first = inner[0] if isinstance(inner[0], dict) else {}
        kind, parts = first.get("type"), first.get("coordinates")
    if not isinstance(kind, str):
        return kind, parts
    if kind in SINGLE and isinstance(parts, list) and len(parts) == 1:
        return SINGLE[kind], parts[0]
    return kind, parts


def _tidied(value: Any, depth: int, ring: bool, swapped: bool) -> Any:
    """The positions with two numbers each, rings closed; what is no position stays to be refused."""
    if not isinstance(value, list | tuple):
        return value
    if depth == 0:
        numbers = [n for n in value[:2] if isinstance(n, int | float) and not isinstance(n, bool)]
        if len(numbers) < 2 or any(abs(number) > 1e12 for number in numbers):
            return list(value[:3])
        rounded = [round(float(number), 7) for number in numbers]
        return rounded[::-1] if swapped else rounded
    parts = [_tidied(part, depth - 1, ring, swapped) for part in value]
    if depth > 1:
        return parts
    parts = [part for n, part in enumerate(parts) if n == 0 or part != parts[n - 1]]
    return [*parts, parts[0]] if ring and len(parts) > 1 and parts[0] != parts[-1] else parts


def _hint(geometry: dict[str, Any]) -> str:
    """What the numbers look like, where they are no degrees of longitude and latitude."""
    pair = geometry["coordinates"]
    while isinstance(pair, list) and pair and isinstance(pair[0], list):
        pair = pair[0]
    if not (isinstance(pair, list) and len(pair) >= 2):
        return ""
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in pair[:2]):
        return ""
    if max(abs(pair[0]), abs(pair[1])) > 360:
        return " These look like meters of a projection: save the file in WGS 84 (EPSG:4326)."
    if abs(pair[0]) <= 90 < abs(pair[1]):
        return " This looks like latitude first: write longitude, then latitude."
    return ""


def _turn(a: Position, b: Position, c: Position) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
