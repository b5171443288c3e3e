"""What the office sees of appeals: the queues with their targets, and one appeal with its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from enforcement.models import (
    Appeal,
    AppealDocument,
    AppealPicture,
    AppealStatement,
    Hearing,
)
from enforcement.queries import citations as citing
from enforcement.queries import evidence, office, precedents
from enforcement.queries.appeals import (
    fee_of,
    grounds_text,
    hearing_of,
    reason_text,
    reasons,
)
from enforcement.queries.office import CitationPage
from enforcement.queries.precedents import Precedents
from enforcement.queries.words import OUTCOMES, Word
from enforcement.rules import appeals as rules
from enforcement.rules import owed
from enforcement.rules.reviewing import LIKE_ENOUGH, MOST_AGREE
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.ui.speech import written
from parkops.ui.values import Tab
from payments.queries import ChargeRow

SOON = timedelta(days=2)
VIEWS = {
    "": "Waiting",
    "mine": "Mine",
    "unassigned": "With nobody",
    "due": "Due",
    "hearing": "To be heard",
    "decided": "Decided",
    "unusual": "Unusual",
}


@dataclass(frozen=True, slots=True)
class AppealRow:
    """A line of a list of appeals, and how it stands to its target."""

    appeal: Appeal
    word: Word
    grounds: str
    due: Word


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that a reason begins with, the case's facts filled in."""

    code: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class AppealPage:
    """All that a reviewer needs: the appeal, its evidence, its case, the like ones, what it comes to."""

    appeal: Appeal
    word: Word
    due: Word
    grounds: str
    reason: str
    pictures: list[AppealPicture]
    documents: list[AppealDocument]
    statements: list[AppealStatement]
    citation: CitationPage
    full: Money
    earlier: list[Appeal]
    hearing: Hearing | None
    has_begun: bool
    fee: ChargeRow | None
    precedents: Precedents
    wordings: list[Wording]


def appeals(
    view: str, *, me: str, text: str = "", grounds: str = "", reviewer: str = "", today: date
) -> QuerySet[Appeal]:
    """Return the appeals of a view: those that wait by their target, the decided ones newest first."""
    rows = Appeal.objects.filter(_view(view, me=me, today=today)).select_related("citation")
    if text:
        named = Q(number=citing.number_of(text)) | Q(name__icontains=text.strip())
        named |= Q(citation__number=citing.number_of(text))
        if key := citing.key_in(text):
            named |= Q(citation__plate_key=key)
        rows = rows.filter(named)
    if grounds:
        rows = rows.filter(grounds=grounds)
    if reviewer:
        rows = rows.filter(reviewer_ref=reviewer)
    if view in ("decided", "unusual"):
        return rows.order_by("-decided_at", "-pk")
    return rows.order_by(F("decide_on").asc(nulls_first=True), "filed_at", "pk")


def appeal_tabs(view: str, *, me: str, today: date) -> list[Tab]:
    """Return the views of the list with how many wait in each, counted by one query."""
    counted = [name for name in VIEWS if name not in ("decided", "unusual")]
    counts = Appeal.objects.filter(decided_at__isnull=True).aggregate(
        **{
            name or "waiting": Count("pk", filter=_view(name, me=me, today=today))
            for name in counted
        }
    )
    url = reverse("office_appeals:list")
    return [
        Tab(
            label,
            f"{url}?view={name}" if name else url,
            counts.get(name or "waiting"),
            current=view == name,
        )
        for name, label in VIEWS.items()
    ]


def appeal_rows(found: Sequence[Appeal], *, today: date) -> list[AppealRow]:
    """Return one page of appeals."""
    return [
        AppealRow(appeal, OUTCOMES[appeal.outcome], grounds_text(appeal), due_word(appeal, today))
        for appeal in found
    ]


def due_word(appeal: Appeal, today: date) -> Word:
    """Return how an appeal stands to the day by which it should be decided."""
    if appeal.decide_on is None:
        return Word("")
    if appeal.decided_on is not None:
        late = (appeal.decided_on - appeal.decide_on).days
        return Word(f"{_days(late)} late", "warn") if late > 0 else Word("In time")
    left = (appeal.decide_on - today).days
    if left < 0:
        return Word(f"{_days(-left)} late", "bad")
    if left == 0:
        return Word("Due today", "warn")
    return Word(f"Due in {_days(left)}", "warn" if left <= SOON.days else "")


