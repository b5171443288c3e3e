"""Which card gateway serves an organization. Everyone else imports `base` for the shapes."""

from typing import Any

from django.conf import settings

from payments.gateways.base import Gateway, GatewayRejected
from payments.gateways.stripe import StripeGateway


def takes_cards(tenant: Any) -> bool:
    """Tell whether `tenant` (anything with a `stripe_account`) is set up for card payments, and the
    provider has not stopped them."""
    return is_set_up(tenant) and getattr(tenant, "cards_stopped_at", None) is None


def is_set_up(tenant: Any) -> bool:
    """Tell whether `tenant` has what is needed to ask the provider, stopped or not."""
    return bool(getattr(settings, "STRIPE_SECRET_KEY", "") and _account(tenant))


def for_tenant(tenant: Any) -> Gateway:
    """Return the gateway of `tenant`, ready to call.

    :raises GatewayRejected: `not_set_up` if there is no key or the tenant has no account.
    """
    if not is_set_up(tenant):
        raise GatewayRejected("not_set_up", "Card payments are not set up here.")
    return StripeGateway(
        secret_key=settings.STRIPE_SECRET_KEY,
        account=_account(tenant),
        webhook_secrets=_secrets(tenant),
        api_base=getattr(settings, "STRIPE_API_BASE", None) or None,
    )


def _account(tenant: Any) -> str:
    return getattr(tenant, "stripe_account", "") or ""


def _secrets(tenant: Any) -> list[str]:
    """Collect the secrets in use: the tenant's own if it has any, then the installation's."""
    own = getattr(tenant, "stripe_webhook_secret", "") or ""
    shared = getattr(settings, "STRIPE_WEBHOOK_SECRET", "") or ""
    given = [own, *(shared.split(",") if isinstance(shared, str) else shared)]
    return [secret.strip() for secret in given if secret.strip()]
