"""How a citation stands at an instant, and what may still be done to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from enforcement.rules.owed import COLLECTIONS
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money

TAKEN_BACK_WITHIN = timedelta(minutes=10)
"""How long an officer may void what they wrote."""

ARRIVES_WITHIN = timedelta(hours=12)
"""How long after its citation a phone's void may still come: a shift."""

REOPENED_WITHIN = timedelta(days=3)
"""How long the office may take a void back."""


class Status(StrEnum):
    """The states of a citation."""

    ISSUED = "issued"
    WARNING = "warning"
    PAID = "paid"
    ON_APPEAL = "on_appeal"
    ON_PLAN = "on_plan"
    COLLECTIONS = "collections"
    WRITTEN_OFF = "written_off"
    DISMISSED = "dismissed"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a citation's status rests on; an instant is None where it has not come to pass.

    `appeals` are (filed, decided or None) of each appeal, `plans` (begun, ended or None) of each time
    that it was on a payment plan.
    """

    is_warning: bool
    voided_at: datetime | None = None
    dismissed_at: datetime | None = None
    settled_at: datetime | None = None
    written_off_at: datetime | None = None
    appeals: tuple[tuple[datetime, datetime | None], ...] = ()
    plans: tuple[tuple[datetime, datetime | None], ...] = ()


def status_at(facts: Facts, *, stage: str, at: datetime) -> Status:
    """Return the status at `at`; `stage` is what the schedule has reached by then."""
    if _by(facts.voided_at, at):
        return Status.VOIDED
    if _by(facts.dismissed_at, at):
        return Status.DISMISSED
    if facts.is_warning:
        return Status.WARNING
    if _by(facts.settled_at, at):
        return Status.PAID
    if _by(facts.written_off_at, at):
        return Status.WRITTEN_OFF
    if any(filed <= at and not _by(decided, at) for filed, decided in facts.appeals):
        return Status.ON_APPEAL
    if any(begun <= at and not _by(ended, at) for begun, ended in facts.plans):
        return Status.ON_PLAN
    if stage.casefold() == COLLECTIONS:
        return Status.COLLECTIONS
    return Status.ISSUED


def may_void(*, status: Status, has_payments: bool, reason: str) -> Decision:
    """Decide whether a citation may be voided: with a reason, and before any payment."""
    if status is Status.VOIDED:
        return Decision("voided", "This citation is voided already.")
    if status is Status.DISMISSED:
        return Decision("dismissed", "This citation was dismissed on appeal.")
    if status is Status.WRITTEN_OFF:
        return Decision("written_off", "It was written off; take that back first.")
    if status is Status.PAID or has_payments:
        return Decision("paid", "Money was taken for this citation; refund it first.")
    if not reason.strip():
        return Decision("reason", "Say why it is voided.", field="reason")
    return ALLOWED


def may_reopen(*, voided_at: datetime | None, at: datetime, reason: str) -> Decision:
    """Decide whether a void may be taken back: within three days, with a reason."""
    if voided_at is None:
        return Decision("not_voided", "This citation is not voided.")
    if at >= voided_at + REOPENED_WITHIN:
        told = "Three days have passed since it was voided: it is locked."
        return Decision("locked", told)
    if not reason.strip():
        return Decision("reason", "Say why it is opened again.", field="reason")
    return ALLOWED


def void_needs_second(*, by_staff: bool, amount: Money, above: Money | None) -> bool:
    """Return whether a void waits until somebody else accepts it: staff's own, of a citation that comes
    to more than the program lets one person void."""
    return by_staff and above is not None and amount > above


def may_decide_void(*, is_own: bool) -> Decision:
    """Decide whether somebody may accept a void or not: never who asked for it."""
    if is_own:
        return Decision("own_void", "You asked for this void: somebody else accepts it or not.")
    return ALLOWED


def may_be_without_plate(*, plate: str, vin: str, vehicle: str) -> Decision:
    """Decide whether a vehicle may be cited without a plate: it is told apart some other way."""
    if plate.strip():
        told = "Write the plate, or say that there is none; not both."
        return Decision("plate_and_missing", told, field="plate")
    if not (vin.strip() or vehicle.strip()):
        told = "Write the VIN, or describe the vehicle: make, model, color."
        return Decision("vehicle", told, field="vehicle")
    return ALLOWED


def may_note(*, is_own: bool) -> Decision:
    """Decide whether an officer may add to the notes of a citation in the field: only to their own."""
    return ALLOWED if is_own else Decision("not_yours", "Another officer wrote this citation.")


def may_take_back(*, is_own: bool, written_at: datetime, at: datetime) -> Decision:
    """Decide whether an officer may void a citation in the field: their own, within ten minutes."""
    if not (own := may_note(is_own=is_own)):
        return own
    if at >= written_at + TAKEN_BACK_WITHIN:
        told = "Ten minutes have passed. The office can still void it."
        return Decision("too_late", told)
    return ALLOWED


def may_arrive(*, citation_came_at: datetime, at: datetime) -> Decision:
    """Decide whether a void that a phone wrote in time may still arrive: within a shift of its citation.

    A phone's clock says what it is told; a void that comes days later is for the office to look at.
    """
    if at >= citation_came_at + ARRIVES_WITHIN:
        told = "It came more than 12 hours after its citation. The office can still void it."
        return Decision("came_late", told)
    return ALLOWED


def _by(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at
