"""How full a zone seems, and how sure that is: counts, and the plates that are believed there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from django.db import connection

from parkops.kernel.codes import code_key

SEEN_FOR = timedelta(hours=3)
"""So long a vehicle that was seen is believed to be where it was."""
COUNTED_WITHIN = timedelta(hours=2)
"""An older count says nothing of now."""
UNTRIED_SHARE = 0.05
"""By what share of its spaces a count is off, as long as it was compared with none by hand."""
BY_HAND_SHARE = 0.01
DRIFT_SHARE_A_MINUTE = 0.0025
"""By what share of the spaces the truth moves from a count with each minute, nine times in ten: twice the mean
change that 28 car parks of a city showed within half an hour."""
LEAST_TRIED = 5
"""So many counts by hand say how far a sensor or a gate is off."""
NINE_IN_TEN = 1.645


@dataclass(frozen=True, slots=True)
class Tried:
    """How a zone's sensors or gate compare with counts by hand: how many, the mean difference, its spread."""

    pairs: int = 0
    bias: float = 0.0
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """The newest count of a zone. `by` is sensor, gate or manual."""

    zone: str
    by: str
    occupied: int
    capacity: int
    counted_at: datetime
    tried: Tried = Tried()


CountSource = Callable[[datetime], Iterable[Counted]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many vehicles stand in a zone: at least `low`, nine times in ten at most `high` (None is not known).

    `because` says in plain words what it is made from, `source` in three.
    """

    occupied: int
    low: int
    high: int | None
    because: tuple[str, ...]
    source: str = ""

    @property
    def text(self) -> str:
        """The estimate with its range: "42, between 38 and 47", "12 or more"."""
        if self.high is None:
            return f"{self.occupied:,} or more"
        if self.low == self.high:
            return f"{self.occupied:,}"
        return f"{self.occupied:,}, between {self.low:,} and {self.high:,}"


NOTHING = Estimate(
    0, 0, None, ("Nobody counted, and no vehicle was seen or paid for.",), "nobody seen or paid for"
)
"""What is said of a zone of which nothing is known."""

_sources: list[str] = []
_counters: list[CountSource] = []
_BY = {"sensor": "its sensors", "gate": "the gate", "manual": "hand"}


def register(source: str) -> None:
    """Count the plates that `source` tells in every estimate: a query for the zone code and plate key of each
    vehicle that it believes present at `%(at)s`, seen since `%(seen_since)s`.
    """
    if source not in _sources:
        _sources.append(source)


def register_counts(source: CountSource) -> None:
    """Believe the counts that `source` tells in every estimate."""
    if source not in _counters:
        _counters.append(source)


def estimates(at: datetime) -> dict[str, int]:
    """Return how many vehicles are believed present at `at`, by the code key of the zone."""
    return {zone: found.occupied for zone, found in estimated(at).items()}


def estimated(at: datetime) -> dict[str, Estimate]:
    """Return how full each zone seems at `at`, with how sure that is and why, by the code key of the zone.

    A zone of which nothing is known is not in it.
    """
    plates = present(at)
    counted: dict[str, Counted] = {}
    for counter in _counters:
        for count in counter(at):
            counted[code_key(count.zone)] = count
    return {
        zone: fuse(len(plates.get(zone, ())), counted.get(zone), at=at)
        for zone in (*plates, *(zone for zone in counted if zone not in plates))
    }


def present(at: datetime) -> dict[str, set[str]]:
    """Return the plates (their keys) believed present at `at`, by the code key of the zone."""
    found: dict[str, set[str]] = {}
    if not _sources:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"({source})" for source in _sources),
            {"at": at, "seen_since": at - SEEN_FOR},
        )
        for zone, plate in cursor.fetchall():
            found.setdefault(code_key(zone), set()).add(plate)
    return found


def fuse(plates: int, count: Counted | None, *, at: datetime) -> Estimate:
    """Return what the plates believed present and the newest count of a zone say together.

    A count decides, within its error; plates are a figure from below, that widens the range where it is
    above. Without a count the plates are all that is known.
    """
    if count is None:
        seen = "1 plate was" if plates == 1 else f"{plates:,} plates were"
        told = (
            f"{seen} seen or paid for in the last three hours; nobody counted, so it may be more."
        )
        return Estimate(plates, plates, None, (told,), "seen or paid for")
    age = max((at - count.counted_at).total_seconds() / 60, 0.0)
    because = [f"{count.occupied:,} of {count.capacity:,} counted by {_BY[count.by]} {_ago(age)}."]
    bias, error = 0.0, count.capacity * UNTRIED_SHARE
    tried = count.tried
    if count.by == "manual":
        error = count.capacity * BY_HAND_SHARE
    elif tried.pairs >= LEAST_TRIED:
        bias, error = tried.bias, NINE_IN_TEN * tried.spread
        because.append(_compared(count.by, tried))
    else:
        because.append("It was not yet compared with counts by hand: 5 % of the spaces either way.")
    error += count.capacity * DRIFT_SHARE_A_MINUTE * age
    most = max(count.capacity, count.occupied)
    middle = min(max(count.occupied - bias, 0.0), float(most))
    low, high = max(floor(middle - error), 0), min(ceil(middle + error), most)
    if plates > high:
        because.append(
            f"But {plates:,} plates were seen or paid for there in the last three hours."
        )
        high = plates
    return Estimate(round(middle), low, high, tuple(because), f"counted by {_BY[count.by]}")


def _compared(by: str, tried: Tried) -> str:
    """How a counter compares with counts by hand, in words."""
    who = "The sensors count" if by == "sensor" else "The gate counts"
    more = round(tried.bias)
    told = f"{abs(more):,} too {'many' if more > 0 else 'few'}" if more else "right"
    return f"{who} {told} on average, by {tried.pairs:,} counts by hand."


def _ago(minutes: float) -> str:
    whole = round(minutes)
    if whole < 1:
        return "just now"
    if whole < 60:
        return f"{whole} min ago"
    return f"{whole // 60} h {whole % 60} min ago" if whole % 60 else f"{whole // 60} h ago"
