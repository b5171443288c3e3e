"""What staff say to permits that wait for approval: yes, or no and the money back."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from payments import operations as payments
from permits.models import Permit
from permits.operations import ending, notices, offering
from permits.operations.common import finish, locked, require_current, require_pending
from permits.operations.rights_changes import permits_changed
from permits.operations.tallying import tallied
from permits.queries.permits import money_of, type_of
from permits.rules import documents
from permits.rules.status import CURRENT
from permits.rules.terms import clock_text

BATCH = 500


@transaction.atomic
def approve_permit(number: str, *, by: Actor, at: datetime) -> Permit:
    """Approve a paid permit that waits for it; approving again changes nothing.

    :raises Conflict: if it does not wait for approval.
    """
    permit = locked(number)
    if permit.approved_at is not None:
        return permit
    require_pending(permit, at=at)
    with tallied(permit):
        permit.approved_at = permit.paid_at if permit.is_backdated else at
    permit.save(update_fields=["approved_at"])
    permits_changed(permit)
    audit.record("permit.approved", subject=("permit", permit.number), actor=by, at=at)
    notices.tell("permit.approved", permit, at=at)
    return permit


@transaction.atomic
def approve_for_a_while(number: str, *, by: Actor, at: datetime) -> Permit:
    """Approve a permit that waits for it on what was sent instead of the proof, which has to come
    before the program's time is over; doing so again changes nothing.

    :raises Refused: "not_provisional" where the program names nothing instead.
    :raises Conflict: if it does not wait for approval.
    """
    permit = locked(number)
    if permit.proof_due_by is not None:
        return permit
    kind = type_of(permit)
    documents.may_approve_for_a_while(kind).require()
    require_pending(permit, at=at)
    rules = programme.version(permit.programme_version).programme
    lasts = kind.provisional.lasts if kind.provisional else None
    with tallied(permit):
        permit.approved_at = at
    permit.proof_due_by = lasts.after(at, rules.tz) if lasts else None
    permit.save(update_fields=["approved_at", "proof_due_by"])
    permits_changed(permit)
    audit.record("permit.approved_for_a_while", subject=("permit", permit.number), actor=by, at=at)
    until = clock_text(permit.proof_due_by, rules.tz) if permit.proof_due_by else ""
    notices.tell("permit.approved_for_a_while", permit, at=at, until=until)
    return permit


@transaction.atomic
def accept_proof(number: str, *, by: Actor, at: datetime) -> Permit:
    """Let a permit that was approved for a while be good for its whole term; again changes nothing.

    :raises Conflict: if it has ended.
    """
    permit = locked(number)
    if permit.proof_due_by is None:
        return permit
    require_current(permit, at=at)
    permit.proof_due_by = None
    permit.save(update_fields=["proof_due_by"])
    audit.record("permit.proof_accepted", subject=("permit", permit.number), actor=by, at=at)
    notices.tell("permit.approved", permit, at=at)
    return permit


def end_unproven(*, at: datetime) -> int:
    """End the permits whose proof has not come in time; returns how many. One transaction each."""
    due = Permit.objects.filter(proof_due_by__lte=at, ended_at__isnull=True)
    numbers = due.order_by("proof_due_by", "pk").values_list("number", flat=True)[:BATCH]
    return sum(_end_unproven(number, at=at) for number in list(numbers))


@transaction.atomic
def _end_unproven(number: str, *, at: datetime) -> bool:
    permit = locked(number)
    is_due = permit.proof_due_by is not None and permit.proof_due_by <= at
    if not is_due or permit.status_at(at) not in CURRENT:
        return False
    reason = say("The proof did not come in time.")
    ending.cancel_permit(number, reason=str(reason), by=SYSTEM, at=at)
    return True


@transaction.atomic
def reject_permit(number: str, *, reason: str, by: Actor, at: datetime) -> Permit:
    """Refuse to approve a permit: it is cancelled, and all that was paid goes back.

    :raises Refused: without a reason.
    :raises Conflict: if it does not wait for approval.
    """
    permit = locked(number)
    if not reason.strip():
        raise Refused("reason", "Say why it is not approved.", field="reason")
    require_pending(permit, at=at)
    with tallied(permit):
        permit.cancelled_at, permit.cancel_reason = at, reason.strip()
    finish(permit, at=at, is_over=True)
    parts = [("permit", permit.net_minor, permit.tax_minor)]
    if permit.deposit_minor:
        parts.append(("deposit", permit.deposit_minor, 0))
    for kind, net, tax in parts:
        payments.refund_charge(
            kind=kind,
            reference=permit.number,
            net=money_of(permit, net),
            tax=money_of(permit, tax),
            reason="Not approved.",
            by=by,
            at=at,
        )
    audit.record(
        "permit.rejected",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=permit.cancel_reason,
    )
    notices.tell("permit.rejected", permit, at=at, reason=permit.cancel_reason)
    offering.offer_free_places(permit.type_code, at=at)
    return permit
