"""What can be done with a cash drawer: open it with a float, close it with a count."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from payments.accounts import CASH, CASH_OVER_SHORT
from payments.models import Drawer, Payment, Refund
from payments.operations import ledger
from payments.operations.ledger import Leg


@transaction.atomic
def open_drawer(*, name: str, float_: Money, by: Actor, at: datetime) -> Drawer:
    """Open a drawer with the change that lies in it.

    :raises Conflict: if this member of staff has one open already.
    :raises Refused: if the float is below zero.
    """
    if float_.minor < 0:
        raise Refused("float", "The float cannot be below zero.", field="float")
    holder = f"{by.kind}:{by.ref}"
    if by.kind == "staff" and open_drawer_of(by) is not None:
        raise Conflict("drawer_open", "You have a drawer open. Close it first.")
    drawer = Drawer.objects.create(
        name=name or "Counter",
        holder_ref=holder,
        holder_name=by.name,
        opened_at=at,
        float_minor=float_.minor,
    )
    audit.record(
        "drawer.opened",
        subject=("drawer", str(drawer.public_id)),
        actor=by,
        at=at,
        float=float_.amount,
    )
    return drawer


@transaction.atomic
def close_drawer(public_id: UUID, *, counted: Money, by: Actor, at: datetime) -> Drawer:
    """Close a drawer with what was counted in it; what is over or short is posted.

    :raises NotFound: if there is no such drawer.
    :raises Conflict: `drawer_closed` if it is closed already.
    """
    drawer = Drawer.objects.select_for_update().filter(public_id=public_id).first()
    if drawer is None:
        raise NotFound("There is no such drawer.")
    if drawer.closed_at is not None:
        raise Conflict("drawer_closed", "This drawer is closed already.")
    if counted.minor < 0:
        raise Refused("counted", "The count cannot be below zero.", field="counted")
    drawer.expected_minor = expected_in(drawer)
    drawer.counted_minor, drawer.closed_at = counted.minor, at
    drawer.save(update_fields=["expected_minor", "counted_minor", "closed_at"])
    over = drawer.counted_minor - drawer.expected_minor
    ledger.post(
        f"drawer:{drawer.public_id}:closed",
        [Leg(CASH, over), Leg(CASH_OVER_SHORT, -over)],
        text=f"{drawer}: {'over' if over > 0 else 'short'}",
        by=by,
        at=at,
    )
    audit.record(
        "drawer.closed",
        subject=("drawer", str(drawer.public_id)),
        actor=by,
        at=at,
        counted=counted.amount,
        over=Money(over, counted.currency).amount,
    )
    return drawer


def open_drawer_of(by: Actor) -> Drawer | None:
    """Return the drawer that somebody has open."""
    return Drawer.objects.filter(holder_ref=f"{by.kind}:{by.ref}", closed_at__isnull=True).first()


def expected_in(drawer: Drawer) -> int:
    """Return what should lie in a drawer, minor: its float, cash taken, less cash given back."""
    taken = Payment.objects.filter(
        drawer=drawer, method=Payment.Method.CASH, state=Payment.State.SUCCEEDED
    ).aggregate(total=Sum("amount_minor"))["total"]
    given = Refund.objects.filter(drawer=drawer, state=Refund.State.SUCCEEDED).aggregate(
        total=Sum("amount_minor")
    )["total"]
    return drawer.float_minor + (taken or 0) - (given or 0)
