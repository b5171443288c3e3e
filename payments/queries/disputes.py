"""Chargebacks: which wait for an answer, and what their banks may be told."""

from datetime import datetime

from django.db.models import QuerySet

from parkops.kernel.decisions import NotFound
from payments import links, place, settlement
from payments.models import Dispute, Payment, Refund


def disputes() -> QuerySet[Dispute]:
    """Return all chargebacks, in no order."""
    return Dispute.objects.select_related("payment", "payment__customer")


def waiting() -> QuerySet[Dispute]:
    """Return the chargebacks that wait for our answer, those to be answered first first."""
    rows = disputes().filter(status=Dispute.Status.NEEDS_RESPONSE, answered_at__isnull=True)
    return rows.order_by("respond_by", "pk")


def dispute(provider_id: str) -> Dispute:
    """Return the chargeback that the provider knows by this name.

    :raises NotFound: if this tenant has none.
    """
    found = disputes().filter(provider_id=provider_id).first()
    if found is None:
        raise NotFound("There is no such chargeback.")
    return found


def evidence_for(found: Dispute) -> dict[str, str]:
    """Return what the bank may be told of the payment that it disputes, as we know it."""
    payment = found.payment
    charges = [
        part.charge for part in payment.allocations.select_related("charge").order_by("place")
    ]
    customer = payment.customer
    described = []
    for charge in charges:
        known = settlement.raiser_of(charge.kind).describe
        described.append(known(charge.reference).text if known else charge.text)
    told = [
        line
        for charge in charges
        for line in settlement.raiser_of(charge.kind).evidence(charge.reference)
    ]
    paid, way = _instant(payment), payment.card or payment.get_method_display().lower()
    lines = [
        f"Receipt {payment.number}: {place.money(payment.amount_minor)} paid {paid}, {way}.",
        f"The receipt can be seen at {links.receipt_url(payment)}",
        *(
            f"{charge.text} ({charge.reference}), raised {_date(charge.raised_at)}."
            for charge in charges
        ),
        *told,
        *(
            f"Given back: {place.money(one.amount_minor)}, refund {one.number}."
            for one in _refunds(payment)
        ),
    ]
    return {
        "product_description": "; ".join(described),
        "customer_name": payment.payer or (customer.name if customer else ""),
        "customer_email_address": payment.email or (customer.email if customer else ""),
        "service_date": _date(charges[0].raised_at) if charges else "",
        "uncategorized_text": "\n".join(lines),
    }


def _refunds(payment: Payment) -> QuerySet[Refund]:
    return payment.refunds.filter(state="succeeded").order_by("pk")


def _instant(payment: Payment) -> str:
    return _date(payment.succeeded_at or payment.created_at)


def _date(at: datetime) -> str:
    return place.local_date(at).isoformat()
