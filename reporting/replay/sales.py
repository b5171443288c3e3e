"""Permits and paid stays of the span, priced by the program as it is and by the draft."""

from collections.abc import Sequence

from django.db.models import QuerySet

from parkops.programme import queries as programme
from permits.models import ParkingSession, Permit
from permits.queries import repricing
from permits.rules.priced import Priced
from reporting.replay import rules
from reporting.replay.ground import Ground
from reporting.replay.rules import Aside, Change, Difference, Found, Kind


def permits_sold(ground: Ground) -> QuerySet[Permit]:
    """Return the permits sold in the span that were paid."""
    return Permit.objects.filter(
        sold_at__gte=ground.since_at, sold_at__lt=ground.until_at, paid_at__isnull=False
    )


def visits_paid(ground: Ground) -> QuerySet[ParkingSession]:
    """Return the stays that began in the span."""
    return ParkingSession.objects.filter(
        starts_at__gte=ground.since_at, starts_at__lt=ground.until_at
    )


def permits_after(ground: Ground, after: int, limit: int) -> tuple[Found, int | None]:
    """Compare the next permits; returns also the last id, None when there are no more."""
    rows = permits_sold(ground).filter(pk__gt=after).select_related("customer", "coupon")
    batch = list(rows.order_by("pk")[:limit])
    found = Found()
    for difference in _permits(batch, ground):
        if difference is None:
            found.leave(Aside.PRICE)
        else:
            found.note(difference)
    return found, batch[-1].pk if len(batch) == limit else None


def visits_after(ground: Ground, after: int, limit: int) -> tuple[Found, int | None]:
    """Compare the next paid stays; returns also the last id, None when there are no more."""
    rows = visits_paid(ground).filter(pk__gt=after).select_related("customer")
    batch = list(rows.order_by("pk")[:limit])
    found = Found()
    for stay in batch:
        difference = _visit(stay, ground)
        if difference is None:
            found.leave(Aside.PRICE)
        else:
            found.note(difference)
    return found, batch[-1].pk if len(batch) == limit else None


def _permits(batch: Sequence[Permit], ground: Ground) -> list[Difference | None]:
    own = {permit.programme_version for permit in batch}
    sold_under = {number: programme.version(number).programme for number in own}
    asked = [ground.base.programme, ground.draft.programme, *sold_under.values()]
    prices = [kind.price for version in asked for kind in version.permit_types]
    facts = repricing.facts_of(batch, prices)
    found: list[Difference | None] = []
    for permit in batch:
        known = facts[permit.pk]
        paid, was, would = (
            repricing.permit_under(permit, version, known, until=ground.until_at)
            for version in (
                sold_under[permit.programme_version],
                ground.base.programme,
                ground.draft.programme,
            )
        )
        if paid.refused or paid.total.minor != permit.net_minor + permit.tax_minor:
            found.append(None)
            continue
        kind = sold_under[permit.programme_version].permit_type(permit.type_code)
        zones = {zone for grant in kind.grants for zone in grant.zones} if kind else set()
        change, before, after = rules.sale(was, would)
        found.append(
            Difference(
                Kind.PERMIT,
                change,
                permit.number,
                permit.sold_at,
                zones.pop() if len(zones) == 1 else "",
                permit.audience,
                before,
                after,
                was=permit.type_code,
                would=permit.type_code,
                because_was=_told(was),
                because_would=_told(would),
            )
        )
    return found


def _visit(stay: ParkingSession, ground: Ground) -> Difference | None:
    sold_under = programme.version(stay.programme_version).programme
    paid, was, would = (
        repricing.stay_under(stay, version, events=ground.events)
        for version in (sold_under, ground.base.programme, ground.draft.programme)
    )
    if paid.refused or paid.total.minor != stay.net_minor + stay.tax_minor:
        return None
    change, before, after = rules.sale(was, would)
    if change is Change.NOT_SOLD and not before:
        change = Change.SAME
    audiences = stay.customer.audiences if stay.customer is not None else []
    return Difference(
        Kind.VISIT,
        change,
        stay.number,
        stay.starts_at,
        stay.zone_code,
        audiences[0] if audiences else "",
        before,
        after,
        because_was=_told(was),
        because_would=_told(would),
    )


def _told(priced: Priced) -> tuple[str, ...]:
    if priced.refused or priced.not_for:
        return (str(priced.refused or priced.not_for),)
    lines = [f"{line.text}: {line.amount}" for line in priced.lines]
    return (*lines, *(str(reason) for reason in priced.because))
