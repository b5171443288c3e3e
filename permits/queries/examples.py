"""What a permit or a paid stay would cost by a programme that is still being written."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from parkops.kernel.dates import local_date, local_instant, midnight
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.numbers import whole
from parkops.programme.examples import (
    Ask,
    Example,
    Line,
    Table,
    day_asked,
    minute_asked,
    number_asked,
)
from parkops.programme.permit_schema import Fixed, HourTerm, PermitType
from parkops.programme.price_schema import Condition
from parkops.programme.schema import Programme
from parkops.ui.values import Reason
from permits.rules import pricing
from permits.rules.amounts import Line as PriceLine
from permits.rules.eligibility import Buyer, may_buy
from permits.rules.sessions import check_length, price_of_stay
from permits.rules.terms import day_text, run_of, span_text

HOUR = timedelta(hours=1)


def permit_price(
    programme: Programme, code: str, asked: Mapping[str, str], at: datetime
) -> Example | None:
    """Return what a permit of this type would cost, line by line, and who may buy it."""
    kind = programme.permit_type(code)
    if kind is None:
        return None
    zone = programme.tz
    today = local_date(at, zone)
    bought_on = day_asked(asked, "bought", today)
    first = kind.term.starts_on if isinstance(kind.term, Fixed) else bought_on
    starts_on = max(day_asked(asked, "start", max(first, bought_on)), bought_on)
    bought = local_instant(bought_on, 12 * 60, zone)
    start = bought if starts_on == bought_on else midnight(starts_on, zone)
    subjects = _subjects(kind)
    asks = [
        Ask("bought", "Bought on", "date", bought_on.isoformat()),
        Ask("start", "From", "date", starts_on.isoformat()),
    ]
    end = None
    if isinstance(kind.term, HourTerm):
        hours = number_asked(asked, "hours", kind.term.min)
        asks.append(Ask("hours", "Hours", "whole", str(hours)))
        end = start + HOUR * hours
    facts = {name: asked.get(name, "").strip() for name in FACTS if name in subjects}
    asks += [_fact(name, facts[name], kind, programme) for name in facts]
    who = _who(kind, programme, start=start, bought=bought)
    try:
        run = run_of(kind, start=start, end=end, zone=zone)
    except Refused as refusal:
        return Example("What it costs", tuple(asks), refused=str(refusal), tables=(who,))
    quote = pricing.quote(
        kind,
        programme,
        run=run,
        start=start,
        at=bought,
        fuels=[facts["fuel"]] if facts.get("fuel") else [],
        co2=_number(facts.get("co2")),
        euro=_number(facts.get("euro")),
        audiences=[facts["audience"]] if facts.get("audience") else [],
        permits=sum(_number(facts.get("permits"))),
    )
    because = [*map(str, quote.because)]
    if kind.price.prorate == "none" and isinstance(kind.term, Fixed) and starts_on > first:
        because.append("All of the price is asked, for nothing is taken off for the time gone by.")
    return Example(
        f"What it costs, {span_text(run.period, zone)}",
        tuple(asks),
        _reasons(quote.lines, quote.total, "Customer pays"),
        tuple(because),
        tables=(who,),
    )


FACTS = {
    "fuel": ("vehicle.fuel", "Vehicle runs on"),
    "co2": ("vehicle.co2", "CO₂, g/km"),
    "euro": ("vehicle.euro", "Euro class"),
    "permits": ("customer.permits", "Other permits of this type"),
    "audience": ("customer.audience", "Group"),
}
"""What a price may ask about, by the name in the example: the subject of conditions, a label."""


def stay_price(
    programme: Programme, code: str, asked: Mapping[str, str], at: datetime
) -> Example | None:
    """Return what a paid stay would cost in a zone, minute by minute of its rates."""
    places = [
        zone
        for zone in programme.zones
        if programme.rates_for(zone.code) and not programme.descendants(zone.code)
    ] or [zone for zone in programme.zones if programme.rates_for(zone.code)]
    if not places:
        return None
    chosen = programme.zone(asked.get("zone", "")) or places[0]
    day = day_asked(asked, "day", local_date(at, programme.tz))
    since, until = minute_asked(asked, "from", 9 * 60), minute_asked(asked, "to", 11 * 60 + 30)
    options = tuple((zone.code, f"{zone.code} {zone.name}") for zone in places)
    asks = (
        Ask("zone", "Zone", "choice", chosen.code, options),
        Ask("day", "Day", "date", day.isoformat()),
        Ask("from", "From", "time", _clock(since)),
        Ask("to", "To", "time", _clock(until)),
    )
    title = f"What it costs, {day:%A} {day_text(day)}"
    start, end = (local_instant(day, minute, programme.tz) for minute in (since, until))
    rates = programme.rates_for(chosen.code)
    if end <= start:
        return Example(title, asks, refused="The end must be after the beginning.")
    try:
        check_length(
            rates, zone_code=chosen.code, minutes=int((end - start) / timedelta(minutes=1))
        )
    except Refused as refusal:
        return Example(title, asks, refused=str(refusal))
    quote = price_of_stay(rates, programme, start=start, end=end)
    reasons = _reasons(quote.lines, quote.total, "Visitor pays")
    return Example(title, asks, reasons, tuple(map(str, quote.because)))


def _subjects(kind: PermitType) -> set[str]:
    """The names of the facts that the price depends on."""
    told = {condition.subject for condition in _conditions(kind)}
    return {name for name, (subject, _) in FACTS.items() if subject in told}


def _conditions(kind: PermitType) -> list[Condition]:
    told = [extra.conditions for extra in kind.price.add]
    told += [multiple.conditions for multiple in kind.price.times]
    return [condition for conditions in told for condition in conditions]


def _fact(name: str, value: str, kind: PermitType, programme: Programme) -> Ask:
    label = FACTS[name][1]
    if name not in ("fuel", "audience"):
        return Ask(name, label, "whole", value)
    if name == "audience":
        named = {audience.code: audience.name for audience in programme.audiences}
    else:
        found = [c for c in _conditions(kind) if c.subject == "vehicle.fuel"]
        named = {str(c.value): str(c.value).capitalize() for c in found}
    return Ask(name, label, "choice", value, (("", "Any other"), *named.items()))


def _number(text: str | None) -> list[int]:
    number = whole(text or "", digits=6)
    return [] if number is None else [number]


def _who(kind: PermitType, programme: Programme, *, start: datetime, bought: datetime) -> Table:
    """Who may buy it on that day, and why others may not."""
    groups = [(f"{a.code} {a.name}", [a.code]) for a in programme.audiences]
    lines = []
    for name, audiences in [*groups, ("People of no group", [])]:
        buyer = Buyer(audiences=audiences, vehicles=min(1, kind.vehicles.max))
        decision = may_buy(kind, programme, buyer, start=start, at=bought)
        link = " with its link" if kind.visibility == "link" else ""
        told = f"may buy it{link}" if decision else f"hidden: {_lowered(decision.reason)}"
        lines.append(Line((name, told)))
    day = day_text(local_date(bought, programme.tz))
    return Table(f"Who may buy it on {day}", ("Who", "Then"), tuple(lines))


def _lowered(text: str) -> str:
    first = str(text)
    return first if first[:2].isupper() else first[:1].lower() + first[1:]


def _reasons(lines: tuple[PriceLine, ...], total: Money, who: str) -> tuple[Reason, ...]:
    told = [Reason(str(line.text), line.amount) for line in lines]
    return (*told, Reason(who, total, is_sum=True))


def _clock(minute: int) -> str:
    return f"{time(minute // 60, minute % 60):%H:%M}"
