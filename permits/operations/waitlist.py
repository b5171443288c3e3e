"""The line for a type that is sold out: joining, offers, leaving."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.periods import Period
from parkops.programme import queries as programme
from parkops.programme.permit_schema import Fixed, PermitType, Rolling
from parkops.programme.schema import Programme
from permits.models import Permit, WaitlistEntry
from permits.operations import notices, places
from permits.rules import eligibility, terms

Status = WaitlistEntry.Status
OPEN = (Status.WAITING, Status.OFFERED)


@transaction.atomic
def join_waitlist(*, type_code: str, customer_id: int, by: Actor, at: datetime) -> WaitlistEntry:
    """Put a customer in line for a type; with a place free, it is offered at once.

    Joining again while in line changes nothing and returns the first entry.

    :raises Refused: "unknown_permit_type", "no_waitlist" or "not_eligible".
    """
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    rules = programme.in_force(at).programme
    kind = rules.permit_type(type_code)
    if kind is None:
        raise Refused(
            "unknown_permit_type", f"There is no permit type {type_code}.", field="permit_type"
        )
    if kind.waitlist is None or kind.quota is None:
        raise Refused("no_waitlist", f"{kind.name} has no waitlist.", field="permit_type")
    eligibility.is_for(kind, rules, customer.audiences, by_staff=by.kind == "staff").require()
    known = WaitlistEntry.objects.filter(
        type_key=code_key(kind.code), customer=customer, status__in=OPEN
    ).first()
    if known is not None:
        return known
    entry = WaitlistEntry.objects.create(
        type_code=kind.code, type_key=code_key(kind.code), customer=customer, joined_at=at
    )
    audit.record("waitlist.joined", subject=("waitlist", str(entry.reference)), actor=by, at=at)
    offer_free_places(kind.code, at=at)
    entry.refresh_from_db()
    return entry


@transaction.atomic
def leave_waitlist(reference: str, *, by: Actor, at: datetime) -> WaitlistEntry:
    """Take somebody out of line, or decline their offer, whose place goes on; twice is once.

    :raises NotFound: if there is no such entry.
    """
    entry = _locked(reference)
    if entry.status not in OPEN:
        return entry
    _close(entry, Status.WITHDRAWN, by=by, at=at)
    offer_free_places(entry.type_code, at=at)
    return entry


@transaction.atomic
def lapse_offer(entry_id: int, *, at: datetime) -> None:
    """Take back an offer that was not answered in time, and offer its place to the next."""
    entry = (
        WaitlistEntry.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=entry_id, status=Status.OFFERED, offer_expires_at__lte=at)
        .first()
    )
    if entry is None:
        return
    _close(entry, Status.LAPSED, by=SYSTEM, at=at)
    offer_free_places(entry.type_code, at=at)


def expire_offers(*, at: datetime) -> int:
    """Take back all offers whose time is over; returns how many."""
    due = WaitlistEntry.objects.filter(status=Status.OFFERED, offer_expires_at__lte=at)
    ids = list(due.order_by("offer_expires_at", "pk").values_list("pk", flat=True)[:500])
    for entry_id in ids:
        lapse_offer(entry_id, at=at)
    return len(ids)


@transaction.atomic
def offer_free_places(type_code: str, *, at: datetime) -> int:
    """Offer free places of a type to the first in line, each holding its place; returns how many.

    Nobody is offered a place of a type that is not for them any more: their entry waits on. Nothing
    is offered while the type is not on sale.
    """
    rules = programme.in_force(at).programme
    kind = rules.permit_type(type_code)
    if kind is None or kind.waitlist is None or kind.quota is None:
        return 0
    wanted = _places_now(kind, rules, at)
    if not wanted:
        return 0
    offered = 0
    line = (
        WaitlistEntry.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("customer")
        .filter(type_key=code_key(kind.code), status=Status.WAITING)
        .order_by("joined_at", "pk")
    )
    for entry in line[:100]:
        audiences = entry.customer.audiences
        if not kind.is_for(audiences) or not eligibility.is_on_sale(kind, rules, audiences, at=at):
            continue
        if not places.take_places(entry.type_key, wanted, limit=kind.quota.limit):
            break
        entry.status, entry.places = Status.OFFERED, list(wanted)
        entry.offered_at = at
        until = entry.offer_expires_at = kind.waitlist.offer.after(at, rules.tz)
        entry.save(update_fields=["status", "places", "offered_at", "offer_expires_at"])
        audit.record(
            "waitlist.offered", subject=("waitlist", str(entry.reference)), actor=SYSTEM, at=at
        )
        notices.tell_of_offer(entry, type_name=kind.name, until=until, at=at)
        offered += 1
    return offered


def offer_everywhere(*, at: datetime) -> None:
    """Offer free places of every type with people in line: after a quota was raised, say."""
    waiting = WaitlistEntry.objects.filter(Q(status=Status.WAITING))
    for code in sorted(set(waiting.values_list("type_code", flat=True))):
        offer_free_places(code, at=at)


def note_lapsed_hold(permit: Permit, *, at: datetime) -> None:
    """Let an offer whose cart was not paid count as lapsed; its place is free already."""
    WaitlistEntry.objects.filter(permit=permit, status=Status.ACCEPTED).update(
        status=Status.LAPSED, closed_at=at
    )


def _places_now(kind: PermitType, rules: Programme, at: datetime) -> tuple[str, ...]:
    """Return where a permit sold now takes its place; none once a fixed term is over."""
    if isinstance(kind.term, Fixed):
        return (
            (kind.term.starts_on.isoformat(),)
            if eligibility.is_not_over(kind, rules, start=at)
            else ()
        )
    if isinstance(kind.term, Rolling):
        return ("",)
    return terms.quota_terms(kind, Period(at, at), rules.tz)


def _close(entry: WaitlistEntry, status: Status, *, by: Actor, at: datetime) -> None:
    places.give_back(entry.type_key, entry.places)
    entry.status, entry.places, entry.closed_at = status, [], at
    entry.save(update_fields=["status", "places", "closed_at"])
    audit.record(f"waitlist.{status}", subject=("waitlist", str(entry.reference)), actor=by, at=at)


def _locked(reference: str) -> WaitlistEntry:
    entry = (
        WaitlistEntry.objects.select_for_update(of=("self",)).filter(reference=reference).first()
    )
    if entry is None:
        raise NotFound("There is no such entry of a waitlist.")
    return entry
