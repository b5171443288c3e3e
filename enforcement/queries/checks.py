"""What a plate check answers: everything known of a plate in a zone at an instant, and the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from enforcement.models import Citation, HotlistEntry, PlateCheck
from enforcement.queries import near, sightings
from enforcement.queries.citations import Standing
from enforcement.queries.known import Asked, Known, Look, key_of, zone_of
from enforcement.queries.sightings import Seen, Shared
from enforcement.rules import fines, scofflaw
from enforcement.rules.fines import Fine
from enforcement.rules.holding import BOOTED
from enforcement.rules.places import OUTSIDE
from enforcement.rules.scofflaw import Arrears, Unpaid
from enforcement.rules.stays import Stay, stay_in
from enforcement.rules.verdicts import (
    SEEN_ON_SITE,
    Ended,
    Finding,
    Held,
    Question,
    Verdict,
    due_at,
    judge,
    judge_outside,
)
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision, NotFound
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.plates import regions_match
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.queries import InForce
from parkops.programme.schema import Zone
from parkops.programme.violation_schema import Violation
from permits import queries as permits
from permits.queries import NearMiss, Right

__all__ = ["Alert", "Answer", "Look", "Proposal", "answers_to", "key_of", "zone_of"]

EXEMPT = "exempt"
"""The kind of hotlist entry whose plate may stand anywhere."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the officer is told whatever the verdict. A boot alert `is_now` once it may be done."""

    kind: str
    text: str
    is_now: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """A violation, with what it would bring this time, and whether it is cited again by now."""

    violation: Violation
    fine: Fine
    again: Decision = ALLOWED


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to a look; `rights` are those that hold."""

    look: Look
    key: str
    zone: Zone
    finding: Finding
    rights: tuple[Right, ...]
    alerts: tuple[Alert, ...]
    proposals: tuple[Proposal, ...]
    near_misses: tuple[NearMiss, ...]
    unpaid: tuple[Standing, ...]
    because: tuple[str, ...]
    in_force: InForce

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.finding.verdict

    @property
    def owed(self) -> Money:
        """What the plate owes on citations."""
        nothing = Money.zero(self.in_force.programme.currency)
        return sum((standing.owed for standing in self.unpaid), nothing)

    def as_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return the answer as the API writes it, instants by the clocks of `zone`."""
        until = self.finding.until
        return {
            "plate": self.look.plate,
            "plate_key": self.key,
            "region": self.look.region,
            "zone": self.zone.code or None,
            "at": self.look.at.astimezone(zone).isoformat(),
            "verdict": self.verdict.value,
            "until": until.astimezone(zone).isoformat() if until else None,
            "rights": [
                {
                    "kind": right.kind,
                    "number": right.number,
                    "until": right.until.astimezone(zone).isoformat(),
                    "holder_audience": right.holder_audience or None,
                }
                for right in self.rights
            ],
            "alerts": [{"kind": a.kind, "text": a.text, "now": a.is_now} for a in self.alerts],
            "violations": [
                {
                    "code": proposal.violation.code,
                    "name": proposal.violation.name,
                    "fine": money_json(proposal.fine.amount),
                    "nth": proposal.fine.nth,
                    "sanction": proposal.fine.sanction,
                }
                for proposal in self.proposals
            ],
            "near_misses": [
                {"plate": miss.plate, "zone": miss.zone, "why": miss.why}
                | ({"session": miss.session} if miss.session else {})
                for miss in self.near_misses
            ],
            "unpaid": {"count": len(self.unpaid), "owed": money_json(self.owed)},
            "because": list(self.because),
            "programme_version": self.in_force.number,
        }


def money_json(money: Money) -> dict[str, str]:
    """Return an amount as the API writes it."""
    return {"amount": money.amount, "currency": money.currency}


def answers_to(looks: Sequence[Look], *, named: str = "") -> list[Answer]:
    """Return the answers to these looks, in their order; a look counts as seen for later ones.

    The number of queries does not grow with the looks. With `named`, a refusal's field says which look it was:
    `reads.3.plate`.

    :raises Refused: for a plate that is none, or a zone that the programme of its time has not.
    """
    known = Known(looks, named=named)
    asked = known.asked
    answers: dict[int, Answer] = {}
    for place in sorted(range(len(asked)), key=lambda i: (asked[i].look.at, i)):
        answers[place] = _answer(asked[place], known, known.rights[place])
        if answers[place].verdict is not Verdict.SECOND_VEHICLE:
            known.note(asked[place])
    return [answers[place] for place in range(len(asked))]


