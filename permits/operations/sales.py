"""The sale: a place is held, then paid for; what is free is the buyer's at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import packed_by_english
from parkops.programme import numbering
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from payments import accounts
from payments import operations as payments
from permits.models import Permit, WaitlistEntry
from permits.operations import carpools, coupons, notices, places, plates, room, tags, waitlist
from permits.operations.rights_changes import permits_changed
from permits.operations.tallying import count, tallied
from permits.queries import free, sale
from permits.queries.permits import facts_of, type_of
from permits.rules import eligibility, quotas
from permits.rules.plates import Plate
from permits.rules.terms import span_text

EARLIER = timedelta(minutes=5)
"""A permit that is to count from longer ago than this is sold for an earlier time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. `as_of` is the instant that prices and sale dates are worked out for
    (None: now); `start` follows it if left out; `end` matters for hours only;
    `address`, if told, is what the records must have for the customer; `coupon` a code that they
    typed."""

    type_code: str
    plates: tuple[Plate, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    address: str = ""
    coupon: str = ""


@transaction.atomic
def hold_permit(
    wish: Wish,
    *,
    customer_id: int,
    channel: Permit.Channel,
    renews_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Permit:
    """Sell a permit: its place is held for the type's `hold` and a charge is raised.

    What costs nothing is paid at once. Plates new to the customer become their vehicles. The
    customer's row is locked, so that two sales to one person go one after the other.

    :raises Refused: with the code of `rules.eligibility.may_buy`, or for a type that is unknown.
    """
    customer = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    places.lock_address(customer.address_key)
    renews = _renewed(renews_id)
    as_of = wish.as_of or at
    offer = sale.offer_for(
        type_code=wish.type_code,
        customer=customer,
        plates=wish.plates,
        start=wish.start,
        end=wish.end,
        by_staff=channel == Permit.Channel.OFFICE,
        renews=renews,
        address=wish.address,
        coupon=wish.coupon,
        at=as_of,
    )
    kind, rules, quote = offer.kind, offer.in_force.programme, offer.quote
    period = offer.run.period
    entry = accepted_offer(offer.offered, offer.places)
    turn = None
    if channel == Permit.Channel.PORTAL and entry is None and renews is None:
        turn = room.turn_of(kind, customer, offer.in_force, at=at)
    vehicles = plates.vehicles_of(customer.pk, offer.plates, by=by, at=at)
    is_backdated = min(as_of, wish.start or as_of) < at - EARLIER
    is_free = not quote.total
    permit = Permit.objects.create(
        number=numbering.next_number("P", at=at, zone=rules.tz),
        type_code=kind.code,
        type_key=code_key(kind.code),
        customer=customer,
        address_key=customer.address_key,
        audience=offer.audience,
        programme_version=offer.in_force.number,
        channel=channel,
        starts_at=period.start,
        ends_at=period.end,
        net_minor=quote.net.minor,
        tax_minor=quote.tax.minor,
        deposit_minor=quote.deposit.minor if quote.deposit else 0,
        price_lines=[[line.text, line.amount.minor] for line in quote.lines],
        coupon=offer.coupon,
        coupon_minor=quote.off.minor if quote.off else 0,
        places=places_had(offer.places, entry, renews),
        sold_at=as_of,
        recorded_at=at,
        is_backdated=is_backdated,
        hold_expires_at=None if is_free else kind.hold.after(max(as_of, at), rules.tz),
        needs_approval=kind.approval != "none",
        renews=renews,
    )
    count(permit)
    plates.put_on(permit, offer.plates, vehicles=vehicles, by=by, at=at)
    _charge(permit, offer, wish, by=by, at=at)
    if turn is not None:
        room.use_turn(turn, permit)
    if entry is not None:
        count_as_taken(entry, permit, by=by, at=at)
    audit.record(
        "permit.held",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        type=kind.code,
        total=quote.total.amount,
        because=list(quote.because),
        said=packed_by_english([*quote.because, *(line.text for line in quote.lines)]),
    )
    coupons.take_use(permit).require()
    # Everybody who buys this type waits for the counter: it comes last, and nothing is asked under it.
    take(kind, rules, permit.places, entry)
    if is_free:
        count_as_paid(permit, by=by, at=at)
    return permit


def count_as_paid(permit: Permit, *, by: Actor, at: datetime) -> None:
    """Let a locked permit count as paid, with its hangtag's number, and tell its holder."""
    with tallied(permit):
        permit.paid_at = min(permit.starts_at, permit.sold_at, at) if permit.is_backdated else at
    permit.lapsed_at = permit.ended_at = None
    permit.is_checkout_open = False
    permit.hangtag = permit.hangtag or next_hangtag(permit)
    permit.save(
        update_fields=["paid_at", "lapsed_at", "ended_at", "is_checkout_open", "hangtag", "places"]
    )
    permits_changed(permit)
    audit.record(
        "permit.paid",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        status=permit.status_at(max(at, permit.paid_at)),
    )
    notices.tell("permit.paid", permit, at=at)
    carpools.begin(permit, at=at)
    kind = type_of(permit)
    if kind.waitlist is not None:
        waitlist.follow_acceptance(permit, kind, at=at)


