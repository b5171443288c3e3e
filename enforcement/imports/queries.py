"""The imports that were made, and whether one can be undone."""

from django.db.models import QuerySet

from enforcement.imports.models import COUNTS, ImportBatch
from enforcement.models import Appeal, Citation, CitationPhoto, SpaceCount
from enforcement.queries.citations import KIND
from parkops.kernel.decisions import ALLOWED, Decision, NotFound
from payments.queries import brought


def imports() -> QuerySet[ImportBatch]:
    """Return the imports, newest first."""
    return ImportBatch.objects.order_by("-pk")


def citations_of(batch: ImportBatch, *, limit: int) -> list[Citation]:
    """Return the first `limit` citations of an import, as they stand in its file."""
    return list(Citation.objects.filter(imported_batch=batch.pk).order_by("pk")[:limit])


def counts_of(batch: ImportBatch, *, limit: int) -> list[SpaceCount]:
    """Return the first `limit` counts of an import, as they stand in its file."""
    return list(SpaceCount.objects.filter(imported_batch=batch.pk).order_by("pk")[:limit])


def noun_of(batch: ImportBatch) -> str:
    """Return what an import brings, in one word."""
    return "counts" if batch.kind == COUNTS else "citations"


def import_of(batch_id: int) -> ImportBatch:
    """Return the import.

    :raises NotFound: if there is none.
    """
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(f"There is no import {batch_id}.")
    return batch


def may_undo(batch: ImportBatch) -> Decision:
    """Return whether an import can be undone: nothing was done here with any of its citations. Counts
    always can."""
    if batch.undone_at is not None:
        return Decision("already_undone", f"Import {batch.pk} was undone by {batch.undone_by}.")
    if batch.kind == COUNTS:
        return ALLOWED
    ours = Citation.objects.filter(imported_batch=batch.pk)
    for word, rows in (
        ("appealed", Appeal.objects.filter(citation__imported_batch=batch.pk)),
        ("paid or charged", brought.touched(KIND, ours.values("number"))),
        (
            "paid",
            ours.filter(settled_at__isnull=False).exclude(
                settled_at=batch.made_at, brought__isnull=False
            ),
        ),
        ("dismissed", ours.filter(dismissed_at__isnull=False)),
        ("voided", ours.filter(voided_at__isnull=False)),
        ("given a photo", CitationPhoto.objects.filter(citation__imported_batch=batch.pk)),
    ):
        count = rows.count()
        if count:
            told = "citation of it was" if count == 1 else "citations of it were"
            return Decision(
                "in_use", f"Import {batch.pk} cannot be undone: {count:,} {told} {word} since."
            )
    return ALLOWED
