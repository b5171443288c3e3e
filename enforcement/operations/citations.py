"""What can be done with a citation: issue it, add a photo, void it, bring it up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from enforcement.models import Citation, CitationPhoto
from enforcement.operations import chain, hand_overs, hearings, letters, numbers, pictures, tallying
from enforcement.operations.locks import lock
from enforcement.operations.releases import follow_debts
from enforcement.queries import checks, near
from enforcement.queries import citations as citing
from enforcement.queries.checks import Look
from enforcement.queries.citations import KIND, Standing
from enforcement.queries.officers import officer_named
from enforcement.rules import fines, lines, owed, standing
from enforcement.rules.lines import Line
from enforcement.rules.numbers import PREFIX
from parkops.audit import operations as audit
from parkops.customers import queries as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict, Decision, NotFound, Refused
from parkops.kernel.money import Money
from parkops.programme import numbering
from parkops.programme import queries as programme
from parkops.programme.queries import InForce
from parkops.programme.schema import Zone
from parkops.programme.violation_schema import Violation
from payments import operations as payments
from payments import queries as charges
from payments.accounts import FINE_REVENUE
from payments.operations.charges import bring_up_to_date
from payments.rules.gl import Facts
from permits import operations as permits
from permits.operations.rights_changes import plates_changed
from permits.queries import NearMiss
from permits.rules.plates import read_plates

CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
CITED_ALREADY = "cited_already"
NO_PLATE = "The vehicle has no plate."


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer writes down. `client_id` names this writing-down, so that twice is once.

    `also` are the further violations found at the same stop. A vehicle `without_plate` is told apart
    by its `vin`, a description (`vehicle`), or both; of others make and `plate_expires_on` tell later
    whether a register's answer is of the same vehicle. `number` is one that was allotted to the officer
    on `device`, where it was written with it.
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
    also: tuple[str, ...] = ()
    without_plate: bool = False
    vin: str = ""
    vehicle: str = ""
    plate_expires_on: date | None = None
    number: str = ""
    device: UUID | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """All violations, the first first."""
        return (self.violation, *self.also)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of the vehicle where it stands: what a check of its plate answers, or, without a
    plate, only the zone and its rules."""

    key: str
    in_force: InForce
    zone: Zone
    verdict: str = ""
    because: tuple[str, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()


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
    lines.may_stand_together(draft.codes).require()
    scene = _scene(draft)
    violations = [_violation(scene.in_force, scene.zone, code) for code in draft.codes]
    citation = _written(draft, scene, violations, by=by, at=at)
    if citation.fine_minor:
        _charge(citation, by=by, at=at)
    _offer_to_mend(citation, scene, violations[0], by=by, at=at)
    audit.record(
        "citation.issued",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        violation=", ".join(citation.codes),
        zone=citation.zone_code,
        issued_at=citation.issued_at.isoformat(),
        flags=citation.flags,
    )
    chain.link_citation(citation, at=at)
    return Issued(citation, True)


@transaction.atomic
def write_citation(draft: Draft, files: Sequence[bytes], *, by: Actor, at: datetime) -> Issued:
    """Issue a citation together with its pictures, all or nothing; see `issue_citation`.

    :raises Refused: also if a file is no picture, or too large.
    """
    # Pictures take long to read: it is done before numbers and links are locked.
    taken = [pictures.take_in(data, zone=citing.tenant_zone()) for data in files]
    try:
        issued = issue_citation(draft, by=by, at=at)
    except Refused:
        _forget(taken)
        raise
    if not issued.is_new:
        _forget(taken)
        return issued
    for picture in taken:
        _keep_photo(issued.citation, picture, by=by, at=at)
    return issued


def _forget(taken: Sequence[pictures.Picture]) -> None:
    for picture in taken:
        pictures.forget(picture)


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
    now = citing.standing_of(citation, at=citing.not_before_its_end(citation, at))
    decision = may_void(now, reason=reason)
    if decision.code and not decision.field:
        raise Conflict(decision.code, decision.reason)
    decision.require()
    for appeal in citation.appeals.select_for_update().filter(decided_at__isnull=True):
        with tallying.tallied_appeal(appeal):
            appeal.decided_at, appeal.decided_on = at, now.today
        appeal.outcome = appeal.Outcome.DISMISSED
        appeal.decided_by, appeal.decided_by_ref = by.name, by.ref
        appeal.reason_code, appeal.decision_text = "error", "The citation was voided."
        appeal.save()
        hearings.free(appeal, at=at)
    with tallying.tallied(citation):
        citation.voided_at, citation.void_reason = at, reason.strip()
    citation.appealed_at = None
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
    chain.link_void(citation, at=at)
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
    taken = [pictures.take_in(data, zone=citing.tenant_zone()) for data in files]
    return [_keep_photo(citation, picture, by=by, at=at) for picture in taken]


def _keep_photo(
    citation: Citation, picture: pictures.Picture, *, by: Actor, at: datetime
) -> CitationPhoto:
    known = citation.photos.filter(original_sha256=picture.original_sha256).first()
    if known is not None:
        pictures.forget(picture)
        return known
    photo = CitationPhoto.objects.create(
        citation=citation,
        **picture.kept,
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
    chain.link_photo(photo, citation.number, at=at)
    return photo


@transaction.atomic
def note_print(number: str, *, form: str, by: Actor, at: datetime) -> Citation:
    """Count that a citation is printed, each copy after the first says so.

    :raises NotFound: if there is no such citation.
    :raises Refused: for an imported one, which is not ours to print.
    """
    citation = locked(number)
    if citation.source != Citation.Source.OURS:
        raise Refused("imported", "This citation is another system's; it is printed there.")
    citation.prints += 1
    citation.save(update_fields=["prints"])
    audit.record(
        "citation.printed",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        form=form,
        copy=citation.prints,
    )
    return citation


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


def _scene(draft: Draft) -> Scene:
    """Look at the vehicle; two citations of one vehicle are counted one after the other."""
    if draft.without_plate:
        standing.may_be_without_plate(
            plate=draft.plate, vin=draft.vin, vehicle=draft.vehicle
        ).require()
        lock(f"vin:{draft.vin}")
        in_force = programme.in_force(draft.issued_at)
        return Scene("", in_force, checks.zone_of(in_force, draft.zone), because=(NO_PLATE,))
    lock(f"plate:{checks.key_of(draft.plate)}")
    look = Look(draft.plate, draft.region, draft.zone, draft.issued_at, draft.lat, draft.lon)
    answer = checks.answers_to([look])[0]
    return Scene(
        answer.key,
        answer.in_force,
        answer.zone,
        answer.verdict.value,
        answer.because,
        answer.near_misses,
    )


def _written(
    draft: Draft, scene: Scene, violations: Sequence[Violation], *, by: Actor, at: datetime
) -> Citation:
    in_force, issued_at = scene.in_force, draft.issued_at
    version = in_force.programme
    earlier = checks.cited_before(scene.key, draft.region, at=issued_at, vin=draft.vin)
    found = [_line_and_flags(draft, scene, violation, earlier) for violation in violations]
    written = [line for line, _ in found]
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
        plate_missing=draft.without_plate,
        plate_text=draft.plate[:32],
        plate_key=scene.key,
        region=draft.region,
        vin=draft.vin,
        vehicle=draft.vehicle[:100],
        plate_expires_on=draft.plate_expires_on,
        zone_code=scene.zone.code,
        lat=draft.lat,
        lon=draft.lon,
        violation_code=written[0].code,
        violation_name=written[0].name,
        fine_minor=sum(line.fine_minor for line in written),
        nth=written[0].nth,
        sanction=lines.gravest([line.sanction for line in written]),
        several=[line.as_json() for line in written] if len(written) > 1 else [],
        programme_version=in_force.number,
        issued_at=issued_at,
        issued_on=issued_at.astimezone(version.tz).date(),
        recorded_at=at,
        officer=officer,
        officer_ref=officer_ref,
        note=draft.note,
        public_note=draft.public_note,
        flags=list(dict.fromkeys(flag for _, flags in found for flag in flags)),
        because=[*scene.because, *(line.because for line in written)],
    )
    case = citing.case_of(citation, [])
    citation.stage = owed.owing_on(case, at.astimezone(version.tz).date()).stage
    citation.save()
    tallying.count(citation)
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


def _line_and_flags(
    draft: Draft, scene: Scene, violation: Violation, earlier: Sequence[Citation]
) -> tuple[Line, list[str]]:
    """What one violation brings, and what a reviewer is to look at."""
    version = scene.in_force.programme
    own = [row for row in earlier if code_key(violation.code) in row.code_keys]
    count = fines.nth(
        violation.nth,
        [row.issued_at for row in own],
        at=draft.issued_at,
        zone=version.tz,
        year_start=version.year_start,
    )
    here = [r.issued_at for r in own if code_key(r.zone_code) == code_key(scene.zone.code)]
    flags = []
    if scene.verdict and violation.raised_by not in ("officer", scene.verdict):
        flags.append(f"verdict_{scene.verdict}")
    if not fines.may_cite_again(violation, here, at=draft.issued_at, zone=version.tz):
        flags.append(CITED_ALREADY)
    close = near.near_miss_text(_mendable(scene, violation))
    fine = fines.fine_for(violation, count, warning=draft.warning, near_miss=close)
    line = Line(
        violation.code,
        violation.name,
        fine.amount.minor,
        fine.nth,
        fine.sanction,
        str(fine.because),
    )
    return line, flags


def _mendable(scene: Scene, violation: Violation) -> NearMiss | None:
    return near.mendable(violation, scene.near_misses, scene.zone, scene.in_force.programme)


def _offer_to_mend(
    citation: Citation, scene: Scene, violation: Violation, *, by: Actor, at: datetime
) -> None:
    """Tell who paid for a session one character or one zone off, so that they can move it."""
    miss = _mendable(scene, violation)
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
    holders = []
    if citation.plate_key:
        holders = customers.holders_of(citation.plate_key, at=citation.issued_at)
    case = citing.case_of(citation, [])
    today = at.astimezone(citing.tenant_zone()).date()
    charge = payments.raise_charge(
        kind=KIND,
        reference=citation.number,
        text=f"Citation {citation.number}: {citation.violation_names}"[:200],
        net=case.fine,
        tax=Money.zero(case.fine.currency),
        customer_id=holders[0].pk if len(holders) == 1 else None,
        plate_key=citation.plate_key,
        due_on=owed.due_on(case, today),
        revenue=FINE_REVENUE,
        facts=Facts(citation.zone_code, citation.violation_code),
        by=by,
        at=at,
    )
    bring_up_to_date(charge.pk, at=at)
