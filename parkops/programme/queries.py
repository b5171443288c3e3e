"""Which programme was, is or will be in force, and which of its events are on."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import F, Q

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Refused
from parkops.kernel.periods import Period
from parkops.programme.models import Declaration, Version
from parkops.programme.schema import Programme

REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class InForce:
    """A version of the programme, and since when it holds (None: since ever)."""

    number: int
    programme: Programme
    begins_at: datetime | None


# Versions never change, so this cannot go stale; the schema's name is part of the key.
_read: dict[tuple[str, int], InForce] = {}
_lock = Lock()


def in_force(at: datetime) -> InForce:
    """Return the version in force at `at`, past or future.

    :raises Refused: "no_programme" if the tenant has none.
    """
    row = (
        Version.objects.filter(Q(begins_at__lte=at) | Q(begins_at__isnull=True))
        .order_by(F("begins_at").desc(nulls_last=True), "-number")
        .values_list("number", flat=True)
        .first()
    )
    if row is None:
        raise Refused("no_programme", "This tenant has no program yet.")
    return version(row)


def version(number: int) -> InForce:
    """Return version `number`.

    :raises Refused: "no_programme" if there is none.
    """
    key = (connection.schema_name, number)
    known = _read.get(key)
    if known is None:
        row = Version.objects.filter(number=number).first()
        if row is None:
            raise Refused("no_programme", f"There is no program version {number}.")
        known = InForce(number, Programme.of(row.document), row.begins_at)
        with _lock:
            if len(_read) >= REMEMBERED:
                _read.clear()
            _read[key] = known
    return known


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
