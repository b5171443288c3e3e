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
from permits.api.shapes import Code, customer_in
from permits.models import WaitlistEntry
from permits.queries import line


class WaitIn(Schema):
    """Who waits for what."""

    model_config = ConfigDict(extra="forbid")

    permit_type: Code
    customer: str = Field(max_length=64)


@router.post("/waitlist", auth=needs(Scope.PERMITS_WRITE), response={201: dict[str, Any]})
@idempotent
def join(request: HttpRequest, body: WaitIn) -> Any:
    """Put a customer in line; with a place free it is offered at once."""
    with statuses({"not_eligible": 403}):
        entry = operations.join_waitlist(
            type_code=body.permit_type,
            customer_id=customer_in(body.customer).pk,
            by=request.auth.actor,
            at=timezone.now(),
        )
    return Status(201, _entry(entry))


@router.get("/waitlist", auth=needs(Scope.PERMITS_READ))
def waits(
    request: HttpRequest, paging: Query[Paging], customer: str = "", permit_type: str = ""
) -> dict[str, Any]:
    """List entries of waitlists, newest first, by customer and permit type."""
    found = line.entries(
        customer_id=customer_in(customer).pk if customer else None, type_code=permit_type
    )
    return page_of(found, paging, order=("-id",), out=_entry)


@router.delete(
    "/waitlist/{reference}", auth=needs(Scope.PERMITS_WRITE), response={200: dict[str, Any]}
)
def leave(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Take somebody out of line, or decline their offer."""
    entry = operations.leave_waitlist(str(reference), by=request.auth.actor, at=timezone.now())
    return _entry(entry)


def _entry(entry: WaitlistEntry) -> dict[str, Any]:
    is_offered = entry.status == WaitlistEntry.Status.OFFERED
    return {
        "id": str(entry.reference),
        "permit_type": entry.type_code,
        "customer": str(entry.customer.reference),
        "status": entry.status,
        "position": line.position_of(entry),
        "joined_at": instant_out(entry.joined_at),
        "offer_expires_at": instant_out(entry.offer_expires_at) if is_offered else None,
        "permit": entry.permit.number if entry.permit else None,
    }
