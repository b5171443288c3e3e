"""Lotteries: whether entries are taken, whether the draw is done, and what came of an entry."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.models import Draw, Permit, Ticket, WaitlistEntry
from permits.queries import line
from permits.rules.terms import clock_text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an entry: `state` is entered, drawing, offered, waiting, taken or out."""

    state: str
    position: int | None = None
    offer_ends_at: datetime | None = None
    permit: Permit | None = None


def takes_entries(kind: PermitType, rules: Programme, *, at: datetime) -> Decision:
    """Decide whether entries for the draw of a type are taken at `at`."""
    lottery = kind.on_sale.lottery
    if lottery is None:
        return Decision("no_lottery", say("{kind} is not given out by lot.", kind=kind.name))
    opens, closes = lottery.opens.instant(rules.tz), lottery.closes.instant(rules.tz)
    if at < opens:
        when = clock_text(opens, rules.tz)
        return Decision("not_on_sale", say("Entries are taken from {when}.", when=when))
    if at >= closes:
        when = clock_text(closes, rules.tz)
        return Decision("not_on_sale", say("Entries were taken until {when}.", when=when))
    return ALLOWED


def is_line_open(kind: PermitType, rules: Programme, *, at: datetime) -> Decision:
    """Decide whether the line of a type is open: of one sold by lot only when all drawn are in it."""
    lottery = kind.on_sale.lottery
    if lottery is None:
        return ALLOWED
    closes = lottery.closes.instant(rules.tz)
    if at >= closes and not _unsettled(kind, closes):
        return ALLOWED
    when = clock_text(closes, rules.tz)
    text = say("{kind} is given out by lot; the draw is {when}.", kind=kind.name, when=when)
    return Decision("not_on_sale", text)


def due(*, at: datetime) -> QuerySet[Draw]:
    """Return the lotteries that are to be drawn."""
    return Draw.objects.filter(kind=Draw.Kind.LOTTERY, drawn_at__isnull=True, draws_at__lte=at)


def outcome_of(ticket: Ticket) -> Outcome:
    """Return what came of an entry."""
    if ticket.draw.drawn_at is None:
        return Outcome("entered")
    if (ticket.number or 0) > ticket.draw.called:
        return Outcome("drawing")
    if ticket.customer is None:
        return Outcome("out")
    entry = (
        WaitlistEntry.objects.select_related("permit")
        .filter(customer=ticket.customer, type_key=ticket.draw.type_key)
        .filter(joined_at__gte=ticket.draw.drawn_at)
        .order_by("-pk")
        .first()
    )
    if entry is None:
        return Outcome("out")
    states = WaitlistEntry.Status
    if entry.status == states.OFFERED:
        return Outcome("offered", offer_ends_at=entry.offer_expires_at)
    if entry.status == states.WAITING:
        return Outcome("waiting", position=line.position_of(entry))
    if entry.status == states.ACCEPTED:
        return Outcome("taken", permit=entry.permit)
    return Outcome("out")


def _unsettled(kind: PermitType, closes: datetime) -> bool:
    rows = Draw.objects.filter(kind=Draw.Kind.LOTTERY, type_key=code_key(kind.code))
    return rows.filter(draws_at=closes, settled_at__isnull=True).exists()
