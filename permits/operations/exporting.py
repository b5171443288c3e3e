"""What leaves as a file is recorded: who took which permits, and how many."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor


@transaction.atomic
def record_export(*, rows: int, filters: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Record that `by` takes the list of permits as a file, narrowed by `filters`.

    It is recorded before the first line is sent: who breaks off has read what came.
    """
    audit.record(
        "permits.exported",
        subject=("permits", "list"),
        actor=by,
        at=at,
        rows=rows,
        filters=dict(filters),
    )
