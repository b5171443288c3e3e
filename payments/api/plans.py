"""The API's calls about payment plans: who may have which, how one stands, agreeing to one, ending it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of
from parkops.api.values import Instant, MoneyOut, money_out
from parkops.customers import queries as customers
from parkops.kernel.permissions import Scope
from payments import place, queries
from payments.models import PaymentPlan
from payments.operations import plans as acting
from payments.queries import plans as planning
from payments.queries.plans import Offer, PlanNow

router = Router(tags=["Payment plans"])

READ, WRITE = needs(Scope.PAYMENTS_READ), needs(Scope.PAYMENTS_WRITE)


class InstalmentOut(Schema):
    """A dated part of a plan."""

    due_on: date
    amount: MoneyOut


class OfferOut(Schema):
    """A kind of plan for some charges: whether it may be had and why not, and what it would be.

    `instalments` are how many there may be; `schedule` is the one of most parts.
    """

    plan: str
    name: str
    eligible: bool
    code: str | None
    because: str | None
    needs_approval: bool
    documents: list[str]
    fee: MoneyOut
    waived: MoneyOut
    total: MoneyOut
    instalments: list[int]
    schedule: list[InstalmentOut]


class PlanOut(Schema):
    """A payment plan as it stands now."""

    number: str
    plan: str
    status: str
    customer: UUID
    charges: list[UUID]
    total: MoneyOut
    waived: MoneyOut
    left: MoneyOut
    due_now: MoneyOut
    late: MoneyOut
    schedule: list[InstalmentOut]
    asked_at: Instant
    began_at: Instant | None
    ended_at: Instant | None
    reason: str | None


class PlansOut(Schema):
    """A page of plans."""

    items: list[PlanOut]
    next: str | None


class PlanIn(Schema):
    """Which plan (a code of the program) for which charges of whom, in how many instalments."""

    customer: UUID
    plan: str = Field(max_length=24)
    charges: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    instalments: Annotated[int, Field(ge=1, le=1_000)]


class EndIn(Schema):
    """Why a plan ends."""

    reason: str = Field(max_length=300)


@router.get("/plans/eligibility", auth=READ, response=list[OfferOut])
def eligibility(request: HttpRequest, customer: UUID, charge: Annotated[list[UUID], Query(...)]):
    """Tell which plans a customer may have for these charges, and why not the others."""
    now = timezone.now()
    rows = queries.charges_by_id(charge, at=now)
    found = planning.offers(customers.customer(customer), rows, at=now)
    return [_offer_out(one) for one in found]


@router.get("/plans", auth=READ, response=PlansOut)
def plans(
    request: HttpRequest, paging: Query[Paging], customer: UUID | None = None, status: str = ""
):
    """List plans, the newest first."""
    rows = planning.plans()
    if customer is not None:
        rows = rows.filter(customer__reference=customer)
    if status:
        rows = rows.filter(state=status)
    page = page_of(rows, paging, order=("-id",), out=lambda row: row)
    standing = planning.standings(page["items"], at=timezone.now())
    page["items"] = [_plan_out(one) for one in standing]
    return page


@router.get("/plans/{number}", auth=READ, response=PlanOut)
def plan(request: HttpRequest, number: str):
    """Tell how a plan stands."""
    return _now_out(planning.plan(number))


@router.post("/plans", auth=WRITE, response={201: PlanOut})
@idempotent
def agree(request: HttpRequest, body: PlanIn):
    """Agree to a plan: it runs at once, or waits for the office where the program says so."""
    made = acting.ask_plan(
        customer=customers.customer(body.customer),
        scheme=body.plan,
        charge_ids=body.charges,
        count=body.instalments,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(201, _now_out(made))


@router.post("/plans/{number}/cancellation", auth=WRITE, response=PlanOut)
@idempotent
def cancel(request: HttpRequest, number: str, body: EndIn):
    """End a running plan: what is left is owed at once."""
    ended = acting.end_plan(number, reason=body.reason, by=request.auth.actor, at=timezone.now())
    return _now_out(ended)


def _now_out(found: PaymentPlan) -> dict:
    return _plan_out(planning.standing(found, at=timezone.now()))


def _plan_out(now: PlanNow) -> dict:
    plan = now.plan
    nothing = place.money(0)
    return {
        "number": plan.number,
        "plan": plan.scheme,
        "status": plan.state,
        "customer": plan.customer.reference,
        "charges": [one.charge.public_id for one in now.charges],
        "total": money_out(place.money(plan.total_minor)),
        "waived": money_out(place.money(plan.waived_minor)),
        "left": money_out(now.left),
        "due_now": money_out(now.now if now.is_running else nothing),
        "late": money_out(now.late if now.is_running else nothing),
        "schedule": _schedule(now.parts),
        "asked_at": plan.asked_at,
        "began_at": plan.began_at,
        "ended_at": plan.ended_at,
        "reason": plan.reason or None,
    }


def _offer_out(one: Offer) -> dict:
    counts = list(one.counts)
    return {
        "plan": one.scheme.code,
        "name": one.scheme.name,
        "eligible": bool(one.decision),
        "code": None if one.decision else one.decision.code,
        "because": None if one.decision else str(one.decision.reason),
        "needs_approval": one.scheme.is_looked_at,
        "documents": list(one.scheme.documents),
        "fee": money_out(one.fee),
        "waived": money_out(one.waived),
        "total": money_out(one.total),
        "instalments": counts,
        "schedule": _schedule(one.parts(counts[-1])) if counts else [],
    }


def _schedule(parts) -> list[dict]:
    return [{"due_on": one.due_on, "amount": money_out(place.money(one.minor))} for one in parts]
