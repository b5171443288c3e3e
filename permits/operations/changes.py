"""What can be done to a permit that was sold: each act locks it, decides, changes, records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.programme import queries as programme
from parkops.ui.place import place_of
from parkops.ui.words import money_text
from payments import accounts
from payments import operations as payments
from payments import queries as charges
from permits.models import Permit
from permits.operations import notices, plates, sales, waitlist
from permits.operations.holds import cancel_charges
from permits.operations.sales import Wish
from permits.queries.permits import money_of, plates_of, type_of
from permits.queries.refunds import Preview, refund_preview
from permits.rules import eligibility
from permits.rules.plates import Plate
from permits.rules.renewals import may_renew
from permits.rules.status import CURRENT, Status, may_become


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled permit and what was given back."""

    permit: Permit
    refund: Preview


@transaction.atomic
def cancel_permit(
    number: str, *, reason: str, as_of: datetime | None = None, by: Actor, at: datetime
) -> Cancelled:
    """End a permit at `as_of` (now if left out) and give back what its type's rule says.

    An unpaid one gives its place back and owes nothing.

    :raises Conflict: if it has ended already.
    """
    permit = locked(number)
    ends = as_of or at
    _require(permit, Status.CANCELLED, at=ends)
    preview = refund_preview(permit, at=ends)
    permit.cancelled_at, permit.cancel_reason = ends, reason.strip()
    _finish(permit, at=at, is_over=ends <= at)
    if permit.paid_at is None:
        cancel_charges(permit, text="The permit was canceled.", by=by, at=at)
    else:
        _give_back(permit, preview, reason=reason, by=by, at=at)
    audit.record(
        "permit.cancelled",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=permit.cancel_reason,
        refund=preview.back.amount,
        as_of=ends.isoformat(),
    )
    notices.tell("permit.cancelled", permit, at=at, refund=_told(preview.back))
    waitlist.offer_free_places(permit.type_code, at=at)
    return Cancelled(permit, preview)


@transaction.atomic
def revoke_permit(
    number: str, *, reason: str, refund: bool = False, by: Actor, at: datetime
) -> Permit:
    """Take a permit away from `at` on; with `refund` the type's rule says what comes back.

    :raises Refused: without a reason.
    :raises Conflict: if it has ended already.
    """
    permit = locked(number)
    if not reason.strip():
        raise Refused("reason", "Say why the permit is revoked.", field="reason")
    _require(permit, Status.REVOKED, at=at)
    preview = refund_preview(permit, at=at)
    permit.revoked_at, permit.revoke_reason = at, reason.strip()
    _finish(permit, at=at, is_over=True)
    nothing = replace(preview, net=money_of(permit, 0), tax=money_of(permit, 0))
    _give_back(permit, preview if refund else nothing, reason=reason, by=by, at=at)
    back = preview.back.amount if refund else "0"
    audit.record(
        "permit.revoked",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=permit.revoke_reason,
        refund=back,
    )
    notices.tell("permit.revoked", permit, at=at, reason=permit.revoke_reason)
    waitlist.offer_free_places(permit.type_code, at=at)
    return permit


@transaction.atomic
def approve_permit(number: str, *, by: Actor, at: datetime) -> Permit:
    """Approve a paid permit that waits for it; approving again changes nothing.

    :raises Conflict: if it does not wait for approval.
    """
    permit = locked(number)
    if permit.approved_at is not None:
        return permit
    _require_pending(permit, at=at)
    permit.approved_at = permit.paid_at if permit.is_backdated else at
    permit.save(update_fields=["approved_at"])
    audit.record("permit.approved", subject=("permit", permit.number), actor=by, at=at)
    notices.tell("permit.approved", permit, at=at)
    return permit


@transaction.atomic
def reject_permit(number: str, *, reason: str, by: Actor, at: datetime) -> Permit:
    """Refuse to approve a permit: it is cancelled, and all that was paid goes back.

    :raises Refused: without a reason.
    :raises Conflict: if it does not wait for approval.
    """
    permit = locked(number)
    if not reason.strip():
        raise Refused("reason", "Say why it is not approved.", field="reason")
    _require_pending(permit, at=at)
    permit.cancelled_at, permit.cancel_reason = at, reason.strip()
    _finish(permit, at=at, is_over=True)
    parts = [("permit", permit.net_minor, permit.tax_minor)]
    if permit.deposit_minor:
        parts.append(("deposit", permit.deposit_minor, 0))
    for kind, net, tax in parts:
        payments.refund_charge(
            kind=kind,
            reference=permit.number,
            net=money_of(permit, net),
            tax=money_of(permit, tax),
            reason="Not approved.",
            by=by,
            at=at,
        )
    audit.record(
        "permit.rejected",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=permit.cancel_reason,
    )
    notices.tell("permit.rejected", permit, at=at, reason=permit.cancel_reason)
    waitlist.offer_free_places(permit.type_code, at=at)
    return permit


