"""What one part of the programme file says of another: codes, zones within zones, windows.

It reads the plain document, so that a fault elsewhere hides none of these.
"""

from collections.abc import Iterator
from typing import Any

from parkops.kernel.codes import code_key
from parkops.programme.faults import nearest
from parkops.programme.outline import Path

Found = tuple[Path, str]


def faults_of(document: Any) -> list[Found]:
    """Return (path, what is wrong and what would be right) of every broken reference."""
    return [] if not isinstance(document, dict) else list(_all(document))


def _all(document: dict[str, Any]) -> Iterator[Found]:
    zones = _codes(document, "zones")
    audiences = _codes(document, "audiences")
    for name in ("zones", "permit_types", "violations", "audiences", "plans"):
        yield from _twice(
            [((name, n, "code"), part.get("code")) for n, part in _parts(document, name)]
        )
    yield from _twice([(("events", n), code) for n, code in _listed(document.get("events"))])
    yield from _twice([(("calendars", code), code) for code in _mapping(document, "calendars")])
    yield from _within(document, zones)
    for path, window in _windows(document):
        yield from _window(path, window, document)
    types = _codes(document, "permit_types")
    for n, kind in _parts(document, "permit_types"):
        switch = _mapping(kind, "switch").get("to")
        yield from _known(("permit_types", n, "switch", "to"), switch, types, "permit type")
        second = kind.get("second_to")
        yield from _known(("permit_types", n, "second_to"), second, types, "permit type")
        yield from _permit_type(("permit_types", n), kind, zones, audiences)
    for n, plan in _parts(document, "plans"):
        yield from _known(("plans", n, "audience"), plan.get("audience"), audiences, "audience")
        yield from _known(("plans", n, "buys"), plan.get("buys"), types, "permit type")
    transfers = _mapping(_mapping(document, "invoices"), "transfers").get("audience")
    yield from _known(("invoices", "transfers", "audience"), transfers, audiences, "audience")
    shared = _mapping(document, "shared")
    yield from _twice(
        [(("shared", "quotas", n, "code"), q.get("code")) for n, q in _parts(shared, "quotas")]
    )
    for key in ("quotas", "limits"):
        for n, one in _parts(shared, key):
            path = ("shared", key, n, "permit_types")
            yield from _known(path, one.get("permit_types"), types, "permit type")
    for n, rate in _parts(_mapping(document, "sessions"), "rates"):
        yield from _known(("sessions", "rates", n, "zones"), rate.get("zones"), zones, "zone")
    for n, violation in _parts(document, "violations"):
        yield from _known(("violations", n, "zones"), violation.get("zones"), zones, "zone")


def _permit_type(
    path: Path, kind: dict[str, Any], zones: list[str], audiences: list[str]
) -> Iterator[Found]:
    yield from _known((*path, "audience"), kind.get("audience"), audiences, "audience")
    priority = _mapping(kind, "waitlist").get("priority")
    yield from _known((*path, "waitlist", "priority"), priority, audiences, "audience")
    for n, grant in _parts(kind, "grants"):
        yield from _known((*path, "grants", n, "zones"), grant.get("zones"), zones, "zone")
    price = _mapping(kind, "price")
    for key in ("add", "times"):
        for n, part in _parts(price, key):
            code = _mapping(part, "if").get("customer.audience")
            at = (*path, "price", key, n, "if", "customer.audience")
            yield from _known(at, [code] if code else [], audiences, "audience", single=True)
    taken: dict[str, int] = {}
    for n, cohort in _parts(_mapping(kind, "on_sale"), "cohorts"):
        at = (*path, "on_sale", "cohorts", n, "audience")
        yield from _known(at, cohort.get("audience"), audiences, "audience")
        for m, code in _listed(cohort.get("audience")):
            if isinstance(code, str) and taken.setdefault(code_key(code), n) != n:
                yield (*at, m), f"{code} is in two cohorts; an audience has one moment"


