"""What a paid stay costs and how long it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

from parkops.kernel.dates import Duration, local_days
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period, merged
from parkops.kernel.texts import joined, listed, say
from parkops.kernel.windows import Events, describe
from parkops.programme.schema import Programme, Rate
from permits.rules import terms
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
    currency = programme.currency
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
        because.append(rate_text(rate))
        steps = _begun_hours(rate, spans) if rate.begun_hours else _days(rate, spans, programme.tz)
        for text, amount, is_capped in steps:
            if is_capped:
                because.append(say("At most {amount} a day.", amount=rate.day_max))
            running += amount
            lines.append((text, running))
    because += _free_of(stay, paid)
    net, tax = tax_of(rounded(running, currency), programme.tax, on="sessions")
    return StayQuote(net, tax, _lines(lines, tax, programme), tuple(dict.fromkeys(because)))


def rate_text(rate: Rate) -> str:
    """Return what a rate is, as signs and reasons write it."""
    hours = describe(rate.when)
    if rate.begun_hours:
        amounts = listed([say("{amount}", amount=amount) for amount in rate.begun_hours])
        return say("Each begun hour: {amounts}, {hours}.", amounts=amounts, hours=hours)
    return say("{amount} an hour, {hours}.", amount=rate.per_hour, hours=hours)


def end_of_stay(start: datetime, minutes: int) -> datetime:
    """Return the end of a stay of elapsed `minutes` from `start`."""
    return start + timedelta(minutes=minutes)


def end_if_stopped(
    rates: Sequence[Rate], *, starts_at: datetime, ends_at: datetime, at: datetime
) -> datetime:
    """Return until when a stay is charged that is ended at `at`: the least stay at the least."""
    least = min((rate.min.total_minutes if rate.min else 0) for rate in rates)
    return min(ends_at, max(at, starts_at, end_of_stay(starts_at, least)))


def span_text(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return a stay in words; where the clocks change meanwhile, with what they are ahead of UTC."""
    if start.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset():
        return terms.span_text(Period(start, end), zone)
    first, last = start.astimezone(zone), end.astimezone(zone)
    begins = joined([terms.day_text(first.date()), _clock_with_offset(first)], ", ")
    ends = _clock_with_offset(last)
    if first.date() != last.date():
        ends = joined([terms.day_text(last.date()), ends], ", ")
    return say("{begins} to {ends}", begins=begins, ends=ends)


def _clock_with_offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{local:%H:%M} (UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''})"


def _days(rate: Rate, spans: Sequence[Period], zone: ZoneInfo) -> list[tuple[str, Fraction, bool]]:
    """What each local day of the spans costs, by the minute, and whether `day_max` holds it down."""
    days: dict[date, Fraction] = {}
    for span in spans:
        for day, part in local_days(span, zone):
            days[day] = days.get(day, Fraction(0)) + Fraction(int(part.seconds))
    found: list[tuple[str, Fraction, bool]] = []
    for day, seconds in sorted(days.items()):
        amount = Fraction(rate.per_hour.minor) * seconds / HOUR
        is_capped = rate.day_max is not None and amount > rate.day_max.minor
        if is_capped and rate.day_max is not None:
            amount = Fraction(rate.day_max.minor)
        text = say("{day}, {minutes} minutes", day=day, minutes=int(seconds // 60))
        found.append((text, amount, is_capped))
    return found


def _begun_hours(rate: Rate, spans: Sequence[Period]) -> list[tuple[str, Fraction, bool]]:
    """What each begun hour of the spans costs."""
    hours = ceil(Fraction(int(sum(span.seconds for span in spans))) / HOUR)
    amounts = [rate.begun_hours[min(n, len(rate.begun_hours) - 1)] for n in range(hours)]
    return [
        (say("Hour {n}", n=n), Fraction(amount.minor), False)
        for n, amount in enumerate(amounts, start=1)
    ]


def _free_of(stay: Period, paid: Sequence[Period]) -> list[str]:
    """Say which part of a stay costs nothing."""
    if not paid:
        return [say("Nothing is charged at this time.")]
    free = int(stay.seconds - sum(span.seconds for span in paid)) // 60
    if not free:
        return []
    return [say("{span} of it cost nothing.", span=Duration(minutes=free).text)]


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
