"""Rosters as the office sees them: what is brought, what a line comes to, whose permits would end."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from parkops.kernel.decisions import NotFound
from permits.models import EligibilityLoss, Permit, Roster, RosterRow
from permits.queries.permits import type_of


@dataclass(frozen=True, slots=True)
class Ending:
    """A permit that a roster, once applied, would end after the grace days."""

    permit: Permit
    audiences: tuple[str, ...]


def rosters() -> QuerySet[Roster]:
    """Return rosters, the newest first."""
    return Roster.objects.order_by("-pk")


def roster(reference: UUID) -> Roster:
    """Return one roster.

    :raises NotFound: if this tenant has none.
    """
    found = Roster.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such roster.")
    return found


def rows_of(found: Roster, kind: str = "") -> QuerySet[RosterRow]:
    """Return the rows of a roster, of one kind if it is given, in the order of the file."""
    rows = found.rows.select_related("customer").order_by("pk")
    return rows.filter(kind=kind) if kind else rows.exclude(kind=RosterRow.Kind.SAME)


def may_have(permit: Permit, audiences: Collection[str]) -> bool:
    """Return whether somebody of these audiences may have the permit's type."""
    return type_of(permit).is_for(audiences)


def endings(found: Roster, *, at: datetime, limit: int = 500) -> list[Ending]:
    """Return which permits would end by a roster that is not applied yet, by two queries."""
    rows = {
        row.customer_id: row
        for row in found.rows.filter(
            kind__in=(RosterRow.Kind.CHANGED, RosterRow.Kind.GONE), is_done=False
        ).only("customer_id", "audiences")
    }
    held: Iterable[Permit] = (
        Permit.objects.current_at(at)
        .filter(
            customer__in=found.rows.filter(
                kind__in=(RosterRow.Kind.CHANGED, RosterRow.Kind.GONE)
            ).values("customer_id")
        )
        .exclude(audience="")
        .select_related("customer")
        .order_by("pk")[:limit]
    )
    return [
        Ending(permit, tuple(rows[permit.customer_id].audiences))
        for permit in held
        if permit.customer_id in rows
        and may_have(permit, permit.customer.audiences)
        and not may_have(permit, rows[permit.customer_id].audiences)
    ]


def losses() -> QuerySet[EligibilityLoss]:
    """Return the permits that end because their holders are no longer eligible, the next first."""
    return (
        EligibilityLoss.objects.filter(ended_at__isnull=True, lifted_at__isnull=True)
        .select_related("permit__customer")
        .order_by("ends_at", "pk")
    )
