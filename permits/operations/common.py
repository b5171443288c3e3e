"""What every act on a sold permit does: find and lock it, ask for its state, end it, give back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.kernel.texts import Text
from parkops.ui.place import place_of
from parkops.ui.words import money_text
from payments import operations as payments
from payments import queries as charges
from permits.models import Permit
from permits.operations import carpools, sales
from permits.operations.rights_changes import permits_changed
from permits.queries.permits import money_of
from permits.queries.refunds import Preview
from permits.rules.status import CURRENT, Status, may_become


def locked(number: str) -> Permit:
    """Return the permit with its customer, locked until the transaction ends.

    :raises NotFound: if this tenant has none.
    """
    rows = Permit.objects.select_for_update(of=("self",)).select_related("customer")
    wanted = rows.filter(number=tidy(number) or number)
    # A row whose holder changed while it was waited for no longer joins the one it was read with.
    permit = wanted.first() or wanted.all().first()
    if permit is None:
        raise NotFound("There is no such permit.")
    return permit


def known(number: str) -> Permit:
    """Return the permit, not locked.

    :raises NotFound: if this tenant has none.
    """
    permit = Permit.objects.filter(number=tidy(number) or number).first()
    if permit is None:
        raise NotFound("There is no such permit.")
    return permit


def require(permit: Permit, wanted: Status, *, at: datetime) -> None:
    """Refuse unless the permit may become `wanted` from what it is at `at`; if somebody took it back while this
    act of `at` waited for its lock, from that.

    :raises Conflict: with its status.
    """
    taken_back = permit.cancelled_at or permit.revoked_at
    stands = max(at, permit.ended_at) if taken_back and permit.ended_at else at
    decision = may_become(permit.status_at(stands), wanted)
    if not decision:
        raise Conflict(decision.code, decision.reason)


def require_current(permit: Permit, *, at: datetime) -> None:
    """Refuse unless the permit stands at `at`: held, pending, scheduled, active or suspended.

    :raises Conflict: with its status.
    """
    status = permit.status_at(at)
    if status not in CURRENT:
        raise Conflict(f"permit_{status}", f"This permit is {status}.")


def require_pending(permit: Permit, *, at: datetime) -> None:
    """Refuse unless the permit waits for approval at `at`.

    :raises Conflict: with its status.
    """
    status = permit.status_at(at)
    if status is not Status.PENDING:
        raise Conflict(f"permit_{status}", f"This permit is {status}; it waits for no approval.")


def finish(permit: Permit, *, at: datetime, is_over: bool) -> None:
    """Save a permit whose end was set; once that end has come its place is free and who shared it is
    told."""
    if is_over:
        sales.release_places(permit)
        carpools.disband(permit, at=at)
        permit.ended_at = permit.ended_at or at
    permit.is_checkout_open = False
    permit.save(
        update_fields=[
            "cancelled_at",
            "cancel_reason",
            "revoked_at",
            "revoke_reason",
            "appeal_note",
            "ended_at",
            "places",
            "is_checkout_open",
        ]
    )
    permits_changed(permit)


def give_back(permit: Permit, preview: Preview, *, reason: str, by: Actor, at: datetime) -> None:
    """Give back what a preview says of a locked permit that ends, and its deposit if nothing is out."""
    deposit = charges.charge_of("deposit", permit.number) if permit.deposit_minor else None
    if deposit is not None and not deposit.paid:
        payments.cancel_charge(
            kind="deposit", reference=permit.number, text="The permit ended.", by=by, at=at
        )
    elif deposit is not None and not permit.hangtag:
        # Nothing is out that could come back, so there is nothing to wait for.
        payments.refund_charge(
            kind="deposit",
            reference=permit.number,
            net=deposit.paid,
            tax=money_of(permit, 0),
            reason="The permit ended.",
            by=by,
            at=at,
        )
    if not (preview.net or preview.tax):
        return
    refund_permit(
        permit,
        net=preview.net,
        tax=preview.tax,
        reason=reason.strip() or "The permit was canceled.",
        pay_first=preview.pay_first,
        by=by,
        at=at,
    )


def refund_permit(
    permit: Permit,
    *,
    net: Money,
    tax: Money,
    reason: str,
    pay_first: Sequence[UUID] = (),
    by: Actor,
    at: datetime,
) -> None:
    """Give back part of what was paid for a permit: of its own charge, then of those of the permits
    that it was switched from, whose price counted towards it.

    :raises Conflict: "over_refund" if less was paid.
    """
    one: Permit | None = permit
    nothing = money_of(permit, 0)
    while one is not None and (net or tax):
        have = charges.parts_of("permit", one.number)
        mine = (min(net, have[0]), min(tax, have[1])) if have else (nothing, nothing)
        if mine[0] or mine[1]:
            payments.refund_charge(
                kind="permit",
                reference=one.number,
                net=mine[0],
                tax=mine[1],
                reason=reason,
                pay_first=pay_first,
                by=by,
                at=at,
            )
        net, tax, one = net - mine[0], tax - mine[1], one.replaces
    if net or tax:
        raise Conflict("over_refund", f"Permit {permit.number} was not paid as much.")


def told(amount: Money) -> str:
    """Return an amount as messages write it; nothing is empty."""
    if not amount:
        return ""
    text = money_text(amount, place_of(connection.tenant).locale)
    return Text(text, "{amount}", {"amount": amount})
