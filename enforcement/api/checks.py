"""Plate checks and chalk marks over HTTP."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from enforcement.api.shapes import BatchIn, CheckIn, ObservationIn
from enforcement.models import PlateCheck
from enforcement.operations import checks, observations
from enforcement.queries.checks import Look
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.values import instant_out
from parkops.kernel.permissions import Scope

router = Router()
WRITE = needs(Scope.ENFORCEMENT_WRITE)


@router.post("/plate-checks", auth=WRITE)
def check_plate(request: HttpRequest, body: CheckIn) -> dict[str, Any]:
    """Say whether a plate may stand in a zone at an instant, and why; the look is kept."""
    now = timezone.now()
    look = Look(body.plate, body.region or "", body.zone or "", body.at or now, body.lat, body.lon)
    checked = checks.check_plate(look, source=PlateCheck.Source.API, by=request.auth.actor, at=now)
    return checked.record.answer


@router.post("/plate-checks/batch", auth=WRITE)
def check_plates(request: HttpRequest, body: BatchIn) -> dict[str, Any]:
    """Answer up to 5,000 reads in their order; one that cannot be read refuses them all."""
    looks = [Look(r.plate, r.region or "", r.zone or "", r.at, r.lat, r.lon) for r in body.reads]
    answers = checks.check_plates(
        looks,
        source=PlateCheck.Source.BATCH,
        named="reads",
        by=request.auth.actor,
        at=timezone.now(),
    )
    reads = zip(body.reads, answers, strict=True)
    return {"results": [{"id": read.id, **answer} for read, answer in reads]}


@router.post("/observations", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def observe(request: HttpRequest, body: ObservationIn) -> Any:
    """Chalk a vehicle: this starts or continues its timed stay. With `gone` the stay is over: the vehicle
    stands there no more."""
    seen = observations.observe(
        plate=body.plate,
        region=body.region or "",
        zone=body.zone,
        seen_at=body.at,
        lat=body.lat,
        lon=body.lon,
        valve=body.valve_text,
        block_face=body.block_face or "",
        is_gone=body.gone,
        by=request.auth.actor,
        at=timezone.now(),
    )
    stay = seen.stay
    return Status(
        201,
        {
            "id": str(seen.observation.reference),
            "plate": seen.observation.plate_text,
            "plate_key": seen.observation.plate_key,
            "zone": seen.observation.zone_code,
            "at": instant_out(seen.observation.seen_at),
            "block_face": seen.observation.block_face or None,
            "gone": seen.observation.is_gone,
            "stay": stay
            and {"since": instant_out(stay.since), "limit_ends": instant_out(seen.ends_at)},
        },
    )
