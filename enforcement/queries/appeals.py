"""Whether a citation may be appealed now, and an appeal decided by somebody, with the reason."""

from enforcement.models import Appeal, Citation
from enforcement.queries import citations as citing
from enforcement.queries.citations import Standing
from enforcement.rules import appeals as rules
from enforcement.rules.appeals import Earlier
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Decision
from parkops.programme import queries as programme


def may_appeal(now: Standing) -> Decision:
    """Return whether the citation may be appealed at that instant, and if not, why."""
    violation = citing.violation_of(now.citation)
    version = now.citation.programme_version
    if violation is None or version is None:
        return Decision("not_appealable", "This citation was issued elsewhere; appeal it there.")
    return rules.may_appeal(
        violation.appeal,
        status=now.status.value,
        issued_on=now.citation.issued_on,
        earlier=[Earlier(a.number, a.decided_on, a.outcome) for a in now.appeals],
        on=now.today,
        holidays=programme.version(version).programme.holidays,
    )


def may_decide(appeal: Appeal, citation: Citation, *, by: Actor) -> Decision:
    """Return whether this person may decide the appeal; a token is nobody."""
    is_person = by.kind == "staff" and bool(by.ref)
    return rules.may_decide(
        decided_on=appeal.decided_on,
        issued_by_same_person=is_person and by.ref == citation.officer_ref,
        filed_by_same_person=is_person and by.ref == appeal.filed_by_ref,
    )
