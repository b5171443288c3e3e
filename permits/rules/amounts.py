"""Exact shares of money, rounded half up once, and lines that add up to what was rounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from parkops.kernel.money import Money
from parkops.programme.schema import Tax


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quote: what, and what it comes to."""

    text: str
    amount: Money


def rounded(minor: Fraction, currency: str) -> Money:
    """Return the nearest whole minor unit of `minor`; a half goes away from zero."""
    whole = floor(abs(minor) + Fraction(1, 2))
    return Money(whole if minor >= 0 else -whole, currency)


def tax_of(price: Money, tax: Tax | None, *, on: str) -> tuple[Money, Money]:
    """Return (net, tax) of a rounded price; `on` is "permits" or "sessions".

    Where prices include the tax, the price is the total and the tax its share r / (1 + r), rounded.
    """
    if tax is None or on not in tax.applies_to:
        return price, Money.zero(price.currency)
    rate = Fraction(tax.rate)
    share = rate / (1 + rate) if tax.included else rate
    amount = rounded(share * price.minor, price.currency)
    return (price - amount, amount) if tax.included else (price, amount)


def percent(share: Decimal | Fraction) -> str:
    """Return a share in words: Decimal("0.079") is "7.9%"."""
    whole = Fraction(share) * 100
    if whole.denominator == 1:
        return f"{whole.numerator}%"
    return f"{float(whole):.10g}%"


def lines_of(steps: Sequence[tuple[str, Fraction]], currency: str) -> list[Line]:
    """Return a line for every step of a running amount, such that the lines add up exactly.

    `steps` are (text, the running amount in minor units after it); the first starts from nothing.
    """
    lines, before = [], 0
    for text, running in steps:
        now = rounded(running, currency).minor
        lines.append(Line(text, Money(now - before, currency)))
        before = now
    return lines
