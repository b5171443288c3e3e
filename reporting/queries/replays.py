"""Replays as their pages show them: figures out of the sums, rows with links to their records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import Abs, RowNumber
from django.urls import reverse

from parkops.jobs.models import Job
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from reporting.models import Replay, ReplayRow
from reporting.replay import rules
from reporting.replay.rules import CHANGED, REVENUE, Cell, Change, Gone, Kind, Sums

KINDS = {
    Kind.VISIT: "Paid stays",
    Kind.PERMIT: "Permits",
    Kind.CITATION: "Citations",
    Kind.CHECK: "Plate checks",
}
ONE = {
    Kind.VISIT: "Paid stay",
    Kind.PERMIT: "Permit",
    Kind.CITATION: "Citation",
    Kind.CHECK: "Plate check",
}
CHANGES = {
    (Kind.VISIT, Change.MORE): "would have cost more",
    (Kind.VISIT, Change.LESS): "would have cost less",
    (Kind.VISIT, Change.NOT_SOLD): "could not have been paid for",
    (Kind.VISIT, Change.SOLD): "would be paid for again",
    (Kind.PERMIT, Change.MORE): "would have cost more",
    (Kind.PERMIT, Change.LESS): "would have cost less",
    (Kind.PERMIT, Change.NOT_SOLD): "would not have been sold",
    (Kind.PERMIT, Change.SOLD): "would be sold again",
    (Kind.CITATION, Change.NOT_WRITTEN): "would not have been written",
    (Kind.CITATION, Change.MORE): "would have come to more",
    (Kind.CITATION, Change.LESS): "would have come to less",
    (Kind.CITATION, Change.OTHER): "would have been for something else",
    (Kind.CHECK, Change.NEW_VIOLATION): "would newly have found a violation",
    (Kind.CHECK, Change.NO_VIOLATION): "would have found no violation",
    (Kind.CHECK, Change.OTHER): "would have been answered otherwise",
}
"""What can be different, in the order of pages, with its words."""
ASIDE = {
    "price": "sales whose price cannot be worked out again: something it rested on has changed since",
    "facts": "checks and citations that would be answered otherwise today even without the draft: "
    "something became known later, such as a late payment",
    "unknown": "records whose zone or violation the program as it is has no more",
    "imported": "citations brought over from another system, which has rules of its own",
    "forgotten": "checks whose plate has been forgotten, as it must be after its time",
}
NOBODY = "Others"
SEVERAL = "Several zones"
EXAMPLES = 3
REASONS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what differs, how often, what it came to and would come to."""

    label: str
    sums: Sums
    currency: str
    url: str = ""
    of: int = 0
    kind_label: str = ""

    @property
    def was(self) -> Money:
        """What it came to."""
        return Money(self.sums.was, self.currency)

    @property
    def would(self) -> Money:
        """What it would come to."""
        return Money(self.sums.would, self.currency)

    @property
    def more(self) -> Money:
        """How much more it would be."""
        return Money(self.sums.more, self.currency)

    @property
    def less(self) -> Money:
        """How much less it would be."""
        return Money(-self.sums.more, self.currency)

    @property
    def shows_money(self) -> bool:
        """Whether money is part of what differs; a check brings none by itself."""
        return self.kind_label != KINDS[Kind.CHECK] and bool(self.sums.more)


@dataclass(frozen=True, slots=True)
class Group:
    """An audience or a zone: what differs there by kind, and the money in all."""

    name: str
    code: str
    cells: tuple[Line, ...]
    money: Line


