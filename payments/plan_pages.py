"""What the pages about payment plans show, gathered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.urls import reverse

from parkops.customers.models import Customer
from parkops.kernel.money import Money
from parkops.kernel.texts import Text, joined, say, say_n
from parkops.ui.values import Option
from payments import place
from payments.forms_plans import AskForm
from payments.models import PaymentPlan
from payments.queries import ChargeRow
from payments.queries import plans as planning
from payments.queries.plans import Offer, PlanNow
from payments.rules.plans import Part

TONES = {
    PaymentPlan.State.ASKED: "warn",
    PaymentPlan.State.AGREED: "warn",
    PaymentPlan.State.RUNNING: "info",
    PaymentPlan.State.COMPLETED: "good",
    PaymentPlan.State.DEFAULTED: "bad",
    PaymentPlan.State.DECLINED: "",
    PaymentPlan.State.CANCELLED: "",
}
WORDS = {
    PaymentPlan.State.ASKED: say("Asked for"),
    PaymentPlan.State.AGREED: say("Waits for its first part"),
    PaymentPlan.State.RUNNING: say("Running"),
    PaymentPlan.State.COMPLETED: say("Paid"),
    PaymentPlan.State.DEFAULTED: say("Ended unpaid"),
    PaymentPlan.State.DECLINED: say("Not given"),
    PaymentPlan.State.CANCELLED: say("Ended"),
}
"""How a plan stands, for its customer."""
_STATES = {
    "paid": (say("Paid"), "good"),
    "open": (say("To come"), ""),
    "due": (say("Due soon"), "info"),
    "late": (say("Late"), "bad"),
}


@dataclass(frozen=True, slots=True)
class DatedPart:
    """A part of a plan in a list: its day, what it is, what is left of it and how it stands."""

    due_on: date
    amount: Money
    left: Money
    state: Text
    tone: str


@dataclass(frozen=True)
class AskPage:
    """What may be paid in instalments, which plans there are for what is ticked, and the dated parts of
    the chosen one."""

    form: AskForm
    rows: list[Option]
    offers: list[Option]
    chosen: Offer | None
    count: int
    parts: list[Part]

    @property
    def counts(self) -> range:
        """How many instalments may be chosen."""
        return self.chosen.counts if self.chosen else range(0)

    @property
    def asks_documents(self) -> bool:
        """Whether a customer sends something along."""
        return self.chosen is not None and bool(self.chosen.scheme.documents)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan in a list."""

    number: str
    url: str
    customer: str
    scheme: str
    state: str
    tone: str
    left: Money
    late: Money
    now_on: date | None
    since: datetime


def ask_page(
    customer: Customer,
    rows: Sequence[ChargeRow],
    data: QueryDict | None,
    files: object = None,
    *,
    by_office: bool = False,
    at: datetime,
) -> AskPage:
    """Return the page on which a plan is asked for, with what has been chosen so far; the office sees for
    itself what a customer has to show."""
    free = [row for row in rows if not row.planned]
    ticked = set(data.getlist("charge")) if data is not None else {str(row.id) for row in free}
    chosen_rows = [row for row in free if str(row.id) in ticked]
    offers = planning.offers(customer, chosen_rows, at=at)
    if data is None:
        # What one plan does not take is no reason to refuse it for the rest.
        chosen_rows, offers = _fitting(customer, free, offers, at=at)
    code = data.get("plan", "") if data is not None else ""
    chosen = _chosen(offers, code)
    counts = chosen.counts if chosen else range(0)
    asked = data.get("instalments", "") if data is not None else ""
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    count = min(max(wanted or counts[-1], counts[0]), counts[-1]) if counts else 0
    initial = {
        "charge": [str(row.id) for row in chosen_rows],
        "plan": chosen.scheme.code if chosen else "",
        "instalments": count,
    }
    form = AskForm(
        data if data is not None and data.get("act") == "ask" else None,
        files if data is not None and data.get("act") == "ask" else None,
        rows=free,
        offers=offers,
        needs_file=chosen is not None and bool(chosen.scheme.documents) and not by_office,
        initial=initial,
    )
    return AskPage(
        form=form,
        rows=[Option(str(row.id), row.text, row.reference, row.balance) for row in free],
        offers=[_option(one) for one in offers],
        chosen=chosen,
        count=count,
        parts=chosen.parts(count) if chosen and count else [],
    )


def _fitting(
    customer: Customer, rows: Sequence[ChargeRow], offers: list[Offer], *, at: datetime
) -> tuple[list[ChargeRow], list[Offer]]:
    """Return the rows that the first possible plan takes, all of them if it may be, and the plans."""
    if any(one.decision for one in offers):
        return list(rows), offers
    for one in offers:
        fit = [row for row in rows if planning.offer(one.scheme, customer, [row], at=at).decision]
        again = planning.offers(customer, fit, at=at)
        if fit and any(two.decision for two in again):
            return fit, again
    return list(rows), offers


def _chosen(offers: Sequence[Offer], code: str) -> Offer | None:
    possible = [one for one in offers if one.decision]
    named = [one for one in possible if one.scheme.code == code]
    return next(iter(named or possible), None)


def _option(one: Offer) -> Option:
    if not one.decision:
        return Option(one.scheme.code, one.scheme.name, refused=one.decision.reason)
    words = [
        say_n("Up to {n} installment.", "Up to {n} installments.", one.counts[-1]),
        *([say("Fee {fee}.", fee=one.fee)] if one.fee.minor else []),
        *([say("{amount} of late fees left out.", amount=one.waived)] if one.waived.minor else []),
        *([say("The office looks at it first.")] if one.scheme.is_looked_at else []),
    ]
    return Option(one.scheme.code, one.scheme.name, joined(words), one.total)


def dated_parts(now: PlanNow) -> list[DatedPart]:
    """Return the parts of a plan as they stand."""
    return [
        DatedPart(
            step.due_on,
            place.money(step.minor),
            place.money(step.left),
            _STATES[step.state][0],
            _STATES[step.state][1],
        )
        for step in now.progress.steps
    ]


def plan_lines(found: Sequence[PaymentPlan], *, at: datetime) -> list[PlanLine]:
    """Return plans for a list of the office, as they stand at `at`."""
    return [
        PlanLine(
            number=now.plan.number,
            url=reverse("office_plans:detail", args=[now.plan.number]),
            customer=str(now.plan.customer),
            scheme=now.scheme.name,
            state="Late" if now.is_running and now.late.minor else now.plan.get_state_display(),
            tone="bad"
            if now.is_running and now.late.minor
            else TONES[PaymentPlan.State(now.plan.state)],
            left=now.left,
            late=now.late,
            now_on=now.progress.now_on if now.is_running else None,
            since=now.plan.asked_at,
        )
        for now in planning.standings(found, at=at)
    ]
