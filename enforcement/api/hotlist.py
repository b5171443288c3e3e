"""The hot list over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from enforcement.api.shapes import HotlistIn
from enforcement.operations import hotlist as operations
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.values import instant_out
from parkops.kernel.permissions import Scope

router = Router()
WRITE = needs(Scope.ENFORCEMENT_WRITE)


@router.post("/hotlist", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def add(request: HttpRequest, body: HotlistIn) -> Any:
    """Tell officers of a plate; the kind `exempt` lets it stand anywhere."""
    entry = operations.add_to_hotlist(
        plate=body.plate,
        region=body.region or "",
        kind=body.kind,
        note=body.note or "",
        until=body.until,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(
        201,
        {
            "id": str(entry.reference),
            "plate": entry.plate_text,
            "plate_key": entry.plate_key,
            "region": entry.region,
            "kind": entry.kind,
            "note": entry.note,
            "until": instant_out(entry.until_at),
        },
    )


@router.delete("/hotlist/{reference}", auth=WRITE, response={204: None})
def remove(request: HttpRequest, reference: UUID) -> Any:
    """Take an entry off the hot list."""
    operations.remove_from_hotlist(reference, by=request.auth.actor, at=timezone.now())
    return Status(204, None)
