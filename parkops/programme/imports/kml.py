"""Zones out of KML: a placemark a zone, its folders and extended data read along."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from parkops.programme.imports.found import (
    MOST_ZONES,
    Codes,
    Found,
    Unreadable,
    ZoneProposal,
)
from parkops.programme.imports.geojson import Columns, propose

SHAPES = ("Polygon", "LineString", "Point", "LinearRing")
FOREIGN = ("Model", "Track", "MultiTrack")


def read(raw: bytes, *, columns: Columns | None = None, swapped: bool = False) -> Found:
    """Return the zones that the placemarks of a KML file propose.

    :raises Unreadable: if it is no KML, or declares entities of its own.
    """
    found = list(_placemarks(_root(raw)))
    if not found:
        raise Unreadable("The file has no placemarks. Save the zones as placemarks and try again.")
    if len(found) > MOST_ZONES:
        raise Unreadable(
            f"The file has {len(found):,} placemarks. At most {MOST_ZONES:,} are read at once: "
            "split it."
        )
    properties = tuple(dict.fromkeys(name for _, mark in found for name in _extended(mark)))[:100]
    known = (columns or Columns()).guessed([*properties, "name"])
    codes, proposals, refusals = Codes(), [], []
    for number, (folder, mark) in enumerate(found, 1):
        told = propose(
            place=f"Placemark {number}",
            properties={"name": _text(mark, "name"), **_extended(mark)},
            geometry=_geometry(mark),
            columns=known,
            codes=codes,
            folder=folder,
            swapped=swapped,
        )
        if isinstance(told, ZoneProposal):
            proposals.append(told)
        else:
            refusals.append(told)
    return Found("KML", tuple(proposals), tuple(refusals), properties)


def _root(raw: bytes) -> Element:
    try:
        root = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable(
            "The file declares entities or a document type, which no KML needs. Remove them."
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"This is not well-formed XML ({str(error)[:80]}).") from None
    if _tag(root) != "kml":
        raise Unreadable(
            f"This is XML of the kind {_tag(root)[:40]!r}, not KML. Save the zones as GeoJSON or "
            "KML in WGS 84."
        )
    return root


def _placemarks(root: Element) -> Iterator[tuple[str, Element]]:
    """Each placemark with the name of its innermost folder, in the file's order."""
    waiting = [("", root)]
    while waiting:
        folder, part = waiting.pop()
        if _tag(part) == "Placemark":
            yield folder, part
            continue
        inner = _text(part, "name") if _tag(part) == "Folder" else folder
        waiting += [(inner, child) for child in reversed(part)]


def _geometry(mark: Element) -> Any:
    shapes = [part for part in mark.iter() if _tag(part) in (*SHAPES, *FOREIGN)]
    inner = {id(part) for shape in shapes for part in shape.iter() if part is not shape}
    outer = [_shape(shape) for shape in shapes if id(shape) not in inner]
    kinds = {shape["type"] for shape in outer}
    if len(outer) == 1:
        return outer[0]
    if len(kinds) == 1 and outer[0]["type"] in ("Polygon", "LineString"):
        parts = [shape["coordinates"] for shape in outer]
        return {"type": f"Multi{outer[0]['type']}", "coordinates": parts}
    return {"type": "GeometryCollection", "geometries": outer} if outer else None


def _shape(part: Element) -> dict[str, Any]:
    kind = _tag(part)
    if kind == "Polygon":
        bounds = [*_all(part, "outerBoundaryIs"), *_all(part, "innerBoundaryIs")]
        rings = [_positions(ring) for bound in bounds for ring in _all(bound, "LinearRing")]
        return {"type": "Polygon", "coordinates": rings}
    if kind == "LinearRing":
        return {"type": "Polygon", "coordinates": [_positions(part)]}
    if kind == "Point":
        return {"type": "Point", "coordinates": next(iter(_positions(part)), [])}
    return {"type": kind, "coordinates": _positions(part)}


def _positions(part: Element) -> list[list[float | str]]:
    found: list[list[float | str]] = []
    for words in _text(part, "coordinates").split():
        numbers: list[float | str] = []
        for word in words.split(",")[:2]:
            try:
                numbers.append(float(word))
            except ValueError:
                numbers.append(word[:40])
        found.append(numbers)
    return found


def _extended(mark: Element) -> dict[str, str]:
    told: dict[str, str] = {}
    for part in mark.iter():
        name = part.get("name", "")[:60]
        if _tag(part) == "Data" and name:
            told[name] = _text(part, "value")
        elif _tag(part) == "SimpleData" and name:
            told[name] = (part.text or "").strip()
    return told


def _all(part: Element, tag: str) -> list[Element]:
    return [child for child in part if _tag(child) == tag]


def _text(part: Element, tag: str) -> str:
    return next(((child.text or "").strip() for child in part if _tag(child) == tag), "")


def _tag(part: Element) -> str:
    return part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""
