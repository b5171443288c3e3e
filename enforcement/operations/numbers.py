"""How devices come by numbers to write citations with where there is no signal, and what becomes of
each: used, given back, or spoiled for a reason. No number goes astray."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from enforcement.models import AllottedNumber, Citation
from enforcement.operations.locks import lock
from enforcement.queries import citations as citing
from enforcement.queries import numbers as queries
from enforcement.rules import numbers as rules
from enforcement.rules.numbers import PREFIX
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.programme import numbering


def new_pin() -> str:
    """Return a PIN for a citation."""
    return f"{secrets.randbelow(10**6):06}"


@transaction.atomic
def allot_numbers(device: UUID, count: int, officer: Actor, at: datetime) -> list[AllottedNumber]:
    """Let the device hold `count` open numbers of this officer, and return all that it holds, the
    lowest first. Asked again it returns the same ones: only what was used is made up for.

    Numbers that were given back go out first, the lowest first.

    :raises Refused: for a count below 1 or above 200, or where nobody of the staff asks.
    """
    rules.may_allot(count, is_staff=bool(officer.ref) and officer.kind == "staff").require()
    lock(f"numbers:{device}")
    held = list(queries.held_by(device, officer.ref))
    wanted = count - len(held)
    if wanted <= 0:
        return held
    given = _again(wanted, device=device, officer=officer, at=at)
    given += _anew(wanted - len(given), device=device, officer=officer, at=at)
    _record("numbers.allotted", device, given, by=officer, at=at)
    return sorted([*held, *given], key=lambda row: (row.series, row.n))


@transaction.atomic
def give_back_numbers(
    device: UUID, officer: Actor, at: datetime, *, only: Sequence[str] | None = None
) -> list[AllottedNumber]:
    """Take back what the device has not used, at the end of a shift: all it holds, or `only` these.
    A second time changes nothing. Returns what was given back.

    The device is to send its citations first: it alone knows what it has written.
    """
    lock(f"numbers:{device}")
    rows = [
        row
        for row in queries.held_by(device, officer.ref).select_for_update()
        if only is None or row.number in only
    ]
    for row in rows:
        row.returned_at = at
        row.save(update_fields=["returned_at"])
    if rows:
        _record("numbers.given_back", device, rows, by=officer, at=at)
    return rows


@transaction.atomic
def spoil_number(number: str, *, reason: str, by: Actor, at: datetime) -> AllottedNumber:
    """Record why a number will bear no citation: a torn paper, a lost device. It is never used again,
    unless the citation that was written with it arrives after all.

    :raises NotFound: if no device ever held it.
    :raises Refused: if it is used or spoiled already, or without a reason.
    """
    row = queries.allotted(number, lock=True)
    rules.may_spoil(
        is_used=row.citation_id is not None, is_spoiled=row.spoiled_at is not None, reason=reason
    ).require()
    row.spoiled_at, row.spoiled_by, row.spoiled_reason = at, by.name, reason.strip()
    row.returned_at = None
    row.save()
    audit.record(
        "number.spoiled",
        subject=("number", row.number),
        actor=by,
        at=at,
        reason=row.spoiled_reason,
    )
    return row


def take_number(number: str, *, device: UUID | None, officer_ref: str) -> AllottedNumber:
    """Return the allotted number that a citation was written with, locked; the caller uses it up.

    :raises Refused: if the series has no such number, it is used, or it was not allotted to this
        officer on this device.
    """
    row = AllottedNumber.objects.select_for_update().filter(number=citing.number_of(number)).first()
    rules.may_use(
        is_known=row is not None,
        is_used=row is not None and row.citation_id is not None,
        is_theirs=row is not None and (row.device, row.officer_ref) == (device, officer_ref),
    ).require()
    assert row is not None
    return row


def use_number(row: AllottedNumber, citation: Citation) -> None:
    """Note which citation a number bears. One that was thought spoiled, or was given back, is not."""
    row.citation, row.returned_at, row.spoiled_at = citation, None, None
    row.spoiled_reason = row.spoiled_by = ""
    row.save()


def _again(count: int, *, device: UUID, officer: Actor, at: datetime) -> list[AllottedNumber]:
    """Allot again what was given back; what is left of earlier years never will be, and is spoiled."""
    series = queries.series_of(at)
    stock = AllottedNumber.objects.filter(returned_at__isnull=False)
    stock.filter(series__lt=series).update(
        returned_at=None,
        spoiled_at=at,
        spoiled_by=SYSTEM.name,
        spoiled_reason="Its year ended before it was used.",
    )
    found = stock.filter(series=series).order_by("n")
    rows = list(found.select_for_update(skip_locked=True)[:count])
    for row in rows:
        row.device, row.allotted_at, row.returned_at = device, at, None
        row.officer, row.officer_ref, row.pin = officer.name, officer.ref, new_pin()
        row.save()
    return rows


def _anew(count: int, *, device: UUID, officer: Actor, at: datetime) -> list[AllottedNumber]:
    """Allot the next numbers of the series."""
    if not count:
        return []
    named = numbering.next_numbers(PREFIX, count, at=at, zone=citing.tenant_zone())
    rows = [
        AllottedNumber(
            number=number,
            pin=new_pin(),
            series=queries.series_of(at),
            n=int(number.split("-")[2]),
            device=device,
            officer=officer.name,
            officer_ref=officer.ref,
            allotted_at=at,
        )
        for number in named
    ]
    return AllottedNumber.objects.bulk_create(rows)


def _record(
    event: str, device: UUID, rows: Sequence[AllottedNumber], *, by: Actor, at: datetime
) -> None:
    audit.record(
        event,
        subject=("device", str(device)),
        actor=by,
        at=at,
        numbers=[row.number for row in rows],
    )
