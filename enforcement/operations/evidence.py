"""What comes with an appeal and after it: pictures, documents and further words."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from enforcement.models import Appeal, AppealDocument, AppealPicture, AppealStatement
from enforcement.operations import pictures
from enforcement.queries import citations as citing
from enforcement.queries.citations import KIND
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import say

MOST_BYTES = 10 * 1024 * 1024
MOST_PIECES = 20
PDF = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it was sent: what its file is called, and what it holds."""

    name: str
    data: bytes


@transaction.atomic
def add_evidence(
    number: str,
    *,
    files: Sequence[bytes] = (),
    papers: Sequence[Paper] = (),
    text: str = "",
    by: Actor,
    at: datetime,
) -> Appeal:
    """Add pictures, documents and words to an open appeal; what it has already is not added again.

    :raises NotFound: if there is no such appeal.
    :raises Conflict: "decided" once it is decided or withdrawn.
    :raises Refused: for nothing at all, too much, or a file that cannot be taken.
    """
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("citation")
    appeal = rows.filter(number=number).first()
    if appeal is None:
        raise NotFound("There is no such appeal.")
    if appeal.decided_at is not None:
        raise Conflict("decided", say("This appeal is closed; nothing can be added."))
    if not files and not papers and not text.strip():
        raise Refused("nothing", say("Add words, a picture or a document."), field="text")
    keep(appeal, files, papers, at=at)
    if text.strip():
        AppealStatement.objects.create(
            appeal=appeal, text=text.strip(), written_by=by.name[:200], added_at=at
        )
    came = {"picture"} if files else set()
    came |= {"document"} if files or papers else set()
    appeal.missing = [need for need in appeal.missing if need not in came]
    appeal.save(update_fields=["missing"])
    audit.record(
        "appeal.evidence_added",
        subject=(KIND, appeal.citation.number),
        actor=by,
        at=at,
        appeal=appeal.number,
        pictures=len(files),
        documents=len(papers),
    )
    return appeal


def keep(appeal: Appeal, files: Sequence[bytes], papers: Sequence[Paper], *, at: datetime) -> None:
    """Keep what came with an appeal; part of other acts.

    :raises Refused: for what is no picture or no PDF, too large, or too many.
    """
    had = appeal.pictures.count() + appeal.documents.count()
    if had + len(files) + len(papers) > MOST_PIECES:
        told = say("An appeal has at most {n} pictures and documents.", n=MOST_PIECES)
        raise Refused("too_many", told, field="pictures")
    for data in files:
        _keep_picture(appeal, data, at=at)
    for paper in papers:
        _keep_paper(appeal, paper, at=at)


def _keep_picture(appeal: Appeal, data: bytes, *, at: datetime) -> None:
    picture = pictures.take_in(data, zone=citing.tenant_zone(), field="pictures")
    if appeal.pictures.filter(original_sha256=picture.original_sha256).exists():
        pictures.forget(picture)
        return
    AppealPicture.objects.create(
        appeal=appeal,
        **picture.kept,
        added_at=at,
    )


def _keep_paper(appeal: Appeal, paper: Paper, *, at: datetime) -> None:
    if len(paper.data) > MOST_BYTES:
        raise Refused("too_large", say("A document may have at most 10 MB."), field="documents")
    if not paper.data.startswith(PDF):
        told = say("{name} is not a PDF. Send papers as PDF, or take a picture.", name=paper.name)
        raise Refused("document", told, field="documents")
    sha256 = hashlib.sha256(paper.data).hexdigest()
    if appeal.documents.filter(sha256=sha256).exists():
        return
    AppealDocument.objects.create(
        appeal=appeal,
        name=" ".join(paper.name.split())[:120] or "document.pdf",
        file=default_storage.save(f"evidence/{uuid4()}.pdf", ContentFile(paper.data)),
        sha256=sha256,
        size_bytes=len(paper.data),
        added_at=at,
    )
