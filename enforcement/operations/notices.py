"""How owners are told that their vehicle may be booted."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from enforcement.models import BootNotice, Citation, Letter
from enforcement.queries import boots, owners
from enforcement.queries.boots import Bootable
from enforcement.queries.citations import KIND, Standing
from enforcement.queries.owners import Owner
from enforcement.rules.notices import BOOT
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.kernel.plates import regions_match
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from payments import links
from payments import queries as charges
from permits.operations.rights_changes import plates_changed


def send_boot_notices(*, at: datetime) -> int:
    """Write to the owners of vehicles that owe enough and were not told yet; returns to how many.

    The owner is who holds the vehicle here, else who was found for one of its citations: by e-mail, or by
    a letter for the post room, whose days run from when it is sent. A vehicle whose owner nobody knows
    gets none: it may not be booted where a notice comes first.
    """
    scofflaw = programme.in_force(at).programme.scofflaw
    if scofflaw is None or scofflaw.notice is None:
        return 0
    told = boots.told_of()
    return sum(
        _send(row, at=at)
        for row in boots.in_arrears(at=at)
        if not any(regions_match(row.region, region) for region in told.get(row.plate_key, ()))
    )


@transaction.atomic
def _send(row: Bootable, *, at: datetime) -> bool:
    owing = boots.owing_of(row.plate_key, row.region, at=at)
    found = owners.owner_of_vehicle([now.citation for now in owing], row.plate_key, at=at)
    if found is None:
        return False
    citation, owner = found
    if not owner.email:
        return bool(owner.address) and _write_letter(citation, owner, row, owing, at=at)
    notice = note_boot_notice(row.plate_key, row.region, sent_to=owner.email, at=at)
    messaging.send_once(
        event="citation.boot_notice",
        key=f"boot-notice:{notice.pk}",
        to=owner.email,
        customer_id=owner.customer_id,
        language=owner.language,
        context={
            "name": owner.name,
            "plate": row.plate_text,
            "count": row.arrears.count,
            "owed": row.arrears.owed,
        },
        at=at,
    )
    return True


def note_boot_notice(plate_key: str, region: str, *, sent_to: str, at: datetime) -> BootNotice:
    """Note that an owner is told; from now on the days of the notice run. In the caller's transaction."""
    notice = BootNotice.objects.create(
        plate_key=plate_key, region=region, sent_at=at, sent_to=sent_to
    )
    plates_changed([plate_key])
    audit.record("boot.notice_sent", subject=("boot_notice", str(notice.pk)), actor=SYSTEM, at=at)
    return notice


def _write_letter(
    citation: Citation, owner: Owner, row: Bootable, owing: Sequence[Standing], *, at: datetime
) -> bool:
    """Write the notice as a letter for the post room, and return whether it is new."""
    open_ = [charges.charge_of(KIND, now.citation.number) for now in owing]
    _, is_new = Letter.objects.get_or_create(
        citation=citation,
        stage=BOOT,
        defaults={
            "name": owner.name,
            "address": owner.address,
            "said": {
                "kind": BOOT,
                "owed": row.arrears.owed.amount,
                "fine": row.arrears.owed.amount,
                "currency": row.arrears.owed.currency,
                "count": row.arrears.count,
                "next": "",
                "next_on": "",
                "next_owed": "",
                "pay": links.pay_url([charge.id for charge in open_ if charge is not None]),
            },
            "made_at": at,
        },
    )
    if is_new:
        audit.record(
            "citation.letter", subject=(KIND, citation.number), actor=SYSTEM, at=at, stage=BOOT
        )
    return is_new
