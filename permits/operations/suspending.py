"""Permits suspended for a time, and reinstated; what the time gives back."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.periods import Period
from parkops.programme import queries as programme
from payments import queries as charges
from permits.models import Permit
from permits.operations import notices
from permits.operations.common import locked, refund_permit, require
from permits.operations.rights_changes import permits_changed
from permits.operations.tallying import tallied
from permits.queries.permits import money_of, priced_period, type_of
from permits.rules import suspensions
from permits.rules.status import Status
from permits.rules.terms import clock_text

BATCH = 500


@transaction.atomic
def suspend_permit(
    number: str,
    *,
    reason: str,
    begins: datetime | None = None,
    until: datetime | None = None,
    by: Actor,
    at: datetime,
) -> Permit:
    """Suspend a permit from `begins` (now if left out) to `until`, or until it is reinstated.

    Suspending again changes nothing.

    :raises Conflict: if it has ended or is not paid.
    :raises Refused: "dates" for a time that is over, or beyond the permit's end.
    """
    permit = locked(number)
    _close_if_over(permit, by=by, at=at)
    if permit.suspended_at is not None:
        return permit
    require(permit, Status.SUSPENDED, at=at)
    zone = programme.version(permit.programme_version).programme.tz
    start = begins or at
    suspensions.may_suspend(
        ends_at=permit.ends_at, begins=start, until=until, zone=zone, at=at
    ).require()
    permit.suspended_at, permit.suspended_until = start, until
    with tallied(permit):
        permit.suspensions = [
            *permit.suspensions,
            [start.isoformat(), until.isoformat() if until else None],
        ]
    permit.save(update_fields=["suspended_at", "suspended_until", "suspensions"])
    permits_changed(permit)
    audit.record(
        "permit.suspended",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=reason,
        begins=start.isoformat(),
        until=until.isoformat() if until else "",
    )
    notices.tell(
        "permit.suspended",
        permit,
        at=at,
        occasion=at.isoformat(),
        reason=reason,
        begins=clock_text(start, zone) if start > at else "",
        until=clock_text(until, zone) if until else "",
    )
    return permit


@transaction.atomic
def reinstate_permit(number: str, *, by: Actor, at: datetime) -> Permit:
    """End a permit's suspension; one that is not suspended stays as it is.

    What its type gives back for the days goes back with it.
    """
    permit = locked(number)
    if permit.suspended_at is None:
        return permit
    if not _close_if_over(permit, by=by, at=at):
        _close(permit, ends=at, by=by, at=at)
    return permit


def end_suspensions(*, at: datetime) -> int:
    """Note the suspensions whose last day is over; returns how many. One transaction each."""
    over = Permit.objects.filter(suspended_until__lte=at, suspended_at__isnull=False)
    numbers = over.order_by("suspended_until", "pk").values_list("number", flat=True)[:BATCH]
    return sum(_end(number, at=at) for number in list(numbers))


@transaction.atomic
def _end(number: str, *, at: datetime) -> bool:
    return _close_if_over(locked(number), by=SYSTEM, at=at)


def _close_if_over(permit: Permit, *, by: Actor, at: datetime) -> bool:
    until = permit.suspended_until
    if permit.suspended_at is None or until is None or until > at:
        return False
    _close(permit, ends=until, by=by, at=at)
    return True


def _close(permit: Permit, *, ends: datetime, by: Actor, at: datetime) -> None:
    """End a locked permit's suspension at `ends`, and give back what its type says."""
    begins = permit.suspended_at or ends
    start = permit.suspensions[-1][0]
    kept = [[start, ends.isoformat()]] if ends > begins else []
    with tallied(permit):
        permit.suspensions = [*permit.suspensions[:-1], *kept]
    permit.suspended_at = permit.suspended_until = None
    back = _credit(permit, Period(begins, max(ends, begins)), by=by, at=at)
    permit.save(
        update_fields=[
            "suspended_at",
            "suspended_until",
            "suspensions",
            "credited_net_minor",
            "credited_tax_minor",
        ]
    )
    permits_changed(permit)
    audit.record(
        "permit.reinstated", subject=("permit", permit.number), actor=by, at=at, refund=back
    )


def _credit(permit: Permit, paused: Period, *, by: Actor, at: datetime) -> str:
    """Give back the share of the days suspended, where the type says so and all was paid."""
    if type_of(permit).suspension.credit == "none" or not paused.seconds:
        return "0"
    charge = charges.charge_of("permit", permit.number)
    has_paid = charge is not None and charge.is_settled and (charge.paid or permit.replaces_id)
    if not has_paid:
        return "0"
    quote = suspensions.credit(
        net_paid=money_of(permit, permit.net_minor),
        tax_paid=money_of(permit, permit.tax_minor),
        period=priced_period(permit),
        paused=paused,
        zone=programme.version(permit.programme_version).programme.tz,
    )
    if not quote.total:
        return "0"
    refund_permit(permit, net=quote.net, tax=quote.tax, reason=quote.because[0], by=by, at=at)
    permit.credited_net_minor += quote.net.minor
    permit.credited_tax_minor += quote.tax.minor
    return quote.total.amount
