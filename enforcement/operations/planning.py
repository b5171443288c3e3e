"""What follows for a citation when it is paid in instalments, and when the plan ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from enforcement.models import BootCase, Citation
from enforcement.operations import hand_overs
from enforcement.operations.releases import follow_debts
from enforcement.queries import citations as citing
from enforcement.queries import planned
from enforcement.queries.citations import KIND
from enforcement.queries.planned import Span
from enforcement.rules import owed
from enforcement.rules.owed import Planned
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say
from payments.settlement import Plannable
from permits.operations.rights_changes import plates_changed


def plannable(references: Sequence[str], *, waives: bool, at: datetime) -> dict[str, Plannable]:
    """Return what citations would come to in a payment plan that begins at `at`, by number."""
    rows = list(Citation.objects.filter(number__in=references).order_by("pk"))
    held = set(
        BootCase.objects.holding()
        .filter(plate_key__in=[row.plate_key for row in rows if row.plate_key])
        .values_list("plate_key", flat=True)
    )
    found = {}
    for now in citing.standings_of(rows, at=at):
        case = replace(now.case, plans=(*now.case.plans, Planned(now.today, None, waives)))
        decided = [a.decided_on for a in now.appeals if a.decided_on is not None]
        found[now.citation.number] = Plannable(
            amount=owed.owing_on(case, now.today).amount,
            since=now.citation.issued_on,
            decided_on=max(decided, default=None),
            is_held=now.citation.plate_key in held,
            decision=_may_begin(now),
        )
    return found


def plan_began(reference: str, *, number: str, waives: bool, by: Actor, at: datetime) -> None:
    """Let a citation be on a plan: its clock stands, who has it gives it back, its vehicle may go."""
    citation = Citation.objects.select_for_update().get(number=reference)
    if citation.planned_at is not None:
        return
    spans = [*planned.spans_of(citation), Span(at, None, waives)]
    citation.planned_at, citation.plans = at, planned.kept(spans)
    citation.save(update_fields=["planned_at", "plans"])
    plates_changed([citation.plate_key])
    audit.record("citation.on_plan", subject=(KIND, reference), actor=by, at=at, plan=number)
    hand_overs.take_back(citation, because=f"It is paid by plan {number}.", at=at)
    follow_debts(citation.plate_key, by=by, at=at)


def plan_ended(reference: str, *, by: Actor, at: datetime) -> None:
    """Let a citation be on a plan no more: its clock goes on, and late fees that were left out count."""
    citation = Citation.objects.select_for_update().get(number=reference)
    if citation.planned_at is None:
        return
    spans = [
        one if one.ended_at else replace(one, ended_at=at) for one in planned.spans_of(citation)
    ]
    citation.planned_at, citation.plans = None, planned.kept(spans)
    citation.save(update_fields=["planned_at", "plans"])
    plates_changed([citation.plate_key])
    audit.record("citation.off_plan", subject=(KIND, reference), actor=by, at=at)


def _may_begin(now: citing.Standing) -> Decision:
    number = now.citation.number
    if now.is_over:
        return Decision("nothing_owed", say("Nothing is owed on {number}.", number=number))
    if now.status == "on_appeal":
        told = say("{number} is on appeal: that is decided first.", number=number)
        return Decision("on_appeal", told)
    return ALLOWED
