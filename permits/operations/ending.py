"""How permits end before their time: canceled, or taken away."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.texts import say
from permits.models import Permit
from permits.operations import notices, offering
from permits.operations.common import finish, give_back, locked, require, told
from permits.operations.holds import cancel_charges
from permits.operations.tallying import tallied
from permits.queries.permits import money_of
from permits.queries.refunds import Preview, refund_preview
from permits.queries.seconds import going_with
from permits.rules.status import Status


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled permit and what was given back."""

    permit: Permit
    refund: Preview


@transaction.atomic
def cancel_permit(
    number: str,
    *,
    reason: str,
    as_of: datetime | None = None,
    with_seconds: bool = False,
    by: Actor,
    at: datetime,
) -> Cancelled:
    """End a permit at `as_of` (now if left out) and give back what its type's rule says.

    An unpaid one gives its place back and owes nothing. Permits that go with it end first, if asked
    for or if ParkOps itself ends it.

    :raises Conflict: if it has ended already; "has_second" if others go with it and are to stay.
    """
    permit = locked(number)
    ends = as_of or at
    require(permit, Status.CANCELLED, at=ends)
    for second in going_with(permit, at=at):
        if not with_seconds and by != SYSTEM:
            raise Conflict(
                "has_second",
                say("Permit {number} goes with this one: end it first.", number=second.number),
            )
        cancel_permit(second.number, reason=reason, as_of=as_of, by=by, at=at)
    preview = refund_preview(permit, at=ends)
    with tallied(permit):
        permit.cancelled_at, permit.cancel_reason = ends, reason.strip()
    _give_up_renewal(permit, by=by, at=at)
    finish(permit, at=at, is_over=ends <= at)
    if permit.paid_at is None:
        cancel_charges(permit, text="The permit was canceled.", by=by, at=at)
    else:
        give_back(permit, preview, reason=reason, by=by, at=at)
    audit.record(
        "permit.cancelled",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=permit.cancel_reason,
        refund=preview.back.amount,
        as_of=ends.isoformat(),
    )
    notices.tell("permit.cancelled", permit, at=at, refund=told(preview.back))
    offering.offer_free_places(permit.type_code, at=at)
    return Cancelled(permit, preview)


@transaction.atomic
def revoke_permit(
    number: str,
    *,
    reason: str,
    refund: bool = False,
    appeal_note: str = "",
    by: Actor,
    at: datetime,
) -> Permit:
    """Take a permit away from `at` on; with `refund` the type's rule says what comes back.

    `appeal_note` tells the holder how to object; it stands in the message and on their page.

    :raises Refused: without a reason.
    :raises Conflict: if it has ended already.
    """
    permit = locked(number)
    if not reason.strip():
        raise Refused("reason", "Say why the permit is revoked.", field="reason")
    require(permit, Status.REVOKED, at=at)
    preview = refund_preview(permit, at=at)
    with tallied(permit):
        permit.revoked_at, permit.revoke_reason = at, reason.strip()
    permit.appeal_note = appeal_note.strip()
    _give_up_renewal(permit, by=by, at=at)
    finish(permit, at=at, is_over=True)
    nothing = replace(preview, net=money_of(permit, 0), tax=money_of(permit, 0))
    give_back(permit, preview if refund else nothing, reason=reason, by=by, at=at)
    back = preview.back.amount if refund else "0"
    audit.record(
        "permit.revoked",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=permit.revoke_reason,
        refund=back,
    )
    notices.tell(
        "permit.revoked",
        permit,
        at=at,
        reason=permit.revoke_reason,
        appeal_note=permit.appeal_note,
    )
    offering.offer_free_places(permit.type_code, at=at)
    return permit


def _give_up_renewal(permit: Permit, *, by: Actor, at: datetime) -> None:
    """Cancel what follows on a permit that ends and is not paid yet; a renewal that is paid stays."""
    rows = permit.renewals.filter(
        paid_at__isnull=True,
        cancelled_at__isnull=True,
        lapsed_at__isnull=True,
        hold_expires_at__gt=at,
    )
    for number in rows.values_list("number", flat=True):
        cancel_permit(
            number, reason=f"Permit {permit.number}, which it renews, has ended.", by=by, at=at
        )
