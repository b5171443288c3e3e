"""A holder hands a permit on to somebody else, who accepts it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import say
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from parkops.tenancy import signing
from payments import accounts
from payments import operations as payments
from permits.models import Permit, PermitTransfer
from permits.operations import notices
from permits.operations.common import locked
from permits.operations.transfers import (
    lock_new_holder,
    lock_with_begun,
    require_no_next,
    transfer_permit,
)
from permits.queries.permits import facts_of, type_of
from permits.rules.status import Status
from permits.rules.terms import clock_text

LASTS = timedelta(days=7)
GIFT = "permit-transfer"
"""The purpose of the signature that opens an offer to whoever was sent its link."""
State = PermitTransfer.State


@transaction.atomic
def offer_transfer(number: str, *, to_email: str, by: Actor, at: datetime) -> PermitTransfer:
    """Offer a permit to whoever has this e-mail address; they are written to.

    Asking again for the same address while it waits returns the first.

    :raises Refused: "not_transferable", or "own_email".
    :raises Conflict: with the permit's status or the code of `transfers.require_no_next`, or
        "transfer_open" while another waits.
    """
    permit = locked(number)
    kind = type_of(permit)
    if not kind.transferable:
        raise Refused("not_transferable", say("{kind} is not transferable.", kind=kind.name))
    status = permit.status_at(at)
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        raise Conflict(f"permit_{status}", f"This permit is {status}.")
    require_no_next(permit, at=at)
    email = to_email.strip()
    if email.casefold() == permit.customer.email.casefold():
        raise Refused("own_email", "This permit is yours already.", field="email")
    waiting = open_transfer(permit, at=at)
    if waiting is not None and waiting.to_email.casefold() == email.casefold():
        return waiting
    if waiting is not None:
        raise Conflict(
            "transfer_open",
            say("It is offered to {email} already. Take that back first.", email=waiting.to_email),
        )
    PermitTransfer.objects.filter(permit=permit, state=State.ASKED).update(
        state=State.WITHDRAWN, answered_at=at
    )
    gift = PermitTransfer.objects.create(
        permit=permit,
        giver=permit.customer,
        to_email=email,
        asked_at=at,
        expires_at=at + LASTS,
    )
    _record("transfer_offered", permit, by=by, at=at, to=email)
    zone = programme.version(permit.programme_version).programme.tz
    messaging.send_once(
        event="permit.transfer_offered",
        key=f"transfer:{gift.reference}",
        to=email,
        context={
            "giver": permit.customer.name or permit.customer.email,
            "type": kind.name,
            "until": clock_text(gift.expires_at, zone),
            "ends": clock_text(permit.ends_at, zone),
            "path": transfer_path(gift),
        },
        at=at,
    )
    return gift


@transaction.atomic
def accept_transfer(reference: UUID | str, *, customer_id: int, by: Actor, at: datetime) -> Permit:
    """Take an offered permit; the program's fee for it is charged. Accepting again changes nothing.

    :raises NotFound: if there is no such offer.
    :raises Refused: "other_email", or with the reason why the customer may not have it.
    :raises Conflict: "transfer_over" once it lapsed, was declined or taken back.
    """
    customer = lock_new_holder(customer_id)
    gift = _locked(reference)
    if customer.email.casefold() != gift.to_email.casefold():
        raise Refused(
            "other_email",
            say("It is offered to {email}. Sign in with that address.", email=gift.to_email),
        )
    if gift.state == State.ACCEPTED:
        return gift.permit
    permit = gift.permit
    if gift.state != State.ASKED or gift.expires_at <= at or permit.customer_id != gift.giver_id:
        raise Conflict("transfer_over", "This offer is over.")
    permit = transfer_permit(permit.number, customer_id=customer_id, by=by, at=at)
    gift.state, gift.answered_at = State.ACCEPTED, at
    gift.save(update_fields=["state", "answered_at"])
    _charge_fee(permit, gift, by=by, at=at)
    _tell_giver(gift, "permit.transfer_accepted", at=at)
    notices.tell("permit.transferred", permit, at=at, occasion=str(gift.reference))
    return permit


@transaction.atomic
def decline_transfer(reference: UUID | str, *, by: Actor, at: datetime) -> None:
    """Let an offer come to nothing: its giver takes it back, or whom it is for declines."""
    gift = _locked(reference)
    if gift.state != State.ASKED:
        return
    is_giver = by.kind != "public" and by.ref == _user_of(gift.giver)
    gift.state, gift.answered_at = (State.WITHDRAWN if is_giver else State.DECLINED), at
    gift.save(update_fields=["state", "answered_at"])
    _record("transfer_ended", gift.permit, by=by, at=at, to=gift.to_email)
    if not is_giver:
        _tell_giver(gift, "permit.transfer_declined", at=at)


def open_transfer(permit: Permit, *, at: datetime) -> PermitTransfer | None:
    """Return the offer of a permit that waits for its answer."""
    rows = PermitTransfer.objects.filter(permit=permit, state=State.ASKED, expires_at__gt=at)
    return rows.filter(giver_id=permit.customer_id).first()


def transfer_path(gift: PermitTransfer) -> str:
    """Return the path at which an offered permit is taken or declined."""
    return reverse("portal_permits:gift", args=[signing.sign(str(gift.reference), purpose=GIFT)])


def _locked(reference: UUID | str) -> PermitTransfer:
    """Return an offer, locked after its permit, as who offers locks them."""
    known = PermitTransfer.objects.select_related("permit").filter(reference=reference).first()
    if known is None:
        raise NotFound("There is no such offer.")
    permit = lock_with_begun(known.permit.number)
    rows = PermitTransfer.objects.select_for_update(of=("self",)).select_related("giver")
    gift = rows.get(pk=known.pk)
    gift.permit = permit
    return gift


def _charge_fee(permit: Permit, gift: PermitTransfer, *, by: Actor, at: datetime) -> None:
    rules = programme.in_force(at).programme
    fee = rules.fee("transfer")
    if not fee:
        return
    payments.raise_charge(
        kind="fee",
        reference=f"{permit.number}-T{gift.pk}",
        text=f"Transfer of permit {permit.number}",
        net=fee,
        tax=rules.money(0),
        customer_id=permit.customer_id,
        plate_key="",
        due_on=local_date(at, rules.tz),
        revenue=accounts.FEE_REVENUE,
        facts=facts_of(permit),
        by=by,
        at=at,
    )


def _tell_giver(gift: PermitTransfer, event: str, *, at: datetime) -> None:
    kind = type_of(gift.permit)
    messaging.send_once(
        event=event,
        key=f"transfer:{gift.reference}:{event}",
        to=gift.giver.email,
        customer_id=gift.giver_id,
        language=gift.giver.language,
        context={
            "name": gift.giver.name,
            "number": gift.permit.number,
            "type": kind.name,
            "email": gift.to_email,
        },
        at=at,
    )


def _user_of(customer: Customer) -> str:
    return str(customer.user_id or "")


def _record(event: str, permit: Permit, *, by: Actor, at: datetime, to: str) -> None:
    audit.record(f"permit.{event}", subject=("permit", permit.number), actor=by, at=at, to=to)
