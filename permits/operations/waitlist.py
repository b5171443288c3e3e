"""The line for a type that is sold out: joining, leaving, the order, and what taking a place ends."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import packed_by_english, say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType, Waitlist
from permits.models import Permit, WaitlistEntry
from permits.operations import line_notices, offering
from permits.operations.offering import close, offer_free_places, seat_now
from permits.queries import line, lottery
from permits.rules import eligibility, quotas
from permits.rules import waitlist as rule
from permits.rules.terms import clock_text

Status = WaitlistEntry.Status
OPEN = (Status.WAITING, Status.OFFERED)


@transaction.atomic
def join_waitlist(
    *,
    type_code: str,
    customer_id: int,
    wanted: int = 1,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> WaitlistEntry:
    """Put a customer in line for `wanted` places of a type; what is free is offered at once.

    Where the type is one of a group this is their last choice of it. Joining again while in line
    changes nothing and returns the first entry. Staff say in `reason` why they add somebody.

    :raises Refused: "unknown_permit_type", "no_waitlist", "not_eligible" or "per_customer".
    """
    customer = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    rules = programme.in_force(at).programme
    kind = rules.permit_type(type_code)
    if kind is None:
        raise Refused(
            "unknown_permit_type", f"There is no permit type {type_code}.", field="permit_type"
        )
    if kind.waitlist is None or not quotas.limits_of(kind, rules):
        raise Refused("no_waitlist", f"{kind.name} has no waitlist.", field="permit_type")
    if by != SYSTEM:
        lottery.is_line_open(kind, rules, at=at).require()
    eligibility.is_for(kind, rules, customer.audiences, by_staff=by.kind == "staff").require()
    rule.may_want(kind, wanted).require()
    known = WaitlistEntry.objects.filter(
        type_key=code_key(kind.code), customer=customer, status__in=OPEN
    ).first()
    if known is not None:
        return known
    entry = WaitlistEntry(
        type_code=kind.code,
        type_key=code_key(kind.code),
        customer=customer,
        joined_at=at,
        priority=rule.priority_of(kind.waitlist, customer.audiences),
        seat=seat_now(at),
        wanted=wanted,
    )
    entry.rank = len(line.others_of(entry, at=at)) + 1
    entry.save()
    _record("joined", entry, by=by, at=at, reason=reason.strip(), rank=entry.rank, wanted=wanted)
    offer_free_places(kind.code, at=at)
    entry.refresh_from_db()
    if entry.status == Status.WAITING:
        line_notices.tell_joined(entry, kind, at=at)
    return entry


@transaction.atomic
def leave_waitlist(
    reference: UUID | str, *, reason: str = "", by: Actor, at: datetime
) -> WaitlistEntry:
    """Take somebody out of line, or decline their offer, whose place goes on; twice is once.

    Whom staff take out is told, with the `reason`.

    :raises NotFound: if there is no such entry.
    """
    entry = _locked(reference)
    if entry.status not in OPEN:
        return entry
    close(entry, Status.WITHDRAWN, reason=reason.strip(), by=by, at=at)
    if by.kind == "staff":
        line_notices.tell_closed(entry, at=at)
    offer_free_places(entry.type_code, at=at)
    return entry


@transaction.atomic
def prefer(reference: UUID | str, *, rank: int, by: Actor, at: datetime) -> WaitlistEntry:
    """Let an entry be its customer's `rank`th choice (from 1) of its group.

    :raises NotFound: if there is no such entry.
    :raises Conflict: "not_in_line" once it is closed.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=line.entry(reference).customer_id)
    entry = _locked(reference)
    _require_open(entry)
    others = list(line.others_of(entry, at=at))
    to = min(max(rank, 1), len(others) + 1)
    if to == entry.rank:
        return entry
    others.insert(to - 1, entry)
    for place, choice in enumerate(others, start=1):
        WaitlistEntry.objects.filter(pk=choice.pk).update(rank=place)
    entry.rank = to
    _record("ranked", entry, by=by, at=at, rank=to)
    return entry


