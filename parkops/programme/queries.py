"""Which programme was, is or will be in force, its draft, and which of its events are on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import F

from parkops.kernel import windows
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.programme.models import Declaration, Draft, Version
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme, Zone
from parkops.tenancy.postgresql import prepared

REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class InForce:
    """A version of the programme, and since when it holds (None: since ever)."""

    number: int
    programme: Programme
    begins_at: datetime | None


# A version never changes once it is committed. What a transaction that was rolled back made is told by
# its digest. The schema's name is part of the key.
_read: dict[tuple[str, int], tuple[str, InForce]] = {}
_lock = Lock()
# Asked by nearly every act, so not built anew each time.
_IN_FORCE = """
SELECT number, digest FROM programme_version WHERE begins_at IS NULL OR begins_at <= %(at)s
ORDER BY begins_at DESC NULLS LAST, number DESC LIMIT 1
"""


def in_force(at: datetime) -> InForce:
    """Return the version in force at `at`, past or future.

    :raises Refused: "no_programme" if the tenant has none.
    """
    found = prepared.rows(_IN_FORCE, {"at": at})
    if not found:
        raise Refused("no_programme", "This tenant has no program yet.")
    number, digest = found[0]
    known = _read.get((connection.schema_name, number))
    return known[1] if known and known[0] == digest else _learn(number)


def version(number: int) -> InForce:
    """Return version `number`.

    :raises Refused: "no_programme" if there is none.
    """
    known = _read.get((connection.schema_name, number))
    return known[1] if known else _learn(number)


def _learn(number: int) -> InForce:
    row = Version.objects.filter(number=number).first()
    if row is None:
        raise Refused("no_programme", f"There is no program version {number}.")
    learnt = InForce(number, Programme.of(row.document), row.begins_at)
    with _lock:
        if len(_read) >= REMEMBERED:
            del _read[next(iter(_read))]
        _read[(connection.schema_name, number)] = (row.digest, learnt)
    return learnt


def changes_after(at: datetime) -> list[datetime]:
    """Return when versions that were published beforehand come into force, the next first."""
    rows = Version.objects.filter(begins_at__gt=at).order_by("begins_at", "number")
    return [begins_at for begins_at in rows.values_list("begins_at", flat=True) if begins_at]


def event_periods() -> dict[str, list[Period]]:
    """Return when each event was, is or will be on, by code key; one without an end lasts a century."""
    found: dict[str, list[Period]] = {}
    for row in Declaration.objects.order_by("begins_at", "pk"):
        ends_at = row.ends_at or row.begins_at.replace(year=row.begins_at.year + 100)
        found.setdefault(code_key(row.event_code), []).append(Period(row.begins_at, ends_at))
    return found


def events_on(at: datetime) -> frozenset[str]:
    """Return the code keys of the events that are on at `at`."""
    rows = Declaration.objects.filter(begins_at__lte=at).exclude(ends_at__lte=at)
    return frozenset(code_key(code) for code in rows.values_list("event_code", flat=True))


def forget() -> None:
    """Forget what was read; for tests that roll versions back."""
    _read.clear()


def history() -> list[Version]:
    """Return all versions without their documents, newest first."""
    return list(Version.objects.defer("document").order_by("-number"))


def document(number: int) -> dict[str, Any]:
    """Return version `number` as the JSON of its file."""
    return Version.objects.values_list("document", flat=True).get(number=number)


def open_draft() -> Draft | None:
    """Return the draft that is being written, if there is one."""
    return Draft.objects.filter(state=Draft.State.OPEN).first()


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone as the office reads it: when it is enforced, whether it is now, and the limits."""

    code: str
    name: str
    kind: str
    within: str
    spaces: int | None
    enforced: str
    is_enforced: bool
    limits: str


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A permit type as the office reads it."""

    code: str
    name: str
    audiences: str
    base: Money
    term: str
    places: int | None
    grants: str


@dataclass(frozen=True, slots=True)
class ViolationRow:
    """A violation as the office reads it."""

    code: str
    name: str
    fine: Money
    raised_by: str
    zones: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A version in three tables."""

    zones: list[ZoneRow]
    types: list[TypeRow]
    violations: list[ViolationRow]


def summary(version: InForce, *, at: datetime) -> Summary:
    """Return a version as the office reads it, at `at`."""
    programme = version.programme
    events = event_periods()
    return Summary(
        zones=[
            ZoneRow(
                code=zone.code,
                name=zone.name,
                kind=zone.kind,
                within=zone.within or "",
                spaces=zone.capacity.total if zone.capacity else None,
                enforced=windows.describe(zone.enforced) if zone.enforced else "never",
                is_enforced=programme.holds(zone.enforced, at, events=events),
                limits=_limits(zone),
            )
            for zone in programme.zones
        ],
        types=[
            TypeRow(
                code=kind.code,
                name=kind.name,
                audiences=", ".join(kind.audience) or "everyone",
                base=kind.price.base,
                term=_term(kind),
                places=kind.quota.total if kind.quota else None,
                grants="; ".join(
                    f"{', '.join(grant.zones)} {windows.describe(grant.when)}"
                    for grant in kind.grants
                ),
            )
            for kind in programme.permit_types
        ],
        violations=[
            ViolationRow(
                code=violation.code,
                name=violation.name,
                fine=violation.fine,
                raised_by=violation.raised_by.replace("_", " "),
                zones=", ".join(violation.zones) or "everywhere",
            )
            for violation in programme.violations
        ],
    )


def declarations(*, at: datetime) -> list[Declaration]:
    """Return the events that are on at `at` or will be, the next to end first."""
    rows = Declaration.objects.exclude(ends_at__lte=at)
    return list(rows.order_by(F("ends_at").asc(nulls_last=True), "pk"))


def _limits(zone: Zone) -> str:
    told = []
    if zone.max_stay:
        told.append(f"at most {zone.max_stay}")
    if zone.no_return:
        told.append(f"no return within {zone.no_return}")
    if zone.grace:
        told.append(f"grace {zone.grace}")
    return ", ".join(told)


def _term(kind: PermitType) -> str:
    term = kind.term
    if term.kind == "fixed":
        return f"{term.starts_on:%-d %B %Y} to {term.ends_on:%-d %B %Y}"
    if term.kind == "rolling":
        return "1 month" if term.months == 1 else f"{term.months} months"
    if term.kind == "days":
        return "1 day" if term.days == 1 else f"{term.days} days"
    return f"{term.min} to {term.max} hours"


# Tells in sentences whom a new programme touches: (before, after, instant) -> lines.
Effects = Callable[[Programme, Programme, datetime], Iterable[str]]
_effects: list[Effects] = []


def register_effects(source: Effects) -> None:
    """Tell what `source` knows of whom a new version touches, before it is published."""
    if source not in _effects:
        _effects.append(source)


def effects(draft: Draft, after: Programme | None, *, at: datetime) -> list[str]:
    """Return whom the draft touches when it is published; nothing while it is no programme."""
    if after is None:
        return []
    before = in_force(at).programme
    return [line for source in _effects for line in source(before, after, at)]
