"""What the payer of a payment plan is written; each once."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from parkops.kernel.texts import LongDay, Text, say
from parkops.messaging import operations as messaging
from payments import place
from payments.models import PaymentPlan
from payments.queries.plans import PlanNow, scheme_of


def began(now: PlanNow, *, again: str = "", at: datetime) -> None:
    """Tell that a plan runs, with its days; again if they change."""
    lines = [_line(step.due_on, step.minor) for step in now.progress.steps if step.left]
    occasion = f"began:{now.plan.reinstated}:{now.plan.put_off}{again}"
    _write("payment.plan_began", now.plan, occasion, at=at, lines=lines, total=now.left)


def declined(plan: PaymentPlan, *, at: datetime) -> None:
    """Tell that a plan that was asked for is not given, and why."""
    _write("payment.plan_declined", plan, "declined", at=at, reason=plan.reason)


def remind(now: PlanNow, *, at: datetime) -> None:
    """Tell of the part that is soon due, and of one that is late; each once."""
    owing = [step for step in now.progress.steps if step.left]
    if not owing:
        return
    first = owing[0]
    occasion = f"{len(now.parts) - len(owing)}:{first.due_on}"
    told = {"amount": now.now, "day": say("{day}", day=LongDay(first.due_on))}
    if first.state == "due":
        by_card = now.plan.card.card if now.plan.card and now.plan.card.card else ""
        _write("payment.plan_due", now.plan, f"due:{occasion}", at=at, card=by_card, **told)
    elif first.state == "late" and now.progress.ends_on is not None:
        told["last"] = say("{day}", day=LongDay(now.progress.ends_on))
        _write("payment.plan_late", now.plan, f"late:{occasion}", at=at, **told)


def card_failed(now: PlanNow, why: str, tried: int, *, at: datetime) -> None:
    """Tell that the saved card did not pay a part, and why; once a try (so many days after it was due)."""
    occasion = f"card:{now.progress.now_on}:{tried}"
    _write("payment.plan_card_failed", now.plan, occasion, at=at, amount=now.now, why=why)


def ended(now: PlanNow, *, at: datetime) -> None:
    """Tell that a plan ended unpaid, and what follows."""
    occasion = f"ended:{now.plan.reinstated}"
    _write("payment.plan_ended", now.plan, occasion, at=at, reason=now.plan.reason, left=now.left)


def paid(now: PlanNow, *, at: datetime) -> None:
    """Tell that all of a plan is paid."""
    _write("payment.plan_paid", now.plan, "paid", at=at)


def _line(due_on: Any, minor: int) -> Text:
    return say("{day}: {amount}", day=LongDay(due_on), amount=place.money(minor))


def _write(
    event: str, plan: PaymentPlan, occasion: str, *, at: datetime, **context: object
) -> None:
    customer = plan.customer
    if not customer.email:
        return
    messaging.send_once(
        event=event,
        key=f"plan:{plan.number}:{occasion}",
        to=customer.email,
        customer_id=customer.pk,
        language=customer.language,
        context={
            "name": customer.name,
            "number": plan.number,
            "plan": scheme_of(plan).name,
            "path": reverse("portal_plans:plan", args=[plan.public_id]),
            **context,
        },
        at=at,
    )
