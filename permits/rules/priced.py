"""What something sold would come to under a program."""

from dataclasses import dataclass

from parkops.kernel.money import Money
from permits.rules.amounts import Line


@dataclass(frozen=True, slots=True)
class Priced:
    """What something would come to, and why.

    `kept` is what would be left of the price after the refund that a cancellation brings. `refused`
    says why there is no such thing to buy, `not_for` why this one could not buy it as they did.
    """

    total: Money
    kept: Money
    lines: tuple[Line, ...] = ()
    because: tuple[str, ...] = ()
    refused: str = ""
    not_for: str = ""
