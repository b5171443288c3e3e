"""Documents sent in for approval: taken in clean, shown to the holder and the office, forgotten."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from parkops.audit import operations as audit
from parkops.customers import papers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import NotFound, Refused
from permits.models import PermitDocument
from permits.operations.common import locked
from permits.queries.permits import type_of
from permits.rules import documents as rules


@transaction.atomic
def send_document(
    number: str, *, kind: str, name: str, data: bytes, by: Actor, at: datetime
) -> PermitDocument:
    """Keep a document of a permit that waits for approval. A picture is written anew, so that
    nothing a camera adds is kept; a PDF is kept as it came and only ever given to be saved.

    :raises Refused: "type", "too_large" or "kind" for a file that cannot be taken; "no_documents",
        "decided" or "too_many" where the permit takes none.
    """
    permit = locked(number)
    asked = type_of(permit)
    sent = permit.documents.filter(deleted_at__isnull=True).count()
    rules.may_send(
        approval=asked.approval,
        status=permit.status_at(at),
        sent=sent,
        is_proof_due=permit.proof_due_by is not None,
    ).require()
    if not rules.is_kind(asked.taken_documents, kind):
        raise Refused("kind", "Choose what the document shows.", field="kind")
    form, clean = papers.clean(data)
    document = PermitDocument.objects.create(
        permit=permit,
        kind=kind,
        name=" ".join(name.split())[:120] or "document",
        form=form,
        file=papers.keep(form, clean),
        size_bytes=len(clean),
        sent_at=at,
    )
    audit.record(
        "permit.document_sent",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        document=str(document.reference),
        kind=kind,
    )
    return document


@transaction.atomic
def withdraw_document(number: str, reference: UUID, *, by: Actor, at: datetime) -> None:
    """Delete a document that its sender takes back before the decision; twice is once.

    :raises NotFound: if the permit has no such document.
    :raises Refused: "decided" once the permit waits for approval no more.
    """
    permit = locked(number)
    document = permit.documents.filter(reference=reference).first()
    if document is None:
        raise NotFound("There is no such document.")
    if document.deleted_at is not None:
        return
    rules.may_send(
        approval="documents",
        status=permit.status_at(at),
        sent=0,
        is_proof_due=permit.proof_due_by is not None,
    ).require()
    _delete(document, at=at)
    audit.record(
        "permit.document_withdrawn",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        document=str(reference),
    )


@transaction.atomic
def forget_documents(*, at: datetime) -> int:
    """Delete the documents whose time is over and return how many: 30 days after the decision, or
    after the permit was given up; twice is once."""
    before = at - rules.KEPT_AFTER_DECISION
    over = (
        Q(permit__approved_at__lte=before, permit__proof_due_by__isnull=True)
        | Q(permit__cancelled_at__lte=before)
        | Q(permit__revoked_at__lte=before)
        | Q(permit__lapsed_at__lte=before)
        | Q(permit__ends_at__lte=before)
    )
    rows = PermitDocument.objects.select_for_update(skip_locked=True, of=("self",))
    found = list(rows.filter(over, deleted_at__isnull=True).select_related("permit")[:500])
    for document in found:
        _delete(document, at=at)
        audit.record(
            "permit.document_forgotten",
            subject=("permit", document.permit.number),
            actor=SYSTEM,
            at=at,
            document=str(document.reference),
        )
    return len(found)


def _delete(document: PermitDocument, *, at: datetime) -> None:
    file = document.file
    document.file, document.deleted_at = "", at
    document.save(update_fields=["file", "deleted_at"])
    papers.forget(file)
