"""How spaces are used: counted and seen by weekday and hour, how often they turn over, who obeys."""

import json
from typing import Any

from reporting.catalogue.base import PERIOD, Asking
from reporting.catalogue.counted import counted, zone_name
from reporting.catalogue.occupancy import STAY_LENGTH, ZONE
from reporting.datasets import Column, Kind

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = (
    "(ARRAY['Monday','Tuesday','Wednesday','Thursday','Friday','Saturday','Sunday'])[weekday]"
)
_LOCAL = "AT TIME ZONE %(place)s"


def _in_zone(column: str) -> str:
    return f"(%(in_zone)s = '' OR upper({column}) = upper(%(in_zone)s))"


# A day counts once, however often a counter told itself in an hour of it.
COUNTED = counted(
    "occupancy-counted",
    "Occupancy as counted, by weekday and hour",
    f"""
WITH day AS (
  SELECT zone_code, extract(isodow FROM counted_at {_LOCAL})::int AS weekday,
         extract(hour FROM counted_at {_LOCAL})::int AS hour, (counted_at {_LOCAL})::date AS day,
         avg(occupied::float8) AS taken, avg(capacity::float8) AS spaces, count(*) AS counts,
         count(*) FILTER (WHERE occupied > capacity) AS over
    FROM enforcement_spacecount
   WHERE counted_at >= %(begins)s AND counted_at < %(ends)s AND {_in_zone("zone_code")}
   GROUP BY 1, 2, 3, 4
)
SELECT zone_code, zone_code, {_WEEKDAY}, lpad(hour::text, 2, '0') || ':00', count(*), sum(counts), sum(over),
       avg(taken), avg(spaces), avg(taken) / avg(spaces),
       1.96 * stddev_samp(taken / spaces) / sqrt(count(*)), max(taken / spaces)
  FROM day
 GROUP BY zone_code, weekday, hour
 ORDER BY zone_code, weekday, hour
""",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("weekday", "Weekday", told="The local one"),
        Column("hour", "Hour", told="The local hour that begins then"),
        Column("days", "Days", Kind.COUNT, "On which something was counted then"),
        Column("counts", "Counts", Kind.COUNT, "By sensors, gates and people", True),
        Column("over", "Over", Kind.COUNT, "Of them with more vehicles than spaces", True),
        Column("taken", "Taken", Kind.NUMBER, "On average, each day weighing the same"),
        Column("spaces", "Spaces", Kind.NUMBER, "At the time, on average"),
        Column("share", "Occupancy", Kind.SHARE, "Taken, of the spaces"),
        Column("error", "Error", Kind.SHARE, "19 times in 20 the mean of such hours is so near"),
        Column("most", "Most", Kind.SHARE, "On the fullest day"),
    ],
    about="How full each zone was, hour by hour of the week, from counts by sensors, gates and people.",
    section="Occupancy",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    chart=("hour", "share"),
)

SEEN = counted(
    "occupancy-seen",
    "Vehicles seen or paid for, by weekday and hour",
    f"""
WITH sight AS (
  SELECT zone_code, plate_key, at AS seen_at FROM enforcement_platecheck
   WHERE at >= %(begins)s AND at < %(ends)s AND plate_key <> '' AND {_in_zone("zone_code")}
   UNION ALL
  SELECT zone_code, plate_key, seen_at FROM enforcement_observation
   WHERE seen_at >= %(begins)s AND seen_at < %(ends)s AND NOT is_gone AND {_in_zone("zone_code")}
   UNION ALL
  SELECT zone_code, plate_key, taken_at FROM enforcement_plateread
   WHERE taken_at >= %(begins)s AND taken_at < %(ends)s AND plate_key <> '' AND {_in_zone("zone_code")}
   UNION ALL
  SELECT s.zone_code, s.plate_key, hour
    FROM permits_parkingsession s
   CROSS JOIN LATERAL generate_series(
         date_trunc('hour', greatest(s.starts_at, %(begins)s)),
         least(coalesce(s.stopped_at, s.ends_at), %(ends)s) - interval '1 microsecond', interval '1 hour') hour
   WHERE s.starts_at >= %(begins)s - interval '31 days' AND s.starts_at < %(ends)s
     AND coalesce(s.stopped_at, s.ends_at) > %(begins)s AND s.plate_key <> '' AND {_in_zone("s.zone_code")}
), once AS (
  SELECT upper(zone_code) AS zone_code, extract(isodow FROM seen_at {_LOCAL})::int AS weekday,
         extract(hour FROM seen_at {_LOCAL})::int AS hour, (seen_at {_LOCAL})::date AS day, plate_key
    FROM sight
   WHERE zone_code <> ''
   GROUP BY 1, 2, 3, 4, 5
), day AS (
  SELECT once.*, count(*) OVER (PARTITION BY zone_code, weekday, hour, day) AS plates FROM once
)
SELECT zone_code, zone_code, {_WEEKDAY}, lpad(hour::text, 2, '0') || ':00', count(DISTINCT day), count(*),
       count(DISTINCT plate_key), count(*)::float8 / count(DISTINCT day), max(plates)
  FROM day
 GROUP BY zone_code, weekday, hour
 ORDER BY zone_code, weekday, hour
""",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("weekday", "Weekday", told="The local one"),
        Column("hour", "Hour", told="The local hour that begins then"),
        Column("days", "Days", Kind.COUNT, "On which somebody looked, or paid, then"),
        Column("vehicles", "Vehicles", Kind.COUNT, "Different plates of each day's hour", True),
        Column("plates", "Plates", Kind.COUNT, "Different ones of all those days together"),
        Column("each", "A day", Kind.NUMBER, "On average, of those days"),
        Column("most", "Most", Kind.COUNT, "On one day"),
    ],
    about="How many vehicles were seen by officers and cameras, or had paid, hour by hour of the week.",
    section="Occupancy",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    chart=("hour", "vehicles"),
    notes=["Where nobody looked nothing was seen: this is a figure from below."],
)


