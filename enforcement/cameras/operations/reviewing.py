"""How a person decides a read that waits: the plate as read, another plate, or no plate at all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from enforcement.cameras import queries, rules
from enforcement.cameras.models import PlateRead
from enforcement.cameras.operations.intake import settle
from enforcement.cameras.rules import State
from enforcement.queries import checks
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound

KIND = "plate_read"


@transaction.atomic
def settle_read(
    reference: UUID, *, plate: str, region: str | None = None, by: Actor, at: datetime
) -> PlateRead:
    """Settle a read that waits with the plate that a person sees on the picture, and check it: it is
    accepted if that is what was read, and corrected if not. The same again changes nothing.

    :raises NotFound: if there is no such read; it may have been erased.
    :raises Refused: for a plate that is none, or what a check of it refuses.
    :raises Conflict: "decided" if somebody has decided it otherwise.
    """
    row = _locked(reference)
    rules.may_settle(plate).require()
    state = rules.settled_as(row.plate_text, plate)
    if row.state != State.WAITING:
        same = row.state == state and checks.key_of(row.settled_text) == checks.key_of(plate)
        return _unless_other(row, same=same)
    if region is None:
        region = row.region if state is State.ACCEPTED else ""
    look = queries.look_of(row, plate.strip(), region)
    settle(row, state, checks.answers_to([look])[0], by=by, at=at)
    _sign(row, by, at)
    audit.record(
        f"read.{state.value}",
        subject=(KIND, str(row.reference)),
        actor=by,
        at=at,
        zone=row.zone_code,
    )
    return row


@transaction.atomic
def reject_read(reference: UUID, *, reason: str, by: Actor, at: datetime) -> PlateRead:
    """Reject a read that waits: nothing is checked. The same again changes nothing.

    :raises NotFound: if there is no such read; it may have been erased.
    :raises Refused: without a reason.
    :raises Conflict: "decided" if somebody has decided it otherwise.
    """
    row, words = _locked(reference), rules.require_reason(reason)
    if row.state != State.WAITING:
        return _unless_other(row, same=row.state == State.REJECTED)
    row.state, row.reason = State.REJECTED, words[:1_000]
    _sign(row, by, at)
    audit.record("read.rejected", subject=(KIND, str(row.reference)), actor=by, at=at, reason=words)
    return row


def _locked(reference: UUID) -> PlateRead:
    rows = PlateRead.objects.select_for_update(of=("self",)).select_related("camera")
    row = rows.filter(reference=reference).first()
    if row is None:
        raise NotFound("There is no such read.")
    return row


def _unless_other(row: PlateRead, *, same: bool) -> PlateRead:
    if not same:
        raise rules.decided_already(row.state, row.decided_by or row.camera.name)
    return row


def _sign(row: PlateRead, by: Actor, at: datetime) -> None:
    row.decided_at, row.decided_by, row.decided_by_ref = at, by.name[:200], by.ref
    row.save()
