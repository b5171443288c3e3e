"""What was brought over from a former system, and whether anything was done with it here since."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from payments.accounts import BROUGHT_OVER
from payments.models import Allocation, Charge, InvoiceLine, Payment


def touched(kind: str, references: Iterable[str] | QuerySet) -> QuerySet[Charge]:
    """Return the charges of these subjects that are not as they were brought over any more: raised here,
    changed, paid, planned, invoiced, or with a payment that was moved or given back."""
    own = Payment.objects.filter(brought_for=OuterRef("pk"))
    parts = Allocation.objects.filter(payment__brought_for=OuterRef("pk"))
    moved = parts.filter(~Q(charge_id=OuterRef("pk")) | Q(released_minor__gt=0))
    others = Allocation.objects.filter(charge_id=OuterRef("pk")).exclude(
        payment__brought_for=F("charge_id")
    )
    given = own.filter(Q(refunded_minor__gt=0) | Q(disputed_minor__gt=0) | ~Q(state="succeeded"))
    return Charge.objects.filter(kind=kind, reference__in=references).filter(
        ~Q(revenue=BROUGHT_OVER)
        | Q(postings__gt=0)
        | Q(paused_at__isnull=False)
        | Q(planned_at__isnull=False)
        | Q(payer__isnull=False)
        | Exists(moved)
        | Exists(others)
        | Exists(given)
        | Exists(InvoiceLine.objects.filter(charge_id=OuterRef("pk")))
    )
