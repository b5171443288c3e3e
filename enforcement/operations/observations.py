"""How a vehicle is chalked."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from enforcement.models import Observation
from enforcement.queries import checks, sightings
from enforcement.rules.stays import Stay, stay_in
from parkops.kernel.actors import Actor
from parkops.kernel.plates import regions_match
from parkops.programme import queries as programme


@dataclass(frozen=True, slots=True)
class Observed:
    """A chalk mark, and the timed stay that it starts or continues; None where stays have no limit.

    `ends_at` is when the time limit passes.
    """

    observation: Observation
    stay: Stay | None
    ends_at: datetime | None


@transaction.atomic
def observe(
    *,
    plate: str,
    region: str = "",
    zone: str,
    seen_at: datetime,
    lat: float | None = None,
    lon: float | None = None,
    valve: str = "",
    block_face: str = "",
    is_gone: bool = False,
    by: Actor,
    at: datetime,
) -> Observed:
    """Mark that a vehicle stood in a zone at `seen_at`, or with `is_gone` that it did no more.

    :raises Refused: for a plate that is none, or an unknown zone.
    """
    in_force = programme.in_force(seen_at)
    place = checks.zone_of(in_force, zone)
    key = checks.key_of(plate)
    observation = Observation.objects.create(
        seen_at=seen_at,
        recorded_at=at,
        plate_text=plate[:32],
        plate_key=key,
        region=region,
        zone_code=place.code,
        lat=lat,
        lon=lon,
        valve=valve,
        block_face=block_face.strip()[:80],
        is_gone=is_gone,
        seen_by=by.name,
    )
    if place.max_stay is None:
        return Observed(observation, None, None)
    since = seen_at - sightings.reach_of(place.max_stay, place.no_return)
    marks = sightings.marks_of([key], since=since, until=seen_at)[key]
    stay = stay_in(
        place.code,
        [sight for other, sight in marks if regions_match(region, other)],
        at=seen_at,
        max_stay=place.max_stay,
        no_return=place.no_return,
        zone=in_force.programme.tz,
        moved=place.moved,
        by_day=place.stays == "day",
    )
    if stay is None or is_gone:
        return Observed(observation, None, None)
    ends_at = place.max_stay.after(stay.since, in_force.programme.tz) - stay.before
    return Observed(observation, stay, ends_at)
