"""Visitor passes: given out of a permit's allotment, ended early with the time given back."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound
from parkops.kernel.periods import Period
from permits.models import VisitorPass
from permits.operations import plates
from permits.operations.common import locked
from permits.queries.permits import type_of
from permits.rules import passes
from permits.rules.plates import Plate
from permits.rules.status import Status


@transaction.atomic
def give_pass(
    permit_number: str,
    *,
    plate: Plate,
    start: datetime | None = None,
    hours: float,
    by: Actor,
    at: datetime,
) -> VisitorPass:
    """Give a visitor's plate a pass of `hours` from `start` (now if left out) out of an allotment.

    The permit's row is locked, so that two passes do not share the last hour.

    :raises Refused: "no_passes", "outside_term" or "passes_used_up".
    :raises Conflict: if the permit gives no rights then.
    """
    permit = locked(permit_number)
    begins = start or at
    status = permit.status_at(begins)
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        raise Conflict(f"permit_{status}", f"This permit is {status}; it gives no passes.")
    wanted = passes.pass_period(begins, hours)
    given = [Period(row.starts_at, row.ends_at) for row in permit.passes.order_by("pk")]
    term = Period(permit.starts_at, permit.ends_at)
    passes.may_give(type_of(permit).passes, given=given, term=term, wanted=wanted).require()
    row = VisitorPass.objects.create(
        permit=permit,
        plate_text=plate.text,
        plate_key=plate.key,
        region=plate.region,
        starts_at=wanted.start,
        ends_at=wanted.end,
        given_at=at,
    )
    plates.right_of_pass(row)
    audit.record(
        "permit.pass_given",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        visitor_pass=str(row.reference),
    )
    return row


@transaction.atomic
def end_pass(reference: str, *, by: Actor, at: datetime) -> VisitorPass:
    """End a pass at `at`; the time not used goes back to the allotment. Ending again does nothing.

    :raises NotFound: if there is no such pass.
    """
    known = VisitorPass.objects.filter(reference=reference).select_related("permit").first()
    if known is None:
        raise NotFound("There is no such pass.")
    permit = locked(known.permit.number)
    row = VisitorPass.objects.select_for_update().get(pk=known.pk)
    if row.ended_at is not None:
        return row
    if row.ends_at <= at:
        raise Conflict("pass_over", "This pass has run out already.")
    row.ended_at, row.ends_at = at, max(at, row.starts_at)
    row.save(update_fields=["ended_at", "ends_at"])
    row.permit = permit
    plates.right_of_pass(row)
    audit.record(
        "permit.pass_ended",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        visitor_pass=str(row.reference),
    )
    return row
