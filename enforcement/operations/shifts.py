"""When officers are at work."""

from datetime import datetime

from django.db import transaction

from enforcement.models import Shift
from enforcement.operations import tallying
from enforcement.queries import crew
from enforcement.queries.citations import tenant_zone
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date


@transaction.atomic
def start_shift(*, by: Actor, at: datetime) -> Shift:
    """Begin the shift of the officer who asks, on the beat of the day; one that is on goes on."""
    duty = crew.duty_of(by.ref, on=local_date(at, tenant_zone()))
    shift, is_new = Shift.objects.get_or_create(
        officer_ref=by.ref,
        ended_at=None,
        defaults={"officer": by.name, "began_at": at, "beat": duty.beat if duty else None},
    )
    if is_new:
        tallying.count_shift(shift)
        audit.record("shift.started", subject=("shift", str(shift.pk)), actor=by, at=at)
    return shift


@transaction.atomic
def end_shift(*, by: Actor, at: datetime) -> None:
    """End the shift of the officer who asks; without one nothing happens."""
    shift = Shift.objects.select_for_update().filter(officer_ref=by.ref, ended_at=None).first()
    if shift is None:
        return
    with tallying.tallied_shift(shift):
        shift.ended_at = max(at, shift.began_at)
    shift.save(update_fields=["ended_at"])
    audit.record("shift.ended", subject=("shift", str(shift.pk)), actor=by, at=at)
