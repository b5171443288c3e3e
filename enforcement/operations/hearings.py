"""Hearings: times are opened and closed, appeals booked into them, moved, and heard."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from enforcement.models import Appeal, Hearing, HearingSlot
from enforcement.operations import appeal_letters as letters
from enforcement.operations import tallying
from enforcement.queries import hearings as queries
from enforcement.queries.appeals import hearing_of
from enforcement.queries.citations import KIND
from enforcement.rules import hearings as rules
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import say


@transaction.atomic
def open_slots(
    starts: Sequence[datetime],
    *,
    minutes: int,
    capacity: int = 1,
    place: str = "",
    video: str = "",
    officer: Actor | None = None,
    by: Actor,
    at: datetime,
) -> list[HearingSlot]:
    """Offer times for hearings; one that is offered already at that place is not offered twice.

    :raises Refused: without a place or a video address, without times, or with too many.
    """
    place, video = place.strip(), video.strip()
    if not place and not video:
        raise Refused(
            "place", "Say where it is: a place, or the address of a video call.", field="place"
        )
    if not starts:
        raise Refused("starts", "None of these days and hours gives a time.", field="first")
    if len(starts) > rules.MOST_SLOTS:
        told = f"These are {len(starts)} times; open at most {rules.MOST_SLOTS} at once."
        raise Refused("too_many", told, field="last")
    if min(starts) <= at:
        raise Refused("past", "These times begin in the past. Choose later days.", field="first")
    same = HearingSlot.objects.filter(closed_at__isnull=True, place=place, video=video)
    ref = officer.ref if officer else ""
    known = set(
        same.filter(starts_at__in=starts, officer_ref=ref).values_list("starts_at", flat=True)
    )
    slots = HearingSlot.objects.bulk_create(
        HearingSlot(
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            capacity=capacity,
            place=place,
            video=video,
            officer=officer.name if officer else "",
            officer_ref=ref,
            opened_at=at,
        )
        for start in starts
        if start not in known
    )
    audit.record(
        "hearing.slots_opened",
        subject=("hearing", starts[0].date().isoformat()),
        actor=by,
        at=at,
        slots=len(slots),
    )
    return slots


@transaction.atomic
def close_slot(reference: UUID, *, by: Actor, at: datetime) -> HearingSlot:
    """Offer a time no more; who is booked stays booked. Twice is once.

    :raises NotFound: if there is no such slot.
    """
    slot = _locked_slot(reference)
    if slot.closed_at is None:
        slot.closed_at = at
        slot.save(update_fields=["closed_at"])
        audit.record(
            "hearing.slot_closed", subject=("hearing", str(slot.reference)), actor=by, at=at
        )
    return slot


@transaction.atomic
def book_hearing(number: str, slot: UUID, *, by: Actor, at: datetime) -> Hearing:
    """Book an appeal into a slot; from another one it is moved. The same slot again is the first.

    The slot's row is locked, so that its last place is taken once.

    :raises NotFound: if there is no such appeal or slot.
    :raises Refused: a code of `rules.hearings`.
    """
    appeal = _locked_appeal(number)
    wanted = _locked_slot(slot)
    current = hearing_of(appeal)
    if current is not None and current.slot_id == wanted.pk and not current.attendance:
        return current
    taken = wanted.hearings.filter(released_at__isnull=True).count()
    decision = rules.may_book(
        is_heard=appeal.is_heard,
        is_decided=appeal.decided_at is not None,
        starts_at=wanted.starts_at,
        is_closed=wanted.closed_at is not None,
        left=wanted.capacity - taken,
        moves_from=current.slot.starts_at if current else None,
        by_staff=_is_staff(by),
        at=at,
    )
    if decision.code == "slot_full":
        raise Conflict(decision.code, decision.reason)
    decision.require()
    if current is not None:
        _release(current, at=at)
    hearing = Hearing.objects.create(
        appeal=appeal, slot=wanted, booked_at=at, booked_by=by.name[:200]
    )
    tallying.count_hearing(hearing)
    _record("hearing.booked", appeal, wanted, by=by, at=at)
    letters.hearing_booked(hearing, at=at)
    return hearing


@transaction.atomic
def release_hearing(number: str, *, by: Actor, at: datetime) -> None:
    """Give a booked hearing up; without one nothing happens.

    :raises NotFound: if there is no such appeal.
    :raises Refused: "too_late" for the appellant within a day of it, "heard" once it was held.
    """
    appeal = _locked_appeal(number)
    hearing = hearing_of(appeal)
    if hearing is None:
        return
    if hearing.attendance:
        raise Refused("heard", say("This hearing has been held."))
    rules.may_release(starts_at=hearing.slot.starts_at, by_staff=_is_staff(by), at=at).require()
    _release(hearing, at=at)
    _record("hearing.released", appeal, hearing.slot, by=by, at=at)


@transaction.atomic
def record_hearing(
    number: str, *, attendance: str, note: str = "", by: Actor, at: datetime
) -> Hearing:
    """Say whether the appellant came, and what was said; it may be corrected until the decision.

    :raises NotFound: if there is no such appeal.
    :raises Refused: for an appeal without a hearing, before its time, or after the decision.
    """
    appeal = _locked_appeal(number)
    hearing = hearing_of(appeal)
    if attendance not in Hearing.Attendance.values:
        raise Refused("attendance", "Say whether the appellant came.", field="attendance")
    if hearing is None:
        raise Refused("no_hearing", "No hearing is booked for this appeal.")
    if appeal.decided_at is not None:
        raise Refused("decided", "This appeal has been decided.")
    if at < hearing.slot.starts_at:
        raise Refused("too_early", "The hearing has not begun yet.")
    hearing.attendance, hearing.note = attendance, note.strip()
    hearing.recorded_at, hearing.recorded_by = at, by.name[:200]
    hearing.save(update_fields=["attendance", "note", "recorded_at", "recorded_by"])
    _record(f"hearing.{attendance}", appeal, hearing.slot, by=by, at=at)
    return hearing


def remind(*, at: datetime) -> int:
    """Remind of the hearings that begin within a day, each once; returns how many there are."""
    found = queries.to_remind(at=at)
    for hearing in found:
        letters.hearing_tomorrow(hearing, at=at)
    return len(found)


def free(appeal: Appeal, *, at: datetime) -> None:
    """Free the place of an appeal that ends before it was heard; part of other acts."""
    hearing = hearing_of(appeal)
    if hearing is not None and not hearing.attendance:
        _release(hearing, at=at)


def _release(hearing: Hearing, *, at: datetime) -> None:
    with tallying.tallied_hearing(hearing):
        hearing.released_at = at
    hearing.save(update_fields=["released_at"])


def _locked_appeal(number: str) -> Appeal:
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("citation")
    appeal = rows.filter(number=number).first()
    if appeal is None:
        raise NotFound("There is no such appeal.")
    return appeal


def _locked_slot(reference: UUID) -> HearingSlot:
    slot = HearingSlot.objects.select_for_update().filter(reference=reference).first()
    if slot is None:
        raise NotFound("There is no such time.")
    return slot


def _is_staff(by: Actor) -> bool:
    return by.kind in ("staff", "token", "system")


def _record(event: str, appeal: Appeal, slot: HearingSlot, *, by: Actor, at: datetime) -> None:
    audit.record(
        event,
        subject=(KIND, appeal.citation.number),
        actor=by,
        at=at,
        appeal=appeal.number,
        starts_at=slot.starts_at.isoformat(),
    )
