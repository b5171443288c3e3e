"""What the card provider says of money taken from a saved card."""

from datetime import datetime, timedelta

from django.db import connection

from parkops.kernel.money import Money
from payments import gateways, place
from payments.gateways.base import CheckoutState, SavedCardCharge
from payments.models import Payment

KEYS_LAST = timedelta(hours=23)
"""A charge whose outcome is unknown is not asked for again later than this: the provider forgets
keys after a day, and would then take the money a second time."""


def may_ask(payment: Payment, *, at: datetime) -> bool:
    """Return whether asking is safe: the provider has told once, or still knows the key."""
    return bool(payment.intent_id) or at <= payment.created_at + KEYS_LAST


def ask_provider(payment: Payment) -> CheckoutState:
    """Return what the provider says of a payment by saved card: by making its call, which its key
    makes the same call however often.

    :raises GatewayUnavailable: no answer.
    :raises GatewayRejected: nothing was tried.
    """
    gateway = gateways.for_tenant(place.tenant())
    if payment.intent_id:
        return gateway.look_up_intent(payment.intent_id)
    saved = payment.saved_card
    if saved is None or payment.idempotency_key is None:
        raise ValueError(f"{payment} is not by saved card")
    return gateway.charge_saved(
        SavedCardCharge(
            reference=str(payment.public_id),
            amount=Money(payment.amount_minor, payment.currency),
            description=f"Payment {payment.number}",
            customer=saved.provider_customer,
            method=saved.provider_method,
            idempotency_key=payment.idempotency_key,
            platform_fee=Money(payment.platform_fee_minor, payment.currency),
            metadata={"tenant": connection.schema_name, "payment": payment.number},
        )
    )
