"""Draws and tickets as pages and receipts show them."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from parkops.customers.models import Customer
from parkops.kernel.decisions import NotFound
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.models import Draw, Ticket
from permits.rules.draws import COMMITMENT

ALGORITHM = "order = ids sorted by HMAC-SHA256(key = seed bytes, message = id), lowest first"


def draw(reference: UUID | str) -> Draw:
    """Return a draw by its reference.

    :raises NotFound: if this tenant has none.
    """
    found = Draw.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such draw.")
    return found


def ticket(reference: UUID | str) -> Ticket:
    """Return a ticket with its draw.

    :raises NotFound: if this tenant has none.
    """
    found = Ticket.objects.select_related("draw").filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such place in a line.")
    return found


def receipt_of(text: str) -> UUID | None:
    """Return the receipt that somebody typed; None if it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def ticket_of(customer: Customer, of: Draw) -> Ticket | None:
    """Return the customer's ticket in a draw, if they have one and did not leave."""
    rows = Ticket.objects.select_related("draw", "permit")
    return rows.filter(draw=of, customer=customer, left_at__isnull=True).first()


def in_order(of: Draw) -> QuerySet[Ticket]:
    """Return the tickets that were drawn, first to last."""
    return of.tickets.filter(drawn_as__isnull=False).order_by("drawn_as")


def entered(of: Draw) -> int:
    """Return how many entered for the draw and did not leave before it."""
    if of.drawn_at is not None:
        return of.tickets.filter(drawn_as__isnull=False).count()
    return of.tickets.filter(left_at__isnull=True).count()


def published(of: Draw) -> str:
    """Return all that is published of a draw, as a text that any tool can check."""
    ids = [str(reference) for reference in in_order(of).values_list("reference", flat=True)]
    lines = [
        f"draw: {of.reference}",
        f"algorithm: {ALGORITHM}",
        f"{COMMITMENT}: {of.commitment}",
        f"seed: {of.seed if of.drawn_at else 'published after the draw'}",
        f"drawn: {of.drawn_at.isoformat() if of.drawn_at else 'not yet'}",
        f"entries: {entered(of)}",
        "",
        *ids,
    ]
    return "\n".join(lines) + "\n"


def opening_of(kind: PermitType, rules: Programme, customer: Customer | None) -> datetime | None:
    """Return when a sale with a waiting room opens for this customer; None if there is no room."""
    if kind.on_sale.waiting_room is None:
        return None
    opens = kind.opens_for(customer.audiences if customer else [])
    return opens.instant(rules.tz) if opens is not None else None


def openings(kind: PermitType, rules: Programme) -> list[datetime]:
    """Return all moments at which a sale with a waiting room opens for somebody."""
    sale = kind.on_sale
    moments = [sale.opens, *(cohort.opens for cohort in sale.cohorts)]
    return [moment.instant(rules.tz) for moment in moments if moment is not None]
