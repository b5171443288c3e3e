"""The counts of vehicles there are, and how far sensors and gates are off."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from enforcement.models import SpaceCount
from parkops.programme.occupancy import COUNTED_WITHIN, Counted, Tried

TRIED_WITHIN = timedelta(days=90)
TOGETHER = timedelta(minutes=10)
"""Two counts so close are of the same vehicles."""

# Of two counts of the same instant the one by hand is believed before the gate's, and that before the sensors'.
_NEWEST = """
SELECT DISTINCT ON (zone_code) zone_code, kind, occupied, capacity, counted_at
  FROM enforcement_spacecount
 WHERE counted_at > %(since)s AND counted_at <= %(at)s
 ORDER BY zone_code, counted_at DESC, array_position(ARRAY['manual','gate','sensor'], kind::text)
"""
_TRIED = """
SELECT hand.zone_code, own.kind, count(*), avg(own.occupied - hand.occupied),
       coalesce(stddev_samp(own.occupied - hand.occupied), 0)
  FROM enforcement_spacecount hand
 CROSS JOIN (VALUES ('sensor'), ('gate')) AS by (kind)
 CROSS JOIN LATERAL (
       SELECT o.kind, o.occupied FROM enforcement_spacecount o
        WHERE o.zone_code = hand.zone_code AND o.kind = by.kind
          AND o.counted_at BETWEEN hand.counted_at - %(together)s AND hand.counted_at + %(together)s
        ORDER BY abs(extract(epoch FROM o.counted_at - hand.counted_at)) LIMIT 1) own
 WHERE hand.kind = 'manual' AND hand.counted_at > %(since)s AND hand.counted_at <= %(at)s
   AND hand.zone_code = ANY(%(zones)s)
 GROUP BY 1, 2
"""


def newest(at: datetime) -> Iterator[Counted]:
    """Yield the newest count of each zone at `at` that still says something, with how far such are off."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"at": at, "since": at - COUNTED_WITHIN})
        found = cursor.fetchall()
    if not found:
        return
    known = tried([zone for zone, *_ in found], at=at)
    for zone, kind, occupied, capacity, counted_at in found:
        own = known.get((zone, kind), Tried())
        yield Counted(zone, kind, occupied, capacity, counted_at, own)


def tried(zones: Collection[str], *, at: datetime) -> dict[tuple[str, str], Tried]:
    """Return how far the sensors and gates of zones are off counts by hand, by zone and kind."""
    values: dict[str, Any] = {
        "at": at,
        "since": at - TRIED_WITHIN,
        "together": TOGETHER,
        "zones": [*zones],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TRIED, values)
        return {
            (zone, kind): Tried(pairs, float(bias), float(spread))
            for zone, kind, pairs, bias, spread in cursor.fetchall()
        }


def counts_of(
    zone: str = "", *, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[SpaceCount]:
    """Return the counts of a zone (or of all) in [since, until)."""
    rows = SpaceCount.objects.all()
    if zone:
        rows = rows.filter(zone_code__iexact=zone)
    if since is not None:
        rows = rows.filter(counted_at__gte=since)
    if until is not None:
        rows = rows.filter(counted_at__lt=until)
    return rows
