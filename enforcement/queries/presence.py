"""Which vehicles officers have reason to think are where, for the estimate of how full a zone is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

SEEN_FOR = timedelta(hours=3)

_LAST_SEEN = """
SELECT zone_code, plate_key
  FROM (SELECT DISTINCT ON (plate_key) zone_code, plate_key, is_gone
          FROM (SELECT plate_key, zone_code, at, FALSE AS is_gone FROM enforcement_platecheck
                 WHERE recorded_at >= %(since)s AND at >= %(since)s AND at <= %(at)s
                   AND plate_key <> '' AND zone_code <> ''
                 UNION ALL
                SELECT plate_key, zone_code, seen_at, is_gone FROM enforcement_observation
                 WHERE recorded_at >= %(since)s AND seen_at >= %(since)s AND seen_at <= %(at)s) AS sight
         ORDER BY plate_key, at DESC) AS last
 WHERE NOT is_gone
"""


def last_seen(at: datetime) -> Iterable[tuple[str, str]]:
    """Return (zone code, plate key) for each vehicle seen in the three hours before `at`, where last."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_SEEN, {"at": at, "since": at - SEEN_FOR})
        return cursor.fetchall()
