"""How citations stand at an instant: status, what is owed, by when, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from enforcement.models import Appeal, Citation
from enforcement.queries import planned
from enforcement.rules import owed, standing
from enforcement.rules.owed import Appealed, Case, Step
from enforcement.rules.standing import Facts, Status
from parkops.kernel.decisions import Decision, NotFound
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.kernel.plates import plate_key
from parkops.programme import queries as programme
from parkops.programme.violation_schema import Violation
from payments import place
from payments import queries as payments
from payments.models import Allocation, Payment

KIND = "citation"
"""The kind of a citation's charge."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A violation of a citation, as pages and papers write it."""

    code: str
    name: str
    fine: Money
    nth: int | None
    is_warning: bool


@dataclass(frozen=True)
class Standing:
    """A citation as it stands at `at`; `paid` is what was paid towards it by then."""

    citation: Citation
    appeals: tuple[Appeal, ...]
    case: Case
    paid: Money
    at: datetime
    zone: ZoneInfo

    @property
    def lines(self) -> list[ShownLine]:
        """Its violations, the first first."""
        return [
            ShownLine(
                line.code,
                line.name or line.code,
                Money(line.fine_minor, self.paid.currency),
                line.nth,
                line.sanction == "warning",
            )
            for line in self.citation.lines
        ]

    @property
    def today(self) -> date:
        """The local date of `at`."""
        return self.at.astimezone(self.zone).date()

    @cached_property
    def stage(self) -> str:
        """The stage that the schedule has reached."""
        return owed.owing_on(self.case, self.today).stage

    @cached_property
    def status(self) -> Status:
        """The citation's status."""
        return standing.status_at(
            facts_of(self.citation, self.appeals), stage=self.stage, at=self.at
        )

    @property
    def is_over(self) -> bool:
        """Whether nothing is or can be owed any more."""
        return self.status in (
            Status.PAID,
            Status.VOIDED,
            Status.DISMISSED,
            Status.WARNING,
            Status.WRITTEN_OFF,
        )

    @cached_property
    def amount(self) -> Money:
        """What it comes to, whatever was paid."""
        if self.status in (Status.VOIDED, Status.DISMISSED):
            return Money.zero(self.paid.currency)
        if self.status in (Status.PAID, Status.WRITTEN_OFF):
            return self.paid
        return owed.owing_on(self.case, self.today).amount

    @property
    def owed(self) -> Money:
        """What is left to pay."""
        return Money.zero(self.paid.currency) if self.is_over else self._left(self.amount)

    @property
    def due_on(self) -> date | None:
        """The last day on which it is not late; None where nothing is owed or nothing is known."""
        if self.is_over or self.citation.programme_version is None:
            return None
        return owed.due_on(self.case, self.today)

    @cached_property
    def steps(self) -> list[Step]:
        """What is owed from which day on, payments taken off, and why."""
        if self.is_over:
            return []
        return [Step(s.from_on, self._left(s.owed), s.text) for s in self._changes]

    @cached_property
    def _changes(self) -> list[Step]:
        return owed.steps(self.case, self.today)

    def _left(self, amount: Money) -> Money:
        return Money(max(amount.minor - self.paid.minor, 0), amount.currency)


def tenant_zone() -> ZoneInfo:
    """Return the tenant's time zone."""
    return ZoneInfo(place.tenant().timezone)


def citation(number: str) -> Citation:
    """Return the citation with this number, as somebody typed it.

    :raises NotFound: if this tenant has none.
    """
    known = Citation.objects.filter(number=number_of(number)).first()
    if known is None:
        raise NotFound("There is no such citation.")
    return known


def number_of(typed: str) -> str:
    """Return the number that somebody typed, in its one form where it is one of ours."""
    return tidy(typed) or typed.strip()


def named(text: str) -> Q:
    """Return the condition of citations that `text` names: a number, ours or another's, or a plate."""
    known = Q(number=number_of(text)) | Q(external_ref=text.strip())
    key = key_in(text)
    return known | Q(plate_key=key) if key else known


def key_in(text: str) -> str:
    """Return the plate key of `text`, empty where it is no plate."""
    try:
        return plate_key(text)
    except ValueError:
        return ""


def violations_of(citation: Citation) -> list[Violation | None]:
    """Return its violations as they were when it was issued, the first first; None for what was
    imported."""
    if citation.programme_version is None:
        return [None for _ in citation.lines]
    version = programme.version(citation.programme_version).programme
    return [version.violation(code) for code in citation.codes]


def violation_of(citation: Citation) -> Violation | None:
    """Return the first violation, which says how the citation is appealed; None if it is imported."""
    return violations_of(citation)[0]


def facts_of(citation: Citation, appeals: Iterable[Appeal]) -> Facts:
    """Return what the citation's status rests on."""
    return Facts(
        is_warning=citation.fine_minor == 0,
        voided_at=citation.voided_at,
        dismissed_at=citation.dismissed_at,
        settled_at=citation.settled_at,
        written_off_at=citation.written_off_at,
        appeals=tuple((appeal.filed_at, appeal.decided_at) for appeal in appeals),
        plans=tuple((span.began_at, span.ended_at) for span in planned.spans_of(citation)),
    )


