"""What the customer's page and the search of the office know of enforcement."""

from collections.abc import Sequence

from django.urls import reverse

from enforcement.models import Appeal, Citation, PlateCheck
from enforcement.queries.citations import named, number_of
from enforcement.queries.words import VERDICTS
from enforcement.rules.verdicts import Verdict
from parkops.customers.search import Hit
from parkops.customers.timeline import Moment, Subject
from parkops.kernel.numbers import tidy


def moments(subject: Subject, *, limit: int) -> Sequence[Moment]:
    """Return the citations of a customer's vehicles, and what became of their appeals."""
    rows = Citation.objects.filter(plate_key__in=subject.plate_keys).exclude(plate_key="")
    found: list[Moment] = []
    for citation in rows.order_by("-issued_at", "-pk")[:limit]:
        url = reverse("office_citations:detail", args=[citation.number])
        said = f"{citation.violation_names}, {citation.zone_code or citation.place}"
        found.append(
            Moment(
                citation.issued_at,
                "citation",
                f"Citation {citation.number}",
                said,
                url=url,
                tone="" if citation.fine_minor == 0 else "bad",
                plate=citation.plate_text,
            )
        )
        if citation.voided_at is not None:
            title = f"Citation {citation.number} voided"
            found.append(Moment(citation.voided_at, "citation", title, citation.void_reason, url))
    return found + _appeals(subject, limit) + _looks(subject, limit)


def _appeals(subject: Subject, limit: int) -> list[Moment]:
    rows = Appeal.objects.filter(citation__plate_key__in=subject.plate_keys).exclude(
        citation__plate_key=""
    )
    found = []
    for appeal in rows.order_by("-filed_at", "-pk")[:limit]:
        url = reverse("office_appeals:detail", args=[appeal.number])
        title = f"Appeal {appeal.number} filed"
        found.append(Moment(appeal.filed_at, "appeal", title, appeal.text[:200], url, "info"))
        if appeal.decided_at is not None:
            told = f"{appeal.get_outcome_display()}, {appeal.decided_by}"
            title = f"Appeal {appeal.number} decided"
            found.append(Moment(appeal.decided_at, "appeal", title, told, url))
    return found


def _looks(subject: Subject, limit: int) -> list[Moment]:
    """The plate checks that found something wrong."""
    wrong = [Verdict.SECOND_VEHICLE, Verdict.OVERTIME, Verdict.UNAUTHORIZED]
    rows = PlateCheck.objects.filter(plate_key__in=subject.plate_keys, verdict__in=wrong)
    return [
        Moment(
            look.at,
            "check",
            f"Plate checked in {look.zone_code}: {VERDICTS[Verdict(look.verdict)].text.lower()}",
            f"By {look.actor_name}.",
            f"{reverse('office_checks:list')}?q={look.plate_key}",
            plate=look.plate_text,
        )
        for look in rows.order_by("-at", "-pk")[:limit]
    ]


def hits(text: str, *, limit: int) -> Sequence[Hit]:
    """Return citations by number, by another system's number or by plate, and appeals by number."""
    number = number_of(text)
    if (tidy(text) or "").startswith("A-"):
        return [
            Hit(
                "appeal",
                appeal.number,
                appeal.name,
                reverse("office_appeals:detail", args=[appeal.number]),
                exact=True,
            )
            for appeal in Appeal.objects.filter(number=number)
        ]
    rows = Citation.objects.filter(named(text))
    return [
        Hit(
            "citation",
            citation.number,
            f"{citation.plate_text or 'no plate'}, {citation.violation_name}",
            reverse("office_citations:detail", args=[citation.number]),
            exact=citation.number == number,
        )
        for citation in rows.order_by("-issued_at", "-pk")[:limit]
    ]
