"""What can be done with an appeal: file it, decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from enforcement.models import Appeal, AppealPicture, Citation
from enforcement.operations import pictures
from enforcement.operations.citations import locked
from enforcement.queries import citations as citing
from enforcement.queries.appeals import may_appeal, may_decide
from enforcement.queries.citations import KIND
from enforcement.rules import appeals as rules
from enforcement.rules import owed
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, say, word
from parkops.messaging import operations as messaging
from parkops.programme import numbering
from payments import operations as payments
from payments import queries as charges
from payments.operations.charges import bring_up_to_date
from payments.operations.refunds import refund_charge
from permits.operations.rights_changes import plates_changed


@dataclass(frozen=True, slots=True)
class Plea:
    """What somebody says against a citation."""

    grounds: str
    text: str
    name: str
    email: str


@transaction.atomic
def file_appeal(
    number: str, plea: Plea, *, evidence: Sequence[bytes] = (), by: Actor, at: datetime
) -> Appeal:
    """File the next appeal against a citation; if the rules say so, its clock stops.

    :raises NotFound: if there is no such citation.
    :raises Conflict: `appeal_closed` or `not_appealable`.
    :raises Refused: for grounds that are not listed, no words, or evidence that is no picture.
    """
    if plea.grounds not in rules.GROUNDS:
        words = ", ".join(rules.GROUNDS)
        raise Refused("grounds", f"The grounds are one of {words}.", field="grounds")
    if not plea.text.strip():
        raise Refused("text", "Say why you appeal.", field="text")
    citation = locked(number)
    now = citing.standing_of(citation, at=at)
    decision = may_appeal(now)
    if not decision:
        raise Conflict(decision.code, decision.reason)
    violation = citing.violation_of(citation)
    rule = violation.appeal if violation else None
    if rule is None:
        raise Conflict("not_appealable", "This violation cannot be appealed.")
    level = len(now.appeals) + 1
    appeal = Appeal.objects.create(
        number=numbering.next_number("A", at=at, zone=now.zone),
        citation=citation,
        level=level,
        level_name=rule.levels[level - 1],
        pauses_clock=rule.pauses_clock,
        grounds=plea.grounds,
        text=plea.text.strip(),
        name=plea.name.strip(),
        email=plea.email.strip(),
        filed_at=at,
        filed_on=now.today,
        filed_by_ref=by.ref if by.kind in ("staff", "customer") else "",
    )
    _keep(appeal, evidence, at=at)
    citation.appealed_at = at
    citation.save(update_fields=["appealed_at"])
    plates_changed([citation.plate_key])
    charge = charges.charge_of(KIND, citation.number)
    if rule.pauses_clock and charge is not None and not charge.is_settled:
        payments.pause_charge(kind=KIND, reference=citation.number, paused=True, at=at)
    audit.record(
        "appeal.filed",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        appeal=appeal.number,
        level=appeal.level_name,
    )
    _tell("appeal.filed", appeal, at=at)
    return appeal


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

    What was paid beyond the new amount is given back the way it came.

    :raises NotFound: if there is no such appeal.
    :raises Conflict: if it is decided already.
    :raises Refused: for an outcome, amount or reason that does not fit, or a decision of one's own.
    """
    if reason_code not in rules.REASONS:
        words = ", ".join(rules.REASONS)
        raise Refused("reason_code", f"The reason is one of {words}.", field="reason_code")
    # The citation is locked before its appeal, as everywhere.
    citation = locked(_citation_number(number))
    appeal = Appeal.objects.select_for_update().get(number=number, citation=citation)
    decision = may_decide(appeal, citation, by=by)
    if decision.code == "decided":
        raise Conflict(decision.code, decision.reason)
    decision.require()
    before = citing.standing_of(citation, at=at)
    full = owed.fully(before.case, before.today)
    rules.check_outcome(outcome, amount, full=full).require()
    appeal.outcome, appeal.decided_at, appeal.decided_on = outcome, at, before.today
    appeal.amount_minor = amount.minor if amount is not None and outcome == "reduced" else None
    appeal.reason_code, appeal.decision_text = reason_code, text.strip()
    appeal.decided_by, appeal.decided_by_ref = by.name, by.ref if by.kind == "staff" else ""
    appeal.save()
    _follow(citation, appeal, by=by, at=at)
    audit.record(
        "appeal.decided",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        appeal=appeal.number,
        outcome=outcome,
        reason_code=reason_code,
    )
    _tell("appeal.decided", appeal, at=at)
    return appeal


