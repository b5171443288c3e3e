"""How a vehicle goes: by itself in the transaction that pays what must be paid, or by somebody's word.

What payments asks about the fees of a case is answered here too.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from enforcement.models import BootCase
from enforcement.operations import hotlist
from enforcement.operations.boot_cases import cancel, locked, tell_owner
from enforcement.operations.tows import bring_storage_up_to_date
from enforcement.queries import again, boots
from enforcement.queries import boot_cases as casing
from enforcement.queries.boot_cases import BOOT, KIND, STORAGE, TOW
from enforcement.rules import holding
from enforcement.rules.holding import State
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import ALLOWED, Conflict, Decision
from payments import operations as payments
from payments import place
from payments.settlement import Due, Raiser, Subject

PAID = "Everything owed on the vehicle is paid."


def follow_debts(plate_key: str, *, by: Actor, at: datetime) -> None:
    """Let the open cases of a plate follow what was paid, dismissed or voided; in the caller's transaction.

    An order whose rule holds no more is cancelled; a vehicle on which nothing more must be paid goes.
    """
    if not plate_key:
        return
    for known in BootCase.objects.open().filter(plate_key=plate_key).order_by("number"):
        case = BootCase.objects.select_for_update().get(pk=known.pk)
        state = casing.state_of(case)
        if state is State.ORDERED:
            arrears = boots.arrears_of(case.plate_key, case.region, at=at)
            if not arrears.is_enough:
                cancel(case, reason=holding.may_boot(arrears).reason, by=SYSTEM, at=at)
        elif state in (State.BOOTED, State.TOWED):
            bring_storage_up_to_date(case, at=at)
            if not casing.now(case, at=at).owed.minor:
                _release(case, because=PAID, by=by, at=at)


@transaction.atomic
def release_vehicle(
    number: str, *, reason: str = "", waive: bool = False, by: Actor, at: datetime
) -> BootCase:
    """Let a vehicle go by somebody's word; one that may go already stays as it is.

    What is owed stays owed, unless `waive` takes back the fees of the case.

    :raises NotFound: if there is no such case.
    :raises Conflict: if the vehicle is not held, or without a reason while something is owed.
    """
    case = locked(number)
    shown = casing.now(case, at=at)
    decision = holding.may_release(shown.state, owed=shown.owed, reason=reason)
    if not decision:
        raise Conflict(decision.code, decision.reason)
    if shown.state is State.RELEASED:
        return case
    bring_storage_up_to_date(case, at=at)
    _release(case, because=reason.strip() or PAID, by=by, at=at)
    if waive:
        for fee in casing.now(case, at=at).fees:
            if fee.balance.minor:
                payments.change_charge(
                    kind=fee.kind,
                    reference=case.number,
                    amount=fee.paid,
                    text=f"Waived: {reason.strip()}",
                    by=by,
                    at=at,
                )
    return case


@transaction.atomic
def end_case(number: str, *, by: Actor, at: datetime) -> BootCase:
    """Note that the boot is off, or that the vehicle was handed over; a second time changes nothing.

    :raises NotFound: if there is no such case.
    :raises Conflict: before it is released.
    """
    case = locked(number)
    state = casing.state_of(case)
    if state is State.ENDED:
        return case
    if state is not State.RELEASED:
        raise Conflict("not_released", "It is not released yet: what must be paid is not paid.")
    case.ended_at, case.ended_by = at, by.name
    case.save(update_fields=["ended_at", "ended_by"])
    audit.record("boot.ended", subject=(KIND, case.number), actor=by, at=at)
    return case


def _release(case: BootCase, *, because: str, by: Actor, at: datetime) -> None:
    case.released_at, case.released_by, case.released_because = at, by.name, because
    case.save(update_fields=["released_at", "released_by", "released_because"])
    if case.listed is not None:
        hotlist.remove_from_hotlist(case.listed, by=by, at=at)
    audit.record("boot.released", subject=(KIND, case.number), actor=by, at=at, reason=because)
    tell_owner(case, "citation.released", at=at)


def lock(reference: str) -> None:
    """Lock the case before payments locks its charge."""
    BootCase.objects.select_for_update().filter(number=reference).first()


def settled(reference: str, *, by: Actor, at: datetime) -> Decision:
    """Let the vehicle go if that was the last that must be paid."""
    follow_debts(casing.case(reference).plate_key, by=by, at=at)
    return ALLOWED


def storage_at(references: Sequence[str], *, at: datetime) -> dict[str, Due]:
    """Return what the storage of these cases comes to at `at`, by number."""
    found = {}
    for case in BootCase.objects.filter(number__in=references, towed_at__isnull=False):
        towed_on = place.local_date(case.towed_at or at)
        days = holding.storage_days(towed_on, casing.stored_until(case, at))
        per_day = casing.rules_of(case).fee("storage_per_day")
        text = holding.storage_text(per_day, days)
        amount = holding.storage(per_day, days)
        found[case.number] = Due(amount, towed_on, text, is_earned=True)
    return found


def describe(reference: str) -> Subject:
    """Return the case in words, with the page that is open to whoever may pay for it."""
    case = casing.case(reference)
    office = reverse("office_boots:detail", args=[case.number])
    return Subject(f"Boot case {case.number}", casing.path_of(case), office)


FEES = Raiser(settled=settled, lock=lock, describe=describe, is_follower=True)
BOOTED, TOWED = replace(FEES, again=again.of_boots), replace(FEES, again=again.of_tows)
STORED = Raiser(
    settled=settled, lock=lock, describe=describe, amounts_at=storage_at, is_follower=True
)
RAISERS = {BOOT: BOOTED, TOW: TOWED, STORAGE: STORED}
"""Who answers for the charges of a case, by kind."""
