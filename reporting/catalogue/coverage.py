"""Checks and citations by zone and local hour: where officers were, and where nobody was."""

from reporting import sql
from reporting.catalogue.base import PERIOD, Asking, Report, period_text
from reporting.datasets import Column, Dataset, Figure, Kind

_SEEN = """
SELECT zone, hour, sum(checks)::int, sum(citations)::int
  FROM (
    SELECT upper(zone_code) AS zone, extract(hour FROM at AT TIME ZONE %(place)s)::int AS hour,
           1 AS checks, 0 AS citations
      FROM enforcement_platecheck
     WHERE source IN ('field', 'camera')
       AND at >= %(first)s::date::timestamp AT TIME ZONE %(place)s
       AND at < (%(last)s::date + 1)::timestamp AT TIME ZONE %(place)s
    UNION ALL
    SELECT upper(zone_code), extract(hour FROM issued_at AT TIME ZONE %(place)s)::int, 0, 1
      FROM enforcement_citation
     WHERE source = 'ours'
       AND issued_at >= %(first)s::date::timestamp AT TIME ZONE %(place)s
       AND issued_at < (%(last)s::date + 1)::timestamp AT TIME ZONE %(place)s
  ) seen
 GROUP BY zone, hour
 ORDER BY zone, hour
"""
COLUMNS = [
    Column("zone", "Zone", told="Its code in the program"),
    Column("hour", "Hour", told="The local hour that begins then"),
    Column("checks", "Checks", Kind.COUNT, "By officers and cameras", True),
    Column("citations", "Citations", Kind.COUNT, "Our own, warnings too", True),
]


def build(asking: Asking) -> Dataset:
    """Return one row for each zone and local hour in which something was seen."""
    asking.tell(0.1, "Counting checks and citations")
    place = asking.programme.tz.key
    found = sql.rows(_SEEN, place=place, first=asking.first, last=asking.last)
    names = {zone.code.upper(): zone.code for zone in asking.programme.zones}
    rows = [[names.get(zone, zone), f"{hour:02}:00", *counts] for zone, hour, *counts in found]
    seen = {zone for zone, *_ in found}
    unseen = [
        zone.code
        for zone in asking.programme.zones
        if zone.enforced and zone.code.upper() not in seen
    ]
    hours = [
        (f"{hour:02}", float(sum(row[2] for row in found if row[1] == hour))) for hour in range(24)
    ]
    return Dataset(
        title="Coverage by zone and hour",
        columns=COLUMNS,
        rows=rows,
        filters=[("Period", period_text(asking))],
        notes=[f"Nobody was in {', '.join(unseen)}."] if unseen else [],
        figures=[
            Figure("Checks", sum(row[2] for row in rows)),
            Figure("Citations", sum(row[3] for row in rows)),
            Figure("Zones seen", len(seen), f"{len(unseen)} enforced ones not" if unseen else ""),
        ],
        chart=hours,
        chart_title="Checks by hour of the day",
        currency=asking.programme.currency,
    )


REPORT = Report(
    code="coverage",
    name="Coverage",
    about="Checks and citations by zone and hour, and the zones where nobody was.",
    section="Enforcement",
    parameters=PERIOD,
    build=build,
    columns=COLUMNS,
)