@dataclass(frozen=True, slots=True)
class Figures:
    """A replay in figures. `revenue` has all records, also those that stay as they are; `collected`
    is the part of what changes that had been paid, `possible` what new violations may bring."""

    differing: Sums
    differing_url: str
    revenue: Line
    collected: Money
    possible: Line
    headlines: tuple[Line, ...]
    lines: tuple[Line, ...]
    audiences: tuple[Group, ...]
    zones: tuple[Group, ...]
    aside: tuple[tuple[int, str], ...]
    gone: tuple[Gone, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether every record would be as it was."""
        return not self.lines


@dataclass(frozen=True, slots=True)
class Shown:
    """One record that would differ, with a link to it."""

    row: ReplayRow
    url: str
    kind: str
    change: str
    currency: str
    shows_money: bool

    @property
    def because_was(self) -> list[str]:
        """Why it was so, without what would be the reason all the same."""
        return _own(self.row.because_was, self.row.because_would)

    @property
    def because_would(self) -> list[str]:
        """Why it would be so, without what was the reason all the same."""
        return _own(self.row.because_would, self.row.because_was)

    @property
    def name(self) -> str:
        """What the record is called."""
        return self.kind if self.is_check else f"{self.kind} {self.row.reference}"

    @property
    def is_check(self) -> bool:
        """Whether verdicts say what differs, and not amounts."""
        return self.row.kind == Kind.CHECK

    @property
    def was(self) -> Money:
        """What it came to."""
        return Money(self.row.was_minor, self.currency)

    @property
    def would(self) -> Money:
        """What it would come to."""
        return Money(self.row.would_minor, self.currency)

    @property
    def more(self) -> Money:
        """How much more it would be."""
        return self.would - self.was


def replay(reference: UUID) -> Replay:
    """Return the replay with its job.

    :raises NotFound: if there is none.
    """
    found = Replay.objects.select_related("job").filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such replay.")
    return found


def newest(*, limit: int = 25) -> list[Replay]:
    """Return the newest replays with their jobs, without what was tried."""
    rows = Replay.objects.select_related("job").defer("document", "cells")
    return list(rows.order_by("-asked_at", "-id")[:limit])


def latest_of(draft_id: int, revision: int) -> Replay | None:
    """Return the last replay of a draft as it was saved at `revision`: one that is over, if any is,
    else one that is under way."""
    rows = Replay.objects.select_related("job").filter(draft_id=draft_id, draft_revision=revision)
    over = rows.filter(stage=Replay.Stage.OVER).order_by("-pk").first()
    moving = [Job.State.QUEUED, Job.State.RUNNING]
    return over or rows.filter(job__state__in=moving).order_by("-pk").first()


def cells_of(found: Replay) -> dict[Cell, list[int]]:
    """Return the sums of a replay by kind, change, zone and audience."""
    cells: dict[Cell, list[int]] = {}
    for key, sums in found.cells.items():
        kind, change, zone, audience = key.split("|")
        cells[kind, change, zone, audience] = sums
    return cells


def figures(found: Replay) -> Figures:
    """Return a replay in figures, each with the address of its rows."""
    cells = cells_of(found)
    base = programme.version(found.base_version).programme
    draft = Programme.of(found.document)
    currency = base.currency
    address = reverse("office_replays:rows", args=[found.reference])

    def line(label: str, kind: str, change: str = "", **where: str) -> Line:
        changes = [change] if change else CHANGED
        sums = rules.summed(cells, kinds=[kind], changes=changes, **where)
        query = {"kind": kind, "change": change, **where}
        url = f"{address}?{urlencode({k: v or '-' for k, v in query.items() if k in where or v})}"
        of = rules.summed(cells, kinds=[kind], **where).count
        return Line(label, sums, currency, url if sums.count else "", of, KINDS[Kind(kind)])

    def group(name: str, code: str, **where: str) -> Group:
        own = (
            line("Paid stays", Kind.VISIT, **where),
            line("Permits", Kind.PERMIT, **where),
            line("Not written", Kind.CITATION, Change.NOT_WRITTEN, **where),
            line("New violations", Kind.CHECK, Change.NEW_VIOLATION, **where),
        )
        money = rules.summed(cells, kinds=REVENUE, **where)
        return Group(name, code, own, Line("Revenue", money, currency))

    lines = [line(f"{KINDS[k]} that {words}", k, c) for (k, c), words in CHANGES.items()]
    told = [line(words, k, c) for (k, c), words in CHANGES.items()]
    revenue = rules.summed(cells, kinds=REVENUE)
    paid = ReplayRow.objects.filter(replay=found, kind__in=REVENUE, is_settled=True)
    settled = paid.aggregate(more=Sum(F("would_minor") - F("was_minor")))["more"]
    differing = rules.summed(cells, changes=CHANGED)
    return Figures(
        differing=differing,
        differing_url=address if differing.count else "",
        revenue=Line("Revenue", revenue, currency),
        collected=Money(settled or 0, currency),
        possible=line("New violations", Kind.CHECK, Change.NEW_VIOLATION),
        headlines=tuple(one for one in told if one.sums.count),
        lines=tuple(one for one in lines if one.sums.count),
        audiences=tuple(
            group(_audience_name(code, base, draft), code, audience=code)
            for code in _in_order({key[3] for key in cells}, base.audiences)
        ),
        zones=tuple(
            group(_zone_name(code, base, draft), code, zone=code)
            for code in _in_order({key[2] for key in cells}, base.zones)
        ),
        aside=tuple(
            (found.aside[why], words) for why, words in ASIDE.items() if found.aside.get(why)
        ),
        gone=tuple(rules.gone(base, draft)),
    )


def rows_of(
    found: Replay, *, kind: str = "", change: str = "", zone: str = "", audience: str = ""
) -> QuerySet[ReplayRow]:
    """Return the records that would differ, those that differ most first; "-" is one without."""
    rows = ReplayRow.objects.filter(replay=found)
    given = {"kind": kind, "change": change, "zone_code": zone, "audience": audience}
    for name, value in given.items():
        if value:
            rows = rows.filter(**{name: "" if value == "-" else value})
    return rows.order_by(Abs(F("would_minor") - F("was_minor")).desc(), "pk")


def examples(found: Replay) -> list[Shown]:
    """Return a few records of every change, those that differ most first."""
    place = Window(
        RowNumber(),
        partition_by=["kind", "change"],
        order_by=[Abs(F("would_minor") - F("was_minor")).desc(), F("pk").asc()],
    )
    rows = ReplayRow.objects.filter(replay=found).alias(place=place).filter(place__lte=EXAMPLES)
    order = list(CHANGES)
    chosen = sorted(rows, key=lambda r: (order.index((Kind(r.kind), Change(r.change))), r.pk))
    return shown(chosen, found)


def shown(rows: Iterable[ReplayRow], found: Replay) -> list[Shown]:
    """Return rows with their words and links."""
    currency = programme.version(found.base_version).programme.currency
    return [
        Shown(
            row=row,
            url=_url(row),
            kind=ONE[Kind(row.kind)],
            change=CHANGES[Kind(row.kind), Change(row.change)],
            currency=currency,
            shows_money=row.kind != Kind.CHECK or bool(row.was_minor or row.would_minor),
        )
        for row in rows
    ]


def file_rows(found: Replay) -> Iterator[Sequence[Any]]:
    """Yield the head and then every record that would differ, as a file of values; a few at a time."""
    yield [
        "kind",
        "change",
        "record",
        "at",
        "zone",
        "audience",
        "was",
        "would",
        "was_amount",
        "would_amount",
        "more",
        "paid",
        "because_was",
        "because_would",
    ]
    currency = programme.version(found.base_version).programme.currency
    for row in ReplayRow.objects.filter(replay=found).order_by("pk").iterator(chunk_size=2_000):
        yield [
            row.kind,
            row.change,
            row.reference,
            row.at.isoformat(),
            row.zone_code,
            row.audience,
            row.was,
            row.would,
            Money(row.was_minor, currency).amount,
            Money(row.would_minor, currency).amount,
            Money(row.would_minor - row.was_minor, currency).amount,
            "yes" if row.is_settled else "no",
            " ".join(row.because_was),
            " ".join(row.because_would),
        ]


def asked_text(*, kind: str = "", change: str = "", zone: str = "", audience: str = "") -> str:
    """Return in words which rows were asked for; empty for all."""
    parts = []
    if kind in set(Kind):
        parts.append(KINDS[Kind(kind)])
        told = {str(c): words for (k, c), words in CHANGES.items() if k == kind}.get(change)
        parts[-1] += f" that {told}" if told else ""
    if zone:
        parts.append(SEVERAL if zone == "-" else zone)
    if audience:
        parts.append(NOBODY if audience == "-" else audience)
    return ", ".join(parts)


def is_moving(found: Replay) -> bool:
    """Whether its job waits or runs."""
    return found.job.state in (Job.State.QUEUED, Job.State.RUNNING)


def _own(reasons: Sequence[str], others: Sequence[str]) -> list[str]:
    """The last reasons of which the other side knows nothing; the last one decides."""
    own = [reason for reason in reasons if reason not in others]
    return own[-REASONS:] or list(reasons[-1:])


def _url(row: ReplayRow) -> str:
    names = {
        Kind.VISIT: "office_stays:detail",
        Kind.PERMIT: "office_permits:detail",
        Kind.CITATION: "office_citations:detail",
        Kind.CHECK: "office_checks:detail",
    }
    return reverse(names[Kind(row.kind)], args=[row.reference])


def _in_order(codes: Iterable[str], known: Sequence[Any]) -> list[str]:
    """The codes as the program names them, those it has not at the end, none last."""
    order = {code_key(part.code): place for place, part in enumerate(known)}
    return sorted(codes, key=lambda c: (not c, order.get(code_key(c), len(order)), c))


def _audience_name(code: str, *versions: Programme) -> str:
    found = (version.audience(code) for version in versions)
    return next((audience.name for audience in found if audience), code) or NOBODY


def _zone_name(code: str, *versions: Programme) -> str:
    found = (version.zone(code) for version in versions)
    return next((zone.name for zone in found if zone), code) or SEVERAL
