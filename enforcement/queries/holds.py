"""Which citations wait for a person because records disagree."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from enforcement.models import Citation, CitationHold, FieldRecord
from enforcement.queries import checks
from enforcement.queries.checks import Answer, Look
from enforcement.rules import conflicts
from enforcement.rules.verdicts import Verdict
from parkops.programme import queries as programme
from permits.models import PlateRight
from permits.queries import Right

MOST_AT_ONCE = 200


def waiting() -> QuerySet[CitationHold]:
    """Return what waits for a decision, the oldest first."""
    rows = CitationHold.objects.filter(decided_at=None).select_related("citation")
    return rows.order_by("raised_at", "pk")


def decided() -> QuerySet[CitationHold]:
    """Return what was decided, the newest first."""
    rows = CitationHold.objects.filter(decided_at__isnull=False).select_related("citation")
    return rows.order_by("-decided_at", "-pk")


def refused_records() -> QuerySet[FieldRecord]:
    """Return what phones wrote down and could not be carried out, the newest first."""
    rows = FieldRecord.objects.filter(outcome=FieldRecord.Outcome.REFUSED)
    return rows.order_by("-received_at", "-pk")


def doubt(answer: Answer, citation: Citation) -> str:
    """Return why a citation is in doubt, given what a look answers: a right held that makes one of its
    violations none. Empty where none did."""
    version = programme.version(citation.programme_version or 0).programme
    rights = [_said(right, answer) for right in answer.rights]
    for violation in filter(None, map(version.violation, citation.codes)):
        because = conflicts.right_existed(
            raised_by=violation.raised_by, verdict=answer.verdict.value, rights=rights
        )
        if because:
            return because
    return ""


def with_late_rights(*, since: datetime, at: datetime) -> list[tuple[Citation, str]]:
    """Return the citations recorded since then for whose plate a right holds at their instant, with
    the words of the doubt. Those that were held for it are left out, and those of which the officer
    knew it."""
    rights = PlateRight.objects.filter(
        plate_key=OuterRef("plate_key"),
        starts_at__lte=OuterRef("issued_at"),
        ends_at__gt=OuterRef("issued_at"),
    )
    held = CitationHold.objects.filter(
        citation=OuterRef("pk"), kind=CitationHold.Kind.RIGHT_EXISTED
    )
    rows = (
        Citation.objects.counting()
        .filter(source=Citation.Source.OURS, settled_at=None, recorded_at__gt=since)
        .filter(Exists(rights), ~Exists(held), recorded_at__lte=at)
        .exclude(plate_key="")
        .exclude(flags__contains=[f"verdict_{Verdict.AUTHORIZED}"])
        .order_by(F("recorded_at").desc(), "-pk")[:MOST_AT_ONCE]
    )
    return [(one, because) for one, because in _doubts(list(rows)) if because]


def _doubts(rows: Sequence[Citation]) -> list[tuple[Citation, str]]:
    looks = [Look(c.plate_text, c.region, c.zone_code, c.issued_at) for c in rows]
    answers = checks.answers_to(looks) if looks else []
    return [(one, doubt(answer, one)) for one, answer in zip(rows, answers, strict=True)]


def _said(right: Right, answer: Answer) -> str:
    """What held, in words; of a paid stay also when it had started."""
    if right.kind != PlateRight.Kind.SESSION:
        return right.because
    rows = PlateRight.objects.filter(plate_key=answer.key, session__number=right.number)
    began = rows.order_by("starts_at").values_list("starts_at", flat=True).first()
    if began is None:
        return right.because
    local = began.astimezone(answer.in_force.programme.tz)
    return f"A paid session had started at {local:%H:%M}. {right.because}"
