"""What somebody may buy now, at what price, and why not the rest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict

from django.db.models import Count, Q

from parkops.customers import queries as customers
from parkops.customers.households import are_one
from parkops.customers.models import Customer
from parkops.customers.rules import address_key
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Decision, Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import Fixed, PermitType
from parkops.programme.queries import InForce
from parkops.programme.schema import Programme
from payments import queries as payments
from permits.models import Coupon, Permit, PlateRight, WaitlistEntry
from permits.models.permits import current_q, status_q
from permits.queries import coupons, free, lottery
from permits.queries.glance import Glance, glance
from permits.queries.households import address_q
from permits.queries.registry import looked_up
from permits.queries.seconds import run_with_first
from permits.queries.shared_limits import used_of
from permits.rules import eligibility, pricing, quotas, shared_limits, terms
from permits.rules.coupons import NOTHING
from permits.rules.eligibility import Buyer
from permits.rules.plates import Plate
from permits.rules.status import OPEN
from permits.rules.terms import Run


@dataclass(frozen=True, slots=True)
class Offer:
    """A permit that may be bought: its type under the version in force, its term and its price, and
    the offer of a place that the customer may accept with it."""

    kind: PermitType
    in_force: InForce
    run: Run
    quote: pricing.Quote
    places: tuple[str, ...]
    audience: str
    plates: tuple[Plate, ...] = ()
    offered: WaitlistEntry | None = None
    coupon: Coupon | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """One permit type as the shop shows it: its price now (None if it cannot be worked out), how
    many are left (None: no quota), how many wait, and whether this buyer may have it."""

    kind: PermitType
    price: Money | None
    starts_at: datetime | None
    ends_at: datetime | None
    left: int | None
    waiting: int
    decision: Decision


def offer_for(
    *,
    type_code: str,
    customer: Customer | None,
    plates: Sequence[Plate] = (),
    start: datetime | None = None,
    end: datetime | None = None,
    by_staff: bool = False,
    renews: Permit | None = None,
    address: str = "",
    coupon: str = "",
    at: datetime,
) -> Offer:
    """Return what a permit would be and cost if it were asked for at `at`; an `address` that is told
    must be the one in the records. `coupon` is a code that somebody typed.

    :raises Refused: "unknown_permit_type", or the reason why this customer may not have it.
    """
    in_force = programme.in_force(at)
    rules = in_force.programme
    kind = rules.permit_type(type_code)
    if kind is None:
        raise Refused(
            "unknown_permit_type",
            say("There is no permit type {type_code}.", type_code=type_code),
            field="permit_type",
        )
    begins = start or at
    audiences = customer.audiences if customer else []
    # A term that is over has no run to count places in; earlier reasons come first all the same.
    for decision in (
        eligibility.is_for(kind, rules, audiences, by_staff=by_staff),
        eligibility.is_on_sale(kind, rules, audiences, at=at),
        eligibility.is_not_over(kind, rules, start=max(begins, at)),
        eligibility.starts_soon(kind, rules, start=begins, at=at),
        eligibility.is_registered(
            not address or are_one(address_key(address), customer.address_key if customer else "")
        ),
    ):
        decision.require()
    if kind.on_sale.lottery is not None and open_offer(kind, customer, at=at) is None:
        lottery.is_line_open(kind, rules, at=at).require()
    run = terms.run_of(
        kind,
        start=begins,
        end=end,
        zone=rules.tz,
        anchor=_anchor(renews, in_force) if renews else None,
    )
    run = run_with_first(kind, rules, customer, run, renews=renews, at=at)
    places = quotas.places_of(kind, rules, run.period)
    seen = glance(kind, rules, customer, plates=plates, places=places)
    offered = open_offer(kind, customer, at=at) if seen.has_line else None
    buyer = buyer_of(
        kind,
        rules,
        customer,
        audiences,
        plates,
        run,
        places,
        seen=seen,
        by_staff=by_staff,
        renews=renews,
        is_offered=offered is not None,
        at=at,
    )
    eligibility.may_buy(kind, rules, buyer, start=begins, at=at).require()
    if customer is not None and seen.has_permits:
        twice = listed_twice(kind.code, customer.pk, plates, run.period, but=renews, at=at)
        eligibility.is_not_there_twice(twice).require()
    listed = looked_up(rules, plates, customer, by_staff=by_staff)
    used = None
    if coupon.strip():
        used = coupons.usable(
            coupon, type_code=kind.code, customer=customer, programme=rules, at=at
        )
    quote = pricing.quote(
        kind,
        rules,
        run=run,
        start=begins,
        at=at,
        coupon=coupons.takes_off(used, rules),
        **known_of(customer if kind.price.asks_of_vehicles else None, listed),
        audiences=audiences,
        permits=_open_permits(kind, customer, renews, at) if seen.has_permits else 0,
        at_address=buyer.at_address or 0,
    )
    if quote.off is not None and not quote.off:
        NOTHING.require()
    audience = audience_of(kind, audiences)
    return Offer(kind, in_force, run, quote, places, audience, listed, offered, used)


def shelf(
    *,
    customer: Customer | None = None,
    audiences: Sequence[str] | None = None,
    visible: Collection[str] = ("listed",),
    by_staff: bool = False,
    at: datetime,
) -> list[Shelf]:
    """Return the permit types of these visibilities in the programme's order, with price, places
    and reasons, for a customer, for anybody of `audiences`, or for somebody not known yet."""
    in_force = programme.in_force(at)
    return [
        shelf_of(kind, in_force, customer=customer, audiences=audiences, by_staff=by_staff, at=at)
        for kind in in_force.programme.permit_types
        if kind.visibility in visible
    ]


def shelf_of(
    kind: PermitType,
    in_force: InForce,
    *,
    customer: Customer | None = None,
    audiences: Sequence[str] | None = None,
    by_staff: bool = False,
    at: datetime,
) -> Shelf:
    """Return one type as the shop shows it; see `shelf`."""
    rules = in_force.programme
    told = audiences if audiences is not None else (customer.audiences if customer else [])
    try:
        run = terms.run_of(kind, start=at, zone=rules.tz)
        run = run_with_first(kind, rules, customer, run, at=at)
    except Refused as refusal:
        why = Decision(refusal.code, str(refusal))
        return Shelf(kind, None, None, None, None, waiting_for(kind), why)
    places = quotas.places_of(kind, rules, run.period)
    seen = glance(kind, rules, customer, places=places)
    tightest = free.tightest(kind, rules, places, seen.taken)
    is_offered = seen.has_line and open_offer(kind, customer, at=at) is not None
    buyer = buyer_of(
        kind,
        rules,
        customer,
        told,
        (),
        run,
        places,
        seen=seen,
        by_staff=by_staff,
        is_offered=is_offered,
        at=at,
    )
    quote = pricing.quote(
        kind,
        rules,
        run=run,
        start=at,
        at=at,
        audiences=told,
        permits=_open_permits(kind, customer, None, at) if seen.has_permits else 0,
        at_address=buyer.at_address or 0,
    )
    return Shelf(
        kind,
        quote.total,
        run.period.start,
        run.period.end,
        tightest[0] if tightest else None,
        buyer.waiting,
        eligibility.may_buy(kind, rules, buyer, start=at, at=at),
    )


def waiting_for(kind: PermitType) -> int:
    """Return how many wait for a place of this type."""
    return _line_of(kind)[0]


def _line_of(kind: PermitType) -> tuple[int, int]:
    """Return how many wait, and how many of them a free place is for: who was passed over, for a
    reason of their own, keeps nobody else from buying."""
    if kind.waitlist is None:
        return 0, 0
    rows = WaitlistEntry.objects.filter(
        type_key=code_key(kind.code), status=WaitlistEntry.Status.WAITING
    )
    told = rows.aggregate(waiting=Count("pk"), next=Count("pk", filter=Q(skip_code="")))
    return told["waiting"], told["next"]


def may_be_offered(
    kind: PermitType, in_force: InForce, customer: Customer, *, wanted: int = 1, at: datetime
) -> Decision:
    """Decide whether somebody in line may still have `wanted` permits of a type, places apart."""
    rules = in_force.programme
    for decision in (
        eligibility.is_for(kind, rules, customer.audiences, by_staff=True),
        eligibility.is_on_sale(kind, rules, customer.audiences, at=at),
        eligibility.is_not_over(kind, rules, start=at),
    ):
        if not decision:
            return decision
    run = terms.run_of(kind, start=at, zone=rules.tz)
    current = _current(kind, customer, run, None, at) + wanted - 1
    within = eligibility.is_within_limit(kind, current=current)
    household = at_address(kind, customer, run, None, at=at)
    household = household + wanted - 1 if household is not None else None
    within = within and eligibility.is_within_address(kind, at_address=household)
    used = used_of(kind, rules, customer, run.period, at=at)
    within = within and shared_limits.is_within(used, rules, more=wanted)
    overdue = _overdue(kind, customer, (), at)
    owed = sum((row.balance for row in overdue[1:]), overdue[0].balance) if overdue else None
    return within and eligibility.owes_nothing(kind, overdue=len(overdue), owed=owed)


def open_offer(
    kind: PermitType, customer: Customer | None, *, at: datetime
) -> WaitlistEntry | None:
    """Return the offer of a place that this customer has and may still accept."""
    if customer is None or kind.waitlist is None:
        return None
    return WaitlistEntry.objects.filter(
        type_key=code_key(kind.code),
        customer=customer,
        status=WaitlistEntry.Status.OFFERED,
        offer_expires_at__gt=at,
    ).first()


class Known(TypedDict):
    """What prices ask of vehicles, as far as it is known."""

    fuels: frozenset[str]
    co2: frozenset[int]
    euro: frozenset[int]


def known_of(customer: Customer | None, plates: Sequence[Plate]) -> Known:
    """Return what is known of the listed vehicles: as told now, or else of the customer's own."""
    own = {v.plate_key: v for v in customers.vehicles_of(customer.pk)} if customer else {}

    def told(name: str) -> frozenset[Any]:
        found = set()
        for plate in plates:
            now = getattr(plate, name)
            found.add(now if now not in (None, "") else getattr(own.get(plate.key), name, None))
        return frozenset(found - {None, ""})

    return Known(fuels=told("fuel"), co2=told("co2"), euro=told("euro"))


