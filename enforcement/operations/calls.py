"""Calls for an officer: taken in, given to somebody, worked off, told back; incidents recorded."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import get_language

from enforcement.models import Call, CallPicture, Citation, Incident
from enforcement.operations import pictures, tallying
from enforcement.queries import calls as queries
from enforcement.queries import citations as citing
from enforcement.queries.crew import officers
from enforcement.rules import calls as rules
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say, word
from parkops.messaging import operations as messaging
from parkops.programme import numbering
from parkops.programme import queries as programme

MOST_FORGOTTEN = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller says. `client_id` names this filling-in, so that twice is once."""

    kind: str
    client_id: UUID | None = None
    text: str = ""
    zone: str = ""
    place: str = ""
    plate: str = ""
    region: str = ""
    lat: float | None = None
    lon: float | None = None
    caller: str = ""
    email: str = ""


@transaction.atomic
def take_call(
    told: Told,
    *,
    files: Sequence[bytes] = (),
    priority: int | None = None,
    by: Actor,
    at: datetime,
) -> Call:
    """Take in a call from the public or the office; the same `client_id` again is the first.

    :raises Refused: for a kind that is not offered, or without any place.
    """
    if told.client_id is not None:
        known = Call.objects.filter(client_id=told.client_id).first()
        if known is not None:
            return known
    from_office = by.kind == "staff"
    kind = rules.KINDS.get(told.kind)
    if kind is None or not (kind.is_public or from_office):
        raise Refused("kind", say("Choose what it is about."), field="kind")
    zone = programme.in_force(at).programme.zone(told.zone) if told.zone else None
    if zone is None and not told.place.strip() and told.lat is None:
        raise Refused(
            "place", say("Say where it is: choose the lot, or type the place."), field="place"
        )
    chosen = priority or kind.priority
    call = Call.objects.create(
        number=numbering.next_number("Q", at=at, zone=citing.tenant_zone()),
        pin=f"{secrets.randbelow(10**6):06}",
        client_id=told.client_id,
        source=Call.Source.OFFICE if from_office else Call.Source.PUBLIC,
        kind=told.kind,
        text=told.text.strip(),
        zone_code=zone.code if zone else "",
        place=told.place.strip()[:200],
        lat=told.lat,
        lon=told.lon,
        plate_text=told.plate.strip()[:32],
        plate_key=citing.key_in(told.plate),
        region=told.region,
        caller=told.caller.strip()[:200],
        email=told.email.strip()[:254],
        language=(get_language() or "")[:12] if not from_office else "",
        priority=chosen,
        called_at=at,
        answer_by=at + rules.ANSWERED_WITHIN[chosen],
    )
    tallying.count_call(call)
    for data in files:
        _keep(call, data)
    _record("call.taken", call, by=by, at=at, kind=call.kind)
    if call.email:
        _tell("call.report_taken", call, at=at)
    return call


@transaction.atomic
def assign_call(
    number: str, *, to: str, priority: int | None = None, by: Actor, at: datetime
) -> Call:
    """Give a call to the officer with the id `to`, or to nobody, with another priority if given.

    :raises NotFound: if there is no such call.
    :raises Refused: for who is no officer, or a call that is over.
    """
    call = _locked(number)
    officer = next((one for one in officers() if one.ref == to), None)
    if to and officer is None:
        raise Refused("officer", "Choose an officer.", field="officer")
    if priority is not None and priority not in rules.ANSWERED_WITHIN:
        raise Refused("priority", "Choose a priority.", field="priority")
    wanted = rules.ASSIGNED if officer else rules.NEW
    if to != call.officer_ref:
        if call.state != wanted:
            rules.may_become(call.state, wanted).require()
        with tallying.tallied_call(call):
            call.state = wanted
        call.officer, call.officer_ref = (officer.name, officer.ref) if officer else ("", "")
        call.assigned_at, call.accepted_at, call.arrived_at = (at if officer else None), None, None
    elif call.done_at is not None:
        rules.may_become(call.state, wanted).require()
    if priority is not None and priority != call.priority:
        call.priority = priority
        with tallying.tallied_call(call):
            call.answer_by = call.called_at + rules.ANSWERED_WITHIN[priority]
    call.save()
    _record("call.assigned", call, by=by, at=at, officer=call.officer, priority=call.priority)
    return call


