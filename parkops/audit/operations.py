"""How an act is recorded: in the transaction of the act, or not at all."""

from datetime import datetime
from typing import Any

from django.db import connection

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor


def record(
    event: str,
    *,
    subject: tuple[str, str],
    actor: Actor,
    at: datetime,
    reason: str = "",
    **data: Any,
) -> AuditEvent:
    """Record `event` ("permit.revoked") on `subject` (kind, reference); `data` is anything JSON.

    :raises RuntimeError: outside a transaction, where the act could stand without its record.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event} must be recorded in the transaction of the act")
    kind, reference = subject
    return AuditEvent.objects.create(
        at=at,
        event=event,
        subject_kind=kind,
        subject_ref=str(reference),
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        actor_name=actor.name,
        reason=reason,
        data=data,
    )
