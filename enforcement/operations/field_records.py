"""How what phones wrote down is taken in: each record once, in any order, whatever became of it kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from enforcement.models import Citation, CitationHold, FieldRecord, PlateCheck
from enforcement.operations import checks as checking
from enforcement.operations import citations as citing
from enforcement.operations import holds, observations
from enforcement.operations.citations import Draft, Issued
from enforcement.operations.locks import lock
from enforcement.queries import checks, field_records
from enforcement.queries import field as pages
from enforcement.queries import holds as doubts
from enforcement.queries.checks import Look
from enforcement.queries.citations import KIND
from enforcement.rules import standing
from enforcement.rules.field_records import Sent, happened_at, is_time_in_doubt
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused

Outcome = FieldRecord.Outcome


class NotYet(Exception):
    """What a record is about has not come: it is sent again later."""


@dataclass(frozen=True, slots=True)
class Device:
    """The phone that sends, and what its clock said when it did."""

    device: UUID
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a record: how it ended, and what its phone is told."""

    outcome: str = Outcome.DONE
    reason: str = ""
    citation: Citation | None = None
    differs: bool = False
    answer: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def take_record(sent: Sent, *, device: Device, by: Actor, at: datetime) -> FieldRecord:
    """Take in what a phone wrote down. The same record again, also at the same time, is the first one.

    What the rules refuse is kept as refused, with the reason: nothing an officer wrote is dropped.

    :raises NotYet: where it is about a citation that has not come; nothing is kept then.
    :raises Refused: where another officer sent a record of this name: it is theirs, with its PIN.
    """
    lock(f"field_record:{sent.client_id}")
    known = FieldRecord.objects.filter(client_id=sent.client_id).first()
    if known is not None and known.officer_ref != by.ref:
        raise Refused("another_officer", "Another officer sent this record.")
    if known is not None:
        return known
    then = happened_at(sent, sent_at=device.sent_at, received_at=at)
    try:
        with transaction.atomic():
            became = WORK[sent.kind](sent, then, device, by, at)
    except Refused as refusal:
        became = Became(Outcome.REFUSED, str(refusal))
    return FieldRecord.objects.create(
        client_id=sent.client_id,
        device=device.device,
        seq=sent.seq,
        officer_ref=by.ref,
        officer=by.name,
        kind=sent.kind,
        device_at=sent.device_at,
        at=then,
        received_at=at,
        is_offline=sent.is_offline,
        data=dict(sent.data),
        told=sent.told,
        differs=became.differs,
        outcome=became.outcome,
        reason=became.reason,
        answer=became.answer,
        citation=became.citation,
    )


@transaction.atomic
def take_photo(
    client_id: UUID, data: bytes, *, sha256: str, by: Actor, at: datetime
) -> FieldRecord:
    """Add a photo to the citation that a record made; the same photo again changes nothing.

    :raises NotYet: where the record has not come.
    :raises Refused: where the file is not what was announced, is no picture, or the record made no citation.
    """
    record = FieldRecord.objects.filter(client_id=client_id, officer_ref=by.ref).first()
    if record is None:
        raise NotYet
    if record.citation is None:
        raise Refused("no_citation", "Nothing was written with this record.", field="record")
    if hashlib.sha256(data).hexdigest() != sha256:
        told = "The photo did not arrive whole. It is sent again."
        raise Refused("hash", told, field="sha256")
    citing.add_photos(record.citation.number, [data], by=by, at=at)
    return record


def _check(sent: Sent, then: datetime, device: Device, by: Actor, at: datetime) -> Became:
    look = Look(sent.text("plate"), sent.text("region"), sent.text("zone"), then, *_place(sent))
    source = PlateCheck.Source.OFFLINE if sent.is_offline else PlateCheck.Source.FIELD
    checked = checking.check_plate(look, source=source, by=by, at=at)
    shown = pages.verdict_page(checked.record, at=then)
    return Became(
        differs=sent.told not in ("", checked.record.verdict),
        answer=field_records.verdict_json(shown),
    )


def _chalk(sent: Sent, then: datetime, device: Device, by: Actor, at: datetime) -> Became:
    lat, lon = _place(sent)
    observed = observations.observe(
        plate=sent.text("plate"),
        region=sent.text("region"),
        zone=sent.text("zone"),
        seen_at=then,
        lat=lat,
        lon=lon,
        valve=sent.text("valve"),
        block_face=sent.text("block_face"),
        by=by,
        at=at,
    )
    ends = observed.ends_at
    return Became(answer={"ends_at": ends.isoformat() if ends else None})


