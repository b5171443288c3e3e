"""Plate checks that found nothing are forgotten when the program says; each run is recorded."""

from datetime import datetime

from django.db import transaction

from enforcement.models import PlateCheck
from enforcement.queries import looks
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.programme import queries as programme

BATCH = 1_000


def forget_checks(*, at: datetime) -> int:
    """Blank the plates and answers of checks without a hit whose time is over; returns how many.

    Who looked, when and where stays, so counts by zone do not change. Done in batches, each recorded
    with what it forgot; a run that finds nothing is recorded too. Nothing runs where the program keeps
    checks for ever.
    """
    total = 0
    while True:
        gone = _forget_some(at=at)
        total += gone
        if gone < BATCH:
            return total


@transaction.atomic
def _forget_some(*, at: datetime) -> int:
    rules = programme.in_force(at).programme
    kept = rules.retention.plate_checks
    if kept is None:
        return 0
    before = kept.before(at, rules.tz)
    due = looks.looks_without_hit(before=before).order_by("pk").values_list("pk", flat=True)
    gone = PlateCheck.objects.filter(pk__in=list(due[:BATCH])).update(
        plate_text="", plate_key="", region="", answer={}
    )
    audit.record(
        "retention.ran",
        subject=("retention", "enforcement"),
        actor=SYSTEM,
        at=at,
        checks_before=before.isoformat(),
        gone={"plate_checks": gone},
    )
    return gone
