"""What the rules say of the ways of paying, several at once, gift certificates and goods. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money

MOST_TENDERS = 8
AT_ONCE = ("cash", "cheque", "terminal", "account", "gift", "goods", "other")
"""Ways by which money is there at once."""
WITH_OTHERS = ("credit",)
"""Ways that pay beside others: alone they are no taking."""
LIMITED = ("goods", "gift", "credit")
"""Ways that without an amount pay what they can, not the rest."""
NO_MONEY_BACK = ("goods",)
"""Ways of which nothing goes back as money."""
ORDER = ("goods", "gift", "credit", "cheque", "terminal", "account", "other", "cash")
"""In which order several ways pay: what can pay least first, and cash last, for it gives change."""
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits of a code that nobody mistakes for another."""
_CODE = re.compile(rf"[{ALPHABET}]{{12}}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One way of paying as it was asked for: how much (None: the rest), and what it is known by."""

    method: str
    minor: int | None = None
    reference: str = ""
    pieces: int | None = None


def may_take_together(tenders: Sequence[Asked]) -> Decision:
    """Decide whether these ways may pay together, whatever is owed."""
    if not tenders:
        return Decision("tenders", "Say how it is paid.", "tenders")
    if len(tenders) > MOST_TENDERS:
        return Decision("tenders", f"At most {MOST_TENDERS} ways at once.", "tenders")
    for method in ("cash", "goods", "credit"):
        if sum(one.method == method for one in tenders) > 1:
            name = {"cash": "Cash", "goods": "Goods", "credit": "Credit"}[method]
            return Decision("tenders", f"{name} stands there twice; write it once.", "tenders")
    if sum(one.minor is None and one.method not in LIMITED for one in tenders) > 1:
        return Decision(
            "tenders", "Only one way can pay the rest; give the others' amounts.", "tenders"
        )
    if all(one.method in WITH_OTHERS for one in tenders):
        return Decision("tenders", "Credit alone is used without other ways.", "tenders")
    for one in tenders:
        if one.method not in (*AT_ONCE, *WITH_OTHERS):
            return Decision("method", f"{one.method} is not taken at once.", "method")
        if not (decision := may_take(one)):
            return decision
    return ALLOWED


def may_take(one: Asked) -> Decision:
    """Decide whether a way of paying says what has to be known of it."""
    if one.minor is not None and one.minor <= 0:
        return Decision("amount", "The amount must be above zero.", "amount")
    if one.method == "terminal" and not one.reference.strip():
        return Decision("reference", "Write the number on the terminal's slip.", "reference")
    if one.method == "gift" and not code_of(one.reference):
        told = "A gift certificate's code has 12 letters and digits, such as ABCD-EFGH-2345."
        return Decision("reference", told, "reference")
    if one.method == "goods" and not one.reference.strip():
        return Decision("reference", "Say which drive the goods are for.", "reference")
    if one.method == "goods" and (one.pieces is None or one.pieces < 1):
        return Decision("pieces", "Say how many pieces are brought.", "pieces")
    return ALLOWED


def may_be_over(method: str, *, over: Money) -> Decision:
    """Decide whether a way may pay more than is left when several pay together: only cash gives change."""
    if over.minor <= 0 or method == "cash":
        return ALLOWED
    told = f"It comes to {over} more than is owed. Only cash gives change: lower another way."
    return Decision("over", told, "amount")


def may_use_credit(there: Money, *, wanted: Money | None) -> Decision:
    """Decide whether `wanted` (None: what it can) may be paid of the credit that is there."""
    if not there:
        return Decision("credit", "The customer has no credit.", "amount")
    if wanted is not None and wanted > there:
        return Decision("credit", f"The customer's credit is {there}.", "amount")
    return ALLOWED


def code_of(text: str) -> str:
    """Return the code of a gift certificate that somebody typed, or "" if it is none."""
    bare = re.sub(r"[\s-]", "", text).upper()
    return bare if _CODE.fullmatch(bare) else ""


def shown_code(code: str) -> str:
    """Return a code as people read it: in groups of four."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


@dataclass(frozen=True, slots=True)
class Gift:
    """What a certificate's use rests on."""

    left: Money
    is_live: bool
    is_blocked: bool
    expires_on: date | None


def may_use_gift(gift: Gift, *, wanted: Money | None, on: date) -> Decision:
    """Decide whether a certificate may pay `wanted` (None: what it can) on `on`."""
    if gift.is_blocked:
        return Decision("gift_blocked", "This gift certificate is blocked.", "reference")
    if not gift.is_live:
        return Decision("gift_unpaid", "This gift certificate has not been paid for.", "reference")
    if gift.expires_on is not None and on > gift.expires_on:
        told = f"This gift certificate could be used until {gift.expires_on:%Y-%m-%d}."
        return Decision("gift_expired", told, "reference")
    if not gift.left.minor:
        return Decision("gift_used", "This gift certificate is used up.", "reference")
    if wanted is not None and wanted > gift.left:
        return Decision("gift_short", f"{gift.left} is left on it.", "amount")
    return ALLOWED


@dataclass(frozen=True, slots=True)
class Drive:
    """What a drive takes: what a piece is worth, how much of a charge goods pay (None: all), of which
    kinds, and when."""

    name: str
    piece: str
    worth: Money
    most: Money | None
    kinds: tuple[str, ...]
    first_on: date
    last_on: date


def may_bring(drive: Drive, *, on: date) -> Decision:
    """Decide whether a drive takes goods on `on`."""
    if not drive.first_on <= on <= drive.last_on:
        told = f"{drive.name} takes goods from {drive.first_on} to {drive.last_on}."
        return Decision("drive_over", told, "reference")
    return ALLOWED


def goods_room(drive: Drive, *, kind: str, balance: int, brought: int) -> int:
    """Return how much of a charge goods may still pay that owes `balance`, `brought` of it by goods."""
    if kind not in drive.kinds:
        return 0
    return balance if drive.most is None else max(min(balance, drive.most.minor - brought), 0)


def may_bring_so_much(drive: Drive, *, pieces: int, room: Money) -> Decision:
    """Decide whether so many pieces are not more than goods may pay."""
    worth = drive.worth * pieces
    if worth > room:
        told = (
            f"{pieces} × {drive.piece} is worth {worth}; at most {room} of this is paid in goods."
        )
        return Decision("goods_over", told, "pieces")
    return ALLOWED
