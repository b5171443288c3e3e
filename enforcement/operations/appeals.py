"""What can be done with an appeal: file it, decide it, withdraw it, close its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import get_language

from enforcement.models import Appeal, Citation
from enforcement.operations import appeal_letters as letters
from enforcement.operations import assigning, evidence, hand_overs, hearings, tallying
from enforcement.operations.citations import locked
from enforcement.operations.evidence import Paper
from enforcement.operations.lowering import lower_charge
from enforcement.operations.releases import follow_debts
from enforcement.queries import citations as citing
from enforcement.queries import precedents
from enforcement.queries.appeals import (
    FEE,
    appeals_in_force,
    fee_of,
    fee_reference,
    holidays_of,
    may_appeal,
    may_decide,
)
from enforcement.queries.citations import KIND, Standing
from enforcement.rules import appeals as rules
from enforcement.rules import owed
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import named, say
from parkops.programme import numbering
from parkops.programme.appeal_schema import Appeals, Ground, Reason
from parkops.programme.violation_schema import Appeal as Rule
from parkops.ui.speech import written
from payments import operations as payments
from payments import queries as charges
from payments.accounts import FEE_REVENUE
from payments.operations.charges import bring_up_to_date
from payments.operations.refunds import refund_charge
from payments.rules.gl import Facts
from permits.operations.rights_changes import plates_changed

FEE_WITHIN = timedelta(days=7)
"""An appeal whose fee is not paid so long after its filing is closed."""

BY_THE_APPELLANT = named("Withdrawn by the appellant.")
NOT_PAID = named("The fee was not paid in time.")


@dataclass(frozen=True, slots=True)
class Plea:
    """What somebody says against a citation."""

    grounds: str
    text: str
    name: str
    email: str


@transaction.atomic
def file_appeal(
    number: str,
    plea: Plea,
    *,
    evidence: Sequence[bytes] = (),
    papers: Sequence[Paper] = (),
    late_reason: str = "",
    by: Actor,
    at: datetime,
) -> Appeal:
    """File the next appeal against a citation; if the rules say so, its clock stops.

    Staff and programs may accept a late one with a reason, and one whose evidence is still to come.

    :raises NotFound: if there is no such citation.
    :raises Conflict: `appeal_closed` or `not_appealable`.
    :raises Refused: for grounds that are not listed, no words, or evidence that is missing or no
        picture and no PDF.
    """
    appeals = appeals_in_force(at)
    ground = _ground(appeals, plea.grounds)
    if not plea.text.strip():
        raise Refused("text", "Say why you appeal.", field="text")
    by_office = by.kind in ("staff", "token", "system")
    missing = rules.missing_of(ground, pictures=len(evidence), documents=len(papers))
    if not by_office:
        rules.check_evidence(missing).require()
    citation = locked(number)
    now = citing.standing_of(citation, at=at)
    is_late = _require_open(now, late_accepted=by_office and bool(late_reason.strip()))
    rule = _rule_of(citation)
    decide_on = rules.decide_day(appeals, now.today, holidays_of(citation))
    appeal = _written(citation, plea, ground, rule, now, decide_on=decide_on, by=by, at=at)
    appeal.late_reason = late_reason.strip() if is_late else ""
    appeal.missing = missing
    appeal.save()
    tallying.count_appeal(appeal)
    _keep(appeal, evidence, papers, at=at)
    citation.appealed_at = at
    citation.save(update_fields=["appealed_at"])
    plates_changed([citation.plate_key])
    charge = charges.charge_of(KIND, citation.number)
    if rule.pauses_clock and charge is not None and not charge.is_settled:
        payments.pause_charge(kind=KIND, reference=citation.number, paused=True, at=at)
    fee = _charge_fee(appeal, by=by, at=at)
    told = {"late": appeal.late_reason} if is_late else {}
    _record("appeal.filed", appeal, by=by, at=at, level=appeal.level_name, **told)
    letters.filed(appeal, fee=fee, at=at)
    if ground.denied:
        reason = Reason(code="rules_apply", name=rules.REASONS["rules_apply"])
        words = ground.denied
        _decide(appeal, citation, now, Ruling("upheld", None, reason, words), by=SYSTEM, at=at)
    else:
        assigning.give(appeal, at=at)
    return appeal


@dataclass(frozen=True, slots=True)
class Ruling:
    """How an appeal is decided: what becomes of the citation, why, and in which words."""

    outcome: str
    amount: Money | None
    reason: Reason
    text: str


@transaction.atomic
def decide_appeal(
    number: str,
    *,
    outcome: str,
    amount: Money | None = None,
    reason_code: str,
    text: str,
    by: Actor,
    at: datetime,
) -> Appeal:
    """Decide an appeal: the citation stands, is reduced to `amount`, or is dismissed.

    Without words of its own the decision has those of its reason, filled in. What was paid beyond
    the new amount is given back the way it came, and the appeal's fee unless the citation stands.

    :raises NotFound: if there is no such appeal.
    :raises Conflict: if it is decided already.
    :raises Refused: for an outcome, amount or reason that does not fit, a conflict of interest, a
        hearing that is still to come, or a fee that is not paid.
    """
    reason = _reason(appeals_in_force(at), reason_code, outcome)
    # The citation is locked before its appeal, as everywhere.
    citation = locked(_citation_number(number))
    appeal = _locked(number, citation)
    decision = may_decide(appeal, citation, by=by)
    if decision.code == "decided":
        raise Conflict(decision.code, decision.reason)
    decision.require()
    before = citing.standing_of(citation, at=at)
    full = owed.fully(before.case, before.today)
    rules.check_outcome(outcome, amount, full=full).require()
    ruling = Ruling(outcome, amount if outcome == "reduced" else None, reason, text.strip())
    _decide(appeal, citation, before, ruling, by=by, at=at)
    return appeal


@transaction.atomic
def withdraw_appeal(number: str, *, by: Actor, at: datetime) -> Appeal:
    """Take an open appeal back, by who filed it; the citation goes on. Twice is once.

    :raises NotFound: if there is no such appeal.
    :raises Conflict: "decided" once it is decided.
    """
    citation = locked(_citation_number(number))
    appeal = _locked(number, citation)
    if appeal.outcome == Appeal.Outcome.WITHDRAWN:
        return appeal
    if appeal.decided_at is not None:
        raise Conflict("decided", say("This appeal has been decided."))
    _end(appeal, citation, reason=BY_THE_APPELLANT, by=by, at=at)
    return appeal


@transaction.atomic
def close_appeal(number: str, *, reason: str, by: Actor, at: datetime) -> Appeal:
    """Close the case of an appeal, in whatever phase it is; nothing is issued later. Twice is once.

    An open one ends without a decision, and its level may be asked again while its days last. Of a
    decided one the decision and what was given back stand; no further level follows.

    :raises NotFound: if there is no such appeal.
    :raises Refused: without a reason.
    """
    if not reason.strip():
        raise Refused("reason", "Say why the case is closed.", field="reason")
    citation = locked(_citation_number(number))
    appeal = _locked(number, citation)
    if appeal.closed_at is not None:
        return appeal
    if appeal.decided_at is None:
        _end(appeal, citation, reason=reason.strip(), by=by, at=at)
        return appeal
    appeal.closed_at, appeal.closed_reason = at, reason.strip()
    appeal.save(update_fields=["closed_at", "closed_reason"])
    _record("appeal.closed", appeal, by=by, at=at, reason=reason.strip())
    return appeal


@transaction.atomic
def waive_fee(number: str, *, reason: str, by: Actor, at: datetime) -> Appeal:
    """Ask no fee for an open appeal; what was paid of it is given back.

    :raises NotFound: if there is no such appeal.
    :raises Refused: without a reason, or where there is no fee to waive.
    """
    if not reason.strip():
        raise Refused("reason", "Say why no fee is asked.", field="reason")
    citation = locked(_citation_number(number))
    appeal = _locked(number, citation)
    fee = fee_of(appeal)
    if appeal.decided_at is not None or fee is None or not fee.balance.minor:
        raise Refused("no_fee", "No fee of this appeal is open.")
    _give_fee_back(appeal, by=by, at=at)
    _record("appeal.fee_waived", appeal, by=by, at=at, reason=reason.strip())
    return appeal


def close_unpaid(*, at: datetime) -> int:
    """Close the appeals whose fee was not paid in time; returns how many. One transaction each."""
    rows = Appeal.objects.filter(
        decided_at__isnull=True, fee_minor__gt=0, filed_at__lte=at - FEE_WITHIN
    )
    closed = 0
    for appeal in rows.order_by("pk"):
        fee = fee_of(appeal)
        if fee is not None and fee.balance.minor:
            close_appeal(appeal.number, reason=NOT_PAID, by=SYSTEM, at=at)
            closed += 1
    return closed


def _ground(appeals: Appeals, code: str) -> Ground:
    ground = rules.ground_named(appeals, code)
    if ground is None:
        words = ", ".join(one.code for one in rules.grounds_of(appeals))
        raise Refused("grounds", f"The grounds are one of {words}.", field="grounds")
    return ground


def _reason(appeals: Appeals, code: str, outcome: str) -> Reason:
    reason = rules.reason_named(appeals, code)
    if reason is None:
        words = ", ".join(one.code for one in rules.reasons_of(appeals))
        raise Refused("reason_code", f"The reason is one of {words}.", field="reason_code")
    if reason.outcomes and outcome in rules.OUTCOMES and outcome not in reason.outcomes:
        fits = ", ".join(reason.outcomes)
        told = f"{reason.name} is a reason for {fits}, not for {outcome}."
        raise Refused("reason_code", told, field="reason_code")
    return reason


def _require_open(now: Standing, *, late_accepted: bool) -> bool:
    """Refuse what may not be appealed now; returns whether it is late and accepted all the same."""
    decision = may_appeal(now)
    if decision:
        return False
    if not late_accepted or not may_appeal(now, late_accepted=True):
        raise Conflict(decision.code, decision.reason)
    return True


def _rule_of(citation: Citation) -> Rule:
    violation = citing.violation_of(citation)
    rule = violation.appeal if violation else None
    if rule is None:
        raise Conflict("not_appealable", "This violation cannot be appealed.")
    return rule


def _written(
    citation: Citation,
    plea: Plea,
    ground: Ground,
    rule: Rule,
    now: Standing,
    *,
    decide_on: date,
    by: Actor,
    at: datetime,
) -> Appeal:
    used = [a for a in now.appeals if a.outcome != Appeal.Outcome.WITHDRAWN]
    level = len(used) + 1
    name = rule.levels[level - 1]
    # What is refused at once costs nothing.
    fee = None if ground.denied else rule.fee_of(level)
    spoken = get_language() or ""
    return Appeal(
        number=numbering.next_number("A", at=at, zone=now.zone),
        citation=citation,
        level=level,
        level_name=name,
        is_heard=rule.is_heard(name),
        pauses_clock=rule.pauses_clock,
        grounds=ground.code,
        grounds_name=ground.name,
        text=plea.text.strip(),
        name=plea.name.strip(),
        email=plea.email.strip(),
        language=spoken[:12] if by.kind in ("public", "customer") else "",
        filed_at=at,
        filed_on=now.today,
        decide_on=decide_on,
        filed_by_ref=by.ref if by.kind in ("staff", "customer") else "",
        fee_minor=fee.minor if fee else 0,
    )


def _keep(appeal: Appeal, files: Sequence[bytes], papers: Sequence[Paper], *, at: datetime) -> None:
    if files or papers:
        evidence.keep(appeal, files, papers, at=at)


def _charge_fee(appeal: Appeal, *, by: Actor, at: datetime) -> Money | None:
    if not appeal.fee_minor:
        return None
    currency = citing.standing_of(appeal.citation, at=at).paid.currency
    fee = Money(appeal.fee_minor, currency)
    payments.raise_charge(
        kind=FEE,
        reference=fee_reference(appeal),
        text=f"Fee of appeal {appeal.number}",
        net=fee,
        tax=Money.zero(currency),
        customer_id=None,
        plate_key="",
        due_on=appeal.filed_on + FEE_WITHIN,
        revenue=FEE_REVENUE,
        facts=Facts(appeal.citation.zone_code, appeal.citation.violation_code),
        by=by,
        at=at,
    )
    return fee


def _give_fee_back(appeal: Appeal, *, by: Actor, at: datetime) -> None:
    fee = fee_of(appeal)
    if fee is None or not fee.amount.minor:
        return
    refund_charge(
        kind=FEE,
        reference=fee_reference(appeal),
        net=fee.amount,
        tax=Money.zero(fee.amount.currency),
        reason=f"Fee of appeal {appeal.number}",
        by=by,
        at=at,
    )


def _decide(
    appeal: Appeal,
    citation: Citation,
    before: Standing,
    ruling: Ruling,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Write a decision that may be made, and let everything follow it."""
    beside = precedents.likeness(ruling.outcome, precedents.like(appeal, at=at))
    with tallying.tallied_appeal(appeal):
        appeal.outcome, appeal.decided_at, appeal.decided_on = ruling.outcome, at, before.today
    appeal.amount_minor = ruling.amount.minor if ruling.amount is not None else None
    appeal.reason_code, appeal.reason_name = ruling.reason.code, ruling.reason.name
    appeal.decided_by, appeal.decided_by_ref = by.name, by.ref if by.kind == "staff" else ""
    appeal.like_count, appeal.unlike_count = beside.alike, beside.otherwise
    appeal.decision_text = _words(ruling, appeal, citation, before)
    appeal.save()
    _follow(citation, appeal, by=by, at=at)
    if ruling.outcome != Appeal.Outcome.UPHELD:
        _give_fee_back(appeal, by=by, at=at)
    _record(
        "appeal.decided",
        appeal,
        by=by,
        at=at,
        outcome=ruling.outcome,
        reason_code=ruling.reason.code,
    )
    if citation.dismissed_at is not None:
        hand_overs.take_back(citation, because="It was dismissed on appeal.", at=at)
    follow_debts(citation.plate_key, by=by, at=at)
    letters.decided(appeal, at=at)


