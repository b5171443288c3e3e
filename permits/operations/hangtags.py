"""What can be done with hangtags: received, handed out, given with a permit, returned, lost, counted."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from permits.models import Hangtag, HangtagBatch, HangtagCount, LostHangtag, Permit
from permits.operations import changes, notices, tags
from permits.operations.common import locked, require_current
from permits.operations.rights_changes import permits_changed, plates_changed
from permits.queries.permits import type_of
from permits.rules import hangtags as rules


@transaction.atomic
def receive_hangtags(
    type_code: str,
    *,
    name: str,
    prefix: str = "",
    first: int,
    last: int,
    price: Money | None = None,
    by: Actor,
    at: datetime,
) -> HangtagBatch:
    """Put hangtags `first` to `last` (both included) of a permit type into the store.

    :raises Refused: for a type without hangtags, a range that is none, or numbers that are there.
    """
    kind = programme.in_force(at).programme.permit_type(type_code)
    if kind is None or kind.credential != "hangtag":
        raise Refused("type", f"{type_code} is no permit with a hangtag.", field="type")
    numbers = rules.numbered(prefix, first, last)
    batch = HangtagBatch.objects.create(
        type_code=kind.code,
        type_key=code_key(kind.code),
        name=name.strip()[:100] or f"{prefix}{first} to {prefix}{last}",
        prefix=prefix,
        first=first,
        last=last,
        price_minor=price.minor if price else 0,
        received_at=at,
        received_by=by.name,
    )
    on_permits = {
        text: pk
        for pk, text in Permit.objects.filter(type_key=batch.type_key, ended_at__isnull=True)
        .exclude(hangtag="")
        .values_list("pk", "hangtag")
    }
    gone = tags.voided(batch.type_key)
    try:
        with transaction.atomic():
            Hangtag.objects.bulk_create(
                [
                    Hangtag(
                        batch=batch,
                        type_key=batch.type_key,
                        text=text,
                        position=position,
                        permit_id=on_permits.get(text),
                        state=_state(text, on_permits, gone),
                    )
                    for position, text in numbers
                ],
                batch_size=2_000,
            )
    except IntegrityError as error:
        raise Refused(
            "known_numbers", "Some of these numbers are in the stock already.", field="first"
        ) from error
    audit.record(
        "hangtag.received",
        subject=("permit_type", kind.code),
        actor=by,
        at=at,
        batch=batch.pk,
        numbers=f"{prefix}{first} to {prefix}{last}",
    )
    return batch


@transaction.atomic
def hand_out_hangtags(
    type_code: str, *, first: str, last: str, place: str, by: Actor, at: datetime
) -> int:
    """Give the free hangtags from `first` to `last` to a clerk or location ("" is the store).

    Returns how many moved; those that are there already do not count.

    :raises Refused: if the ends are not hangtags of one batch, or some in between are not free.
    """
    ends = {
        tag.text: tag
        for tag in Hangtag.objects.filter(type_key=code_key(type_code), text__in=[first, last])
    }
    if first not in ends or last not in ends:
        missing = first if first not in ends else last
        raise Refused("unknown_tag", f"{missing} is not in the stock.", field="first")
    if ends[first].batch_id != ends[last].batch_id:
        raise Refused("last", "Give numbers of one batch.", field="last")
    rows = Hangtag.objects.select_for_update().filter(
        batch_id=ends[first].batch_id,
        position__range=(ends[first].position, ends[last].position),
    )
    found = list(rows.order_by("pk"))
    taken = [tag.text for tag in found if tag.state != Hangtag.State.FREE]
    if taken:
        raise Refused("not_free", f"{taken[0]} is not free any more.", field="first")
    moved = Hangtag.objects.filter(pk__in=[tag.pk for tag in found]).exclude(place=place.strip())
    count = moved.update(place=place.strip()[:100])
    audit.record(
        "hangtag.handed_out",
        subject=("permit_type", type_code),
        actor=by,
        at=at,
        numbers=f"{first} to {last}",
        place=place.strip(),
        count=count,
    )
    return count


@transaction.atomic
def give_hangtag(number: str, *, tag: str, by: Actor, at: datetime) -> Permit:
    """Bind a hangtag, scanned or typed, to a permit; the same again changes nothing.

    What the permit was given before, and has not left the store, is free again.

    :raises Refused: "no_hangtag" for a permit without one, "unknown_tag" for a number not in stock.
    :raises Conflict: "tag_taken" if another permit has it, or it is spoiled or lost.
    """
    permit = locked(number)
    require_current(permit, at=at)
    if type_of(permit).credential != "hangtag":
        raise Refused("no_hangtag", "This permit has no hangtag.")
    found = _locked_tag(permit.type_key, tag)
    if found.state == Hangtag.State.PERMIT and found.permit_id == permit.pk:
        return permit
    if found.state != Hangtag.State.FREE:
        raise Conflict("tag_taken", f"{found.text} is {found.get_state_display().lower()}.")
    if permit.hangtag:
        Hangtag.objects.filter(
            type_key=permit.type_key, text=permit.hangtag, state=Hangtag.State.PERMIT
        ).update(state=Hangtag.State.FREE, permit=None)
    old, permit.hangtag = permit.hangtag, found.text
    found.state, found.permit = Hangtag.State.PERMIT, permit
    found.save(update_fields=["state", "permit"])
    try:
        with transaction.atomic():
            permit.save(update_fields=["hangtag"])
    except IntegrityError as error:
        raise Conflict("tag_taken", f"Another permit has {found.text}.") from error
    audit.record(
        "permit.hangtag_given",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        old=old,
        new=found.text,
    )
    return permit


@transaction.atomic
def return_hangtag(
    type_code: str, *, tag: str, is_spoiled: bool, reason: str = "", by: Actor, at: datetime
) -> Hangtag:
    """Take a hangtag back: free again, or spoiled and never given again. Twice is once.

    :raises Refused: "unknown_tag"; "still_valid" if its permit is in force and it is not spoiled.
    """
    found = _locked_tag(code_key(type_code), tag)
    permit = found.permit
    if permit is not None and found.state == Hangtag.State.PERMIT:
        ended = permit.ended_at is not None or permit.ends_at <= at or permit.cancelled_at
        if not ended and not permit.revoked_at:
            raise Refused(
                "still_valid",
                f"{found.text} belongs to permit {permit.number}, which is in force. "
                "Replace it there, or end the permit first.",
                field="tag",
            )
    wanted = Hangtag.State.SPOILED if is_spoiled else Hangtag.State.FREE
    if found.state == wanted:
        return found
    found.state, found.permit, found.place = wanted, None, ""
    found.save(update_fields=["state", "permit", "place"])
    audit.record(
        "hangtag.spoiled" if is_spoiled else "hangtag.returned",
        subject=("permit_type", type_code),
        actor=by,
        at=at,
        reason=reason,
        tag=found.text,
    )
    return found


@transaction.atomic
def count_hangtags(
    type_code: str, *, place: str, found: Sequence[str], by: Actor, at: datetime
) -> HangtagCount:
    """Keep what was found when the free hangtags of a place were counted, with the differences."""
    key, place = code_key(type_code), place.strip()
    there = Hangtag.objects.filter(type_key=key, state=Hangtag.State.FREE, place=place)
    expected = list(there.order_by("position", "pk").values_list("text", flat=True))
    missing, unexpected = rules.differences(expected, found)
    count = HangtagCount.objects.create(
        type_key=key,
        place=place,
        expected=len(expected),
        found=len(set(found)),
        missing=missing,
        unexpected=[text[:24] for text in unexpected],
        counted_at=at,
        counted_by=by.name,
    )
    audit.record(
        "hangtag.counted",
        subject=("permit_type", type_code),
        actor=by,
        at=at,
        place=place,
        missing=len(missing),
        unexpected=len(unexpected),
    )
    return count


@transaction.atomic
def report_lost(
    number: str,
    *,
    is_stolen: bool = False,
    police_reference: str = "",
    by: Actor,
    at: datetime,
) -> Permit:
    """Let a permit's hangtag be worth nothing, tell checks of it, and give a new one for the fee.

    The permit keeps its term, and where no hangtag is left its number, which checks tell of.

    :raises Refused: "no_hangtag" if the permit has none.
    :raises Conflict: if the permit has ended.
    """
    permit = locked(number)
    require_current(permit, at=at)
    if not permit.hangtag:
        raise Refused("no_hangtag", "This permit has no hangtag.")
    kind = LostHangtag.Kind.STOLEN if is_stolen else LostHangtag.Kind.LOST
    lost = tags.void(permit, kind=kind, police_reference=police_reference, by=by, at=at)
    audit.record(
        "permit.hangtag_lost",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        kind=str(kind),
        tag=lost.text,
        police_reference=lost.police_reference,
    )
    # Where none is left the report stands, and the replacement follows once hangtags came in.
    with suppress(Refused), transaction.atomic():
        permit = changes.replace_hangtag(
            permit.number, reason=lost.get_kind_display(), by=by, at=at
        )
    notices.tell(
        "permit.hangtag_lost", permit, at=at, occasion=lost.text, old=lost.text, kind=str(kind)
    )
    return permit


@transaction.atomic
def note_found(reference: UUID, *, by: Actor, at: datetime) -> LostHangtag:
    """Note that a lost hangtag is found: checks tell of it no more, and it is free again. Twice is once.

    :raises NotFound: if there is no such report.
    """
    lost = LostHangtag.objects.select_for_update().filter(reference=reference).first()
    if lost is None:
        raise NotFound("There is no such report.")
    if lost.found_at is None:
        lost.found_at = max(at, lost.reported_at)
        lost.save(update_fields=["found_at"])
        Hangtag.objects.filter(
            type_key=lost.type_key, text=lost.text, state=Hangtag.State.LOST
        ).update(state=Hangtag.State.FREE, permit=None, place="")
        permit = Permit.objects.get(pk=lost.permit_id)
        plates_changed([lost.tag_key])
        permits_changed(permit)
        audit.record(
            "permit.hangtag_found",
            subject=("permit", permit.number),
            actor=by,
            at=at,
            tag=lost.text,
        )
    return lost


def _locked_tag(type_key: str, text: str) -> Hangtag:
    rows = Hangtag.objects.select_for_update(of=("self",)).select_related("permit")
    found = rows.filter(type_key=type_key, text__iexact="".join(text.split())).first()
    if found is None:
        raise Refused("unknown_tag", f"{text} is not in the stock.", field="tag")
    return found


def _state(text: str, on_permits: dict[str, int], gone: set[str]) -> str:
    if text in gone:
        return Hangtag.State.LOST
    return Hangtag.State.PERMIT if text in on_permits else Hangtag.State.FREE
