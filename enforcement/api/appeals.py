"""Appeals over HTTP."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from enforcement.api.shapes import AppealIn, Body, Code, appeal_out
from enforcement.models import Appeal, HearingSlot
from enforcement.operations import appeals as operations
from enforcement.operations import assigning, hearings
from enforcement.operations.appeals import Plea
from enforcement.queries import appeal_pages
from enforcement.queries import citations as queries
from enforcement.queries import hearings as offered
from enforcement.queries.appeals import hearing_of
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of
from parkops.api.problems import statuses
from parkops.api.values import MoneyIn, instant_out, money_out
from parkops.kernel.money import Money
from parkops.kernel.permissions import Scope

router = Router()
READ = needs(Scope.ENFORCEMENT_READ)
WRITE = needs(Scope.ENFORCEMENT_WRITE)


class AppealFilter(Schema):
    """Which appeals to list."""

    status: Literal["open", "decided"] | None = None
    reviewer: str = Field("", max_length=40)


class ClosureIn(Body):
    """Why the case is closed."""

    reason: str = Field(min_length=1, max_length=1_000)


class AssignmentIn(Body):
    """The id of the member of staff who gets it; empty takes it out of any queue."""

    reviewer: str = Field("", max_length=40)


class HearingIn(Body):
    """The id of the time."""

    slot: UUID


class DecisionIn(Body):
    """What becomes of the citation; `amount` is what a reduced fine comes to."""

    outcome: str = Field(max_length=20)
    amount: MoneyIn | None = None
    reason_code: Code
    text: str = Field("", max_length=10_000)


@router.post("/citations/{number}/appeals", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def file(request: HttpRequest, number: str, body: AppealIn) -> Any:
    """File the next appeal; 409 `appeal_closed` or `not_appealable`."""
    now = timezone.now()
    appeal = operations.file_appeal(
        number,
        Plea(body.grounds, body.text, body.name, body.email),
        late_reason=body.late_reason or "",
        by=request.auth.actor,
        at=now,
    )
    return Status(201, appeal_out(appeal, now))


@router.get("/appeals", auth=READ)
def appeals(
    request: HttpRequest, paging: Query[Paging], asked: Query[AppealFilter]
) -> dict[str, Any]:
    """List appeals, newest first."""
    rows = Appeal.objects.select_related("citation")
    if asked.status:
        rows = rows.filter(decided_at__isnull=asked.status == "open")
    if asked.reviewer:
        rows = rows.filter(reviewer_ref=asked.reviewer)
    now = timezone.now()
    return page_of(rows, paging, order=["-filed_at", "-id"], out=lambda row: _whole(row, now))


@router.get("/appeals/{number}", auth=READ)
def appeal(request: HttpRequest, number: str) -> dict[str, Any]:
    """Give an appeal with its hearing."""
    found = appeal_pages.appeal(number)
    hearing = hearing_of(found)
    booked = None
    if hearing is not None:
        booked = {**_slot_out(hearing.slot), "attendance": hearing.attendance or None}
    return {**_whole(found, timezone.now()), "hearing": booked}


@router.post("/appeals/{number}/closure", auth=WRITE)
@idempotent
def close(request: HttpRequest, number: str, body: ClosureIn) -> dict[str, Any]:
    """Close the case of an appeal in whatever phase it is; nothing is issued later."""
    now = timezone.now()
    closed = operations.close_appeal(
        queries.number_of(number), reason=body.reason, by=request.auth.actor, at=now
    )
    return _whole(closed, now)


@router.post("/appeals/{number}/assignment", auth=WRITE)
@idempotent
def assign(request: HttpRequest, number: str, body: AssignmentIn) -> dict[str, Any]:
    """Put an appeal into somebody's queue; 422 with why for a conflict of interest."""
    now = timezone.now()
    given = assigning.assign_appeal(
        queries.number_of(number), to=body.reviewer, by=request.auth.actor, at=now
    )
    return _whole(given, now)


@router.get("/hearing-slots", auth=READ)
def hearing_slots(request: HttpRequest) -> dict[str, Any]:
    """List the next times that a hearing can be booked at."""
    found = offered.open_slots(at=timezone.now(), by_staff=True)
    return {"items": [_slot_out(slot) for slot in found], "next": None}


@router.post("/appeals/{number}/hearing", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def book(request: HttpRequest, number: str, body: HearingIn) -> Any:
    """Book an appeal's hearing, or move it; 409 `slot_full`."""
    hearing = hearings.book_hearing(
        queries.number_of(number), body.slot, by=request.auth.actor, at=timezone.now()
    )
    return Status(201, _slot_out(hearing.slot))


@router.post("/appeals/{number}/decision", auth=WRITE)
@idempotent
def decide(request: HttpRequest, number: str, body: DecisionIn) -> dict[str, Any]:
    """Decide an appeal: the citation stands, is reduced, or is dismissed."""
    now = timezone.now()
    with statuses({"own_citation": 403, "own_appeal": 403, "same_reviewer": 403}):
        appeal = operations.decide_appeal(
            queries.number_of(number),
            outcome=body.outcome,
            amount=body.amount.money() if body.amount is not None else None,
            reason_code=body.reason_code,
            text=body.text,
            by=request.auth.actor,
            at=now,
        )
    citation = queries.standing_of(appeal.citation, at=now)
    amount = appeal.amount_minor
    return {
        **appeal_out(appeal, now),
        "amount": None if amount is None else money_out(Money(amount, citation.paid.currency)),
        "reason_code": appeal.reason_code,
        "text": appeal.decision_text,
        "citation": {
            "number": citation.citation.number,
            "status": citation.status.value,
            "owed": money_out(citation.owed),
        },
    }


def _whole(appeal: Appeal, now: datetime) -> dict[str, Any]:
    return {
        **appeal_out(appeal, now),
        "citation": appeal.citation.number,
        "grounds": appeal.grounds,
        "text": appeal.text,
        "name": appeal.name,
        "email": appeal.email,
        "reviewer": appeal.reviewer_ref or None,
        "decide_on": appeal.decide_on.isoformat() if appeal.decide_on else None,
        "is_heard": appeal.is_heard,
        "missing": appeal.missing,
        "late_reason": appeal.late_reason or None,
        "closed_at": instant_out(appeal.closed_at),
    }


def _slot_out(slot: HearingSlot) -> dict[str, Any]:
    return {
        "id": str(slot.reference),
        "starts_at": instant_out(slot.starts_at),
        "ends_at": instant_out(slot.ends_at),
        "place": slot.place,
        "video": slot.video,
    }
