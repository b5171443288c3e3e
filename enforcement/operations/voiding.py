"""How staff void a citation: at once, or, beyond the program's amount, once somebody else accepts it."""

from datetime import datetime

from django.db import transaction

from enforcement.models import Citation, VoidRequest
from enforcement.operations import citations as citing
from enforcement.operations import tallying
from enforcement.queries.citations import KIND, not_before_its_end, standing_of
from enforcement.rules import standing
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import queries as programme


@transaction.atomic
def ask_to_void(number: str, *, reason: str, by: Actor, at: datetime) -> VoidRequest | None:
    """Void a citation; where it comes to more than one member of staff may void, ask for it, and return
    what waits. Asked again by the same person it is the same request.

    :raises NotFound: if there is no such citation.
    :raises Conflict: once it is paid, dismissed or voided, or if somebody else asked already.
    :raises Refused: without a reason.
    """
    citation = citing.locked(number)
    now = standing_of(citation, at=not_before_its_end(citation, at))
    above = programme.in_force(at).programme.refunds.void_above
    if not standing.void_needs_second(by_staff=by.kind == "staff", amount=now.amount, above=above):
        citing.void_citation(citation.number, reason=reason, by=by, at=at)
        return None
    decision = citing.may_void(now, reason=reason)
    if decision.code and not decision.field:
        raise Conflict(decision.code, decision.reason)
    decision.require()
    waiting = VoidRequest.objects.filter(citation=citation, decided_at=None).first()
    if waiting is not None and waiting.asked_by_ref != by.ref:
        raise Conflict("void_asked", "Somebody else asked for this already; you may accept it.")
    if waiting is not None:
        return waiting
    asked = VoidRequest.objects.create(
        citation=citation,
        reason=reason.strip(),
        asked_at=at,
        asked_by_name=by.name,
        asked_by_ref=by.ref,
    )
    tallying.count_void_request(asked)
    audit.record(
        "citation.void_asked", subject=(KIND, citation.number), actor=by, at=at, reason=asked.reason
    )
    return asked


@transaction.atomic
def accept_void(number: str, *, by: Actor, at: datetime) -> Citation:
    """Void a citation as somebody else asked.

    :raises NotFound: if nothing waits.
    :raises Conflict: for who asked for it, or if the citation can be voided no more.
    """
    request = _decide(number, is_accepted=True, answer="", by=by, at=at)
    return citing.void_citation(request.citation.number, reason=request.reason, by=by, at=at)


@transaction.atomic
def reject_void(number: str, *, answer: str, by: Actor, at: datetime) -> VoidRequest:
    """Let the citation stand, with the reason.

    :raises NotFound: if nothing waits.
    :raises Conflict: for who asked for it.
    :raises Refused: without a reason.
    """
    if not answer.strip():
        raise Refused("reason", "Say why the citation stands.", field="reason")
    request = _decide(number, is_accepted=False, answer=answer.strip(), by=by, at=at)
    audit.record(
        "citation.void_rejected",
        subject=(KIND, request.citation.number),
        actor=by,
        at=at,
        reason=request.answer,
    )
    return request


def _decide(number: str, *, is_accepted: bool, answer: str, by: Actor, at: datetime) -> VoidRequest:
    citation = citing.locked(number)
    rows = VoidRequest.objects.select_for_update().filter(citation=citation, decided_at=None)
    request = rows.first()
    if request is None:
        raise NotFound("No void of this citation waits.")
    decision = standing.may_decide_void(is_own=request.asked_by_ref == by.ref)
    if not decision:
        raise Conflict(decision.code, decision.reason)
    with tallying.tallied_void_request(request):
        request.decided_at, request.decided_by_name = at, by.name
    request.is_accepted, request.answer = is_accepted, answer
    request.save()
    return request
