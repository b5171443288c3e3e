"""Payment plans: which a customer may have for what they owe, and how each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from parkops.customers.models import Customer
from parkops.kernel.decisions import ALLOWED, Decision, NotFound
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.programme.plan_schema import PlanScheme
from payments import place, settlement
from payments.models import Instalment, PaymentPlan, PlanCharge, PlanDocument
from payments.queries.charges import ChargeRow, as_rows
from payments.rules import plans as rules
from payments.rules.plans import Owing, Part, Progress
from payments.settlement import Plannable


@dataclass(frozen=True)
class Offer:
    """A kind of plan for some charges: whether it may be had, and what it would be.

    `total` is with the `fee`; `waived` is what of the late fees would be left out.
    """

    scheme: PlanScheme
    owing: tuple[Owing, ...]
    fee: Money
    waived: Money
    on: date
    decision: Decision

    @cached_property
    def total(self) -> Money:
        """What is paid in instalments."""
        return rules.total_of(self.owing) + self.fee if self.owing else self.fee

    @cached_property
    def counts(self) -> range:
        """How many instalments there may be; empty where it cannot be had."""
        return rules.counts(self.scheme, self.total) if self.decision else range(0)

    @cached_property
    def down(self) -> Money:
        """What is due on the first day."""
        return rules.down_of(self.scheme, self.total)

    def parts(self, count: int) -> list[Part]:
        """Return the dated parts of the plan in so many instalments."""
        return rules.schedule(self.scheme, self.total, count, start=self.on)


@dataclass(frozen=True)
class PlanNow:
    """A plan as it stands on the local date `on`."""

    plan: PaymentPlan
    scheme: PlanScheme
    charges: tuple[PlanCharge, ...]
    parts: tuple[Part, ...]
    on: date

    @cached_property
    def left(self) -> Money:
        """What is left to pay of it; of one that is only asked for, all of it."""
        if self.plan.state in (PaymentPlan.State.ASKED, PaymentPlan.State.AGREED):
            return place.money(self.plan.total_minor)
        return place.money(
            sum(
                rules.left_of(
                    owed=one.owed_minor,
                    paid_before=one.paid_before_minor,
                    paid=one.charge.paid_minor,
                    amount=one.charge.amount_minor,
                )
                for one in self.charges
            )
        )

    @cached_property
    def progress(self) -> Progress:
        """How far it has come."""
        return rules.progress(self.parts, left=self.left.minor, grace=self.scheme.grace, on=self.on)

    @property
    def is_running(self) -> bool:
        """Whether it runs: its parts are being paid."""
        return self.plan.state == PaymentPlan.State.RUNNING

    @property
    def now(self) -> Money:
        """What is to be paid next."""
        return place.money(self.progress.now)

    @property
    def late(self) -> Money:
        """What should have been paid before."""
        return place.money(self.progress.late)

    @cached_property
    def may_put_off(self) -> Decision:
        """Whether its dates may be put off."""
        return rules.may_put_off(self.scheme, times=self.plan.put_off, state=self.plan.state)

    @cached_property
    def may_go_on(self) -> Decision:
        """Whether it may go on after it ended unpaid."""
        ended = self.plan.ended_at
        return rules.may_go_on(
            self.scheme,
            state=self.plan.state,
            times=self.plan.reinstated,
            ended_on=place.local_date(ended) if ended else self.on,
            late=self.late,
            on=self.on,
        )

    @property
    def owing(self) -> list[PlanCharge]:
        """Its charges of which something is left, in the order in which they are paid."""
        return [one for one in self.charges if one.charge.settled_at is None]


def offers(customer: Customer, rows: Sequence[ChargeRow], *, at: datetime) -> list[Offer]:
    """Return every kind of plan of the program in force, for these charges of a customer; those by which
    something is bought stand where it is bought."""
    schemes = programme.in_force(at).programme.plans
    return [offer(scheme, customer, rows, at=at) for scheme in schemes if not scheme.buys]


def sale_offers(customer: Customer, row: ChargeRow, *, buys: str, at: datetime) -> list[Offer]:
    """Return the kinds of plan by which a permit of the type `buys` may be bought, for its charge."""
    schemes = programme.in_force(at).programme.plans
    found = [one for one in schemes if one.sells(buys)]
    return [offer(scheme, customer, [row], at=at) for scheme in found]


def bought_by(reference: str) -> PaymentPlan | None:
    """Return the newest plan that has begun by which this is bought, if any."""
    return plans().filter(bought=reference, began_at__isnull=False).order_by("-pk").first()


def first_part(found: PaymentPlan) -> Money:
    """Return what begins an agreed plan."""
    scheme, total = scheme_of(found), place.money(found.total_minor)
    start = place.local_date(found.asked_at)
    return place.money(rules.schedule(scheme, total, found.count, start=start)[0].minor)


def offer(
    scheme: PlanScheme, customer: Customer, rows: Sequence[ChargeRow], *, at: datetime
) -> Offer:
    """Return a kind of plan for these charges of a customer."""
    on = place.local_date(at)
    owing = owing_of(scheme, rows, at=at)
    fee = fee_of(scheme, at=at)
    stands = sum(row.balance.minor for row in rows)
    waived = max(stands - sum(one.owed.minor for one in owing), 0)
    decision = rules.may_hold(scheme, owing, audiences=tuple(customer.audiences), on=on)
    if decision:
        decision = rules.may_have(scheme, rules.total_of(owing) + fee)
    return Offer(scheme, tuple(owing), fee, place.money(waived), on, decision)


def fee_of(scheme: PlanScheme, *, at: datetime) -> Money:
    """Return what a plan of this kind costs."""
    if scheme.setup_fee is not None:
        return scheme.setup_fee
    return programme.in_force(at).programme.fee("plan_setup")


def owing_of(scheme: PlanScheme, rows: Sequence[ChargeRow], *, at: datetime) -> list[Owing]:
    """Return what charges would be in a plan; those of which nothing is owed are left out."""
    asked: dict[str, list[str]] = {}
    for row in rows:
        asked.setdefault(row.kind, []).append(row.reference)
    told: dict[tuple[str, str], Plannable] = {}
    for kind, references in asked.items():
        plannable = settlement.raiser_of(kind).plannable
        if plannable is not None:
            found = plannable(references, waives=scheme.late_fees == "waive", at=at)
            told |= {(kind, reference): one for reference, one in found.items()}
    owing = []
    for row in rows:
        own = told.get((row.kind, row.reference))
        amount = own.amount.minor if own else row.amount.minor
        left = max(amount - row.paid.minor, 0)
        if not left:
            continue
        owing.append(
            Owing(
                kind=row.kind,
                reference=row.reference,
                owed=place.money(left),
                since=own.since if own else place.local_date(row.raised_at),
                decided_on=own.decided_on if own else None,
                is_held=own.is_held if own else False,
                is_planned=row.planned,
                own=own.decision if own else ALLOWED,
                buys=own.buys if own else "",
            )
        )
    return owing


def plans() -> QuerySet[PaymentPlan]:
    """Return all plans, in no order."""
    return PaymentPlan.objects.select_related("customer", "card")


def plan(number: str) -> PaymentPlan:
    """Return the plan with this number.

    :raises NotFound: if this tenant has none.
    """
    found = plans().filter(number=number).first()
    if found is None:
        raise NotFound("There is no such payment plan.")
    return found


def plan_of(customer_id: int, public_id: UUID) -> PaymentPlan:
    """Return a customer's own plan.

    :raises NotFound: if they have none of this id.
    """
    found = plans().filter(customer_id=customer_id, public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such payment plan.")
    return found


def plans_of(customer_id: int, *, at: datetime) -> list[PlanNow]:
    """Return a customer's plans, the newest first; without those that never began."""
    rows = plans().filter(customer_id=customer_id)
    rows = rows.exclude(began_at=None, bought__gt="")
    return standings(list(rows.order_by("-pk")), at=at)


