"""How a vehicle is towed, and how storage runs up day by day."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from enforcement.models import BootCase
from enforcement.operations.boot_cases import (
    NOWHERE,
    Spot,
    add_photos,
    charge,
    list_as_held,
    lock_debts,
    locked,
    open_case,
    stand,
    tell_owner,
)
from enforcement.queries import boot_cases as casing
from enforcement.queries import checks
from enforcement.queries.boot_cases import KIND, STORAGE, TOW
from enforcement.rules import holding
from enforcement.rules.holding import State
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict
from payments import operations as payments
from payments import place
from payments import queries as charges


@transaction.atomic
def tow_vehicle(
    *,
    plate: str,
    region: str = "",
    lot: str = "",
    tower: str = "",
    spot: Spot = NOWHERE,
    files: Sequence[bytes] = (),
    by: Actor,
    at: datetime,
) -> BootCase:
    """Tow a vehicle that was booted long enough ago, or cited just now for what is towed for.

    Its boot is free again; the tow is charged, and storage from this local day on.

    :raises Conflict: if it may not be towed, or is towed already.
    """
    key = checks.key_of(plate)
    lock_debts(key)
    known = casing.open_case_of(key, region)
    case = locked(known.number) if known is not None else None
    _may_tow(key, region, case, at=at)
    if case is None:
        because = "Cited for what a vehicle is towed for."
        case = open_case(plate=plate, region=region, zone=spot.zone, because=because, by=by, at=at)
    stand(case, spot, at=at)
    case.towed_at, case.towed_by = at, by.name
    case.lot, case.tower = lot.strip()[:200], tower.strip()[:200]
    case.save()
    add_photos(case.number, files, by=by, at=at)
    rules = casing.rules_of(case)
    charge(case, TOW, rules.fee("tow"), by=by, at=at)
    charge(case, STORAGE, rules.fee("storage_per_day"), by=by, at=at)
    list_as_held(case, by=by, at=at)
    audit.record(
        "boot.towed",
        subject=(KIND, case.number),
        actor=by,
        at=at,
        lot=case.lot,
        tower=case.tower,
        zone=case.zone_code,
    )
    tell_owner(case, "citation.towed", at=at)
    return case


def accrue_storage(*, at: datetime) -> int:
    """Bring the storage of every vehicle in a lot up to the local day of `at`; return how many grew.

    One transaction each. However often it runs, a day is charged once.
    """
    grown = 0
    for number in casing.cases(State.TOWED).values_list("number", flat=True):
        with transaction.atomic():
            grown += bring_storage_up_to_date(locked(number), at=at)
    return grown


def bring_storage_up_to_date(case: BootCase, *, at: datetime) -> bool:
    """Let the storage of a locked case follow the calendar, also where it was paid up to a day before;
    return whether it grew."""
    raised = charges.charge_of(STORAGE, case.number)
    if raised is None or case.towed_at is None:
        return False
    days = holding.storage_days(place.local_date(case.towed_at), casing.stored_until(case, at))
    per_day = casing.rules_of(case).fee("storage_per_day")
    due = holding.storage(per_day, days)
    if raised.amount.minor >= due.minor:
        return False
    payments.change_charge(
        kind=STORAGE,
        reference=case.number,
        amount=due,
        text=str(holding.storage_text(per_day, days)),
        by=SYSTEM,
        at=at,
    )
    return True


def _may_tow(key: str, region: str, case: BootCase | None, *, at: datetime) -> None:
    if case is not None and casing.state_of(case) in (State.TOWED, State.RELEASED):
        state = casing.state_of(case)
        raise Conflict("held_already", f"This vehicle is {state} already, case {case.number}.")
    decision = casing.may_tow(case, key, region, at=at)
    if not decision:
        raise Conflict(decision.code, decision.reason)
