"""What the pages about a customer, and the search, learn from payments."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from parkops.customers.panels import Act, Debt
from parkops.customers.search import Hit
from parkops.customers.timeline import Moment, Subject
from parkops.kernel import numbers
from parkops.kernel.permissions import Permission
from payments import links, place, queries


def moments(subject: Subject, *, limit: int) -> Sequence[Moment]:
    """Return a customer's charges raised, payments taken and refunds made, newest first."""
    found = []
    for payment in queries.recent_payments(subject.customer_id, limit=limit):
        url = reverse("office_payments:detail", args=[payment.number])
        detail = f"{place.money(payment.amount_minor)}, {payment.get_method_display().lower()}"
        tone = "bad" if payment.state in ("failed", "bounced") else ""
        title = f"Payment {payment.number}: {payment.get_state_display().lower()}"
        found.append(Moment(payment.created_at, "payment", title, detail, url, tone))
    for refund in queries.recent_refunds(subject.customer_id, limit=limit):
        url = reverse("office_payments:detail", args=[refund.payment.number])
        detail = f"{place.money(refund.amount_minor)}: {refund.reason}"
        tone = "bad" if refund.state == "failed" else ""
        title = f"Refund {refund.number}: {refund.get_state_display().lower()}"
        found.append(Moment(refund.created_at, "refund", title, detail, url, tone))
    return sorted(found, key=lambda moment: moment.at, reverse=True)[:limit]


def hits(text: str, *, limit: int) -> Sequence[Hit]:
    """Return the payment or the refund of this number."""
    number = numbers.tidy(text) or text.strip().upper()
    found = []
    for payment in queries.payments_matching(number=number).order_by("pk")[:limit]:
        detail = f"{place.money(payment.amount_minor)}, {payment.get_state_display().lower()}"
        url = reverse("office_payments:detail", args=[payment.number])
        found.append(Hit("payment", f"Payment {payment.number}", detail, url, exact=True))
    for refund in queries.refunds_numbered(number)[:limit]:
        detail = f"{place.money(refund.amount_minor)}, {refund.get_state_display().lower()}"
        url = reverse("office_payments:detail", args=[refund.payment.number])
        found.append(Hit("refund", f"Refund {refund.number}", detail, url, exact=True))
    return found


def debts(subject: Subject, *, at: datetime) -> Sequence[Debt]:
    """Return what a customer owes at `at`; charges on a plate alone are nobody's to see here."""
    today = place.local_date(at)
    counter = f"{reverse('office_counter:home')}?q="
    return [
        Debt(
            text=row.text,
            amount=row.balance,
            due_on=row.due_on,
            url=f"{counter}{row.reference}",
            my_url=links.pay_path([row.id]),
            is_overdue=bool(row.due_on and row.due_on < today and not row.paused),
        )
        for row in queries.open_charges(customer_id=subject.customer_id, at=at)
    ]


def acts(reference: str) -> Sequence[Act]:
    """Return what may be done about the money of a customer: pay it in instalments, see what moved."""
    url = f"{reverse('office_plans:new')}?customer={reference}"
    statement = reverse("office_statements:customer", args=[reference])
    return [
        Act("Payment plan", url, "calendar", Permission.PAYMENT_TAKE),
        Act("Statement", statement, "file-text", Permission.PAYMENT_VIEW),
    ]
