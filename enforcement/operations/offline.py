"""How an officer's device gets a copy of the rights, and loses the key to it."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from enforcement.models import OfflineCopy, Shift
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor

KEY_BYTES = 32
KEY_LASTS = timedelta(hours=24)


@transaction.atomic
def copy_for(device: UUID, *, by: Actor, at: datetime) -> OfflineCopy:
    """Return the copy on an officer's device; its key is a new one with each shift, and each day."""
    copies = OfflineCopy.objects.select_for_update(of=("self",))
    known = copies.filter(officer_ref=by.ref, device=device).first()
    shift = Shift.objects.filter(officer_ref=by.ref, ended_at=None).first()
    shift_id = shift.pk if shift else None
    if known and known.shift_id == shift_id and at < known.made_at + KEY_LASTS:
        return known
    made, _ = OfflineCopy.objects.update_or_create(
        officer_ref=by.ref,
        device=device,
        defaults={
            "officer": by.name,
            "shift": shift,
            "key": secrets.token_bytes(KEY_BYTES),
            "made_at": at,
        },
    )
    audit.record(
        "offline.copy_made",
        subject=("offline_copy", str(made.pk)),
        actor=by,
        at=at,
        device=str(device),
    )
    return made


def forget_copies(*, at: datetime) -> int:
    """Delete the keys of copies that no device may use any more; returns how many."""
    return OfflineCopy.objects.filter(made_at__lt=at - 2 * KEY_LASTS).delete()[0]