def _words(ruling: Ruling, appeal: Appeal, citation: Citation, before: Standing) -> str:
    """Return the words of a ruling, or those of its reason, with the case's own facts in them."""
    left = ruling.amount or Money(0, before.paid.currency)
    if ruling.outcome == Appeal.Outcome.UPHELD:
        left = before.owed
    return rules.filled(
        ruling.text or ruling.reason.text or "",
        {
            "name": appeal.name,
            "number": appeal.number,
            "citation": citation.number,
            "violation": citation.violation_name,
            "zone": citation.zone_code,
            "plate": citation.plate_text,
            "amount": written(left),
            "fine": written(before.case.fine),
        },
    )


def _end(appeal: Appeal, citation: Citation, *, reason: str, by: Actor, at: datetime) -> None:
    """End an open appeal without a decision: the citation goes on, a booked hearing is free."""
    with tallying.tallied_appeal(appeal):
        appeal.outcome, appeal.decided_at = Appeal.Outcome.WITHDRAWN, at
    appeal.decided_on = citing.standing_of(citation, at=at).today
    appeal.decided_by, appeal.decided_by_ref = by.name, by.ref if by.kind == "staff" else ""
    appeal.closed_at, appeal.closed_reason = at, reason
    appeal.save()
    hearings.free(appeal, at=at)
    fee = fee_of(appeal)
    if fee is not None and (by.kind == "staff" or fee.balance.minor):
        _give_fee_back(appeal, by=by, at=at)
    _follow(citation, appeal, by=by, at=at)
    _record("appeal.withdrawn", appeal, by=by, at=at, reason=reason)
    letters.withdrawn(appeal, at=at)