def record(reference: UUID) -> PlateCheck:
    """Return the record of a look.

    :raises NotFound: if there is none.
    """
    found = PlateCheck.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such plate check.")
    return found


def _answer(asked: Asked, known: Known, rights: Sequence[Right]) -> Answer:
    look = asked.look
    entries = _entries(asked, known)
    if asked.zone is OUTSIDE:
        rights = [right for right in rights if right.kind == "session"]
    holding = [right for right in rights if right.holds_now]
    finding = _finding(asked, known, rights, entries)
    cited = [
        citation
        for citation in known.citations.get(asked.key, [])
        if regions_match(look.region, citation.region) and citation.issued_at <= look.at
    ]
    unpaid = _unpaid(cited, known, look.at)
    misses: Sequence[NearMiss] = ()
    if finding.verdict in (Verdict.UNAUTHORIZED, Verdict.OVERTIME):
        misses = permits.near_misses(
            plate_key=asked.key, zone_codes=asked.zone_codes, at=look.at, rows=known.near_to(asked)
        )
    proposals, refused = _proposals(asked, finding, cited, misses)
    arrears = _arrears(asked, known, unpaid)
    alerts = [Alert(entry.kind, entry.note or entry.kind) for entry in entries]
    alerts += [
        Alert("lost_permit", permits.lost_text(lost)) for lost in known.lost_for(asked, holding)
    ]
    if arrears.is_enough and BOOTED not in {alert.kind for alert in alerts}:
        alerts.append(Alert("boot", arrears.text, arrears.may_boot))
    return Answer(
        look=look,
        key=asked.key,
        zone=asked.zone,
        finding=finding,
        rights=tuple(holding),
        alerts=tuple(alerts),
        proposals=tuple(proposals),
        near_misses=tuple(misses),
        unpaid=tuple(unpaid),
        because=(
            *finding.because,
            *_where(asked),
            *refused,
            *(p.fine.because for p in proposals if p.fine.is_near_miss),
        ),
        in_force=asked.in_force,
    )


def _where(asked: Asked) -> list[str]:
    """What the map says of the position, where it is in other zones than the one named."""
    look, zone = asked.look, asked.zone
    if look.lat is None or look.lon is None:
        return []
    here = [one.code for one in asked.in_force.programme.zones_at(look.lat, look.lon)]
    told = []
    if zone.geometry and "Polygon" in zone.geometry["type"] and zone.code not in here:
        elsewhere = f" It is in {' and '.join(here)}." if here else ""
        told.append(f"On the map, the position is outside {zone.code}.{elsewhere}")
    elif not look.zone and len(here) > 1:
        told.append(f"The position is in {' and '.join(here)}; {zone.code} decides.")
    return told


@dataclass(frozen=True, slots=True)
class Judged:
    """What a look would be told of the plate, and no more: the verdict, and the plate's rights."""

    asked: Asked
    finding: Finding
    rights: tuple[Right, ...]

    @property
    def audience(self) -> str:
        """The audience of whom the plate's first right is; empty where nobody knows."""
        return next((right.holder_audience for right in self.rights if right.holder_audience), "")


