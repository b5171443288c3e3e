"""The demonstration's sensors and gates: twelve weeks of counts each half hour, and some by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import cos, exp, pi
from random import Random

from enforcement.models import SpaceCount
from enforcement.operations.counts import take_counts
from enforcement.rules.counts import Told
from parkops.kernel.actors import SYSTEM
from parkops.local.demo.scene import Act, Scene
from parkops.programme import queries as programme
from parkops.programme.schema import Programme

WEEKS = 12
EACH = timedelta(minutes=30)
BY_HAND = 10
WEEKDAY = (0.93, 1.0, 0.99, 0.96, 0.84, 0.3, 0.22)
HOLIDAY = 0.2
SATURDAY_SUNDAY = (5, 6)


@dataclass(frozen=True, slots=True)
class Counter:
    """What counts a zone, how full that is at its peak and at night, and by how many it is off.

    `hours` is how broad the peak is, `weekend` by how much weekends are busier than elsewhere.
    """

    zone: str
    kind: str
    peak: float
    night: float
    at: float = 11.5
    off: int = 0
    is_home: bool = False
    hours: float = 3.1
    weekend: float = 1.0


COUNTERS = {
    "campus": (
        Counter("LIBRARY", "gate", 0.97, 0.08, at=13.0, off=2),
        Counter("SCIENCE", "sensor", 0.92, 0.05),
        # Too dear all day, and the street too cheap at noon: their rates have something to propose.
        Counter("ARENA", "sensor", 0.71, 0.04, at=12.5, off=-1),
        Counter("LOOP", "sensor", 0.99, 0.05, at=13.25, hours=2.5),
        Counter("MAPLE", "sensor", 0.38, 0.88, is_home=True),
    ),
    "town": (
        # Dear enough at weekends, too cheap at noon of working days: its rates have something to propose.
        Counter("RIVER", "gate", 0.97, 0.12, at=12.75, off=1, hours=5.5, weekend=1.9),
        Counter("OLDTOWN", "sensor", 0.45, 0.9, is_home=True),
        Counter("MILL-ST", "sensor", 0.86, 0.06, at=15.0),
    ),
}


def acts(scene: Scene) -> list[Act]:
    """Return when the counts of all weeks come in: just before the season ends."""
    return [(scene.until - timedelta(minutes=1), partial(_count, scene))]


def count_now(slug: str, at: datetime) -> None:
    """Let every counter tell how full its zone is."""
    at = at.replace(second=0, microsecond=0)
    dice, rules = Random(f"{slug} {at}"), programme.in_force(at).programme  # noqa: S311
    for counter in COUNTERS.get(slug, ()):
        told = Told(1, counter.zone, at, max(_taken(counter, rules, at, dice) + counter.off, 0))
        take_counts([told], kind=counter.kind, by=SYSTEM, at=at)


def _count(scene: Scene, at: datetime) -> None:
    for counter in COUNTERS[scene.cast.slug]:
        own = list(_told(scene, counter, at))
        sensed = [
            Told(n, counter.zone, when, max(taken + counter.off, 0))
            for n, (when, taken) in enumerate(own)
        ]
        take_counts(sensed, kind=counter.kind, by=SYSTEM, at=at)
        seen = [
            Told(n, counter.zone, when + timedelta(minutes=3), taken)
            for n, (when, taken) in enumerate(scene.dice.sample(own[-2_000:], BY_HAND))
        ]
        take_counts(seen, kind=SpaceCount.Kind.MANUAL, by=scene.cast.officers[0], at=at)


def _told(scene: Scene, counter: Counter, at: datetime) -> Iterator[tuple[datetime, int]]:
    """How many vehicles stand there each half hour; the dice have moods that last."""
    dice, mood, rules = scene.dice, 0.0, programme.in_force(at).programme
    when = at - timedelta(weeks=WEEKS)
    when -= timedelta(minutes=when.minute % 30, seconds=when.second, microseconds=when.microsecond)
    while when <= at:
        mood = 0.9 * mood + dice.gauss(0, 0.012)
        yield when, _taken(counter, rules, when, dice, mood)
        when += EACH


def _taken(
    counter: Counter, rules: Programme, at: datetime, dice: Random, mood: float = 0.0
) -> int:
    zone = rules.zone(counter.zone)
    spaces = zone.capacity.total if zone and zone.capacity else 0
    local = at.astimezone(rules.tz)
    hour = local.hour + local.minute / 60
    busy = HOLIDAY if local.date() in rules.holidays else WEEKDAY[local.weekday()]
    busy *= counter.weekend if local.weekday() in SATURDAY_SUNDAY else 1.0
    if counter.is_home:
        # Those who live there are away by day.
        share = counter.night - (counter.night - counter.peak) * busy * _bell(hour, 12.5, 3.6)
    else:
        rise = _bell(hour, counter.at, counter.hours)
        share = counter.night + (counter.peak - counter.night) * busy * rise
    share += mood + dice.gauss(0, 0.012) + 0.01 * cos(2 * pi * local.toordinal() / 21)
    return max(round(share * spaces), 0)


def _bell(hour: float, middle: float, width: float) -> float:
    return exp(-(((hour - middle) / width) ** 2) / 2 * abs((hour - middle) / width) ** 0.6)
