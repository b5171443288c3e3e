"""What other apps show of a customer: rights, debts, and what may be done. They register; we show.

permits registers `rights`, `duties` and `acts`, payments registers `debts`, in their AppConfig.ready.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from parkops.customers.timeline import Subject
from parkops.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Right:
    """A permit or another right of a customer, `until` its last moment. `url` leads staff, `my_url`
    the customer."""

    number: str
    title: str
    state: str
    tone: str
    until: datetime | None
    plates: tuple[str, ...]
    url: str
    my_url: str
    holds_now: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """An open charge of a customer or of one of the plates."""

    text: str
    amount: Money
    due_on: date | None
    url: str
    my_url: str
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """What a customer does for others, on a page of their own: `text` says it, `name` for whom."""

    text: str
    name: str
    url: str
    my_url: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something that staff may do for a customer, on a page of another app."""

    text: str
    url: str
    icon: str
    permission: str
    is_primary: bool = False


class Rights(Protocol):
    """Gives the rights of a customer, those that hold now first."""

    def __call__(self, subject: Subject, *, at: datetime) -> Sequence[Right]: ...


class Debts(Protocol):
    """Gives what a customer owes, the oldest first."""

    def __call__(self, subject: Subject, *, at: datetime) -> Sequence[Debt]: ...


class Duties(Protocol):
    """Gives what a customer does for others."""

    def __call__(self, subject: Subject) -> Sequence[Duty]: ...


class Acts(Protocol):
    """Gives what may be done for the customer with this reference (a UUID as text)."""

    def __call__(self, reference: str) -> Sequence[Act]: ...


_rights: list[Rights] = []
_debts: list[Debts] = []
_duties: list[Duties] = []
_acts: list[Acts] = []


def register(
    *,
    rights: Rights | None = None,
    debts: Debts | None = None,
    duties: Duties | None = None,
    acts: Acts | None = None,
) -> None:
    """Let an app show what it knows of a customer; registering twice is once."""
    if rights is not None and rights not in _rights:
        _rights.append(rights)
    if debts is not None and debts not in _debts:
        _debts.append(debts)
    if duties is not None and duties not in _duties:
        _duties.append(duties)
    if acts is not None and acts not in _acts:
        _acts.append(acts)


def rights_of(subject: Subject, *, at: datetime) -> list[Right]:
    """Return the customer's rights, those that hold now first."""
    found = [right for source in _rights for right in source(subject, at=at)]
    return sorted(found, key=lambda right: not right.holds_now)


def debts_of(subject: Subject, *, at: datetime) -> list[Debt]:
    """Return what the customer owes, the earliest due first."""
    found = [debt for source in _debts for debt in source(subject, at=at)]
    return sorted(found, key=lambda debt: debt.due_on or date.max)


def duties_of(subject: Subject) -> list[Duty]:
    """Return what the customer does for others, as all apps say."""
    return [duty for source in _duties for duty in source(subject)]


def acts_for(reference: str) -> list[Act]:
    """Return what may be done for the customer, as all apps say."""
    return [act for source in _acts for act in source(reference)]
