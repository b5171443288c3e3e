"""The gate of the River lot counts: full on working days at noon, half empty at weekends."""

from datetime import datetime, timedelta
from functools import partial

from enforcement.operations import counts
from enforcement.rules.counts import Told
from parkops.kernel.actors import SYSTEM
from parkops.local.demo.scene import Act, Scene
from parkops.programme import queries as programme

ZONE, DAYS = "RIVER", 49
HOURS = range(8, 20)
WORKING = (0.74, 0.80, 0.86, 0.90, 0.95, 0.97, 0.93, 0.88, 0.84, 0.80, 0.74, 0.66)
WEEKEND = (0.22, 0.30, 0.41, 0.50, 0.56, 0.58, 0.55, 0.52, 0.46, 0.40, 0.34, 0.28)


def acts(scene: Scene) -> list[Act]:
    """Return the act by which seven weeks of counts come in, where there is the lot."""
    before = scene.until - timedelta(minutes=1)
    return [(before, partial(_count, scene))] if scene.cast.slug == "town" else []


def _count(scene: Scene, at: datetime) -> None:
    zone = programme.in_force(at).programme.zone(ZONE)
    spaces = zone.capacity.total if zone and zone.capacity else 0
    told: list[Told] = []
    for back in range(DAYS, -1, -1):
        for place, hour in enumerate(HOURS):
            counted_at = scene.when(-back, hour)
            if counted_at > at:
                continue
            day = counted_at.astimezone(programme.in_force(at).programme.tz)
            usual = (WORKING if day.weekday() < 5 else WEEKEND)[place]  # noqa: PLR2004  Saturday
            taken = round(spaces * min(max(usual + scene.dice.gauss(0, 0.03), 0), 1))
            told.append(Told(len(told) + 1, ZONE, counted_at, taken))
    counts.take_counts(told, kind="gate", by=SYSTEM, at=at)