def buyer_of(
    kind: PermitType,
    rules: Programme,
    customer: Customer | None,
    audiences: Sequence[str],
    plates: Sequence[Plate],
    run: Run,
    places: Sequence[str],
    *,
    seen: Glance,
    by_staff: bool,
    renews: Permit | None = None,
    replaces: Permit | None = None,
    is_offered: bool,
    at: datetime,
) -> Buyer:
    """Return what matters of who asks for a permit of this type, term and plates, to go on from one
    that it `renews` or in place of one that it `replaces`; `is_offered`: they have an open offer of
    a place. What was `seen` to be nothing is not read."""
    tightest = free.tightest(kind, rules, places, seen.taken)
    waiting, are_next = _line_of(kind) if seen.has_line else (0, 0)
    left, full = tightest or (None, "")
    if left is not None:
        if is_offered or _keeps_place(renews, places):
            left = max(left, 1)
        elif are_next:
            left = 0
    overdue = _overdue(kind, customer, plates, at) if seen.has_citations else []
    owed = None
    for row in overdue:
        owed = row.balance if owed is None else owed + row.balance
    return Buyer(
        audiences=tuple(audiences),
        current=_current(kind, customer, run, renews, at) if seen.has_permits else 0,
        at_address=at_address(kind, customer, run, renews, at=at),
        left=left,
        full_quota="" if left else full,
        waiting=waiting,
        vehicles=len(plates),
        overdue=len(overdue),
        owed=owed,
        shared=used_of(kind, rules, customer, run.period, but=[renews, replaces], at=at),
        elsewhere=elsewhere(kind, rules, customer, renews or replaces, at=at),
        by_staff=by_staff,
    )


