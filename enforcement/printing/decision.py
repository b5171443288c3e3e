"""The letter of a decision as a PDF: to be read on a page, and enclosed with the e-mail."""

from datetime import datetime
from typing import Any

from django.db import connection

from enforcement.models import Appeal
from enforcement.queries import appeals as asking
from enforcement.queries import citations as citing
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import word
from parkops.messaging.enclosures import Enclosure
from parkops.ui import pdf
from parkops.ui.language import spoken_to


def name_of(appeal: Appeal) -> str:
    """Return what the file of the letter is called."""
    return f"appeal-{appeal.number}.pdf"


def letter(appeal: Appeal, *, tenant: Any, language: str, at: datetime) -> bytes:
    """Return the letter of a decision in this language, as the citation stands at `at`.

    :raises NotFound: for an appeal without a decision.
    """
    if appeal.decided_at is None or appeal.outcome == Appeal.Outcome.WITHDRAWN:
        raise NotFound("This appeal has no decision.")
    now = citing.standing_of(appeal.citation, at=at)
    context = {
        "tenant": tenant,
        "appeal": appeal,
        "citation": appeal.citation,
        "now": now,
        "grounds": word(asking.grounds_text(appeal)),
        "reason": word(asking.reason_text(appeal)),
        "outcome": word(appeal.get_outcome_display()),
        "level": word(appeal.level_name),
        "may_appeal": asking.may_appeal(now) if appeal.pk == now.appeals[-1].pk else None,
        "until": asking.appeal_until(now),
    }
    with spoken_to(language):
        return pdf.render("enforcement/pdf/decision.html", context)


def enclosed(number: str, at: datetime) -> Enclosure | None:
    """Return the letter of the appeal with this number for its e-mail; None if the decision is taken back."""
    appeal = Appeal.objects.select_related("citation").filter(number=number).first()
    if appeal is None or appeal.decided_at is None:
        return None
    paper = letter(appeal, tenant=connection.tenant, language=appeal.language, at=at)
    return Enclosure(name_of(appeal), paper)
