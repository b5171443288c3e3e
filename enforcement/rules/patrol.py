"""Where an officer should go next: by violations expected an hour, and some stops where little is known. Pure.

Zones and hours count, never plates or people: who was cited, and by whom, is not an input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from parkops.kernel.decisions import ALLOWED, Decision

WEIGHT = 20
"""A zone's all-week share of violations counts as so many looks of these hours: a few looks alone say little."""
USUAL_SHARE = 0.05
USUAL_PACE = 20.0
LEAST_LOOKS = 30
EVERY = 5
"""One stop in so many goes where least was looked: else nobody would learn that a quiet zone is so no more."""
FADING = (0.4, 0.7)
"""What is left to find an hour after a visit, and two hours after: those who stood there were looked at."""
DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
BAND = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """Looks at plates, and how many of them found a violation."""

    looks: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a zone: by weekday and band of two hours, all week, lately, and looks an hour."""

    zone: str
    hours: Mapping[tuple[int, int], Seen] = field(default_factory=dict)
    week: Seen = Seen()
    lately: int = 0
    last_on: date | None = None
    pace: float = USUAL_PACE
    spaces: int = 1


@dataclass(frozen=True, slots=True)
class Stop:
    """An hour of a shift in a zone. One that `explores` goes there to learn."""

    hour: int
    zone: str
    expected: float
    explores: bool
    because: tuple[str, ...]

    @property
    def clock(self) -> str:
        """When it is: 10:00."""
        return f"{self.hour % 24:02}:00"


def is_known(zones: Sequence[Known], *, weeks: int = 12) -> Decision:
    """Decide whether enough was looked at in so many weeks for an order to say anything."""
    looks = sum(one.week.looks for one in zones)
    if not zones:
        return Decision("no_zones", "No zone is enforced in these hours.")
    if looks < LEAST_LOOKS:
        return Decision(
            "few_looks",
            f"Officers and cameras looked at {looks} plates in these zones in {weeks} weeks; "
            f"{LEAST_LOOKS} are needed before an order says more than chance.",
        )
    return ALLOWED


def expected(known: Known, usual: Seen, *, weekday: int, hour: int) -> float:
    """Return the violations expected in an hour of looking in a zone: its share of looks, times its pace.

    Few looks of these hours lean on the zone's whole week, and that on all zones (`usual`).
    """
    return share(known, usual, weekday=weekday, hour=hour) * known.pace


def share(known: Known, usual: Seen, *, weekday: int, hour: int) -> float:
    """Return the share of looks that should find a violation in these hours."""
    everywhere = _leaning(usual, USUAL_SHARE)
    return _leaning(_of(known, weekday, hour), _leaning(known.week, everywhere))


def order(known: Mapping[int, Sequence[Known]], *, weekday: int, usual: Seen) -> list[Stop]:
    """Return a stop for each hour of a shift, out of the zones enforced in it, by hour.

    Nobody stays where another zone is enforced, and one that was just visited has less left. Every fifth stop
    goes where least was looked for its spaces in four weeks and the shift has not been yet.
    """
    return arrange(known, officers=1, weekday=weekday, usual=usual)[0]


def arrange(
    known: Mapping[int, Sequence[Known]], *, officers: int, weekday: int, usual: Seen
) -> list[list[Stop]]:
    """Return the stops of so many officers who are out together, each as `order` has them.

    No two are in a zone at once, and what one visited has less left for all. In each hour whoever was expected to
    find least so far chooses first, so that their shifts come to much the same; who finds no zone has no stop.
    """
    beats: list[list[Stop]] = [[] for _ in range(officers)]
    visited: dict[str, int] = {}
    for place, (hour, zones) in enumerate(known.items()):
        taken: dict[str, int] = {}
        for beat in sorted(beats, key=found_by):
            free = [one for one in zones if one.zone not in taken]
            if free:
                stop = _next(beat, free, (place, hour, weekday), usual, visited)
                beat.append(stop)
                taken[stop.zone] = place
        visited |= taken
    return beats


def found_by(beat: Sequence[Stop]) -> float:
    """Return the violations that are expected in all stops of a beat."""
    return sum(stop.expected for stop in beat)


def _next(
    beat: Sequence[Stop],
    zones: Sequence[Known],
    when: tuple[int, int, int],
    usual: Seen,
    visited: Mapping[str, int],
) -> Stop:
    """Return the stop of a beat in one hour: the how-many-th of the shift, of the day, and the weekday."""
    place, hour, weekday = when
    here = beat[-1].zone if beat else ""
    zones = [one for one in zones if one.zone != here] or zones
    fresh = [one for one in zones if one.zone not in visited]
    explores = bool(fresh) and (place + 1) % EVERY == 0
    if explores:
        chosen = min(fresh, key=lambda one: (one.lately / max(one.spaces, 1), one.zone))
    else:
        chosen = max(
            zones,
            key=lambda one: (
                expected(one, usual, weekday=weekday, hour=hour) * _left(one.zone, place, visited),
                one.week.looks,
                one.zone,
            ),
        )
    value = expected(chosen, usual, weekday=weekday, hour=hour) * _left(chosen.zone, place, visited)
    told = _because(chosen, weekday, hour, explores=explores, again=chosen.zone in visited)
    return Stop(hour, chosen.zone, value, explores, told)


def _left(zone: str, place: int, visited: Mapping[str, int]) -> float:
    since = place - visited[zone] - 1 if zone in visited else len(FADING)
    return FADING[since] if since < len(FADING) else 1.0


def _leaning(seen: Seen, prior: float) -> float:
    return (seen.found + WEIGHT * prior) / (seen.looks + WEIGHT)


def _of(known: Known, weekday: int, hour: int) -> Seen:
    return known.hours.get((weekday, hour % 24 // BAND * BAND), Seen())


def _because(
    known: Known, weekday: int, hour: int, *, explores: bool, again: bool
) -> tuple[str, ...]:
    seen = _of(known, weekday, hour)
    band = hour % 24 // BAND * BAND
    told = [
        f"{seen.found} {'violation' if seen.found == 1 else 'violations'} in {seen.looks} checks "
        f"on {DAYS[weekday]} {band}-{band + BAND}."
    ]
    if seen.looks < WEIGHT:
        told.append(f"All week {known.week.found} in {known.week.looks}, which counts more here.")
    told.append(f"About {known.pace:.1f} checks an hour.")
    if explores:
        since = f"the last on {known.last_on:%-d %B}" if known.last_on else "none that is known"
        told = [
            f"{known.lately} checks in four weeks for {known.spaces} spaces, {since}: "
            "one stop in five goes where little is known.",
            *told,
        ]
    if again:
        told.append("Visited before in this shift: less is left to find.")
    return tuple(told)
