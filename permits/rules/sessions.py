"""What a paid stay costs and how long it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from parkops.kernel.dates import local_days
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period, merged
from parkops.kernel.texts import say
from parkops.kernel.windows import Events, describe
from parkops.programme.schema import Programme, Rate
from permits.rules.amounts import Line, rounded, tax_of

HOUR = Fraction(3600)


@dataclass(frozen=True, slots=True)
class StayQuote:
    """What a stay costs: the total is net and tax; `lines` name each local day paid for."""

    net: Money
    tax: Money
    lines: tuple[Line, ...]
    because: tuple[str, ...]

    @property
    def total(self) -> Money:
        """What is paid."""
        return self.net + self.tax


def check_length(rates: Sequence[Rate], *, zone_code: str, minutes: int) -> None:
    """Do nothing if a stay of `minutes` in all is possible; an extension counts towards it.

    :raises Refused: "no_rate", "too_short" or "too_long".
    """
    if not rates:
        raise Refused(
            "no_rate",
            say("{zone_code} is not paid by the hour.", zone_code=zone_code),
            field="zone",
        )
    least = min((rate.min.total_minutes if rate.min else 1) for rate in rates)
    if minutes < least:
        raise Refused("too_short", say("At least {least} minutes.", least=least), field="minutes")
    longest = [rate.max.total_minutes if rate.max else None for rate in rates]
    if None not in longest and minutes > max(most for most in longest if most is not None):
        most = max(most for most in longest if most is not None)
        raise Refused(
            "too_long",
            say(
                "At most {most} minutes in {zone_code}; these are {minutes}.",
                most=most,
                zone_code=zone_code,
                minutes=minutes,
            ),
            field="minutes",
        )


def price_of_stay(
    rates: Sequence[Rate],
    programme: Programme,
    *,
    start: datetime,
    end: datetime,
    events: Events | None = None,
) -> StayQuote:
    """Return the price of a stay [start, end): every minute inside a rate's `when` at `per_hour`.

    Of several rates that hold at a minute the first in the file counts. What a rate comes to on a
    local day is not above its `day_max`. Rounded half up once, then the tax.
    """
    currency, zone = programme.currency, programme.tz
    stay = Period(start, end)
    paid: list[Period] = []
    lines: list[tuple[str, Fraction]] = []
    because: list[str] = []
    running = Fraction(0)
    for rate in rates:
        spans = _without(programme.periods(rate.when, stay, events=events), paid)
        if not spans:
            continue
        paid = merged([*paid, *spans])
        because.append(
            say("{amount} an hour, {hours}.", amount=rate.per_hour, hours=describe(rate.when))
        )
        days: dict = {}
        for span in spans:
            for day, part in local_days(span, zone):
                days[day] = days.get(day, Fraction(0)) + Fraction(int(part.seconds))
        for day, seconds in sorted(days.items()):
            amount = Fraction(rate.per_hour.minor) * seconds / HOUR
            if rate.day_max is not None and amount > rate.day_max.minor:
                amount = Fraction(rate.day_max.minor)
                because.append(say("At most {amount} a day.", amount=rate.day_max))
            running += amount
            lines.append(
                (
                    say("{day}, {minutes} minutes", day=day, minutes=int(seconds // 60)),
                    running,
                )
            )
    if not lines:
        because.append(say("Nothing is charged at this time."))
    net, tax = tax_of(rounded(running, currency), programme.tax, on="sessions")
    return StayQuote(net, tax, _lines(lines, tax, programme), tuple(dict.fromkeys(because)))


def end_of_stay(start: datetime, minutes: int) -> datetime:
    """Return the end of a stay of elapsed `minutes` from `start`."""
    return start + timedelta(minutes=minutes)


def _lines(
    steps: Sequence[tuple[str, Fraction]], tax: Money, programme: Programme
) -> tuple[Line, ...]:
    lines, before = [], 0
    for text, running in steps:
        now = rounded(running, programme.currency).minor
        lines.append(Line(text, Money(now - before, programme.currency)))
        before = now
    rule = programme.tax
    if tax and rule is not None and not rule.included:
        lines.append(Line(rule.name, tax))
    return tuple(lines)


def _without(spans: Sequence[Period], taken: Sequence[Period]) -> list[Period]:
    """Return what of `spans` no period of `taken` covers."""
    edges = [edge for period in taken for edge in (period.start, period.end)]
    parts = [part for span in spans for part in span.split_by(edges)]
    return [part for part in parts if not any(period.contains(part.start) for period in taken)]
