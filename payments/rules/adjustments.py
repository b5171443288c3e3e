"""What of a charge may be adjusted, and how much of it is tax."""

from dataclasses import dataclass

from parkops.kernel.decisions import ALLOWED, Decision
from payments.rules import parts_of


@dataclass(frozen=True, slots=True)
class Stands:
    """How a charge stands, in minor units: as raised, now, and what is owed of it."""

    raised_net: int
    raised_tax: int
    net: int
    tax: int
    balance: int
    written_off: int


def may_adjust(kind: str, minor: int, charge: Stands) -> Decision:
    """Decide whether an amount may be added to a charge (`debit`), taken off it (`credit`) or given up
    (`write_off`)."""
    if minor <= 0:
        return Decision("amount", "The amount must be above zero.", "amount")
    if charge.written_off:
        return Decision("written_off", "This charge is written off. Take that back first.")
    if kind == "credit" and minor > charge.net + charge.tax:
        return Decision("amount", "The charge does not come to as much.", "amount")
    if kind == "write_off" and minor != charge.balance:
        return Decision("amount", "All that is owed is written off, or nothing.", "amount")
    return ALLOWED


def shares(minor: int, charge: Stands, *, kind: str) -> tuple[int, int]:
    """Return net and tax of an adjustment: at the rate of the sale, whatever the rate is today. What is
    taken off is never more of one than there is."""
    net, tax = parts_of(minor, raised_net=charge.raised_net, raised_tax=charge.raised_tax)
    if kind == "debit":
        return net, tax
    tax = min(tax, charge.tax)
    if minor - tax > charge.net:
        tax = minor - charge.net
    return minor - tax, tax


def may_move(*, held: int, owed: int, is_same: bool) -> Decision:
    """Decide whether a payment may be moved from a charge to another: something is held, something owed."""
    if is_same:
        return Decision("same_charge", "Choose another charge.", "to")
    if held <= 0:
        return Decision("nothing_held", "Nothing of this payment is on that charge.")
    if owed <= 0:
        return Decision("nothing_owed", "Nothing is owed on the other charge.", "to")
    return ALLOWED
