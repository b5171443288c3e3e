"""What the office's pages of held citations and refused records show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from enforcement.models import Citation, CitationHold, CitationPhoto, FieldRecord
from enforcement.queries import citations as citing
from enforcement.queries import evidence, holds
from enforcement.queries.citations import Standing
from enforcement.rules import conflicts as rules
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Decision, NotFound
from parkops.ui.values import Option, Tab

VIEWS = {"": "Waiting", "decided": "Decided", "refused": "Refused records"}
OPTIONS = [
    Option("stands", "It stands", "It is sent and follows its schedule."),
    Option("voided", "Void it", "It owes nothing any more; its number and photos stay."),
]


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """All that there is to decide by."""

    hold: CitationHold
    others: list[CitationHold]
    now: Standing
    photos: list[CitationPhoto]
    record: FieldRecord | None
    options: list[Option]

    @property
    def citation(self) -> Citation:
        """The citation itself."""
        return self.now.citation


def rows_of(view: str) -> QuerySet[Any]:
    """Return what a view of the list shows."""
    if view == "refused":
        return holds.refused_records()
    return holds.decided() if view == "decided" else holds.waiting()


def tabs(current: str) -> list[Tab]:
    """Return the views of the list."""
    url = reverse("office_conflicts:list")
    return [
        Tab(label, f"{url}?view={view}" if view else url, current=view == current)
        for view, label in VIEWS.items()
    ]


def conflict_page(hold_id: int, *, at: datetime) -> ConflictPage:
    """Return why a citation is held, with all that there is to decide by.

    :raises NotFound: if there is no such hold.
    """
    hold = CitationHold.objects.filter(pk=hold_id).select_related("citation").first()
    if hold is None:
        raise NotFound("There is no such conflict.")
    citation = hold.citation
    return ConflictPage(
        hold=hold,
        others=list(citation.holds.exclude(pk=hold.pk).order_by("raised_at", "pk")),
        now=citing.standing_of(citation, at=at),
        photos=evidence.photos_of(citation),
        record=citation.field_records.filter(kind=FieldRecord.Kind.CITATION).first(),
        options=OPTIONS,
    )


def may_decide(citation: Citation, *, by: Actor) -> Decision:
    """Return whether somebody may decide about a held citation, and if not, why."""
    is_own = by.kind == "staff" and citation.officer_ref == by.ref
    return rules.may_decide(is_own=is_own, reason="asked")
