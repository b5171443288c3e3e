"""Which hangtag a permit gets, and what becomes of the one that it had; part of the acts that call."""

from datetime import datetime

from parkops.kernel.actors import Actor
from permits.models import Hangtag, LostHangtag, Permit
from permits.operations.rights_changes import permits_changed, plates_changed
from permits.rules.hangtags import tag_key


def has_stock(type_key: str) -> bool:
    """Return whether hangtags of a type are kept as stock."""
    return Hangtag.objects.filter(type_key=type_key).exists()


def take_next(permit: Permit) -> str:
    """Bind the first free hangtag of the store to a permit; "" where none is left.

    Two who take at once get two: a row that another transaction has taken is passed over.
    """
    free = Hangtag.objects.select_for_update(skip_locked=True).filter(
        type_key=permit.type_key, state=Hangtag.State.FREE
    )
    tag = free.order_by("place", "position", "pk").first()
    if tag is None:
        return ""
    tag.state, tag.permit = Hangtag.State.PERMIT, permit
    tag.save(update_fields=["state", "permit"])
    return tag.text


def void(
    permit: Permit,
    *,
    kind: LostHangtag.Kind,
    police_reference: str = "",
    by: Actor,
    at: datetime,
) -> LostHangtag:
    """Note that the number on a locked permit is worth nothing from `at` on; twice is once."""
    lost, _ = LostHangtag.objects.get_or_create(
        permit=permit,
        text=permit.hangtag,
        found_at=None,
        defaults={
            "kind": kind,
            "tag_key": tag_key(permit.hangtag),
            "type_key": permit.type_key,
            "police_reference": police_reference.strip()[:100],
            "reported_at": at,
            "reported_by": by.name,
        },
    )
    Hangtag.objects.filter(type_key=permit.type_key, text=permit.hangtag).update(
        state=Hangtag.State.SPOILED
        if lost.kind == LostHangtag.Kind.REPLACED
        else Hangtag.State.LOST
    )
    plates_changed([lost.tag_key])
    permits_changed(permit)
    return lost


def voided(type_key: str) -> set[str]:
    """Return the numbers of a type that are worth nothing now, and so are given to nobody."""
    rows = LostHangtag.objects.filter(type_key=type_key, found_at__isnull=True)
    return set(rows.values_list("text", flat=True))
