"""What an import changes in a programme's document: zones new, changed or the same, and rates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from parkops.kernel.codes import code_key
from parkops.kernel.window_forms import WindowFault, parse_windows
from parkops.kernel.windows import describe
from parkops.programme.imports.found import ZoneProposal
from parkops.programme.shapes import Position, is_geometry, kilometers, middle

State = Literal["new", "changed", "same"]
FAR_KILOMETERS = 200

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A proposal beside what the programme has under its code: what it would change, in words."""

    proposal: ZoneProposal
    state: State
    changes: tuple[str, ...] = ()

    @property
    def said(self) -> list[str]:
        """What it says, a line for each thing: what changes, or all of what is new."""
        if self.state != "new":
            return [f"{change[0].upper()}{change[1:]}" for change in self.changes]
        zone, lines = self.proposal, []
        if zone.capacity:
            lines.append(f"Spaces: {_plain(zone.capacity)}")
        if "enforced" in zone.rules:
            lines.append(f"Enforced {_told(zone.rules['enforced'])}")
        if "max_stay" in zone.rules:
            lines.append(f"At most {zone.rules['max_stay']}")
        lines += [f"{rate['per_hour']} an hour, {_told(rate['when'])}" for rate in zone.rates]
        return lines

    @property
    def is_ticked(self) -> bool:
        """Whether it is chosen at first: a parking zone that is new or changes something."""
        return self.proposal.for_parking and self.state != "same"


def compare(document: Document, proposals: Sequence[ZoneProposal]) -> list[Row]:
    """Return every proposal beside the zone that has its code."""
    zones = {code_key(code): zone for code, zone in _zones(document)}
    rates = _prices(document)
    found = []
    for proposal in proposals:
        zone = zones.get(code_key(proposal.code))
        changes = _changes(zone, proposal, rates) if zone is not None else ()
        state: State = "new" if zone is None else "changed" if changes else "same"
        found.append(Row(proposal, state, changes))
    return found


def merge(document: Document, proposals: Iterable[ZoneProposal]) -> Document:
    """Return the document with the zones added, or changed in what their proposals say, and with
    their rates; a zone's other keys and its other rates stay."""
    zones = [dict(zone) for _, zone in _zones(document)]
    at = {code_key(str(zone["code"])): n for n, zone in enumerate(zones)}
    sessions = document.get("sessions")
    rates = [
        dict(rate)
        for rate in (sessions.get("rates") if isinstance(sessions, Mapping) else None) or []
        if isinstance(rate, dict)
    ]
    for proposal in proposals:
        key = code_key(proposal.code)
        if key in at:
            was = zones[at[key]]
            zones[at[key]] = {**was, **proposal.document, "code": was["code"]}
        else:
            at[key] = len(zones)
            zones.append(proposal.document)
        code = str(zones[at[key]]["code"])
        if proposal.rates:
            rates = _with_rates(rates, code, proposal.rates)
    merged: Document = {**document, "zones": zones}
    if rates:
        merged["sessions"] = {**(sessions if isinstance(sessions, dict) else {}), "rates": rates}
    return merged


def changes(
    document: Document, proposals: Sequence[ZoneProposal]
) -> list[tuple[str, str | None, Any]]:
    """Return what `merge` changes, as changes of parts: (part, code or None for a new thing, value)."""
    merged = merge(document, proposals)
    before = {code_key(code): code for code, _ in _zones(document)}
    after = {code_key(code): zone for code, zone in _zones(merged)}
    keys = dict.fromkeys(code_key(proposal.code) for proposal in proposals)
    changed: list[tuple[str, str | None, Any]] = [
        ("zones", before.get(key), after[key]) for key in keys
    ]
    if merged.get("sessions") != document.get("sessions"):
        changed.append(("sessions", None, merged["sessions"]))
    return changed


def far_away(document: Document, proposals: Sequence[ZoneProposal]) -> str:
    """Return a warning where the zones lie far from those that the programme has, as positions
    written the wrong way round do; or nothing."""
    here = _center(zone.get("geometry") for _, zone in _zones(document))
    there = _center(proposal.geometry for proposal in proposals)
    if here is None or there is None or kilometers(here, there) <= FAR_KILOMETERS:
        return ""
    told = f"These zones are {kilometers(here, there):,.0f} km from those of the program."
    if abs(there[0]) <= 90 and kilometers(here, (there[1], there[0])) <= FAR_KILOMETERS:
        return f"{told} With latitude and longitude changed round they would be near: tick that."
    return told


def _changes(
    zone: Document, proposal: ZoneProposal, rates: Mapping[str, Sequence[Document]]
) -> tuple[str, ...]:
    said = []
    for key, value in proposal.document.items():
        if key == "code" or zone.get(key) == value:
            continue
        if key == "geometry":
            said.append("shape" if zone.get(key) else "shape added")
        elif key == "enforced":
            said.append(f"enforced {_told(zone.get(key))} becomes {_told(value)}")
        else:
            label = key.replace("_", " ")
            said.append(f"{label} {_plain(zone.get(key))} becomes {_plain(value)}")
    has = [_price(rate) for rate in rates.get(code_key(proposal.code), ())]
    if any(_price(rate) not in has for rate in proposal.rates):
        said.append("rates")
    return tuple(said)


def _with_rates(rates: list[Document], code: str, added: Sequence[Document]) -> list[Document]:
    """The rates with `added` for a zone in place of those that were its own."""
    key = code_key(code)
    kept = []
    for rate in rates:
        zones = [zone for zone in rate.get("zones", []) if code_key(str(zone)) != key]
        if zones:
            kept.append({**rate, "zones": zones})
    for rate in added:
        same = next((other for other in kept if _price(other) == _price(rate)), None)
        if same is not None:
            same["zones"] = [*same["zones"], code]
        else:
            kept.append({"zones": [code], **rate})
    return kept


def _price(rate: Mapping[str, Any]) -> Document:
    return {key: value for key, value in rate.items() if key != "zones"}


def _prices(document: Document) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    sessions = document.get("sessions")
    for rate in (sessions.get("rates") if isinstance(sessions, Mapping) else None) or []:
        for zone in rate.get("zones", []) if isinstance(rate, dict) else []:
            found.setdefault(code_key(str(zone)), []).append(rate)
    return found


def _zones(document: Document) -> list[tuple[str, Document]]:
    zones = document.get("zones")
    listed = zones if isinstance(zones, list) else []
    return [
        (str(zone["code"]), zone) for zone in listed if isinstance(zone, dict) and "code" in zone
    ]


def _center(geometries: Iterable[Any]) -> Position | None:
    middles = sorted(middle(geometry) for geometry in geometries if is_geometry(geometry))
    return middles[len(middles) // 2] if middles else None


def _told(windows: Any) -> str:
    try:
        return describe(parse_windows(windows)) if windows else "never"
    except WindowFault:
        return "as written"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{part} {count}" for part, count in value.items()) or "none"
    return str(value) if value not in (None, "") else "none"
