"""Whether a proof cures a citation, and the proofs that were shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from enforcement.models import CureProof
from enforcement.queries import citations as citing
from enforcement.queries.citations import Standing
from enforcement.rules import cures as rules
from parkops.kernel.decisions import Decision, NotFound
from parkops.programme.violation_schema import Cure


@dataclass(frozen=True, slots=True)
class Curing:
    """What may be shown for a citation, until when, and what was shown, the newest first."""

    cure: Cure | None
    until: datetime | None
    may_show: Decision
    proofs: list[CureProof]

    @property
    def waiting(self) -> CureProof | None:
        """The proof that waits for a person."""
        return next((proof for proof in self.proofs if proof.decided_at is None), None)

    @property
    def refused(self) -> CureProof | None:
        """The last proof, if it was not accepted."""
        last = self.proofs[0] if self.proofs else None
        return last if last is not None and last.is_accepted is False else None


def curing(now: Standing) -> Curing:
    """Return what cures a citation as it stands."""
    proofs = list(CureProof.objects.filter(citation=now.citation).order_by("-filed_at", "-pk"))
    violations = citing.violations_of(now.citation)
    cure = rules.cure_of([violation.cure if violation else None for violation in violations])
    until = rules.last_moment(cure, now.citation.issued_at, now.zone) if cure else None
    waits = any(proof.decided_at is None for proof in proofs)
    may_show = rules.may_show(cure, status=now.status, until=until, waits=waits, at=now.at)
    return Curing(cure, until, may_show, proofs)


def proof(reference: UUID) -> CureProof:
    """Return a proof with its citation.

    :raises NotFound: if there is none.
    """
    found = CureProof.objects.select_related("citation").filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such proof.")
    return found
