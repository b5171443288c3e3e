"""Who held which plate when, on which permits it stood, and which plates several customers hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, QuerySet

from parkops.customers.models import Customer, Vehicle
from parkops.kernel.plates import regions_match
from permits.models import Permit, PlateDecision, PlateRight, TemporaryVehicle
from permits.rules.status import Status


@dataclass(frozen=True, slots=True)
class Listing:
    """One stretch of time in which a plate had a right by a permit; `until` is excluded.

    `kind` is "permit", "temporary" or "pass".
    """

    permit: Permit
    plate_text: str
    plate_key: str
    region: str
    kind: str
    since: datetime
    until: datetime


def covered_since(customer_id: int, plate_key: str, *, at: datetime) -> datetime | None:
    """Return from when on a customer's permit that is active at `at` has had this plate; None where
    none has."""
    rows = PlateRight.objects.filter(
        kind=PlateRight.Kind.PERMIT,
        plate_key=plate_key,
        permit__customer_id=customer_id,
        removed_at=None,
        starts_at__lte=at,
        ends_at__gt=at,
    )
    since = [
        row.starts_at
        for row in rows.select_related("permit").order_by("starts_at", "pk")
        if row.permit is not None and row.permit.status_at(at) is Status.ACTIVE
    ]
    return min(since, default=None)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A plate that several customers hold now, and what was decided of it before, if anything."""

    plate_text: str
    plate_key: str
    vehicles: tuple[Vehicle, ...]
    decided: PlateDecision | None


def listings_of_permit(permit: Permit) -> list[Listing]:
    """Return which plates a permit covered when, the newest first; what never was is left out."""
    return _listings(PlateRight.objects.filter(permit=permit))


def listings_of_plate(plate_key: str, *, limit: int = 200) -> list[Listing]:
    """Return by which permits a plate had a right when, the newest first."""
    return _listings(PlateRight.objects.filter(plate_key=plate_key), limit=limit)


def holders_of_plate(plate_key: str, *, limit: int = 200) -> list[Vehicle]:
    """Return who held a plate when (with the customer), the newest first."""
    rows = Vehicle.objects.filter(plate_key=plate_key).select_related("customer")
    return list(rows.order_by("-added_at", "-pk")[:limit])


def temporary_of(permit: Permit, *, at: datetime) -> list[TemporaryVehicle]:
    """Return a permit's temporary vehicles that are not over at `at`, the first to begin first."""
    return list(permit.temporary.filter(ends_at__gt=at).order_by("starts_at", "pk"))


def conflicting_keys() -> QuerySet[Vehicle, tuple[str, list[int]]]:
    """Return (plate key, customer ids) of the plates that two customers or more hold now."""
    return (
        Vehicle.objects.now()
        .values("plate_key")
        .annotate(holders=Count("customer", distinct=True))
        .filter(holders__gt=1)
        .order_by("plate_key")
        .values_list("plate_key", ArrayAgg("customer", distinct=True))
    )


def conflicts(found: Sequence[tuple[str, list[int]]]) -> list[Conflict]:
    """Return the conflicts of a page of `conflicting_keys`, by two queries whatever their number."""
    keys = [key for key, _ in found]
    held: dict[str, list[Vehicle]] = {}
    rows = Vehicle.objects.now().filter(plate_key__in=keys).select_related("customer")
    for vehicle in rows.order_by("plate_key", "added_at", "pk"):
        held.setdefault(vehicle.plate_key, []).append(vehicle)
    decided: dict[str, PlateDecision] = {}
    for decision in PlateDecision.objects.filter(plate_key__in=keys).order_by("plate_key", "pk"):
        decided[decision.plate_key] = decision
    return [
        Conflict(held[key][0].plate_text, key, tuple(held[key]), decided.get(key))
        for key, _ in found
        if key in held
    ]


def open_conflicts() -> list[tuple[str, list[int]]]:
    """Return (plate key, customer ids) of conflicts that nobody has decided, or in which somebody
    new holds the plate; two regions that differ are two vehicles and no conflict."""
    found = list(conflicting_keys())
    keys = [key for key, _ in found]
    agreed = {
        row.plate_key: set(row.customers)
        for row in PlateDecision.objects.filter(plate_key__in=keys).order_by("pk")
    }
    regions: dict[str, list[tuple[int, str]]] = {}
    rows = Vehicle.objects.now().filter(plate_key__in=keys)
    for key, customer, region in rows.values_list("plate_key", "customer_id", "region"):
        regions.setdefault(key, []).append((customer, region))
    return [
        (key, holders)
        for key, holders in found
        if not set(holders) <= agreed.get(key, set()) and _overlap(regions.get(key, []))
    ]


def _overlap(held: Sequence[tuple[int, str]]) -> bool:
    """Return whether two customers hold what may be the same vehicle."""
    return any(
        one != other and regions_match(region, another)
        for place, (one, region) in enumerate(held)
        for other, another in held[place + 1 :]
    )


def others_holding(vehicle_keys: Sequence[str], customer: Customer) -> dict[str, int]:
    """Return how many other customers hold each of these plates now."""
    rows = (
        Vehicle.objects.now()
        .filter(plate_key__in=vehicle_keys)
        .exclude(customer=customer)
        .values("plate_key")
        .annotate(others=Count("customer", distinct=True))
        .order_by("plate_key")
    )
    return {row["plate_key"]: row["others"] for row in rows}


def _listings(rows: QuerySet[PlateRight], *, limit: int = 500) -> list[Listing]:
    found = (
        rows.filter(permit__isnull=False, ends_at__gt=F("starts_at"))
        .select_related("permit__customer")
        .order_by("-starts_at", "-pk")[:limit]
    )
    return [
        Listing(
            permit=row.permit,
            plate_text=row.plate_text,
            plate_key=row.plate_key,
            region=row.region,
            kind="temporary" if row.temporary_id else str(row.kind),
            since=row.starts_at,
            until=row.ends_at,
        )
        for row in found
        if row.permit is not None
    ]
