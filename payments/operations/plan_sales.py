"""How something is bought in parts: agreed first; its first part begins the plan and brings what is bought."""

from datetime import datetime

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.programme.plan_schema import PlanScheme
from parkops.tenancy.later import later
from payments import place, settlement
from payments.accounts import FEE_REVENUE
from payments.models import Charge, Instalment, PaymentPlan, PlanCharge
from payments.operations import charges as charging
from payments.operations import plan_letters, tallying
from payments.queries import plans as planning
from payments.rules import plans as rules

State = PaymentPlan.State


def money_came(charge: Charge, *, by: Actor, at: datetime) -> Decision:
    """Tell the raiser of a locked charge what its money led to: it is paid, or the plan by which it is
    bought begins. A refusal is the raiser's own."""
    raiser = settlement.raiser_of(charge.kind)
    if charge.settled_at is not None:
        return raiser.settled(charge.reference, by=by, at=at)
    return _first_part(charge, by=by, at=at) if raiser.sells_in_parts else ALLOWED


def agree(plan: PaymentPlan, charge: Charge, *, at: datetime) -> None:
    """Let a locked charge be bought by a plan just asked for, once its first part has come; another that
    was agreed for it, and has not begun, is not any more."""
    others = PaymentPlan.objects.filter(charges__charge=charge, state=State.AGREED)
    for one in others.exclude(pk=plan.pk):
        drop(one, at=at)
    with tallying.tallied_plan(plan):
        plan.state = State.AGREED
    plan.save(update_fields=["state"])


def drop(plan: PaymentPlan, *, at: datetime) -> None:
    """End an agreed plan that does not begin."""
    with tallying.tallied_plan(plan):
        plan.state, plan.ended_at, plan.reason = State.CANCELLED, at, "Its first part was not paid."
    plan.save(update_fields=["state", "ended_at", "reason"])


def _first_part(charge: Charge, *, by: Actor, at: datetime) -> Decision:
    rows = PaymentPlan.objects.select_for_update(of=("self",)).select_related("customer", "card")
    plan = rows.filter(charges__charge=charge, state=State.AGREED).first()
    if plan is None:
        later("payments.follow_plans", charge=charge.pk)
        return ALLOWED
    part = PlanCharge.objects.get(plan=plan, charge=charge)
    scheme = planning.scheme_of(plan)
    owed = charge.amount_minor - part.paid_before_minor
    total = place.money(owed) + planning.fee_of(scheme, at=plan.asked_at)
    dated = rules.schedule(scheme, total, plan.count, start=place.local_date(plan.asked_at))
    if charge.paid_minor - part.paid_before_minor < dated[0].minor:
        return ALLOWED
    decision = settlement.raiser_of(charge.kind).settled(charge.reference, by=by, at=at)
    if not decision:
        return decision
    part.owed_minor, part.is_open = owed, True
    part.save(update_fields=["owed_minor", "is_open"])
    charge.planned_at = at
    charge.save(update_fields=["planned_at"])
    charge_fee(plan, scheme, by=by, at=at)
    with tallying.tallied_plan(plan):
        plan.state, plan.began_at, plan.total_minor = State.RUNNING, at, total.minor
    plan.save(update_fields=["state", "began_at", "total_minor"])
    write_parts(plan, dated)
    record("began", plan, by=by, at=at, amount=total.amount, instalments=plan.count)
    plan_letters.began(planning.standing(plan, at=at), at=at)
    return ALLOWED


def write_parts(plan: PaymentPlan, parts: list[rules.Part]) -> None:
    """Keep the dated parts of a plan that begins."""
    Instalment.objects.bulk_create(
        Instalment(plan=plan, place=index + 1, due_on=part.due_on, amount_minor=part.minor)
        for index, part in enumerate(parts)
    )


def charge_fee(plan: PaymentPlan, scheme: PlanScheme, *, by: Actor, at: datetime) -> Charge | None:
    """Charge what a plan that begins costs; it is in it, and paid first."""
    fee = planning.fee_of(scheme, at=plan.asked_at)
    if not fee.minor:
        return None
    charge = charging.raise_charge(
        kind=Charge.Kind.FEE,
        reference=plan.number,
        text=f"Fee for payment plan {plan.number}",
        net=fee,
        tax=place.money(0),
        customer_id=plan.customer_id,
        plate_key="",
        due_on=None,
        revenue=FEE_REVENUE,
        by=by,
        at=at,
    )
    charge.planned_at = at
    charge.save(update_fields=["planned_at"])
    PlanCharge.objects.create(
        plan=plan,
        charge=charge,
        place=0,
        owed_minor=charge.amount_minor,
        paid_before_minor=0,
        is_open=True,
    )
    return charge


def record(
    event: str, plan: PaymentPlan, *, by: Actor, at: datetime, reason: str = "", **data: object
) -> None:
    """Record what happened to a plan."""
    audit.record(
        f"plan.{event}",
        subject=("plan", plan.number),
        actor=by,
        at=at,
        reason=reason,
        **data,
    )
