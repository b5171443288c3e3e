"""Which notes and coins a currency has, and how few of them make an amount."""

from dataclasses import dataclass

from parkops.kernel.money import Money, decimals

_IN_MAJOR_UNITS = """
    AUD 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05
    BRL 200 100 50 20 10 5 2 1 0.50 0.25 0.10 0.05
    CAD 100 50 20 10 5 2 1 0.25 0.10 0.05
    CHF 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05
    CZK 5000 2000 1000 500 200 100 50 20 10 5 2 1
    DKK 1000 500 200 100 50 20 10 5 2 1 0.50
    EUR 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01
    GBP 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01
    JPY 10000 5000 2000 1000 500 100 50 10 5 1
    MXN 1000 500 200 100 50 20 10 5 2 1 0.50
    NOK 1000 500 200 100 50 20 10 5 1
    NZD 100 50 20 10 5 2 1 0.50 0.20 0.10
    PLN 500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01
    SEK 1000 500 200 100 50 20 10 5 2 1
    USD 100 50 20 10 5 1 0.25 0.10 0.05 0.01
"""
_STEPS = (5, 2, 1)
# Of a currency that is not listed: from a hundred units down to its smallest, in ones, twos and fives.
_HIGHEST = 100


@dataclass(frozen=True, slots=True)
class Pieces:
    """How many of one note or coin."""

    each: Money
    count: int

    @property
    def name(self) -> str:
        """What people call it: "$20", "$0.25"."""
        return name_of(self.each)

    @property
    def total(self) -> Money:
        """What they come to."""
        return Money(self.each.minor * self.count, self.each.currency)


def denominations(currency: str) -> tuple[Money, ...]:
    """Return the notes and coins of a currency, the largest first; ones, twos and fives if unknown."""
    for line in _IN_MAJOR_UNITS.split("\n"):
        code, *amounts = line.split() or [""]
        if code == currency.upper():
            return tuple(Money.parse(amount, code) for amount in amounts)
    return tuple(Money(minor, currency) for minor in _usual(decimals(currency)))


def name_of(each: Money) -> str:
    """Return what people call a note or coin, without decimals where it has none: "$20", "$0.25"."""
    whole, _, part = str(each).partition(".")
    return whole if not part.strip("0") else str(each)


def change_in(amount: Money) -> list[Pieces]:
    """Return the fewest notes and coins that make `amount`, the largest first; what is smaller than the
    smallest coin is left out."""
    left, found = amount.minor, []
    for each in denominations(amount.currency):
        count, left = divmod(left, each.minor)
        if count > 0:
            found.append(Pieces(each, count))
    return found


def likely_given(amount: Money, *, most: int = 4) -> list[Money]:
    """Return what people are likely to hand over for `amount` beside exactly it: the next amounts that
    notes make, the lowest first."""
    if amount.minor <= 0:
        return []
    unit = 10 ** decimals(amount.currency)
    notes = [one.minor for one in denominations(amount.currency) if one.minor >= unit]
    found = {-(-amount.minor // note) * note for note in notes} - {amount.minor}
    return [Money(minor, amount.currency) for minor in sorted(found)[:most]]


def _usual(places: int) -> list[int]:
    unit = 10**places
    power, found = _HIGHEST * unit, [_HIGHEST * unit]
    while power > 1:
        power //= 10
        found += [step * power for step in _STEPS]
    return found
