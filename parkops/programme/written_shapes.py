"""The shape of a zone as a text: GeoJSON, or a corner a line as latitude and longitude."""

import json
import re
from typing import Any

from parkops.programme.geometry import positions
from parkops.programme.shapes import ShapeFault, rings, square_meters, tidy

_CORNER = re.compile(
    r"\(?\s*([+-]?[0-9]{1,3}(?:\.[0-9]+)?)[\s,;]+([+-]?[0-9]{1,3}(?:\.[0-9]+)?)\s*\)?,?"
)
LARGEST_TEXT = 500_000
SQUARE_FEET = 10.7639


def read(text: str, *, kind: str = "Polygon") -> dict[str, Any] | None:
    """Return the geometry that a text says; None for an empty one.

    GeoJSON says its kind itself; corners, one a line, are of the `kind` that is asked for.

    :raises ShapeFault: if it says none, and what would be right.
    """
    text = text.strip()
    if not text:
        return None
    if len(text) > LARGEST_TEXT:
        raise ShapeFault(
            f"The text has {len(text):,} characters. At most {LARGEST_TEXT:,} are read."
        )
    return tidy(_of_json(text) if text[0] in "{[" else _of_corners(text, kind))


def write(geometry: dict[str, Any] | None) -> str:
    """Return the text of a geometry, which `read` takes back."""
    return json.dumps(geometry, separators=(", ", ": ")) if geometry else ""


def describe(geometry: dict[str, Any] | None) -> str:
    """Return a geometry in words: "An area of 8 corners, about 4,200 m² (45,200 sq ft)"."""
    if geometry is None:
        return "Not on the map yet."
    corners = len(positions(geometry))
    if geometry["type"] == "Point":
        return "A point."
    outlines = list(rings(geometry))
    if not outlines:
        return f"A line of {corners} points."
    meters = square_meters(outlines[0])
    told = f"An area of {sum(len(ring) for ring in outlines)} corners"
    if geometry["type"] == "Polygon":
        meters -= sum(square_meters(ring) for ring in outlines[1:])
        told += f", about {meters:,.0f} m² ({meters * SQUARE_FEET:,.0f} sq ft)"
    return f"{told}."


def _of_json(text: str) -> Any:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise ShapeFault(
            "This is not GeoJSON. Paste a geometry such as a Polygon, or write a corner a line as "
            "latitude, longitude."
        ) from None
    features = told.get("features") if isinstance(told, dict) else None
    if isinstance(features, list):
        if len(features) != 1:
            raise ShapeFault(
                f"This has {len(features)} features. Paste one; to bring many, import the file."
            )
        told = features[0]
    is_feature = isinstance(told, dict) and told.get("type") == "Feature"
    return told.get("geometry") if is_feature else told


def _of_corners(text: str, kind: str) -> dict[str, Any]:
    corners = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        form = _CORNER.fullmatch(line)
        if form is None:
            raise ShapeFault(
                f"Line {number}, {line[:40]!r}, is no corner. Write latitude, longitude: "
                "45.4215, -75.6972."
            )
        corners.append([float(form[2]), float(form[1])])
    if kind == "Point":
        if len(corners) > 1:
            raise ShapeFault(f"A point has one position; these are {len(corners)}.")
        return {"type": "Point", "coordinates": corners[0]}
    if kind == "LineString":
        return {"type": "LineString", "coordinates": corners}
    if len(corners) < 3:
        raise ShapeFault("An area has at least 3 corners. Write one a line.")
    return {"type": "Polygon", "coordinates": [corners]}
