"""The geometry of a zone: GeoJSON, checked for form, and its middle."""

from itertools import pairwise
from typing import Annotated, Any

from pydantic import PlainValidator

from parkops.programme.fields import shown, wrong

DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
"""The kinds of geometry, and how deep their positions lie in lists."""


def read_geometry(value: Any) -> dict[str, Any]:
    """Return the geometry, positions in degrees of longitude and latitude; rings are closed."""
    if not isinstance(value, dict):
        wrong(f"{shown(value)} is not GeoJSON; write {{type: Polygon, coordinates: [...]}}")
    for key in value.keys() - {"type", "coordinates", "bbox"}:
        wrong(f"unknown key {key}; a geometry has type and coordinates", key)
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in DEPTHS:
        wrong(f"{shown(kind)} is not a geometry; write one of {', '.join(DEPTHS)}", "type")
    _check(value.get("coordinates"), DEPTHS[kind], "Polygon" in kind, ("coordinates",))
    return value


def positions(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    """Return all (longitude, latitude) of a geometry, in its order."""
    found: list[tuple[float, float]] = []
    waiting = [geometry["coordinates"]]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part[0], int | float):
            found.append((float(part[0]), float(part[1])))
        else:
            waiting = list(part) + waiting
    return found


def contains(geometry: dict[str, Any], lon: float, lat: float) -> bool:
    """Return whether a position is in an area, outside its holes; a point or a line is no area."""
    if "Polygon" not in geometry["type"]:
        return False
    return any(
        _is_within(rings[0], lon, lat) and not any(_is_within(r, lon, lat) for r in rings[1:])
        for rings in _areas(geometry)
    )


TOUCHING = 1e-9
"""So many degrees, a tenth of a millimeter, are no overlap."""


def overlap(geometry: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two areas have more in common than their edges."""
    if any("Polygon" not in area["type"] for area in (geometry, other)):
        return False
    if any(_cross(*one, *two) for one in _edges(geometry) for two in _edges(other)):
        return True
    # No edge crosses another: between two heights of corners the order of edges stays the same.
    heights = sorted({lat for area in (geometry, other) for _, lat in positions(area)})
    return any(
        min(one[1], two[1]) - max(one[0], two[0]) > TOUCHING
        for low, high in pairwise(heights)
        for one in _spans(geometry, (low + high) / 2)
        for two in _spans(other, (low + high) / 2)
    )


Ring = list[list[float]]


def _areas(geometry: dict[str, Any]) -> list[list[Ring]]:
    """The rings of each polygon of an area."""
    parts = geometry["coordinates"]
    return [parts] if geometry["type"] == "Polygon" else list(parts)


def _edges(geometry: dict[str, Any]) -> list[tuple[list[float], list[float]]]:
    return [edge for rings in _areas(geometry) for ring in rings for edge in pairwise(ring)]


def _cross(a: list[float], b: list[float], c: list[float], d: list[float]) -> bool:
    """Whether two edges cross, each with ends on both sides of the other."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: list[float], b: list[float], point: list[float]) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _spans(geometry: dict[str, Any], lat: float) -> list[tuple[float, float]]:
    """Where a line from west to east is inside an area; no corner may be on it."""
    found: list[tuple[float, float]] = []
    for rings in _areas(geometry):
        crossed = sorted(
            x1 + (lat - y1) * (x2 - x1) / (y2 - y1)
            for ring in rings
            for (x1, y1, *_), (x2, y2, *_) in pairwise(ring)
            if (y1 > lat) != (y2 > lat)
        )
        found += zip(crossed[::2], crossed[1::2], strict=False)
    return found


Box = tuple[float, float, float, float]
"""West, south, east, north."""


def bounds(geometry: dict[str, Any]) -> Box | None:
    """Return the smallest box around an area; None for a point or a line, which is no area."""
    if "Polygon" not in geometry["type"]:
        return None
    corners = [corner for rings in _areas(geometry) for corner in rings[0]]
    lons, lats = [lon for lon, *_ in corners], [lat for _, lat, *_ in corners]
    return min(lons), min(lats), max(lons), max(lats)


def _is_within(ring: list[list[float]], lon: float, lat: float) -> bool:
    """Whether a ray to the east crosses the ring an odd number of times."""
    is_in = False
    for (x1, y1, *_), (x2, y2, *_) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            is_in = not is_in
    return is_in


def _check(value: Any, depth: int, ring: bool, path: tuple[str | int, ...]) -> None:
    if depth == 0:
        _check_position(value, path)
        return
    if not isinstance(value, list) or not value:
        wrong(f"{shown(value)} is not a list of positions [longitude, latitude]", *path)
    for n, part in enumerate(value):
        _check(part, depth - 1, ring, (*path, n))
    if depth == 1 and ring and (len(value) < 4 or value[0] != value[-1]):
        wrong("the ring is open; write at least 4 positions, the last as the first", *path)
    if depth == 1 and len(value) < 2:
        wrong("a line has at least 2 positions", *path)


def _check_position(value: Any, path: tuple[str | int, ...]) -> None:
    numbers = value if isinstance(value, list) else []
    if not 2 <= len(numbers) <= 3 or not all(_is_number(number) for number in numbers):
        wrong(f"{shown(value)} is not a position; write [longitude, latitude]", *path)
    if not -180 <= numbers[0] <= 180 or not -90 <= numbers[1] <= 90:
        wrong(
            f"[{shown(numbers[0])}, {shown(numbers[1])}] is not on the earth; "
            "write [longitude, latitude] in degrees",
            *path,
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


Geometry = Annotated[dict[str, Any], PlainValidator(read_geometry)]
