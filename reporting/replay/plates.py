"""Plate checks and citations of the span, judged by the program as it is and by the draft.

They are read plate by plate: how often a plate was cited decides its next fine, so a citation that
the draft would not have brought makes the later ones cheaper.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from enforcement.models import Appeal, Citation, PlateCheck
from enforcement.queries import checks
from enforcement.queries import citations as citing
from enforcement.queries.checks import Judged, Look, Proposal
from enforcement.queries.words import VERDICTS
from enforcement.rules import fines, owed
from enforcement.rules.fines import Fine
from enforcement.rules.owed import Appealed, Case
from enforcement.rules.verdicts import Verdict
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date
from parkops.kernel.money import Money
from parkops.kernel.plates import regions_match
from parkops.kernel.texts import LongDay
from parkops.programme.queries import InForce
from parkops.programme.violation_schema import Violation
from reporting import sql
from reporting.replay import rules
from reporting.replay.ground import Ground
from reporting.replay.rules import VIOLATING, Aside, Change, Difference, Found, Kind

_NEXT_PLATES = """
(SELECT DISTINCT plate_key FROM enforcement_platecheck
  WHERE plate_key > %(after)s AND at >= %(since)s AND at < %(until)s
  ORDER BY plate_key LIMIT %(limit)s)
UNION
(SELECT DISTINCT plate_key FROM enforcement_citation
  WHERE plate_key > %(after)s AND plate_key <> '' AND source = 'ours'
    AND issued_at >= %(since)s AND issued_at < %(until)s
  ORDER BY plate_key LIMIT %(limit)s)
ORDER BY plate_key LIMIT %(limit)s
"""
_COUNTS = """
SELECT (SELECT count(*) FROM enforcement_platecheck WHERE at >= %(since)s AND at < %(until)s),
       (SELECT count(*) FROM enforcement_platecheck
         WHERE at >= %(since)s AND at < %(until)s AND plate_key = ''),
       (SELECT count(*) FROM enforcement_citation
         WHERE issued_at >= %(since)s AND issued_at < %(until)s AND source = 'ours'),
       (SELECT count(*) FROM enforcement_citation
         WHERE issued_at >= %(since)s AND issued_at < %(until)s AND source <> 'ours')
"""
COLUMNS = ("id", "reference", "at", "plate_key", "region", "zone_code", "verdict")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records the span has: checks, of which forgotten; our citations, and imported ones."""

    checks: int
    forgotten: int
    citations: int
    imported: int


def counts(ground: Ground) -> Counts:
    """Return how many records the span has."""
    return Counts(*sql.row(_COUNTS, since=ground.since_at, until=ground.until_at))


def plates_after(ground: Ground, after: str, limit: int) -> tuple[Found, str | None]:
    """Compare all records of the next plates; returns also the last plate, None when all are done."""
    named = {"after": after, "since": ground.since_at, "until": ground.until_at, "limit": limit}
    keys = [key for (key,) in sql.rows(_NEXT_PLATES, **named)]
    found = Found()
    for story in _stories(keys, ground):
        _compare(story, ground, found)
    return found, keys[-1] if len(keys) == limit else None


