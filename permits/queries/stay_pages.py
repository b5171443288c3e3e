"""Paid stays as their pages show them: zones to park in, one stay, the office's list."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from parkops.kernel.dates import Duration
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.kernel.plates import plate_key
from parkops.kernel.texts import joined, say
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.schema import Programme, Rate, Zone
from parkops.ui.values import Option, Reason
from payments import pages as payment_pages
from payments import queries as payments
from payments.queries import ChargeRow
from permits.models import ParkingSession, StayMend, StayOrder
from permits.queries.stays import events_for
from permits.rules import sessions, stay_lengths
from permits.rules.sessions import StayQuote
from permits.rules.stay_lengths import Charged, Length

BADGES = {
    "unpaid": ("Not paid yet", "warn"),
    "lapsed": ("Not paid in time", ""),
    "later": ("Starts later", "info"),
    "running": ("Running", "good"),
    "over": ("Ended", ""),
}
"""What the state of a stay is called on screen, and its tone."""
JUST_NOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PaidZone:
    """A zone where one parks by the hour: its rates in words, and whether they charge now."""

    zone: Zone
    rates: tuple[Rate, ...]
    rules: Programme
    version: int
    texts: list[str]
    charged: Charged
    events: Events


@dataclass(frozen=True, slots=True)
class StayPage:
    """A stay, or what was asked for and is not paid, as its page shows it at an instant."""

    source: ParkingSession | StayOrder
    number: str
    state: str
    label: str
    tone: str
    zone_name: str
    span: str
    total: Money
    charge: ChargeRow | None
    lines: list[Reason]
    because: Sequence[str]
    receipts: list[payment_pages.ReceiptLink]
    pending: StayOrder | None
    is_new: bool
    refunds_unused: bool
    mend: StayMend | None
    covered: Money | None

    @property
    def may_mend(self) -> bool:
        """Whether it may be moved to the plate and zone that an officer saw."""
        return self.is_running and self.mend is not None and self.mend.mended_at is None

    @property
    def is_running(self) -> bool:
        """Whether the vehicle may stand now."""
        return self.state == "running"

    @property
    def owed(self) -> Money | None:
        """What is to pay, None if nothing is."""
        return self.charge.balance if self.charge and not self.charge.is_settled else None


def paid_zone(code: str, *, at: datetime) -> PaidZone:
    """Return the zone of this code, if one pays by the hour there.

    :raises NotFound: if there is no such zone, or nobody pays by the hour in it.
    """
    in_force = programme.in_force(at)
    rules = in_force.programme
    zone = rules.zone(code)
    if zone is None:
        raise NotFound("There is no such zone.")
    rates = rules.rates_for(zone.code)
    if not rates:
        raise NotFound("In this zone nobody pays by the hour.")
    return _paid_zone(rules, in_force.number, zone, rates, events_for(rates), at=at)


def paid_zones(*, at: datetime) -> list[PaidZone]:
    """Return the zones where one parks by the hour, in the program's order."""
    in_force = programme.in_force(at)
    rules = in_force.programme
    events = events_for(rules.sessions.rates)
    return [
        _paid_zone(rules, in_force.number, zone, rates, events, at=at)
        for zone in rules.zones
        if (rates := rules.rates_for(zone.code))
    ]


def lengths(place: PaidZone, *, at: datetime) -> list[Length]:
    """Return the lengths to choose from in a zone."""
    return stay_lengths.lengths(place.rates, place.rules, at=at, events=place.events)


def quote(place: PaidZone, *, start: datetime, end: datetime) -> StayQuote:
    """Return what a stay in a zone costs, and why."""
    return sessions.price_of_stay(
        place.rates, place.rules, start=start, end=end, events=place.events
    )


def span(start: datetime, end: datetime, rules: Programme) -> str:
    """Return a stay in words."""
    return sessions.span_text(start, end, rules.tz)


def option(length: Length, place: PaidZone, *, at: datetime, value: str = "") -> Option:
    """Return a length as a choice: how long, until when, and the price."""
    ends = length.ends_at.astimezone(place.rules.tz)
    clock = f"{ends:%H:%M}"
    until: str = clock
    if ends.date() != at.astimezone(place.rules.tz).date():
        until = say("{day}, {clock}", day=ends.date(), clock=clock)
    if length.is_until:
        label: str = say("Until {until}", until=until)
        why = say("Parking costs nothing after that.")
    else:
        label = Duration(minutes=length.minutes).text
        why = say("Until {until}", until=until)
    return Option(value or str(length.minutes), label, why, length.quote.total)