def standing(found: PaymentPlan, *, at: datetime) -> PlanNow:
    """Return how a plan stands at `at`."""
    return standings([found], at=at)[0]


def standings(found: Sequence[PaymentPlan], *, at: datetime) -> list[PlanNow]:
    """Return how plans stand at `at`, in order; by two queries, however many."""
    on = place.local_date(at)
    ids = [one.pk for one in found]
    charges: dict[int, list[PlanCharge]] = {one: [] for one in ids}
    rows = PlanCharge.objects.filter(plan_id__in=ids).select_related("charge")
    for row in rows.order_by("plan_id", "place"):
        charges[row.plan_id].append(row)
    parts: dict[int, list[Part]] = {one: [] for one in ids}
    due = Instalment.objects.filter(plan_id__in=ids).order_by("plan_id", "place")
    for part in due:
        parts[part.plan_id].append(Part(part.due_on, part.amount_minor))
    return [
        PlanNow(one, scheme_of(one), tuple(charges[one.pk]), tuple(parts[one.pk]), on)
        for one in found
    ]


def scheme_of(found: PaymentPlan) -> PlanScheme:
    """Return the kind of plan as the program had it when it was asked for."""
    scheme = programme.version(found.programme_version).programme.plan(found.scheme)
    if scheme is None:
        raise LookupError(f"{found} is of no kind that version {found.programme_version} has")
    return scheme