@transaction.atomic
def accept_call(number: str, *, by: Actor, at: datetime) -> Call:
    """Take a call that is one's own or nobody's, and go there. Twice is once.

    :raises NotFound: if there is no such call.
    :raises Refused: "not_yours" if another officer has it, "over" if it is done.
    """
    call = _locked(number)
    rules.may_act(officer_ref=call.officer_ref, by_ref=by.ref).require()
    if call.state in (rules.ACCEPTED, rules.ARRIVED):
        return call
    rules.may_become(call.state, rules.ACCEPTED).require()
    with tallying.tallied_call(call):
        call.state, call.accepted_at = rules.ACCEPTED, at
    call.officer, call.officer_ref = by.name, by.ref
    call.assigned_at = call.assigned_at or at
    call.save()
    _record("call.accepted", call, by=by, at=at)
    return call


@transaction.atomic
def arrive_at_call(number: str, *, by: Actor, at: datetime) -> Call:
    """Note that the officer is there. Twice is once.

    :raises NotFound: if there is no such call.
    :raises Refused: "not_yours", "over", or "order" before it was accepted.
    """
    call = _locked(number)
    rules.may_act(officer_ref=call.officer_ref, by_ref=by.ref).require()
    if call.state == rules.ARRIVED:
        return call
    rules.may_become(call.state, rules.ARRIVED).require()
    with tallying.tallied_call(call):
        call.state, call.arrived_at = rules.ARRIVED, at
    call.save()
    _record("call.arrived", call, by=by, at=at)
    return call


@transaction.atomic
def finish_call(
    number: str, *, outcome: str, text: str = "", citation: str = "", by: Actor, at: datetime
) -> Call:
    """Say what came of a call, and tell the caller. Twice is once.

    :raises NotFound: if there is no such call or citation.
    :raises Refused: "outcome" for one that is not listed, "not_yours", or "over".
    """
    call = _locked(number)
    if outcome not in rules.OUTCOMES:
        raise Refused("outcome", "Say what came of it.", field="outcome")
    if call.state == rules.DONE and call.outcome == outcome:
        return call
    rules.may_become(call.state, rules.DONE).require()
    call.citation = _citation(citation)
    with tallying.tallied_call(call):
        call.state, call.done_at = rules.DONE, at
    call.outcome, call.outcome_text = outcome, text.strip()
    call.save()
    _record("call.done", call, by=by, at=at, outcome=outcome)
    if call.email:
        _tell("call.report_done", call, at=at)
    return call


@transaction.atomic
def cancel_call(number: str, *, reason: str, by: Actor, at: datetime) -> Call:
    """Give up a call, with the reason, which the caller is told. Twice is once.

    :raises NotFound: if there is no such call.
    :raises Refused: without a reason, or "over" once it is done.
    """
    if not reason.strip():
        raise Refused("reason", "Say why it is cancelled.", field="reason")
    call = _locked(number)
    if call.state == rules.CANCELLED:
        return call
    rules.may_become(call.state, rules.CANCELLED).require()
    with tallying.tallied_call(call):
        call.state, call.done_at = rules.CANCELLED, at
    call.outcome_text = reason.strip()
    call.save()
    _record("call.cancelled", call, by=by, at=at, reason=reason.strip())
    if call.email:
        _tell("call.report_done", call, at=at)
    return call


@dataclass(frozen=True, slots=True)
class Happened:
    """What an officer records of an incident."""

    kind: str
    text: str
    happened_at: datetime
    client_id: UUID | None = None
    zone: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    police_reference: str = ""
    call: str = ""