def judged(looks: Sequence[Look], *, by: InForce) -> list[Judged]:
    """Return what past looks would be told if the program `by` had been in force all along.

    They are taken to be on record, so none counts as seen once more. Nothing is read of what is
    cited or owed, and no near misses; the number of queries does not grow with the looks.

    :raises Refused: for a zone that `by` has not.
    """
    known = Known(looks, by=by)
    return [
        Judged(asked, _finding(asked, known, rights, _entries(asked, known)), tuple(rights))
        for asked, rights in zip(known.asked, known.rights, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Timed:
    """A vehicle that stands somewhere: what a look would say, and when its time is or was up."""

    asked: Asked
    finding: Finding
    due_at: datetime | None


def timed(looks: Sequence[Look]) -> list[Timed]:
    """Return when the time of vehicles is up that are taken to stand where they were looked at; none
    counts as seen once more, and the number of queries does not grow with them."""
    known, found = Known(looks), []
    for asked, rights in zip(known.asked, known.rights, strict=True):
        entries = _entries(asked, known)
        question = _question(asked, known, rights, _all_held(asked, known, rights, entries))
        is_exempt = any(entry.kind == EXEMPT for entry in entries)
        lifting = [r.until for r in rights if r.holds_now and r.lifts_max_stay and not is_exempt]
        found.append(Timed(asked, judge(question), due_at(question, lifting)))
    return found


def _entries(asked: Asked, known: Known) -> list[HotlistEntry]:
    return [
        entry
        for entry in known.hotlist.get(asked.key, [])
        if regions_match(asked.look.region, entry.region) and _is_on(entry, asked.look.at)
    ]


def _finding(
    asked: Asked, known: Known, rights: Sequence[Right], entries: Sequence[HotlistEntry]
) -> Finding:
    held = _all_held(asked, known, rights, entries)
    if asked.zone is OUTSIDE:
        return judge_outside(held)
    return judge(_question(asked, known, rights, held))


def _all_held(
    asked: Asked, known: Known, rights: Sequence[Right], entries: Sequence[HotlistEntry]
) -> list[Held]:
    held = [_held(right, asked, known) for right in rights if right.holds_now]
    return held + [_exempt(entry) for entry in entries if entry.kind == EXEMPT]


def _is_on(entry: HotlistEntry, at: datetime) -> bool:
    if entry.added_at > at or (entry.until_at is not None and at >= entry.until_at):
        return False
    return entry.removed_at is None or at < entry.removed_at


def _exempt(entry: HotlistEntry) -> Held:
    why = f": {entry.note}" if entry.note else ""
    return Held(f"This vehicle is exempt{why}.", lifts_max_stay=True)


def _question(
    asked: Asked, known: Known, rights: Sequence[Right], held: Sequence[Held]
) -> Question:
    look, version, zone = asked.look, asked.in_force.programme, asked.zone
    needs_events = any(window.during is not None for window in zone.enforced)
    events = known.events if needs_events else None
    is_enforced = version.holds(zone.enforced, look.at, events=events)
    stay = _stay(asked, known) if is_enforced else None
    usable = any(not right.is_used_up for right in held)
    ended: list[Ended] = []
    if is_enforced and zone.grace and rights and not usable:
        ended = [Ended(right.until, right.because) for right in known.ended_for(asked)]
    return Question(
        zone=zone,
        at=look.at,
        tz=version.tz,
        is_enforced=is_enforced,
        enforced_since=None if stay is None else _enforced_since(asked, events),
        is_paid=zone.max_stay is not None and bool(version.rates_for(zone.code)),
        held=held,
        ended=ended,
        not_held=[right.because for right in rights if not right.holds_now],
        stay=stay,
    )


def _stay(asked: Asked, known: Known) -> Stay | None:
    zone = asked.zone
    if zone.max_stay is None:
        return None
    marks = known.marks.get(asked.key, [])
    return stay_in(
        zone.code,
        [sight for region, sight in marks if regions_match(asked.look.region, region)],
        at=asked.look.at,
        max_stay=zone.max_stay,
        no_return=zone.no_return,
        zone=asked.in_force.programme.tz,
        moved=zone.moved,
        by_day=zone.stays == "day",
    )


def _enforced_since(asked: Asked, events: Events | None) -> datetime | None:
    """When the present hours of enforcement began; None if they are older than any stay."""
    at, zone = asked.look.at, asked.zone
    if zone.max_stay is None:
        return None
    start = at - sightings.reach_of(zone.max_stay, zone.no_return)
    between = Period(start, at + timedelta(microseconds=1))
    spans = asked.in_force.programme.periods(asked.zone.enforced, between, events=events)
    if not spans or spans[-1].start <= between.start:
        return None
    return spans[-1].start


def _held(right: Right, asked: Asked, known: Known) -> Held:
    shared = known.shared.get(right.permit_id) if right.permit_id is not None else None
    others: tuple[str, ...] = ()
    if right.on_site is not None and shared is not None:
        others = _others_on_site(shared, asked, known)
    return Held(right.because, right.lifts_max_stay, right.on_site, others)


def _others_on_site(shared: Shared, asked: Asked, known: Known) -> tuple[str, ...]:
    """The permit's other plates seen on its site in the last hours, before this one was."""
    at = asked.look.at
    sold_under = known.by or programme.version(shared.programme_version).programme
    kind = sold_under.permit_type(shared.type_code)
    site = [code for grant in kind.grants for code in grant.zones] if kind else []

    def first_seen(key: str) -> Seen | None:
        lately = (s for s in known.seen.get(key, []) if at - SEEN_ON_SITE < s.at <= at)
        return next((s for s in lately if sold_under.covers(site, s.zone)), None)

    own = first_seen(asked.key)
    others = [first_seen(key) for key in shared.plates_at(at) - {asked.key}]
    before = [s for s in others if s is not None and (own is None or s.at < own.at)]
    return tuple(seen.plate_text for seen in sorted(before, key=lambda seen: seen.at))


def _unpaid(cited: Sequence[Citation], known: Known, at: datetime) -> list[Standing]:
    open_ = [c for c in cited if c.fine_minor and (c.settled_at is None or c.settled_at > at)]
    if not open_:
        return []
    return [standing for standing in known.standing(open_, at) if standing.owed.minor > 0]


def _arrears(asked: Asked, known: Known, unpaid: Sequence[Standing]) -> Arrears:
    version = asked.in_force.programme
    counted = [
        Unpaid(s.citation.issued_at, s.owed, s.status.value)
        for s in unpaid
        # Of which a person has yet to decide, nobody is booted for.
        if not getattr(s.citation, "is_held", False)
    ]
    notice = None
    if counted and version.scofflaw is not None and version.scofflaw.notice is not None:
        notice = known.notice_for(asked)
    return scofflaw.arrears(
        version.scofflaw,
        counted,
        notice_sent_at=notice,
        at=asked.look.at,
        zone=version.tz,
        currency=version.currency,
    )


def _proposals(
    asked: Asked, finding: Finding, known: Sequence[Citation], misses: Sequence[NearMiss]
) -> tuple[list[Proposal], list[str]]:
    """The violations that the verdict raises here, and why others are not proposed again."""
    raised = possible(
        asked.in_force, asked.zone, known, asked.look.at, misses, raised_by=finding.verdict
    )
    return [p for p in raised if p.again], [p.again.reason for p in raised if not p.again]


def possible_violations(record: PlateCheck, *, at: datetime) -> list[Proposal]:
    """Return every violation that may be raised where the plate was looked at, with its fine at `at`."""
    in_force = programme.in_force(at)
    known = cited_before(record.plate_key, record.region, at=at)
    zone = zone_of(in_force, record.zone_code)
    misses: Sequence[NearMiss] = ()
    if record.verdict == Verdict.UNAUTHORIZED:
        codes = [one.code for one in in_force.programme.zones_covering(zone.code)]
        misses = permits.near_misses(plate_key=record.plate_key, zone_codes=codes, at=at)
    return possible(in_force, zone, known, at, misses)


def cited_before(key: str, region: str, *, at: datetime, vin: str = "") -> list[Citation]:
    """Return the citations that count for a vehicle at `at`, the oldest first: those on its plate, or,
    where it has none, on its VIN."""
    rows = Citation.objects.counting().filter(issued_at__lte=at)
    if not key and not vin:
        return []
    rows = rows.filter(plate_key=key) if key else rows.filter(plate_missing=True, vin=vin)
    found = rows.order_by("issued_at", "pk")
    return [citation for citation in found if regions_match(region, citation.region)]


def violations_without_plate(zone_code: str, *, at: datetime) -> list[Proposal]:
    """Return every violation that may be raised in the zone on a vehicle without a plate."""
    in_force = programme.in_force(at)
    return possible(in_force, zone_of(in_force, zone_code), [], at)


class Cited(Protocol):
    """A citation as others on its plate count it."""

    @property
    def code_keys(self) -> frozenset[str]:
        """What it was for."""
        ...

    @property
    def zone_code(self) -> str:
        """Where it was."""
        ...

    @property
    def issued_at(self) -> datetime:
        """When it was."""
        ...


def possible(
    in_force: InForce,
    zone: Zone,
    known: Sequence[Cited],
    at: datetime,
    misses: Sequence[NearMiss] = (),
    *,
    raised_by: str = "",
) -> list[Proposal]:
    """Return every violation that may be raised in the zone, with what it would bring at `at` on a
    plate with the citations `known`, and whether it is cited again by then; a paid stay among the
    `misses` may make it a warning. With `raised_by`, only those that this verdict raises."""
    version, found = in_force.programme, []
    for violation in version.violations_in(zone.code):
        if raised_by and violation.raised_by != raised_by:
            continue
        own = [c for c in known if code_key(violation.code) in c.code_keys]
        here = [c.issued_at for c in own if code_key(c.zone_code) == code_key(zone.code)]
        again = fines.may_cite_again(violation, here, at=at, zone=version.tz)
        count = fines.nth(
            violation.nth,
            [c.issued_at for c in own],
            at=at,
            zone=version.tz,
            year_start=version.year_start,
        )
        close = near.near_miss_text(near.mendable(violation, misses, zone, version))
        found.append(Proposal(violation, fines.fine_for(violation, count, near_miss=close), again))
    return found
