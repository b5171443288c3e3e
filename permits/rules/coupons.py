"""What a coupon takes off a permit's price, and who may use it when. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import say
from permits.rules.amounts import percent, rounded
from permits.rules.terms import day_text

LEAST_LETTERS, MOST_LETTERS = 4, 24
_LOOK_ALIKES = str.maketrans("OIL", "011")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def coupon_key(text: str) -> str:
    """Return what two codes are compared by: `spring-26` and `SPR1NG26` are the same coupon."""
    bare = "".join(letter for letter in text.upper() if letter in _LETTERS)
    return bare.translate(_LOOK_ALIKES)


def is_coupon_code(text: str) -> bool:
    """Return whether `text` may be a coupon's code: 4 to 24 letters, digits and dashes."""
    bare = text.replace("-", "")
    fits = len(bare) >= LEAST_LETTERS and len(text) <= MOST_LETTERS
    return fits and set(bare.upper()) <= _LETTERS


@dataclass(frozen=True, slots=True)
class TakesOff:
    """What a coupon takes off: a share of the price, or an amount."""

    code: str
    share: Decimal | None = None
    amount: Money | None = None

    def off(self, price: Money) -> Money:
        """Return what it takes off a price: the share rounded half up, and never more than all of it."""
        if price.minor <= 0:
            return Money.zero(price.currency)
        if self.amount is not None:
            return min(self.amount, price)
        return rounded(Fraction(self.share or 0) * price.minor, price.currency)

    def because(self, price: Money) -> str:
        """Return why: "Coupon SPRING26: 20% off 120.00."."""
        told = percent(self.share) if self.share is not None else self.amount
        return say("Coupon {code}: {what} off {price}.", code=self.code, what=told, price=price)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coupon's use rests on: `used` permits bear it, `used_by_customer` of them this customer's."""

    first_on: date
    last_on: date | None = None
    is_off: bool = False
    types: Collection[str] = ()
    audiences: Collection[str] = ()
    uses: int | None = None
    used: int = 0
    per_customer: int | None = None
    used_by_customer: int = 0


UNKNOWN = Decision("coupon_unknown", say("There is no such coupon."), "coupon")
NOTHING = Decision(
    "coupon_nothing", say("This coupon would take nothing off this price."), "coupon"
)


def may_use(terms: Terms, *, type_code: str, audiences: Collection[str], on: date) -> Decision:
    """Decide whether somebody of these audiences may use a coupon for a type of permit on `on`."""
    if terms.is_off or (terms.last_on is not None and on > terms.last_on):
        return Decision("coupon_over", say("This coupon is over."), "coupon")
    if on < terms.first_on:
        day = day_text(terms.first_on)
        told = say("This coupon can be used from {day} on.", day=day)
        return Decision("coupon_not_yet", told, "coupon")
    if terms.types and code_key(type_code) not in {code_key(code) for code in terms.types}:
        return Decision("coupon_type", say("This coupon is not for this permit."), "coupon")
    mine = {code_key(code) for code in audiences}
    if terms.audiences and not mine & {code_key(code) for code in terms.audiences}:
        return Decision("coupon_audience", say("This coupon is for other customers."), "coupon")
    return has_use_left(terms)


def has_use_left(terms: Terms) -> Decision:
    """Decide whether a coupon may be used once more, in all and by this customer."""
    if terms.per_customer is not None and terms.used_by_customer >= terms.per_customer:
        told = say("You have used this coupon already.")
        return Decision("coupon_used_by_you", told, "coupon")
    if terms.uses is not None and terms.used >= terms.uses:
        return Decision("coupon_used_up", say("This coupon is used up."), "coupon")
    return ALLOWED
