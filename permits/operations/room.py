"""The waiting room of a sale: coming in, moving up, the turn to buy, leaving."""

from datetime import datetime

from django.db import IntegrityError, transaction

from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType, WaitingRoom
from parkops.programme.queries import InForce
from permits.models import Draw, Permit, Ticket
from permits.operations import draws
from permits.queries import draws as rows
from permits.queries import room
from permits.rules import eligibility
from permits.rules.draws import how_many_to_call
from permits.rules.terms import clock_text


def enter_room(*, type_code: str, customer_id: int, by: Actor, at: datetime) -> Ticket:
    """Give a customer a place in the line of a type's sale: before it opens one that will be drawn,
    later the one behind everybody.

    Coming in again while in line or in turn changes nothing and returns the ticket that they have.

    :raises Refused: "unknown_permit_type", "no_waiting_room", "not_eligible" or "not_on_sale".
    """
    try:
        return _enter(type_code, customer_id, at=at)
    except IntegrityError:  # they came in twice in the same moment: the other one is theirs
        return _enter(type_code, customer_id, at=at)


@transaction.atomic
def _enter(type_code: str, customer_id: int, *, at: datetime) -> Ticket:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    in_force = programme.in_force(at)
    draw, kind = _room_for(type_code, customer, in_force, at=at)
    rules = in_force.programme
    eligibility.is_for(kind, rules, customer.audiences).require()
    if at >= draw.draws_at:
        eligibility.is_on_sale(kind, rules, customer.audiences, at=at).require()
    elif at < draw.opens_at:
        when = clock_text(draw.opens_at, rules.tz)
        raise Refused("not_on_sale", say("The waiting room opens {when}.", when=when))
    known = draw.tickets.filter(customer=customer).first()
    if known is not None and room.is_under_way(known, at=at):
        return known
    number = None
    if at >= draw.draws_at or not draws.is_open_for_lots(draw):
        if draw.drawn_at is None:
            draws.carry_out(Draw.objects.select_for_update().get(pk=draw.pk), at=at)
        number = draws.next_number(draw)
    if known is None:
        ticket = Ticket.objects.create(draw=draw, customer=customer, came_at=at, number=number)
    else:
        ticket = draw.tickets.select_for_update(of=("self",)).get(pk=known.pk)
        if not room.is_under_way(ticket, at=at):
            _to_the_end(ticket, number, at=at)
    if number is not None and number == draw.called + 1:
        _call_next(draw.pk, at=at)
        ticket.refresh_from_db(fields=["called_at", "turn_ends_at"])
    return ticket


@transaction.atomic
def leave_room(reference: str, *, at: datetime) -> Ticket:
    """Take somebody out of the line, or end their turn; twice is once.

    :raises NotFound: if there is no such ticket.
    """
    ticket = Ticket.objects.select_for_update(of=("self",)).filter(reference=reference).first()
    if ticket is None:
        raise NotFound("There is no such place in a line.")
    if ticket.left_at is None and ticket.permit_id is None:
        ticket.left_at = at
        ticket.save(update_fields=["left_at"])
    return ticket


@transaction.atomic
def move_up(draw_id: int, *, at: datetime) -> None:
    """Draw a line whose sale has opened, and give the next their turn; done already, it does nothing.

    While somebody else does the same, there is nothing to do either.
    """
    _call_next(draw_id, at=at)


def move_rooms(*, at: datetime) -> int:
    """Draw and move all lines that nobody looks at; returns how many there are."""
    ids = list(room.moving(at=at).values_list("pk", flat=True))
    for draw_id in ids:
        move_up(draw_id, at=at)
    return len(ids)


def turn_of(
    kind: PermitType, customer: Customer, in_force: InForce, *, at: datetime
) -> Ticket | None:
    """Return the customer's turn to buy a type that is sold through a waiting room, locked; None for
    a type that is not.

    :raises Refused: "not_your_turn" if it is, and they have none.
    """
    opens_at = rows.opening_of(kind, in_force.programme, customer)
    if opens_at is None:
        return None
    ticket = (
        Ticket.objects.select_for_update(of=("self",))
        .filter(draw__kind=Draw.Kind.ROOM, draw__type_code=kind.code, draw__draws_at=opens_at)
        .filter(customer=customer, turn_ends_at__gt=at, left_at__isnull=True, permit__isnull=True)
        .first()
    )
    if ticket is None:
        raise Refused(
            "not_your_turn",
            say("{kind} is sold by turns. Take a place in the line first.", kind=kind.name),
        )
    return ticket


def use_turn(ticket: Ticket, permit: Permit) -> None:
    """Let a locked turn have brought a permit."""
    ticket.permit = permit
    ticket.save(update_fields=["permit"])


def _room_for(
    type_code: str, customer: Customer, in_force: InForce, *, at: datetime
) -> tuple[Draw, PermitType]:
    kind = in_force.programme.permit_type(type_code)
    if kind is None:
        raise Refused(
            "unknown_permit_type",
            say("There is no permit type {type_code}.", type_code=type_code),
            field="permit_type",
        )
    return room_of(kind, customer, in_force, at=at), kind


def room_of(kind: PermitType, customer: Customer, in_force: InForce, *, at: datetime) -> Draw:
    """Return the room where this customer waits for a type, made if nobody came before.

    :raises Refused: "no_waiting_room" for a type that has none.
    """
    rules = in_force.programme
    draws_at, waits = rows.opening_of(kind, rules, customer), kind.on_sale.waiting_room
    if draws_at is None or waits is None:
        raise Refused("no_waiting_room", say("{kind} has no waiting room.", kind=kind.name))
    return draws.draw_of(
        Draw.Kind.ROOM,
        kind.code,
        opens_at=waits.opens.before(draws_at, rules.tz),
        draws_at=draws_at,
        instead_of=rows.openings(kind, rules),
        at=at,
    )


def _to_the_end(ticket: Ticket, number: int | None, *, at: datetime) -> None:
    """Let somebody who left, missed their turn or bought already come in again."""
    ticket.number, ticket.came_at = number, at
    ticket.called_at = ticket.turn_ends_at = ticket.left_at = None
    ticket.permit = None
    ticket.save()


def _call_next(draw_id: int, *, at: datetime) -> None:
    draw = Draw.objects.select_for_update(skip_locked=True).filter(pk=draw_id).first()
    if draw is None or at < draw.draws_at:
        return
    order = draws.carry_out(draw, at=at)
    if order:
        transaction.on_commit(lambda: room.remember_numbers(order))
    kind, waits = room.kind_of(draw, at=at)
    if kind is None or waits is None:
        return
    left = room.places_left(kind, at=at)
    _call(draw, waits, left=left, at=at)
    is_out = left == 0
    if is_out != (draw.sold_out_at is not None):
        draw.sold_out_at = at if is_out else None
    draw.save(update_fields=["called", "sold_out_at"])


def _call(draw: Draw, waits: WaitingRoom, *, left: int | None, at: datetime) -> None:
    more = how_many_to_call(
        at_once=waits.at_once,
        active=room.turns_of(draw.type_key, at=at),
        left=left,
        waiting=draw.last_number - draw.called,
    )
    line = draw.tickets.filter(number__gt=draw.called, left_at__isnull=True).order_by("number")
    chosen = list(line[:more]) if more else []
    if not chosen:
        return
    zone = programme.in_force(at).programme.tz
    draw.tickets.filter(pk__in=[ticket.pk for ticket in chosen], left_at__isnull=True).update(
        called_at=at, turn_ends_at=waits.turn.after(at, zone)
    )
    draw.called = chosen[-1].number or draw.called
