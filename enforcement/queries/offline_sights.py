"""Where vehicles were seen, as far as a device needs it to judge without a network: vehicles that
share a permit with others, and those whose stay is timed."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from enforcement.models import Observation
from enforcement.queries.sightings import LONGEST_CHAIN
from enforcement.rules.stays import FORGOTTEN_AFTER
from enforcement.rules.verdicts import SEEN_ON_SITE
from parkops.kernel.dates import Duration
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from permits.queries.entitlements import digest, permit_name

LATE = timedelta(seconds=15)
"""What is being written while a device asks is seen by then, and given again."""

_SEEN = """
WITH sight AS MATERIALIZED (
    SELECT plate_key, zone_code, at FROM enforcement_platecheck
     WHERE recorded_at >= %(since)s AND at > %(from)s
       AND plate_key <> '' AND verdict <> 'second_vehicle'
     UNION
    SELECT plate_key, zone_code, at FROM enforcement_platecheck
     WHERE plate_key = ANY(%(keys)s::varchar[]) AND at > %(from)s
       AND plate_key <> '' AND verdict <> 'second_vehicle'
     UNION
    SELECT plate_key, zone_code, seen_at FROM enforcement_observation
     WHERE recorded_at >= %(since)s AND seen_at > %(from)s AND NOT is_gone
     UNION
    SELECT plate_key, zone_code, seen_at FROM enforcement_observation
     WHERE plate_key = ANY(%(keys)s::varchar[]) AND seen_at > %(from)s AND NOT is_gone),
own AS MATERIALIZED (
    SELECT DISTINCT plate_key, permit_id FROM permits_plateright
     WHERE plate_key IN (SELECT plate_key FROM sight) AND permit_id IS NOT NULL
       AND ends_at > %(from)s)
SELECT sight.plate_key, sight.zone_code, sight.at, p.id, p.programme_version, p.type_code
  FROM sight JOIN own USING (plate_key) JOIN permits_permit p ON p.id = own.permit_id
 WHERE EXISTS (SELECT 1 FROM permits_plateright other
                WHERE other.permit_id = own.permit_id AND other.plate_key <> own.plate_key
                  AND other.ends_at > %(from)s)
 ORDER BY p.id, sight.at, sight.plate_key
"""


def seen(
    key: bytes, *, at: datetime, since: datetime | None, plate_keys: Collection[str]
) -> dict[str, list[list[Any]]]:
    """Return where vehicles that share a permit were seen on its site in the last hours, by permit:
    [vehicle, second], the oldest first. With `since`, what was recorded since then, and all about
    these plates."""
    began = at - SEEN_ON_SITE
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"from": began, "keys": sorted(plate_keys)}
        cursor.execute(_SEEN, values | {"since": since or began - LATE})
        rows = cursor.fetchall()
    found: dict[str, list[list[Any]]] = defaultdict(list)
    sites: dict[tuple[int, str], list[str] | None] = {}
    for plate_key, zone, seen_at, permit_id, version, type_code in rows:
        if (version, type_code) not in sites:
            sites[version, type_code] = _site(version, type_code)
        site = sites[version, type_code]
        if site is not None and programme.version(version).programme.covers(site, zone):
            sight = [digest(key, plate_key), int(seen_at.timestamp())]
            found[permit_name(key, permit_id)].append(sight)
    return dict(found)


def _site(version: int, type_code: str) -> list[str] | None:
    """The zones of a permit type of which only some vehicles may be there at once."""
    kind = programme.version(version).programme.permit_type(type_code)
    if kind is None or kind.vehicles.on_site is None:
        return None
    return [zone for grant in kind.grants for zone in grant.zones]


def marks(
    key: bytes, rules: Programme, *, at: datetime, since: datetime | None
) -> dict[str, list[list[Any]]]:
    """Return the chalk marks that stays may be told by, by vehicle: [zone, second, region, valves, lat,
    lon, gone], the oldest first. With `since`, those recorded since then."""
    reach = longest_stay(rules)
    if reach is None:
        return {}
    rows = _marked_after(at - reach - LONGEST_CHAIN)
    if since is None:
        lately = _marked_after(at - reach)
        rows = rows.filter(plate_key__in=lately.values("plate_key"))
    else:
        rows = rows.filter(recorded_at__gte=since)
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for row in rows.order_by("seen_at", "pk"):
        mark: list[Any] = [row.zone_code, int(row.seen_at.timestamp()), row.region, row.valve]
        if row.is_gone:
            mark += [row.lat, row.lon, 1]
        elif row.lat is not None and row.lon is not None:
            mark += [row.lat, row.lon]
        found[digest(key, row.plate_key)].append(mark)
    return dict(found)


def _marked_after(moment: datetime) -> QuerySet[Observation]:
    """What was marked after `moment`: nothing is recorded before it is seen, but for clocks that differ."""
    return Observation.objects.filter(seen_at__gt=moment, recorded_at__gt=moment - LATE)


def longest_stay(rules: Programme) -> timedelta | None:
    """Return how long a mark counts without a further one where that is longest; None where no stay
    is timed."""
    reaches = [
        max(zone.max_stay.timedelta + FORGOTTEN_AFTER, (zone.no_return or Duration()).timedelta)
        for zone in rules.zones
        if zone.max_stay is not None
    ]
    return max(reaches, default=None)
