"""How payment plans are asked for, begin, are followed, and end.

The charges (and what they are for) are locked first, then the plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from parkops.customers import papers
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.plan_schema import PlanScheme
from payments import place, queries, rules, settlement
from payments.models import Charge, Instalment, PaymentPlan, PlanCharge, PlanDocument
from payments.operations import charges as charging
from payments.operations import plan_cards, plan_letters, plan_sales, tallying
from payments.operations.payments import lock_charges
from payments.queries import plans as planning
from payments.queries.plans import PlanNow
from payments.rules import plans as plan_rules

State = PaymentPlan.State
MOST_DOCUMENTS = 6
DOCUMENTS_KEPT = timedelta(days=60)
"""Files that show who may have a plan are forgotten this long after they came, once it is decided."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that shows that somebody may have a plan: which of the asked ones, its name, its bytes."""

    kind: str
    name: str
    data: bytes


def ask_plan(
    *,
    customer: Customer,
    scheme: str,
    charge_ids: Sequence[UUID],
    count: int,
    documents: Sequence[Paper] = (),
    by: Actor,
    at: datetime,
) -> PaymentPlan:
    """Ask to pay charges in `count` instalments. It begins at once, unless the office looks at each of
    its kind and a customer asks. Asking again while one of the kind is open gives that one. One by which
    something is bought is agreed only: its first part begins it.

    :raises NotFound: if a charge does not exist.
    :raises Refused: with the rule's reason, or `file` where a document is missing or cannot be taken.
    """
    try:
        with transaction.atomic():
            return _ask(customer, scheme, charge_ids, count, documents, by=by, at=at)
    except IntegrityError:
        known = _open_one(customer.pk, scheme, charge_ids)
        if known is None:
            raise
        return known


def _ask(
    customer: Customer,
    code: str,
    charge_ids: Sequence[UUID],
    count: int,
    documents: Sequence[Paper],
    *,
    by: Actor,
    at: datetime,
) -> PaymentPlan:
    known = _open_one(customer.pk, code, charge_ids)
    if known is not None and known.state != State.AGREED:
        return known
    in_force = programme.in_force(at)
    scheme = in_force.programme.plan(code)
    if scheme is None:
        raise Refused("plan", "There is no such payment plan.", field="plan")
    owing = lock_charges(charge_ids, by=by, at=at)
    known = _open_one(customer.pk, code, charge_ids)
    if known is not None:
        if known.state != State.AGREED:
            return known
        if known.count == count and place.local_date(known.asked_at) == place.local_date(at):
            return known
        plan_sales.drop(known, at=at)
    offer = planning.offer(scheme, customer, queries.as_rows(owing, at=at), at=at)
    offer.decision.require()
    plan_rules.may_have(scheme, offer.total, count).require()
    waits = scheme.is_looked_at and by.kind != "staff"
    if waits and scheme.documents and not documents:
        asked = ", ".join(scheme.documents)
        told = say("Send what shows it: {documents}.", documents=asked)
        raise Refused("file", told, field="file")
    plan = PaymentPlan.objects.create(
        number=place.next_number("N", at=at),
        customer=customer,
        scheme=scheme.code,
        bought=owing[0].reference if scheme.buys else "",
        programme_version=in_force.number,
        state=State.ASKED,
        count=count,
        total_minor=offer.total.minor,
        waived_minor=offer.waived.minor,
        asked_at=at,
        asked_by=by.name,
    )
    tallying.count_plan(plan)
    PlanCharge.objects.bulk_create(
        PlanCharge(
            plan=plan,
            charge=charge,
            place=index + 1,
            owed_minor=charge.balance_minor,
            paid_before_minor=charge.paid_minor,
        )
        for index, charge in enumerate(owing)
    )
    _keep(plan, scheme, documents, at=at)
    plan_sales.record("asked", plan, by=by, at=at, scheme=scheme.code, charges=len(owing))
    if scheme.buys:
        plan_sales.agree(plan, owing[0], at=at)
    elif not waits:
        _begin(plan, scheme, owing, by=by, at=at)
    return plan


@transaction.atomic
def approve_plan(number: str, *, by: Actor, at: datetime) -> PaymentPlan:
    """Let a plan begin that was asked for; twice is once.

    What has been paid meanwhile is left out; the terms are those of the day on which it was asked for.

    :raises NotFound: if there is no such plan.
    :raises Conflict: if it was decided otherwise, or nothing is owed any more.
    :raises Refused: with the rule's reason.
    """
    plan, owing = _locked(number, by=by, at=at)
    if plan.state == State.RUNNING:
        return plan
    if plan.state != State.ASKED:
        raise Conflict("decided", "This plan does not wait to be decided.")
    if not owing:
        raise Conflict("nothing_owed", "Nothing is owed on this any more.")
    plan.decided_at, plan.decided_by = at, by.name
    _begin(plan, planning.scheme_of(plan), owing, by=by, at=at)
    return plan


