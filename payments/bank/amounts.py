"""Amounts and names as banks write them."""

from decimal import Decimal, InvalidOperation

from parkops.kernel.money import decimals
from payments.bank.values import BadStatement

LARGEST = 10**15
"""More minor units than any entry or balance has."""


def read_amount(told: str, currency: str) -> int:
    """Return an amount of `currency`, such as 1250.00, in its minor units.

    :raises BadStatement: if it is none, is too large, or has more decimals than the currency.
    """
    try:
        amount = Decimal(told)
    except InvalidOperation as error:
        raise BadStatement(f"{told!r} is no amount.") from error
    if not amount.is_finite() or amount.copy_abs() >= LARGEST:
        raise BadStatement(f"{told!r} is no amount that a bank books.")
    scaled = amount.scaleb(decimals(currency))
    if scaled != scaled.to_integral_value():
        raise BadStatement(f"{amount} {currency} has more decimals than the currency.")
    return int(scaled)


def read_currency(told: str) -> str:
    """Return a currency's three letters, or nothing where none is told.

    :raises BadStatement: if it is something else.
    """
    if told and not (len(told) == 3 and told.isascii() and told.isalpha()):
        raise BadStatement(f"{told!r} is no currency such as USD.")
    return told.upper()