@dataclass(slots=True)
class Looked:
    """A record of the span with both findings: of the program as it is, and of the draft (None:
    the draft has no such zone)."""

    record: PlateCheck | Citation
    look: Look
    was: Judged | None = None
    would: Judged | None = None

    @property
    def audience(self) -> str:
        """Whose rights the plate has."""
        return (self.was.audience if self.was else "") or (
            self.would.audience if self.would else ""
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A citation as others on its plate count it under one of the two programs."""

    violation_code: str
    zone_code: str
    issued_at: datetime
    region: str
    pk: int
    others: frozenset[str] = frozenset()

    @property
    def code_keys(self) -> frozenset[str]:
        """What it was for."""
        return self.others | {code_key(self.violation_code)}


@dataclass(slots=True)
class Story:
    """All of one plate: its records of the span in order, its citations of all times, the appeals."""

    looked: list[Looked]
    citations: list[Citation]
    appeals: dict[int, list[Appeal]]
    unwritten: set[int] = field(default_factory=set)
    renamed: dict[int, str] = field(default_factory=dict)
    possible: list[Counted] = field(default_factory=list)

    def before(self, look: Look, *, own: int = 0) -> list[Counted]:
        """Return the citations that counted when the look was: those known by then."""
        return [
            Counted(
                c.violation_code,
                c.zone_code,
                c.issued_at,
                c.region,
                c.pk,
                c.code_keys - {code_key(c.violation_code)},
            )
            for c in self.citations
            if c.pk != own
            and c.issued_at <= look.at
            and not _by(c.voided_at, look.at)
            and not _by(c.dismissed_at, look.at)
            and regions_match(look.region, c.region)
        ]

    def would_be_before(self, look: Look, *, own: int = 0) -> list[Counted]:
        """Return the citations that would have counted: those that the draft would have brought."""
        return [
            replace(c, violation_code=self.renamed.get(c.pk, c.violation_code))
            for c in self.before(look, own=own)
            if c.pk not in self.unwritten
        ]


def _stories(keys: Sequence[str], ground: Ground) -> Iterator[Story]:
    """Read all of these plates, by as many statements however many they are."""
    rows = PlateCheck.objects.filter(
        plate_key__in=keys, at__gte=ground.since_at, at__lt=ground.until_at
    ).only(*COLUMNS, "programme_version")
    cited = Citation.objects.filter(plate_key__in=keys, issued_at__lt=ground.until_at)
    citations: dict[str, list[Citation]] = defaultdict(list)
    for citation in cited.order_by("issued_at", "pk"):
        citations[citation.plate_key].append(citation)
    ours = [c for own in citations.values() for c in own if _is_compared(c, ground)]
    appeals = citing.appeals_of(ours)
    looked = [Looked(row, _look(row, row.at)) for row in rows.order_by("at", "pk")]
    looked += [Looked(row, _look(row, row.issued_at)) for row in ours]
    _judge(looked, ground)
    looked.sort(key=lambda one: (one.look.at, isinstance(one.record, Citation), one.record.pk))
    by_key: dict[str, list[Looked]] = defaultdict(list)
    for one in looked:
        by_key[one.look.plate].append(one)
    for key in keys:
        yield Story(by_key[key], citations[key], dict(appeals))


def _look(row: PlateCheck | Citation, at: datetime) -> Look:
    return Look(row.plate_key, row.region, row.zone_code, at)


def _is_compared(citation: Citation, ground: Ground) -> bool:
    """Whether it is one of ours, of the span, and still stands."""
    return (
        citation.source == Citation.Source.OURS
        and citation.issued_at >= ground.since_at
        and citation.voided_at is None
        and citation.dismissed_at is None
    )


def _judge(looked: Sequence[Looked], ground: Ground) -> None:
    for name, by in (("was", ground.base), ("would", ground.draft)):
        known = [one for one in looked if by.programme.zone(one.look.zone) is not None]
        findings = checks.judged([one.look for one in known], by=by) if known else []
        for one, judged in zip(known, findings, strict=True):
            setattr(one, name, judged)


def _compare(story: Story, ground: Ground, found: Found) -> None:
    for one in story.looked:
        if one.was is None:
            found.leave(Aside.UNKNOWN)
        elif isinstance(one.record, Citation):
            _citation(one, one.record, one.was, story, ground, found)
        else:
            _check(one, one.record, one.was, story, ground, found)
    # What was voided or dismissed came to nothing, and would again: it is read, and does not differ.
    found.done += sum(
        c.source == Citation.Source.OURS
        and c.issued_at >= ground.since_at
        and not _is_compared(c, ground)
        for c in story.citations
    )


def _check(
    one: Looked, record: PlateCheck, was: Judged, story: Story, ground: Ground, found: Found
) -> None:
    verdict = was.finding.verdict
    if record.programme_version == ground.base.number and record.verdict != verdict:
        found.leave(Aside.FACTS)
        return
    before = _raised(was, ground.base, story.before(one.look))
    then: list[Proposal] = []
    if one.would is not None:
        counted = [*story.would_be_before(one.look), *story.possible]
        then = _raised(one.would, ground.draft, counted)
    would = one.would.finding.verdict if one.would is not None else Verdict.NOT_ENFORCED
    change = rules.check(verdict, would, was_raised=bool(before), would_be_raised=bool(then))
    because = one.would.finding.because if one.would is not None else _no_zone(one.look)
    may_bring = 0
    if change is Change.NEW_VIOLATION:
        again = next((p for p in then if p.again), None)
        if again is None:
            because = (*because, *(p.again.reason for p in then))
        else:
            because = (*because, again.fine.because)
            may_bring = again.fine.amount.minor
            story.possible.append(
                Counted(
                    again.violation.code, one.look.zone, one.look.at, one.look.region, -record.pk
                )
            )
    elif would in VIOLATING and not then:
        because = (*because, "No violation of the program is raised by that here.")
    would_minor = may_bring
    was_minor = 0
    if change is Change.NO_VIOLATION:
        was_minor = next((p.fine.amount.minor for p in before if p.again), 0)
    found.note(
        Difference(
            Kind.CHECK,
            change,
            str(record.reference),
            record.at,
            record.zone_code,
            one.audience,
            was_minor,
            would_minor,
            was=VERDICTS[verdict].text,
            would=VERDICTS[would].text,
            because_was=was.finding.because,
            because_would=because,
            is_settled=False,
        )
    )


def _raised(judged: Judged, by: InForce, cited: Sequence[Counted]) -> list[Proposal]:
    """The violations that the verdict raises there, also those that are cited already."""
    found = checks.possible(by, judged.asked.zone, cited, judged.asked.look.at)
    return [p for p in found if p.violation.raised_by == judged.finding.verdict.value]


@dataclass(frozen=True, slots=True)
class Written:
    """A citation as one of the programs brings it: for what, how much, and why; or why not at all."""

    violation: Violation | None
    fine: Fine | None
    because: tuple[str, ...]


def _citation(
    one: Looked, citation: Citation, was: Judged, story: Story, ground: Ground, found: Found
) -> None:
    counted = story.before(one.look, own=citation.pk)
    here = checks.possible(ground.base, was.asked.zone, counted, one.look.at)
    own = next((p for p in here if _is(p.violation, citation.violation_code)), None)
    if own is None:
        found.leave(Aside.UNKNOWN)
        return
    warned = citation.sanction == "warning" and own.fine.sanction != "warning"
    fine = fines.fine_for(own.violation, own.fine.nth, warning=warned)
    is_own_version = citation.programme_version == ground.base.number
    if is_own_version and fine.amount.minor != citation.lines[0].fine_minor:
        found.leave(Aside.FACTS)
        return
    by_hand = not own.again or own.violation.raised_by != was.finding.verdict.value
    before = Written(own.violation, fine, (*was.finding.because, fine.because))
    then = _then(one, citation, own, story, ground, by_hand=by_hand, warned=warned)
    was_minor, was_text = _comes_to(citation, before, story, ground, ground.base)
    would_minor, would_text = _comes_to(citation, then, story, ground, ground.draft)
    change = rules.by_amount(was_minor, would_minor)
    if then.violation is None:
        change = Change.NOT_WRITTEN
        story.unwritten.add(citation.pk)
    elif not _is(then.violation, citation.violation_code):
        story.renamed[citation.pk] = then.violation.code
        change = Change.OTHER if change is Change.SAME else change
    found.note(
        Difference(
            Kind.CITATION,
            change,
            citation.number,
            citation.issued_at,
            citation.zone_code,
            one.audience,
            was_minor,
            would_minor,
            was=own.violation.code,
            would=then.violation.code if then.violation else "Not written",
            because_was=(*before.because, *was_text),
            because_would=(*then.because, *would_text),
            is_settled=citation.settled_at is not None,
        )
    )


def _then(
    one: Looked,
    citation: Citation,
    own: Proposal,
    story: Story,
    ground: Ground,
    *,
    by_hand: bool,
    warned: bool,
) -> Written:
    """What the draft makes of a citation.

    What an officer saw by eye, or wrote although a check said otherwise, they would write again if
    the draft has the violation there. What a check raised is written if a check would raise it.
    """
    if one.would is None:
        return Written(None, None, _no_zone(one.look))
    draft, zone, finding = ground.draft, one.would.asked.zone, one.would.finding
    counted = story.would_be_before(one.look, own=citation.pk)
    here = checks.possible(draft, zone, counted, one.look.at)
    same = next((p for p in here if _is(p.violation, citation.violation_code)), None)
    chosen: Proposal | None = None
    if by_hand:
        chosen = same
        if same is None:
            told = f"The program has no violation {citation.violation_code} in {zone.code}."
            return Written(None, None, (told,))
    else:
        raised = [p for p in here if p.violation.raised_by == finding.verdict.value]
        chosen = next((p for p in raised if p is same), raised[0] if raised else None)
        is_seen = same is not None and same.violation.raised_by == "officer"
        if chosen is None and is_seen and finding.verdict.value == own.violation.raised_by:
            chosen = same
        if chosen is None:
            none = "No violation of the program is raised by that here."
            more = (none,) if finding.verdict in VIOLATING else ()
            return Written(None, None, (*finding.because, *more))
        if not chosen.again:
            return Written(None, None, (*finding.because, chosen.again.reason))
    if chosen is None:
        raise LookupError(f"nothing was chosen for {citation}")
    fine = fines.fine_for(chosen.violation, chosen.fine.nth, warning=warned)
    return Written(chosen.violation, fine, (*finding.because, fine.because))


def _comes_to(
    citation: Citation, written: Written, story: Story, ground: Ground, by: InForce
) -> tuple[int, tuple[str, ...]]:
    """What it comes to when it was paid, or at the end of the span, and that in words."""
    if written.violation is None or written.fine is None:
        return 0, ()
    violation, zone = written.violation, by.programme.tz
    on = local_date(min(citation.settled_at or ground.until_at, ground.until_at), zone)
    appeals = [
        Appealed(
            filed_on=appeal.filed_on,
            pauses=violation.appeal.pauses_clock if violation.appeal else appeal.pauses_clock,
            decided_on=appeal.decided_on,
            outcome=appeal.outcome,
            amount=None
            if appeal.amount_minor is None
            else Money(appeal.amount_minor, by.programme.currency),
        )
        for appeal in story.appeals.get(citation.pk, [])
    ]
    case = Case(written.fine.amount, citation.issued_on, violation.schedule, tuple(appeals))
    amount = owed.owing_on(case, on).amount
    if amount == written.fine.amount:
        return amount.minor, ()
    return amount.minor, (f"It comes to {amount} on {LongDay(on)}.",)


def _is(violation: Violation, code: str) -> bool:
    return code_key(violation.code) == code_key(code)


def _no_zone(look: Look) -> tuple[str, ...]:
    return (f"The program has no zone {look.zone}, so nobody needs a right there.",)


def _by(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at
