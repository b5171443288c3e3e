"""What it costs to switch a permit for one of another type, and whether that may be done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from parkops.kernel.codes import code_key
from parkops.kernel.dates import add_months, local_date, midnight, rolling_end
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import say, word
from parkops.programme.permit_schema import DayTerm, Fixed, HourTerm, PermitType, Rolling
from permits.rules.amounts import Line, rounded
from permits.rules.pricing import Quote
from permits.rules.refunds import Unbegun, unbegun
from permits.rules.status import Status
from permits.rules.terms import day_text, own_days, span_text

Basis = Literal["daily", "half-months", "full-months"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a switch comes to: `value` of the new permit, `credit` of the old one, and the fee.

    `net` and `tax` are what is to pay if they are above zero, and what comes back if below. The
    lines add up to them.
    """

    value_net: Money
    value_tax: Money
    credit_net: Money
    credit_tax: Money
    net: Money
    tax: Money
    lines: tuple[Line, ...]
    because: tuple[str, ...]

    @property
    def value_lines(self) -> tuple[Line, ...]:
        """The lines of what the new permit is worth."""
        tax = (Line(say("Tax"), self.value_tax),) if self.value_tax else ()
        return (Line(self.lines[0].text, self.value_net), *tax)

    @property
    def total(self) -> Money:
        """What is to pay in all; below zero it comes back."""
        return self.net + self.tax

    @property
    def back(self) -> Money:
        """What comes back; nothing if there is something to pay."""
        return max(-self.total, Money.zero(self.net.currency))


def may_switch(
    old: PermitType, new: PermitType, *, status: Status, is_renewed: bool, by_staff: bool
) -> Decision:
    """Decide whether a permit of type `old` may be switched for one of type `new`.

    Holders may where the program lists it; staff may between all types whose terms are alike.
    """
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        return Decision(
            f"permit_{status}",
            say("A permit that is {status} is not switched.", status=word(str(status))),
        )
    if is_renewed:
        return Decision(
            "already_renewed", say("This permit has been renewed already: switch the next one.")
        )
    if old.carpool is not None or new.carpool is not None:
        return Decision("carpool", say("A carpool is not switched: its members join anew."))
    if code_key(old.code) == code_key(new.code):
        return Decision("same_type", say("It is a {kind} already.", kind=new.name))
    listed = {code_key(code) for code in old.switch.to} if old.switch else set()
    if not by_staff and code_key(new.code) not in listed:
        return Decision(
            "not_switchable",
            say("{old} is not switched to {new} online.", old=old.name, new=new.name),
        )
    if old.term.kind != new.term.kind or isinstance(old.term, HourTerm):
        return Decision(
            "other_term",
            say("The term of {new} is of another kind: buy it, and cancel this one.", new=new.name),
        )
    if new.approval != "none" and not by_staff:
        return Decision(
            "needs_approval",
            say("{new} needs approval: the office switches your permit to it.", new=new.name),
        )
    return ALLOWED


def is_paid(owed: Money) -> Decision:
    """Decide whether a permit of whose price `owed` is left may be switched: its price counts in full."""
    if not owed:
        return ALLOWED
    told = say("{owed} of this permit's price is not paid yet: pay that first.", owed=owed)
    return Decision("not_paid", told)


def period_of(new: PermitType, own: Period, *, zone: ZoneInfo, at: datetime) -> Period:
    """Return the term of the new permit: a fixed term is its type's, others end as the old one."""
    start = max(at, own.start)
    if isinstance(new.term, Fixed):
        begins, ends = midnight(new.term.starts_on, zone), midnight(new.term.ends_on, zone)
        return Period(min(max(start, begins), ends), ends)
    return Period(start, own.end)


def counts_months(old: PermitType, new: PermitType) -> bool:
    """Return whether each month that has not begun counts with its own price: months of a rolling
    term, of which either type has prices by month."""
    return (
        basis_of(old) == "full-months"
        and isinstance(old.term, Rolling)
        and isinstance(new.term, Rolling)
        and bool(old.price.months or new.price.months)
    )


def left_of(
    old: PermitType, new: PermitType, priced: Period, *, zone: ZoneInfo, at: datetime
) -> Unbegun:
    """Return how much of the time that a permit's price is for has not begun."""
    basis = basis_of(old)
    first, after = own_days(priced, zone)
    if counts_months(old, new):
        months = _months(priced, zone)
        left = _not_begun(months, priced, zone=zone, at=at)
        return _weighed(left, months, _worth(old, left) / (_worth(old, months) or 1))
    return unbegun(basis, first, after, on=local_date(at, zone), has_begun=at >= priced.start)


def left_of_new(
    old: PermitType,
    new: PermitType,
    priced: Period,
    *,
    part: Fraction,
    whole: Period,
    zone: ZoneInfo,
    at: datetime,
) -> Unbegun:
    """Return how much of the new type's term has not begun: what is charged of its price.

    Of a term that is not fixed, the same as of the old one, whose price was for `part` of a term,
    by the lengths that the prices are for; `whole` is the term that the new price is for.
    """
    basis = basis_of(old)
    if counts_months(old, new):
        months = _months(priced, zone)
        mine = _not_begun(months, priced, zone=zone, at=at)
        return _weighed(mine, months, _worth(new, mine) / (_worth(new, _months(whole, zone)) or 1))
    if isinstance(new.term, Fixed):
        first, after = new.term.starts_on, new.term.ends_on
        has_begun = at >= midnight(first, zone)
        return unbegun(basis, first, after, on=local_date(at, zone), has_begun=has_begun)
    left = left_of(old, new, priced, zone=zone, at=at)
    return Unbegun(left.unused, left.whole, left.parts, scale=part * length(old) / length(new))


