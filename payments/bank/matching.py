"""What a transfer is likely for: by its reference, by numbers in its text, by amount and name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from parkops.kernel import numbers
from payments.bank.references import references_in

How = Literal["reference", "number", "guess", "none"]

_NUMBER = re.compile(r"\bI[ -]?\d{4}[ -]?\d{5,}[ -]?\d\b")
SHORTEST_WORD = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """An invoice that something is owed of, in minor units."""

    number: str
    reference: str
    payer: str
    owed: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came, and what its payer wrote."""

    minor: int
    reference: str = ""
    text: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The invoices that a transfer is for, in order, by what, and why in words. One that `is_sure` is
    booked by itself; any other is only suggested."""

    how: How
    numbers: tuple[str, ...] = ()
    because: str = ""
    is_sure: bool = False


NOTHING = Match("none", because="It names no invoice, and none is of this amount and payer.")


def match(transfer: Transfer, asked: Sequence[Asked]) -> Match:
    """Return what a transfer is for. What it names is sure, but for several invoices of which it pays
    less than all; what only its amount and payer say is a guess."""
    named = named_in(transfer, asked)
    if named:
        how: How = "reference" if named[0][1] else "number"
        found = [one for one, _ in named]
        owed = sum(one.owed for one in found)
        what = "their references" if how == "reference" else "their numbers"
        if len(found) == 1:
            what = "its reference" if how == "reference" else "its number"
        if len(found) > 1 and transfer.minor < owed:
            return Match(how, _numbers(found), f"It names {what}, but pays less than all of them.")
        return Match(how, _numbers(found), f"It names {what}.", is_sure=True)
    theirs = [one for one in asked if is_same_payer(one.payer, transfer.party)]
    for one in theirs:
        if one.owed == transfer.minor:
            return Match("guess", (one.number,), "Its amount and payer are those of this invoice.")
    if len(theirs) > 1 and sum(one.owed for one in theirs) == transfer.minor:
        return Match("guess", _numbers(theirs), "Its amount is what this payer owes in all.")
    return NOTHING


def named_in(transfer: Transfer, asked: Sequence[Asked]) -> list[tuple[Asked, bool]]:
    """Return the invoices that a transfer names, by their reference first; each with whether it was."""
    references = references_in(transfer.reference, transfer.text)
    written = f"{transfer.reference} {transfer.text}".upper()
    told = {tidy for typed in _NUMBER.findall(written) if (tidy := numbers.tidy(typed))}
    found = [(one, True) for one in asked if one.reference in references]
    found += [
        (one, False) for one in asked if one.number in told and one.reference not in references
    ]
    return found


def is_same_payer(one: str, other: str) -> bool:
    """Return whether two names are likely of the same: every word of the shorter is in the longer."""
    words, others = _words(one), _words(other)
    few, many = sorted((words, others), key=len)
    return bool(few) and few <= many


def _words(name: str) -> set[str]:
    letters = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return {word for word in letters.split() if len(word) >= SHORTEST_WORD}


def _numbers(found: Sequence[Asked]) -> tuple[str, ...]:
    return tuple(one.number for one in found)
