"""What is given back when a permit is cancelled, and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from parkops.kernel.dates import half_months_touched, local_date, months_touched
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import say
from parkops.programme.permit_schema import Refund
from permits.rules.amounts import Line, percent, rounded
from permits.rules.terms import day_text, own_days


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What would be given back: of the net after the fee, and of the tax."""

    net: Money
    tax: Money
    lines: tuple[Line, ...]
    because: tuple[str, ...]

    @property
    def total(self) -> Money:
        """What is given back in all."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Unbegun:
    """How many parts of a term have not begun, of how many; `scale` makes it a share of another."""

    unused: int
    whole: int
    parts: str
    scale: Fraction = Fraction(1)

    @property
    def share(self) -> Fraction:
        """The share that has not begun."""
        return Fraction(self.unused, self.whole) * self.scale


def unbegun(basis: str, first: date, after: date, *, on: date, has_begun: bool = True) -> Unbegun:
    """Return how much of a term from `first` to the day before `after` has not begun on `on`: in
    days (`daily`), calendar months (`full-months`) or half months (`half-months`)."""
    if basis == "daily":
        unused, whole, parts = (after - on).days - 1, (after - first).days, say("days")
    elif basis == "full-months":
        unused, whole = months_touched(_next_month(on), after), months_touched(first, after)
        parts = say("calendar months")
    else:
        unused = half_months_touched(_next_half(on), after)
        whole, parts = half_months_touched(first, after), say("half months")
    return Unbegun(max(unused, 0) if has_begun else whole, whole, parts)


def refund(
    rule: Refund,
    *,
    net_paid: Money,
    tax_paid: Money,
    period: Period,
    at: datetime,
    zone: ZoneInfo,
) -> RefundQuote:
    """Return what is given back of `net_paid` and `tax_paid` if the permit ends at `at`.

    `period` is the permit's own term. The share of the tax is that of the net before the fee. The
    fee comes off the net, never below zero. Amounts are rounded half up.
    """
    nothing = Money.zero(net_paid.currency)
    share, why = refund_share(rule, period=period, on=local_date(at, zone), at=at, zone=zone)
    if not share or not (net_paid or tax_paid):
        return RefundQuote(nothing, nothing, (), (why,))
    before = rounded(share * net_paid.minor, net_paid.currency)
    tax = rounded(share * tax_paid.minor, net_paid.currency)
    fee = min(_fee(rule.fee, before), before)
    lines = [Line(say("Unused part"), before)]
    because = [why]
    if fee:
        lines.append(Line(say("Cancellation fee"), -fee))
        told = rule.fee if isinstance(rule.fee, Money) else fee
        because.append(say("A fee of {amount} is kept.", amount=told))
    if tax:
        lines.append(Line(say("Tax on the unused part"), tax))
    return RefundQuote(before - fee, tax, tuple(lines), tuple(because))


def refund_share(
    rule: Refund, *, period: Period, on: date, at: datetime, zone: ZoneInfo
) -> tuple[Fraction, str]:
    """Return the share of the net that comes back on the local day `on`, and the reason."""
    if rule.none_after is not None and on > rule.none_after:
        return Fraction(0), say("Nothing is refunded after {day}.", day=day_text(rule.none_after))
    if rule.basis == "none":
        return Fraction(0), say("This permit is not refunded.")
    first, after = own_days(period, zone)
    if rule.basis == "table":
        return _by_table(rule, first, on)
    if at < period.start:
        return Fraction(1), say("The term has not begun: all of it.")
    left = unbegun(rule.basis, first, after, on=on)
    return (
        left.share,
        say(
            "{unused} of {whole} {parts} have not begun on {day}.",
            unused=left.unused,
            whole=left.whole,
            parts=left.parts,
            day=day_text(on),
        ),
    )


def _fee(fee: Money | Decimal | None, before: Money) -> Money:
    if isinstance(fee, Decimal):
        return rounded(Fraction(fee) * before.minor, before.currency)
    return fee or Money.zero(before.currency)


def _by_table(rule: Refund, first: date, on: date) -> tuple[Fraction, str]:
    days = (on - first).days
    step = rule.step_for(days)
    if step is None:
        last = rule.table[-1].within
        return Fraction(0), say("More than {last} days have gone since the start.", last=last)
    share = Fraction(step.refund)
    return share, say(
        "{share} within {within} days of the start.", share=percent(share), within=step.within
    )


def _next_month(on: date) -> date:
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1)


def _next_half(on: date) -> date:
    return on.replace(day=16) if on.day <= 15 else _next_month(on)