def _citation_number(appeal_number: str) -> str:
    rows = Appeal.objects.filter(number=appeal_number)
    number = rows.values_list("citation__number", flat=True).first()
    if number is None:
        raise NotFound("There is no such appeal.")
    return number


def _locked(number: str, citation: Citation) -> Appeal:
    appeal = Appeal.objects.select_for_update().get(number=number, citation=citation)
    appeal.citation = citation
    return appeal


def _follow(citation: Citation, appeal: Appeal, *, by: Actor, at: datetime) -> None:
    """Let the citation and its charge follow the decision."""
    citation.appealed_at = None
    with tallying.tallied(citation):
        if appeal.outcome == Appeal.Outcome.DISMISSED:
            citation.dismissed_at = at
    citation.save(update_fields=["appealed_at", "dismissed_at"])
    plates_changed([citation.plate_key])
    charge = charges.charge_of(KIND, citation.number)
    if charge is None:
        return
    payments.pause_charge(kind=KIND, reference=citation.number, paused=False, at=at)
    if appeal.outcome in (Appeal.Outcome.UPHELD, Appeal.Outcome.WITHDRAWN):
        bring_up_to_date(charge.pk, at=at)
        return
    left = Money(appeal.amount_minor or 0, charge.amount.currency)
    text = f"Appeal {appeal.number}: {appeal.get_outcome_display().lower()}"
    lower_charge(citation, charge, left, text=text, by=by, at=at)
    after = charges.charge_of(KIND, citation.number)
    if after is not None and after.is_settled and citation.dismissed_at is None:
        with tallying.tallied(citation):
            citation.settled_at = citation.settled_at or at
        citation.save(update_fields=["settled_at"])


def _record(event: str, appeal: Appeal, *, by: Actor, at: datetime, **told: str) -> None:
    audit.record(
        event,
        subject=(KIND, appeal.citation.number),
        actor=by,
        at=at,
        appeal=appeal.number,
        **told,
    )
