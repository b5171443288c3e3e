"""A waiting room as those in it see it: the line at a glance, remembered for a second, and one's place."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import redis
from django.core.cache import cache
from django.db.models import F, Q, QuerySet

from parkops.customers.models import Customer
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType, WaitingRoom
from parkops.programme.queries import InForce
from permits.models import Draw, Permit, Ticket
from permits.models.permits import status_q
from permits.queries import free, sale
from permits.queries.draws import opening_of
from permits.rules import quotas, terms
from permits.rules.draws import SOONEST, ask_again_in, wait_for
from permits.rules.eligibility import is_not_over
from permits.rules.status import Status

logger = logging.getLogger(__name__)

FRESH_SECONDS = 1
KEPT_SECONDS = 3600
RECENT = timedelta(days=60)
"""For so long after a sale opened its line is looked at."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What is the same for everybody in a line. `left` is None without a quota."""

    draw_id: int
    type_code: str
    type_name: str
    opened_at: datetime
    is_drawn: bool
    here: int
    called: int
    left: int | None
    limit: int
    unpaid: int
    sold_out_at: datetime | None
    at_once: int
    turn_seconds: float
    has_waitlist: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: `state` is gathering, waiting, turn, bought, missed, left, sold_out or
    over; `ahead` are before them, `wait` is an estimate."""

    state: str
    number: int | None = None
    ahead: int = 0
    wait: timedelta | None = None

    def version(self, glance: Glance) -> str:
        """Return a text that changes when what the page says does."""
        minutes = int(self.wait.total_seconds() // 60) if self.wait else 0
        said: tuple[Any, ...] = (self.state, self.number or 0, self.ahead, minutes)
        if self.state == "gathering":
            said += (glance.here,)
        elif self.state in ("waiting", "sold_out"):
            said += (glance.left if glance.left is not None else "", glance.unpaid)
        return "-".join(str(part) for part in said)

    def asks_again_in(self, glance: Glance) -> timedelta:
        """Return when the page asks again, in whole seconds."""
        if self.state not in ("gathering", "waiting", "sold_out"):
            return SOONEST
        ahead = glance.here if self.state == "gathering" else self.ahead
        waiting = glance.here - glance.called
        return ask_again_in(waiting=waiting, ahead=ahead, at_once=glance.at_once)


def is_under_way(ticket: Ticket, *, at: datetime) -> bool:
    """Return whether a ticket stands: in the line, to be drawn, or in its turn."""
    if ticket.left_at is not None or ticket.permit_id is not None:
        return False
    return ticket.turn_ends_at is None or ticket.turn_ends_at > at


def kind_of(draw: Draw, *, at: datetime) -> tuple[PermitType | None, WaitingRoom | None]:
    """Return the type that a room is for and how it works, under the program in force; the latter is
    None once the sale is over."""
    rules = programme.in_force(at).programme
    kind = rules.permit_type(draw.type_code)
    if kind is None:
        return None, None
    closes = kind.on_sale.closes
    is_over = closes is not None and at >= closes.instant(rules.tz)
    is_over = is_over or not is_not_over(kind, rules, start=at)
    return kind, None if is_over else kind.on_sale.waiting_room


def places_left(kind: PermitType, *, at: datetime) -> int | None:
    """Return how many places a line may still be given; none while the waitlist has people."""
    rules = programme.in_force(at).programme
    if not quotas.limits_of(kind, rules):
        return None
    if sale.waiting_for(kind):
        return 0
    run = terms.run_of(kind, start=at, zone=rules.tz)
    return free.places_left(kind, rules, quotas.places_of(kind, rules, run.period))


def _limit(kind: PermitType, at: datetime) -> int:
    return quotas.limit_of(kind, programme.in_force(at).programme) or 0


def turns_of(type_key: str, *, at: datetime) -> int:
    """Return how many have their turn to buy a type now."""
    turns = Ticket.objects.filter(turn_ends_at__gt=at, permit__isnull=True, left_at__isnull=True)
    return turns.filter(draw__type_key=type_key, draw__kind=Draw.Kind.ROOM).count()


def moving(*, at: datetime) -> QuerySet[Draw]:
    """Return the rooms whose sale has opened and in which somebody has not been called."""
    opened = Draw.objects.filter(kind=Draw.Kind.ROOM, draws_at__lte=at, draws_at__gt=at - RECENT)
    return opened.filter(Q(drawn_at__isnull=True) | Q(called__lt=F("last_number")))


def look(draw: Draw, *, at: datetime) -> Glance:
    """Read a line anew and remember it."""
    kind, waits = kind_of(draw, at=at)
    is_over = waits is None
    left = places_left(kind, at=at) if kind and not is_over and at >= draw.draws_at else None
    glance = Glance(
        draw_id=draw.pk,
        type_code=draw.type_code,
        type_name=kind.name if kind else draw.type_code,
        opened_at=draw.draws_at,
        is_drawn=draw.drawn_at is not None,
        here=draw.last_number or draw.tickets.filter(left_at__isnull=True).count(),
        called=draw.called,
        left=left,
        limit=_limit(kind, at) if kind else 0,
        unpaid=_unpaid(draw.type_key, at) if left == 0 else 0,
        sold_out_at=draw.sold_out_at,
        at_once=waits.at_once if waits else 1,
        turn_seconds=waits.turn.timedelta.total_seconds() if waits else 60.0,
        has_waitlist=bool(kind and kind.waitlist),
        is_over=is_over,
    )
    _remember(f"room:{draw.reference}", asdict(glance))
    return glance


def remembered(reference: str) -> Glance | None:
    """Return a line as it was looked at within the last second; None if it is this caller's turn to
    look again. While the memory is away everybody looks: the truth is in the database."""
    try:
        if cache.add(f"room:{reference}:fresh", 1, FRESH_SECONDS):
            return None
        known = cache.get(f"room:{reference}")
    except (redis.RedisError, OSError) as error:
        logger.warning("A waiting room is not remembered: %s", error)
        return None
    return Glance(**known) if known else None


def number_of(reference: str) -> int | None:
    """Return the remembered number of a ticket; None if it is not known."""
    try:
        return cache.get(f"ticket:{reference}")
    except (redis.RedisError, OSError):
        return None


def remember_numbers(order: Sequence[str]) -> None:
    """Remember the numbers of tickets that were drawn in this order."""
    try:
        cache.set_many({f"ticket:{ref}": n for n, ref in enumerate(order, 1)}, KEPT_SECONDS)
    except (redis.RedisError, OSError) as error:
        logger.warning("Numbers are not remembered: %s", error)


def forget_number(ticket: Ticket) -> None:
    """Forget what is remembered of a ticket: its number has changed."""
    try:
        cache.delete(f"ticket:{ticket.reference}")
    except (redis.RedisError, OSError) as error:
        logger.warning("A ticket is still remembered: %s", error)


def standing_by_number(number: int, glance: Glance, *, at: datetime) -> Standing | None:
    """Return where somebody with a number stands who has not been called; None once they have been."""
    if number <= glance.called:
        return None
    ahead = number - glance.called - 1
    if glance.is_over:
        return Standing("over", number)
    if glance.left == 0:
        return Standing("sold_out", number, ahead)
    wait = wait_for(
        ahead + 1,
        called=glance.called,
        at_once=glance.at_once,
        turn=timedelta(seconds=glance.turn_seconds),
        opened_at=glance.opened_at,
        at=at,
    )
    return Standing("waiting", number, ahead, wait)


def standing_of(ticket: Ticket, glance: Glance, *, at: datetime) -> Standing:
    """Return where the holder of a ticket stands."""
    if ticket.permit_id is not None:
        return Standing("bought", ticket.number)
    if ticket.left_at is not None:
        return Standing("left", ticket.number)
    if ticket.number is None:
        return Standing("over" if glance.is_over else "gathering")
    if ticket.turn_ends_at is not None:
        return Standing("turn" if ticket.turn_ends_at > at else "missed", ticket.number)
    _remember(f"ticket:{ticket.reference}", ticket.number)
    known = standing_by_number(ticket.number, glance, at=at)
    # The glance may be a second younger than the ticket: their turn comes with the next look.
    return known or Standing("waiting", ticket.number, 0, timedelta(minutes=1))


def _unpaid(type_key: str, at: datetime) -> int:
    return Permit.objects.filter(status_q(Status.HELD, at), type_key=type_key).count()


def _remember(name: str, value: Any) -> None:
    try:
        cache.set(name, value, KEPT_SECONDS)
    except (redis.RedisError, OSError) as error:
        logger.warning("A waiting room is not remembered: %s", error)


def may_buy_now(kind: PermitType, in_force: InForce, customer: Customer, *, at: datetime) -> bool:
    """Return whether a type is sold to this customer now without waiting: it has no room for them,
    their turn is on, or they have an offer of the waitlist."""
    opens_at = opening_of(kind, in_force.programme, customer)
    if opens_at is None or sale.open_offer(kind, customer, at=at) is not None:
        return True
    turns = Ticket.objects.filter(
        customer=customer, turn_ends_at__gt=at, left_at__isnull=True, permit__isnull=True
    )
    return turns.filter(
        draw__kind=Draw.Kind.ROOM, draw__type_code=kind.code, draw__draws_at=opens_at
    ).exists()


def is_calm(kind: PermitType, in_force: InForce, customer: Customer, *, at: datetime) -> bool:
    """Return whether the sale is open and nobody waits in this customer's line."""
    opens_at = opening_of(kind, in_force.programme, customer)
    if opens_at is None or at < opens_at:
        return opens_at is None
    rows = Draw.objects.filter(kind=Draw.Kind.ROOM, type_code=kind.code, draws_at=opens_at)
    draw = rows.first()
    if draw is None:
        return True
    return draw.drawn_at is not None and draw.called == draw.last_number