def _keeps_place(renews: Permit | None, places: Sequence[str]) -> bool:
    """Whether a renewal goes on in the place that its permit has."""
    return renews is not None and bool(places) and set(places) <= set(renews.places)


def _overdue(
    kind: PermitType, customer: Customer | None, plates: Sequence[Plate], at: datetime
) -> list[payments.ChargeRow]:
    if customer is None or not kind.blocked_by_debt:
        return []
    keys = {vehicle.plate_key for vehicle in customers.vehicles_of(customer.pk)}
    keys |= {plate.key for plate in plates}
    return payments.overdue(customer_id=customer.pk, plate_keys=sorted(keys), at=at)


def _current(
    kind: PermitType, customer: Customer | None, run: Run, renews: Permit | None, at: datetime
) -> int:
    """Count the customer's permits of the type that stand; of a fixed term those of that term."""
    if customer is None or kind.per_customer is None:
        return 0
    rows = Permit.objects.filter(current_q(at), customer=customer, type_key=code_key(kind.code))
    if isinstance(kind.term, Fixed):
        rows = rows.filter(starts_at__lt=run.period.end, ends_at__gt=run.period.start)
    return rows.exclude(pk=renews.pk if renews else 0).count()


def at_address(
    kind: PermitType, customer: Customer | None, run: Run, renews: Permit | None, *, at: datetime
) -> int | None:
    """Count the permits of the type that stand for the customer's address, whoever holds them; of a
    fixed term those of that term. None where no address is known."""
    asks = kind.per_address is not None or "address.permits" in kind.price.subjects
    if customer is None or not asks:
        return 0
    if not customer.address_key:
        return None
    standing = Permit.objects.filter(current_q(at), type_key=code_key(kind.code))
    rows = standing.filter(address_q(customer.address_key, standing))
    if isinstance(kind.term, Fixed):
        rows = rows.filter(starts_at__lt=run.period.end, ends_at__gt=run.period.start)
    return rows.exclude(pk=renews.pk if renews else 0).count()


