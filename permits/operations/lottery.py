"""A sale by lot: entering, the draw, and what follows for each in drawn order."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from parkops.tenancy.later import later
from permits.models import Draw, Ticket
from permits.operations import draws, lottery_notices, waitlist
from permits.queries import lottery as rows
from permits.rules import eligibility

logger = logging.getLogger(__name__)

AT_A_TIME = 300


@transaction.atomic
def enter_lottery(*, type_code: str, customer_id: int, by: Actor, at: datetime) -> Ticket:
    """Enter a customer for the draw of a type; entering again changes nothing.

    :raises Refused: "unknown_permit_type", "no_lottery", "not_eligible" or "not_on_sale".
    """
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    rules = programme.in_force(at).programme
    kind = rules.permit_type(type_code)
    if kind is None:
        raise Refused(
            "unknown_permit_type",
            say("There is no permit type {type_code}.", type_code=type_code),
            field="permit_type",
        )
    draw = lottery_of(kind, rules, at=at)
    eligibility.is_for(kind, rules, customer.audiences, by_staff=by.kind == "staff").require()
    rows.takes_entries(kind, rules, at=at).require()
    if not draws.is_open_for_lots(draw):
        raise Refused("not_on_sale", say("{kind} has been drawn.", kind=kind.name))
    ticket, is_new = Ticket.objects.get_or_create(
        draw=draw, customer=customer, defaults={"came_at": at}
    )
    if ticket.left_at is not None:
        ticket.left_at, ticket.came_at, is_new = None, at, True
        ticket.save(update_fields=["left_at", "came_at"])
    if is_new:
        _record("entered", ticket, by=by, at=at)
    return ticket


@transaction.atomic
def leave_lottery(reference: UUID | str, *, by: Actor, at: datetime) -> Ticket:
    """Withdraw an entry before the draw; twice is once.

    :raises NotFound: if there is no such entry.
    :raises Conflict: "drawn" after the draw.
    """
    ticket = Ticket.objects.select_related("draw").filter(reference=reference).first()
    if ticket is None:
        raise NotFound("There is no such entry.")
    if not draws.is_open_for_lots(ticket.draw):
        raise Conflict("drawn", say("The draw is over: an entry cannot be withdrawn any more."))
    if ticket.left_at is None:
        ticket.left_at = at
        ticket.save(update_fields=["left_at"])
        _record("withdrawn", ticket, by=by, at=at)
    return ticket


def lottery_of(kind: PermitType, rules: Programme, *, at: datetime) -> Draw:
    """Return the draw of a type sold by lot, its seed promised if this is the first look.

    :raises Refused: "no_lottery" for a type that is not.
    """
    lottery = kind.on_sale.lottery
    if lottery is None:
        raise Refused("no_lottery", say("{kind} is not given out by lot.", kind=kind.name))
    due = lottery.closes.instant(rules.tz)
    return draws.draw_of(
        Draw.Kind.LOTTERY,
        kind.code,
        opens_at=lottery.opens.instant(rules.tz),
        draws_at=due,
        instead_of=[due],
        at=at,
    )


def run_lotteries(*, at: datetime) -> None:
    """Promise the seeds of lotteries whose entries have opened, and draw those that are due."""
    rules = programme.in_force(at).programme
    for kind in rules.permit_types:
        lottery = kind.on_sale.lottery
        if lottery is not None and at >= lottery.opens.instant(rules.tz):
            lottery_of(kind, rules, at=at)
    for pk in rows.due(at=at).values_list("pk", flat=True):
        draw_lottery(pk, at=at)


@transaction.atomic
def draw_lottery(draw_id: int, *, at: datetime) -> None:
    """Draw a lottery that is due, and promise that everybody is told; drawn already, do nothing."""
    draw = Draw.objects.select_for_update(skip_locked=True).filter(pk=draw_id).first()
    if draw is None or draw.drawn_at is not None or at < draw.draws_at:
        return
    draws.carry_out(draw, at=at)
    later("permits.settle_lottery", draw=draw.pk)


def settle_lottery(draw_id: int, *, at: datetime) -> bool:
    """Put those who were drawn in line in their order: the first are offered the places, all are told.

    Returns whether all is done; some hundred are done at a time, each in a transaction of its own.
    """
    return any(_settle_next(draw_id, at=at) for _ in range(AT_A_TIME))


@transaction.atomic
def _settle_next(draw_id: int, *, at: datetime) -> bool:
    draw = Draw.objects.select_for_update().get(pk=draw_id)
    if draw.settled_at is not None or draw.drawn_at is None:
        return draw.settled_at is not None
    ticket = (
        draw.tickets.select_related("customer")
        .filter(number__gt=draw.called)
        .order_by("number")
        .first()
    )
    if ticket is None:
        draw.settled_at = at
        draw.save(update_fields=["settled_at"])
        return True
    draw.called = ticket.number or draw.called
    draw.save(update_fields=["called"])
    if ticket.customer is None:
        return False  # Forgotten meanwhile.
    person, refusal = ticket.customer, ""
    try:
        waitlist.join_waitlist(type_code=draw.type_code, customer_id=person.pk, by=SYSTEM, at=at)
    except Refused as refused:
        refusal = refused.reason
        _record("passed_over", ticket, by=SYSTEM, at=at, reason=refusal)
    lottery_notices.tell_result(ticket, draw, person, refusal=refusal, at=at)
    return False


def _record(event: str, ticket: Ticket, *, by: Actor, at: datetime, reason: str = "") -> None:
    audit.record(
        f"lottery.{event}",
        subject=("ticket", str(ticket.reference)),
        actor=by,
        at=at,
        reason=reason,
        customer=ticket.customer_id,
    )
