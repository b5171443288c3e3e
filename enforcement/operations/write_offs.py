"""How what is owed of a citation is given up, by one person or by two, and how that is taken back."""

from datetime import datetime

from django.db import transaction

from enforcement.models import Citation, WriteOff
from enforcement.operations import hand_overs, tallying
from enforcement.operations.citations import locked
from enforcement.operations.releases import follow_debts
from enforcement.queries import citations as citing
from enforcement.queries import escalation
from enforcement.queries.citations import KIND
from enforcement.rules import write_offs as rules
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from parkops.programme import queries as programme
from payments import operations as payments
from payments import queries as charges
from payments.rules import needs_second


@transaction.atomic
def write_off(number: str, *, reason: str, by: Actor, at: datetime) -> WriteOff:
    """Give up what is owed of a citation; beyond the program's limit it waits for a second person.

    :raises NotFound: if there is no such citation.
    :raises Conflict: if nothing is owed, it is on appeal, or it was asked for already.
    :raises Refused: without a reason.
    """
    citation = locked(number)
    now = citing.standing_of(citation, at=citing.not_before_its_end(citation, at))
    decision = rules.may_write_off(
        status=now.status,
        owed=now.owed,
        has_charge=charges.charge_of(KIND, citation.number) is not None,
        is_asked=escalation.write_off_of(citation) is not None,
        reason=reason,
    )
    if decision.code and not decision.field:
        raise Conflict(decision.code, decision.reason)
    decision.require()
    asked = WriteOff.objects.create(
        citation=citation,
        amount_minor=now.owed.minor,
        reason=reason.strip()[:300],
        asked_at=at,
        asked_by=by.name,
        asked_by_ref=by.ref if by.kind == "staff" else "",
    )
    limit = programme.in_force(at).programme.refunds.write_off
    if needs_second(by_staff=by.kind == "staff", amount=now.owed, above=limit):
        audit.record(
            "citation.write_off_asked",
            subject=(KIND, citation.number),
            actor=by,
            at=at,
            reason=asked.reason,
            amount=now.owed.amount,
        )
        return asked
    return _write_off(citation, asked, by=by, at=at)


@transaction.atomic
def decide_write_off(number: str, *, accept: bool, by: Actor, at: datetime) -> WriteOff:
    """Accept or refuse what somebody else asked for.

    :raises NotFound: if there is no such citation.
    :raises Conflict: if nothing waits, or one decides one's own.
    """
    citation = locked(number)
    asked = escalation.write_off_of(citation)
    if asked is None or asked.decided_at is not None:
        raise Conflict("nothing_waits", "No write-off of this citation waits to be accepted.")
    if asked.asked_by_ref and asked.asked_by_ref == by.ref:
        told = "You asked for this write-off: somebody else accepts it or not."
        raise Conflict("own_write_off", told)
    if accept and citing.standing_of(citation, at=at).owed.minor:
        return _write_off(citation, asked, by=by, at=at)
    asked.decided_at, asked.decided_by, asked.is_accepted = at, by.name, False
    asked.save(update_fields=["decided_at", "decided_by", "is_accepted"])
    audit.record("citation.write_off_refused", subject=(KIND, citation.number), actor=by, at=at)
    return asked


@transaction.atomic
def take_back_write_off(number: str, *, by: Actor, at: datetime) -> Citation:
    """Let what was written off be owed again, as when somebody wants to pay it after all.

    :raises NotFound: if there is no such citation.
    :raises Conflict: if it is not written off.
    """
    citation = locked(number)
    held = escalation.write_off_of(citation)
    if citation.written_off_at is None or held is None:
        raise Conflict("not_written_off", "This citation is not written off.")
    with tallying.tallied(citation):
        citation.written_off_at = None
        citation.save(update_fields=["written_off_at"])
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    text = f"Write-off of citation {citation.number} taken back"
    payments.reinstate_charge(kind=KIND, reference=citation.number, text=text, by=by, at=at)
    audit.record("citation.write_off_ended", subject=(KIND, citation.number), actor=by, at=at)
    return citation


def _write_off(citation: Citation, asked: WriteOff, *, by: Actor, at: datetime) -> WriteOff:
    text = f"Citation {citation.number} written off: {asked.reason}"
    amount = payments.write_off_charge(
        kind=KIND, reference=citation.number, text=text, by=by, at=at
    )
    with tallying.tallied(citation):
        citation.written_off_at = at
        citation.save(update_fields=["written_off_at"])
    asked.amount_minor = amount.minor
    asked.decided_at, asked.decided_by, asked.is_accepted = at, by.name, True
    asked.save(update_fields=["amount_minor", "decided_at", "decided_by", "is_accepted"])
    audit.record(
        "citation.written_off",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        reason=asked.reason,
        amount=amount.amount,
    )
    hand_overs.take_back(citation, because="It was written off.", at=at)
    follow_debts(citation.plate_key, by=by, at=at)
    return asked
