"""How far unpaid citations have gone on, what comes next, and what waits to be printed or handed over."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from enforcement.models import (
    Citation,
    HandOver,
    HandOverBatch,
    Letter,
    LetterBatch,
    WriteOff,
)
from enforcement.queries import citations as citing
from enforcement.queries import owners
from enforcement.queries.citations import Standing
from enforcement.queries.held import is_held
from enforcement.rules import notices, owed
from enforcement.rules.owed import COLLECTIONS, Case
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import place
from payments.models import Payment

KINDS = {COLLECTIONS: "Collections", notices.HOLD: "Registration hold"}
"""What citations are handed over for, by the stage that asks for it."""
SOON = timedelta(days=7)
COLLECTED = "collected"
"""The first word of the name by which a payment to a collector is known."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """How many open citations are at a stage, empty for those before the first."""

    stage: str
    count: int


@dataclass(frozen=True, slots=True)
class NextStep:
    """How many citations take the same step on the same day, unless they are paid or appealed before."""

    on: date
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class OutRow:
    """A citation that is handed over or may be, with what is owed of it."""

    citation: Citation
    owed: Money
    owner: owners.Owner | None


@dataclass(frozen=True, slots=True)
class CollectedRow:
    """A payment that came to a collector: for which citation, and under which number of theirs."""

    payment: Payment
    citation: str
    reference: str
    amount: Money


def stages() -> list[StageRow]:
    """Return how many open citations are at each stage, the most first."""
    counted = Citation.objects.unpaid().values("stage").annotate(n=Count("pk"))
    return [StageRow(row["stage"], row["n"]) for row in counted.order_by("-n", "stage")]


def at_stage(stage: str) -> QuerySet[Citation]:
    """Return the open citations at a stage, the oldest first."""
    return Citation.objects.unpaid().filter(stage__iexact=stage).order_by("issued_at", "pk")


def next_steps(*, at: datetime) -> list[NextStep]:
    """Return what happens to open citations in the next seven days, the soonest first.

    Those on appeal or on a payment plan are left out: their clock stands.
    """
    today = place.local_date(at)
    grouped = (
        Citation.objects.unpaid()
        .filter(programme_version__isnull=False, appealed_at__isnull=True, planned_at=None)
        .values("programme_version", "violation_code", "issued_on")
        .annotate(n=Count("pk"))
        .order_by("issued_on", "violation_code", "programme_version")
    )
    found: Counter[tuple[date, str]] = Counter()
    for row in grouped:
        number = row["programme_version"]
        violation = (
            programme.version(number).programme.violation(row["violation_code"]) if number else None
        )
        if violation is None:
            continue
        case = Case(violation.fine, row["issued_on"], violation.schedule)
        for step in owed.steps(case, today):
            if today < step.from_on <= today + SOON:
                found[step.from_on, str(step.text)] += row["n"]
    return [NextStep(on, text, count) for (on, text), count in sorted(found.items())]


def waiting_letters() -> QuerySet[Letter]:
    """Return the letters that are in no batch, the oldest first."""
    rows = Letter.objects.filter(batch__isnull=True, dropped_at__isnull=True)
    return rows.select_related("citation").order_by("made_at", "pk")


def letter_batches() -> QuerySet[LetterBatch]:
    """Return the batches of letters, newest first, with how many letters each has."""
    return LetterBatch.objects.annotate(size=Count("letters")).order_by("-made_at", "-pk")


def letter_batch(number: str) -> LetterBatch:
    """Return the batch of letters with this number.

    :raises NotFound: if this tenant has none.
    """
    found = letter_batches().filter(number=citing.number_of(number)).first()
    if found is None:
        raise NotFound("There is no such batch of letters.")
    return found


def may_be_handed_over(kind: str) -> QuerySet[Citation]:
    """Return the citations whose stage asks for it, that are not handed over and in no doubt, the oldest
    first."""
    out = HandOver.objects.filter(citation=OuterRef("pk"), kind=kind, released_at__isnull=True)
    calm = at_stage(kind).filter(appealed_at__isnull=True, planned_at__isnull=True)
    return calm.exclude(Exists(out)).exclude(is_held())


def handed_over(kind: str) -> QuerySet[HandOver]:
    """Return what is with others now, newest first."""
    rows = HandOver.objects.filter(kind=kind, released_at__isnull=True)
    return rows.select_related("citation", "batch").order_by("-placed_at", "-pk")


def releases_to_tell(kind: str) -> QuerySet[HandOver]:
    """Return what is to be taken back and was not told yet, the oldest first."""
    rows = HandOver.objects.filter(kind=kind, released_at__isnull=False, release_batch__isnull=True)
    return rows.select_related("citation", "batch").order_by("released_at", "pk")


def hand_over_batches() -> QuerySet[HandOverBatch]:
    """Return the files of handing over and back, newest first, with how many lines each has."""
    size = Count("placed", distinct=True) + Count("released", distinct=True)
    return HandOverBatch.objects.annotate(size=size).order_by("-made_at", "-pk")


def hand_over_batch(number: str) -> HandOverBatch:
    """Return the file with this number.

    :raises NotFound: if this tenant has none.
    """
    found = hand_over_batches().filter(number=citing.number_of(number)).first()
    if found is None:
        raise NotFound("There is no such file.")
    return found


def rows_of(batch: HandOverBatch) -> list[HandOver]:
    """Return the lines of a file, by the number of the citation."""
    rows = batch.released if batch.is_release else batch.placed
    return list(rows.select_related("citation", "batch").order_by("citation__number"))


def hand_over_lines(batch: HandOverBatch) -> list[list[str]]:
    """Return the file of a batch: a head line, then a line a citation."""
    head = ["citation", "plate", "region", "issued_on", "violation", "amount", "currency"]
    more = ["released_on", "because"] if batch.is_release else ["owner", "address"]
    currency = place.currency()
    lines = [[*head, *more]]
    for row in rows_of(batch):
        citation = row.citation
        line = [
            citation.number,
            citation.plate_text,
            citation.region,
            citation.issued_on.isoformat(),
            citation.violation_name or citation.violation_code,
            Money(row.amount_minor, currency).amount,
            currency,
        ]
        if batch.is_release and row.released_at is not None:
            line += [place.local_date(row.released_at).isoformat(), row.released_because]
        else:
            line += [row.owner_name, row.owner_address.replace("\n", ", ")]
        lines.append(line)
    return lines


def collected_key(number: str, reference: str) -> str:
    """Return by which name a payment to a collector is known: taken in once."""
    return f"{COLLECTED}:{number}:{reference}"


def collected() -> QuerySet[Payment]:
    """Return the payments that came through collectors, newest first."""
    rows = Payment.objects.filter(request_key__startswith=f"{COLLECTED}:")
    return rows.order_by("-created_at", "-pk")


def collected_rows(found: Iterable[Payment]) -> list[CollectedRow]:
    """Return payments to collectors with what the collector wrote of each."""
    rows = []
    for payment in found:
        _, citation, reference = (payment.request_key or "").split(":", 2)
        amount = Money(payment.amount_minor, payment.currency)
        rows.append(CollectedRow(payment, citation, reference, amount))
    return rows


def out_rows(citations: Sequence[Citation], *, at: datetime) -> list[OutRow]:
    """Return citations with what is owed of each and whose the vehicle was."""
    return [
        OutRow(now.citation, now.owed, owners.owner_of(now.citation))
        for now in citing.standings_of(citations, at=at)
    ]


def owing(citations: Sequence[Citation], *, at: datetime) -> list[Standing]:
    """Return how these citations stand, those that owe something."""
    return [now for now in citing.standings_of(citations, at=at) if now.owed.minor]


def write_offs_to_accept() -> QuerySet[WriteOff]:
    """Return what waits for a second person, the oldest first."""
    rows = WriteOff.objects.filter(decided_at__isnull=True).select_related("citation")
    return rows.order_by("asked_at", "pk")


def write_off_of(citation: Citation) -> WriteOff | None:
    """Return the write-off of a citation that waits or holds."""
    still = Q(decided_at__isnull=True) | Q(is_accepted=True, ended_at__isnull=True)
    return citation.write_offs.filter(still).first()
