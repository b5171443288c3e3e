"""The week of a zone, painted: when it is enforced and which rate holds, on a plain document.

An hour of the week is free (not enforced), for permits only (enforced), or paid (enforced, with a
rate). Windows with a season or an event are told in words and stay as they are.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parkops.kernel import week
from parkops.kernel.codes import code_key
from parkops.kernel.week import Span
from parkops.kernel.window_forms import write_windows
from parkops.kernel.windows import ALWAYS, Window, describe
from parkops.programme.schema import Programme
from parkops.programme.week_grid import (
    FREE,
    Days,
    Kind,
    Special,
    WeekFault,
    days_of,
    special_of,
    windows_in,
)

PERMIT = "permit"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ZoneRate:
    """A rate that covers a zone: where it stands in the list, and through which other zones."""

    at: int
    rate: Document
    is_own: bool
    shared_with: tuple[str, ...]
    through: str

    @property
    def words(self) -> str:
        """What it costs and when: "2.50 an hour, at most 3h, at most 12.00 a day: Mon-Fri"."""
        rate = self.rate
        told = [f"{rate.get('per_hour', '?')} an hour"]
        told += [f"at least {rate['min']}"] if rate.get("min") else []
        told += [f"at most {rate['max']}"] if rate.get("max") else []
        told += [f"at most {rate['day_max']} a day"] if rate.get("day_max") else []
        when = f"{', '.join(told)}: {describe(_when(rate))}"
        return f"{when} (with {self.through})" if self.through else when


@dataclass(frozen=True, slots=True)
class ZoneWeek:
    """A zone's week: what hours may be, the seven days, and what no ordinary week shows."""

    kinds: tuple[Kind, ...]
    days: Days
    special: tuple[Special, ...]
    exceptions: tuple[str, ...]
    rates: tuple[ZoneRate, ...]
    notes: tuple[str, ...]

    def kind(self, key: str) -> Kind | None:
        """Return the kind of this key, or None."""
        return next((kind for kind in self.kinds if kind.key == key), None)


def week_of(document: Document, code: str, programme: Programme | None = None) -> ZoneWeek:
    """Return the week of a zone; `programme`, where the document is one, tells who may park there.

    :raises WeekFault: if its windows cannot be read.
    """
    zone = _zone(document, code)
    enforced = windows_in(zone.get("enforced"), ())
    rates = rates_of(document, code)
    held = week.spans(enforced)
    kinds = [_free(), _enforced(zone, rates, programme, code)]
    layers: list[tuple[str, Iterable[Span]]] = [(PERMIT, held)]
    special = special_of("Enforced", enforced)
    notes = []
    for found in rates:
        when = _when(found.rate)
        kind = _paid(found)
        kinds.append(kind)
        paid = week.spans(when)
        layers.append((kind.key, week.overlaps(paid, held)))
        special += special_of(kind.label, when)
        outside = week.overlaps(paid, _rest(held))
        if outside:
            told = describe(week.windows_of(outside))
            notes.append(f"{kind.label} also runs {told}, when nobody needs a right here.")
    days = days_of(layers, kinds)
    return ZoneWeek(
        tuple(kinds), days, tuple(special), week.exceptions(enforced), tuple(rates), tuple(notes)
    )


def rates_of(document: Document, code: str) -> list[ZoneRate]:
    """Return the session rates that cover a zone, of its own and of what it is within."""
    outer = [code_key(zone) for zone in _chain(document, code)]
    found = []
    for at, rate in enumerate(_rates(document)):
        zones = [str(zone) for zone in rate.get("zones") or []]
        keys = [code_key(zone) for zone in zones]
        covering = next((n for n, zone in enumerate(outer) if zone in keys), None)
        if covering is None:
            continue
        others = tuple(zone for zone in zones if code_key(zone) != code_key(code))
        through = "" if covering == 0 else zones[keys.index(outer[covering])]
        found.append(ZoneRate(at, rate, covering == 0, others, through))
    return found


def paint(
    document: Document, code: str, painted: Collection[Span], kind: str
) -> list[tuple[str, str | None, Any]]:
    """Return what painting hours of a zone changes, as changes of parts: (part, code, value).

    A rate that other zones share is not changed for them: the zone gets one of its own.

    :raises WeekFault: if a rate of an outer zone stands in the way, or there is no such kind.
    """
    zone = _zone(document, code)
    rates = rates_of(document, code)
    chosen = next((found for found in rates if _key(found) == kind), None)
    if chosen is None and kind not in (FREE, PERMIT):
        raise WeekFault("These hours cannot be of that kind. Choose one of those listed.")
    changes: list[tuple[str, str | None, Any]] = []
    enforced = windows_in(zone.get("enforced"), ())
    after = week.paint(enforced, painted, on=kind != FREE)
    if after != enforced:
        changes.append(("zones", code, with_windows(zone, "enforced", after)))
    listed = _rates(document)
    places: dict[int, list[Document]] = {}
    for found in rates:
        when = _when(found.rate)
        then = week.paint(when, painted, on=found is chosen)
        if then == when:
            continue
        if not found.is_own:
            if kind == FREE:
                continue
            raise WeekFault(
                f"The rate of {_price(found.rate)} comes with the zone {found.through}. Change its "
                "hours there, or give this zone a rate of its own."
            )
        own = [{**found.rate, "zones": [code], "when": write_windows(then)}] if then else []
        rest = [{**found.rate, "zones": list(found.shared_with)}] if found.shared_with else []
        places[found.at] = [*rest, *own]
    if places:
        merged = [part for at, rate in enumerate(listed) for part in places.get(at, [rate])]
        changes.append(("sessions", None, _sessions(document, merged)))
    return changes


