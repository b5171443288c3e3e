"""How long a vehicle has stayed in a zone, as far as it has been seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from math import cos, hypot, radians
from zoneinfo import ZoneInfo

from parkops.kernel.codes import code_key
from parkops.kernel.dates import Duration, midnight

EARTH_METERS = 6_371_000.0
FORGOTTEN_AFTER = timedelta(hours=24)
"""A vehicle unseen for this long beyond its time limit is taken to have left."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A chalk mark: where and when the vehicle stood, and how its wheel's valve pointed; or that it was
    seen to be gone by then."""

    zone: str
    at: datetime
    valve: str = ""
    lat: float | None = None
    lon: float | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in one zone: when it began and when the vehicle was last seen there. `before` is for how
    long it stood there on earlier stays, where all of a day count together."""

    since: datetime
    last_seen: datetime
    before: timedelta = timedelta()


def stay_in(
    zone_code: str,
    sights: Sequence[Sight],
    *,
    at: datetime,
    max_stay: Duration,
    no_return: Duration | None,
    zone: ZoneInfo,
    moved: int | None = None,
    by_day: bool = False,
) -> Stay | None:
    """Return the stay in `zone_code` that is on at `at`, or None where the vehicle was not seen.

    `sights` are in any order; those after `at` do not count. The vehicle is known to have left
    when it was seen in another zone meanwhile or to be gone, more than `moved` meters away, or its
    valve points elsewhere. Then the stay goes on if it was away for less than `no_return`, and begins
    anew otherwise. Without such a sign the vehicle is taken to have stayed, unless it was unseen for a
    day beyond its limit. With `by_day` the earlier stays of the local day count too, each for as long
    as the vehicle was seen.
    """
    stay: Stay | None = None
    over: list[Stay] = []
    valve, left = "", False
    last: Sight | None = None
    longest = max(max_stay.timedelta + FORGOTTEN_AFTER, (no_return or Duration()).timedelta)
    here = code_key(zone_code)
    seen = sorted((sight for sight in sights if sight.at <= at), key=lambda sight: sight.at)
    for sight in seen:
        if code_key(sight.zone) != here or sight.is_gone:
            left = stay is not None
            continue
        drove = turned(valve, sight.valve) or _is_far(last, sight, moved)
        if stay is not None and _goes_on(stay, sight.at, left or drove, no_return, longest, zone):
            stay = Stay(stay.since, sight.at)
        else:
            over += [stay] if stay is not None else []
            stay = Stay(sight.at, sight.at)
        valve, left, last = sight.valve if drove else _read(valve, sight.valve), False, sight
    if stay is None or not _goes_on(stay, at, left, no_return, longest, zone):
        return None
    return replace(stay, before=_stood(over, at, zone)) if by_day else stay


def _stood(stays: Sequence[Stay], at: datetime, zone: ZoneInfo) -> timedelta:
    """For how long a vehicle was seen to stand on stays that are over, on the local day of `at`."""
    begins = midnight(at.astimezone(zone).date(), zone)
    spans = (stay.last_seen - max(stay.since, begins) for stay in stays)
    return sum((span for span in spans if span > timedelta()), timedelta())


def turned(valve: str, other: str) -> bool:
    """Return whether a wheel has turned between two readings: of one valve, or of the front and the
    rear one (`3/9`), of which either may be missing."""
    wheels = zip(valve.split("/"), other.split("/"), strict=False)
    return any(before and after and before != after for before, after in wheels)


def _read(valve: str, other: str) -> str:
    """What is known of the valves after a further reading of wheels that have not turned."""
    wheels = zip_longest(valve.split("/"), other.split("/"), fillvalue="")
    return "/".join(after or before for before, after in wheels)


def meters(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return how far two places are apart, as far as a walk goes."""
    east = radians(other_lon - lon) * cos(radians((lat + other_lat) / 2))
    return EARTH_METERS * hypot(east, radians(other_lat - lat))


def _is_far(last: Sight | None, sight: Sight, moved: int | None) -> bool:
    """Whether a vehicle stands so far from where it was last seen that it has been driven."""
    if last is None or moved is None or None in (last.lat, last.lon, sight.lat, sight.lon):
        return False
    here = sight.lat or 0.0, sight.lon or 0.0
    return meters(last.lat or 0.0, last.lon or 0.0, *here) > moved


def _goes_on(
    stay: Stay,
    at: datetime,
    left: bool,
    no_return: Duration | None,
    longest: timedelta,
    zone: ZoneInfo,
) -> bool:
    if left:
        return no_return is not None and at < no_return.after(stay.last_seen, zone)
    return at - stay.last_seen < longest