def _within(document: dict[str, Any], zones: list[str]) -> Iterator[Found]:
    outer: dict[str, str] = {}
    for n, zone in _parts(document, "zones"):
        code, within = zone.get("code"), zone.get("within")
        if within is None:
            continue
        yield from _known(("zones", n, "within"), [within], zones, "zone", single=True)
        if isinstance(code, str) and isinstance(within, str):
            outer.setdefault(code_key(code), code_key(within))
    for n, zone in _parts(document, "zones"):
        start = code_key(zone["code"]) if isinstance(zone.get("code"), str) else ""
        chain = [start]
        while chain[-1] in outer and outer[chain[-1]] not in chain:
            chain.append(outer[chain[-1]])
        if outer.get(chain[-1]) == start:
            message = f"{zone['code']} is within itself; name a zone that is not inside it"
            yield ("zones", n, "within"), message


def _windows(document: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every window that is a mapping, wherever the file has windows."""
    places: list[tuple[Path, Any]] = [
        (("zones", n, "enforced"), zone.get("enforced")) for n, zone in _parts(document, "zones")
    ]
    for n, kind in _parts(document, "permit_types"):
        for m, grant in _parts(kind, "grants"):
            places.append((("permit_types", n, "grants", m, "when"), grant.get("when")))
    for n, rate in _parts(_mapping(document, "sessions"), "rates"):
        places.append((("sessions", "rates", n, "when"), rate.get("when")))
    for path, value in places:
        if isinstance(value, dict):
            yield path, value
        for n, window in _listed(value):
            if isinstance(window, dict):
                yield (*path, n), window


def _window(path: Path, window: dict[str, Any], document: dict[str, Any]) -> Iterator[Found]:
    calendars = list(_mapping(document, "calendars"))
    events = [code for _, code in _listed(document.get("events")) if isinstance(code, str)]
    exceptions = window.get("except")
    if isinstance(exceptions, str):
        yield from _known((*path, "except"), [exceptions], calendars, "calendar", single=True)
    yield from _known((*path, "except"), exceptions, calendars, "calendar")
    during = [window["during"]] if window.get("during") is not None else []
    yield from _known((*path, "during"), during, events, "event", single=True)


def _known(
    path: Path, codes: Any, known: list[str], kind: str, *, single: bool = False
) -> Iterator[Found]:
    keys = {code_key(code) for code in known}
    for n, code in _listed(codes):
        if not isinstance(code, str | int) or isinstance(code, bool):
            continue
        if code_key(str(code)) in keys:
            continue
        near = nearest(str(code), known)
        few = f"write one of {', '.join(known)}" if 0 < len(known) <= 12 else f"add it to {kind}s"
        hint = f"did you mean {near}?" if near else few
        yield (path if single else (*path, n)), f"there is no {kind} {code}; {hint}"


def _twice(named: list[tuple[Path, Any]]) -> Iterator[Found]:
    seen: set[str] = set()
    for path, code in named:
        if isinstance(code, str | int) and not isinstance(code, bool):
            if code_key(str(code)) in seen:
                yield path, f"{code} is there twice; codes are compared without case, so change one"
            seen.add(code_key(str(code)))


def _codes(document: dict[str, Any], kind: str) -> list[str]:
    codes = [part.get("code") for _, part in _parts(document, kind)]
    return [str(code) for code in codes if isinstance(code, str | int)]


def _parts(value: Any, key: str) -> list[tuple[int, dict[str, Any]]]:
    """The mappings in the list at `key`, with their places; nothing where it is something else."""
    return [(n, part) for n, part in _listed(value.get(key)) if isinstance(part, dict)]


def _mapping(value: dict[str, Any], key: str) -> dict[str, Any]:
    part = value.get(key)
    return part if isinstance(part, dict) else {}


def _listed(value: Any) -> list[tuple[int, Any]]:
    return list(enumerate(value)) if isinstance(value, list) else []