@transaction.atomic
def change_vehicles(number: str, *, wanted: Sequence[Plate], by: Actor, at: datetime) -> Permit:
    """List exactly the plates `wanted` on a permit from `at` on; new ones become vehicles.

    :raises Refused: "too_many_vehicles".
    :raises Conflict: if the permit has ended.
    """
    # New plates become vehicles of the customer, whose row everybody locks before the permit's.
    Customer.objects.select_for_update().get(pk=_known(number).customer_id)
    permit = locked(number)
    _require_current(permit, at=at)
    eligibility.takes_vehicles(type_of(permit), vehicles=len(wanted)).require()
    have = {plate.key for plate in plates_of([permit], at=at).get(permit.pk, ())}
    new = [plate for plate in wanted if plate.key not in have]
    gone = have - {plate.key for plate in wanted}
    if not new and not gone:
        return permit
    plates.take_off(permit, gone, at=at)
    plates.put_on(permit, new, by=by, at=at)
    audit.record(
        "permit.vehicles_changed",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        added=len(new),
        removed=len(gone),
    )
    return permit


@transaction.atomic
def suspend_permit(number: str, *, reason: str, by: Actor, at: datetime) -> Permit:
    """Suspend a permit until it is reinstated; suspending again changes nothing.

    :raises Conflict: if it has ended or is not paid.
    """
    permit = locked(number)
    if permit.suspended_at is not None:
        return permit
    _require(permit, Status.SUSPENDED, at=at)
    permit.suspended_at = at
    permit.suspensions = [*permit.suspensions, [at.isoformat(), None]]
    permit.save(update_fields=["suspended_at", "suspensions"])
    audit.record(
        "permit.suspended", subject=("permit", permit.number), actor=by, at=at, reason=reason
    )
    notices.tell("permit.suspended", permit, at=at, occasion=at.isoformat(), reason=reason)
    return permit


@transaction.atomic
def reinstate_permit(number: str, *, by: Actor, at: datetime) -> Permit:
    """End a permit's suspension; one that is not suspended stays as it is."""
    permit = locked(number)
    if permit.suspended_at is None:
        return permit
    start = permit.suspensions[-1][0]
    permit.suspensions = [*permit.suspensions[:-1], [start, at.isoformat()]]
    permit.suspended_at = None
    permit.save(update_fields=["suspended_at", "suspensions"])
    audit.record("permit.reinstated", subject=("permit", permit.number), actor=by, at=at)
    return permit


@transaction.atomic
def renew_permit(
    number: str,
    *,
    wanted: Sequence[Plate] | None = None,
    channel: Permit.Channel,
    by: Actor,
    at: datetime,
) -> Permit:
    """Sell the permit that follows on this one: held like any other, with the same plates unless
    others are `wanted`.

    :raises Conflict: if it cannot be renewed now.
    :raises Refused: with the reason why the holder may not buy.
    """
    permit = _known(number)
    # The sale locks the customer first, then the permit, as all sales do.
    Customer.objects.select_for_update().get(pk=permit.customer_id)
    permit = locked(number)
    in_force = programme.in_force(at).programme
    kind = in_force.permit_type(permit.type_code)
    if kind is None:
        raise Conflict("not_renewable", "This kind of permit is not sold any more.")
    renewals = permit.renewals.filter(cancelled_at__isnull=True, lapsed_at__isnull=True)
    decision = may_renew(
        kind,
        status=permit.status_at(at),
        ends_at=permit.ends_at,
        is_renewed=renewals.exists(),
        zone=in_force.tz,
        at=at,
    )
    if not decision:
        raise Conflict(decision.code, decision.reason)
    listed = plates_of([permit], at=at).get(permit.pk, ())
    same = tuple(Plate(plate.text, plate.key, plate.region) for plate in listed)
    wish = Wish(
        type_code=permit.type_code,
        plates=same if wanted is None else tuple(wanted),
        start=permit.ends_at,
        as_of=at,
    )
    return sales.hold_permit(
        wish,
        customer_id=permit.customer_id,
        channel=channel,
        renews_id=permit.pk,
        by=by,
        at=at,
    )


@transaction.atomic
def transfer_permit(number: str, *, customer_id: int, by: Actor, at: datetime) -> Permit:
    """Give a permit to another customer, without its plates.

    :raises Refused: "not_transferable" or "not_eligible".
    :raises Conflict: if the permit has ended.
    """
    permit = locked(number)
    _require_current(permit, at=at)
    kind = type_of(permit)
    if not kind.transferable:
        raise Refused("not_transferable", f"{kind.name} is not transferable.")
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    rules = programme.version(permit.programme_version).programme
    eligibility.is_for(kind, rules, customer.audiences, by_staff=by.kind == "staff").require()
    have = {plate.key for plate in plates_of([permit], at=at).get(permit.pk, ())}
    plates.take_off(permit, have, at=at)
    before, permit.customer = permit.customer, customer
    permit.save(update_fields=["customer"])
    audit.record(
        "permit.transferred",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        from_customer=str(before.reference),
        to_customer=str(customer.reference),
    )
    return permit


