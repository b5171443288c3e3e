"""Stays asked for on the web: they hold, and grow longer, once they are paid."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.numbers import tidy
from parkops.programme import numbering
from parkops.programme import queries as programme
from payments import operations as payments
from payments.settlement import Raiser, Subject
from permits.models import ParkingSession, StayOrder
from permits.operations import stay_notices, stays, validations
from permits.queries import again
from permits.queries.stays import price, stay_path
from permits.rules import stay_lengths
from permits.rules.plates import Plate

HOLD = timedelta(minutes=15)
"""For this long the price that was asked holds; a card page that is open makes it longer."""
ANOTHER_TRY = timedelta(minutes=5)
BATCH = 500


@transaction.atomic
def order_stay(
    *,
    plate: Plate,
    zone_code: str,
    minutes: int = 0,
    until: datetime | None = None,
    code: str = "",
    email: str = "",
    language: str = "",
    phone: str = "",
    customer_id: int | None = None,
    by: Actor,
    at: datetime,
) -> StayOrder:
    """Ask for a stay of `minutes`, or until an instant, and raise its charge.

    It holds once that is paid, and at once if there is nothing to pay. A department's `code` pays
    its part.

    :raises Refused: "unknown_zone", "no_rate", "too_short", "too_long", or why the code does not hold.
    """
    rules, version, zone = stays.zone_sold(zone_code, at=at)
    rates = rules.rates_for(zone.code)
    ends = until or at + timedelta(minutes=minutes)
    stay_lengths.require_length(rates, zone_code=zone.code, start=at, ends_at=ends, zone=rules.tz)
    quote = price(rules, zone.code, at, ends)
    number, covered = numbering.next_number("S", at=at, zone=rules.tz), (0, 0)
    if code:
        covered = validations.reserve(
            code,
            plate=plate,
            zone_code=zone.code,
            number=number,
            start=at,
            ends=ends,
            by=by,
            at=at,
        )
    order = StayOrder.objects.create(
        number=number,
        covered_net_minor=covered[0],
        covered_tax_minor=covered[1],
        customer_id=customer_id,
        zone_code=zone.code,
        plate_text=plate.text,
        plate_key=plate.key,
        region=plate.region,
        programme_version=version,
        starts_at=at,
        ends_at=ends,
        keeps_end=until is not None,
        net_minor=quote.net.minor,
        tax_minor=quote.tax.minor,
        email=email,
        language=language,
        phone=phone,
        ordered_at=at,
        expires_at=at + HOLD,
    )
    stays.charge_stay(order, quote, zone=rules.tz, by=by, at=at)
    audit.record(
        "session.ordered",
        subject=("session", order.number),
        actor=by,
        at=at,
        total=quote.total.amount,
    )
    if not sum(part.minor for part in stays.own_part(order)):
        _begin(order, by=by, at=at)
    return order


@transaction.atomic
def order_extension(number: str, *, minutes: int, by: Actor, at: datetime) -> StayOrder:
    """Ask for a stay that runs to go on for `minutes`; it does once the difference is paid.

    Asking for the same again gives what was asked; asking for another length gives that up.

    :raises NotFound: if there is no such stay.
    :raises Refused: "too_long".
    :raises Conflict: "session_over".
    """
    lock_stay(number)
    stay = stays.running(number, at=at)
    rules = programme.version(stay.programme_version).programme
    ends = stay.ends_at + timedelta(minutes=minutes)
    order = _open(stay.number)
    if order is not None and order.ends_at == ends and order.expires_at > at:
        return order
    if order is not None:
        _lapse(order, at=at)
    stays.require_whole(stay, ends, rules)
    quote = price(rules, stay.zone_code, stay.starts_at, ends)
    was = stay.net_minor + stay.tax_minor
    order = StayOrder.objects.create(
        number=stay.number,
        stay=stay,
        customer_id=stay.customer_id,
        zone_code=stay.zone_code,
        plate_text=stay.plate_text,
        plate_key=stay.plate_key,
        region=stay.region,
        programme_version=stay.programme_version,
        starts_at=stay.starts_at,
        ends_at=ends,
        keeps_end=True,
        net_minor=quote.net.minor,
        tax_minor=quote.tax.minor,
        covered_net_minor=stay.covered_net_minor,
        covered_tax_minor=stay.covered_tax_minor,
        email=stay.email,
        language=stay.language,
        phone=stay.phone,
        ordered_at=at,
        expires_at=at + HOLD,
    )
    audit.record(
        "session.extension_ordered",
        subject=("session", stay.number),
        actor=by,
        at=at,
        minutes=minutes,
    )
    if quote.total.minor <= was:
        _settle(order, by=by, at=at)
    else:
        stays.charge_whole(order, by=by, at=at)
    return order


def expire_orders(*, at: datetime) -> int:
    """Give up what was asked for and not paid in time; returns how many. One transaction each."""
    due = StayOrder.objects.filter(
        settled_at__isnull=True, lapsed_at__isnull=True, expires_at__lte=at
    )
    numbers = due.order_by("expires_at", "pk").values_list("number", flat=True)[:BATCH]
    return sum(_expire(number, at=at) for number in list(numbers))


@transaction.atomic
def extend_stay(number: str, *, minutes: int, by: Actor, at: datetime) -> ParkingSession:
    """Let a stay go on at once, as `stays.extend_stay`; what was asked for and not paid is given up.

    :raises NotFound: if there is no such stay.
    """
    give_up_extension(number, at=at)
    return stays.extend_stay(number, minutes=minutes, by=by, at=at)


@transaction.atomic
def stop_stay(number: str, *, by: Actor, at: datetime) -> ParkingSession:
    """End a stay at `at` as `stays.stop_stay` does; a longer one that was asked for is given up.

    :raises NotFound: if there is no such stay.
    """
    give_up_extension(number, at=at)
    return stays.stop_stay(number, by=by, at=at)


def lock_stay(number: str) -> None:
    """Lock what was asked for and the stay until the transaction ends."""
    number = tidy(number) or number
    list(StayOrder.objects.select_for_update(of=("self",)).filter(number=number).order_by("pk"))
    ParkingSession.objects.select_for_update(of=("self",)).filter(number=number).first()


@transaction.atomic
def settle_stay(number: str, *, by: Actor, at: datetime) -> Decision:
    """Let what was asked for hold, now that it is paid; a second time changes nothing."""
    lock_stay(number)
    order = _open(number)
    if order is not None:
        if order.stay_id is None:
            _begin(order, by=by, at=at)
        else:
            _settle(order, by=by, at=at)
    return ALLOWED


@transaction.atomic
def open_checkout(number: str, *, until: datetime) -> None:
    """Wait for the money of a card page."""
    lock_stay(number)
    order = _open(number)
    if order is not None and order.expires_at < until:
        order.expires_at = until
        order.save(update_fields=["expires_at"])


@transaction.atomic
def close_checkout(number: str, *, at: datetime) -> None:
    """Take it that no money will come from the card page; another try is possible for a while."""
    lock_stay(number)
    order = _open(number)
    if order is not None:
        again = max(order.ordered_at + HOLD, at + ANOTHER_TRY)
        order.expires_at = min(order.expires_at, again)
        order.save(update_fields=["expires_at"])


def describe_stay(number: str) -> Subject:
    """Return what a paid stay's charge is for, and the path of its page."""
    known: ParkingSession | StayOrder | None = ParkingSession.objects.filter(number=number).first()
    known = known or StayOrder.objects.filter(number=number).order_by("-pk").first()
    if known is None:
        return Subject(f"Parking {number}", "")
    has_begun = isinstance(known, ParkingSession)
    office = reverse("office_stays:detail", args=[number]) if has_begun else ""
    return Subject(f"Parking in {known.zone_code}", stay_path(number), office)


