"""What can be done with a cash drawer: open it with a float, close it with a count."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from payments import queries
from payments.accounts import CASH, CASH_OVER_SHORT
from payments.models import Drawer
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
    if by.kind == "staff" and queries.open_drawer_of(holder) is not None:
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
    drawer.expected_minor = queries.expected_in(drawer).minor
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
