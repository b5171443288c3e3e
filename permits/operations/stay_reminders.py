"""Reminders that a paid stay ends, each once for each end."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from permits.models import ParkingSession
from permits.operations import stay_notices
from permits.rules.reminders import STAY_BEFORE, stay_reminder_due

BATCH = 500


def remind_of_stays(*, at: datetime) -> int:
    """Write to those whose stay ends within minutes; returns how many. One transaction each."""
    soon = ParkingSession.objects.filter(
        ends_at__gt=at, ends_at__lte=at + STAY_BEFORE, stopped_at=None, reminded_at=None
    )
    return sum(
        _remind(pk, at=at)
        for pk in list(soon.order_by("ends_at", "pk").values_list("pk", flat=True)[:BATCH])
    )


@transaction.atomic
def _remind(pk: int, *, at: datetime) -> bool:
    stay = ParkingSession.objects.select_for_update(of=("self",)).get(pk=pk)
    due = stay_reminder_due(
        starts_at=stay.starts_at,
        ends_at=stay.ends_at,
        is_stopped=stay.stopped_at is not None,
        is_reminded=stay.reminded_at is not None,
        at=at,
    )
    if not due:
        return False
    stay.reminded_at = at
    stay.save(update_fields=["reminded_at"])
    occasion = stay.ends_at.isoformat()
    if not stay_notices.tell("session.stay_ends", stay, at=at, occasion=occasion):
        return False
    audit.record("session.reminded", subject=("session", stay.number), actor=SYSTEM, at=at)
    return True
