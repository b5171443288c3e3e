"""The week as it usually is, and what the present says of the next hour.

The figure of a slot (half an hour of a weekday, say) is smoothed from week to week: the newest week weighs
`weight`, the one before `weight` of the rest, and so on. That is simple exponential smoothing with a season of a
week, slot by slot. What comes within the hour follows from how far the present is off that figure, and how that
has moved, by two factors fitted by least squares. What is fitted is fitted on days before those it is tried on.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    _days: dict[tuple[date, date], list[date]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def __call__(self, series: Series, day: date, slot: int, known_to: date) -> float | None:
        """Return what to expect, knowing the days up to `known_to`; None where there is nothing to go by."""
        return smoothed(self.known(series, day, slot, known_to), self.weight)

    def known(self, series: Series, day: date, slot: int, known_to: date) -> list[float]:
        """Return what was in this slot of the days like this one, up to `known_to`, the newest first."""
        like = self._days.get((day, known_to))
        if like is None:
            like = self._days[day, known_to] = [*self._like(day, known_to)]
        return [series[before, slot] for before in like if (before, slot) in series]

    def _like(self, day: date, known_to: date) -> Iterator[date]:
        if day not in self.odd:
            steps = _weeks_before(day, known_to)
            for n in range(steps, steps + WEEKS_BACK):
                if day - n * WEEK not in self.odd:
                    yield day - n * WEEK
            return
        for n in range(WEEKS_BACK * 7):
            before = known_to - n * DAY
            if before in self.odd or before.weekday() == SUNDAY:
                yield before


def smoothed(known: Sequence[float], weight: float) -> float | None:
    """Return the weighted mean of what was, the newest first; None of nothing."""
    total = weights = 0.0
    share = 1.0
    for value in known:
        total += share * value
        weights += share
        share *= 1 - weight
    return total / weights if weights else None


def last_week(series: Series, day: date, slot: int, known_to: date) -> float | None:
    """Return what was in the same slot of the last week that is known: what any method must beat."""
    return series.get((day - _weeks_before(day, known_to) * WEEK, slot))


def three_weeks(series: Series, day: date, slot: int, known_to: date) -> float | None:
    """Return the mean of the same slot in the last three weeks that are known."""
    steps = _weeks_before(day, known_to)
    known = [series.get((day - n * WEEK, slot)) for n in range(steps, steps + 3)]
    there = [value for value in known if value is not None]
    return sum(there) / len(there) if there else None


def _weeks_before(day: date, known_to: date) -> int:
    """How many weeks before a day its weekday is known."""
    return max((day - known_to).days + 6, 7) // 7


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
    """Return the weight that would have done best on `days` over all series, each told a week ahead; the usual
    one of nothing."""
    wanted, week = {*days}, Weekly(odd=odd)
    errors = dict.fromkeys(WEIGHTS, 0.0)
    count = 0
    for series in many:
        for (day, slot), true in series.items():
            if day not in wanted:
                continue
            known = week.known(series, day, slot, day - WEEK)
            if not known:
                continue
            count += 1
            for weight in WEIGHTS:
                errors[weight] += abs((smoothed(known, weight) or 0.0) - true)
    if not count:
        return USUAL_WEIGHT
    return min(WEIGHTS, key=lambda weight: (errors[weight], abs(weight - USUAL_WEIGHT)))


def offs_of(
    series: Series, usual: Guess, days: Sequence[date], *, known_to: date | None = None
) -> dict[Slot, float]:
    """Return how far each slot of `days` is off what is usual, told a week ahead or knowing up to `known_to`."""
    wanted = {*days}
    found = {}
    for (day, slot), true in series.items():
        if day in wanted:
            told = usual(series, day, slot, known_to or day - WEEK)
            if told is not None:
                found[day, slot] = true - told
    return found


@dataclass(frozen=True, slots=True)
class Nearby:
    """What is left, some slots later, of how far the present is off what is usual.

    `now` and `before` are the factors of how far the present slot is off, and the one before it.
    """

    steps: int
    now: float = 1.0
    before: float = 0.0

    def __call__(self, offs: Mapping[Slot, float], day: date, slot: int) -> float | None:
        """Return how far off `slot` will be, knowing the day up to `steps` slots before; None without it."""
        off = offs.get((day, slot - self.steps))
        if off is None:
            return None
        earlier = offs.get((day, slot - self.steps - 1))
        if earlier is None:
            return (self.now + self.before) * off
        return self.now * off + self.before * earlier

    def tried(self, offs: Mapping[Slot, float]) -> Tried:
        """Return how it would have done on the days that are told here."""
        errors, gaps = [], 0
        for (day, slot), true in offs.items():
            told = self(offs, day, slot)
            if told is None:
                gaps += 1
            else:
                errors.append(told - true)
        return Tried(tuple(errors), gaps)


def fitted(many: Sequence[Mapping[Slot, float]], *, steps: int) -> Nearby:
    """Return the forecast of so many slots ahead whose factors fit these days best, by least squares."""
    aa = ab = bb = ay = by = 0.0
    for offs in many:
        for (day, slot), y in offs.items():
            a, b = offs.get((day, slot - steps)), offs.get((day, slot - steps - 1))
            if a is None or b is None:
                continue
            aa, ab, bb = aa + a * a, ab + a * b, bb + b * b
            ay, by = ay + a * y, by + b * y
    whole = aa * bb - ab * ab
    if whole <= 1e-12 * (aa * bb or 1.0):
        return Nearby(steps, min(ay / aa, 1.0) if aa else 1.0)
    return Nearby(steps, (ay * bb - by * ab) / whole, (by * aa - ay * ab) / whole)


def persistence(steps: int) -> Guess:
    """Return the forecast that all stays as it is now: what any method must beat."""

    def guess(series: Series, day: date, slot: int, known_to: date) -> float | None:
        return series.get((day, slot - steps))

    return guess
