"""What can be done with a citation: issue it, add a photo, void it, bring it up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from enforcement.models import Citation, CitationPhoto
from enforcement.operations import hand_overs, hearings, letters, numbers, pictures
from enforcement.operations.locks import lock
from enforcement.operations.releases import follow_debts
from enforcement.queries import checks, near
from enforcement.queries import citations as citing
from enforcement.queries.checks import Answer, Look
from enforcement.queries.citations import KIND, Standing
from enforcement.queries.officers import officer_named
from enforcement.rules import fines, owed, standing
from enforcement.rules.numbers import PREFIX
from parkops.audit import operations as audit
from parkops.customers import queries as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict, Decision, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.plates import regions_match
from parkops.programme import numbering
from parkops.programme.queries import InForce
from parkops.programme.schema import Zone
from parkops.programme.violation_schema import Violation
from payments import operations as payments
from payments import queries as charges
from payments.accounts import FINE_REVENUE
from payments.operations.charges import bring_up_to_date
from permits import operations as permits
from permits.operations.rights_changes import plates_changed
from permits.queries import NearMiss
from permits.rules.plates import read_plates

CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
CITED_ALREADY = "cited_already"


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer writes down. `client_id` names this writing-down, so that twice is once.

    `number` is one that was allotted to the officer on `device`, where it was written with it.
    """

    client_id: UUID | None
    plate: str
    region: str
    zone: str
    violation: str
    issued_at: datetime
    lat: float | None = None
    lon: float | None = None
    note: str = ""
    public_note: str = ""
    officer: str = ""
    warning: bool = False
    number: str = ""
    device: UUID | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A citation, and whether this call made it."""

    citation: Citation
    is_new: bool


@transaction.atomic
def issue_citation(draft: Draft, *, by: Actor, at: datetime) -> Issued:
    """Issue a citation, with its charge if it owes anything; the same `client_id` again is the first.

    It is accepted wherever the violation may be raised. What a check would have said otherwise is
    kept as a flag.

    :raises Refused: for a plate that is none, an unknown zone or violation, a violation that is not
        raised in that zone, an instant that has not come, or a number of somebody else's.
    """
    if draft.client_id is not None:
        lock(f"client:{draft.client_id}")
        known = Citation.objects.filter(client_id=draft.client_id).first()
        if known is not None:
            return Issued(known, False)
    if draft.issued_at > at + CLOCKS_MAY_DIFFER_BY:
        raise Refused("future", "A citation cannot be issued in the future.", field="at")
    # Two citations of one plate are counted one after the other.
    lock(f"plate:{checks.key_of(draft.plate)}")
    answer = checks.answers_to(
        [Look(draft.plate, draft.region, draft.zone, draft.issued_at, draft.lat, draft.lon)]
    )[0]
    violation = _violation(answer.in_force, answer.zone, draft.violation)
    citation = _written(draft, answer, violation, by=by, at=at)
    if citation.fine_minor:
        _charge(citation, by=by, at=at)
    _offer_to_mend(citation, answer, violation, by=by, at=at)
    audit.record(
        "citation.issued",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        violation=citation.violation_code,
        zone=citation.zone_code,
        issued_at=citation.issued_at.isoformat(),
        flags=citation.flags,
    )
    return Issued(citation, True)


@transaction.atomic
def write_citation(draft: Draft, files: Sequence[bytes], *, by: Actor, at: datetime) -> Issued:
    """Issue a citation together with its pictures, all or nothing; see `issue_citation`.

    :raises Refused: also if a file is no picture, or too large.
    """
    issued = issue_citation(draft, by=by, at=at)
    if issued.is_new:
        add_photos(issued.citation.number, files, by=by, at=at)
    return issued


@transaction.atomic
def take_back_citation(number: str, *, reason: str, by: Actor, at: datetime) -> Citation:
    """Void a citation that the same officer has just written.

    :raises NotFound: if there is no such citation.
    :raises Refused: if it is another officer's, or too old.
    """
    citation = locked(number)
    standing.may_take_back(
        is_own=bool(by.ref) and by.kind == "staff" and citation.officer_ref == by.ref,
        written_at=citation.recorded_at,
        at=at,
    ).require()
    return void_citation(citation.number, reason=reason, by=by, at=at)


@transaction.atomic
def void_citation(number: str, *, reason: str, by: Actor, at: datetime) -> Citation:
    """Void a citation that nothing was paid for: it owes nothing and counts no more.

    An open appeal ends with it.

    :raises NotFound: if there is no such citation.
    :raises Conflict: once it is paid, dismissed or voided.
    :raises Refused: without a reason.
    """
    citation = locked(number)
    now = citing.standing_of(citation, at=at)
    decision = may_void(now, reason=reason)
    if decision.code and not decision.field:
        raise Conflict(decision.code, decision.reason)
    decision.require()
    for appeal in citation.appeals.select_for_update().filter(decided_at__isnull=True):
        appeal.decided_at, appeal.decided_on = at, now.today
        appeal.outcome = appeal.Outcome.DISMISSED
        appeal.decided_by, appeal.decided_by_ref = by.name, by.ref
        appeal.reason_code, appeal.decision_text = "error", "The citation was voided."
        appeal.save()
        hearings.free(appeal, at=at)
    citation.voided_at, citation.void_reason, citation.appealed_at = at, reason.strip(), None
    citation.save(update_fields=["voided_at", "void_reason", "appealed_at"])
    plates_changed([citation.plate_key])
    if charges.charge_of(KIND, citation.number) is not None:
        payments.cancel_charge(
            kind=KIND, reference=citation.number, text="Citation voided", by=by, at=at
        )
    audit.record(
        "citation.voided", subject=(KIND, citation.number), actor=by, at=at, reason=reason.strip()
    )
    hand_overs.take_back(citation, because="It was voided.", at=at)
    follow_debts(citation.plate_key, by=by, at=at)
    return citation


@transaction.atomic
def add_photos(
    number: str, files: Sequence[bytes], *, by: Actor, at: datetime
) -> list[CitationPhoto]:
    """Add pictures to a citation, all or none; a file that it has already is not added again.

    :raises NotFound: if there is no such citation.
    :raises Refused: if one is no picture, or too large.
    """
    citation = locked(number)
    return [_add_photo(citation, data, by=by, at=at) for data in files]


def _add_photo(citation: Citation, data: bytes, *, by: Actor, at: datetime) -> CitationPhoto:
    picture = pictures.take_in(data, zone=citing.tenant_zone())
    known = citation.photos.filter(original_sha256=picture.original_sha256).first()
    if known is not None:
        pictures.forget(picture)
        return known
    photo = CitationPhoto.objects.create(
        citation=citation,
        shown=picture.shown,
        shown_sha256=picture.shown_sha256,
        original=picture.original,
        original_sha256=picture.original_sha256,
        original_type=picture.original_type,
        width=picture.width,
        height=picture.height,
        taken_at=picture.taken_at,
        added_at=at,
        added_by=by.name,
    )
    audit.record(
        "citation.photo_added",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        photo=str(photo.reference),
        sha256=photo.original_sha256,
    )
    return photo


@transaction.atomic
def bring_citation_up_to_date(number: str, *, at: datetime) -> None:
    """Write the stage that the schedule has reached, and what is owed, where they have changed."""
    citation = locked(number)
    now = citing.standing_of(citation, at=at)
    if now.is_over:
        return
    has_moved = now.stage != citation.stage
    if has_moved:
        citation.stage = now.stage
        citation.save(update_fields=["stage"])
        audit.record("citation.stage", subject=(KIND, number), actor=SYSTEM, at=at, stage=now.stage)
    charge = charges.charge_of(KIND, number)
    if charge is not None:
        bring_up_to_date(charge.pk, at=at)
        _note_step(citation, charge.amount, at=at)
    if has_moved:
        letters.tell_owner(citation, at=at)


def _note_step(citation: Citation, before: Money, *, at: datetime) -> None:
    """Record what the calendar made of a citation's amount, and why."""
    due = charges.charge_of(KIND, citation.number, at=at)
    if due is not None and due.amount != before:
        audit.record(
            "citation.step",
            subject=(KIND, citation.number),
            actor=SYSTEM,
            at=at,
            reason=due.why,
            amount=due.amount.amount,
        )


