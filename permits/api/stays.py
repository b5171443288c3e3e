"""Paid short stays and visitor passes over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema, Status
from pydantic import ConfigDict, Field

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.values import Instant, instant_out
from parkops.kernel.permissions import Scope
from payments import queries as payments
from permits import operations
from permits.api.mounted import router
from permits.api.shapes import Code, charge_out, customer_in, money
from permits.models import ParkingSession, VisitorPass
from permits.queries import stays
from permits.rules.plates import Plate, read_plates

READ = needs(Scope.PERMITS_READ)
WRITE = needs(Scope.PERMITS_WRITE)
LONGEST_MINUTES = 366 * 24 * 60


class StayIn(Schema):
    """Which vehicle parks where, from when, for how long."""

    model_config = ConfigDict(extra="forbid")

    plate: str = Field(max_length=64)
    region: str = Field("", max_length=16)
    zone: Code
    start: Instant | None = None
    minutes: int = Field(ge=1, le=LONGEST_MINUTES)
    customer: str = Field("", max_length=64)


class ExtensionIn(Schema):
    """How much longer."""

    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(ge=1, le=LONGEST_MINUTES)


class PassIn(Schema):
    """Which visitor parks by which permit, from when, for how long."""

    model_config = ConfigDict(extra="forbid")

    permit: str = Field(max_length=40)
    plate: str = Field(max_length=64)
    region: str = Field("", max_length=16)
    start: Instant | None = None
    hours: float = Field(gt=0, le=24 * 366)


@router.post("/sessions", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def start(request: HttpRequest, body: StayIn) -> Any:
    """Let a vehicle park for some minutes; the right holds at once, the charge is open."""
    stay = operations.start_stay(
        plate=_plate(body.plate, body.region),
        zone_code=body.zone,
        start=body.start,
        minutes=body.minutes,
        customer_id=customer_in(body.customer).pk if body.customer else None,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(201, _stay(stay))


@router.get("/sessions/{number}", auth=READ)
def session(request: HttpRequest, number: str) -> dict[str, Any]:
    """Give one stay."""
    return _stay(stays.stay(number))


@router.post("/sessions/{number}/extension", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def extend(request: HttpRequest, number: str, body: ExtensionIn) -> dict[str, Any]:
    """Let a stay go on; the minutes count towards the longest one."""
    stay = operations.extend_stay(
        number, minutes=body.minutes, by=request.auth.actor, at=timezone.now()
    )
    return _stay(stay)


@router.post("/sessions/{number}/stop", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def stop(request: HttpRequest, number: str) -> dict[str, Any]:
    """End a stay now; what was paid beyond it becomes credit."""
    return _stay(operations.stop_stay(number, by=request.auth.actor, at=timezone.now()))


@router.post("/passes", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def give_pass(request: HttpRequest, body: PassIn) -> Any:
    """Give a visitor a pass out of a permit's allotment."""
    given = operations.give_pass(
        body.permit,
        plate=_plate(body.plate, body.region),
        start=body.start,
        hours=body.hours,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(201, _pass(given))


@router.post("/passes/{reference}/stop", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def end_pass(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """End a pass now; the time not used goes back to the allotment."""
    given = operations.end_pass(str(reference), by=request.auth.actor, at=timezone.now())
    return _pass(given)


def _plate(text: str, region: str) -> Plate:
    return read_plates([(text, region)])[0]


def _stay(stay: ParkingSession) -> dict[str, Any]:
    charge = payments.charge_of("session", stay.number)
    net, tax = stays.money_of(stay)
    return {
        "id": stay.number,
        "number": stay.number,
        "plate": stay.plate_text,
        "plate_key": stay.plate_key,
        "zone": stay.zone_code,
        "start": instant_out(stay.starts_at),
        "end": instant_out(stay.ends_at),
        "minutes": round((stay.ends_at - stay.starts_at).total_seconds() / 60),
        "stopped_at": instant_out(stay.stopped_at),
        "total": money(net + tax),
        "tax": money(tax),
        "charge": charge_out(charge) if charge else None,
    }


def _pass(given: VisitorPass) -> dict[str, Any]:
    left = stays.left_after(given)
    return {
        "id": str(given.reference),
        "permit": given.permit.number,
        "plate": given.plate_text,
        "plate_key": given.plate_key,
        "start": instant_out(given.starts_at),
        "end": instant_out(given.ends_at),
        "ended_at": instant_out(given.ended_at),
        "left": left.left,
        "left_in": "minutes" if left.in_minutes else "uses",
        "left_text": left.text,
    }