def _citation(sent: Sent, then: datetime, device: Device, by: Actor, at: datetime) -> Became:
    lat, lon = _place(sent)
    draft = Draft(
        client_id=sent.client_id,
        plate=sent.text("plate"),
        region=sent.text("region"),
        zone=sent.text("zone"),
        violation=sent.text("violation"),
        issued_at=then,
        lat=lat,
        lon=lon,
        note=sent.text("note"),
        public_note=sent.text("public_note"),
        warning=bool(sent.data.get("warning")),
        also=sent.also,
        without_plate=sent.is_without_plate,
        vin=sent.vin,
        vehicle=sent.text("vehicle"),
        number=sent.text("number"),
        device=device.device,
    )
    issued, about_number = _issued(draft, by=by, at=at)
    citation = issued.citation
    held = about_number + _about_time(citation, sent, device, by=by, at=at)
    held += _doubts(citation, by=by, at=at) if sent.is_offline else []
    return Became(
        Outcome.HELD if held else Outcome.DONE,
        " ".join(held),
        citation,
        differs=any(flag.startswith("verdict_") for flag in citation.flags),
        answer=field_records.citation_json(citation, at=at),
    )


def _issued(draft: Draft, *, by: Actor, at: datetime) -> tuple[Issued, list[str]]:
    """Issue a citation under the number on its paper; where another bears it, under a new one, and held."""
    try:
        with transaction.atomic():
            return citing.issue_citation(draft, by=by, at=at), []
    except Refused as refusal:
        if refusal.field != "number":
            raise
        told = f"The paper says {draft.number}. {refusal}"
    issued = citing.issue_citation(replace(draft, number=""), by=by, at=at)
    holds.hold(issued.citation, kind=CitationHold.Kind.NUMBER, because=told, by=by, at=at)
    return issued, [told]


def _about_time(
    citation: Citation, sent: Sent, device: Device, *, by: Actor, at: datetime
) -> list[str]:
    """Hold a citation that was written by a clock that was years off: a person says when it was."""
    if not is_time_in_doubt(sent, sent_at=device.sent_at):
        return []
    told = (
        f"The phone's clock said {sent.device_at:%-d %b %Y} when this was written, and "
        f"{device.sent_at:%-d %b %Y} when it was sent: the time is in doubt."
    )
    holds.hold(citation, kind=CitationHold.Kind.CLOCK, because=told, by=by, at=at)
    return [told]


def _doubts(citation: Citation, *, by: Actor, at: datetime) -> list[str]:
    """Hold a citation that was written offline and disagrees with what the office knows; also one that
    came before and turns out to be the second. Returns why this one is held."""
    if citation.plate_missing:
        return []  # Nothing is known of the rights of a vehicle without a plate.
    told = []
    look = Look(citation.plate_text, citation.region, citation.zone_code, citation.issued_at)
    answer = checks.answers_to([look])[0]
    because = doubts.doubt(answer, citation)
    if because:
        holds.hold(citation, kind=CitationHold.Kind.RIGHT_EXISTED, because=because, by=by, at=at)
        told.append(because)
    for second, first in field_records.cited_twice(citation):
        because = field_records.twice_words(first)
        holds.hold(second, kind=CitationHold.Kind.CITED_TWICE, because=because, by=by, at=at)
        if second.pk == citation.pk:
            told.append(because)
    return told


def _void(sent: Sent, then: datetime, device: Device, by: Actor, at: datetime) -> Became:
    written = _written(sent)
    if written.citation is None:
        raise Refused("no_citation", "No citation was written with that record.")
    standing.may_take_back(
        is_own=written.officer_ref == by.ref, written_at=written.at, at=then
    ).require()
    standing.may_arrive(citation_came_at=written.received_at, at=at).require()
    if written.citation.voided_at is None:
        citing.void_citation(written.citation.number, reason=sent.text("reason"), by=by, at=at)
    return Became(citation=written.citation, answer={"number": written.citation.number})


def _note(sent: Sent, then: datetime, device: Device, by: Actor, at: datetime) -> Became:
    written = _written(sent)
    if written.citation is None:
        raise Refused("no_citation", "No citation was written with that record.")
    standing.may_note(is_own=written.officer_ref == by.ref).require()
    citation = citing.locked(written.citation.number)
    citation.note = "\n".join(filter(None, [citation.note, sent.text("text")]))
    citation.save(update_fields=["note"])
    audit.record("citation.noted", subject=(KIND, citation.number), actor=by, at=at)
    return Became(citation=citation, answer={"number": citation.number})


def _written(sent: Sent) -> FieldRecord:
    """The record that a void or a note is about."""
    named = UUID(sent.text("citation"))
    record = FieldRecord.objects.filter(client_id=named).select_related("citation").first()
    if record is None:
        raise NotYet
    return record


def _place(sent: Sent) -> tuple[float | None, float | None]:
    return sent.number("lat", 90), sent.number("lon", 180)


Work = Callable[[Sent, datetime, Device, Actor, datetime], Became]
WORK: dict[str, Work] = {
    "check": _check,
    "chalk": _chalk,
    "citation": _citation,
    "void": _void,
    "note": _note,
}
