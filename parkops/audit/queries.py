"""Reads of what was done."""

from parkops.audit.models import AuditEvent


def events_of(kind: str, reference: str, *, limit: int = 200) -> list[AuditEvent]:
    """Return the newest `limit` events of a record, newest first."""
    return list(
        AuditEvent.objects.filter(subject_kind=kind, subject_ref=reference).order_by("-at", "-id")[
            :limit
        ]
    )
