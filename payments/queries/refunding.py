"""What would go back of a charge, and by which payments."""

from dataclasses import dataclass

from parkops.kernel.decisions import Decision
from parkops.kernel.money import Money
from payments import place
from payments.models import Allocation, Charge, Payment
from payments.rules import refunding
from payments.rules.refunding import Parts
from payments.rules.tenders import NO_MONEY_BACK


@dataclass(frozen=True, slots=True)
class Way:
    """What goes back by one payment, and of which parts of the charge."""

    part: Allocation
    minor: int
    of: Parts


@dataclass(frozen=True, slots=True)
class Plan:
    """How a refund of a charge would go, and whether it may."""

    decision: Decision
    refundable: Money
    ways: list[Way]
    of: Parts


def refundable_parts(charge: Charge) -> list[Allocation]:
    """Return what can go back of a charge, by the payments that hold it, the newest first."""
    held = charge.allocations.filter(payment__state=Payment.State.SUCCEEDED)
    held = held.exclude(payment__method__in=NO_MONEY_BACK).select_related("payment")
    rows = held.order_by("-payment__succeeded_at", "-payment_id")
    return [part for part in rows if part.held_minor]


def refund_plan(charge: Charge, amount: Money) -> Plan:
    """Return how `amount` of a charge would go back."""
    parts = refundable_parts(charge)
    refundable = sum(part.held_minor for part in parts)
    now = Parts(charge.net_minor, charge.tax_minor, charge.late_fee_minor, charge.discount_minor)
    decision = refunding.may_refund_charge(
        amount.minor,
        paid=refundable,
        balance=charge.balance_minor,
        written_off=charge.written_off_minor,
        shown=place.money(refundable).amount,
    )
    raised = {"raised_net": charge.raised_net_minor, "raised_tax": charge.raised_tax_minor}
    held = [part.held_minor for part in parts]
    found = refunding.shares(amount.minor, held, now, **raised) if decision else []
    ways = [Way(parts[one.place], one.minor, one.of) for one in found]
    then = refunding.less(now, amount.minor if decision else 0, **raised)
    return Plan(decision, place.money(refundable), ways, now - then)
