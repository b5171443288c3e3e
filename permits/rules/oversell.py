"""How many permits may be sold for a number of spaces, from how many holders came on past days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil, exp, lgamma, log
from random import Random

from parkops.kernel.decisions import ALLOWED, Decision

WINDOW = timedelta(hours=3)
"""A vehicle seen is taken to stand there for this long; the fullest such window is a day's peak."""
LEAST_DAYS = 20
LEAST_SEEN = 10
SEEN_OF_SPACES = Fraction(1, 4)
"""A day on which fewer vehicles were seen than this many, or this share of the spaces there, says
nothing: officers who look at a few cars miss most holders."""
LEAST_HELD = 5
"""A day on which fewer permits were in force says nothing of the holders' habits."""
MOST_TIMES = 3
"""Never more than so many permits a space, however few came."""
RISKS = (Fraction(1, 100), Fraction(1, 50), Fraction(1, 20), Fraction(1, 10))
DRAWS = 200


@dataclass(frozen=True, slots=True)
class Day:
    """A past day: permits of the type in force, and how many of them were there at the peak."""

    on: date
    held: int
    present: int

    @property
    def share(self) -> float:
        """The share of holders who were there; between none and all, as a sample of a few says."""
        return (self.present + 0.5) / (self.held + 1)


@dataclass(frozen=True, slots=True)
class Advice:
    """The most permits that may be sold, and between which numbers it lies with 9 chances in 10.

    `share` is how many holders come on an average day, `full_now` the share of days that would be
    full with what is sold now.
    """

    number: int
    low: int
    high: int
    share: float
    risk: Fraction


def peak(sights: Sequence[tuple[datetime, int]], *, held: int) -> int:
    """Return how many permits were there at the fullest time of a day, at most `held`.

    `sights` are (instant, permit) of one day. Nobody sees every vehicle: where the two halves of a
    window were both looked at, those seen twice tell how many were missed (Chapman's estimate);
    whoever came or left meanwhile makes it higher, never lower. One look alone is taken as whole.
    """
    ordered = sorted(sights)
    most = 0
    for place, (begins, _) in enumerate(ordered):
        half, end = begins + WINDOW / 2, begins + WINDOW
        first = {permit for at, permit in ordered[place:] if at < half}
        second = {permit for at, permit in ordered[place:] if half <= at < end}
        most = max(most, _chapman(first, second))
    return min(most, held)


def least_seen(spaces: int) -> int:
    """Return how many vehicles must have been seen in zones of so many spaces for a day to count."""
    return max(LEAST_SEEN, ceil(SEEN_OF_SPACES * spaces))


def is_known(days: Sequence[Day]) -> Decision:
    """Decide whether so many days say enough."""
    if len(days) >= LEAST_DAYS:
        return ALLOWED
    known = "1 day is" if len(days) == 1 else f"{len(days)} days are"
    told = f"{known} known; at least {LEAST_DAYS} are needed."
    return Decision("too_few_days", told)


def chance_of_full(days: Sequence[Day], *, sold: int, spaces: int) -> float:
    """Return the share of days on which more than `spaces` of `sold` holders would come.

    A day like each of the past ones is as likely; on it every holder comes with that day's share.
    """
    if not days:
        return 0.0
    return sum(_more_than(spaces, sold, day.share) for day in days) / len(days)


def advise(days: Sequence[Day], *, spaces: int, risk: Fraction) -> Advice:
    """Return how many permits keep the share of full days at or below `risk`.

    The bounds come from drawing the known days anew, `DRAWS` times, always in the same way.

    :raises Refused: "too_few_days".
    """
    is_known(days).require()
    dice = Random(20)  # noqa: S311  the same days give the same bounds
    drawn = sorted(
        _most(dice.choices(days, k=len(days)), spaces=spaces, risk=risk) for _ in range(DRAWS)
    )
    number = _most(days, spaces=spaces, risk=risk)
    low, high = drawn[round(DRAWS * 0.05)], drawn[round(DRAWS * 0.95) - 1]
    share = sum(day.share for day in days) / len(days)
    return Advice(number, min(low, number), max(high, number), share, risk)


def percent_over(number: int, *, total: int) -> str:
    """Return the `oversell` of a quota by which at most `number` are sold: "12.5%".

    :raises ValueError: if there is no quota to oversell, or fewer are sold than it has.
    """
    if total < 1 or number < total:
        raise ValueError("a quota is oversold by what is beyond its total")
    hundredths = ceil(Fraction(number - total, total) * 10_000)
    return f"{hundredths / 100:g}%"


def _most(days: Sequence[Day], *, spaces: int, risk: Fraction) -> int:
    low, high = spaces, spaces * MOST_TIMES
    while low < high:
        middle = (low + high + 1) // 2
        if chance_of_full(days, sold=middle, spaces=spaces) <= risk:
            low = middle
        else:
            high = middle - 1
    return low


def _chapman(first: Collection[int], second: Collection[int]) -> int:
    if not first or not second:
        return len(first) + len(second)
    again = len(set(first) & set(second))
    return round((len(first) + 1) * (len(second) + 1) / (again + 1)) - 1


@lru_cache(maxsize=100_000)
def _more_than(spaces: int, sold: int, share: float) -> float:
    """The chance that more than `spaces` of `sold` come, each with the chance `share`."""
    if sold <= spaces:
        return 0.0
    return _beta(share, spaces + 1, sold - spaces)


def _beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return min(max(front * _fraction(x, a, b) / a, 0.0), 1.0)
    return min(max(1 - front * _fraction(1 - x, b, a) / b, 0.0), 1.0)


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 500):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + step * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + step / c
            c = c if abs(c) > tiny else tiny
            value *= d * c
        if abs(d * c - 1) < 1e-13:
            break
    return value
