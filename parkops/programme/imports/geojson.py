"""Zones out of GeoJSON: a feature a zone, its properties read by their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parkops.kernel.window_forms import write_window
from parkops.programme.imports.found import (
    KINDS,
    Codes,
    FeatureRefusal,
    Found,
    ZoneProposal,
    kind_of,
    text_of,
    too_long,
    whole_of,
)
from parkops.programme.imports.sign_times import stay_of, window_of
from parkops.programme.shapes import ShapeFault, tidy

GUESSES = {
    "code": "code zone_code zonecode lot_code short_name zone_id lot_id lot_number zone lot",
    "name": "name title label lot_name zone_name lotname zonename description address street",
    "kind": "kind type zone_type lot_type category",
    "standard": "standard capacity spaces stalls bays lot_capacity total_spaces spaces_total "
    "number_of_spaces",
    "accessible": "accessible ada disabled handicap accessible_spaces ada_spaces",
    "ev": "ev electric charging ev_spaces charging_spaces",
    "motorcycle": "motorcycle motorcycles motorcycle_spaces",
    "days": "days restriction_days weekdays days_of_week",
    "hours": "hours restriction_hours hours_in_effect enforced_hours",
    "limit": "limit hrlimit time_limit hour_limit max_stay duration",
}
SPACES = ("standard", "accessible", "ev", "motorcycle")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which property is what; one left empty is guessed from its name."""

    code: str = ""
    name: str = ""
    kind: str = ""
    standard: str = ""
    accessible: str = ""
    ev: str = ""
    motorcycle: str = ""
    days: str = ""
    hours: str = ""
    limit: str = ""

    def guessed(self, properties: Iterable[str]) -> "Columns":
        """Return the same with what is left empty guessed among the names of `properties`."""
        known = {name.casefold().replace(" ", "_").replace("-", "_"): name for name in properties}
        told = {}
        for column, words in GUESSES.items():
            near = next((known[word] for word in words.split() if word in known), "")
            told[column] = getattr(self, column) or near
        return Columns(**told)


def read(
    document: Mapping[str, Any], *, columns: Columns | None = None, swapped: bool = False
) -> Found:
    """Return the zones that a FeatureCollection, a feature or a single geometry proposes."""
    features = features_of(document)
    properties = properties_of(features)
    known = (columns or Columns()).guessed(properties)
    codes, proposals, refusals = Codes(), [], []
    for number, feature in enumerate(features, 1):
        told = _zone(feature, f"Feature {number}", known, codes, swapped)
        if isinstance(told, ZoneProposal):
            proposals.append(told)
        else:
            refusals.append(told)
    return Found("GeoJSON", tuple(proposals), tuple(refusals), properties)


def features_of(document: Mapping[str, Any]) -> list[Any]:
    """Return the features of a document; a geometry alone is a feature without properties."""
    features = document.get("features")
    if isinstance(features, list):
        return features
    if document.get("type") == "Feature":
        return [document]
    return [{"type": "Feature", "geometry": dict(document), "properties": {}}]


def properties_of(features: Iterable[Any]) -> tuple[str, ...]:
    """Return the names of the properties of all features, in the order they turn up."""
    names: dict[str, None] = {}
    for feature in features:
        for name in _properties(feature):
            if len(names) < 100 and len(name) <= 60:
                names[name] = None
    return tuple(names)


def propose(
    *,
    place: str,
    properties: Mapping[str, Any],
    geometry: Any,
    columns: Columns,
    codes: Codes,
    folder: str = "",
    swapped: bool = False,
) -> ZoneProposal | FeatureRefusal:
    """Return the zone of one feature, or why it is none; a code is taken only by a zone."""
    name = text_of(properties.get(columns.name)) if columns.name else ""
    code = text_of(properties.get(columns.code)) if columns.code else ""
    shown = (name or code or place)[:60]
    for label, text in (("name", name), ("code", code)):
        if fault := too_long(label, text):
            return FeatureRefusal(place, shown, fault)
    try:
        shape = tidy(geometry, swapped=swapped)
    except ShapeFault as fault:
        return FeatureRefusal(place, shown, str(fault))
    kind = text_of(properties.get(columns.kind)) if columns.kind else ""
    told_kind = kind.casefold() if kind.casefold() in KINDS else ""
    rules, notes = _rules(
        *(
            text_of(properties.get(column))
            for column in (columns.days, columns.hours, columns.limit)
        )
    )
    counted = {space: whole_of(properties.get(getattr(columns, space))) for space in SPACES}
    return ZoneProposal(
        place=place,
        code=codes.propose(code or name, place),
        name=name or code or place,
        kind=told_kind or kind_of(shape, kind, name, folder),
        geometry=shape,
        capacity={space: count for space, count in counted.items() if count},
        rules=rules,
        notes=notes,
    )


def _rules(days: str, hours: str, limit: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """When the zone is enforced and how long one may stay, as three columns say; or why not."""
    rules: dict[str, Any] = {}
    notes = []
    window, stay = window_of(days, hours), stay_of(limit)
    if window is not None:
        rules["enforced"] = write_window(window)
    elif days or hours:
        notes.append(f"When it is enforced cannot be read: {f'{days} {hours}'.strip()[:60]}.")
    if stay is not None and not notes:
        rules["max_stay"] = str(stay)
    return rules, tuple(notes)


def _zone(
    feature: Any, place: str, columns: Columns, codes: Codes, swapped: bool
) -> ZoneProposal | FeatureRefusal:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return FeatureRefusal(
            place, place, "This is no feature. Write type Feature and a geometry."
        )
    return propose(
        place=place,
        properties=_properties(feature),
        geometry=feature.get("geometry"),
        columns=columns,
        codes=codes,
        swapped=swapped,
    )


def _properties(feature: Any) -> Mapping[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}
