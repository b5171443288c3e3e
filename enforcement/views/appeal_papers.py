"""How the papers of an appeal are given to a reader: the letter of the decision, what was sent in."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.utils import timezone

from enforcement.models import Appeal, AppealDocument
from enforcement.queries import citations as citing
from enforcement.queries.appeals import appeal_until, grounds_text, may_appeal, reason_text
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import word
from parkops.ui import pdf
from parkops.ui.language import spoken_to


def letter(appeal: Appeal, *, tenant: Any, language: str) -> HttpResponse:
    """Return the letter of a decision as a PDF, in this language.

    :raises NotFound: for an appeal without a decision.
    """
    if appeal.decided_at is None or appeal.outcome == Appeal.Outcome.WITHDRAWN:
        raise NotFound("This appeal has no decision.")
    now = citing.standing_of(appeal.citation, at=timezone.now())
    context = {
        "tenant": tenant,
        "appeal": appeal,
        "citation": appeal.citation,
        "now": now,
        "grounds": word(grounds_text(appeal)),
        "reason": word(reason_text(appeal)),
        "outcome": word(appeal.get_outcome_display()),
        "level": word(appeal.level_name),
        "may_appeal": may_appeal(now) if appeal.pk == now.appeals[-1].pk else None,
        "until": appeal_until(now),
    }
    with spoken_to(language):
        data = pdf.render("enforcement/pdf/decision.html", context)
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="appeal-{appeal.number}.pdf"',
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