def may_void(now: Standing, *, reason: str = "asked") -> Decision:
    """Return whether a citation may be voided at that instant, and if not, why."""
    return standing.may_void(status=now.status, has_payments=now.paid.minor > 0, reason=reason)


def locked(number: str) -> Citation:
    """Return the citation, locked until the transaction ends.

    :raises NotFound: if there is none.
    """
    rows = Citation.objects.select_for_update().filter(number=citing.number_of(number))
    citation = rows.first()
    if citation is None:
        raise NotFound("There is no such citation.")
    return citation


def _violation(in_force: InForce, zone: Zone, code: str) -> Violation:
    version = in_force.programme
    violation = version.violation(code)
    if violation is None:
        raise Refused(
            "unknown_violation", f"The program has no violation {code}.", field="violation"
        )
    if not version.may_be_raised(violation, zone.code):
        told = f"{violation.code} is not raised in {zone.code}."
        raise Refused("not_raised_here", told, field="violation")
    return violation


def _written(
    draft: Draft, answer: Answer, violation: Violation, *, by: Actor, at: datetime
) -> Citation:
    in_force, issued_at = answer.in_force, draft.issued_at
    version = in_force.programme
    fine, flags = _fine_and_flags(draft, answer, violation)
    officer, officer_ref = _officer(draft.officer, by)
    allotted = None
    if draft.number:
        allotted = numbers.take_number(draft.number, device=draft.device, officer_ref=officer_ref)
    citation = Citation(
        number=allotted.number
        if allotted
        else numbering.next_number(PREFIX, at=issued_at, zone=version.tz),
        pin=allotted.pin if allotted else numbers.new_pin(),
        client_id=draft.client_id,
        plate_text=draft.plate[:32],
        plate_key=answer.key,
        region=draft.region,
        zone_code=answer.zone.code,
        lat=draft.lat,
        lon=draft.lon,
        violation_code=violation.code,
        violation_name=violation.name,
        fine_minor=fine.amount.minor,
        nth=fine.nth,
        sanction=fine.sanction,
        programme_version=in_force.number,
        issued_at=issued_at,
        issued_on=issued_at.astimezone(version.tz).date(),
        recorded_at=at,
        officer=officer,
        officer_ref=officer_ref,
        note=draft.note,
        public_note=draft.public_note,
        flags=flags,
        because=[*answer.because, fine.because],
    )
    case = citing.case_of(citation, [])
    citation.stage = owed.owing_on(case, at.astimezone(version.tz).date()).stage
    citation.save()
    if allotted:
        numbers.use_number(allotted, citation)
    plates_changed([citation.plate_key])
    return citation


