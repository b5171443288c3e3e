"""How an amount of ours is written for Stripe, whose units are not always those of ISO 4217.

ISO gives a currency its decimals and so our minor unit. Stripe agrees but for three currencies,
and takes only whole tens of the smallest unit of those with three decimals.
"""

from parkops.kernel.money import Money

# Decimals at Stripe less decimals in ISO 4217: króna and Ugandan shilling are still written with
# two there, the ariary with none.
_EXTRA_DECIMALS = {"ISK": 2, "UGX": 2, "MGA": -2}
_TENS_ONLY = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class NotChargeable(ValueError):
    """An amount that Stripe cannot take; `str(error)` says why, fit to show."""


def to_stripe(amount: Money) -> int:
    """Write `amount` in Stripe's smallest unit.

    :raises NotChargeable: if it is negative, or finer than cards can be charged in the currency.
    """
    currency = amount.currency.upper()
    if amount.minor < 0:
        raise NotChargeable("An amount below zero cannot be charged to a card.")
    if currency in _TENS_ONLY and amount.minor % 10:
        raise NotChargeable(f"Cards take {currency} in whole hundredths only.")
    extra = _EXTRA_DECIMALS.get(currency, 0)
    if extra >= 0:
        return amount.minor * 10**extra
    whole, rest = divmod(amount.minor, 10**-extra)
    if rest:
        raise NotChargeable(f"Cards take {currency} in whole units only.")
    return whole


def from_stripe(units: int, currency: str) -> Money:
    """Read an amount in Stripe's smallest unit; a part of a unit that ISO lacks is dropped."""
    code = currency.upper()
    extra = _EXTRA_DECIMALS.get(code, 0)
    if extra < 0:
        return Money(units * 10**-extra, code)
    # Toward zero, for fees may come with decimals that the currency itself does not have.
    magnitude = abs(units) // 10**extra
    return Money(-magnitude if units < 0 else magnitude, code)
