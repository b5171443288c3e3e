"""Plates of permits through time, and vehicles that stand in for a while, over HTTP."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema, Status

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.values import Instant, instant_out
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Scope
from parkops.kernel.plates import plate_key
from permits import operations
from permits.api.mounted import router
from permits.models import TemporaryVehicle
from permits.queries import permits as rows
from permits.queries import vehicles
from permits.queries.vehicles import Listing
from permits.rules.plates import read_plates

READ = needs(Scope.PERMITS_READ)
WRITE = needs(Scope.PERMITS_WRITE)


class TemporaryIn(Schema):
    """A vehicle for a while."""

    plate: str
    region: str = ""
    start: Instant | None = None
    end: Instant
    replaces: str = ""


@router.get("/permits/{number}/vehicles", auth=READ)
def plates_through_time(request: HttpRequest, number: str) -> dict[str, Any]:
    """List which plates a permit covered when, the newest first."""
    found = vehicles.listings_of_permit(rows.permit(number))
    return {"items": [_listing(row) for row in found], "next": None}


@router.get("/vehicles/{plate}/history", auth=READ)
def plate_through_time(request: HttpRequest, plate: str) -> dict[str, Any]:
    """List who held a plate when (for tokens that may read customers) and on which permits it was."""
    try:
        key = plate_key(plate)
    except ValueError as error:
        raise Refused("plate", str(error), field="plate") from error
    known = vehicles.holders_of_plate(key)
    permits = [_listing(row) for row in vehicles.listings_of_plate(key)]
    if not known and not permits:
        raise NotFound("This plate is not known here.")
    holders = []
    if request.auth.has(Scope.CUSTOMERS_READ):
        holders = [
            {
                "customer": str(row.customer.reference),
                "plate": row.plate_text,
                "region": row.region,
                "from": instant_out(row.added_at),
                "to": instant_out(row.removed_at) if row.removed_at else None,
            }
            for row in known
        ]
    return {"plate_key": key, "holders": holders, "permits": permits}


@router.post("/permits/{number}/temporary-vehicles", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def add_temporary(request: HttpRequest, number: str, body: TemporaryIn) -> Any:
    """Give a vehicle the permit's right for a while."""
    added = operations.add_temporary_vehicle(
        number,
        plate=read_plates([(body.plate, body.region)])[0],
        start=body.start,
        end=body.end,
        replaces=body.replaces,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(201, _temporary(added))


@router.delete(
    "/permits/{number}/temporary-vehicles/{reference}",
    auth=WRITE,
    response={200: dict[str, Any]},
)
def end_temporary(request: HttpRequest, number: str, reference: UUID) -> dict[str, Any]:
    """End a temporary vehicle now."""
    done = operations.end_temporary_vehicle(
        number, reference, by=request.auth.actor, at=timezone.now()
    )
    return _temporary(done)


def _temporary(row: TemporaryVehicle) -> dict[str, Any]:
    return {
        "id": str(row.reference),
        "plate": row.plate_text,
        "plate_key": row.plate_key,
        "start": instant_out(row.starts_at),
        "end": instant_out(row.ends_at),
        "replaces": row.replaces_key,
    }


def _listing(row: Listing) -> dict[str, Any]:
    return {
        "permit": row.permit.number,
        "plate": row.plate_text,
        "plate_key": row.plate_key,
        "region": row.region,
        "kind": row.kind,
        "from": instant_out(row.since),
        "to": instant_out(row.until),
    }


class LossIn(Schema):
    """How a hangtag was lost."""

    kind: Literal["lost", "stolen"] = "lost"
    police_reference: str = ""


@router.post("/permits/{number}/loss", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def report_lost(request: HttpRequest, number: str, body: LossIn) -> dict[str, Any]:
    """Report a permit's hangtag lost or stolen; it gets a new one for the program's fee."""
    permit = operations.report_lost(
        number,
        is_stolen=body.kind == "stolen",
        police_reference=body.police_reference,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return {"number": permit.number, "hangtag": permit.hangtag}
