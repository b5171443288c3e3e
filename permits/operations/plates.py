"""Plates put on and taken off permits, stays and passes; part of the acts that call this."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from parkops.customers import operations as customers
from parkops.customers.models import Vehicle
from parkops.kernel.actors import Actor
from permits.models import ParkingSession, Permit, PlateRight, VisitorPass
from permits.operations.rights_changes import plates_changed
from permits.queries.rights import near_keys
from permits.rules.plates import Plate


def vehicles_of(
    customer_id: int, plates: Sequence[Plate], *, by: Actor, at: datetime
) -> list[Vehicle]:
    """Return the customer's vehicles with these plates; those new to the customer become theirs."""
    return [
        customers.add_vehicle(
            customer_id=customer_id,
            plate=plate.text,
            region=plate.region,
            make=plate.make,
            model=plate.model,
            fuel=plate.fuel,
            co2=plate.co2,
            euro=plate.euro,
            by=by,
            at=at,
        )
        for plate in plates
    ]


def put_on(
    permit: Permit,
    plates: Sequence[Plate],
    *,
    vehicles: Sequence[Vehicle] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """List plates on a permit from `at`, or its start if that is later; they become vehicles of the
    customer (if `vehicles` are not given), whose own words for region and plate are kept."""
    starts_at = min(max(permit.starts_at, at), permit.ends_at)
    if permit.is_backdated and permit.paid_at is None:
        starts_at = permit.starts_at
    if vehicles is None:
        vehicles = vehicles_of(permit.customer_id, plates, by=by, at=at)
    PlateRight.objects.bulk_create(
        PlateRight(
            kind=PlateRight.Kind.PERMIT,
            plate_text=vehicle.plate_text,
            plate_key=plate.key,
            region=vehicle.region,
            near_keys=near_keys(plate.key),
            starts_at=starts_at,
            ends_at=permit.ends_at,
            permit=permit,
        )
        for plate, vehicle in zip(plates, vehicles, strict=True)
    )
    if permit.paid_at is not None:
        plates_changed([plate.key for plate in plates])


def take_off(permit: Permit, keys: set[str], *, at: datetime) -> None:
    """End the listing of plates on a permit at `at`; before it began it never was."""
    rows = PlateRight.objects.filter(
        Q(removed_at__isnull=True) | Q(removed_at__gt=at),
        permit=permit,
        kind=PlateRight.Kind.PERMIT,
        plate_key__in=keys,
        temporary__isnull=True,
    )
    for row in rows:
        row.removed_at = at
        row.ends_at = min(max(at, row.starts_at), row.ends_at)
        row.save(update_fields=["removed_at", "ends_at"])
    plates_changed(keys)


def right_of_stay(stay: ParkingSession) -> None:
    """Write, or move, the right of a paid stay."""
    PlateRight.objects.update_or_create(
        session=stay,
        kind=PlateRight.Kind.SESSION,
        defaults={"ends_at": stay.ends_at},
        create_defaults=_right(stay),
    )
    plates_changed([stay.plate_key])


def move_right_of_stay(stay: ParkingSession) -> None:
    """Let the right of a paid stay be that of its plate, its zone and its end."""
    right = _right(stay)
    rows = PlateRight.objects.filter(session=stay, kind=PlateRight.Kind.SESSION)
    before = rows.values_list("plate_key", flat=True)
    plates_changed([stay.plate_key, *before])
    rows.update(**right)


def right_of_pass(given: VisitorPass) -> None:
    """Write, or move, the right of a visitor pass."""
    PlateRight.objects.update_or_create(
        visitor_pass=given,
        kind=PlateRight.Kind.VISITOR,
        defaults={"ends_at": given.ends_at},
        create_defaults={**_right(given), "permit": given.permit},
    )
    plates_changed([given.plate_key])


def rights_of_passes(rows: Sequence[VisitorPass]) -> None:
    """Write the rights of passes just given, all in one statement or few."""
    PlateRight.objects.bulk_create(
        [
            PlateRight(
                kind=PlateRight.Kind.VISITOR,
                visitor_pass=row,
                permit_id=row.permit_id,
                **_right(row),
            )
            for row in rows
        ],
        batch_size=500,
    )
    plates_changed([row.plate_key for row in rows])


def move_rights_of_passes(rows: Sequence[VisitorPass]) -> None:
    """Let the rights of passes end when the passes do."""
    ends = {row.pk: row.ends_at for row in rows}
    rights = list(PlateRight.objects.filter(visitor_pass_id__in=list(ends)))
    for right in rights:
        right.ends_at = ends[right.visitor_pass_id or 0]
    PlateRight.objects.bulk_update(rights, ["ends_at"], batch_size=500)
    plates_changed([right.plate_key for right in rights])


def _right(source: ParkingSession | VisitorPass) -> dict[str, Any]:
    return {
        "plate_text": source.plate_text,
        "plate_key": source.plate_key,
        "region": source.region,
        "near_keys": near_keys(source.plate_key),
        "starts_at": source.starts_at,
        "ends_at": source.ends_at,
    }
