"""Numbers for devices that write citations where there is no signal, over HTTP."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from enforcement.api.shapes import AllotmentIn, GivingBackIn, SpoilIn
from enforcement.operations import numbers as operations
from enforcement.queries import citations as citing
from enforcement.queries.officers import officer_named
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Scope

router = Router()
WRITE = needs(Scope.ENFORCEMENT_WRITE)


@router.post("/number-allotments", auth=WRITE)
@idempotent
def allot(request: HttpRequest, body: AllotmentIn) -> dict[str, Any]:
    """Let a device hold so many open numbers of an officer; it gets all that it holds, with their PINs.

    Asked again it gets the same ones, made up for those that were used.
    """
    officer = _officer(body.officer)
    rows = operations.allot_numbers(body.device, body.count, officer, timezone.now())
    return {
        "device": str(body.device),
        "officer": officer.name,
        "numbers": [{"number": row.number, "pin": row.pin} for row in rows],
    }


@router.post("/number-allotments/returns", auth=WRITE)
@idempotent
def give_back(request: HttpRequest, body: GivingBackIn) -> dict[str, Any]:
    """Give back what a device has not used: all that it holds, or the numbers named."""
    only = None if body.numbers is None else [citing.number_of(n) for n in body.numbers]
    rows = operations.give_back_numbers(
        body.device, _officer(body.officer), timezone.now(), only=only
    )
    return {"device": str(body.device), "returned": [row.number for row in rows]}


@router.post("/numbers/{number}/spoiling", auth=WRITE)
@idempotent
def spoil(request: HttpRequest, number: str, body: SpoilIn) -> dict[str, Any]:
    """Record why an allotted number will bear no citation."""
    row = operations.spoil_number(
        number, reason=body.reason, by=request.auth.actor, at=timezone.now()
    )
    return {"number": row.number, "status": "spoiled", "reason": row.spoiled_reason}


def _officer(named: str) -> Actor:
    officer = officer_named(named.strip())
    if officer is None:
        told = "Nobody of the staff has this name or e-mail address."
        raise Refused("officer", told, field="officer")
    return officer
