"""How owners are told that their vehicle may be booted."""

from datetime import datetime

from django.db import transaction

from enforcement.models import BootNotice
from enforcement.queries import boots
from enforcement.queries.boots import Bootable
from parkops.audit import operations as audit
from parkops.customers import queries as customers
from parkops.kernel.actors import SYSTEM
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from permits.operations.rights_changes import plates_changed


def send_boot_notices(*, at: datetime) -> int:
    """Write to the known holders of vehicles that owe enough and were not told yet; returns how many.

    A vehicle that nobody here holds gets none: it may not be booted where a notice comes first.
    """
    scofflaw = programme.in_force(at).programme.scofflaw
    if scofflaw is None or scofflaw.notice is None:
        return 0
    told = set(BootNotice.objects.values_list("plate_key", flat=True))
    waiting = [row for row in boots.in_arrears(at=at) if row.plate_key not in told]
    return sum(_send(row, at=at) for row in waiting)


@transaction.atomic
def _send(row: Bootable, *, at: datetime) -> bool:
    holders = customers.holders_of(row.plate_key, at=at)
    if len(holders) != 1:
        return False
    notice = BootNotice.objects.create(
        plate_key=row.plate_key, region=row.region, sent_at=at, sent_to=holders[0].email
    )
    plates_changed([row.plate_key])
    messaging.send_once(
        event="citation.boot_notice",
        key=f"boot-notice:{notice.pk}",
        to=holders[0].email,
        customer_id=holders[0].pk,
        language=holders[0].language,
        context={
            "name": holders[0].name,
            "plate": row.plate_text,
            "count": row.arrears.count,
            "owed": row.arrears.owed,
        },
        at=at,
    )
    audit.record("boot.notice_sent", subject=("boot_notice", str(notice.pk)), actor=SYSTEM, at=at)
    return True
