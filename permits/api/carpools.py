"""Who shares a permit, over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema, Status
from pydantic import ConfigDict

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.values import Email, instant_out
from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Scope
from permits import operations
from permits.api.mounted import router
from permits.models import CarpoolMember
from permits.queries import carpools
from permits.queries import permits as rows
from permits.queries.carpools import Pool

READ = needs(Scope.PERMITS_READ)
WRITE = needs(Scope.PERMITS_WRITE)


class InvitationIn(Schema):
    """Who is asked to share."""

    model_config = ConfigDict(extra="forbid")

    email: Email


@router.get("/permits/{number}/carpool", auth=READ)
def carpool(request: HttpRequest, number: str) -> dict[str, Any]:
    """Give who shares a permit, and until when there must be enough of them."""
    pool = _pool(number)
    return {
        "people": pool.people,
        "least": pool.least,
        "most": pool.most,
        "complete_by": instant_out(pool.until),
        "members": [_member(row) for row in pool.members],
    }


@router.post("/permits/{number}/carpool", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def invite(request: HttpRequest, number: str, body: InvitationIn) -> Any:
    """Invite somebody by e-mail; they join with a plate of theirs by the link that they get."""
    _pool(number)
    member = operations.invite_to_carpool(
        rows.permit(number).number, email=body.email, by=request.auth.actor, at=timezone.now()
    )
    return Status(201, _member(member))


@router.delete("/permits/{number}/carpool/{member}", auth=WRITE, response={200: dict[str, Any]})
def leave(request: HttpRequest, number: str, member: UUID) -> dict[str, Any]:
    """End a membership, or take an invitation back; the plate is off the permit."""
    found = carpools.member(member)
    if found.carpool.permit_id != rows.permit(number).pk:
        raise NotFound("There is no such member of this carpool.")
    gone = operations.leave_carpool(member, by=request.auth.actor, at=timezone.now())
    return _member(gone)


def _pool(number: str) -> Pool:
    pool = carpools.pool_of(rows.permit(number))
    if pool is None:
        raise NotFound("Nobody shares this permit.")
    return pool


def _member(row: CarpoolMember) -> dict[str, Any]:
    status = "ended" if row.ended_at else "joined" if row.joined_at else "invited"
    return {
        "id": str(row.reference),
        "email": row.email,
        "status": status,
        "plate_key": row.plate_key or None,
        "invited_at": instant_out(row.invited_at),
        "joined_at": instant_out(row.joined_at),
        "ended_at": instant_out(row.ended_at),
    }