def _officer(named: str, by: Actor) -> tuple[str, str]:
    """Who issues: the officer named, if one of ours with their id; else who acts. A token is nobody."""
    if not named:
        return by.name, by.ref if by.kind == "staff" else ""
    person = officer_named(named)
    return named, person.ref if person else ""


def _fine_and_flags(
    draft: Draft, answer: Answer, violation: Violation
) -> tuple[fines.Fine, list[str]]:
    version = answer.in_force.programme
    earlier = [
        row
        for row in Citation.objects.counting()
        .filter(plate_key=answer.key, issued_at__lte=draft.issued_at)
        .only("violation_code", "zone_code", "issued_at", "region")
        .order_by("issued_at", "pk")
        if code_key(row.violation_code) == code_key(violation.code)
        and regions_match(row.region, draft.region)
    ]
    count = fines.nth(
        violation.nth,
        [row.issued_at for row in earlier],
        at=draft.issued_at,
        zone=version.tz,
        year_start=version.year_start,
    )
    here = [r.issued_at for r in earlier if code_key(r.zone_code) == code_key(answer.zone.code)]
    flags = []
    if violation.raised_by not in ("officer", answer.verdict.value):
        flags.append(f"verdict_{answer.verdict.value}")
    if not fines.may_cite_again(violation, here, at=draft.issued_at, zone=version.tz):
        flags.append(CITED_ALREADY)
    close = near.near_miss_text(_mendable(answer, violation))
    return fines.fine_for(violation, count, warning=draft.warning, near_miss=close), flags


def _mendable(answer: Answer, violation: Violation) -> NearMiss | None:
    return near.mendable(violation, answer.near_misses, answer.zone, answer.in_force.programme)


def _offer_to_mend(
    citation: Citation, answer: Answer, violation: Violation, *, by: Actor, at: datetime
) -> None:
    """Tell who paid for a session one character or one zone off, so that they can move it."""
    miss = _mendable(answer, violation)
    if miss is not None:
        permits.offer_mend(
            miss.session,
            seen=read_plates([(citation.plate_text, citation.region)])[0],
            zone_code=citation.zone_code,
            citation=citation.number,
            why=miss.why,
            by=by,
            at=at,
        )


def _charge(citation: Citation, *, by: Actor, at: datetime) -> None:
    holders = customers.holders_of(citation.plate_key, at=citation.issued_at)
    case = citing.case_of(citation, [])
    today = at.astimezone(citing.tenant_zone()).date()
    charge = payments.raise_charge(
        kind=KIND,
        reference=citation.number,
        text=f"Citation {citation.number}: {citation.violation_name}",
        net=case.fine,
        tax=Money.zero(case.fine.currency),
        customer_id=holders[0].pk if len(holders) == 1 else None,
        plate_key=citation.plate_key,
        due_on=owed.due_on(case, today),
        revenue=FINE_REVENUE,
        by=by,
        at=at,
    )
    bring_up_to_date(charge.pk, at=at)
