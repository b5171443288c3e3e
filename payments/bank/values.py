"""A bank's statement in our own words, whatever the form of its file."""

from dataclasses import dataclass
from datetime import date


class BadStatement(ValueError):
    """A file that is no statement we can read; the words are fit to show to a clerk."""


@dataclass(frozen=True, slots=True)
class Booked:
    """One booked entry. `minor` is above zero for money that came, below for money that went.

    `bank_reference` is the bank's own name of it, unique in the account. `reference` is the structured
    reference that the payer gave, `text` whatever else they wrote. `is_return` says that it takes an
    earlier one back: the one of the same `end_to_end`, or that the bank names in `returns`.
    """

    bank_reference: str
    booked_on: date
    minor: int
    currency: str
    valued_on: date | None = None
    party: str = ""
    party_account: str = ""
    reference: str = ""
    text: str = ""
    end_to_end: str = ""
    is_return: bool = False
    returns: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One account's entries in a file. `pending` counts those that the bank has not booked yet."""

    form: str
    account: str
    name: str
    currency: str
    entries: tuple[Booked, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    since: date | None = None
    until: date | None = None
    pending: int = 0
