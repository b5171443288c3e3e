"""Calls for an officer over HTTP: a city's report line puts them on the board and asks what came of them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from enforcement.api.shapes import Body, Code
from enforcement.models import Call
from enforcement.operations import calls as operations
from enforcement.operations.calls import Told
from enforcement.queries import calls as queries
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of
from parkops.api.values import instant_out
from parkops.kernel.permissions import Scope

router = Router()
READ = needs(Scope.ENFORCEMENT_READ)
WRITE = needs(Scope.ENFORCEMENT_WRITE)


class CallIn(Body):
    """What a caller says; a zone, a place or a position is needed."""

    client_id: UUID | None = None
    kind: Code
    text: str = Field("", max_length=4_000)
    zone: str = Field("", max_length=24)
    place: str = Field("", max_length=200)
    plate: str = Field("", max_length=32)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    caller: str = Field("", max_length=200)
    email: str = Field("", max_length=254)


class CallFilter(Schema):
    """Which calls to list."""

    status: Literal["open", "over"] | None = None


@router.post("/calls", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def take(request: HttpRequest, body: CallIn) -> Any:
    """Put a call on the board; the same `client_id` again is the first one."""
    now = timezone.now()
    call = operations.take_call(Told(**body.model_dump()), by=request.auth.actor, at=now)
    return Status(201, {**_out(call, now), "pin": call.pin})


@router.get("/calls", auth=READ)
def calls(request: HttpRequest, paging: Query[Paging], asked: Query[CallFilter]) -> dict[str, Any]:
    """List calls, newest first."""
    rows, now = Call.objects.all(), timezone.now()
    if asked.status:
        rows = rows.filter(done_at__isnull=asked.status == "open")
    return page_of(rows, paging, order=["-called_at", "-id"], out=lambda row: _out(row, now))


@router.get("/calls/{number}", auth=READ)
def call(request: HttpRequest, number: str) -> dict[str, Any]:
    """Give a call and what came of it."""
    return _out(queries.call(number), timezone.now())


def _out(call: Call, now: datetime) -> dict[str, Any]:
    row = queries.call_rows([call], at=now)[0]
    return {
        "number": call.number,
        "kind": call.kind,
        "text": call.text,
        "zone": call.zone_code or None,
        "place": call.place,
        "plate": call.plate_text or None,
        "priority": call.priority,
        "state": call.state,
        "is_late": row.is_late,
        "called_at": instant_out(call.called_at),
        "answer_by": instant_out(call.answer_by),
        "officer": call.officer or None,
        "outcome": call.outcome or None,
        "outcome_text": call.outcome_text,
        "done_at": instant_out(call.done_at),
    }