def _spaces(asking: Asking) -> dict[str, Any]:
    """The spaces of each zone of the program, and the days of the period."""
    known = {
        zone.code.upper(): zone.capacity.total
        for zone in asking.programme.zones
        if zone.capacity and zone.capacity.total
    }
    return {"spaces": json.dumps(known), "days": (asking.last - asking.first).days + 1}


TURNOVER = counted(
    "turnover",
    "Turnover of spaces",
    f"""
WITH stay AS (
  SELECT upper(zone_code) AS zone_code, starts_at,
         extract(epoch FROM {STAY_LENGTH}) / 60 AS minutes
    FROM permits_parkingsession s
   WHERE starts_at >= %(begins)s AND starts_at < %(ends)s AND {_in_zone("zone_code")}
), zone AS (
  SELECT zone_code, count(*) AS stays, avg(minutes) AS mean,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS median,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY minutes) AS longest,
         (%(spaces)s::jsonb ->> zone_code)::int AS spaces
    FROM stay GROUP BY 1
)
SELECT zone_code, zone_code, stays, spaces, 100 * stays::float8 / nullif(spaces, 0) / %(days)s,
       mean, median, longest
  FROM zone
 ORDER BY zone_code
""",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("stays", "Stays", Kind.COUNT, "Paid ones that began in the period", True),
        Column("spaces", "Spaces", Kind.COUNT, "As the program has them; blank: none are told"),
        Column("turnover", "On 100 spaces a day", Kind.NUMBER, "Stays, by the spaces and the days"),
        Column("mean", "Mean, min", Kind.NUMBER, "Paid, or until it was stopped"),
        Column("median", "Median, min", Kind.NUMBER, "As many stay longer as shorter"),
        Column("longest", "9 of 10 within", Kind.NUMBER, "Minutes"),
    ],
    about="How often a space is used anew each day, and how long paid stays are.",
    section="Occupancy",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    values=_spaces,
    chart=("name", "turnover"),
)

# Wilson's interval: it holds for few vehicles too, and never leaves 0 to 1.
_MIDDLE = "(good + 1.9208) / (looked + 3.8416)"
_REACH = "1.96 * sqrt(good::float8 * (looked - good) / looked + 0.9604) / (looked + 3.8416)"

COMPLIANCE = counted(
    "compliance",
    "Compliance and follow-up",
    f"""
WITH vehicle AS (
  SELECT upper(zone_code) AS zone_code, plate_key, (at {_LOCAL})::date AS day,
         bool_or(verdict IN ('unauthorized', 'overtime', 'second_vehicle')) AS is_bad
    FROM enforcement_platecheck
   WHERE at >= %(begins)s AND at < %(ends)s AND source IN ('field', 'offline', 'camera')
     AND verdict <> 'not_enforced' AND plate_key <> '' AND zone_code <> '' AND {_in_zone("zone_code")}
   GROUP BY 1, 2, 3
), zone AS (
  SELECT v.zone_code, count(*) AS looked, count(*) FILTER (WHERE NOT v.is_bad) AS good,
         count(*) FILTER (WHERE v.is_bad) AS bad,
         count(*) FILTER (WHERE v.is_bad AND EXISTS (
               SELECT FROM enforcement_citation c
                WHERE c.plate_key = v.plate_key AND c.issued_on = v.day AND c.source = 'ours'
                  AND upper(c.zone_code) = v.zone_code)) AS cited
    FROM vehicle v
   GROUP BY 1
)
SELECT zone_code, zone_code, looked, good, bad, cited, greatest({_MIDDLE} - {_REACH}, 0),
       least({_MIDDLE} + {_REACH}, 1)
  FROM zone
 ORDER BY zone_code
""",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("looked", "Vehicles", Kind.COUNT, "Looked at while enforced, once a day", True),
        Column("good", "In order", Kind.COUNT, "At every look of the day", True),
        Column("bad", "Not in order", Kind.COUNT, "No right, overtime, a second vehicle", True),
        Column("cited", "Cited", Kind.COUNT, "Of those, there on that day; warnings too", True),
        Column("low", "At least", Kind.SHARE, "The share in order, 19 times in 20"),
        Column("high", "At most", Kind.SHARE, "The share in order, 19 times in 20"),
        Column("share", "Compliance", Kind.SHARE, "In order", part_of=("good", "looked")),
        Column("followed", "Followed up", Kind.SHARE, "Cited, of those", part_of=("cited", "bad")),
    ],
    about="How many vehicles are in order when somebody looks, and how many of the others are cited.",
    section="Enforcement",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    chart=("name", "looked"),
    notes=["Officers look where they expect something: the truth may be better than this."],
)

REPORTS = (COUNTED, SEEN, TURNOVER)
