"""How a payment plan is paid by a saved card, as its payer agreed to."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.texts import Text, say
from parkops.ui.speech import said
from payments.models import Payment, PaymentPlan, SavedCard
from payments.operations import plan_letters, saved_cards
from payments.queries.plans import PlanNow
from payments.rules import plans as rules


def words(plan: PaymentPlan) -> Text:
    """Return what somebody agrees to who lets a card pay their plan."""
    return say(
        "I agree that each part of payment plan {number} is taken from my card on the day it is due, and "
        "if that fails, again three and seven days later. I can stop this at any time on the page of "
        "the plan.",
        number=plan.number,
    )


def agree(plan: PaymentPlan, *, by: Actor, at: datetime) -> SavedCard:
    """Keep a payer's consent and open the page where the card is saved (`redirect_url`).

    Several transactions. It counts once the card is saved: `finish_agreeing`.

    :raises Conflict: if the plan does not run.
    :raises Refused: `cards_not_set_up`, `provider_unavailable`, `not_started`.
    """
    if plan.state != PaymentPlan.State.RUNNING:
        raise Conflict("not_running", say("This plan does not run."))
    saved = saved_cards.start_saving(
        customer_id=plan.customer_id,
        email=plan.customer.email,
        return_path=reverse("portal_plans:plan", args=[plan.public_id]),
        by=by,
        at=at,
    )
    with transaction.atomic():
        plan = _locked(plan.pk)
        if plan.card_id is not None:
            saved_cards.forget_card(plan.card_id, by=by, at=at)
        plan.card, plan.consent, plan.consented_at = saved, said(words(plan)), at
        plan.card_failure = ""
        plan.save(update_fields=["card", "consent", "consented_at", "card_failure"])
        audit.record("plan.card_agreed", subject=("plan", plan.number), actor=by, at=at)
    return saved


def finish_agreeing(plan: PaymentPlan, *, at: datetime) -> None:
    """Ask whether the card of a consent was saved; safe to call any number of times.

    :raises GatewayUnavailable: if the provider does not answer.
    """
    if plan.card is not None and plan.card.state == SavedCard.State.CREATED:
        plan.card = saved_cards.finish_saving(plan.card.pk, at=at)


@transaction.atomic
def stop(plan: PaymentPlan, *, by: Actor, at: datetime) -> None:
    """End the consent and forget the card; a plan that no card pays stays as it is."""
    plan = _locked(plan.pk)
    if plan.card_id is not None:
        forget(plan, by=by, at=at)


def forget(plan: PaymentPlan, *, by: Actor, at: datetime) -> None:
    """Forget the card of a locked plan."""
    if plan.card_id is None:
        return
    saved_cards.forget_card(plan.card_id, by=by, at=at)
    plan.card = None
    plan.save(update_fields=["card"])
    audit.record("plan.card_stopped", subject=("plan", plan.number), actor=by, at=at)


def charge(now: PlanNow, *, at: datetime) -> None:
    """Take from the card what is due today, if the payer agreed and it was not tried today already.

    Several transactions; one charge for each try, however often this is called.
    """
    card, due_on = now.plan.card, now.progress.now_on
    if card is None or card.state != SavedCard.State.SAVED or due_on is None or due_on > now.on:
        return
    tried = [days for days in rules.CARD_TRIES if (now.on - due_on).days >= days]
    if not tried:
        return
    paid = sum(step.state == "paid" for step in now.progress.steps)
    try:
        payment = saved_cards.charge_saved_card(
            card.pk,
            charge_ids=[one.charge.public_id for one in now.owing],
            amount=now.now,
            request_key=f"plan:{now.plan.number}:{paid + 1}:{due_on}:{tried[-1]}",
            by=SYSTEM,
            at=at,
        )
    except Refused as refusal:
        _failed(now, str(refusal), tried[-1], at=at)
        return
    if payment.state == Payment.State.FAILED:
        _failed(now, payment.failure, tried[-1], at=at)
    elif payment.state == Payment.State.SUCCEEDED and now.plan.card_failure:
        PaymentPlan.objects.filter(pk=now.plan.pk).update(card_failure="")


@transaction.atomic
def _failed(now: PlanNow, why: str, tried: int, *, at: datetime) -> None:
    plan = _locked(now.plan.pk)
    plan.card_failure = why[:300]
    plan.save(update_fields=["card_failure"])
    plan_letters.card_failed(now, why, tried, at=at)


def _locked(plan_id: int) -> PaymentPlan:
    rows = PaymentPlan.objects.select_for_update(of=("self",)).select_related("customer", "card")
    return rows.get(pk=plan_id)
