"""Amounts as banks write them."""

from decimal import Decimal

from parkops.kernel.money import decimals
from payments.bank.values import BadStatement


def minor_units(amount: Decimal, currency: str) -> int:
    """Return an amount of `currency` in its minor units.

    :raises BadStatement: if it has more decimals than the currency.
    """
    scaled = amount.scaleb(decimals(currency))
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise BadStatement(f"{amount} {currency} has more decimals than the currency.")
    return int(scaled)
