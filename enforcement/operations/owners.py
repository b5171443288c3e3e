"""How the owners of cited vehicles are looked up: citations collected, sent, answered, decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from enforcement.models import Citation, CitationOwner, OwnerBatch, OwnerRecord, OwnerRequest
from enforcement.operations import letters
from enforcement.operations.locks import lock
from enforcement.queries import checks, owners
from enforcement.queries import citations as citing
from enforcement.queries.citations import KIND
from enforcement.queries.owners import BATCH
from enforcement.rules import owners as rules
from enforcement.rules.tables import Fault
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import numbering

ACCEPTED, NONE = "accepted", "none"
LARGEST = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a file of answers: how many records are new, what is wrong in which line."""

    new: int
    faults: tuple[Fault, ...]


@transaction.atomic
def make_owner_batch(numbers: Sequence[str], *, by: Actor, at: datetime) -> OwnerBatch:
    """Collect citations whose owners a register is to be asked for.

    :raises NotFound: if one does not exist.
    :raises Conflict: if one has no plate or is in an open batch; nothing is made then.
    :raises Refused: without any.
    """
    if not numbers:
        raise Refused("citations", "Choose at least one citation.", field="citations")
    batch = OwnerBatch.objects.create(
        number=numbering.next_number("Q", at=at, zone=citing.tenant_zone()),
        made_at=at,
        made_by=by.name,
    )
    audit.record("owner_batch.made", subject=(BATCH, batch.number), actor=by, at=at)
    for number in sorted(set(numbers)):
        add_to_batch(batch.number, number, by=by, at=at)
    return batch


@transaction.atomic
def add_to_batch(batch_number: str, number: str, *, by: Actor, at: datetime) -> OwnerRequest:
    """Let a citation join a batch that is not locked.

    :raises NotFound: if there is no such batch or citation.
    :raises Conflict: if it has no plate, is in an open batch, or the batch is locked; nothing is changed.
    """
    # One after the other, so that a citation is in one open batch and a locked one takes no more.
    lock("owner-batches")
    batch, citation = _locked(batch_number), citing.citation(number)
    known = OwnerRequest.objects.filter(batch=batch, citation=citation).first()
    if known is not None and known.resolved_at is None:
        return known
    decision = rules.may_join(
        has_plate=bool(citation.plate_key) and not citation.plate_missing,
        is_locked=batch.locked_at is not None,
        batch=batch.number,
        other=owners.open_batch_of(citation),
    )
    if not decision:
        raise Conflict(decision.code, f"{citation.number}: {decision.reason}")
    request = OwnerRequest.objects.create(batch=batch, citation=citation, added_at=at)
    _note("citation.owner_asked", citation, batch, by=by, at=at)
    return request


@transaction.atomic
def take_from_batch(batch_number: str, number: str, *, by: Actor, at: datetime) -> None:
    """Take a citation out of a batch that is not locked; one that is not in it is no fault.

    :raises NotFound: if there is no such batch.
    :raises Conflict: once the batch is locked.
    """
    batch = _locked(batch_number)
    if batch.locked_at is not None:
        raise Conflict("locked", f"Batch {batch.number} is locked and sent.")
    for request in batch.requests.filter(citation__number=citing.number_of(number)):
        citation = request.citation
        request.delete()
        _note("citation.owner_not_asked", citation, batch, by=by, at=at)


@transaction.atomic
def lock_batch(batch_number: str, *, by: Actor, at: datetime) -> OwnerBatch:
    """Lock a batch: what is sent stands, and it takes no more. A second time changes nothing.

    :raises NotFound: if there is no such batch.
    :raises Conflict: if it is empty.
    """
    batch = _locked(batch_number)
    if batch.locked_at is not None:
        return batch
    if not batch.requests.exists():
        raise Conflict("empty", "There is nothing in this batch.")
    batch.locked_at, batch.locked_by = at, by.name
    batch.save(update_fields=["locked_at", "locked_by"])
    audit.record("owner_batch.locked", subject=(BATCH, batch.number), actor=by, at=at)
    return batch


@transaction.atomic
def bring_answers(batch_number: str, content: bytes, *, by: Actor, at: datetime) -> Brought:
    """Take in a register's answers; lines that are wrong are told, the others count. The same file
    again brings nothing new.

    :raises NotFound: if there is no such batch.
    :raises Conflict: before it is locked and sent.
    :raises Refused: for a file that is too large.
    """
    batch = _locked(batch_number)
    if batch.locked_at is None:
        raise Conflict("not_sent", "Lock and send the batch first; then its answers come.")
    if len(content) > LARGEST:
        raise Refused("file", "The file is larger than 5 MiB.", field="file")
    answers, faults = rules.read_answers(content)
    asked = set(batch.requests.values_list("citation__plate_key", flat=True))
    new = 0
    for answer in answers:
        key = checks.key_of(answer.plate)
        if key not in asked:
            faults.append(Fault(answer.line, f"{answer.plate} was not asked for in this batch."))
            continue
        record = answer.record
        _, is_new = OwnerRecord.objects.get_or_create(
            batch=batch,
            plate_key=key,
            region=answer.region,
            record_on=record.record_on,
            name=answer.name,
            address=answer.address,
            defaults={
                "plate_text": answer.plate,
                "email": answer.email,
                "make": record.make,
                "plate_expires_on": record.plate_expires_on,
                "brought_at": at,
            },
        )
        new += is_new
    if new and batch.answered_at is None:
        batch.answered_at = at
        batch.save(update_fields=["answered_at"])
    audit.record(
        "owner_batch.answered",
        subject=(BATCH, batch.number),
        actor=by,
        at=at,
        records=new,
        faults=len(faults),
    )
    return Brought(new, tuple(sorted(faults, key=lambda fault: fault.line)))


