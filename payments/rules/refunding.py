"""How a refund of a charge is shared: over its parts, and over the payments that paid it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from parkops.kernel.decisions import ALLOWED, Decision
from payments.rules import parts_of


@dataclass(frozen=True, slots=True)
class Parts:
    """What a charge comes to, or what is taken off it, in minor units."""

    net: int
    tax: int
    late_fee: int
    discount: int

    @property
    def amount(self) -> int:
        """What the parts come to."""
        return self.net + self.tax + self.late_fee - self.discount

    def __sub__(self, other: "Parts") -> "Parts":
        return Parts(
            self.net - other.net,
            self.tax - other.tax,
            self.late_fee - other.late_fee,
            self.discount - other.discount,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """What goes back by one payment: where it stands in the list, how much, and of which parts."""

    place: int
    minor: int
    of: Parts


def may_refund_charge(
    minor: int, *, paid: int, balance: int, written_off: int, shown: str
) -> Decision:
    """Decide whether `minor` of a charge may go back, of which `paid` (`shown`) is paid and can."""
    if minor <= 0:
        return Decision("amount", "The amount must be above zero.", "amount")
    if written_off:
        return Decision("written_off", "This charge is written off. Take that back first.")
    if balance:
        return Decision(
            "still_owed",
            "Part of this charge is still owed. Adjust it: what is paid beyond the new amount is credit then, "
            "and can be given back.",
        )
    if minor > paid:
        return Decision("over_refund", f"Only {shown} of this charge can be given back.", "amount")
    return ALLOWED


def less(parts: Parts, minor: int, *, raised_net: int, raised_tax: int) -> Parts:
    """Return the parts of a charge that comes to `minor` less: first its late fee, then net and tax in the
    shares in which they were raised; a discount stays."""
    late_fee = max(parts.late_fee - minor, 0)
    gross = parts.net + parts.tax - (minor - (parts.late_fee - late_fee))
    net, tax = parts_of(gross, raised_net=raised_net, raised_tax=raised_tax)
    return Parts(net, tax, late_fee, min(parts.discount, gross))


def shares(
    minor: int, held: Sequence[int], parts: Parts, *, raised_net: int, raised_tax: int
) -> list[Share]:
    """Share what goes back over what payments hold of a charge, in their order: each gives all it has
    before the next. The parts of all come to what the charge is less by, to the cent."""
    found, now, left = [], parts, minor
    for place, has in enumerate(held):
        share = min(has, left)
        if share <= 0:
            continue
        left -= share
        then = less(now, share, raised_net=raised_net, raised_tax=raised_tax)
        found.append(Share(place, share, now - then))
        now = then
    return found