def next_hangtag(permit: Permit) -> str:
    """Return the next hangtag for a permit, "" where none is left: out of the stock if there is one,
    else the lowest of the program's numbers that no permit has and that is not lost.

    The unique constraint has the last word between two who take the same one.
    """
    kind = sale.programme.version(permit.programme_version).programme.permit_type(permit.type_code)
    if kind is None or kind.credential != "hangtag":
        return ""
    if tags.has_stock(permit.type_key):
        return tags.take_next(permit)
    if kind.numbers is None:
        return ""
    taken = tags.voided(permit.type_key) | set(
        Permit.objects.filter(type_key=permit.type_key, ended_at__isnull=True)
        .exclude(hangtag="")
        .values_list("hangtag", flat=True)
    )
    numbers = kind.numbers
    return next(
        (
            f"{numbers.prefix}{n}"
            for n in range(numbers.first, numbers.last + 1)
            if f"{numbers.prefix}{n}" not in taken
        ),
        "",
    )


def _renewed(renews_id: int | None) -> Permit | None:
    if renews_id is None:
        return None
    permit = Permit.objects.select_for_update().filter(pk=renews_id).first()
    if permit is None:
        raise NotFound("There is no such permit.")
    if permit.renewals.filter(cancelled_at__isnull=True, lapsed_at__isnull=True).exists():
        raise Conflict("already_renewed", "This permit has been renewed already.")
    return permit


def accepted_offer(known: WaitlistEntry | None, wanted: Sequence[str]) -> WaitlistEntry | None:
    """Return the offer that a customer was found to have, locked, if it is still open and of the
    places that they are about to have."""
    if known is None:
        return None
    entry = WaitlistEntry.objects.select_for_update().get(pk=known.pk)
    still_open = entry.status == WaitlistEntry.Status.OFFERED
    return entry if still_open and set(entry.places) == set(wanted) else None


def count_as_taken(entry: WaitlistEntry, permit: Permit, *, by: Actor, at: datetime) -> None:
    """Let a permit have its place of an offer; one of several places stays open for the next."""
    left = list(entry.places)
    for place in permit.places:
        left.remove(place)
    entry.permit, entry.places = permit, left
    if not left:
        entry.status, entry.closed_at = WaitlistEntry.Status.ACCEPTED, at
    entry.save(update_fields=["status", "places", "permit", "closed_at"])
    audit.record(
        "waitlist.accepted",
        subject=("waitlist", str(entry.reference)),
        actor=by,
        at=at,
        permit=permit.number,
    )


def places_had(
    wanted: Sequence[str], entry: WaitlistEntry | None, renews: Permit | None
) -> list[str]:
    """Return the places that a permit is to have of its own, of those `wanted` in the quotas of its
    type: none for a renewal without an offer, which gets those of its permit when that one ends."""
    is_heir = entry is None and renews is not None and set(wanted) <= set(renews.places)
    return [] if is_heir else list(wanted)


def take(
    kind: PermitType, rules: Programme, wanted: Sequence[str], entry: WaitlistEntry | None
) -> None:
    """Take the places `wanted` in the quotas of a type; an accepted offer brings its own.

    The counters stay locked until the transaction ends: call this as late as can be.

    :raises Refused: "sold_out"; what was written before it is undone.
    """
    if not wanted or entry is not None:
        return
    if not places.take_places(code_key(kind.code), wanted, limits=quotas.limits_of(kind, rules)):
        full = free.full_quota(kind, rules, wanted)
        eligibility.has_place(kind, left=0, full_quota=full).require()


def _charge(permit: Permit, offer: sale.Offer, wish: Wish, *, by: Actor, at: datetime) -> None:
    zone = offer.in_force.programme.tz
    plate = wish.plates[0].key if wish.plates else ""
    due_on = local_date(at, zone)
    span = span_text(offer.run.period, zone)
    payments.raise_charge(
        kind="permit",
        reference=permit.number,
        text=f"{offer.kind.name}, {span}",
        net=offer.quote.net,
        tax=offer.quote.tax,
        customer_id=permit.customer_id,
        plate_key=plate,
        due_on=due_on,
        revenue=accounts.PERMIT_REVENUE,
        lines=[(line.text, line.amount) for line in offer.quote.lines],
        facts=facts_of(permit),
        by=by,
        at=at,
    )
    raise_deposit(permit, offer.kind, offer.quote.deposit, by=by, at=at)


def raise_deposit(
    permit: Permit, kind: PermitType, deposit: Money | None, *, by: Actor, at: datetime
) -> None:
    """Charge the deposit of a permit just sold, where its type asks for one."""
    if deposit is None:
        return
    rules = sale.programme.version(permit.programme_version).programme
    plate = permit.plates.order_by("pk").values_list("plate_key", flat=True).first()
    payments.raise_charge(
        kind="deposit",
        reference=permit.number,
        text=f"Deposit for {kind.name}",
        net=deposit,
        tax=rules.money(0),
        customer_id=permit.customer_id,
        plate_key=plate or "",
        due_on=local_date(at, rules.tz),
        revenue=accounts.DEPOSITS_HELD,
        facts=facts_of(permit),
        by=by,
        at=at,
    )


def release_places(permit: Permit) -> Sequence[str]:
    """Give back the places of a locked permit, or leave them to the renewal that waits for them;
    returns those that are free. The caller saves and offers them."""
    freed = list(permit.places)
    if freed and (heir := _heir(permit)) is not None:
        heir.places, permit.places = freed, []
        heir.save(update_fields=["places"])
        return []
    places.give_back(permit.type_key, freed)
    permit.places = []
    return freed


def _heir(permit: Permit) -> Permit | None:
    """Return the renewal that has no place of its own, because it gets this permit's, locked."""
    rows = permit.renewals.select_for_update(of=("self",)).filter(
        cancelled_at__isnull=True, lapsed_at__isnull=True, ended_at__isnull=True, places=[]
    )
    return rows.first()
