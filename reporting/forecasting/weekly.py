"""The week as it usually is, and what the present says of the next hour.

The figure of a slot (an hour of a weekday, say) is smoothed from week to week: the newest week weighs `weight`,
the one before `weight` of the rest, and so on. That is simple exponential smoothing with a season of a week,
slot by slot. What comes within the hour follows from how far the present is off that figure, and how that
has moved, by two factors fitted by least squares. What is fitted is fitted on days before those it is tried on.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SUNDAY = 6
WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""How much the newest week may weigh; which one is chosen by how it would have done."""
USUAL_WEIGHT = 0.6
WEEKS_BACK = 10
LEAST_SHOWN = 20
"""Fewer errors say nothing of a range."""

Slot = tuple[date, int]
Series = Mapping[Slot, float]
"""What was, by local day and slot of the day; what is not known is not in it."""
Guess = Callable[[Series, date, int, date], float | None]
"""What a series comes to on a day, in a slot, knowing only the days up to the last one given."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a forecast would have done: its errors (told less true), and how many were left out for gaps."""

    errors: tuple[float, ...]
    gaps: int = 0

    @property
    def count(self) -> int:
        """How many figures were compared."""
        return len(self.errors)

    @property
    def mean(self) -> float | None:
        """The mean absolute error; None of nothing."""
        if not self.errors:
            return None
        return sum(abs(error) for error in self.errors) / len(self.errors)

    def within(self, share: float) -> float | None:
        """Return how far off the forecast was at most, in `share` of the cases; None of too few."""
        if len(self.errors) < LEAST_SHOWN:
            return None
        ordered = sorted(abs(error) for error in self.errors)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def __add__(self, other: "Tried") -> "Tried":
        return Tried(self.errors + other.errors, self.gaps + other.gaps)


@dataclass(frozen=True, slots=True)
class Weekly:
    """The week as it usually is, smoothed; `odd` days, such as holidays, are like Sundays."""

    weight: float = USUAL_WEIGHT
    odd: Container[date] = frozenset()

    def __call__(self, series: Series, day: date, slot: int, known_to: date) -> float | None:
        """Return what to expect, knowing the days up to `known_to`; None where there is nothing to go by."""
        total = weights = 0.0
        weight = 1.0
        for before in self._like(day, known_to):
            value = series.get((before, slot))
            if value is not None:
                total += weight * value
                weights += weight
                weight *= 1 - self.weight
        return total / weights if weights else None

    def _like(self, day: date, known_to: date) -> Iterator[date]:
        """The days like this one up to `known_to`, the newest first."""
        kind = self._kind(day)
        if day not in self.odd:
            steps = max((day - known_to).days + 6, 7) // 7
            for n in range(steps, steps + WEEKS_BACK):
                if day - n * WEEK not in self.odd:
                    yield day - n * WEEK
            return
        for n in range(WEEKS_BACK * 7):
            if self._kind(known_to - n * DAY) == kind:
                yield known_to - n * DAY

    def _kind(self, day: date) -> int:
        return SUNDAY if day in self.odd else day.weekday()


def last_week(series: Series, day: date, slot: int, known_to: date) -> float | None:
    """Return what was in the same slot of the last week that is known: what any method must beat."""
    steps = max((day - known_to).days + 6, 7) // 7
    return series.get((day - steps * WEEK, slot))


def three_weeks(series: Series, day: date, slot: int, known_to: date) -> float | None:
    """Return the mean of the same slot in the last three weeks that are known."""
    steps = max((day - known_to).days + 6, 7) // 7
    known = [series.get((day - n * WEEK, slot)) for n in range(steps, steps + 3)]
    there = [value for value in known if value is not None]
    return sum(there) / len(there) if there else None


def tried(series: Series, guess: Guess, days: Sequence[date], *, ahead: timedelta = WEEK) -> Tried:
    """Return how `guess` would have done on `days`, each told that long ahead."""
    wanted = {*days}
    errors, gaps = [], 0
    for (day, slot), true in series.items():
        if day not in wanted:
            continue
        told = guess(series, day, slot, day - ahead)
        if told is None:
            gaps += 1
        else:
            errors.append(told - true)
    return Tried(tuple(errors), gaps)


def best_weight(many: Sequence[Series], days: Sequence[date], odd: Container[date]) -> float:
    """Return the weight that would have done best on `days` over all series; the usual one of nothing."""
    found = []
    for weight in WEIGHTS:
        whole = Tried(())
        for series in many:
            whole += tried(series, Weekly(weight, odd), days)
        if whole.mean is not None:
            found.append((whole.mean, abs(weight - USUAL_WEIGHT), weight))
    return min(found)[2] if found else USUAL_WEIGHT


@dataclass(frozen=True, slots=True)
class Nearby:
    """What comes a few slots from now: the usual figure, and what is left of how far the present is off it.

    `now` and `before` are the factors of how far the present slot is off and the one before it.
    """

    usual: Guess
    steps: int
    now: float = 1.0
    before: float = 0.0

    def __call__(self, series: Series, day: date, slot: int, known_to: date) -> float | None:
        """Return what to expect in `slot`, knowing the day up to `steps` slots before."""
        usual = self.usual(series, day, slot, known_to)
        off = self.off(series, day, slot - self.steps, known_to)
        if usual is None or off is None:
            return None
        earlier = self.off(series, day, slot - self.steps - 1, known_to)
        if earlier is None:
            return usual + (self.now + self.before) * off
        return usual + self.now * off + self.before * earlier

    def off(self, series: Series, day: date, slot: int, known_to: date) -> float | None:
        """Return how far a slot is off what is usual."""
        true, usual = series.get((day, slot)), self.usual(series, day, slot, known_to)
        return None if true is None or usual is None else true - usual


def fitted(many: Sequence[Series], usual: Guess, days: Sequence[date], *, steps: int) -> Nearby:
    """Return the forecast of so many slots ahead whose factors fit `days` best, by least squares."""
    plain = Nearby(usual, steps)
    wanted = {*days}
    aa = ab = bb = ay = by = 0.0
    for series in many:
        for day, slot in series:
            if day not in wanted:
                continue
            known_to = day - WEEK
            y = plain.off(series, day, slot, known_to)
            a = plain.off(series, day, slot - steps, known_to)
            b = plain.off(series, day, slot - steps - 1, known_to)
            if y is None or a is None or b is None:
                continue
            aa, ab, bb = aa + a * a, ab + a * b, bb + b * b
            ay, by = ay + a * y, by + b * y
    whole = aa * bb - ab * ab
    if whole <= 1e-12 * (aa * bb or 1.0):
        return Nearby(usual, steps, min(ay / aa, 1.0) if aa else 1.0)
    return Nearby(usual, steps, (ay * bb - by * ab) / whole, (by * aa - ay * ab) / whole)


def persistence(steps: int) -> Guess:
    """Return the forecast that all stays as it is now: what any method must beat."""

    def guess(series: Series, day: date, slot: int, known_to: date) -> float | None:
        return series.get((day, slot - steps))

    return guess
