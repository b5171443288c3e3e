"""Holds and ends: carts that run out, card pages that keep a place, permits whose time is over."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.programme import queries as programme
from payments import operations as payments
from permits.models import Permit
from permits.operations import carpools, notices, offering, places, waitlist
from permits.operations.sales import release_places
from permits.operations.tallying import tallied
from permits.queries.permits import type_of

logger = logging.getLogger(__name__)

ANOTHER_TRY = timedelta(minutes=5)
"""A place is held for at least this long after somebody left the card provider's page unpaid."""
LATE_MONEY = timedelta(hours=1)
"""For this long after a hold ran out its charge can still be paid, if there is a place."""
BATCH = 500


@transaction.atomic
def open_checkout(number: str, *, until: datetime) -> None:
    """Hold the place of an unpaid permit until money from its card page can come no more."""
    permit = _locked(number)
    if permit.paid_at is not None:
        return
    permit.is_checkout_open = True
    with tallied(permit):
        permit.hold_expires_at = max(permit.hold_expires_at or until, until)
    permit.save(update_fields=["is_checkout_open", "hold_expires_at"])


@transaction.atomic
def close_checkout(number: str, *, at: datetime) -> None:
    """Take it that no money will come from the card page: the hold is again what it was at first,
    or 5 minutes from now if that is over."""
    permit = _locked(number)
    if not permit.is_checkout_open:
        return
    permit.is_checkout_open = False
    if permit.paid_at is None and permit.hold_expires_at is not None:
        zone = programme.version(permit.programme_version).programme.tz
        first = type_of(permit).hold.after(max(permit.sold_at, permit.recorded_at), zone)
        least = max(first, at + ANOTHER_TRY, permit.pay_until or first)
        with tallied(permit):
            permit.hold_expires_at = min(permit.hold_expires_at, least)
    permit.save(update_fields=["is_checkout_open", "hold_expires_at"])


def expire_holds(*, at: datetime) -> int:
    """Give up the unpaid carts whose hold is over, and later their charges; returns how many.

    A cart whose card page may still be paid is left alone. Each is a transaction of its own.
    """
    due = Permit.objects.filter(
        paid_at__isnull=True, ended_at__isnull=True, hold_expires_at__lte=at, is_checkout_open=False
    )
    lapsed = due.filter(lapsed_at__isnull=True).order_by("hold_expires_at", "pk")
    done = [_lapse(pk, at=at) for pk in lapsed.values_list("pk", flat=True)[:BATCH]]
    late = due.filter(lapsed_at__lte=at - LATE_MONEY).order_by("lapsed_at", "pk")
    for pk in late.values_list("pk", flat=True)[:BATCH]:
        _close_cart(pk, at=at)
    return sum(done)


def expire_permits(*, at: datetime) -> int:
    """Note the permits whose time is over and free their places; returns how many."""
    over = Permit.objects.filter(ended_at__isnull=True).filter(
        Q(ends_at__lte=at, paid_at__isnull=False) | Q(cancelled_at__lte=at)
    )
    done = [
        _end(pk, at=at)
        for pk in over.order_by("ends_at", "pk").values_list("pk", flat=True)[:BATCH]
    ]
    return sum(done)


def check_quotas() -> None:
    """Compare the counters of all quotas with the rows they count; mend and log what is wrong."""
    for fault in places.mend_quotas():
        logger.error("A quota was miscounted: %s", fault)


@transaction.atomic
def _lapse(pk: int, *, at: datetime) -> bool:
    permit = Permit.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if permit is None or permit.paid_at or permit.lapsed_at or permit.is_checkout_open:
        return False
    if permit.hold_expires_at is None or permit.hold_expires_at > at:
        return False
    waitlist.note_lapsed_hold(permit, at=at)
    release_places(permit)
    permit.lapsed_at = at
    permit.save(update_fields=["lapsed_at", "places"])
    audit.record("permit.hold_expired", subject=("permit", permit.number), actor=SYSTEM, at=at)
    notices.tell("permit.hold_expired", permit, at=at)
    offering.offer_free_places(permit.type_code, at=at)
    return True


@transaction.atomic
def _close_cart(pk: int, *, at: datetime) -> None:
    permit = Permit.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if permit is None or permit.paid_at or permit.ended_at or permit.is_checkout_open:
        return
    permit.ended_at = at
    permit.save(update_fields=["ended_at"])
    cancel_charges(permit, text="The place was not paid for in time.", at=at)


def cancel_charges(permit: Permit, *, text: str, by: Actor = SYSTEM, at: datetime) -> None:
    """Let what is owed for a permit come to nothing: its price and its deposit."""
    kinds = ["permit", "deposit"] if permit.deposit_minor else ["permit"]
    for kind in kinds:
        payments.cancel_charge(kind=kind, reference=permit.number, text=text, by=by, at=at)


@transaction.atomic
def _end(pk: int, *, at: datetime) -> bool:
    permit = Permit.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if permit is None or permit.ended_at:
        return False
    if min(permit.ends_at, permit.cancelled_at or permit.ends_at) > at:
        return False
    had_places = bool(permit.places)
    is_free = bool(release_places(permit)) or not had_places
    permit.ended_at = at
    permit.save(update_fields=["ended_at", "places"])
    if permit.cancelled_at is not None:
        carpools.disband(permit, at=at)
    audit.record("permit.expired", subject=("permit", permit.number), actor=SYSTEM, at=at)
    if is_free:
        offering.offer_free_places(permit.type_code, at=at)
    return True


def _locked(number: str) -> Permit:
    return Permit.objects.select_for_update(of=("self",)).get(number=number)
