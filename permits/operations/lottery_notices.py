"""What those who entered a lottery are told of its result."""

from datetime import datetime

from django.urls import reverse

from parkops.customers.models import Customer
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from permits.models import Draw, Ticket


def tell_result(
    ticket: Ticket, draw: Draw, person: Customer, *, refusal: str = "", at: datetime
) -> None:
    """Write to somebody which place they were drawn at, of how many, and how to check it."""
    kind = programme.in_force(at).programme.permit_type(draw.type_code)
    messaging.send_once(
        event="lottery.drawn",
        key=f"lottery:{ticket.reference}",
        to=person.email,
        customer_id=person.pk,
        language=person.language,
        context={
            "name": person.name,
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
