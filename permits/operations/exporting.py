"""What leaves as a file is recorded: who took which list, and how many rows."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor


@transaction.atomic
def record_export(
    what: str = "permits",
    of: str = "list",
    *,
    rows: int,
    filters: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Record that `by` takes a list of `what`, or one `of` them, as a file, narrowed by `filters`.

    It is recorded before the first line is sent: who breaks off has read what came.
    """
    audit.record(
        f"{what}.exported",
        subject=(what, of),
        actor=by,
        at=at,
        rows=rows,
        filters={name: value for name, value in (filters or {}).items() if value},
    )
