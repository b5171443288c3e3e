"""What a permit may be switched for, and what that would come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from parkops.customers.models import Customer
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.programme.queries import InForce
from payments import queries as payments
from permits.models import Permit, WaitlistEntry
from permits.models.permits import current_q
from permits.queries import sale
from permits.queries.glance import glance
from permits.queries.permits import money_of, plates_of, priced_period, type_of
from permits.queries.registry import looked_up
from permits.queries.seconds import run_with_first
from permits.rules import eligibility, pricing, quotas, switching, terms
from permits.rules.plates import Plate
from permits.rules.pricing import Share
from permits.rules.switching import Difference
from permits.rules.terms import Run


@dataclass(frozen=True, slots=True)
class SwitchOffer:
    """A switch that may be made: the new permit's type and term, and what it comes to."""

    old: PermitType
    kind: PermitType
    in_force: InForce
    period: Period
    plates: tuple[Plate, ...]
    places: tuple[str, ...]
    audience: str
    difference: Difference
    deposit: Money | None
    value_begins_at: datetime
    offered: WaitlistEntry | None

    @property
    def to_pay(self) -> Money:
        """What is to pay before the new permit counts; nothing if money comes back."""
        return max(self.difference.total, Money.zero(self.difference.net.currency))


@dataclass(frozen=True, slots=True)
class SwitchChoice:
    """One type that a permit may be switched for: with what it comes to, or why it may not."""

    kind: PermitType
    offer: SwitchOffer | None
    refusal: Refused | None


def choices(permit: Permit, *, by_staff: bool = False, at: datetime) -> list[SwitchChoice]:
    """Return the types that a permit may be switched for, those that may be had first."""
    old = type_of(permit)
    found = []
    for kind in programme.in_force(at).programme.permit_types:
        listed = switching.may_switch(
            old, kind, status=permit.status_at(at), is_renewed=False, by_staff=by_staff
        )
        if listed.code in ("not_switchable", "same_type", "other_term"):
            continue
        try:
            offer = switch_offer(permit, kind.code, by_staff=by_staff, at=at)
        except Refused as refusal:
            found.append(SwitchChoice(kind, None, refusal))
        else:
            found.append(SwitchChoice(kind, offer, None))
    return sorted(found, key=lambda choice: choice.offer is None)


def may_switch_at_all(permit: Permit, *, at: datetime) -> bool:
    """Return whether the program lets the holder switch this permit for anything now."""
    rule = type_of(permit).switch
    status = permit.status_at(at)
    return bool(rule and rule.to) and status in (
        switching.Status.ACTIVE,
        switching.Status.SCHEDULED,
    )


def permits_for(customer: Customer, kind: PermitType, *, at: datetime) -> list[Permit]:
    """Return the customer's permits that they may switch for one of this type."""
    mine = Permit.objects.filter(current_q(at), customer=customer).select_related("customer")
    return [
        permit
        for permit in mine.order_by("pk")
        if may_switch_at_all(permit, at=at)
        and switching.may_switch(
            type_of(permit), kind, status=permit.status_at(at), is_renewed=False, by_staff=False
        )
    ]


def open_switch(permit: Permit) -> Permit | None:
    """Return the permit that waits for its difference to be paid, if a switch is under way."""
    return permit.replacements.filter(
        paid_at__isnull=True, cancelled_at__isnull=True, lapsed_at__isnull=True
    ).first()


def switch_offer(
    permit: Permit,
    type_code: str,
    *,
    plates: Sequence[Plate] | None = None,
    by_staff: bool = False,
    at: datetime,
) -> SwitchOffer:
    """Return what switching a permit at `at` would come to; the same plates unless others are given.

    :raises Refused: "unknown_permit_type", or with the reason why it may not be had.
    """
    in_force = programme.in_force(at)
    rules, old = in_force.programme, type_of(permit)
    kind = rules.permit_type(type_code)
    if kind is None:
        raise Refused(
            "unknown_permit_type",
            say("There is no permit type {type_code}.", type_code=type_code),
            field="permit_type",
        )
    switching.may_switch(
        old, kind, status=permit.status_at(at), is_renewed=_is_renewed(permit), by_staff=by_staff
    ).require()
    charge = payments.charge_of("permit", permit.number)
    switching.is_paid(charge.balance if charge else money_of(permit, 0)).require()
    own = Period(permit.starts_at, permit.ends_at)
    eligibility.is_not_over(kind, rules, start=max(at, own.start)).require()
    period = switching.period_of(kind, own, zone=rules.tz, at=at)
    period = run_with_first(kind, rules, permit.customer, Run(period), but=permit, at=at).period
    listed = _plates(permit, at=at) if plates is None else tuple(plates)
    places = quotas.places_of(kind, rules, period)
    customer = permit.customer
    seen = glance(kind, rules, customer, plates=listed, places=places)
    offered = sale.open_offer(kind, customer, at=at)
    buyer = sale.buyer_of(
        kind,
        rules,
        customer,
        customer.audiences,
        listed,
        Run(period),
        places,
        seen=seen,
        by_staff=by_staff,
        replaces=permit,
        is_offered=offered is not None,
        at=at,
    )
    eligibility.may_buy(kind, rules, buyer, start=period.start, at=at).require()
    twice = sale.listed_twice(kind.code, customer.pk, listed, period, but=permit, at=at)
    eligibility.is_not_there_twice(twice).require()
    listed = looked_up(rules, listed, customer, by_staff=by_staff)
    whole = pricing.quote(
        kind,
        rules,
        run=terms.run_of(kind, start=period.start, zone=rules.tz),
        start=period.start,
        at=at,
        **sale.known_of(customer, listed),
        audiences=customer.audiences,
        at_address=buyer.at_address or 0,
        part=Share(Fraction(1)),
    )
    paid = (
        money_of(permit, permit.net_minor - permit.credited_net_minor),
        money_of(permit, permit.tax_minor - permit.credited_tax_minor),
    )
    return SwitchOffer(
        old,
        kind,
        in_force,
        period,
        listed,
        places,
        sale.audience_of(kind, customer.audiences),
        switching.difference(
            old,
            kind,
            own=own,
            priced=priced_period(permit),
            part=_part_of_a_term(permit),
            paid=paid,
            whole=whole,
            by_staff=by_staff,
            zone=rules.tz,
            at=at,
        ),
        whole.deposit,
        switching.value_begins(old, kind, period, priced_period(permit), zone=rules.tz, at=at),
        offered,
    )


def _part_of_a_term(permit: Permit) -> Fraction:
    """Return for how much of a whole term of its type a permit's price is: all of it, unless it was
    switched to."""
    if permit.replaces is None:
        return Fraction(1)
    old, kind = type_of(permit.replaces), type_of(permit)
    zone = programme.version(permit.programme_version).programme.tz
    left = switching.left_of(
        old, kind, priced_period(permit.replaces), zone=zone, at=permit.sold_at
    )
    ratio = switching.length(old) / switching.length(kind)
    return left.share * _part_of_a_term(permit.replaces) * ratio


def _plates(permit: Permit, *, at: datetime) -> tuple[Plate, ...]:
    listed = plates_of([permit], at=at).get(permit.pk, ())
    return tuple(Plate(plate.text, plate.key, plate.region) for plate in listed)


def _is_renewed(permit: Permit) -> bool:
    return permit.renewals.filter(cancelled_at__isnull=True, lapsed_at__isnull=True).exists()
