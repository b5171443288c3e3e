"""How reads without a hit are erased, with their pictures and what their checks said; and that it ran."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction

from enforcement.cameras import queries
from enforcement.cameras.models import PlateRead, ReadErasure
from enforcement.models import PlateCheck

_AT_ONCE = 500


@transaction.atomic
def erase_reads(*, at: datetime) -> ReadErasure:
    """Erase up to 500 reads without a hit whose time is over, and keep the record that this ran.

    Their pictures go; of their checks stays who looked when and where, not at which plate. A read that
    waits is erased too: nobody looked in time. What is `left` the next run takes.
    """
    before = at - queries.settings(at).kept_for
    due = PlateRead.objects.filter(is_hit=False, received_at__lt=before)
    rows = list(due.select_for_update(skip_locked=True).order_by("received_at", "pk")[:_AT_ONCE])
    files = [name for row in rows for name in (row.shown, row.original) if name]
    checks = [row.check_record_id for row in rows if row.check_record_id is not None]
    PlateRead.objects.filter(pk__in=[row.pk for row in rows]).delete()
    PlateCheck.objects.filter(pk__in=checks).update(
        plate_text="", plate_key="", region="", answer={}
    )
    transaction.on_commit(lambda: _delete(files))
    return ReadErasure.objects.create(
        ran_at=at,
        before_at=before,
        erased=len(rows),
        pictures=sum(bool(row.shown) for row in rows),
        left=due.count(),
    )


def _delete(files: list[str]) -> None:
    for name in files:
        default_storage.delete(name)
