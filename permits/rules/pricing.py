"""What a permit costs, line by line, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby

from parkops.kernel.dates import half_months_touched, local_date, months_touched, rolling_end
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import Text, joined, say, say_n
from parkops.programme.permit_schema import Fixed, HourTerm, PermitType, Price, Rolling
from parkops.programme.price_schema import Condition
from parkops.programme.schema import Programme
from permits.rules.amounts import Line, lines_of, percent, rounded, tax_of
from permits.rules.coupons import TakesOff
from permits.rules.terms import Run, day_text, span_text


@dataclass(frozen=True, slots=True)
class Quote:
    """What a permit would cost: the total is net and tax; a deposit is a charge of its own.

    `lines` add up to the total. `because` are the reasons, in order. `off` is what a coupon took off.
    """

    net: Money
    tax: Money
    deposit: Money | None
    period: Period
    lines: tuple[Line, ...]
    because: tuple[str, ...]
    off: Money | None = None

    @property
    def total(self) -> Money:
        """What is paid for the permit, tax included."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a fixed term's price that is asked, and why; all of it has no reason."""

    share: Fraction
    because: str = ""


def quote(
    kind: PermitType,
    programme: Programme,
    *,
    run: Run,
    start: datetime,
    at: datetime,
    fuels: Collection[str] = (),
    co2: Collection[int] = (),
    euro: Collection[int] = (),
    audiences: Collection[str] = (),
    permits: int = 0,
    at_address: int = 0,
    part: Share | None = None,
    coupon: TakesOff | None = None,
) -> Quote:
    """Return the price of a permit that runs for `run`, asked for at `at` to start at `start`.

    Base (times days or hours), prorated from the later of `at` and `start`, plus every month of
    `months`, plus every `add` that holds, times every `times` that holds, not below `floor` nor
    zero; rounded half up once, less what a `coupon` takes off, then the tax on it, rounded. `fuels`,
    `co2` and `euro` are what is known of the listed vehicles, `audiences` are the customer's, `permits`
    their other held, pending, scheduled or active permits of the type, `at_address` those of their
    household.
    `part` is asked of the base instead of what proration says.
    """
    currency, price = programme.currency, kind.price
    because: list[str] = []
    running = Fraction(price.base.minor) * run.count
    steps = [(_base_text(kind, programme, run), running)]
    if part is None and run.part is not None:
        part = Share(run.part.share, run.part.because)
    part = part or prorated(kind, from_day=local_date(max(at, start), programme.tz))
    if part.share != 1:
        running *= part.share
        steps = [(steps[0][0], running)]
        because.append(part.because)
    for text, amount in _months(kind, run, programme):
        running += amount.minor
        steps.append((text, running))

    def hold(conditions: Collection[Condition]) -> bool:
        return all(
            condition.holds(
                fuels=fuels,
                permits=permits,
                at_address=at_address,
                co2=co2,
                euro=euro,
                audiences=audiences,
            )
            for condition in conditions
        )

    for extra in price.add:
        if hold(extra.conditions):
            running += extra.amount.minor
            why = _told(extra.conditions)
            steps.append((_sentence(why) or say("Surcharge"), running))
            because.append(
                say("{amount} is added{for_what}.", amount=extra.amount, for_what=_for(why))
            )
    for multiple in price.times:
        if hold(multiple.conditions):
            running *= Fraction(multiple.factor)
            factor, why = f"{multiple.factor:f}", _told(multiple.conditions)
            steps.append(
                (
                    say(
                        "{what}, times {factor}",
                        what=_sentence(why) or say("Factor"),
                        factor=factor,
                    ),
                    running,
                )
            )
            because.append(
                say(
                    "The price is multiplied by {factor}{for_what}.",
                    factor=factor,
                    for_what=_for(why),
                )
            )
    least = max(price.floor.minor if price.floor else 0, 0)
    if running < least:
        running = Fraction(least)
        steps.append((say("Lowest price"), running))
        because.append(say("The price is not below {amount}.", amount=Money(least, currency)))
    asked = rounded(running, currency)
    off = None
    if coupon is not None:
        off = coupon.off(asked)
        because.append(coupon.because(asked))
        asked -= off
        steps.append((say("Coupon {code}", code=coupon.code), Fraction(asked.minor)))
    net, tax = tax_of(asked, programme.tax, on="permits")
    lines = lines_of(steps, currency)
    rule = programme.tax
    if rule is not None and "permits" in rule.applies_to:
        if rule.included:
            because.append(
                say(
                    "The price includes {tax} {rate}: {amount}.",
                    tax=rule.name,
                    rate=percent(rule.rate),
                    amount=tax,
                )
            )
        else:
            lines.append(Line(f"{rule.name} {percent(rule.rate)}", tax))
    deposit = kind.deposit if kind.deposit else None
    if deposit is not None:
        because.append(say("A deposit of {amount} comes on top and is returned.", amount=deposit))
    return Quote(net, tax, deposit, run.period, tuple(lines), tuple(because), off)


def prorated(kind: PermitType, *, from_day: date) -> Share:
    """Return the share of a fixed term's price that is asked of somebody who buys on `from_day`.

    All of it before the term's second part begins, and for every other kind of term.
    """
    term = kind.term
    if not isinstance(term, Fixed) or kind.price.prorate == "none" or from_day <= term.starts_on:
        return Share(Fraction(1))
    counts = {
        "daily": (lambda a, b: (b - a).days, say("days")),
        "monthly": (months_touched, say("calendar months")),
        "half-monthly": (half_months_touched, say("half months")),
    }
    count, name = counts[kind.price.prorate]
    left, whole = count(from_day, term.ends_on), count(term.starts_on, term.ends_on)
    share = Fraction(left, whole)
    return Share(
        share,
        say(
            "{left} of {whole} {parts} of the term are left on {day}, the present one included.",
            left=left,
            whole=whole,
            parts=name,
            day=day_text(from_day),
        ),
    )


def asked_of_vehicles(price: Price) -> frozenset[str]:
    """Return what matters of a vehicle for the price: of "fuel", "co2" and "euro"."""
    subjects = {condition.subject for condition in price.conditions}
    vehicles = {subject for subject in subjects if subject.startswith("vehicle.")}
    return frozenset(subject.removeprefix("vehicle.") for subject in vehicles)


def _months(kind: PermitType, run: Run, programme: Programme) -> list[tuple[str, Money]]:
    """Return a line for every stretch of months of one price: "4 months of 30.00"."""
    if not kind.price.months or not isinstance(kind.term, Rolling):
        return []
    first = local_date(run.period.start, programme.tz)
    months = run.part.months if run.part else kind.term.months
    begins = [first, *(rolling_end(first, n) for n in range(1, months))]
    return [
        (say_n("One month of {amount}", "{n} months of {amount}", n, amount=amount), amount * n)
        for amount, n in ((a, len(list(g))) for a, g in groupby(map(kind.price.month_from, begins)))
    ]


def _base_text(kind: PermitType, programme: Programme, run: Run) -> str:
    if isinstance(kind.term, HourTerm):
        return joined([kind.name, say_n("{n} hour", "{n} hours", run.count)], ", ")
    return joined([kind.name, span_text(run.period, programme.tz)], ", ")


def _told(conditions: Collection[Condition]) -> str:
    return joined([condition.text for condition in conditions], ", ")


def _sentence(text: str) -> str:
    """Return the conditions as a line's first words; translators choose their own capitals."""
    if not isinstance(text, Text) or not text:
        return text
    return Text(text[:1].upper() + text[1:], "{why}", {"why": text})


def _for(why: str) -> str:
    return say(" for {why}", why=why) if why else ""
