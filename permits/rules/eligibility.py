"""Whether somebody may buy a permit of a type now, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from parkops.kernel.dates import local_date, midnight
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import joined, say, say_n
from parkops.programme.permit_schema import Fixed, PermitType
from parkops.programme.schema import Programme
from permits.rules import shared_limits
from permits.rules.shared_limits import Used
from permits.rules.terms import clock_text, day_text


@dataclass(frozen=True, slots=True)
class Buyer:
    """What matters of who buys. `current` are their permits of the type that take a place now,
    `at_address` those of everybody at their address (None: no address is known);
    `left` the places that they could still get (None: no quota), `full_quota` what a shared quota
    is called that has none left, `shared` the limits over several types with what counts for them,
    `elsewhere` a permit of theirs for another address."""

    audiences: Sequence[str] = ()
    current: int = 0
    at_address: int | None = 0
    left: int | None = None
    full_quota: str = ""
    waiting: int = 0
    vehicles: int = 0
    overdue: int = 0
    owed: Money | None = field(default=None)
    shared: Sequence[Used] = ()
    elsewhere: str = ""
    by_staff: bool = False


def may_buy(
    kind: PermitType, programme: Programme, buyer: Buyer, *, start: datetime, at: datetime
) -> Decision:
    """Decide whether `buyer` may buy a permit of `kind` at `at`, to start at `start`.

    The first that applies of: not_eligible, not_on_sale, term_over, too_far_ahead, sold_out,
    per_customer, per_address, shared_limit, other_address, too_many_vehicles, debt.
    """
    checks = (
        lambda: is_for(kind, programme, buyer.audiences, by_staff=buyer.by_staff),
        lambda: is_on_sale(kind, programme, buyer.audiences, at=at),
        lambda: is_not_over(kind, programme, start=max(start, at)),
        lambda: starts_soon(kind, programme, start=start, at=at),
        lambda: has_place(
            kind, left=buyer.left, full_quota=buyer.full_quota, waiting=buyer.waiting
        ),
        lambda: is_within_limit(kind, current=buyer.current),
        lambda: is_within_address(kind, at_address=buyer.at_address),
        lambda: shared_limits.is_within(buyer.shared, programme),
        lambda: is_at_one_address(buyer.elsewhere),
        lambda: takes_vehicles(kind, vehicles=buyer.vehicles),
        lambda: owes_nothing(kind, overdue=buyer.overdue, owed=buyer.owed),
    )
    return next((refusal for check in checks if not (refusal := check())), ALLOWED)


def is_for(
    kind: PermitType, programme: Programme, audiences: Sequence[str], *, by_staff: bool = False
) -> Decision:
    """Decide whether the type is for somebody of these audiences."""
    if kind.visibility == "staff" and not by_staff:
        return Decision("not_eligible", say("{kind} is sold at the office only.", kind=kind.name))
    if kind.is_for(audiences):
        return ALLOWED
    known = ", ".join(_names(programme, kind.audience))
    mine = ", ".join(_names(programme, audiences))
    ours = (
        say("Our records say: {mine}.", mine=mine)
        if mine
        else say("Our records name no group for you.")
    )
    return Decision("not_eligible", joined([say("For {known}.", known=known), ours]))


def is_on_sale(
    kind: PermitType, programme: Programme, audiences: Sequence[str], *, at: datetime
) -> Decision:
    """Decide whether the type is sold at `at` to somebody of these audiences."""
    zone = programme.tz
    lottery = kind.on_sale.lottery
    if lottery is not None and at < lottery.closes.instant(zone):
        starts, ends = (clock_text(m.instant(zone), zone) for m in (lottery.opens, lottery.closes))
        text = say(
            "{kind} is given out by lot among those who enter from {starts} to {ends}.",
            kind=kind.name,
            starts=starts,
            ends=ends,
        )
        return Decision("not_on_sale", text)
    opens = kind.opens_for(audiences)
    if opens is not None and at < opens.instant(zone):
        when = clock_text(opens.instant(zone), zone)
        return Decision(
            "not_on_sale", say("{kind} is on sale from {when}.", kind=kind.name, when=when)
        )
    closes = kind.on_sale.closes
    if closes is not None and at >= closes.instant(zone):
        when = clock_text(closes.instant(zone), zone)
        return Decision(
            "not_on_sale", say("The sale of {kind} ended {when}.", kind=kind.name, when=when)
        )
    return ALLOWED


def is_not_over(kind: PermitType, programme: Programme, *, start: datetime) -> Decision:
    """Decide whether a permit may still start at `start`: a fixed term ends for everybody."""
    term = kind.term
    if isinstance(term, Fixed) and start >= midnight(term.ends_on, programme.tz):
        return Decision(
            "term_over",
            say("The term of {kind} ended {day}.", kind=kind.name, day=day_text(term.ends_on)),
        )
    return ALLOWED


def starts_soon(
    kind: PermitType, programme: Programme, *, start: datetime, at: datetime
) -> Decision:
    """Decide whether a permit may be bought at `at` to start as late as `start`."""
    if kind.ahead is None:
        return ALLOWED
    last = kind.ahead.after(at, programme.tz)
    if start <= last:
        return ALLOWED
    return Decision(
        "too_far_ahead",
        say(
            "{kind} is sold at most {span} before it starts: choose {day} or earlier.",
            kind=kind.name,
            span=kind.ahead,
            day=day_text(local_date(last, programme.tz)),
        ),
        field="start",
    )


def has_place(
    kind: PermitType, *, left: int | None, full_quota: str = "", waiting: int = 0
) -> Decision:
    """Decide whether there is a place left in the quotas for this buyer; a full one that is shared is
    named."""
    if left is None or left > 0:
        return ALLOWED
    told = say("{kind} is sold out.", kind=kind.name)
    if full_quota:
        told = joined([told, all_taken(full_quota)])
    if waiting:
        told = joined([told, say_n("One person waits.", "{n} people wait.", waiting)])
    return Decision("sold_out", told)


def all_taken(quota: str) -> str:
    """Return in words that a shared quota is what is full."""
    return say("All places of {quota} are taken.", quota=quota)


def is_within_limit(kind: PermitType, *, current: int) -> Decision:
    """Decide whether the customer may have one more of the type."""
    most = kind.per_customer
    if most is None or current < most:
        return ALLOWED
    many = say("one") if most == 1 else str(most)
    return Decision(
        "per_customer",
        say("At most {many} a customer, and you have {current}.", many=many, current=current),
    )


def is_within_address(kind: PermitType, *, at_address: int | None) -> Decision:
    """Decide whether the customer's address may have one more of the type, whoever holds the others."""
    most = kind.per_address
    if most is None or (at_address is not None and at_address < most):
        return ALLOWED
    if at_address is None:
        text = say("At most {most} an address, and our records have no address for you.", most=most)
    else:
        text = say("At most {most} an address, and yours has {n}.", most=most, n=at_address)
    return Decision("per_address", text)