@transaction.atomic
def record_incident(told: Happened, *, by: Actor, at: datetime) -> Incident:
    """Record an incident; the same `client_id` again is the first. It is never changed.

    :raises NotFound: if there is no such call.
    :raises Refused: for a kind that is not listed, without words, or an instant that has not come.
    """
    if told.client_id is not None:
        known = Incident.objects.filter(client_id=told.client_id).first()
        if known is not None:
            return known
    if told.kind not in rules.INCIDENTS:
        raise Refused("kind", "Choose what it was.", field="kind")
    if not told.text.strip():
        raise Refused("text", "Say what happened.", field="text")
    if told.happened_at > at:
        raise Refused("happened_at", "That is in the future.", field="happened_at")
    incident = Incident.objects.create(
        number=numbering.next_number("I", at=at, zone=citing.tenant_zone()),
        client_id=told.client_id,
        kind=told.kind,
        text=told.text.strip(),
        zone_code=told.zone,
        place=told.place.strip()[:200],
        lat=told.lat,
        lon=told.lon,
        police_reference=told.police_reference.strip()[:60],
        call=_locked(told.call) if told.call else None,
        happened_at=told.happened_at,
        recorded_at=at,
        recorded_by=by.name[:200],
        recorded_by_ref=by.ref,
    )
    audit.record(
        "incident.recorded",
        subject=("incident", incident.number),
        actor=by,
        at=at,
        kind=incident.kind,
    )
    return incident


@transaction.atomic
def forget_callers(*, at: datetime) -> int:
    """Forget who made the calls whose time is over, with their pictures; returns how many."""
    kept = programme.in_force(at).programme.retention.callers
    before = kept.before(at, citing.tenant_zone())
    rows = Call.objects.select_for_update(skip_locked=True).filter(
        done_at__lt=before, forgotten_at__isnull=True
    )
    found = list(rows.order_by("pk")[:MOST_FORGOTTEN])
    for call in found:
        for picture in call.pictures.all():
            for file in (picture.shown, picture.original):
                transaction.on_commit(partial(default_storage.delete, file))
            picture.delete()
        call.caller, call.email, call.forgotten_at = "", "", at
        call.save(update_fields=["caller", "email", "forgotten_at"])
    if found:
        audit.record(
            "callers.forgotten",
            subject=("retention", "callers"),
            actor=SYSTEM,
            at=at,
            calls=len(found),
        )
    return len(found)


def _keep(call: Call, data: bytes) -> None:
    picture = pictures.take_in(data, zone=citing.tenant_zone(), field="picture")
    CallPicture.objects.create(
        call=call,
        shown=picture.shown,
        original=picture.original,
        original_sha256=picture.original_sha256,
        width=picture.width,
        height=picture.height,
    )


def _citation(number: str) -> Citation | None:
    return citing.citation(number) if number.strip() else None


def _locked(number: str) -> Call:
    call = Call.objects.select_for_update().filter(number=citing.number_of(number)).first()
    if call is None:
        raise NotFound("There is no such call.")
    return call


def _record(event: str, call: Call, *, by: Actor, at: datetime, **told: Any) -> None:
    audit.record(event, subject=("call", call.number), actor=by, at=at, **told)


def _tell(event: str, call: Call, *, at: datetime) -> None:
    outcome = rules.OUTCOMES.get(call.outcome, rules.STATES[call.state])
    messaging.send_once(
        event=event,
        app="enforcement",
        key=f"call:{call.number}:{event}",
        to=call.email,
        language=call.language,
        context={
            "name": call.caller,
            "number": call.number,
            "kind": word(rules.KINDS[call.kind].name),
            "outcome": word(outcome),
            "words": call.outcome_text,
            "path": queries.page_path(call),
        },
        at=at,
    )