def elsewhere(
    kind: PermitType,
    rules: Programme,
    customer: Customer | None,
    but: Permit | None,
    *,
    at: datetime,
) -> str:
    """Return the number of a permit of the type that stands for another address than the customer's,
    where the program counts what an address has; "" if there is none."""
    counts = kind.per_address is not None or "address.permits" in kind.price.subjects
    counts = counts or any(limit.per == "address" for limit in rules.limits_of(kind.code))
    if customer is None or not counts:
        return ""
    rows = Permit.objects.filter(current_q(at), customer=customer, type_key=code_key(kind.code))
    rows = rows.exclude(address_q(customer.address_key, rows)).exclude(pk=but.pk if but else 0)
    return rows.order_by("pk").values_list("number", flat=True).first() or ""


def _open_permits(
    kind: PermitType, customer: Customer | None, renews: Permit | None, at: datetime
) -> int:
    if customer is None or "customer.permits" not in kind.price.subjects:
        return 0
    rows = Permit.objects.filter(customer=customer, type_key=code_key(kind.code))
    wanted = status_q(next(iter(OPEN)), at)
    for status in OPEN:
        wanted |= status_q(status, at)
    return rows.filter(wanted).exclude(pk=renews.pk if renews else 0).count()


def listed_twice(
    type_code: str,
    customer_id: int,
    plates: Sequence[Plate],
    period: Period,
    *,
    but: Permit | None = None,
    at: datetime,
) -> list[str]:
    """Return which of `plates` the customer has on another permit of the type that stands and runs
    for some of `period`; of the same letters of two regions each is its own."""
    if not plates:
        return []
    standing = Permit.objects.filter(
        current_q(at),
        customer_id=customer_id,
        type_key=code_key(type_code),
        starts_at__lt=period.end,
        ends_at__gt=period.start,
    ).exclude(pk=but.pk if but else 0)
    rows = PlateRight.objects.filter(
        permit__in=standing,
        kind=PlateRight.Kind.PERMIT,
        plate_key__in=[plate.key for plate in plates],
        removed_at__isnull=True,
        temporary__isnull=True,
    )
    known = list(rows.values_list("plate_key", "region"))
    return [
        plate.text
        for plate in plates
        if any(
            key == plate.key and (region == plate.region or not (region and plate.region))
            for key, region in known
        )
    ]


def audience_of(kind: PermitType, audiences: Sequence[str]) -> str:
    """Return under which of their audiences somebody buys: the first that the type names."""
    named = {code_key(code) for code in kind.audience}
    return next(
        (code for code in audiences if not named or code_key(code) in named),
        audiences[0] if audiences else "",
    )


def _anchor(renews: Permit, in_force: InForce) -> date:
    """Return the day on which the first of a line of renewed permits started."""
    first = renews
    while first.renews is not None:
        first = first.renews
    return local_date(first.starts_at, in_force.programme.tz)
