"""Carpools: somebody invited, joined, gone; and too few for too long.

The holder's own act and the one of a member end a membership alike. What counts is who has joined.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from permits.models import Carpool, CarpoolMember, Permit
from permits.operations import notices, plates
from permits.queries import carpools
from permits.queries.permits import plates_of, type_of
from permits.queries.registry import looked_up
from permits.rules import carpools as rules
from permits.rules.plates import Plate
from permits.rules.terms import clock_text


def begin(permit: Permit, *, at: datetime) -> None:
    """Let a locked permit that was paid be a carpool's, if its type is shared; twice is once."""
    if type_of(permit).carpool is None:
        return
    pool, is_new = Carpool.objects.get_or_create(permit=permit)
    if is_new:
        _measure(pool, permit, at=at)


@transaction.atomic
def invite(number: str, *, email: str, by: Actor, at: datetime) -> CarpoolMember:
    """Invite somebody by e-mail to share a permit.

    :raises Refused: with the code of `rules.carpools.may_invite`.
    """
    permit, pool = _locked(number)
    standing = pool.members.filter(ended_at__isnull=True)
    rules.may_invite(
        type_of(permit),
        status=permit.status_at(at),
        email=email,
        holder=permit.customer.email,
        invited=[*standing.values_list("email", flat=True)],
    ).require()
    member = CarpoolMember.objects.create(carpool=pool, email=email, invited_at=at)
    _record("permit.member_invited", permit, member, by=by, at=at)
    kind = type_of(permit)
    messaging.send_once(
        event="permit.carpool_invited",
        key=f"carpool:{member.reference}:invited",
        to=email,
        language=permit.customer.language,
        context={
            "who": permit.customer.name or permit.customer.email,
            "type": kind.name,
            "path": carpools.join_path(member),
        },
        at=at,
    )
    return member


@transaction.atomic
def join(
    reference: UUID | str, *, name: str, plate: Plate, by: Actor, at: datetime
) -> CarpoolMember:
    """Let somebody who was invited join with a plate; they become a customer. Twice is once.

    :raises NotFound: for an invitation that was taken back.
    :raises Refused: with the code of `rules.carpools.may_join`, or what the register says.
    """
    member = carpools.member(reference)
    if member.ended_at is not None:
        raise NotFound("This invitation was taken back.")
    person = _customer(member.email, name, by=by, at=at)
    permit, _ = _locked(member.carpool.permit.number)
    member = CarpoolMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.ended_at is not None:
        raise NotFound("This invitation was taken back.")
    if member.joined_at is not None:
        return member
    kind = type_of(permit)
    listed = {known.key for known in plates_of([permit], at=at).get(permit.pk, ())}
    rules.may_join(kind, status=permit.status_at(at), plates=len(listed - {plate.key})).require()
    known = looked_up(programme.in_force(at).programme, [plate], person)
    if plate.key not in listed:
        own = plates.vehicles_of(person.pk, known, by=by, at=at)
        plates.put_on(permit, known, vehicles=own, by=by, at=at)
    member.customer, member.plate_key, member.joined_at = person, plate.key, at
    member.save(update_fields=["customer", "plate_key", "joined_at"])
    _record("permit.member_joined", permit, member, by=by, at=at)
    notices.tell(
        "permit.carpool_joined",
        permit,
        at=at,
        occasion=str(member.reference),
        who=person.name or person.email,
    )
    _measure(member.carpool, permit, at=at)
    return member


@transaction.atomic
def leave(reference: UUID | str, *, by: Actor, at: datetime) -> CarpoolMember:
    """End a membership, or take an invitation back; the plate is off the permit. Twice is once.

    With too few left the holder is told until when there must be enough.
    """
    member = carpools.member(reference)
    permit, pool = _locked(member.carpool.permit.number)
    member = CarpoolMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.ended_at is not None:
        return member
    member.ended_at = at
    member.save(update_fields=["ended_at"])
    if member.joined_at is not None:
        plates.take_off(permit, {member.plate_key}, at=at)
    _record("permit.member_left", permit, member, by=by, at=at)
    _measure(pool, permit, at=at)
    return member


def disband(permit: Permit, *, too_few: bool = False, at: datetime) -> None:
    """End the memberships of a locked permit that ends before its time, and tell who had joined.

    Twice is once.
    """
    kind = type_of(permit)
    pool = Carpool.objects.filter(permit=permit).first() if kind.carpool else None
    if pool is None:
        return
    standing = pool.members.filter(ended_at__isnull=True)
    for member in standing.filter(joined_at__isnull=False):
        messaging.send_once(
            event="permit.carpool_ended",
            key=f"carpool:{member.reference}:ended",
            to=member.email,
            customer_id=member.customer_id,
            context={"type": kind.name, "too_few": too_few},
            at=at,
        )
    standing.update(ended_at=at)
    pool.fell_short_at = None
    pool.save(update_fields=["fell_short_at"])


def _locked(number: str) -> tuple[Permit, Carpool]:
    rows = Permit.objects.select_for_update(of=("self",)).select_related("customer")
    permit = rows.filter(number=number).first()
    pool = Carpool.objects.filter(permit=permit).first() if permit else None
    if permit is None or pool is None:
        raise NotFound("There is no such carpool.")
    return permit, pool


def _measure(pool: Carpool, permit: Permit, *, at: datetime) -> None:
    """Note since when there are too few, or that there are enough again; tell the holder."""
    rule = type_of(permit).carpool
    if rule is None:
        return
    members = pool.members.filter(joined_at__isnull=False, ended_at__isnull=True).count()
    if not rules.is_short(rule, members=members):
        if pool.fell_short_at is not None:
            pool.fell_short_at = None
            pool.save(update_fields=["fell_short_at"])
        return
    if pool.fell_short_at is not None or permit.status_at(at) not in rules.STANDING:
        return
    pool.fell_short_at = at
    pool.save(update_fields=["fell_short_at"])
    zone = programme.version(permit.programme_version).programme.tz
    until = rules.deadline(rule, fell_short_at=at, starts_at=permit.starts_at, zone=zone)
    notices.tell(
        "permit.carpool_short",
        permit,
        at=at,
        occasion=at.isoformat(),
        least=rule.least,
        people=members + 1,
        until=clock_text(until, zone),
    )


def _customer(email: str, name: str, *, by: Actor, at: datetime) -> Customer:
    """Return the customer of an address, locked; a new one if there is none."""
    known = Customer.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if known is not None:
        return known
    try:
        return customers.register_customer(email=email, name=name, by=by, at=at)
    except Conflict:
        return Customer.objects.select_for_update(no_key=True).get(email__iexact=email)


def _record(event: str, permit: Permit, member: CarpoolMember, *, by: Actor, at: datetime) -> None:
    audit.record(
        event,
        subject=("permit", permit.number),
        actor=by,
        at=at,
        member=str(member.reference),
    )
