"""Visitor passes: given out of a permit's allotment, ended early with the time given back."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.periods import Period
from parkops.kernel.texts import say, word
from permits.models import GuestLink, Permit, VisitorPass
from permits.operations import plates
from permits.operations.common import locked
from permits.queries.permits import type_of
from permits.queries.stays import back_of
from permits.rules import passes
from permits.rules.plates import Plate
from permits.rules.status import Status


@transaction.atomic
def give_pass(
    permit_number: str,
    *,
    plate: Plate,
    start: datetime | None = None,
    hours: float = 0,
    until: datetime | None = None,
    guest_link: GuestLink | None = None,
    by: Actor,
    at: datetime,
) -> VisitorPass:
    """Give a visitor's plate a pass from `start` (now if left out), for `hours` or `until` then.

    The permit's row is locked, so that two passes do not share the last hour.

    :raises Refused: with a code of `rules.passes.may_give`.
    :raises Conflict: if the permit gives no rights then.
    """
    permit = locked(permit_number)
    begins = start or at
    require_gives(permit, at=begins)
    wanted = Period(begins, until) if until else passes.pass_period(begins, hours)
    known = list(permit.passes.order_by("pk"))
    passes.may_give(
        type_of(permit).passes,
        given=[Period(row.starts_at, row.ends_at) for row in known],
        same_plate=[
            Period(row.starts_at, row.ends_at) for row in known if row.plate_key == plate.key
        ],
        term=Period(permit.starts_at, permit.ends_at),
        wanted=wanted,
    ).require()
    row = VisitorPass.objects.create(
        permit=permit,
        plate_text=plate.text,
        plate_key=plate.key,
        region=plate.region,
        starts_at=wanted.start,
        ends_at=wanted.end,
        given_at=at,
        guest_link=guest_link,
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
    was = Period(row.starts_at, row.ends_at)
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
        because=back_of(row, was=was),
    )
    return row


@transaction.atomic
def give_many(
    permit_number: str,
    *,
    wanted: Sequence[Plate],
    start: datetime,
    end: datetime,
    by: Actor,
    at: datetime,
) -> uuid.UUID:
    """Give all these plates a pass for [start, end), or none of them; return the list's name.

    A plate that has a pass for exactly this time is left out, so the same list given twice is one.

    :raises Refused: with a code of `rules.passes.may_give`, naming the plate, or "nothing_new".
    :raises Conflict: if the permit gives no rights then.
    """
    permit = locked(permit_number)
    require_gives(permit, at=start)
    period = Period(start, end)
    known = list(permit.passes.order_by("pk"))
    given = [Period(row.starts_at, row.ends_at) for row in known]
    has = {row.plate_key for row in known if (row.starts_at, row.ends_at) == (start, end)}
    fresh = [plate for plate in wanted if plate.key not in has]
    if not fresh:
        raise Refused("nothing_new", "All of these plates have a pass for this time.")
    rule, term = type_of(permit).passes, Period(permit.starts_at, permit.ends_at)
    for plate in fresh:
        same = [Period(r.starts_at, r.ends_at) for r in known if r.plate_key == plate.key]
        decision = passes.may_give(rule, given=given, same_plate=same, term=term, wanted=period)
        if not decision:
            raise Refused(
                decision.code,
                say(
                    "{plate}: {reason} Nobody has got a pass.",
                    plate=plate.text,
                    reason=decision.reason,
                ),
            )
        given.append(period)
    batch = uuid.uuid4()
    rows = VisitorPass.objects.bulk_create(
        [
            VisitorPass(
                permit=permit,
                plate_text=plate.text,
                plate_key=plate.key,
                region=plate.region,
                starts_at=start,
                ends_at=end,
                given_at=at,
                batch=batch,
            )
            for plate in fresh
        ]
    )
    plates.rights_of_passes(rows)
    audit.record(
        "permit.passes_given",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        batch=str(batch),
        count=len(rows),
    )
    return batch


@transaction.atomic
def end_batch(permit_number: str, batch: uuid.UUID, *, by: Actor, at: datetime) -> int:
    """End all passes of a list that are not over; return how many. What is not used comes back."""
    permit = locked(permit_number)
    rows = list(permit.passes.filter(batch=batch, ended_at=None, ends_at__gt=at).order_by("pk"))
    for row in rows:
        row.ended_at, row.ends_at = at, max(at, row.starts_at)
    VisitorPass.objects.bulk_update(rows, ["ended_at", "ends_at"], batch_size=500)
    plates.move_rights_of_passes(rows)
    if rows:
        audit.record(
            "permit.passes_ended",
            subject=("permit", permit.number),
            actor=by,
            at=at,
            batch=str(batch),
            count=len(rows),
        )
    return len(rows)


def require_gives(permit: Permit, *, at: datetime) -> None:
    """Do nothing if a permit gives passes for `at`.

    :raises Conflict: if it gives no rights then.
    """
    status = permit.status_at(at)
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        raise Conflict(
            f"permit_{status}",
            say("This permit is {status}; it gives no passes.", status=word(str(status))),
        )