def value_begins(
    old: PermitType,
    new: PermitType,
    period: Period,
    priced: Period,
    *,
    zone: ZoneInfo,
    at: datetime,
) -> datetime:
    """Return from when the new permit's own price counts: the first part that has not begun of
    `priced`, the time that the old price is for."""
    basis, on = basis_of(old), local_date(at, zone)
    if counts_months(old, new):
        left = _not_begun(_months(priced, zone), priced, zone=zone, at=at)
        return midnight(left[0], zone) if left else period.end
    next_on = {
        "daily": on + timedelta(days=1),
        "full-months": add_months(on.replace(day=1), 1),
        "half-months": on.replace(day=16) if on.day <= 15 else add_months(on.replace(day=1), 1),
    }[basis]
    return period.start if period.start > at else midnight(next_on, zone)


def difference(
    old: PermitType,
    new: PermitType,
    *,
    own: Period,
    priced: Period,
    part: Fraction,
    paid: tuple[Money, Money],
    whole: Quote,
    by_staff: bool,
    zone: ZoneInfo,
    at: datetime,
) -> Difference:
    """Return what switching at `at` comes to.

    `own` is the old permit's term, `priced` the time that its price is for, `part` how much of a
    whole term that was, `paid` the net and tax paid for it, `whole` the quote of the new
    one for a whole term. What has begun is charged by the old price; of the rest the old price is
    given back and the new one charged, each rounded half up.
    """
    rule = old.switch
    currency = whole.net.currency
    nothing = Money.zero(currency)
    unused = left_of(old, new, priced, zone=zone, at=at)
    wanted = left_of_new(old, new, priced, part=part, whole=whole.period, zone=zone, at=at)
    credit = [rounded(unused.share * part.minor, currency) for part in paid]
    value = [rounded(wanted.share * part.minor, currency) for part in (whole.net, whole.tax)]
    fee = (rule.fee if rule and not by_staff else None) or nothing
    net, tax = value[0] - credit[0] + fee, value[1] - credit[1]
    period = period_of(new, own, zone=zone, at=at)
    span = span_text(period, zone)
    lines = [
        Line(say("{kind}, {span}", kind=new.name, span=span), value[0]),
        Line(say("Unused part of {kind}", kind=old.name), -credit[0]),
    ]
    if fee:
        lines.append(Line(say("Fee for the switch"), fee))
    if tax:
        lines.append(Line(say("Tax on the difference"), tax))
    on = day_text(local_date(at, zone))
    because = [
        say(
            "{unused} of {whole} {parts} of your permit have not begun on {day}: their price of "
            "{amount} counts towards the new one.",
            unused=unused.unused,
            whole=unused.whole,
            parts=unused.parts,
            day=on,
            amount=credit[0],
        ),
        say(
            "{kind} is {price} for a whole term; of that {amount} is for what is left.",
            kind=new.name,
            price=whole.net,
            amount=value[0],
        ),
        *whole.because,
    ]
    if tax < nothing < net or net < nothing < tax:
        # Taxed differently: what is to pay, or comes back, is one amount without tax of its own.
        net, tax = net + tax, nothing
    return Difference(
        value[0], value[1], credit[0], credit[1], net, tax, tuple(lines), tuple(because)
    )


def _months(period: Period, zone: ZoneInfo) -> list[date]:
    """The days on which the months of a rolling term begin."""
    first, after = own_days(period, zone)
    begins = [first]
    while (following := rolling_end(first, len(begins))) < after:
        begins.append(following)
    return begins


def _not_begun(months: list[date], period: Period, *, zone: ZoneInfo, at: datetime) -> list[date]:
    """Those of the months of a term that have not begun."""
    if at < period.start:
        return months
    today = local_date(at, zone)
    return [first for first in months if first > today]


def _worth(kind: PermitType, months: list[date]) -> Fraction:
    """What these months cost before all that is added or multiplied by."""
    monthly = Fraction(kind.price.base.minor) / length(kind)
    own = sum(kind.price.month_from(first).minor for first in months if kind.price.months)
    return monthly * len(months) + own


def _weighed(left: list[date], months: list[date], share: Fraction) -> Unbegun:
    """Months that have not begun, as the share of a price that they are worth."""
    scale = share * len(months) / len(left) if left else Fraction(1)
    return Unbegun(len(left), len(months), say("months"), scale=scale)


def basis_of(old: PermitType) -> Basis:
    """Return in what parts of the term a switch from this type is counted."""
    return old.switch.basis if old.switch else "daily"


def length(kind: PermitType) -> Fraction:
    """Return how long the term is that a price is for, in months or days."""
    if isinstance(kind.term, Rolling):
        return Fraction(kind.term.months)
    return Fraction(kind.term.days if isinstance(kind.term, DayTerm) else 1)
