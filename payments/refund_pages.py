"""What the page about a refund of a charge shows, gathered."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from parkops.kernel.money import Money
from payments import place, queries
from payments.models import Charge, Payment
from payments.queries.refunding import Plan
from payments.rules.refunding import Parts


@dataclass(frozen=True, slots=True)
class WayLine:
    """What goes back by one payment, and how."""

    payment: Payment
    url: str
    how: str
    amount: Money
    net: Money
    tax: Money
    late_fee: Money


@dataclass(frozen=True, slots=True)
class Preview:
    """By which payments an amount would go back, and what the charge comes to then."""

    plan: Plan
    lines: Sequence[WayLine]
    amount: Money
    net: Money
    tax: Money
    late_fee: Money
    has_late_fee: bool
    left: Money
    seen: int


def preview(charge: Charge, amount: Money) -> Preview:
    """Return how an amount of a charge would go back."""
    plan = queries.refund_plan(charge, amount)
    net, tax, late_fee = _money(plan.of)
    return Preview(
        plan=plan,
        lines=[
            WayLine(
                way.part.payment,
                reverse("office_payments:detail", args=[way.part.payment.number]),
                _how(way.part.payment),
                place.money(way.minor),
                *_money(way.of),
            )
            for way in plan.ways
        ],
        amount=amount,
        net=net,
        tax=tax,
        late_fee=late_fee,
        has_late_fee=bool(plan.of.late_fee),
        left=place.money(charge.amount_minor - amount.minor),
        seen=charge.postings,
    )


def refundable(charge: Charge) -> Money:
    """Return how much of a charge can go back."""
    return place.money(sum(part.held_minor for part in queries.refundable_parts(charge)))


def _money(parts: Parts) -> tuple[Money, Money, Money]:
    return place.money(parts.net), place.money(parts.tax), place.money(parts.late_fee)


def _how(payment: Payment) -> str:
    """Say how money of a payment goes back."""
    match payment.method:
        case Payment.Method.CARD:
            return f"to the card{f' {payment.card}' if payment.card else ''}"
        case Payment.Method.CASH:
            return "in cash"
        case Payment.Method.GIFT:
            return "on the gift certificate"
        case Payment.Method.BANK:
            return "by bank transfer"
        case _:
            return f"as it came: {payment.get_method_display().lower()}"
