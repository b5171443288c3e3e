"""What follows when a holder is in none of a permit's audiences any more: notice, then the end."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme
from permits.models import EligibilityLoss, Permit
from permits.operations import common, ending, notices
from permits.queries import roster as told
from permits.rules.terms import clock_text

BATCH = 500


@transaction.atomic
def follow_audiences(customer_ids: Collection[int], *, by: Actor, at: datetime) -> int:
    """Note the permits that customers may have no more, and those that they may have again.

    Twice is once. Returns how many are newly noted. The number of statements is the same for one
    customer and for many, audit apart.
    """
    rules = programme.in_force(at).programme
    found = list(
        Permit.objects.current_at(at)
        .filter(customer_id__in=customer_ids)
        .select_for_update(of=("self",))
        .select_related("customer")
        .order_by("pk")
    )
    open_losses = {
        loss.permit_id: loss
        for loss in EligibilityLoss.objects.filter(
            permit__in=found, ended_at__isnull=True, lifted_at__isnull=True
        )
    }
    fresh = []
    for permit in found:
        may = told.may_have(permit, permit.customer.audiences)
        loss = open_losses.get(permit.pk)
        if may and loss is not None:
            loss.lifted_at = at
            loss.save(update_fields=["lifted_at"])
            _record("permit.eligible_again", permit, by=by, at=at)
        elif not may and loss is None:
            ends = min(rules.eligibility.grace.after(at, rules.tz), permit.ends_at)
            fresh.append(EligibilityLoss(permit=permit, noticed_at=at, ends_at=ends))
            _record("permit.no_longer_eligible", permit, by=by, at=at, ends_at=ends.isoformat())
    EligibilityLoss.objects.bulk_create(fresh)
    return len(fresh)


def carry_out_losses(*, at: datetime) -> tuple[int, int]:
    """Tell holders whose permit will end, and end those whose time has come; returns how many."""
    waiting = EligibilityLoss.objects.filter(ended_at__isnull=True, lifted_at__isnull=True)
    untold = waiting.filter(told_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    told_now = sum(_tell(pk, at=at) for pk in untold[:BATCH])
    due = waiting.filter(ends_at__lte=at, told_at__isnull=False).order_by("ends_at", "pk")
    ended = sum(_end(pk, at=at) for pk in due.values_list("pk", flat=True)[:BATCH])
    return told_now, ended


@transaction.atomic
def _tell(pk: int, *, at: datetime) -> bool:
    loss = _locked(pk)
    if loss is None or loss.told_at is not None:
        return False
    loss.told_at = at
    loss.save(update_fields=["told_at"])
    permit = Permit.objects.select_related("customer").get(pk=loss.permit_id)
    zone = programme.version(permit.programme_version).programme.tz
    notices.tell(
        "permit.no_longer_eligible",
        permit,
        at=at,
        occasion=str(loss.pk),
        ends=clock_text(loss.ends_at, zone),
    )
    return True


@transaction.atomic
def _end(pk: int, *, at: datetime) -> bool:
    # The permit first, as those do who change its holder's audiences.
    permit = common.locked(Permit.objects.get(losses__pk=pk).number)
    loss = _locked(pk)
    if loss is None or loss.ends_at > at:
        return False
    loss.ended_at = at
    if told.may_have(permit, permit.customer.audiences):
        loss.ended_at, loss.lifted_at = None, at
    loss.save(update_fields=["ended_at", "lifted_at"])
    if loss.ended_at is None:
        _record("permit.eligible_again", permit, by=SYSTEM, at=at)
        return False
    try:
        with transaction.atomic():
            ending.cancel_permit(
                permit.number,
                reason="The holder is no longer eligible.",
                by=SYSTEM,
                at=at,
            )
    except Refused:
        # It ended in another way meanwhile; the loss is settled all the same.
        return False
    return True


def _locked(pk: int) -> EligibilityLoss | None:
    rows = EligibilityLoss.objects.select_for_update(skip_locked=True)
    return rows.filter(pk=pk, ended_at__isnull=True, lifted_at__isnull=True).first()


def _record(event: str, permit: Permit, *, by: Actor, at: datetime, **data: Any) -> None:
    audit.record(event, subject=("permit", permit.number), actor=by, at=at, **data)


def customers_locked(ids: Collection[int]) -> dict[int, Customer]:
    """Return customers, locked in the order of their ids; part of the acts that change them."""
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {person.pk: person for person in rows}
