"""What Stripe's errors mean to us, and in words that a clerk can read."""

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from payments.gateways.base import GatewayRejected, GatewayUnavailable

_REASONS = {
    "amount_too_small": "The amount is below the least that can be charged to a card.",
    "amount_too_large": "The amount is above the most that can be charged to a card.",
    "url_invalid": "The address to come back to is not one that the card provider accepts.",
    "email_invalid": "The card provider does not accept this e-mail address.",
}


@contextmanager
def translated(*, refunding: bool = False) -> Iterator[None]:
    """Turn the SDK's errors inside the block into ours.

    :raises GatewayUnavailable: for silence, throttling, and faults on Stripe's side.
    :raises GatewayRejected: for everything that Stripe has understood and refused.
    """
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayUnavailable("The card provider does not answer right now.") from error
    except stripe.IdempotencyError as error:
        raise GatewayRejected(
            "key_reused", "This payment was started before with other details. Start a new one."
        ) from error
    except stripe.AuthenticationError as error:
        raise GatewayRejected(
            "not_set_up", "The card provider does not accept our key. Card payments are off."
        ) from error
    except stripe.PermissionError as error:
        raise GatewayRejected(
            "account_refused", "The card provider no longer lets us act for this account."
        ) from error
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise _rejected(error, refunding=refunding) from error
    except stripe.StripeError as error:
        # 5xx, and 409 while a call with the same key is still under way.
        raise GatewayUnavailable("The card provider could not do this right now.") from error


def _rejected(error: stripe.StripeError, *, refunding: bool) -> GatewayRejected:
    code = error.code or "refused"
    said = error.user_message or "no reason given"
    if code == "resource_missing" or error.http_status == 404:
        return GatewayRejected("not_found", "The card provider does not know this payment.")
    # Stripe gives a refund beyond what is left no code of its own, only the parameter at fault.
    too_much = code in ("charge_already_refunded", "amount_too_large") or (
        not error.code and getattr(error, "param", None) == "amount"
    )
    if refunding and too_much:
        return GatewayRejected("over_refund", "More is asked back than is left of this payment.")
    return GatewayRejected(code, _REASONS.get(code, f"The card provider refused: {said}"))