def is_registered(is_known: bool) -> Decision:
    """Decide whether an address that is told is good: only the customer's own in the records is."""
    if is_known:
        return ALLOWED
    return Decision(
        "other_address",
        say("This is not the address that our records have for you."),
        field="address",
    )


def is_at_one_address(elsewhere: str) -> Decision:
    """Decide whether a permit may be for the customer's address, of whom the permit `elsewhere`, if
    any, is for another one."""
    if not elsewhere:
        return ALLOWED
    return Decision(
        "other_address",
        say(
            "Your permit {number} is for another address, and one customer's are all for the same.",
            number=elsewhere,
        ),
    )


def takes_vehicles(kind: PermitType, *, vehicles: int) -> Decision:
    """Decide whether a permit of the type may list this many plates."""
    most = kind.vehicles.max
    if vehicles <= most:
        return ALLOWED
    if most == 0:
        return Decision(
            "too_many_vehicles",
            say("{kind} covers no plate of its own, only passes for visitors.", kind=kind.name),
            field="vehicles",
        )
    many = say_n("one plate", "{n} plates", most)
    return Decision(
        "too_many_vehicles",
        say(
            "{kind} takes at most {many}; these are {vehicles}.",
            kind=kind.name,
            many=many,
            vehicles=vehicles,
        ),
        field="vehicles",
    )


def is_not_there_twice(plates: Sequence[str]) -> Decision:
    """Decide whether plates may be listed, of which `plates` have a permit of the type and of the same
    holder for some of that time."""
    if not plates:
        return ALLOWED
    return Decision(
        "duplicate",
        say("{plate} has a permit of this type for that time already.", plate=plates[0]),
        field="vehicles",
    )


def owes_nothing(kind: PermitType, *, overdue: int, owed: Money | None) -> Decision:
    """Decide whether debt stands in the way; only where the type says so."""
    if not kind.blocked_by_debt or not overdue:
        return ALLOWED
    what = say_n("{n} overdue citation", "{n} overdue citations", overdue)
    if owed:
        what = joined([what, say("{amount}", amount=owed)], ", ")
    return Decision("debt", say("{what}: to be paid first.", what=what))


def _names(programme: Programme, codes: Sequence[str]) -> list[str]:
    known = [(code, programme.audience(code)) for code in codes]
    return [audience.name if audience else code for code, audience in known]