def next_of(appeal: Appeal, *, me: str) -> Appeal | None:
    """Return the appeal to do after this one: the next in the own queue, else in that of all."""
    waiting = Appeal.objects.filter(decided_at__isnull=True).exclude(pk=appeal.pk)
    ordered = waiting.order_by(F("decide_on").asc(nulls_first=True), "filed_at", "pk")
    return ordered.filter(reviewer_ref=me).first() or ordered.filter(reviewer_ref="").first()


def neighbours(appeal: Appeal) -> tuple[Appeal | None, Appeal | None]:
    """Return what stands before and after an appeal in the queue of its reviewer."""
    rows = Appeal.objects.filter(decided_at__isnull=True, reviewer_ref=appeal.reviewer_ref)
    ordered = list(rows.order_by(F("decide_on").asc(nulls_first=True), "filed_at", "pk")[:500])
    place = next((n for n, one in enumerate(ordered) if one.pk == appeal.pk), None)
    if place is None:
        return None, None
    return (
        ordered[place - 1] if place else None,
        ordered[place + 1] if place + 1 < len(ordered) else None,
    )


def appeal(number: str) -> Appeal:
    """Return the appeal with this number.

    :raises NotFound: if this tenant has none.
    """
    rows = Appeal.objects.filter(number=citing.number_of(number)).select_related("citation")
    found = rows.first()
    if found is None:
        raise NotFound("There is no such appeal.")
    return found


def appeal_page(appeal: Appeal, *, at: datetime) -> AppealPage:
    """Return all about an appeal at `at`."""
    citation = office.citation_page(appeal.citation, at=at)
    full = owed.fully(citation.now.case, citation.now.today)
    hearing = hearing_of(appeal)
    return AppealPage(
        appeal=appeal,
        word=OUTCOMES[appeal.outcome],
        due=due_word(appeal, citation.now.today),
        grounds=grounds_text(appeal),
        reason=reason_text(appeal),
        pictures=list(evidence.pictures_of([appeal]).get(appeal.pk, [])),
        documents=list(appeal.documents.order_by("pk")),
        statements=list(appeal.statements.order_by("pk")),
        citation=citation,
        full=full,
        earlier=[
            other
            for other in citation.now.appeals
            if other.pk != appeal.pk and other.filed_at <= appeal.filed_at
        ],
        hearing=hearing,
        has_begun=hearing is not None and hearing.slot.starts_at <= at,
        fee=fee_of(appeal),
        precedents=precedents.precedents_of(appeal, at=at),
        wordings=_wordings(appeal, citation, at=at) if appeal.decided_at is None else [],
    )


def _wordings(appeal: Appeal, citation: CitationPage, *, at: datetime) -> list[Wording]:
    """The words of the reasons, with what is known before the decision; the amount is filled later."""
    known = {
        "name": appeal.name,
        "number": appeal.number,
        "citation": citation.citation.number,
        "violation": citation.citation.violation_name,
        "zone": citation.citation.zone_code,
        "plate": citation.citation.plate_text,
        "fine": written(citation.now.case.fine),
    }
    return [
        Wording(one.code, one.name, rules.filled(one.text, known))
        for one in reasons(at=at)
        if one.text
    ]


def _view(view: str, *, me: str, today: date) -> Q:
    waiting = Q(decided_at__isnull=True)
    return {
        "mine": waiting & Q(reviewer_ref=me or "-"),
        "unassigned": waiting & Q(reviewer_ref=""),
        "due": waiting & (Q(decide_on__lte=today + SOON) | Q(decide_on__isnull=True)),
        "hearing": waiting & Q(is_heard=True),
        "decided": Q(decided_at__isnull=False),
        "unusual": Q(decided_at__isnull=False, like_count__gte=LIKE_ENOUGH)
        & Q(unlike_count__gte=F("like_count") * MOST_AGREE),
    }.get(view, waiting)


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
