"""A permit's end moved to a later day by staff, without a price."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.programme import queries as programme
from permits.models import Permit, PlateRight
from permits.operations import notices
from permits.operations.common import locked
from permits.operations.rights_changes import permits_changed
from permits.operations.tallying import tallied
from permits.rules.status import Status
from permits.rules.terms import clock_text


@transaction.atomic
def extend_permit(
    number: str, *, ends_at: datetime, reason: str, by: Actor, at: datetime
) -> Permit:
    """Let a permit and its plates go on until `ends_at`; one that ends then already stays as it is.

    :raises Refused: without a reason, or for an earlier end.
    :raises Conflict: if it is over, or renewed already.
    """
    permit = locked(number)
    if not reason.strip():
        raise Refused("reason", "Say why the permit goes on.", field="reason")
    if permit.ends_at == ends_at:
        return permit
    status = permit.status_at(at)
    if status not in (Status.ACTIVE, Status.SCHEDULED, Status.SUSPENDED):
        raise Conflict(f"permit_{status}", f"This permit is {status}; its end is not moved.")
    zone = programme.version(permit.programme_version).programme.tz
    if ends_at < permit.ends_at:
        ends = clock_text(permit.ends_at, zone)
        raise Refused("earlier", f"It ends {ends} already: give a later day.", field="ends_on")
    if permit.renewals.filter(cancelled_at__isnull=True, lapsed_at__isnull=True).exists():
        raise Conflict("already_renewed", "This permit has been renewed already.")
    before = permit.ends_at
    with tallied(permit):
        permit.ends_at = ends_at
    permit.reminded_days = None
    permit.save(update_fields=["ends_at", "reminded_days"])
    PlateRight.objects.filter(
        permit=permit, kind=PlateRight.Kind.PERMIT, removed_at__isnull=True
    ).update(ends_at=ends_at)
    permits_changed(permit)
    audit.record(
        "permit.extended",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=reason.strip(),
        before=before.isoformat(),
        after=ends_at.isoformat(),
    )
    notices.tell(
        "permit.extended",
        permit,
        at=at,
        occasion=ends_at.isoformat(),
        ends=clock_text(ends_at, zone),
        reason=reason.strip(),
    )
    return permit
