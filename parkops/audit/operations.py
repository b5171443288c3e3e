"""How an act is recorded: in the transaction of the act, or not at all."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor

# Every act is recorded: it is the statement that is sent most.
_RECORD = """
INSERT INTO audit_auditevent
       (at, event, subject_kind, subject_ref, actor_kind, actor_ref, actor_name, reason, data)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
"""


def record(
    event: str,
    *,
    subject: tuple[str, str],
    actor: Actor,
    at: datetime,
    reason: str = "",
    **data: Any,
) -> None:
    """Record `event` ("permit.revoked") on `subject` (kind, reference); `data` is anything JSON.

    :raises RuntimeError: outside a transaction, where the act could stand without its record.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event} must be recorded in the transaction of the act")
    kind, reference = subject
    told = (at, event, kind, str(reference), actor.kind, actor.ref, actor.name, reason)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [*told, json.dumps(data)])


def record_many(
    events: Sequence[tuple[str, tuple[str, str]]], *, actor: Actor, at: datetime, **data: Any
) -> None:
    """Record many (event, subject) of one act, by one statement for every 1,000.

    :raises RuntimeError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("events must be recorded in the transaction of the act")
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                at=at,
                event=event,
                subject_kind=kind,
                subject_ref=str(reference),
                actor_kind=actor.kind,
                actor_ref=actor.ref,
                actor_name=actor.name,
                data=data,
            )
            for event, (kind, reference) in events
        ],
        batch_size=1_000,
    )
