"""Paid short stays: begun, extended, stopped."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.kernel.texts import say
from parkops.programme import numbering
from parkops.programme import queries as programme
from parkops.programme.schema import Programme, Zone
from payments import accounts
from payments import operations as payments
from payments.rules.gl import Facts
from permits.models import ParkingSession, StayOrder
from permits.operations import plates
from permits.queries.stays import price
from permits.rules import sessions, stay_lengths
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
    rules, version, zone = zone_sold(zone_code, at=begins)
    if customer_id is not None and not Customer.objects.filter(pk=customer_id).exists():
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    sessions.check_length(rules.rates_for(zone.code), zone_code=zone.code, minutes=minutes)
    ends = sessions.end_of_stay(begins, minutes)
    quote = price(rules, zone.code, begins, ends)
    stay = begin(
        ParkingSession(
            number=numbering.next_number("S", at=at, zone=rules.tz),
            customer_id=customer_id,
            zone_code=zone.code,
            plate_text=plate.text,
            plate_key=plate.key,
            region=plate.region,
            programme_version=version,
            starts_at=begins,
            ends_at=ends,
            net_minor=quote.net.minor,
            tax_minor=quote.tax.minor,
            sold_at=at,
        ),
        by=by,
        at=at,
    )
    charge_stay(stay, quote, zone=rules.tz, by=by, at=at)
    return stay


def zone_sold(code: str, *, at: datetime) -> tuple[Programme, int, Zone]:
    """Return the program in force at `at`, its version, and its zone of this code.

    :raises Refused: "unknown_zone".
    """
    in_force = programme.in_force(at)
    zone = in_force.programme.zone(code)
    if zone is None:
        raise Refused(
            "unknown_zone", say("There is no zone {zone_code}.", zone_code=code), field="zone"
        )
    return in_force.programme, in_force.number, zone


def begin(stay: ParkingSession, *, by: Actor, at: datetime) -> ParkingSession:
    """Write down a stay that holds from now on; part of the acts that call this."""
    stay.save(force_insert=True)
    plates.right_of_stay(stay)
    total = programme.version(stay.programme_version).programme.money(
        stay.net_minor + stay.tax_minor
    )
    audit.record(
        "session.started",
        subject=("session", stay.number),
        actor=by,
        at=at,
        total=total.amount,
    )
    return stay


def charge_stay(
    asked: ParkingSession | StayOrder, quote: StayQuote, *, zone: ZoneInfo, by: Actor, at: datetime
) -> None:
    """Raise the charge of a stay, begun or asked for; part of the acts that call this."""
    span = sessions.span_text(asked.starts_at, asked.ends_at, zone)
    net, tax = own_part(asked)
    payments.raise_charge(
        kind="session",
        reference=asked.number,
        text=f"Parking in {asked.zone_code}, {span}",
        net=net,
        tax=tax,
        customer_id=asked.customer_id,
        plate_key=asked.plate_key,
        due_on=local_date(at, zone),
        revenue=accounts.SESSION_REVENUE,
        lines=[(line.text, line.amount) for line in quote.lines],
        facts=Facts(zone=asked.zone_code),
        by=by,
        at=at,
    )


@transaction.atomic
def extend_stay(number: str, *, minutes: int, by: Actor, at: datetime) -> ParkingSession:
    """Let a stay that runs go on for `minutes` more; they count towards the longest stay.

    :raises Refused: "too_long".
    :raises Conflict: if the stay is over.
    """
    stay = running(number, at=at)
    rules = programme.version(stay.programme_version).programme
    ends = sessions.end_of_stay(stay.ends_at, minutes)
    require_whole(stay, ends, rules)
    return move_end(stay, ends, rules, event="session.extended", by=by, at=at)


@transaction.atomic
def stop_stay(number: str, *, by: Actor, at: datetime) -> ParkingSession:
    """End a stay at `at`. Stopping a stay that is over changes nothing.

    What was asked for stays charged, unless the program gives back what was not used: then only the
    time until now is charged, the least stay at the least, and the rest goes back the way it came.
    """
    stay = locked(number)
    if stay.stopped_at is not None or stay.ends_at <= at:
        return stay
    rules = programme.version(stay.programme_version).programme
    stay.stopped_at = at
    ends, quote = _stopped(stay, rules, at=at)
    if quote is None:
        stay.ends_at = ends
        return _changed(stay, event="session.stopped", by=by, at=at)
    was_net, was_tax = own_part(stay)
    stay.ends_at, stay.net_minor, stay.tax_minor = ends, quote.net.minor, quote.tax.minor
    net, tax = own_part(stay)
    if (was_net, was_tax) != (net, tax):
        payments.refund_charge(
            kind="session",
            reference=stay.number,
            net=was_net - net,
            tax=was_tax - tax,
            reason="The stay was ended early.",
            by=by,
            at=at,
        )
    return _changed(stay, event="session.stopped", by=by, at=at)


def _stopped(
    stay: ParkingSession, rules: Programme, *, at: datetime
) -> tuple[datetime, StayQuote | None]:
    """Return when a stay ends that is stopped at `at`, and what it then costs (None: the same)."""
    if not rules.sessions.refund_unused:
        return min(stay.ends_at, max(at, stay.starts_at)), None
    rates = rules.rates_for(stay.zone_code)
    ends = sessions.end_if_stopped(rates, starts_at=stay.starts_at, ends_at=stay.ends_at, at=at)
    return ends, price(rules, stay.zone_code, stay.starts_at, ends)


def require_whole(stay: ParkingSession, ends: datetime, rules: Programme) -> None:
    """Do nothing if a stay may last until `ends`: what is added counts towards the longest.

    :raises Refused: "too_long".
    """
    whole = stay_lengths.minutes_until(stay.starts_at, ends)
    sessions.check_length(rules.rates_for(stay.zone_code), zone_code=stay.zone_code, minutes=whole)


def move_end(
    stay: ParkingSession,
    ends: datetime,
    rules: Programme,
    *,
    event: str,
    by: Actor,
    at: datetime,
) -> ParkingSession:
    """Let a locked stay end at another instant, charged by what the whole of it costs; part of the
    acts that call this."""
    quote = price(rules, stay.zone_code, stay.starts_at, ends)
    stay.ends_at, stay.reminded_at = ends, None
    stay.net_minor, stay.tax_minor = quote.net.minor, quote.tax.minor
    charge_whole(stay, by=by, at=at)
    return _changed(stay, event=event, by=by, at=at)


def apply_order(stay: ParkingSession, order: StayOrder, *, by: Actor, at: datetime) -> None:
    """Let a locked stay be as long as an order that is paid; part of the acts that call this."""
    stay.ends_at, stay.reminded_at = order.ends_at, None
    stay.net_minor, stay.tax_minor = order.net_minor, order.tax_minor
    charge_whole(stay, by=by, at=at)
    _changed(stay, event="session.extended", by=by, at=at)


def own_part(stay: ParkingSession | StayOrder) -> tuple[Money, Money]:
    """Return the net and tax that the visitor pays: what no department does."""
    rules = programme.version(stay.programme_version).programme
    return (
        rules.money(max(stay.net_minor - stay.covered_net_minor, 0)),
        rules.money(max(stay.tax_minor - stay.covered_tax_minor, 0)),
    )


def charge_whole(stay: ParkingSession | StayOrder, *, by: Actor, at: datetime) -> None:
    """Let the charge of a stay come to what the whole of it costs; part of the acts that call this."""
    rules = programme.version(stay.programme_version).programme
    span = sessions.span_text(stay.starts_at, stay.ends_at, rules.tz)
    text = f"Parking in {stay.zone_code}, {span}"
    net, tax = own_part(stay)
    payments.change_charge(
        kind="session",
        reference=stay.number,
        amount=net + tax,
        tax=tax,
        text=text,
        title=text,
        by=by,
        at=at,
    )


def locked(number: str) -> ParkingSession:
    """Return the stay, locked until the transaction ends.

    :raises NotFound: if this tenant has none.
    """
    rows = ParkingSession.objects.select_for_update(of=("self",))
    stay = rows.filter(number=tidy(number) or number).first()
    if stay is None:
        raise NotFound("There is no such session.")
    return stay


def running(number: str, *, at: datetime) -> ParkingSession:
    """Return the stay, locked, if it is not over.

    :raises Conflict: "session_over".
    """
    stay = locked(number)
    if stay.stopped_at is not None or stay.ends_at <= at:
        raise Conflict("session_over", "This session is over. Start a new one.")
    return stay


def _changed(stay: ParkingSession, *, event: str, by: Actor, at: datetime) -> ParkingSession:
    fields = ["ends_at", "stopped_at", "net_minor", "tax_minor", "reminded_at"]
    stay.save(update_fields=fields)
    plates.right_of_stay(stay)
    total = programme.version(stay.programme_version).programme.money(
        stay.net_minor + stay.tax_minor
    )
    audit.record(event, subject=("session", stay.number), actor=by, at=at, total=total.amount)
    return stay
