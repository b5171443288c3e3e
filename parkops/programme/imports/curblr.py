"""Zones out of CurbLR: a stretch of curb a street zone, its regulations windows, stays and rates.

CurbLR says who may do what at a curb; a programme says when a right is needed, how long anyone
may stay and what an hour costs. What does not fit is told with the zone, regulation by regulation.
"""

from collections.abc import Mapping
from typing import Any

from parkops.programme.imports.curb_rules import (
    CLOSED,
    Plain,
    Terms,
    in_order,
    label_of,
    read_regulation,
    rules_of,
)
from parkops.programme.imports.curb_times import Inexpressible, Known
from parkops.programme.imports.found import (
    Codes,
    FeatureRefusal,
    Found,
    ZoneProposal,
    text_of,
    whole_between,
)
from parkops.programme.imports.geojson import features_of
from parkops.programme.shapes import ShapeFault, tidy


def is_curblr(document: Mapping[str, Any]) -> bool:
    """Return whether a document is a CurbLR feed and not plain GeoJSON."""
    manifest = document.get("manifest")
    if isinstance(manifest, dict) and "curblrVersion" in manifest:
        return True
    return any(regulations_of(feature) for feature in features_of(document)[:20])


def read(document: Mapping[str, Any], *, known: Known, currency: str) -> Found:
    """Return the zones that a CurbLR feed proposes to a programme with these calendars and events,
    whose prices are in `currency`."""
    manifest = document.get("manifest")
    manifest = manifest if isinstance(manifest, dict) else {}
    ranks = manifest.get("priorityHierarchy")
    terms = Terms(
        priorities=tuple(map(str, ranks)) if isinstance(ranks, list) else (),
        known=known,
        currency=currency,
        pays_in=text_of(manifest.get("currency")) or currency,
    )
    codes, proposals, refusals = Codes(), [], []
    for place, location, features in _stretches(document):
        told = _zone(place, location, features, terms, codes)
        if isinstance(told, ZoneProposal):
            proposals.append(told)
        else:
            refusals.append(told)
    zone = text_of(manifest.get("timeZone"))
    notes = (f"The feed's times are in {zone[:40]}.",) if zone else ()
    return Found("CurbLR", tuple(proposals), tuple(refusals), (), notes)


def _stretches(document: Mapping[str, Any]) -> list[tuple[str, Plain, list[Plain]]]:
    """The features of the same stretch of curb together, as CurbLR writes one for each rule."""
    found: dict[Any, tuple[str, Plain, list[Plain]]] = {}
    for number, feature in enumerate(features_of(document), 1):
        feature = feature if isinstance(feature, dict) else {}
        properties = feature.get("properties")
        location = properties.get("location") if isinstance(properties, dict) else None
        location = location if isinstance(location, dict) else {}
        parts = ("shstRefId", "sideOfStreet", "shstLocationStart", "shstLocationEnd")
        key: Any = tuple(text_of(location.get(part)) for part in parts)
        if not key[0]:
            key = number
        found.setdefault(key, (f"Feature {number}", location, []))[2].append(feature)
    return list(found.values())


def _zone(
    place: str, location: Plain, features: list[Plain], terms: Terms, codes: Codes
) -> ZoneProposal | FeatureRefusal:
    side = text_of(location.get("sideOfStreet"))
    span = "-".join(
        text_of(location.get(key))[:6] for key in ("shstLocationStart", "shstLocationEnd")
    )
    street = text_of(location.get("streetName"))[:60]
    reference = text_of(location.get("shstRefId"))[:6]
    name = f"{street or f'Curb {reference}'}, {side} side, {span.replace('-', ' to ')} m"
    name = name if reference else street or place
    try:
        shape = tidy(features[0].get("geometry"))
    except ShapeFault as fault:
        return FeatureRefusal(place, name, str(fault))
    read, notes = [], []
    for regulation in [part for feature in features for part in regulations_of(feature)]:
        try:
            read.append(read_regulation(regulation, terms))
        except Inexpressible as fault:
            notes.append(f"{label_of(regulation)}: {fault}.")
    if not read:
        reason = " ".join(notes) or "It has no regulations."
        return FeatureRefusal(place, name, reason[0].upper() + reason[1:])
    rules, rates, more = rules_of(in_order(read))
    start = text_of(location.get("shstLocationStart")).partition(".")[0]
    return ZoneProposal(
        place=place,
        code=codes.propose(f"{reference}-{side[:1]}-{start}" if reference else name, place),
        name=name,
        kind="street",
        geometry=shape,
        capacity=_bays(location),
        rules=rules,
        rates=tuple(rates),
        notes=tuple(dict.fromkeys([*(n for r in read for n in r.notes), *notes, *more])),
        for_parking=any(regulation.effect != CLOSED for regulation in read),
    )


def _bays(location: Plain) -> dict[str, int]:
    bays = whole_between(location.get("baysCount"), 1, 10_000)
    return {"standard": bays} if bays else {}


def regulations_of(feature: Any) -> list[Plain]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    listed = properties.get("regulations") if isinstance(properties, dict) else None
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