@transaction.atomic
def decline_plan(number: str, *, reason: str, by: Actor, at: datetime) -> PaymentPlan:
    """Decline a plan that was asked for, saying why to who asked.

    :raises NotFound: if there is no such plan.
    :raises Conflict: if it was decided otherwise.
    :raises Refused: `reason` without one.
    """
    _require_reason(reason)
    plan = _locked_alone(number)
    if plan.state == State.DECLINED:
        return plan
    if plan.state != State.ASKED:
        raise Conflict("decided", "This plan does not wait to be decided.")
    plan.decided_at, plan.decided_by = at, by.name
    with tallying.tallied_plan(plan):
        plan.state, plan.ended_at, plan.reason = State.DECLINED, at, reason.strip()[:300]
    plan.save()
    plan_sales.record("declined", plan, by=by, at=at, reason=plan.reason)
    plan_letters.declined(plan, at=at)
    return plan


@transaction.atomic
def put_off_plan(number: str, *, by: Actor, at: datetime) -> PaymentPlan:
    """Put the dates of what is not paid yet off, as often and by as much as the program says.

    :raises NotFound: if there is no such plan.
    :raises Refused: with the rule's reason.
    """
    plan, _ = _locked(number, by=by, at=at)
    now = planning.standing(plan, at=at)
    now.may_put_off.require()
    moved = plan_rules.put_off(now.parts, by_days=now.scheme.extension, left=now.left.minor)
    for index, part in enumerate(moved):
        Instalment.objects.filter(plan=plan, place=index + 1).update(due_on=part.due_on)
    plan.put_off += 1
    plan.save(update_fields=["put_off"])
    plan_sales.record("put_off", plan, by=by, at=at, days=now.scheme.extension)
    plan_letters.began(planning.standing(plan, at=at), at=at)
    return plan


@transaction.atomic
def end_plan(number: str, *, reason: str, by: Actor, at: datetime) -> PaymentPlan:
    """End a running plan by the office's word: its charges are owed as if it had been ended unpaid.

    :raises NotFound: if there is no such plan.
    :raises Conflict: if it does not run.
    :raises Refused: `reason` without one.
    """
    _require_reason(reason)
    plan, _ = _locked(number, by=by, at=at)
    if plan.state == State.CANCELLED:
        return plan
    if plan.state != State.RUNNING:
        raise Conflict("not_running", "This plan does not run.")
    _end(plan, State.CANCELLED, reason=reason.strip(), by=by, at=at)
    plan_letters.ended(planning.standing(plan, at=at), at=at)
    return plan


@transaction.atomic
def go_on_with_plan(number: str, *, by: Actor, at: datetime) -> PaymentPlan:
    """Let a plan go on that ended for a late part, once what is late has been paid; twice is once.

    :raises NotFound: if there is no such plan.
    :raises Refused: with the rule's reason.
    """
    plan, owing = _locked(number, by=by, at=at)
    if plan.state == State.RUNNING:
        return plan
    now = planning.standing(plan, at=at)
    now.may_go_on.require()
    taken = {one.charge_id for one in PlanCharge.objects.filter(is_open=True, charge__in=owing)}
    with tallying.tallied_plan(plan):
        plan.state, plan.ended_at, plan.reason = State.RUNNING, None, ""
    plan.reinstated += 1
    plan.save()
    mine = [charge for charge in owing if charge.pk not in taken]
    _join(plan, now.scheme, mine, is_first=False, by=by, at=at)
    for charge in mine:
        settlement.raiser_of(charge.kind).plan_resumed(charge.reference, by=by, at=at)
    plan_sales.record("resumed", plan, by=by, at=at)
    plan_letters.began(planning.standing(plan, at=at), at=at)
    return plan


def follow_plan(plan_id: int, *, at: datetime) -> None:
    """Let a plan be what time and money made of it: paid, ended unpaid, or gone on with; remind its
    payer, and charge the card that they agreed to. Safe to call any number of times.
    """
    number = PaymentPlan.objects.filter(pk=plan_id).values_list("number", flat=True).first()
    if number is None:
        return
    now = _followed(number, at=at)
    if not now.is_running:
        return
    plan_letters.remind(now, at=at)
    plan_cards.charge(now, at=at)


