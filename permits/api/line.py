"""The waitlist over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Schema, Status
from pydantic import ConfigDict, Field

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of
from parkops.api.problems import statuses
from parkops.api.values import instant_out
from parkops.kernel.permissions import Scope
from permits import operations
from permits.api.mounted import router
from permits.api.shapes import Code, VehiclesIn, customer_in, permits_out, plates_in
from permits.api.shop import SALE_STATUSES
from permits.forms_waitlist import MOST_WANTED
from permits.models import Permit
from permits.queries import line
from permits.queries import permits as permit_rows


class WaitIn(Schema):
    """Who waits for what, and for how many places."""

    model_config = ConfigDict(extra="forbid")

    permit_type: Code
    customer: str = Field(max_length=64)
    places: int = Field(1, ge=1, le=MOST_WANTED)
    reason: str = Field("", max_length=500)


class PlaceIn(Schema):
    """Another place in line, and why."""

    model_config = ConfigDict(extra="forbid")

    position: int = Field(ge=1)
    reason: str = Field(max_length=500)


@router.post("/waitlist", auth=needs(Scope.PERMITS_WRITE), response={201: dict[str, Any]})
@idempotent
def join(request: HttpRequest, body: WaitIn) -> Any:
    """Put a customer in line; with a place free it is offered at once."""
    now = timezone.now()
    with statuses({"not_eligible": 403}):
        entry = operations.join_waitlist(
            type_code=body.permit_type,
            customer_id=customer_in(body.customer).pk,
            wanted=body.places,
            reason=body.reason,
            by=request.auth.actor,
            at=now,
        )
    return Status(201, _entry(line.place_of(entry, at=now)))


@router.get("/waitlist", auth=needs(Scope.PERMITS_READ))
def waits(
    request: HttpRequest, paging: Query[Paging], customer: str = "", permit_type: str = ""
) -> dict[str, Any]:
    """List entries of waitlists, newest first, by customer and permit type."""
    found = line.entries(
        customer_id=customer_in(customer).pk if customer else None, type_code=permit_type
    )
    page = page_of(found, paging, order=("-id",), out=lambda entry: entry)
    places = line.places_of(page["items"], at=timezone.now())
    return {"items": [_entry(place) for place in places], "next": page["next"]}


@router.get("/waitlist/{reference}", auth=needs(Scope.PERMITS_READ))
def one(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Give one entry."""
    return _entry(line.place_of(line.entry(reference), at=timezone.now()))


@router.post(
    "/waitlist/{reference}/acceptance",
    auth=needs(Scope.PERMITS_WRITE),
    response={201: dict[str, Any]},
)
@idempotent
def accept(request: HttpRequest, reference: UUID, body: VehiclesIn) -> Any:
    """Take an offered place: the permits are held until they are paid."""
    now = timezone.now()
    with statuses(SALE_STATUSES):
        held = operations.accept_offer(
            reference,
            plates=plates_in(body.vehicles),
            channel=Permit.Channel.API,
            by=request.auth.actor,
            at=now,
        )
    rows = permit_rows.rows_of(held, at=now)
    entry = line.place_of(line.entry(reference), at=now)
    return Status(201, {**_entry(entry), "permits": permits_out(rows)})


@router.put("/waitlist/{reference}/position", auth=needs(Scope.PERMITS_WRITE))
def move(request: HttpRequest, reference: UUID, body: PlaceIn) -> dict[str, Any]:
    """Put somebody in another place of the line; they see the reason."""
    now = timezone.now()
    entry = operations.move_entry(
        reference, position=body.position, reason=body.reason, by=request.auth.actor, at=now
    )
    return _entry(line.place_of(entry, at=now))


@router.delete(
    "/waitlist/{reference}", auth=needs(Scope.PERMITS_WRITE), response={200: dict[str, Any]}
)
def leave(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Take somebody out of line, or decline their offer."""
    now = timezone.now()
    entry = operations.leave_waitlist(reference, by=request.auth.actor, at=now)
    return _entry(line.place_of(entry, at=now))


def _entry(place: line.Place) -> dict[str, Any]:
    entry = place.entry
    return {
        "id": str(entry.reference),
        "permit_type": entry.type_code,
        "customer": str(entry.customer.reference),
        "status": entry.status,
        "position": place.position,
        "waiting": place.waiting if place.position else None,
        "choice": entry.rank if place.choices > 1 else None,
        "places": entry.wanted,
        "skipped": {"code": entry.skip_code, "reason": entry.skip_reason}
        if entry.skip_code
        else None,
        "note": entry.note or None,
        "closed_because": entry.close_reason or None,
        "joined_at": instant_out(entry.joined_at),
        "offer_expires_at": instant_out(entry.offer_expires_at) if place.is_offered else None,
        "permit": entry.permit.number if entry.permit else None,
    }
