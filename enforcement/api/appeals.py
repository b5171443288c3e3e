"""Appeals over HTTP."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from enforcement.api.shapes import AppealIn, Body, Code, appeal_out
from enforcement.operations import appeals as operations
from enforcement.operations.appeals import Plea
from enforcement.queries import citations as queries
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.problems import statuses
from parkops.api.values import MoneyIn, money_out
from parkops.kernel.money import Money
from parkops.kernel.permissions import Scope

router = Router()
WRITE = needs(Scope.ENFORCEMENT_WRITE)


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
        by=request.auth.actor,
        at=now,
    )
    return Status(201, appeal_out(appeal, now))


@router.post("/appeals/{number}/decision", auth=WRITE)
@idempotent
def decide(request: HttpRequest, number: str, body: DecisionIn) -> dict[str, Any]:
    """Decide an appeal: the citation stands, is reduced, or is dismissed."""
    now = timezone.now()
    with statuses({"own_citation": 403, "own_appeal": 403}):
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
