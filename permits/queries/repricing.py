"""What was sold, priced by another program: permits and paid stays as they were asked for."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from parkops.customers.models import Vehicle
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.permit_schema import Fixed, PermitType
from parkops.programme.price_schema import Price
from parkops.programme.schema import Programme
from permits.models import ParkingSession, Permit, PlateRight
from permits.queries import coupons, sale
from permits.rules import eligibility, pricing, refunds, sessions, terms
from permits.rules.priced import Priced
from permits.rules.status import OPEN


def _nothing_known() -> sale.Known:
    return sale.Known(fuels=frozenset(), co2=frozenset(), euro=frozenset())


@dataclass(frozen=True, slots=True)
class Facts:
    """What a permit's price rested on when it was sold, beside its dates."""

    vehicles: sale.Known = field(default_factory=_nothing_known)
    others: int = 0


def facts_of(permits: Sequence[Permit], prices: Collection[Price]) -> Mapping[int, Facts]:
    """Return what the prices of these permits rested on, by id: by at most three queries, and by
    none for what no price in `prices` asks."""
    asked = [
        *(extra.conditions for price in prices for extra in price.add),
        *(multiple.conditions for price in prices for multiple in price.times),
    ]
    subjects = {condition.subject for conditions in asked for condition in conditions}
    about_vehicles = any(subject.startswith("vehicle.") for subject in subjects)
    vehicles = _vehicles_of(permits) if about_vehicles else {}
    others = _others_of(permits) if "customer.permits" in subjects else {}
    return {
        permit.pk: Facts(vehicles.get(permit.pk) or _nothing_known(), others.get(permit.pk, 0))
        for permit in permits
    }


def permit_under(permit: Permit, rules: Programme, facts: Facts, *, until: datetime) -> Priced:
    """Return what a permit would have cost under `rules`, asked for as it was, as known at `until`.

    Of a fixed term that other dates begin, the same day counted from its beginning is taken. One
    that was canceled by `until` gives back what the type's rule says. Whom the type is for is asked
    of the customer as known now.
    """
    nothing = rules.money(0)
    kind = rules.permit_type(permit.type_code)
    if kind is None:
        told = f"There is no permit type {permit.type_code}."
        return Priced(nothing, nothing, refused=told)
    own = [permit.audience] if permit.audience else []
    audiences = list(dict.fromkeys([*own, *permit.customer.audiences]))
    by_staff = permit.channel == Permit.Channel.OFFICE
    decision = eligibility.is_for(kind, rules, audiences, by_staff=by_staff)
    moved = _moved(permit, kind)
    begins, asked = permit.starts_at + moved, permit.sold_at + moved
    try:
        run = terms.run_of(kind, start=begins, end=permit.ends_at + moved, zone=rules.tz)
    except Refused as refusal:
        return Priced(nothing, nothing, refused=str(refusal))
    quote = pricing.quote(
        kind,
        rules,
        run=run,
        start=begins,
        at=asked,
        audiences=audiences,
        permits=facts.others,
        coupon=coupons.takes_off(permit.coupon, rules),
        **facts.vehicles,
    )
    kept, why = _kept(permit, kind, quote, rules, moved, until)
    because = (*quote.because, *why)
    return Priced(quote.total, kept, quote.lines, because, not_for=decision.reason)


def stay_under(stay: ParkingSession, rules: Programme, *, events: Events | None = None) -> Priced:
    """Return what a paid stay would have cost under `rules`, and whether it could have been paid."""
    nothing = rules.money(0)
    rates = rules.rates_for(stay.zone_code)
    if rules.zone(stay.zone_code) is None:
        return Priced(nothing, nothing, refused=f"There is no zone {stay.zone_code}.")
    quote = sessions.price_of_stay(
        rates, rules, start=stay.starts_at, end=stay.ends_at, events=events
    )
    minutes = round((stay.ends_at - stay.starts_at).total_seconds() / 60)
    not_for = ""
    try:
        sessions.check_length(rates, zone_code=stay.zone_code, minutes=minutes)
    except Refused as refusal:
        not_for = str(refusal)
    return Priced(quote.total, quote.total, quote.lines, quote.because, not_for=not_for)


def _moved(permit: Permit, kind: PermitType) -> timedelta:
    """How much later than the term that the permit was sold in this type's term begins."""
    sold_under = programme.version(permit.programme_version).programme
    own = sold_under.permit_type(permit.type_code)
    if own is None or not isinstance(own.term, Fixed) or not isinstance(kind.term, Fixed):
        return timedelta()
    return kind.term.starts_on - own.term.starts_on


def _kept(
    permit: Permit,
    kind: PermitType,
    quote: pricing.Quote,
    rules: Programme,
    moved: timedelta,
    until: datetime,
) -> tuple[Money, tuple[str, ...]]:
    if permit.cancelled_at is None or permit.cancelled_at > until or permit.paid_at is None:
        return quote.total, ()
    back = refunds.refund(
        kind.refund,
        net_paid=quote.net,
        tax_paid=quote.tax,
        period=Period(permit.starts_at + moved, permit.ends_at + moved),
        at=permit.cancelled_at + moved,
        zone=rules.tz,
    )
    return quote.total - back.total, back.because


def _vehicles_of(permits: Sequence[Permit]) -> dict[int, sale.Known]:
    """What is known of the vehicles that the permits listed when they were sold."""
    rights = PlateRight.objects.filter(
        permit__in=permits, kind=PlateRight.Kind.PERMIT, temporary__isnull=True
    ).values_list("permit_id", "plate_key", "starts_at")
    sold = {permit.pk: permit for permit in permits}
    listed: dict[int, set[str]] = defaultdict(set)
    for permit_id, key, starts_at in rights:
        if permit_id and starts_at <= max(sold[permit_id].starts_at, sold[permit_id].recorded_at):
            listed[permit_id].add(key)
    owned = Vehicle.objects.filter(
        customer_id__in={permit.customer_id for permit in permits},
        plate_key__in={key for found in listed.values() for key in found},
    )
    vehicles = {(v.customer_id, v.plate_key): v for v in owned.order_by("pk")}

    def known(permit_id: int, name: str) -> frozenset[Any]:
        owner = sold[permit_id].customer_id
        rows = (vehicles.get((owner, key)) for key in listed[permit_id])
        return frozenset(getattr(row, name, None) for row in rows) - {None, ""}

    return {
        permit_id: sale.Known(
            fuels=known(permit_id, "fuel"),
            co2=known(permit_id, "co2"),
            euro=known(permit_id, "euro"),
        )
        for permit_id in listed
    }


def _others_of(permits: Sequence[Permit]) -> dict[int, int]:
    """How many other permits of the type each customer had open when it was sold."""
    mine = Permit.objects.filter(customer_id__in={permit.customer_id for permit in permits})
    kinds = {permit.type_key for permit in permits}
    rows: dict[tuple[int, str], list[Permit]] = defaultdict(list)
    for row in mine.filter(type_key__in=kinds).order_by("pk"):
        rows[row.customer_id, row.type_key].append(row)
    return {
        permit.pk: sum(
            row.pk < permit.pk
            and row.pk != permit.renews_id
            and row.status_at(permit.sold_at) in OPEN
            for row in rows[permit.customer_id, code_key(permit.type_code)]
        )
        for permit in permits
    }
