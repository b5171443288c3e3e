"""Whose queue an appeal is in: given by load when it is filed, and moved by hand."""

from datetime import datetime

from django.db import connection, transaction

from enforcement.models import Appeal
from enforcement.operations import tallying
from enforcement.queries.appeals import case_of
from enforcement.queries.citations import KIND
from enforcement.queries.reviewers import people
from enforcement.rules import reviewing
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused


def give(appeal: Appeal, *, at: datetime) -> None:
    """Give a new appeal to who is free of conflict and has least to do; else it waits unassigned."""
    with connection.cursor() as cursor:
        # One after the other, so that two filed together are not given to the same person.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':appeals', 0))"
        )
    person = reviewing.chosen(people(), case_of(appeal, appeal.citation))
    if person is not None:
        _set(appeal, person, by=SYSTEM, at=at)


@transaction.atomic
def assign_appeal(number: str, *, to: str, by: Actor, at: datetime) -> Appeal:
    """Put an appeal into the queue of the person with the id `to`; empty takes it out of any.

    :raises NotFound: if there is no such appeal.
    :raises Conflict: "decided".
    :raises Refused: "reviewer" for who decides no appeals, or has a conflict of interest with it.
    """
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("citation")
    appeal = rows.filter(number=number).first()
    if appeal is None:
        raise NotFound("There is no such appeal.")
    if appeal.decided_at is not None:
        raise Conflict("decided", "This appeal has been decided.")
    if appeal.reviewer_ref == to:
        return appeal
    person = next((one for one in people() if one.ref == to), None)
    if to and person is None:
        raise Refused("reviewer", "Choose somebody who may decide appeals.", field="reviewer")
    if person is not None:
        conflict = reviewing.conflict_of(person, case_of(appeal, appeal.citation))
        if not conflict:
            told = f"{person.name} cannot have it: {_WHY[conflict.code]}."
            raise Refused(conflict.code, told, field="reviewer")
    _set(appeal, person, by=by, at=at)
    return appeal


_WHY = {
    "own_citation": "they issued the citation",
    "own_appeal": "they filed the appeal",
    "same_reviewer": "they decided an earlier level of this citation",
}


def _set(appeal: Appeal, person: reviewing.Person | None, *, by: Actor, at: datetime) -> None:
    with tallying.tallied_appeal(appeal):
        appeal.reviewer_ref = person.ref if person else ""
    appeal.reviewer = person.name if person else ""
    appeal.assigned_at = at if person else None
    appeal.save(update_fields=["reviewer", "reviewer_ref", "assigned_at"])
    audit.record(
        "appeal.assigned",
        subject=(KIND, appeal.citation.number),
        actor=by,
        at=at,
        appeal=appeal.number,
        reviewer=appeal.reviewer,
    )