@transaction.atomic
def move_entry(
    reference: UUID | str, *, position: int, reason: str, by: Actor, at: datetime
) -> WaitlistEntry:
    """Put somebody in another place of the line, from 1; they see the `reason`.

    Everybody in between moves by one. A position beyond the end is the end.

    :raises Refused: "reason" without one, "position" for less than 1.
    :raises Conflict: "not_in_line" for who does not wait.
    """
    if not reason.strip():
        raise Refused("reason", "Say why this place in line changes.", field="reason")
    if position < 1:
        raise Refused("position", "Give a place of 1 or more.", field="position")
    entry = line.entry(reference)
    waiting = WaitlistEntry.objects.filter(type_key=entry.type_key, status=Status.WAITING)
    # In one order for everybody, whoever is moved.
    list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    entry = _locked(reference)
    people = list(waiting.order_by(*line.ORDER))
    before = next((n for n, one in enumerate(people) if one.pk == entry.pk), None)
    if before is None:
        raise Conflict("not_in_line", "This entry does not wait, so it has no place in line.")
    to = min(position, len(people)) - 1
    seats = [rule.Seat(one.priority, one.seat) for one in people]
    after = rule.moved(seats, before, to)
    changed = [
        _seated(one, seat)
        for one, seat, was in zip(people, after, seats, strict=True)
        if seat != was
    ]
    WaitlistEntry.objects.bulk_update(changed, ["priority", "seat"], batch_size=500)
    told = say(
        "The office moved you from place {before} to {after}: {reason}",
        before=before + 1,
        after=to + 1,
        reason=reason.strip(),
    )
    entry.note = told
    entry.said = {**entry.said, **packed_by_english([told])}
    entry.save(update_fields=["note", "said"])
    _record("moved", entry, by=by, at=at, reason=reason.strip(), before=before + 1, after=to + 1)
    entry.refresh_from_db()
    return entry


@transaction.atomic
def extend_offer(
    reference: UUID | str, *, until: datetime, reason: str, by: Actor, at: datetime
) -> WaitlistEntry:
    """Let an offer stand until a later time, and write to its holder; the same time is once.

    :raises Refused: "reason" without one, "until" for an earlier end.
    :raises Conflict: "not_offered" for an entry without an open offer.
    """
    if not reason.strip():
        raise Refused("reason", "Say why the offer stands longer.", field="reason")
    entry = _locked(reference)
    if entry.status != Status.OFFERED or entry.offer_expires_at is None:
        raise Conflict("not_offered", "No place is offered to this person now.")
    if until == entry.offer_expires_at:
        return entry
    zone = programme.in_force(at).programme.tz
    if until < entry.offer_expires_at:
        ends = clock_text(entry.offer_expires_at, zone)
        raise Refused("until", f"It stands until {ends} already: give a later time.", field="until")
    entry.offer_expires_at, entry.reminded_at = until, None
    entry.save(update_fields=["offer_expires_at", "reminded_at"])
    _record("extended", entry, by=by, at=at, reason=reason.strip(), until=until.isoformat())
    line_notices.tell_offer(entry, at=at)
    return entry


@transaction.atomic
def follow_acceptance(permit: Permit, kind: PermitType, *, at: datetime) -> None:
    """Once a permit that was offered is paid, end the choices of the same group that it replaces."""
    entry = WaitlistEntry.objects.filter(permit=permit).first()
    if entry is None:
        return
    if entry.status not in (Status.ACCEPTED, Status.OFFERED):
        # Its money came late, when the offer had lapsed, and found a place.
        close(entry, Status.ACCEPTED, by=SYSTEM, at=at)
    if kind.waitlist is not None:
        _end_other_choices(entry, kind, kind.waitlist, at=at)


def _end_other_choices(
    entry: WaitlistEntry, kind: PermitType, line_rule: Waitlist, *, at: datetime
) -> None:
    others = {other.type_key: other for other in line.others_of(entry, at=at)}
    choices = [rule.Choice(other.type_key, other.rank) for other in others.values()]
    taken = rule.Choice(entry.type_key, entry.rank)
    for choice in rule.given_up(line_rule, taken, choices):
        other = _locked(others[choice.key].reference)
        if other.status not in OPEN:
            continue
        why = say("You took another choice, {kind}.", kind=kind.name)
        close(other, Status.WITHDRAWN, reason=why, by=SYSTEM, at=at)
        line_notices.tell_closed(other, at=at)
        offer_free_places(other.type_code, at=at)


def note_lapsed_hold(permit: Permit, *, at: datetime) -> None:
    """Let an offer whose cart was not paid count as lapsed; the caller frees its place."""
    entry = (
        WaitlistEntry.objects.select_for_update(of=("self",))
        .select_related("customer")
        .filter(permit=permit, status=Status.ACCEPTED)
        .first()
    )
    if entry is not None:
        offering.let_go(entry, at=at)


def _seated(entry: WaitlistEntry, seat: rule.Seat) -> WaitlistEntry:
    entry.priority, entry.seat = seat.priority, seat.number
    return entry


def _locked(reference: UUID | str) -> WaitlistEntry:
    rows = WaitlistEntry.objects.select_for_update(of=("self",)).select_related("customer")
    entry = rows.filter(reference=reference).first()
    if entry is None:
        raise NotFound("There is no such entry of a waitlist.")
    return entry


def _require_open(entry: WaitlistEntry) -> None:
    if entry.status not in OPEN:
        raise Conflict("not_in_line", "This entry is closed.")


def _record(
    event: str, entry: WaitlistEntry, *, by: Actor, at: datetime, reason: str = "", **data: object
) -> None:
    audit.record(
        f"waitlist.{event}",
        subject=("waitlist", str(entry.reference)),
        actor=by,
        at=at,
        reason=reason,
        **data,
    )
