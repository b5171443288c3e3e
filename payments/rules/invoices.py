"""When an invoice is due, how it stands, how old what is owed is, and when somebody is reminded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from parkops.kernel.decisions import ALLOWED, Decision

State = Literal["open", "part_paid", "paid", "overdue", "void"]

STATUSES: dict[State, tuple[str, str]] = {
    "open": ("Open", "info"),
    "part_paid": ("Part paid", "info"),
    "overdue": ("Overdue", "bad"),
    "paid": ("Paid", "good"),
    "void": ("Void", ""),
}
"""What each is called, and its tone."""

WORDS = ("Not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days")
"""What the ages of what is owed are called, from the youngest."""
MOST = (0, 30, 60, 90)
"""The most days of each but the last."""


def state_of(*, is_void: bool, asked: int, owed: int, due_on: date, today: date) -> State:
    """Return how an invoice of `asked` minor units stands of which `owed` are owed still."""
    if is_void:
        return "void"
    if owed <= 0:
        return "paid"
    if due_on < today:
        return "overdue"
    return "part_paid" if owed < asked else "open"


@dataclass(frozen=True, slots=True)
class Age:
    """What is owed of one age."""

    label: str
    minor: int


def ageing(owed: Iterable[tuple[date | None, int]], *, today: date) -> list[Age]:
    """Return what is owed by how long it has been due: 0, 30, 60, 90 days and more. The due date is its
    last day; what has none is not due."""
    sums = [0] * len(WORDS)
    for due_on, minor in owed:
        late = (today - due_on).days if due_on else 0
        place = next((n for n, most in enumerate(MOST) if late <= most), len(MOST))
        sums[place] += minor
    return [Age(label, minor) for label, minor in zip(WORDS, sums, strict=True)]


def level_due(
    after: Sequence[int], *, due_on: date, today: date, sent: Iterable[int]
) -> int | None:
    """Return the level (from 1) of the reminder that is to go out now, None if none is.

    `after` are the days after the due date of each level. Only the highest that is reached goes out,
    and none that is not above what has been `sent`: who was not reminded for long gets one letter.
    """
    reached = [
        level for level, days in enumerate(after, 1) if due_on + timedelta(days=days) <= today
    ]
    level = max(reached, default=0)
    return level if level > max(sent, default=0) else None


def may_void(*, is_void: bool, asked: int, owed: int) -> Decision:
    """Decide whether an invoice may be voided: once, and not if all of it is paid."""
    if is_void:
        return Decision("invoice_void", "This invoice is void already.")
    if asked and owed <= 0:
        return Decision(
            "invoice_paid", "This invoice is paid. Adjust the charge or give the payment back."
        )
    return ALLOWED
