"""How a voided citation is opened again within three days, with a reason."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min

from enforcement.models import Citation, Reopening
from enforcement.operations import chain, tallying
from enforcement.operations.citations import locked
from enforcement.queries import citations as citing
from enforcement.queries.citations import KIND
from enforcement.rules import standing
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from payments import operations as payments
from payments import queries as charges
from permits.operations.rights_changes import plates_changed


@transaction.atomic
def reopen_citation(number: str, *, reason: str, by: Actor, at: datetime) -> Citation:
    """Take a void back: the citation counts and is owed again, and the appeals that ended with the void
    are open again. Its number, photos and the void itself stay on record.

    :raises NotFound: if there is no such citation.
    :raises Conflict: if it is not voided, or three days have passed.
    :raises Refused: without a reason.
    """
    citation = locked(number)
    voided_at = citation.voided_at
    decision = standing.may_reopen(voided_at=voided_at, at=at, reason=reason)
    if decision.code and not decision.field:
        raise Conflict(decision.code, decision.reason)
    decision.require()
    assert voided_at is not None
    reopening = Reopening.objects.create(
        citation=citation,
        voided_at=voided_at,
        void_reason=citation.void_reason,
        reopened_at=at,
        reopened_by_name=by.name,
        reason=reason.strip(),
    )
    ended = citation.appeals.select_for_update().filter(decided_at=voided_at)
    citation.appealed_at = ended.aggregate(first=Min("filed_at"))["first"]
    for appeal in ended:
        with tallying.tallied_appeal(appeal):
            appeal.decided_at, appeal.decided_on, appeal.outcome = None, None, ""
        appeal.decided_by, appeal.decided_by_ref = "", ""
        appeal.reason_code, appeal.decision_text = "", ""
        appeal.save()
    with tallying.tallied(citation):
        citation.voided_at, citation.void_reason = None, ""
    citation.save(update_fields=["voided_at", "void_reason", "appealed_at"])
    plates_changed([citation.plate_key])
    if charges.charge_of(KIND, citation.number) is not None:
        payments.change_charge(
            kind=KIND,
            reference=citation.number,
            amount=citing.standing_of(citation, at=at).amount,
            text=f"Void of citation {citation.number} taken back",
            by=by,
            at=at,
        )
    audit.record(
        "citation.reopened",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        reason=reopening.reason,
    )
    chain.link_reopening(reopening, citation, at=at)
    return citation
