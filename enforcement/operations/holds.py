"""How a citation is held back until a person has decided, and how they decide."""

from datetime import datetime, timedelta

from django.db import transaction

from enforcement.models import Citation, CitationHold
from enforcement.operations import citations as citing
from enforcement.operations import letters, voiding
from enforcement.queries import holds
from enforcement.queries.citations import KIND
from enforcement.rules import conflicts
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import NotFound, Refused
from permits.operations.rights_changes import plates_changed

LATE_WITHIN = timedelta(hours=48)
"""A right that reaches us later than this after a citation is the owner's to appeal with."""


@transaction.atomic
def hold(citation: Citation, *, kind: str, because: str, by: Actor, at: datetime) -> CitationHold:
    """Hold a citation back from being sent until a person decides; a second time changes nothing."""
    held, is_new = CitationHold.objects.get_or_create(
        citation=citation, kind=kind, defaults={"because": because, "raised_at": at}
    )
    if is_new:
        plates_changed([citation.plate_key])
        audit.record(
            "citation.held", subject=(KIND, citation.number), actor=by, at=at, reason=because
        )
    return held


@transaction.atomic
def decide_hold(
    hold_id: int, *, outcome: str, reason: str, by: Actor, at: datetime
) -> CitationHold:
    """Decide about a held citation: it stands and is sent, or it is voided. All that holds it is decided.

    Where it comes to more than one member of staff may void, the void is asked for, and the citation stays
    held until somebody else has accepted it.

    :raises NotFound: if there is no such hold.
    :raises Refused: without a reason, or by the officer who wrote the citation.
    """
    asked = CitationHold.objects.filter(pk=hold_id).select_related("citation").first()
    if asked is None:
        raise NotFound("There is no such conflict.")
    citation = citing.locked(asked.citation.number)
    rows = list(citation.holds.select_for_update().filter(decided_at=None).order_by("pk"))
    if not rows:
        return CitationHold.objects.get(pk=hold_id)
    conflicts.may_decide(
        is_own=by.kind == "staff" and citation.officer_ref == by.ref, reason=reason
    ).require()
    if outcome not in CitationHold.Outcome.values:
        raise Refused("outcome", "Choose whether it stands or is voided.", field="outcome")
    is_void = outcome == CitationHold.Outcome.VOIDED and citation.voided_at is None
    if is_void and voiding.ask_to_void(citation.number, reason=reason, by=by, at=at) is not None:
        return next(row for row in rows if row.pk == hold_id)
    for row in rows:
        row.decided_at, row.outcome, row.reason = at, outcome, reason.strip()
        row.decided_by, row.decided_by_ref = by.name, by.ref
        row.save()
    if outcome == CitationHold.Outcome.STANDS:
        letters.tell_owner(citation, at=at)
    plates_changed([citation.plate_key])
    audit.record(
        "citation.hold_decided",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        reason=reason.strip(),
        decided=str(outcome),
    )
    return next(row for row in rows if row.pk == hold_id)


def hold_late(*, at: datetime) -> int:
    """Hold the citations of the last two days for whose plate a right turned up since; returns how many.

    Paid stays reach us late too: from pay apps, from machines without a line.
    """
    found = holds.with_late_rights(since=at - LATE_WITHIN, at=at)
    for citation, because in found:
        hold(citation, kind=CitationHold.Kind.RIGHT_EXISTED, because=because, by=SYSTEM, at=at)
    return len(found)
