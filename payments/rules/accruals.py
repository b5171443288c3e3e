"""What of a permit's price is earned by a day: by the days of its term. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from parkops.kernel.dates import add_months


@dataclass(frozen=True, slots=True)
class Term:
    """The days that something was sold for, from the first to before the last: [first, end)."""

    first: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has; one at least."""
        return max((self.end - self.first).days, 1)


def unearned(net: int, term: Term, on: date) -> int:
    """Return what of `net` is for the days from `on` on, rounded half up; the rest is earned."""
    left = min(max((term.end - max(on, term.first)).days, 0), term.days)
    if on <= term.first:
        return net
    sign = -1 if net < 0 else 1
    return sign * ((2 * abs(net) * left + term.days) // (2 * term.days))


def by_month(net: int, term: Term) -> list[tuple[date, int]]:
    """Return what of `net` is earned in each month that the term touches, by the months' first days;
    together it is `net`."""
    found: list[tuple[date, int]] = []
    month = term.first.replace(day=1)
    last = max(term.first, term.end - timedelta(days=1))
    before = net
    while month <= last:
        following = add_months(month, 1)
        left = unearned(net, term, following)
        found.append((month, before - left))
        before, month = left, following
    return found


@dataclass(frozen=True, slots=True)
class Prepaid:
    """What was charged for a term: its net as posted, what of it stands as prepaid, and its term."""

    net: int
    held: int
    term: Term

    def moves(self, on: date, *, accrues: bool) -> int:
        """Return by how much what stands as prepaid has to grow so that it is right on `on`."""
        return (unearned(self.net, self.term, on) if accrues else 0) - self.held


def waterfall(prepaid: Sequence[Prepaid], on: date) -> list[tuple[date, int]]:
    """Return what of all that is not earned on `on`, a month's first day, will be in each month."""
    found: dict[date, int] = {}
    for one in prepaid:
        for month, minor in by_month(one.net, one.term):
            if month >= on:
                found[month] = found.get(month, 0) + minor
    return sorted((month, minor) for month, minor in found.items() if minor)
