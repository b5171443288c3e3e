"""Occupancy: how long vehicles stay, how often a space turns over, and what was seen where."""

from reporting.catalogue.base import PERIOD, Parameter
from reporting.catalogue.counted import counted, zone_name
from reporting.datasets import Column, Kind

ZONE = Parameter("in_zone", "Zone", "code", hint="Its code; left out: every zone", codes="zones")
STAY_LENGTH = "(greatest(coalesce(s.stopped_at, s.ends_at), s.starts_at) - s.starts_at)"
"""How long a stay was; one that was given back before it began was none."""
_IN_ZONE = "(%(in_zone)s = '' OR upper(s.zone_code) = upper(%(in_zone)s))"

STAYS = counted(
    "stays",
    "Paid stays by zone and day",
    f"""
SELECT (s.starts_at AT TIME ZONE %(place)s)::date, s.zone_code, s.zone_code, count(*),
       count(DISTINCT s.plate_key),
       sum(extract(epoch FROM {STAY_LENGTH})) / 3600,
       avg(extract(epoch FROM {STAY_LENGTH})) / 60,
       sum(s.net_minor), sum(s.tax_minor)
  FROM permits_parkingsession s
 WHERE s.starts_at >= %(begins)s AND s.starts_at < %(ends)s AND {_IN_ZONE}
 GROUP BY 1, 2
 ORDER BY 1, 2
""",  # noqa: S608
    [
        Column("day", "Day", Kind.DATE, "The local day on which they began"),
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("stays", "Stays", Kind.COUNT, "That began on the day", True),
        Column("plates", "Plates", Kind.COUNT, "Different ones, in this line"),
        Column("hours", "Hours", Kind.NUMBER, "Paid, or until it was stopped", True),
        Column("minutes", "Minutes each", Kind.NUMBER, "On average"),
        Column("net", "Net", Kind.MONEY, "Without tax", True),
        Column("tax", "Tax", Kind.MONEY, "On the net", True),
    ],
    about="How many paid to park in each zone, for how long, and what it brought.",
    section="Occupancy",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    chart=("day", "stays"),
)

LENGTHS = counted(
    "stay-lengths",
    "Length of stays",
    f"""
WITH s AS (
  SELECT zone_code, extract(epoch FROM {STAY_LENGTH}) / 60 AS minutes
    FROM permits_parkingsession s
   WHERE starts_at >= %(begins)s AND starts_at < %(ends)s
)
SELECT s.zone_code, s.zone_code, count(*), count(*) FILTER (WHERE minutes <= 30),
       count(*) FILTER (WHERE minutes > 30 AND minutes <= 60),
       count(*) FILTER (WHERE minutes > 60 AND minutes <= 120), count(*) FILTER (WHERE minutes > 120
         AND minutes <= 240),
       count(*) FILTER (WHERE minutes > 240), percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes)
  FROM s
 WHERE {_IN_ZONE}
 GROUP BY 1
 ORDER BY 1
""",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("stays", "Stays", Kind.COUNT, "Paid ones", True),
        Column("to_30", "Up to 30 min", Kind.COUNT, "Of the stays", True),
        Column("to_60", "30 min to 1 h", Kind.COUNT, "Of the stays", True),
        Column("to_120", "1 to 2 h", Kind.COUNT, "Of the stays", True),
        Column("to_240", "2 to 4 h", Kind.COUNT, "Of the stays", True),
        Column("longer", "Over 4 h", Kind.COUNT, "Of the stays", True),
        Column("median", "Median, min", Kind.NUMBER, "As many stay longer as shorter"),
        Column(
            "short",
            "Share up to 30 min",
            Kind.SHARE,
            "Of the stays",
            part_of=("to_30", "stays"),
        ),
    ],
    about="How long people stay in each zone: to see if the longest stay allowed is right.",
    section="Occupancy",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    chart=("name", "stays"),
)

SEEN = counted(
    "vehicles-seen",
    "Vehicles seen by zone and hour",
    f"""
WITH s AS (
  SELECT zone_code, plate_key, at AS seen_at FROM enforcement_platecheck
   WHERE at >= %(begins)s AND at < %(ends)s AND plate_key <> ''
   UNION ALL
  SELECT zone_code, plate_key, seen_at FROM enforcement_observation
   WHERE seen_at >= %(begins)s AND seen_at < %(ends)s AND NOT is_gone
   UNION ALL
  SELECT zone_code, plate_key, taken_at FROM enforcement_plateread
   WHERE taken_at >= %(begins)s AND taken_at < %(ends)s AND plate_key <> ''
), hours AS (
  SELECT s.zone_code, to_char(s.seen_at AT TIME ZONE %(place)s, 'HH24:00') AS hour,
         (s.seen_at AT TIME ZONE %(place)s)::date AS day, count(DISTINCT s.plate_key) AS plates
    FROM s WHERE {_IN_ZONE}
   GROUP BY 1, 2, 3
)
SELECT zone_code, zone_code, hour, count(*), sum(plates), avg(plates), max(plates)
  FROM hours
 GROUP BY 1, 3
 ORDER BY 1, 3
""",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("hour", "Hour", told="The local hour that begins then"),
        Column("days", "Days", Kind.COUNT, "On which somebody looked then"),
        Column("vehicles", "Vehicles", Kind.COUNT, "Different plates of each day's hour", True),
        Column("each", "A day", Kind.NUMBER, "On average, of the days on which somebody looked"),
        Column("most", "Most", Kind.COUNT, "On one day"),
    ],
    about="How many vehicles officers and cameras saw in each zone, hour by hour.",
    section="Occupancy",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    chart=("hour", "vehicles"),
    notes=["Where nobody looked nothing was seen: this is a figure from below."],
)

REPORTS = (STAYS, LENGTHS, SEEN)
