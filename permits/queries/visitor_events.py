"""Events of visitors: their passes, what they come to, and where a pass is taken."""

from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from parkops.kernel.decisions import NotFound
from permits.models import EventPass, VisitorEvent

STANDS = Q(passes__revoked_at=None, passes__isnull=False)


def event(reference: str) -> VisitorEvent:
    """Return the event with this reference.

    :raises NotFound: if this tenant has none.
    """
    rows = VisitorEvent.objects.select_related("department__customer")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such event.")
    return found


def event_pass(code: str) -> EventPass:
    """Return the pass with this code.

    :raises NotFound: if this tenant has none.
    """
    rows = EventPass.objects.select_related("event", "stay")
    found = rows.filter(code=code).first()
    if found is None:
        raise NotFound("There is no such pass.")
    return found


def events() -> QuerySet[VisitorEvent]:
    """Return the events with how many passes stand (`given`) and have a plate (`taken`)."""
    return (
        VisitorEvent.objects.select_related("department")
        .annotate(
            given=Count("passes", filter=STANDS),
            taken=Count("passes", filter=STANDS & Q(passes__stay__isnull=False)),
        )
        .order_by("-starts_at", "-pk")
    )


def passes_of(one: VisitorEvent) -> QuerySet[EventPass]:
    """Return an event's passes with their stays, in the order they were given."""
    return one.passes.select_related("stay").order_by("pk")


def open_passes(one: VisitorEvent, *, limit: int) -> list[EventPass]:
    """Return the passes that stand and have no plate yet: what is printed to hand out."""
    return list(passes_of(one).filter(revoked_at=None, stay=None)[:limit])


def plates_of(one: VisitorEvent) -> set[str]:
    """Return the keys of the plates that have a pass of an event."""
    rows = one.passes.filter(revoked_at=None, stay__isnull=False)
    return set(rows.values_list("stay__plate_key", flat=True))


def charged(one: VisitorEvent) -> int:
    """Return how many passes cost something: those with a plate, but for those withdrawn before the
    event began."""
    rows = one.passes.filter(stay__isnull=False)
    return rows.filter(Q(revoked_at=None) | Q(revoked_at__gte=F("event__starts_at"))).count()


def is_charged(row: EventPass) -> bool:
    """Return whether one pass costs something, as `charged` counts them."""
    is_early = row.revoked_at is not None and row.revoked_at < row.event.starts_at
    return row.stay is not None and not is_early


def pass_path(row: EventPass) -> str:
    """Return the path of the page where a pass is taken."""
    return reverse("portal_events:take", args=[row.code])


def is_over(one: VisitorEvent, *, at: datetime) -> bool:
    """Return whether an event gives passes no more."""
    return one.closed_at is not None or one.ends_at <= at
