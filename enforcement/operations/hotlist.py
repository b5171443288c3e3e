"""How plates come onto the hot list, and off it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from enforcement.models import HotlistEntry
from enforcement.queries import checks
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.codes import is_code
from parkops.kernel.decisions import NotFound, Refused
from permits.operations.rights_changes import plates_changed


@transaction.atomic
def add_to_hotlist(
    *,
    plate: str,
    region: str = "",
    kind: str,
    note: str = "",
    until: datetime | None = None,
    by: Actor,
    at: datetime,
) -> HotlistEntry:
    """Tell officers of a plate from `at` on, before `until`. The kind `exempt` lets it stand anywhere.

    :raises Refused: for a plate that is none, a kind that is no code, or an end that has passed.
    """
    if not is_code(kind):
        raise Refused("kind", "A kind is letters, digits, - and _, 24 at most.", field="kind")
    if until is not None and until <= at:
        raise Refused("until", "The end has passed already.", field="until")
    entry = HotlistEntry.objects.create(
        plate_text=plate[:32],
        plate_key=checks.key_of(plate),
        region=region,
        kind=kind,
        note=note,
        until_at=until,
        added_at=at,
        added_by=by.name,
    )
    plates_changed([entry.plate_key])
    audit.record(
        "hotlist.added", subject=("hotlist", str(entry.reference)), actor=by, at=at, kind=kind
    )
    return entry


@transaction.atomic
def remove_from_hotlist(reference: UUID, *, by: Actor, at: datetime) -> None:
    """Take an entry off the hot list; removing it again changes nothing.

    :raises NotFound: if there is no such entry.
    """
    entry = HotlistEntry.objects.select_for_update().filter(reference=reference).first()
    if entry is None:
        raise NotFound("There is no such entry on the hot list.")
    if entry.removed_at is not None:
        return
    entry.removed_at = at
    entry.save(update_fields=["removed_at"])
    plates_changed([entry.plate_key])
    audit.record("hotlist.removed", subject=("hotlist", str(entry.reference)), actor=by, at=at)
