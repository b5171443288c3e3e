"""What the payment rules say. Pure: no database, no clock, no Django."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Split:
    """How money handed over is shared: to the charges in order, as change, as credit; minor."""

    shares: tuple[int, ...]
    change: int
    credit: int

    @property
    def kept(self) -> int:
        """What stays: everything but the change."""
        return sum(self.shares) + self.credit


def split(balances: Sequence[int], *, given: int, gives_change: bool) -> Split:
    """Share `given` over the balances in order; the excess is change of cash, else credit."""
    left = given
    shares = []
    for balance in balances:
        share = min(max(balance, 0), left)
        shares.append(share)
        left -= share
    return Split(tuple(shares), left if gives_change else 0, 0 if gives_change else left)


def parts_of(amount: int, *, raised_net: int, raised_tax: int) -> tuple[int, int]:
    """Return net and tax of a gross `amount`, in the shares in which it was raised.

    The tax is rounded half up once; the net is the rest. Raised as nothing: all of it is net.
    """
    gross = raised_net + raised_tax
    if gross == 0:
        return amount, 0
    exact = Decimal(amount) * raised_tax / gross
    tax = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return amount - tax, tax


def adjusted(due: int, *, net: int, tax: int) -> tuple[int, int]:
    """Return (late fee, discount) that make net and tax come to `due`: one of them is zero."""
    gross = net + tax
    return max(due - gross, 0), max(gross - due, 0)


def may_take(*, owed: int, given: int | None) -> Decision:
    """Decide whether money may be taken: something is owed and something above zero is given."""
    if owed <= 0:
        return Decision("nothing_owed", "Nothing is owed on this any more.")
    if given is not None and given <= 0:
        return Decision("amount", "The amount must be above zero.", "amount")
    return ALLOWED


def may_refund(*, amount: int, refundable: int, shown: str) -> Decision:
    """Decide whether `amount` may go back of a payment of which `refundable` (`shown`) is left."""
    if amount <= 0:
        return Decision("amount", "The amount must be above zero.", "amount")
    if amount > refundable:
        return Decision("over_refund", f"Only {shown} of this payment is left to refund.", "amount")
    return ALLOWED


def platform_fee(amount: int, points: int) -> int:
    """Return what the platform keeps of a card payment, at so many hundredths of a percent: rounded half
    up, never more than the payment."""
    return min((amount * points + 5_000) // 10_000, amount)


def needs_second(*, by_staff: bool, amount: Money, above: Money | None) -> bool:
    """Return whether a refund that is asked for waits until somebody else accepts it: staff's own, of
    more than the program lets one person give back."""
    return by_staff and above is not None and amount > above


def may_decide(*, is_proposed: bool, is_own: bool, what: str = "refund") -> Decision:
    """Decide whether somebody may accept a refund, or something else, or not: never who asked for it."""
    if not is_proposed:
        return Decision(f"{what}_decided", f"This {what} does not wait to be accepted.")
    if is_own:
        return Decision(
            f"own_{what}", f"You asked for this {what}: somebody else accepts it or not."
        )
    return ALLOWED


def may_bounce(*, method: str, state: str, refunded: int) -> Decision:
    """Decide whether a payment may bounce: a check or a transfer, taken, of which nothing went back."""
    if state == "bounced":
        return Decision("already_bounced", "This payment has bounced already.")
    if method not in ("cheque", "bank") or state != "succeeded":
        return Decision("not_a_cheque", "Only a check that was taken can bounce.")
    if refunded:
        return Decision("already_refunded", "Part of this payment has been refunded.")
    return ALLOWED


_DIGITS = re.compile(r"(?:\d[ -]?){12,18}\d")


def may_keep_text(text: str, *, field: str) -> Decision:
    """Decide whether free text may be kept: not if it holds what looks like a card number.

    That is 13 to 19 digits, with blanks or hyphens between, whose Luhn check digit is right.
    """
    for found in _DIGITS.findall(text):
        digits = [int(letter) for letter in found if letter.isdigit()]
        doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
        if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0:
            return Decision(
                "card_number", "This looks like a card number. It must not be written here.", field
            )
    return ALLOWED


@dataclass(frozen=True, slots=True)
class Asked:
    """What a checkout was opened for."""

    amount: int
    currency: str
    reference: str


def mismatch(asked: Asked, *, amount: int, currency: str, reference: str) -> str:
    """Return in words how what was taken differs from what was asked; empty if it agrees."""
    if currency != asked.currency:
        return f"The provider took {currency} and not {asked.currency}."
    if amount != asked.amount:
        return "The provider took another amount than was asked."
    if reference != asked.reference:
        return "The provider's page was made for another payment."
    return ""


RANK = {
    "created": 0,
    "open": 1,
    "failed": 2,
    "expired": 2,
    "cancelled": 2,
    "needs_review": 3,
    "succeeded": 4,
    "bounced": 5,
}


def awaits_money(state: str) -> bool:
    """Return whether money that comes now makes a payment: none has, and nobody looks into one."""
    return RANK[state] < RANK["needs_review"]


def may_become(state: str, new: str) -> bool:
    """Return whether a payment may go to `new`: only up, so that late news changes nothing."""
    return RANK[new] > RANK[state]
