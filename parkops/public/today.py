"""What a visitor wants to know of a tenant today: zones, hours and prices, from the program in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext

from parkops.kernel import windows
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import joined, say
from parkops.kernel.windows import Events
from parkops.programme import queries
from parkops.programme.schema import Programme, Rate, Zone
from parkops.ui import maps
from parkops.ui.maps import Map, Place


@dataclass(frozen=True, slots=True)
class Price:
    """What an hour costs, and when today."""

    per_hour: Money
    hours: str
    day_max: Money | None


@dataclass(frozen=True, slots=True)
class ZoneToday:
    """One zone: what holds there today, and all week in words."""

    code: str
    name: str
    prices: list[Price]
    rule: str
    week: str
    spaces: int | None


@dataclass(frozen=True, slots=True)
class PermitOffer:
    """The listed permit types in a line: some names, and the lowest base price."""

    names: list[str]
    lowest: Money | None


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on a tenant's front page that comes from its program."""

    on: date
    zones: list[ZoneToday]
    map: Map | None
    offer: PermitOffer
    events: list[str]
    pays_by_hour: bool
    answers_plates: bool


def today(at: datetime, *, zones_url: str) -> Today | None:
    """Return what holds on the local day of `at`; None while the tenant has no program."""
    try:
        programme = queries.in_force(at).programme
    except Refused:
        return None
    events = queries.event_periods()
    day = _local_day(at, programme)
    zones = [_zone(programme, zone, day, events) for zone in programme.zones]
    return Today(
        on=at.astimezone(programme.tz).date(),
        zones=[zone for zone in zones if zone.prices or zone.rule],
        map=_map(programme, zones, zones_url),
        offer=_offer(programme),
        events=[
            _spoken(code)
            for code in programme.events
            if code_key(code).upper() in queries.events_on(at)
        ],
        pays_by_hour=bool(programme.sessions.rates),
        answers_plates=programme.plate_checks.public,
    )


def _local_day(at: datetime, programme: Programme) -> Period:
    on = at.astimezone(programme.tz).date()
    midnight = datetime.combine(on, time(), programme.tz)
    return Period(midnight, datetime.combine(on + timedelta(days=1), time(), programme.tz))


def _zone(programme: Programme, zone: Zone, day: Period, events: Events) -> ZoneToday:
    rates = programme.rates_for(zone.code)
    prices = [
        Price(
            rate.per_hour,
            hours,
            rate.day_max,
        )
        for rate in rates
        if (hours := _hours(programme.periods(rate.when, day, events=events), programme))
    ]
    return ZoneToday(
        code=zone.code,
        name=zone.name,
        prices=prices,
        rule=_rule(programme, zone, rates, day, events),
        week=windows.describe(zone.enforced) if zone.enforced else say("never"),
        spaces=zone.capacity.total if zone.capacity else None,
    )


def _rule(
    programme: Programme, zone: Zone, rates: Sequence[Rate], day: Period, events: Events
) -> str:
    """Return what holds for those without a paid session; empty for an area that nobody enforces."""
    if not zone.enforced:
        return "" if zone.kind == "area" else say("Free, always")
    hours = _hours(programme.periods(zone.enforced, day, events=events), programme)
    if not hours:
        return say("Free all day today")
    if rates:
        return say("Permit or payment needed {hours}", hours=hours)
    if zone.max_stay:
        return say(
            "Free for {span}, longer with a permit, {hours}",
            span=zone.max_stay,
            hours=hours,
        )
    return say("Permit needed {hours}", hours=hours)


def _hours(periods: Sequence[Period], programme: Programme) -> str:
    said = []
    for period in periods:
        start, end = period.start.astimezone(programme.tz), period.end.astimezone(programme.tz)
        until = "24:00" if end.date() > start.date() else f"{end:%H:%M}"
        whole_day = (start.hour, start.minute, until) == (0, 0, "24:00")
        begins = f"{start:%H:%M}"
        said.append(
            say("all day") if whole_day else say("{begins} to {ends}", begins=begins, ends=until)
        )
    return joined(said, ", ") if said else ""


def _map(programme: Programme, zones: Sequence[ZoneToday], zones_url: str) -> Map | None:
    shown = {zone.code: zone for zone in zones if zone.prices or zone.rule}
    places = [
        Place(
            zone.code,
            zone.geometry,
            url=f"{zones_url}#zone-{zone.code}",
        )
        for zone in programme.zones
        if zone.geometry is not None and zone.code in shown
    ]
    return maps.draw(places, title=gettext("Map of the zones"), width=360)


def _offer(programme: Programme) -> PermitOffer:
    listed = [kind for kind in programme.permit_types if kind.visibility == "listed"]
    prices = [kind.price.base for kind in listed if kind.price.base]
    return PermitOffer([kind.name for kind in listed[:3]], min(prices, default=None))


def _spoken(code: str) -> str:
    return code.replace("-", " ").replace("_", " ").capitalize()
