"""What those who entered a lottery are told of its result."""

from datetime import datetime

from django.urls import reverse

from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from permits.models import Draw, Ticket


def tell_result(ticket: Ticket, draw: Draw, *, refusal: str = "", at: datetime) -> None:
    """Write to somebody which place they were drawn at, of how many, and how to check it."""
    kind = programme.in_force(at).programme.permit_type(draw.type_code)
    messaging.send_once(
        event="lottery.drawn",
        key=f"lottery:{ticket.reference}",
        to=ticket.customer.email,
        customer_id=ticket.customer_id,
        language=ticket.customer.language,
        context={
            "name": ticket.customer.name,
            "type": kind.name if kind else draw.type_code,
            "number": ticket.number,
            "entries": draw.last_number,
            "entry": str(ticket.reference),
            "refusal": refusal,
            "path": reverse("portal_permits:lottery", args=[draw.type_code]),
            "draw_path": reverse("portal_permits:draw", args=[draw.reference]),
        },
        at=at,
    )