@transaction.atomic
def replace_hangtag(number: str, *, reason: str, by: Actor, at: datetime) -> Permit:
    """Give a permit a new hangtag, for the programme's fee; the old number is worth nothing now.

    :raises Refused: "no_hangtag" if the permit has none, or no number is left.
    :raises Conflict: if the permit has ended.
    """
    permit = locked(number)
    _require_current(permit, at=at)
    if not permit.hangtag:
        raise Refused("no_hangtag", "This permit has no hangtag.")
    fresh = sales.next_hangtag(permit)
    if not fresh:
        raise Refused("no_hangtag", "No hangtag number is left.")
    old, permit.hangtag = permit.hangtag, fresh
    permit.save(update_fields=["hangtag"])
    rules = programme.in_force(at).programme
    fee = rules.fee("replacement")
    if fee:
        payments.raise_charge(
            kind="fee",
            reference=f"{permit.number}-{fresh}",
            text=f"New hangtag {fresh} for permit {permit.number}",
            net=fee,
            tax=rules.money(0),
            customer_id=permit.customer_id,
            plate_key="",
            due_on=local_date(at, rules.tz),
            revenue=accounts.FEE_REVENUE,
            by=by,
            at=at,
        )
    audit.record(
        "permit.hangtag_replaced",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=reason,
        old=old,
        new=fresh,
    )
    return permit


@transaction.atomic
def return_deposit(number: str, *, by: Actor, at: datetime) -> Permit:
    """Give the deposit back: the hangtag has been returned. A second time changes nothing.

    :raises Refused: "no_deposit" if none was paid.
    """
    permit = locked(number)
    charge = charges.charge_of("deposit", permit.number)
    if charge is None or not charge.paid:
        raise Refused("no_deposit", "No deposit is held for this permit.")
    payments.refund_charge(
        kind="deposit",
        reference=permit.number,
        net=charge.paid,
        tax=money_of(permit, 0),
        reason="The hangtag has been returned.",
        by=by,
        at=at,
    )
    audit.record("permit.deposit_returned", subject=("permit", permit.number), actor=by, at=at)
    return permit


def locked(number: str) -> Permit:
    """Return the permit with its customer, locked until the transaction ends.

    :raises NotFound: if this tenant has none.
    """
    rows = Permit.objects.select_for_update(of=("self",)).select_related("customer")
    permit = rows.filter(number=tidy(number) or number).first()
    if permit is None:
        raise NotFound("There is no such permit.")
    return permit


def _known(number: str) -> Permit:
    permit = Permit.objects.filter(number=tidy(number) or number).first()
    if permit is None:
        raise NotFound("There is no such permit.")
    return permit


def _require(permit: Permit, wanted: Status, *, at: datetime) -> None:
    decision = may_become(permit.status_at(at), wanted)
    if not decision:
        raise Conflict(decision.code, decision.reason)


def _require_current(permit: Permit, *, at: datetime) -> None:
    status = permit.status_at(at)
    if status not in CURRENT:
        raise Conflict(f"permit_{status}", f"This permit is {status}.")


def _require_pending(permit: Permit, *, at: datetime) -> None:
    status = permit.status_at(at)
    if status is not Status.PENDING:
        raise Conflict(f"permit_{status}", f"This permit is {status}; it waits for no approval.")


def _finish(permit: Permit, *, at: datetime, is_over: bool) -> None:
    """Save a permit whose end was set; its place is free once that end has come."""
    if is_over:
        sales.release_places(permit)
        permit.ended_at = permit.ended_at or at
    permit.is_checkout_open = False
    permit.save(
        update_fields=[
            "cancelled_at",
            "cancel_reason",
            "revoked_at",
            "revoke_reason",
            "ended_at",
            "places",
            "is_checkout_open",
        ]
    )


def _give_back(permit: Permit, preview: Preview, *, reason: str, by: Actor, at: datetime) -> None:
    deposit = charges.charge_of("deposit", permit.number) if permit.deposit_minor else None
    if deposit is not None and not deposit.paid:
        payments.cancel_charge(
            kind="deposit", reference=permit.number, text="The permit ended.", by=by, at=at
        )
    if not (preview.net or preview.tax):
        return
    payments.refund_charge(
        kind="permit",
        reference=permit.number,
        net=preview.net,
        tax=preview.tax,
        reason=reason.strip() or "The permit was canceled.",
        pay_first=preview.pay_first,
        by=by,
        at=at,
    )


def _told(amount: Money) -> str:
    return money_text(amount, place_of(connection.tenant).locale) if amount else ""
