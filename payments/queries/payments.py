"""What has been taken and given back."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Sum

from parkops.kernel import numbers
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from payments import place
from payments.models import Allocation, Charge, Dispute, Payment, Refund
from payments.queries.charges import ChargeRow

# What is read with a payment hangs on it by these names, which the model knows.
_PARTS: str = "parts"
_GIVEN_BACK: str = "given_back"
_TAKEN_BACK: str = "taken_back"

MADE_BEFORE = timedelta(days=30)
"""A payment comes at the latest so long after it was begun: what is older need not be looked through."""


def payment(number: str) -> Payment:
    """Return the payment of this number, with its parts, refunds and chargebacks read.

    :raises NotFound: if this tenant has none.
    """
    return _one(Q(number=number))


def with_what_followed(payment: Payment) -> Payment:
    """Return a payment just taken as `payment` does; read again only if it was taken before."""
    if payment.provider or _PARTS not in vars(payment):
        return _one(Q(number=payment.number))
    payment.given_back, payment.taken_back = [], []
    return payment


def payment_by_id(public_id: UUID) -> Payment:
    """Return the payment of this id, with its parts, refunds and chargebacks read.

    :raises NotFound: if this tenant has none.
    """
    return _one(Q(public_id=public_id))


def taken_payment(public_id: UUID) -> Payment:
    """Return the payment of this id if money was taken.

    :raises NotFound: if this tenant has none.
    """
    return _one(Q(public_id=public_id, state__in=[Payment.State.SUCCEEDED, Payment.State.BOUNCED]))


def taken_with(payment: Payment) -> list[Payment]:
    """Return the payments of the same taking, in order, with their parts read; most are alone."""
    if payment.taking is None:
        return [payment]
    return list(with_parts(Payment.objects.filter(taking=payment.taking).order_by("pk")))


def latest_of(customer_id: int, *, limit: int = 10) -> list[Payment]:
    """Return a customer's newest payments."""
    rows = Payment.objects.filter(customer_id=customer_id, state=Payment.State.SUCCEEDED)
    return list(rows.order_by("-created_at", "-pk")[:limit])


def receipts_for(rows: Sequence[ChargeRow]) -> list[Payment]:
    """Return the payments that paid what is settled of these charges, the newest first."""
    settled = [row.pk for row in rows if row.is_settled]
    paid = of_charges(settled).filter(state=Payment.State.SUCCEEDED) if settled else None
    return list(paid.order_by("-created_at", "-pk")[:10]) if paid is not None else []


def recent_payments(customer_id: int, *, limit: int) -> list[Payment]:
    """Return a customer's newest payments, and attempts that came to nothing."""
    rows = Payment.objects.filter(customer_id=customer_id)
    return list(rows.order_by("-created_at", "-pk")[:limit])


def recent_refunds(customer_id: int, *, limit: int) -> list[Refund]:
    """Return the newest refunds of a customer's payments."""
    rows = Refund.objects.filter(payment__customer_id=customer_id).select_related("payment")
    return list(rows.order_by("-created_at", "-pk")[:limit])


def refunds_numbered(number: str) -> QuerySet[Refund]:
    """Return the refund of this number, if there is one."""
    return Refund.objects.filter(number=number).select_related("payment").order_by("pk")


def payments_matching(
    *,
    number: str = "",
    text: str = "",
    state: str = "",
    method: str = "",
    customer: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Payment]:
    """Return payments whose number, payer, reference or plate is `text`, in no order.

    The money came on a local day from `since` to `until`, both included, where these are given.
    """
    rows = Payment.objects.select_related("customer")
    if since is not None:
        begins = place.day_start(since)
        rows = rows.filter(succeeded_at__gte=begins, created_at__gte=begins - MADE_BEFORE)
    if until is not None:
        ends = place.day_end(until)
        rows = rows.filter(succeeded_at__lt=ends, created_at__lt=ends)
    if number:
        rows = rows.filter(number=number)
    if state:
        rows = rows.filter(state=state)
    if method:
        rows = rows.filter(method=method)
    if customer is not None:
        rows = rows.filter(customer__reference=customer)
    if text:
        number = numbers.tidy(text) or text.strip()
        key = "".join(letter for letter in text.upper() if letter.isalnum())
        charged = Allocation.objects.filter(
            Q(charge__reference__iexact=number) | Q(charge__plate_key=key)
        )
        rows = rows.filter(
            Q(number__iexact=number)
            | Q(payer__icontains=text.strip())
            | Q(email__iexact=text.strip())
            | Q(customer__name__icontains=text.strip())
            | Q(pk__in=charged.values("payment_id"))
        )
    return rows


def refunds_not_done() -> QuerySet[Refund]:
    """Return refunds that are to be accepted or paid out, under way or failed, in no order."""
    done = [Refund.State.SUCCEEDED, Refund.State.REJECTED]
    return Refund.objects.exclude(state__in=done).select_related("payment")


def refund(number: str) -> Refund:
    """Return the refund of this number.

    :raises NotFound: if this tenant has none.
    """
    found = Refund.objects.filter(number=number).select_related("payment").first()
    if found is None:
        raise NotFound(f"There is no refund {number}.")
    return found


def credit_of(customer_id: int) -> Money:
    """Return what a customer has paid and not used."""
    rows = Payment.objects.filter(customer_id=customer_id, state=Payment.State.SUCCEEDED)
    return place.money(rows.aggregate(total=Sum("credit_minor"))["total"] or 0)


def sum_of(rows: QuerySet[Payment]) -> Money:
    """Return what these payments come to."""
    return place.money(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def with_parts(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return payments with their parts and charges read along: two queries, however many."""
    parts = Allocation.objects.select_related("charge").order_by("place", "pk")
    return rows.prefetch_related(Prefetch("allocations", queryset=parts, to_attr=_PARTS))


def _one(which: Q) -> Payment:
    refunds = Refund.objects.order_by("pk")
    disputes = Dispute.objects.order_by("pk")
    found = (
        with_parts(Payment.objects.filter(which).select_related("customer", "drawer"))
        .prefetch_related(
            Prefetch("refunds", queryset=refunds, to_attr=_GIVEN_BACK),
            Prefetch("disputes", queryset=disputes, to_attr=_TAKEN_BACK),
        )
        .first()
    )
    if found is None:
        raise NotFound("There is no such payment.")
    return found


def email_for(charge_ids: Sequence[UUID]) -> str:
    """Return the e-mail address of the first of these charges' customers, or nothing."""
    rows = Charge.objects.filter(public_id__in=charge_ids, customer__isnull=False)
    return rows.order_by("pk").values_list("customer__email", flat=True).first() or ""


def of_charges(charge_pks: Sequence[int]) -> QuerySet[Payment]:
    """Return payments that went to any of these charges, in no order."""
    parts = Allocation.objects.filter(charge_id__in=charge_pks, amount_minor__gt=0)
    return Payment.objects.filter(pk__in=parts.values("payment_id"))