def case_of(citation: Citation, appeals: Iterable[Appeal]) -> Case:
    """Return what the citation's amount rests on."""
    currency = place.currency()
    parts = (
        [owed.Share(Money(citation.came_to_minor, currency), ())]
        if citation.brought is not None
        else [
            owed.Share(
                Money(line.fine_minor, currency),
                violation.schedule if violation is not None else (),
            )
            for line, violation in zip(citation.lines, violations_of(citation), strict=True)
        ]
    )
    return owed.shared(
        parts,
        issued_on=citation.issued_on,
        appeals=tuple(
            Appealed(
                filed_on=appeal.filed_on,
                pauses=appeal.pauses_clock,
                decided_on=appeal.decided_on,
                outcome=appeal.outcome,
                amount=None
                if appeal.amount_minor is None
                else Money(appeal.amount_minor, currency),
            )
            for appeal in sorted(appeals, key=lambda appeal: appeal.level)
        ),
        plans=planned.times_of(citation),
    )


def may_reopen(citation: Citation, *, at: datetime) -> Decision:
    """Return whether a void may be taken back at `at`, and if not, why."""
    return standing.may_reopen(voided_at=citation.voided_at, at=at, reason="asked")


def standing_of(citation: Citation, *, at: datetime) -> Standing:
    """Return the citation as it stands at `at`."""
    return standings_of([citation], at=at)[0]


def not_before_its_end(citation: Citation, at: datetime) -> datetime:
    """Return the instant by which an act of `at` on a locked citation is decided: not before that at which
    another ended it, while this one waited for the lock."""
    ends = [
        citation.settled_at,
        citation.dismissed_at,
        citation.voided_at,
        citation.written_off_at,
    ]
    return max([at, *(end for end in ends if end is not None)])


def standings_of(citations: Sequence[Citation], *, at: datetime) -> list[Standing]:
    """Return the citations as they stand at `at`, in order, by two queries however many."""
    return Standings(citations).at(citations, at)


class Standings:
    """What the standing of citations rests on, read by two queries: for any of them at any instant."""

    def __init__(self, citations: Sequence[Citation]) -> None:
        self._appeals = appeals_of(citations)
        self._payments = _payments_of(citations)
        self._currency, self._zone = place.currency(), tenant_zone()

    def at(self, citations: Iterable[Citation], at: datetime) -> list[Standing]:
        """Return citations as they stand at `at`, in order."""
        return [
            Standing(
                citation,
                tuple(self._appeals.get(citation.pk, ())),
                case_of(citation, self._appeals.get(citation.pk, ())),
                Money(self._paid(citation, at), self._currency),
                at,
                self._zone,
            )
            for citation in citations
        ]

    def _paid(self, citation: Citation, at: datetime) -> int:
        """What was paid towards a citation by `at`, in minor units; one that was imported without more
        than its fine was paid elsewhere, in full."""
        if citation.source == Citation.Source.IMPORT and citation.brought is None:
            is_paid = citation.settled_at is not None and citation.settled_at <= at
            return citation.fine_minor if is_paid else 0
        known = self._payments.get(citation.number, ())
        return sum(minor for succeeded_at, minor in known if succeeded_at <= at)


def appeals_of(citations: Sequence[Citation]) -> Mapping[int, list[Appeal]]:
    """Return the appeals of these citations by their id, the first level first."""
    found: dict[int, list[Appeal]] = defaultdict(list)
    rows = Appeal.objects.filter(citation_id__in=[c.pk for c in citations])
    for appeal in rows.order_by("citation_id", "level"):
        found[appeal.citation_id].append(appeal)
    return found


def unpaid_of(plate_key: str, *, at: datetime) -> list[Standing]:
    """Return the citations on a plate, issued by `at`, of which something is owed then."""
    rows = Citation.objects.unpaid().filter(plate_key=plate_key, issued_at__lte=at)
    standings = standings_of(list(rows.order_by("issued_at", "pk")), at=at)
    return [standing for standing in standings if standing.owed.minor > 0]


def _payments_of(citations: Sequence[Citation]) -> dict[str, list[tuple[datetime, int]]]:
    """When how much was paid towards each citation, in minor units, by its number."""
    ours = [
        c.number
        for c in citations
        if (c.source == Citation.Source.OURS or c.brought is not None) and c.fine_minor
    ]
    if not ours:
        return {}
    rows = (
        Allocation.objects.filter(
            charge__kind=KIND,
            charge__reference__in=ours,
            payment__state=Payment.State.SUCCEEDED,
        )
        .values("charge__reference", "payment__succeeded_at")
        .annotate(went=Sum("amount_minor"), freed=Sum("released_minor"))
        .order_by("charge__reference")
    )
    found: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows:
        if (succeeded_at := row["payment__succeeded_at"]) is not None:
            paid = succeeded_at, row["went"] - row["freed"]
            found[row["charge__reference"]].append(paid)
    return found


def charge_id(citation: Citation) -> str:
    """Return the id of the citation's charge, empty where it owes nothing."""
    charge = payments.charge_of(KIND, citation.number)
    return str(charge.id) if charge else ""
