"""What rates should become by demand: a line for every band of every zone with a rate by the hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from parkops.kernel.dates import local_date, midnight
from parkops.kernel.decisions import Decision
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.programme.queries import InForce
from parkops.programme.schema import Programme
from permits.rules import demand
from permits.rules.demand import Effect, Measured, Proposal, Terms
from reporting.pricing import observed
from reporting.pricing.segments import Segment, instant_of, rate_at, segments

VERSIONS = 24


@dataclass(frozen=True, slots=True)
class Line:
    """A band of a zone: how full it was, what it costs, what it should, why, and what that should do."""

    segment: Segment
    changed_on: date | None
    measured: Measured | None
    decision: Decision
    proposal: Proposal | None
    effect: Effect | None

    @property
    def current(self) -> Money:
        """What an hour costs now."""
        return self.segment.rate.per_hour

    @property
    def changes(self) -> bool:
        """Whether another rate is proposed."""
        return self.proposal is not None and self.proposal.changes

    @property
    def because(self) -> tuple[str, ...]:
        """Why, first things first."""
        if self.proposal is None or self.measured is None:
            return (self.decision.reason,)
        return (*self.measured.because, *self.proposal.because)

    @property
    def expected(self) -> str:
        """How full it should become: 74% (71 to 77)."""
        if self.effect is None:
            return ""
        low, middle, high = (
            round(share * 100)
            for share in (self.effect.least_taken, self.effect.taken, self.effect.most_taken)
        )
        return f"{middle}% ({low} to {high})"


@dataclass(frozen=True, slots=True)
class Priced:
    """All lines, of the version in force, with what they rest on."""

    in_force: InForce
    lines: Sequence[Line]
    first: date
    until: date
    terms: Terms

    @property
    def zones(self) -> list[tuple[str, str, list[Line]]]:
        """The lines by zone: its code, its name, its lines."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.segment.zone.code, []).append(line)
        return [(code, lines[0].segment.zone.name, lines) for code, lines in found.items()]

    @property
    def proposed(self) -> list[Line]:
        """The lines with another rate."""
        return [line for line in self.lines if line.changes]


def priced(*, at: datetime) -> Priced:
    """Return what every rate should become at `at`, out of the eight weeks before today.

    :raises Refused: if the database needs too long.
    """
    in_force = programme.in_force(at)
    rules = in_force.programme
    today = local_date(at, rules.tz)
    found = [*segments(rules)]
    known = observed.observed(
        rules,
        {segment.zone.code for segment in found},
        since=midnight(today - observed.LOOKED_BACK, rules.tz),
        until=midnight(today, rules.tz),
    )
    terms = Terms.of(rules.sessions.by_demand, rules.currency)
    changes = _changes(found, in_force, at)
    coming = _coming(found, rules, at)
    lines = [
        _line(one, known, in_force, terms, (changes[one.code], coming.get(one.code)), today)
        for one in found
    ]
    return Priced(in_force, lines, known.first, known.until, terms)


def _line(
    segment: Segment,
    known: observed.Observed,
    in_force: InForce,
    terms: Terms,
    changes: tuple[date | None, date | None],
    today: date,
) -> Line:
    changed_on, changes_on = changes
    found = observed.of_segment(known, segment, in_force.programme, changed_on=changed_on)
    if found.measured is None:
        return Line(segment, changed_on, None, found.decision, None, None)
    current = segment.rate.per_hour
    proposal = demand.propose(
        current,
        found.measured,
        terms=terms,
        changed_on=changed_on,
        today=today,
        changes_on=changes_on,
    )
    effect = None
    if proposal.changes:
        effect = demand.effect(
            current, proposal.rate, found.measured, paid_hours=found.paid_hours, days=found.days
        )
    return Line(segment, changed_on, found.measured, proposal.decision, proposal, effect)


def _changes(found: Sequence[Segment], in_force: InForce, at: datetime) -> dict[str, date | None]:
    """Return when each segment's rate came to be what it is; None: it always was, as far as is known."""
    rows = [row for row in programme.history() if row.begins_at is None or row.begins_at <= at]
    rows = sorted(rows, key=lambda row: (row.begins_at is not None, row.begins_at, row.number))
    known: dict[str, date | None] = {}
    newest = [(row, programme.version(row.number).programme) for row in rows[-VERSIONS:]]
    for segment in found:
        since = in_force.begins_at
        for row, rules in reversed(newest):
            if rate_at(rules, segment) != segment.rate.per_hour:
                break
            since = row.begins_at
        known[segment.code] = instant_of(since, in_force.programme)
    return known


def _coming(found: Sequence[Segment], rules: Programme, at: datetime) -> dict[str, date]:
    """Return when segments get another rate by a version that is published and not yet in force."""
    rows = [(row.begins_at, row.number) for row in programme.history() if row.begins_at]
    coming: dict[str, date] = {}
    for begins_at, number in sorted(row for row in rows if row[0] > at):
        later = programme.version(number).programme
        for segment in found:
            if rate_at(later, segment) != segment.rate.per_hour:
                coming.setdefault(segment.code, begins_at.astimezone(rules.tz).date())
    return coming
