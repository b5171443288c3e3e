"""What of a tenant's figures is out: the sets of open data, and how many spaces are free."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import NotFound
from parkops.programme import queries as programme
from reporting.models import OpenFigures, Opening
from reporting.opendata import SETS, OpenSet
from reporting.queries import estimates

KEPT_SECONDS = 30
"""How long a look at the free spaces serves everybody."""
ASKED_SECONDS = 120
"""Nobody asks for them who has not for so long."""
_KEY, _ASKED = "open-spaces", "open-spaces-asked"


@dataclass(frozen=True, slots=True)
class Open:
    """A set with its rows as they are shown, and of when they are."""

    about: OpenSet
    figures: OpenFigures


@dataclass(frozen=True, slots=True)
class Space:
    """How full a zone is: `free` at least `least` and at most `most`, None where nobody knows.

    It is `counted` by sensors, a gate or people, or else known only from plates that were seen or paid for.
    """

    code: str
    name: str
    spaces: int
    geometry: Mapping[str, Any] | None
    taken: int | None = None
    free: int | None = None
    least: int | None = None
    most: int | None = None
    counted: bool = False

    @property
    def is_known(self) -> bool:
        """Whether somebody counted, so that a number of free spaces can be told."""
        return self.free is not None

    @property
    def tone(self) -> str:
        """How much is free: plenty, little, hardly any."""
        share = (self.free or 0) / self.spaces
        return (
            ""
            if self.free is None
            else "bad"
            if share < 0.05
            else "warn"
            if share < 0.2
            else "good"
        )


@dataclass(frozen=True, slots=True)
class Spaces:
    """The zones with their free spaces as of `at`, under a version of the program."""

    at: datetime
    version: int
    zones: list[Space]


def opening() -> Opening | None:
    """Return what is open, None while nothing ever was."""
    return Opening.objects.filter(pk=1).first()


def open_sets() -> list[Open]:
    """Return the sets of open data that are out, in their order; none while they are closed."""
    if not Opening.objects.filter(pk=1, opens_data=True).exists():
        return []
    known = {one.code: one for one in OpenFigures.objects.all()}
    return [Open(about, known[code]) for code, about in SETS.items() if code in known]


def open_set(code: str) -> Open:
    """Return a set of open data.

    :raises NotFound: if there is none, or it is not out.
    """
    for one in open_sets():
        if one.about.code == code:
            return one
    raise NotFound("There is no such set of open data.")


def free_spaces(at: datetime) -> Spaces:
    """Return how many spaces are free in each zone that has some; looked at twice a minute for everybody."""
    kept = cache.get(_KEY)
    if kept is None:
        kept = _looked_at(at)
        cache.set(_KEY, kept, timeout=KEPT_SECONDS)
        cache.set(_ASKED, True, timeout=ASKED_SECONDS)
    seen_at, taken = kept
    found = programme.in_force(at)
    zones = []
    for zone in found.programme.zones:
        total = zone.capacity.total if zone.capacity else 0
        if total:
            known = taken.get(code_key(zone.code))
            place = (zone.code, zone.name, total, zone.geometry)
            zones.append(Space(*place, **_told(known, total)))
    return Spaces(datetime.fromisoformat(seen_at), found.number, zones)


def are_spaces_asked() -> bool:
    """Return whether anybody has asked for the free spaces lately."""
    return cache.get(_ASKED) is not None


def _looked_at(at: datetime) -> tuple[str, dict[str, tuple[int, int, int | None]]]:
    believed = estimates.believed(at, cache.get(estimates.KEY))
    return believed.at.isoformat(), {
        zone: (one.occupied, one.low, one.high) for zone, one in believed.zones.items()
    }


def _told(known: tuple[int, int, int | None] | None, total: int) -> dict[str, Any]:
    if known is None:
        return {}
    occupied, low, high = known
    most = max(total - low, 0)
    if high is None:
        return {"taken": occupied, "most": most}
    return {
        "taken": occupied,
        "free": max(total - occupied, 0),
        "least": max(total - high, 0),
        "most": most,
        "counted": True,
    }
