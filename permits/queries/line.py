"""Who waits for what, and where in line."""

from django.db.models import Q, QuerySet

from parkops.kernel.codes import code_key
from permits.models import WaitlistEntry


def entries(*, customer_id: int | None = None, type_code: str = "") -> QuerySet[WaitlistEntry]:
    """Return the entries of a customer, or of a type, with customer and permit."""
    rows = WaitlistEntry.objects.select_related("customer", "permit")
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    return rows.filter(type_key=code_key(type_code)) if type_code else rows


def position_of(entry: WaitlistEntry) -> int | None:
    """Return the place in line, 1 being next; None for somebody who does not wait (any more)."""
    if entry.status != WaitlistEntry.Status.WAITING:
        return None
    before = Q(joined_at__lt=entry.joined_at) | Q(joined_at=entry.joined_at, pk__lt=entry.pk)
    return (
        WaitlistEntry.objects.filter(
            before, type_key=entry.type_key, status=WaitlistEntry.Status.WAITING
        ).count()
        + 1
    )


def in_order(*, type_code: str = "") -> QuerySet[WaitlistEntry]:
    """Return open entries, those with an offer first, then in line, type by type."""
    open_states = (WaitlistEntry.Status.OFFERED, WaitlistEntry.Status.WAITING)
    rows = entries(type_code=type_code).filter(status__in=open_states)
    return rows.order_by("type_key", "status", "joined_at", "pk")
