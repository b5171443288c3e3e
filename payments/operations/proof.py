"""How the books are proven, and what came of it is kept."""

import time
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.tenancy.later import later
from payments.models import LedgerProof
from payments.queries import proof


def prove_books(*, by: Actor, at: datetime) -> LedgerProof:
    """Prove the books as of now, and keep what came of it. It changes nothing else."""
    began = time.monotonic()
    proven = proof.prove(at)
    seconds = time.monotonic() - began
    with transaction.atomic():
        kept = LedgerProof.objects.create(
            as_of_at=at,
            milliseconds=round(seconds * 1000),
            entries=proven.entries,
            charges=proven.charges,
            payments=proven.payments,
            differences=proven.differences,
            found=[asdict(one) for one in proven.found],
            set_aside=dict(proven.set_aside),
            asked_by=by.name,
        )
        audit.record(
            "ledger.proven",
            subject=("ledger", "proof"),
            actor=by,
            at=at,
            differences=kept.differences,
        )
    return kept


@transaction.atomic
def ask_for_proof(*, by: Actor, at: datetime) -> None:
    """Let a worker prove the books soon."""
    audit.record("ledger.proof_asked", subject=("ledger", "proof"), actor=by, at=at)
    later("payments.prove_books")
