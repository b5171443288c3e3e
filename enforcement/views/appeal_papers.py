"""How the papers of an appeal are given to a reader: the letter of the decision, what was sent in."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.utils import timezone

from enforcement.models import Appeal, AppealDocument
from enforcement.printing import decision


def letter(appeal: Appeal, *, tenant: Any, language: str) -> HttpResponse:
    """Return the letter of a decision as a PDF, in this language.

    :raises NotFound: for an appeal without a decision.
    """
    data = decision.letter(appeal, tenant=tenant, language=language, at=timezone.now())
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{decision.name_of(appeal)}"',
            "Cache-Control": "private, no-store",
        },
    )


def document(kept: AppealDocument) -> HttpResponse:
    """Return a document as it came, to be saved and not shown."""
    with default_storage.open(kept.file) as file:
        data = file.read()
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{kept.reference}.pdf"',
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