def follow_plans(*, at: datetime) -> int:
    """Follow every plan that time changes; return how many. Each is a transaction of its own."""
    ids = list(planning.to_follow().order_by("pk").values_list("pk", flat=True))
    for plan_id in ids:
        follow_plan(plan_id, at=at)
    return len(ids)


def follow_plans_of(charge_id: int, *, at: datetime) -> None:
    """Follow the plans that a charge is in: running, paid off, or ended unpaid."""
    ids = [
        *planning.running_of([charge_id]),
        *planning.unpaid_again([charge_id]),
        *planning.ended_unpaid_of([charge_id]),
    ]
    for plan_id in ids:
        follow_plan(plan_id, at=at)


@transaction.atomic
def _followed(number: str, *, at: datetime) -> PlanNow:
    plan, owing = _locked(number, by=SYSTEM, at=at)
    now = planning.standing(plan, at=at)
    if plan.state == State.RUNNING and now.progress.is_paid:
        _end(plan, State.COMPLETED, by=SYSTEM, at=at)
        plan_letters.paid(now, at=at)
    elif plan.state == State.RUNNING and now.progress.is_over:
        late = str(now.late)
        told = say("{late} was not paid in time.", late=now.late)
        _end(plan, State.DEFAULTED, reason=str(told), by=SYSTEM, at=at, late=late)
        plan_letters.ended(planning.standing(plan, at=at), at=at)
    elif plan.state == State.AGREED and not owing:
        plan_sales.drop(plan, at=at)
    elif plan.state == State.COMPLETED and plan.pk in planning.unpaid_again(
        [one.charge_id for one in now.charges]
    ):
        _reopen(plan, owing, now, at=at)
    elif plan.state == State.DEFAULTED and now.may_go_on:
        return planning.standing(go_on_with_plan(number, by=SYSTEM, at=at), at=at)
    return planning.standing(plan, at=at)


def _reopen(plan: PaymentPlan, owing: Sequence[Charge], now: PlanNow, *, at: datetime) -> None:
    """Let a locked plan that was paid off run again, as what paid it was lost: a check bounced."""
    with tallying.tallied_plan(plan):
        plan.state, plan.ended_at, plan.reason = State.RUNNING, None, ""
    plan.save(update_fields=["state", "ended_at", "reason"])
    _join(plan, now.scheme, owing, is_first=False, by=SYSTEM, at=at)
    again = planning.standing(plan, at=at)
    moved = plan_rules.due_anew(again.parts, left=again.left.minor, on=again.on)
    for index, part in enumerate(moved):
        Instalment.objects.filter(plan=plan, place=index + 1).update(due_on=part.due_on)
    plan_sales.record("reopened", plan, by=SYSTEM, at=at, left=again.left.amount)
    plan_letters.began(planning.standing(plan, at=at), at=at, again=f":unpaid:{at.isoformat()}")


@transaction.atomic
def forget_documents(*, at: datetime, before: datetime) -> int:
    """Delete the files of plans that were decided before; return how many."""
    rows = PlanDocument.objects.select_for_update(skip_locked=True, of=("self",))
    over = rows.exclude(plan__state=State.ASKED).filter(deleted_at=None, sent_at__lt=before)
    found = list(over.order_by("pk")[:500])
    for one in found:
        papers.forget(one.file)
        one.file, one.deleted_at = "", at
        one.save(update_fields=["file", "deleted_at"])
    return len(found)


def _open_one(customer_id: int, code: str, charge_ids: Sequence[UUID]) -> PaymentPlan | None:
    """Return the plan of this kind that is open; of one by which something is bought, for the same."""
    states = [State.ASKED, State.AGREED, State.RUNNING]
    rows = PaymentPlan.objects.filter(customer_id=customer_id, scheme__iexact=code)
    same = Q(bought="") | Q(charges__charge__public_id__in=charge_ids, charges__place__gt=0)
    return rows.filter(same, state__in=states).first()


def _locked(number: str, *, by: Actor, at: datetime) -> tuple[PaymentPlan, list[Charge]]:
    """Return a plan, locked after its charges and what they are for, and those that owe something."""
    ids = PlanCharge.objects.filter(plan__number=number).order_by("place")
    wanted = list(ids.values_list("charge__public_id", flat=True))
    if not wanted:
        raise NotFound("There is no such payment plan.")
    owing = lock_charges(wanted, by=by, at=at)
    return _locked_alone(number), owing


def _locked_alone(number: str) -> PaymentPlan:
    rows = PaymentPlan.objects.select_for_update(of=("self",)).select_related("customer", "card")
    plan = rows.filter(number=number).first()
    if plan is None:
        raise NotFound("There is no such payment plan.")
    return plan


