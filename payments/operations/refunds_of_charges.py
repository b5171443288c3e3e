"""How money of a charge goes back that several payments brought."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from payments import queries, rules
from payments.models import Charge, Payment, Refund
from payments.operations import refunds
from payments.operations.adjustments import locked_as_it_stands


@transaction.atomic
def refund_of_charge(
    charge_id: UUID,
    *,
    amount: Money,
    reason: str,
    seen: int | None = None,
    drawer: UUID | None = None,
    by: Actor,
    at: datetime,
) -> list[Refund]:
    """Let a paid charge come to less by `amount`, and give it back by the payments that paid it, the newest
    first, each the way it came. It is one act: all or nothing, and the program's limit for one person
    holds for the sum.

    `seen` is how many `postings` the charge had when who asks looked at it: asked twice, it is done once.

    :raises NotFound: if there is no such charge.
    :raises Conflict: `charge_changed` if it has been changed since it was `seen`, `over_refund`.
    :raises Refused: `reason` without one, `amount`, `still_owed`.
    """
    if not reason.strip():
        raise Refused("reason", "Say why it is given back.", field="reason")
    rules.may_keep_text(reason, field="reason").require()
    charge = locked_as_it_stands(charge_id, seen=seen, by=by, at=at)
    payments = _locked_payments(charge)
    plan = queries.refund_plan(charge, amount)
    if plan.decision.code == "over_refund":
        raise Conflict(plan.decision.code, plan.decision.reason, field="amount")
    plan.decision.require()
    together = (uuid4(), amount.minor) if len(plan.ways) > 1 else None
    made = []
    for way in plan.ways:
        part = way.part
        part.charge, part.payment = charge, payments[part.payment_id]
        refunds.reduce(part, way.minor, text=reason, by=by, at=at)
        made.append(
            refunds.give_back(
                part.payment,
                way.minor,
                charge=charge,
                reason=reason,
                drawer=drawer,
                together=together,
                by=by,
                at=at,
            )
        )
    return made


def _locked_payments(charge: Charge) -> dict[int, Payment]:
    held = charge.allocations.values("payment_id")
    return Payment.objects.select_for_update().filter(pk__in=held).order_by("pk").in_bulk()