def rows_of(now: PlanNow, *, at: datetime) -> list[ChargeRow]:
    """Return the charges of a plan as they stand at `at`, in its order."""
    return as_rows([one.charge for one in now.charges], at=at)


def documents_of(found: PaymentPlan) -> list[PlanDocument]:
    """Return the files sent with a plan that are still kept."""
    return list(found.documents.filter(deleted_at__isnull=True).order_by("pk"))


def document(found: PaymentPlan, reference: UUID) -> PlanDocument:
    """Return a kept file of a plan.

    :raises NotFound: if it has none of this reference.
    """
    rows = found.documents.filter(reference=reference, deleted_at__isnull=True)
    one = rows.first()
    if one is None:
        raise NotFound("There is no such document.")
    return one


def to_follow() -> QuerySet[PaymentPlan]:
    """Return the plans that time changes: agreed, running, or ended unpaid."""
    states = [PaymentPlan.State.AGREED, PaymentPlan.State.RUNNING, PaymentPlan.State.DEFAULTED]
    return PaymentPlan.objects.filter(state__in=states)


def unpaid_again(charge_pks: Sequence[int]) -> list[int]:
    """Return the ids of the plans that were paid off and of which any of these charges is owed again; in
    the newest of its plans, if in none that runs."""
    rows = PlanCharge.objects.filter(charge_id__in=charge_pks, charge__settled_at__isnull=True)
    running = PlanCharge.objects.filter(charge=OuterRef("charge"), is_open=True)
    newer = PlanCharge.objects.filter(charge=OuterRef("charge"), plan_id__gt=OuterRef("plan_id"))
    found = rows.filter(~Exists(running), ~Exists(newer), plan__state=PaymentPlan.State.COMPLETED)
    return sorted(set(found.values_list("plan_id", flat=True)))


def ended_unpaid_of(charge_pks: Sequence[int]) -> list[int]:
    """Return the ids of the plans that ended unpaid of which any of these charges is."""
    rows = PlanCharge.objects.filter(
        charge_id__in=charge_pks, plan__state=PaymentPlan.State.DEFAULTED
    )
    return sorted(set(rows.values_list("plan_id", flat=True)))


def running_of(charge_pks: Sequence[int]) -> list[int]:
    """Return the ids of the running plans that any of these charges is in."""
    rows = PlanCharge.objects.filter(charge_id__in=charge_pks, is_open=True)
    return list(rows.order_by("plan_id").values_list("plan_id", flat=True).distinct())