def move(
    document: Document, code: str, was: Collection[Span], painted: Collection[Span], kind: str
) -> list[tuple[str, str | None, Any]]:
    """Return the changes of a span that moved: what it was and is no more becomes free."""
    left = week.overlaps(was, _rest(painted))
    kept = paint(document, code, painted, kind)
    return kept if not left else _both(document, code, kept, left)


def _both(
    document: Document, code: str, first: list[tuple[str, str | None, Any]], left: Collection[Span]
) -> list[tuple[str, str | None, Any]]:
    between = document
    for part, _, value in first:
        between = _with(between, part, code, value)
    then = paint(between, code, left, FREE)
    latest = {part: (part, at, value) for part, at, value in [*first, *then]}
    return [*latest.values()]


def _with(document: Document, part: str, code: str, value: Any) -> Document:
    if part != "zones":
        return {**document, part: value}
    zones = [
        value if code_key(str(zone.get("code", ""))) == code_key(code) else zone
        for zone in document["zones"]
    ]
    return {**document, "zones": zones}


def add_rate(
    document: Document, code: str, price: Document, painted: Collection[Span]
) -> list[tuple[str, str | None, Any]]:
    """Return the changes that give a zone a new rate at some hours; see `paint`."""
    at = len(_rates(document))
    value = {"zones": [code], **price, "when": write_windows(week.windows_of(painted))}
    with_rate = {**document, "sessions": _sessions(document, [*_rates(document), value])}
    changes = paint(with_rate, code, painted, f"rate-{at}")
    told = [change for change in changes if change[0] == "sessions"]
    kept = [change for change in changes if change[0] != "sessions"]
    return [*kept, *(told or [("sessions", None, with_rate["sessions"])])]


def except_on(
    document: Document, code: str, calendars: Sequence[str]
) -> list[tuple[str, str | None, Any]]:
    """Return what keeps the zone's ordinary week, its own rates too, off the days of calendars."""
    zone = _zone(document, code)
    enforced = windows_in(zone.get("enforced"), ())
    after = week.excepting(enforced, calendars)
    changes: list[tuple[str, str | None, Any]] = []
    if after != enforced:
        changes.append(("zones", code, with_windows(zone, "enforced", after)))
    listed = _rates(document)
    own = {found.at for found in rates_of(document, code) if found.is_own and not found.shared_with}
    merged = [
        {**rate, "when": write_windows(week.excepting(_when(rate), calendars))}
        if at in own
        else rate
        for at, rate in enumerate(listed)
    ]
    if merged != listed:
        changes.append(("sessions", None, _sessions(document, merged)))
    return changes


def with_windows(thing: Document, key: str, windows: Sequence[Window]) -> Document:
    """Return a thing of the document with other windows; without the key where there are none."""
    rest = {name: value for name, value in thing.items() if name != key}
    return {**rest, key: write_windows(windows)} if windows else rest


def _free() -> Kind:
    return Kind(FREE, "free", "Free: nobody needs a right", "Free")


def _enforced(
    zone: Document, rates: Sequence[ZoneRate], programme: Programme | None, code: str
) -> Kind:
    """What enforced hours without a rate are: a stay for anyone, closed, or for permits only."""
    stay = zone.get("max_stay")
    if stay and not rates:
        return Kind(PERMIT, "limit", f"Anyone up to {stay}, permits longer", f"Up to {stay}")
    granted = programme is None or any(
        programme.covers(grant.zones, code)
        for kind in programme.permit_types
        for grant in kind.grants
    )
    if not granted:
        return Kind(PERMIT, "closed", "Closed: no permit covers it", "Closed")
    return Kind(PERMIT, "permit", "Permit only", "Permit only")


def _paid(found: ZoneRate) -> Kind:
    price = _price(found.rate)
    label = f"Visitors pay {price}"
    return Kind(_key(found), "pay", label + (f" ({found.through})" if found.through else ""), price)


def _key(found: ZoneRate) -> str:
    return f"rate-{found.at}"


def _price(rate: Document) -> str:
    return f"{rate.get('per_hour', '?')} an hour"


def _rest(spans: Iterable[Span]) -> list[Span]:
    """The hours of the week outside these."""
    return week.spans(week.paint((ALWAYS,), spans, on=False))


def _when(rate: Document) -> tuple[Window, ...]:
    return windows_in(rate.get("when"), (ALWAYS,))


def _zone(document: Document, code: str) -> Document:
    return next(
        (
            zone
            for zone in document.get("zones") or []
            if isinstance(zone, dict) and code_key(str(zone.get("code", ""))) == code_key(code)
        ),
        {},
    )


def _chain(document: Document, code: str) -> list[str]:
    """The zone and all that it is within, from the inside out."""
    chain: list[str] = []
    here: Any = code
    while here and code_key(str(here)) not in [code_key(zone) for zone in chain]:
        chain.append(str(here))
        here = _zone(document, str(here)).get("within")
    return chain


def _rates(document: Document) -> list[Document]:
    sessions = document.get("sessions")
    listed = sessions.get("rates") if isinstance(sessions, dict) else None
    return [rate for rate in listed or [] if isinstance(rate, dict)]


def _sessions(document: Document, rates: list[Document]) -> Document:
    sessions = document.get("sessions")
    return {**(sessions if isinstance(sessions, dict) else {}), "rates": rates}
