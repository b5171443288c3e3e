"""Paid short stays: begun, extended, stopped."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.numbers import tidy
from parkops.programme import numbering
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from payments import accounts
from payments import operations as payments
from permits.models import ParkingSession
from permits.operations import plates
from permits.rules import sessions
from permits.rules.plates import Plate
from permits.rules.sessions import StayQuote


@transaction.atomic
def start_stay(
    *,
    plate: Plate,
    zone_code: str,
    start: datetime | None = None,
    minutes: int,
    customer_id: int | None = None,
    by: Actor,
    at: datetime,
) -> ParkingSession:
    """Let a vehicle park in a zone for `minutes` from `start` (now if left out), and charge it.

    The right holds at once: who asks has taken the money, or owes it.

    :raises Refused: "unknown_zone", "no_rate", "too_short" or "too_long".
    """
    begins = start or at
    in_force = programme.in_force(begins)
    rules = in_force.programme
    zone = rules.zone(zone_code)
    if zone is None:
        raise Refused("unknown_zone", f"There is no zone {zone_code}.", field="zone")
    if customer_id is not None and not Customer.objects.filter(pk=customer_id).exists():
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    sessions.check_length(rules.rates_for(zone.code), zone_code=zone.code, minutes=minutes)
    ends = sessions.end_of_stay(begins, minutes)
    quote = price(rules, zone.code, begins, ends)
    stay = ParkingSession.objects.create(
        number=numbering.next_number("S", at=at, zone=rules.tz),
        customer_id=customer_id,
        zone_code=zone.code,
        plate_text=plate.text,
        plate_key=plate.key,
        region=plate.region,
        programme_version=in_force.number,
        starts_at=begins,
        ends_at=ends,
        net_minor=quote.net.minor,
        tax_minor=quote.tax.minor,
        sold_at=at,
    )
    plates.right_of_stay(stay)
    payments.raise_charge(
        kind="session",
        reference=stay.number,
        text=f"Parking in {zone.code}, {minutes} minutes",
        net=quote.net,
        tax=quote.tax,
        customer_id=customer_id,
        plate_key=plate.key,
        due_on=local_date(at, rules.tz),
        revenue=accounts.SESSION_REVENUE,
        lines=[(line.text, line.amount) for line in quote.lines],
        by=by,
        at=at,
    )
    audit.record(
        "session.started",
        subject=("session", stay.number),
        actor=by,
        at=at,
        total=quote.total.amount,
    )
    return stay


@transaction.atomic
def extend_stay(number: str, *, minutes: int, by: Actor, at: datetime) -> ParkingSession:
    """Let a stay that runs go on for `minutes` more; they count towards the longest stay.

    :raises Refused: "too_long".
    :raises Conflict: if the stay is over.
    """
    stay = _running(number, at=at)
    rules = programme.version(stay.programme_version).programme
    ends = sessions.end_of_stay(stay.ends_at, minutes)
    whole = round((ends - stay.starts_at).total_seconds() / 60)
    sessions.check_length(rules.rates_for(stay.zone_code), zone_code=stay.zone_code, minutes=whole)
    return _move_end(stay, ends, rules, event="session.extended", by=by, at=at)


@transaction.atomic
def stop_stay(number: str, *, by: Actor, at: datetime) -> ParkingSession:
    """End a stay at `at`: only the time until then is charged, the least stay at the least.

    What was paid beyond it becomes credit. Stopping a stay that is over changes nothing.
    """
    stay = _locked(number)
    if stay.stopped_at is not None or stay.ends_at <= at:
        return stay
    rules = programme.version(stay.programme_version).programme
    rates = rules.rates_for(stay.zone_code)
    least = min((rate.min.total_minutes if rate.min else 0) for rate in rates)
    stay.stopped_at = at
    ends = min(stay.ends_at, max(at, sessions.end_of_stay(stay.starts_at, least), stay.starts_at))
    return _move_end(stay, ends, rules, event="session.stopped", by=by, at=at)


def price(rules: Programme, zone_code: str, start: datetime, end: datetime) -> StayQuote:
    """Return what a stay in a zone costs."""
    rates = rules.rates_for(zone_code)
    declared = {}
    if any(window.during for rate in rates for window in rate.when):
        periods = programme.event_periods().items()
        declared = {code_key(code): spans for code, spans in periods}
    return sessions.price_of_stay(rates, rules, start=start, end=end, events=declared)


def _move_end(
    stay: ParkingSession,
    ends: datetime,
    rules: Programme,
    *,
    event: str,
    by: Actor,
    at: datetime,
) -> ParkingSession:
    quote = price(rules, stay.zone_code, stay.starts_at, ends)
    stay.ends_at = ends
    stay.net_minor, stay.tax_minor = quote.net.minor, quote.tax.minor
    stay.save(update_fields=["ends_at", "stopped_at", "net_minor", "tax_minor"])
    plates.right_of_stay(stay)
    payments.change_charge(
        kind="session",
        reference=stay.number,
        amount=quote.total,
        text=f"Parking in {stay.zone_code}, to {ends.astimezone(rules.tz):%H:%M}",
        by=by,
        at=at,
    )
    audit.record(event, subject=("session", stay.number), actor=by, at=at, total=quote.total.amount)
    return stay


def _locked(number: str) -> ParkingSession:
    rows = ParkingSession.objects.select_for_update(of=("self",))
    stay = rows.filter(number=tidy(number) or number).first()
    if stay is None:
        raise NotFound("There is no such session.")
    return stay


def _running(number: str, *, at: datetime) -> ParkingSession:
    stay = _locked(number)
    if stay.stopped_at is not None or stay.ends_at <= at:
        raise Conflict("session_over", "This session is over. Start a new one.")
    return stay