def _citation_number(appeal_number: str) -> str:
    rows = Appeal.objects.filter(number=appeal_number)
    number = rows.values_list("citation__number", flat=True).first()
    if number is None:
        raise NotFound("There is no such appeal.")
    return number


def _keep(appeal: Appeal, evidence: Sequence[bytes], *, at: datetime) -> None:
    for data in evidence:
        picture = pictures.take_in(data, zone=citing.tenant_zone(), field="pictures")
        AppealPicture.objects.create(
            appeal=appeal,
            shown=picture.shown,
            shown_sha256=picture.shown_sha256,
            original=picture.original,
            original_sha256=picture.original_sha256,
            original_type=picture.original_type,
            width=picture.width,
            height=picture.height,
            added_at=at,
        )


def _follow(citation: Citation, appeal: Appeal, *, by: Actor, at: datetime) -> None:
    """Let the citation and its charge follow the decision."""
    citation.appealed_at = None
    if appeal.outcome == Appeal.Outcome.DISMISSED:
        citation.dismissed_at = at
    citation.save(update_fields=["appealed_at", "dismissed_at"])
    plates_changed([citation.plate_key])
    charge = charges.charge_of(KIND, citation.number)
    if charge is None:
        return
    payments.pause_charge(kind=KIND, reference=citation.number, paused=False, at=at)
    if appeal.outcome == Appeal.Outcome.UPHELD:
        bring_up_to_date(charge.pk, at=at)
        return
    _lower(citation, appeal, charge, by=by, at=at)
    after = charges.charge_of(KIND, citation.number)
    if after is not None and after.is_settled and citation.dismissed_at is None:
        citation.settled_at = citation.settled_at or at
        citation.save(update_fields=["settled_at"])


def _lower(
    citation: Citation, appeal: Appeal, charge: charges.ChargeRow, *, by: Actor, at: datetime
) -> None:
    """Bring the charge down to what the decision leaves, and give back what was paid beyond it."""
    left = Money(appeal.amount_minor or 0, charge.amount.currency)
    text = f"Appeal {appeal.number}: {appeal.get_outcome_display().lower()}"
    excess = charge.paid - left
    if excess.minor > 0:
        # One part, so that all of the excess can be given back from it.
        payments.change_charge(
            kind=KIND, reference=citation.number, amount=charge.paid, text=text, by=by, at=at
        )
        refund_charge(
            kind=KIND,
            reference=citation.number,
            net=excess,
            tax=Money.zero(excess.currency),
            reason=text,
            by=by,
            at=at,
        )
    elif not charge.is_settled:
        payments.change_charge(
            kind=KIND, reference=citation.number, amount=left, text=text, by=by, at=at
        )


def _tell(event: str, appeal: Appeal, *, at: datetime) -> None:
    citation = appeal.citation
    now = citing.standing_of(citation, at=at)
    messaging.send_once(
        event=event,
        key=f"appeal:{appeal.number}:{event}",
        to=appeal.email,
        # Who files reads what the page says; who decides may speak another language.
        language=None if event == "appeal.filed" else "",
        context={
            "name": appeal.name,
            "number": appeal.number,
            "citation": citation.number,
            "violation": citation.violation_name,
            "level": word(appeal.level_name),
            "pauses": appeal.pauses_clock,
            "outcome": appeal.outcome,
            "outcome_text": word(appeal.get_outcome_display()) if appeal.outcome else "",
            "decision": appeal.decision_text,
            "owed": now.owed,
            "due_on": say("{day}", day=LongDay(now.due_on)) if now.due_on else "",
        },
        at=at,
    )
