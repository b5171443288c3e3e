"""Occupancy as it was counted: the figures of half hours, as a share of the spaces."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from parkops.kernel.dates import midnight
from reporting import sql
from reporting.forecasting.readings import by_slot

# A sensor may tell itself each minute: what is counted within ten of them is one reading.
_READINGS = """
SELECT zone_code, avg(extract(epoch FROM counted_at)), avg(occupied::float8 / capacity)
  FROM enforcement_spacecount
 WHERE zone_code = ANY(%(zones)s) AND counted_at >= %(begins)s AND counted_at < %(ends)s
 GROUP BY zone_code, date_bin('10 minutes', counted_at, timestamptz '2000-01-01 00:00Z')
"""
_COUNTED = """
WITH RECURSIVE zone AS (
  (SELECT zone_code FROM enforcement_spacecount ORDER BY zone_code LIMIT 1)
   UNION ALL
  SELECT (SELECT c.zone_code FROM enforcement_spacecount c WHERE c.zone_code > zone.zone_code
           ORDER BY c.zone_code LIMIT 1) FROM zone WHERE zone.zone_code IS NOT NULL
)
SELECT zone_code FROM zone WHERE zone_code IS NOT NULL
"""

Shares = dict[tuple[date, int], float]


def counted_zones() -> list[str]:
    """Return the codes of the zones that were ever counted, in order; as quick for a million counts."""
    return [code for (code,) in sql.rows(_COUNTED)]


def shares_of(
    zones: Collection[str], *, first: date, last: date, zone: ZoneInfo
) -> dict[str, Shares]:
    """Return the occupied share of each zone by local day, `first` to `last`, and half hour."""
    found: dict[str, list[tuple[datetime, float]]] = {code: [] for code in zones}
    begins, ends = midnight(first, zone), midnight(date.fromordinal(last.toordinal() + 1), zone)
    for code, instant, share in sql.rows(_READINGS, zones=[*zones], begins=begins, ends=ends):
        found[code].append((datetime.fromtimestamp(float(instant), zone), float(share)))
    return {code: by_slot(readings) for code, readings in found.items()}