def stay_page(number: str, *, at: datetime) -> StayPage:
    """Return a stay, or the order of one, as its page shows it.

    :raises NotFound: if this tenant has none.
    """
    number = tidy(number) or number
    stay = ParkingSession.objects.select_related("customer").filter(number=number).first()
    orders = StayOrder.objects.filter(number=number).order_by("-pk")
    source: ParkingSession | StayOrder | None = stay or orders.first()
    if source is None:
        raise NotFound("There is no such session.")
    pending = None
    if stay is not None:
        pending = orders.filter(settled_at=None, lapsed_at=None, expires_at__gt=at).first()
    rules = programme.version(source.programme_version).programme
    rates = rules.rates_for(source.zone_code)
    zone = rules.zone(source.zone_code)
    charge = payments.charge_of("session", number, at=at)
    state = state_of(source, at=at)
    label, tone = BADGES[state]
    priced = sessions.price_of_stay(
        rates, rules, start=source.starts_at, end=source.ends_at, events=events_for(rates)
    )
    covered = source.covered_net_minor + source.covered_tax_minor
    total = rules.money(source.net_minor + source.tax_minor)
    return StayPage(
        source=source,
        number=number,
        state=state,
        label=label,
        tone=tone,
        zone_name=zone.name if zone else source.zone_code,
        span=sessions.span_text(source.starts_at, source.ends_at, rules.tz),
        total=total,
        charge=charge,
        lines=[Reason(row.text, row.amount) for row in priced.lines]
        if priced.total == total
        else [],
        because=priced.because,
        receipts=payment_pages.receipt_links(payments.receipts_for([charge])) if charge else [],
        pending=pending,
        is_new=stay is not None and at - stay.sold_at < JUST_NOW,
        refunds_unused=rules.sessions.refund_unused,
        covered=rules.money(covered) if covered else None,
        mend=StayMend.objects.filter(stay=stay).first() if stay else None,
    )


def state_of(source: ParkingSession | StayOrder, *, at: datetime) -> str:
    """Return the state of a stay, or of what was asked for: a key of `BADGES`."""
    if isinstance(source, StayOrder):
        return "unpaid" if source.lapsed_at is None and source.expires_at > at else "lapsed"
    if source.stopped_at is not None or source.ends_at <= at:
        return "over"
    return "running" if source.starts_at <= at else "later"


def longer(stay: ParkingSession) -> list[tuple[int, datetime, Money]]:
    """Return by how much a stay may be made longer: minutes, the new end, what that costs more."""
    rules = programme.version(stay.programme_version).programme
    rates = rules.rates_for(stay.zone_code)
    events, was = events_for(rates), stay.net_minor + stay.tax_minor
    found = []
    for minutes, ends in stay_lengths.extensions(
        rates, starts_at=stay.starts_at, ends_at=stay.ends_at
    ):
        whole = sessions.price_of_stay(rates, rules, start=stay.starts_at, end=ends, events=events)
        found.append((minutes, ends, rules.money(max(whole.total.minor - was, 0))))
    return found


def matching(
    *, text: str = "", zone: str = "", view: str, at: datetime
) -> QuerySet[ParkingSession]:
    """Return the stays of a view (running, today, all) that `text` means: a plate or a number."""
    rows = ParkingSession.objects.select_related("customer")
    if view == "running":
        rows = rows.filter(starts_at__lte=at, ends_at__gt=at, stopped_at=None)
    if zone:
        rows = rows.filter(zone_code__iexact=zone)
    if text:
        rows = rows.filter(by_words(text))
    return rows


@dataclass(frozen=True, slots=True)
class StayRow:
    """A line of the office's list."""

    stay: ParkingSession
    label: str
    tone: str
    total: Money


def list_rows(rows: Sequence[ParkingSession], *, at: datetime) -> list[StayRow]:
    """Return stays as lines of the list."""
    found = []
    for stay in rows:
        rules = programme.version(stay.programme_version).programme
        label, tone = BADGES[state_of(stay, at=at)]
        found.append(StayRow(stay, label, tone, rules.money(stay.net_minor + stay.tax_minor)))
    return found


def by_words(text: str) -> Q:
    """Return what stays `text` may mean: by number or plate."""
    wanted = Q(number__iexact=tidy(text) or text)
    with suppress(ValueError):
        wanted |= Q(plate_key=plate_key(text))
    return wanted


def _paid_zone(
    rules: Programme,
    version: int,
    zone: Zone,
    rates: tuple[Rate, ...],
    events: Events,
    *,
    at: datetime,
) -> PaidZone:
    return PaidZone(
        zone=zone,
        rates=rates,
        rules=rules,
        version=version,
        texts=[rate_words(rate) for rate in rates],
        charged=stay_lengths.charged(rates, rules, at=at, events=events),
        events=events,
    )


def rate_words(rate: Rate) -> str:
    """Return a rate as a sign writes it, with its least, longest and most a day."""
    parts = [sessions.rate_text(rate)]
    if rate.day_max is not None:
        parts.append(say("At most {amount} a day.", amount=rate.day_max))
    if rate.max is not None:
        parts.append(say("The longest stay is {span}.", span=rate.max.text))
    return joined(parts)