@transaction.atomic
def accept_owner(request_id: int, record_id: int, *, by: Actor, at: datetime) -> CitationOwner:
    """Take a record as the owner's, by a person's decision. Deciding it twice is once.

    :raises NotFound: if there is no such citation or record in one batch.
    :raises Conflict: if it was decided otherwise.
    """
    request = _request(request_id)
    record = OwnerRecord.objects.filter(pk=record_id, batch=request.batch).first()
    if record is None or record.plate_key != request.citation.plate_key:
        raise NotFound("There is no such record of this plate.")
    return _accept(request, record, by=by, at=at)


def accept_matching(batch_number: str, *, by: Actor, at: datetime) -> int:
    """Take every proposal whose make and plate expiry both match; return how many. One transaction each;
    what differs in either waits for a person.

    :raises NotFound: if there is no such batch.
    """
    taken = 0
    for row in owners.rows(owners.batch(batch_number)):
        if row.is_open and row.is_match and row.record is not None:
            with transaction.atomic():
                request = _request(row.request.pk)
                if request.resolved_at is None:
                    _accept(request, row.record, by=by, at=at)
                    taken += 1
    return taken


@transaction.atomic
def note_no_owner(request_id: int, *, by: Actor, at: datetime) -> OwnerRequest:
    """Note that the owner cannot be found; a second time changes nothing.

    :raises NotFound: if there is no such citation in a batch.
    :raises Conflict: if an owner was taken.
    """
    request = _request(request_id)
    if request.outcome == ACCEPTED:
        raise Conflict("decided", "An owner was taken for this citation.")
    if request.resolved_at is None:
        _resolve(request, NONE, by=by, at=at)
        _note("citation.owner_not_found", request.citation, request.batch, by=by, at=at)
    return request


@transaction.atomic
def name_owner(
    number: str, *, name: str, address: str, email: str = "", by: Actor, at: datetime
) -> CitationOwner:
    """Write down whose the vehicle was, as somebody knows it; what was known before is replaced.

    :raises NotFound: if there is no such citation.
    :raises Refused: without a name or an address.
    """
    for field, value in (("name", name), ("address", address)):
        if not value.strip():
            raise Refused(field, f"Type the owner's {field}.", field=field)
    citation = Citation.objects.select_for_update().get(pk=citing.citation(number).pk)
    owner, _ = CitationOwner.objects.update_or_create(
        citation=citation,
        defaults={
            "name": name.strip(),
            "address": address.strip(),
            "email": email.strip(),
            "found_at": at,
            "found_by": by.name,
        },
    )
    audit.record("citation.owner_found", subject=(KIND, citation.number), actor=by, at=at)
    letters.tell_owner(citation, at=at)
    return owner


@transaction.atomic
def note_vehicle(
    number: str, *, vehicle: str, plate_expires_on: date | None, by: Actor, at: datetime
) -> Citation:
    """Write down what was seen of the vehicle, against which a register's answer is compared; what is
    left empty stays. It stands beside what the officer wrote, which is evidence.

    :raises NotFound: if there is no such citation.
    """
    citation = Citation.objects.select_for_update().get(pk=citing.citation(number).pk)
    citation.vehicle_noted = vehicle.strip()[:100] or citation.vehicle_noted
    citation.plate_expires_on = plate_expires_on or citation.plate_expires_on
    citation.save(update_fields=["vehicle_noted", "plate_expires_on"])
    audit.record("citation.vehicle_seen", subject=(KIND, citation.number), actor=by, at=at)
    return citation


def _accept(
    request: OwnerRequest, record: OwnerRecord, *, by: Actor, at: datetime
) -> CitationOwner:
    known = CitationOwner.objects.filter(citation=request.citation).first()
    if request.resolved_at is not None:
        if known is not None and (known.name, known.address) == (record.name, record.address):
            return known
        raise Conflict("decided", "This citation was decided already.")
    _resolve(request, ACCEPTED, by=by, at=at)
    return name_owner(
        request.citation.number,
        name=record.name,
        address=record.address,
        email=record.email,
        by=by,
        at=at,
    )


def _resolve(request: OwnerRequest, outcome: str, *, by: Actor, at: datetime) -> None:
    request.resolved_at, request.resolved_by, request.outcome = at, by.name, outcome
    request.save(update_fields=["resolved_at", "resolved_by", "outcome"])


def _locked(number: str) -> OwnerBatch:
    return OwnerBatch.objects.select_for_update().get(pk=owners.batch(number).pk)


def _request(request_id: int) -> OwnerRequest:
    rows = OwnerRequest.objects.select_for_update(of=("self",)).select_related("citation", "batch")
    request = rows.filter(pk=request_id).first()
    if request is None:
        raise NotFound("There is no such citation in a batch.")
    return request


def _note(event: str, citation: Citation, batch: OwnerBatch, *, by: Actor, at: datetime) -> None:
    audit.record(event, subject=(KIND, citation.number), actor=by, at=at, batch=batch.number)
