"""How citations go to a collector or hold a registration, and how they come back when they are paid."""

from datetime import datetime

from django.db import transaction

from enforcement.models import Citation, HandOver, HandOverBatch
from enforcement.operations.locks import lock
from enforcement.queries import citations as citing
from enforcement.queries import escalation
from enforcement.queries.citations import KIND
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.programme import numbering

BATCH = "hand_over_batch"
MOST = 2_000


@transaction.atomic
def hand_over(kind: str, *, by: Actor, at: datetime) -> HandOverBatch:
    """Put what may be handed over for `kind` into a file, 2,000 at most; each citation is out once.

    :raises Refused: for a kind that is none.
    :raises Conflict: if nothing waits.
    """
    lock(f"hand-over:{_known(kind)}")
    found = list(escalation.may_be_handed_over(kind)[:MOST])
    rows = [row for row in escalation.out_rows(found, at=at) if row.owed.minor]
    if not rows:
        raise Conflict("nothing", "No citation waits to be handed over.")
    batch = _batch(kind, is_release=False, by=by, at=at)
    for row in rows:
        HandOver.objects.create(
            citation=row.citation,
            kind=kind,
            batch=batch,
            amount_minor=row.owed.minor,
            owner_name=row.owner.name if row.owner else "",
            owner_address=row.owner.address if row.owner else "",
            placed_at=at,
        )
        audit.record(
            "citation.handed_over",
            subject=(KIND, row.citation.number),
            actor=by,
            at=at,
            kind=kind,
            batch=batch.number,
            amount=row.owed.amount,
        )
    return batch


@transaction.atomic
def tell_releases(kind: str, *, by: Actor, at: datetime) -> HandOverBatch:
    """Put what is to be taken back into a file; each is told once.

    :raises Refused: for a kind that is none.
    :raises Conflict: if nothing waits.
    """
    lock(f"hand-over:{_known(kind)}")
    rows = list(escalation.releases_to_tell(kind)[:MOST])
    if not rows:
        raise Conflict("nothing", "Nothing is to be taken back.")
    batch = _batch(kind, is_release=True, by=by, at=at)
    for row in rows:
        row.release_batch = batch
        row.save(update_fields=["release_batch"])
        audit.record(
            "citation.release_told",
            subject=(KIND, row.citation.number),
            actor=by,
            at=at,
            kind=kind,
            batch=batch.number,
        )
    return batch


def take_back(citation: Citation, *, because: str, at: datetime) -> None:
    """Release a locked citation from everybody who has it; in the caller's transaction."""
    for row in citation.hand_overs.filter(released_at__isnull=True).order_by("pk"):
        row.released_at, row.released_because = at, because[:300]
        row.save(update_fields=["released_at", "released_because"])
        audit.record(
            "citation.taken_back",
            subject=(KIND, citation.number),
            actor=SYSTEM,
            at=at,
            reason=because,
            kind=row.kind,
        )


def _known(kind: str) -> str:
    if kind not in escalation.KINDS:
        words = ", ".join(escalation.KINDS)
        raise Refused("kind", f"It is one of {words}.", field="kind")
    return kind


def _batch(kind: str, *, is_release: bool, by: Actor, at: datetime) -> HandOverBatch:
    batch = HandOverBatch.objects.create(
        number=numbering.next_number("H", at=at, zone=citing.tenant_zone()),
        kind=kind,
        is_release=is_release,
        made_at=at,
        made_by=by.name,
    )
    audit.record("hand_over_batch.made", subject=(BATCH, batch.number), actor=by, at=at)
    return batch
