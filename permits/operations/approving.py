"""What staff say to permits that wait for approval: yes, or no and the money back."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from payments import operations as payments
from permits.models import Permit
from permits.operations import notices, offering
from permits.operations.common import finish, locked, require_pending
from permits.queries.permits import money_of


@transaction.atomic
def approve_permit(number: str, *, by: Actor, at: datetime) -> Permit:
    """Approve a paid permit that waits for it; approving again changes nothing.

    :raises Conflict: if it does not wait for approval.
    """
    permit = locked(number)
    if permit.approved_at is not None:
        return permit
    require_pending(permit, at=at)
    permit.approved_at = permit.paid_at if permit.is_backdated else at
    permit.save(update_fields=["approved_at"])
    audit.record("permit.approved", subject=("permit", permit.number), actor=by, at=at)
    notices.tell("permit.approved", permit, at=at)
    return permit


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