def _begin(order: StayOrder, *, by: Actor, at: datetime) -> None:
    """Let a locked order's stay run: from now for as long as was asked, or until when was asked."""
    late = max(at - order.starts_at, timedelta(0))
    shift = timedelta(0) if order.keeps_end else late
    stay = stays.begin(
        ParkingSession(
            number=order.number,
            customer_id=order.customer_id,
            zone_code=order.zone_code,
            plate_text=order.plate_text,
            plate_key=order.plate_key,
            region=order.region,
            programme_version=order.programme_version,
            starts_at=order.starts_at + shift,
            ends_at=order.ends_at + shift,
            net_minor=order.net_minor,
            tax_minor=order.tax_minor,
            covered_net_minor=order.covered_net_minor,
            covered_tax_minor=order.covered_tax_minor,
            sold_at=at,
            email=order.email,
            language=order.language,
            phone=order.phone,
        ),
        by=by,
        at=at,
    )
    order.settled_at = at
    order.save(update_fields=["settled_at"])
    validations.count(stay.number, by=by, at=at)
    if shift:
        stays.charge_whole(stay, by=by, at=at)
    stay_notices.tell("session.stay_begun", stay, at=at)


def _settle(order: StayOrder, *, by: Actor, at: datetime) -> None:
    """Let a locked order's stay end later; one that was stopped has no order any more."""
    order.settled_at = at
    order.save(update_fields=["settled_at"])
    stays.apply_order(stays.locked(order.number), order, by=by, at=at)


@transaction.atomic
def _expire(number: str, *, at: datetime) -> bool:
    lock_stay(number)
    order = _open(number)
    if order is None or order.expires_at > at:
        return False
    _lapse(order, at=at)
    return True


def _lapse(order: StayOrder, *, at: datetime) -> None:
    """Give up a locked order: its charge is again what it was before."""
    order.lapsed_at = at
    order.save(update_fields=["lapsed_at"])
    if order.stay_id is not None:
        stays.charge_whole(stays.locked(order.number), by=SYSTEM, at=at)
    else:
        validations.release(order.number, at=at)
        payments.cancel_charge(
            kind="session",
            reference=order.number,
            text="The session was not paid in time.",
            by=SYSTEM,
            at=at,
        )
    audit.record("session.order_lapsed", subject=("session", order.number), actor=SYSTEM, at=at)


def give_up_extension(number: str, *, at: datetime) -> None:
    """Give up what was asked for and is not paid, of a stay that this locks; part of other acts."""
    lock_stay(number)
    order = _open(tidy(number) or number)
    if order is not None and order.stay_id is not None:
        _lapse(order, at=at)


@transaction.atomic
def give_up_order(number: str, *, at: datetime) -> bool:
    """Give up what was asked for and is not paid; False if it was paid or given up meanwhile."""
    lock_stay(number)
    order = _open(number)
    if order is None:
        return False
    _lapse(order, at=at)
    return True


def _open(number: str) -> StayOrder | None:
    rows = StayOrder.objects.filter(settled_at__isnull=True, lapsed_at__isnull=True)
    return rows.filter(number=number).first()


SESSION = Raiser(
    settled=settle_stay,
    lock=lock_stay,
    checkout_opened=open_checkout,
    checkout_closed=close_checkout,
    describe=describe_stay,
    again=again.of_stays,
)