def _begin(
    plan: PaymentPlan, scheme: PlanScheme, owing: Sequence[Charge], *, by: Actor, at: datetime
) -> None:
    """Let a locked plan begin with its locked charges: fee, what they come to in it, dated parts."""
    stood = sum(charge.balance_minor for charge in owing)
    with tallying.tallied_plan(plan):
        plan.state, plan.began_at = State.RUNNING, at
    PlanCharge.objects.filter(plan=plan).exclude(charge__in=owing).delete()
    _join(plan, scheme, owing, is_first=True, by=by, at=at)
    comes_to = sum(charge.balance_minor for charge in owing)
    fee = plan_sales.charge_fee(plan, scheme, by=by, at=at)
    total = place.money(comes_to + (fee.amount_minor if fee else 0))
    allowed = plan_rules.counts(scheme, total)
    plan_rules.may_have(scheme, total).require()
    plan.count = min(max(plan.count, allowed[0]), allowed[-1])
    plan.total_minor, plan.waived_minor = total.minor, max(stood - comes_to, 0)
    plan.save()
    parts = plan_rules.schedule(scheme, total, plan.count, start=place.local_date(at))
    plan_sales.write_parts(plan, parts)
    plan_sales.record("began", plan, by=by, at=at, amount=total.amount, instalments=plan.count)
    plan_letters.began(planning.standing(plan, at=at), at=at)


def _join(
    plan: PaymentPlan,
    scheme: PlanScheme,
    owing: Sequence[Charge],
    *,
    is_first: bool,
    by: Actor,
    at: datetime,
) -> None:
    """Let locked charges be in a running plan: their clocks stand, late fees go if they are waived."""
    waives = scheme.late_fees == "waive"
    for charge in owing:
        raiser = settlement.raiser_of(charge.kind)
        raiser.plan_began(charge.reference, number=plan.number, waives=waives, by=by, at=at)
        charge.planned_at = at
        charge.save(update_fields=["planned_at"])
        _follow_amount(charge, by=by, at=at)
        part = PlanCharge.objects.get(plan=plan, charge=charge)
        if is_first:
            part.owed_minor, part.paid_before_minor = charge.balance_minor, charge.paid_minor
        part.is_open = True
        part.save(update_fields=["owed_minor", "paid_before_minor", "is_open"])


def _follow_amount(charge: Charge, *, by: Actor, at: datetime) -> None:
    """Bring a locked charge to what it comes to now; if nothing is owed of it then, tell its raiser."""
    was_settled = charge.settled_at is not None
    charging.sync(charge, by=by, at=at)
    if charge.settled_at is not None and not was_settled:
        settlement.raiser_of(charge.kind).settled(charge.reference, by=by, at=at)


def _end(
    plan: PaymentPlan, state: str, *, reason: str = "", by: Actor, at: datetime, late: str = ""
) -> None:
    """End a locked running plan: each of its charges is owed by its own rules again."""
    with tallying.tallied_plan(plan):
        plan.state, plan.ended_at, plan.reason = state, at, reason[:300]
    plan.save(update_fields=["state", "ended_at", "reason"])
    parts = PlanCharge.objects.filter(plan=plan, is_open=True).order_by("charge_id")
    for part in parts.select_related("charge"):
        part.is_open = False
        part.save(update_fields=["is_open"])
        charge = Charge.objects.select_for_update().get(pk=part.charge_id)
        charge.planned_at = None
        charge.save(update_fields=["planned_at"])
        settlement.raiser_of(charge.kind).plan_ended(charge.reference, by=by, at=at)
        _follow_amount(charge, by=by, at=at)
    if plan.card_id is not None:
        plan_cards.forget(plan, by=by, at=at)
    told = {"late": late} if late else {}
    plan_sales.record(str(state), plan, by=by, at=at, reason=reason, **told)


def _keep(
    plan: PaymentPlan, scheme: PlanScheme, documents: Sequence[Paper], *, at: datetime
) -> None:
    if len(documents) > MOST_DOCUMENTS:
        told = say("At most {most} documents a plan.", most=MOST_DOCUMENTS)
        raise Refused("file", told, field="file")
    for paper in documents:
        kind = paper.kind if paper.kind in scheme.documents else (scheme.documents or ("",))[0]
        form, clean = papers.clean(paper.data)
        PlanDocument.objects.create(
            plan=plan,
            kind=kind,
            name=" ".join(paper.name.split())[:120] or "document",
            form=form,
            file=papers.keep(form, clean),
            sent_at=at,
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason", "Say why.", field="reason")
    rules.may_keep_text(reason, field="reason").require()
