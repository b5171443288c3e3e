"""How an officer goes to a vehicle that a camera found."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from enforcement.cameras.models import PlateRead
from enforcement.models import PlateCheck
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound


@transaction.atomic
def go_to_hit(reference: UUID, *, by: Actor, at: datetime) -> PlateCheck:
    """Note that an officer goes to a hit, so that no second one does, and return what its check said. The
    same again changes nothing.

    :raises NotFound: if there is no such hit.
    :raises Conflict: "taken" if somebody else goes.
    """
    rows = PlateRead.objects.select_for_update(of=("self",)).select_related("check_record")
    read = rows.filter(reference=reference, is_hit=True).first()
    if read is None or read.check_record is None:
        raise NotFound("There is no such hit.")
    if read.going_ref == by.ref and read.going_at is not None:
        return read.check_record
    if read.going_at is not None:
        raise Conflict("taken", f"{read.going_by} is on the way already.")
    read.going_at, read.going_by, read.going_ref = at, by.name, by.ref
    read.save(update_fields=["going_at", "going_by", "going_ref"])
    audit.record("read.officer_goes", subject=("plate_read", str(reference)), actor=by, at=at)
    return read.check_record
