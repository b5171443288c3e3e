"""What is known of how full zones were, hour by hour: counts, paid stays, and looks of officers."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import fmean, stdev

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Decision
from parkops.programme.schema import Programme
from parkops.tenancy.patience import within
from permits.rules import demand
from permits.rules.demand import Measured
from reporting import sql
from reporting.pricing.segments import Segment, is_left_out
from reporting.replay.ground import reading

LOOKED_BACK = timedelta(days=56)
SECONDS = 10
NINE_IN_TEN = 1.645

Hour = tuple[str, date, int]
"""A zone by its key, a local day and hour."""

_PAID = """
WITH stay AS (
  SELECT lower(zone_code) AS zone, greatest(starts_at, %(since)s) AS begins,
         least(coalesce(stopped_at, ends_at), %(until)s) AS ends
    FROM permits_parkingsession
   WHERE ends_at > %(since)s AND starts_at < %(until)s AND lower(zone_code) = ANY(%(zones)s))
SELECT zone, (hour AT TIME ZONE %(place)s)::date, extract(hour FROM hour AT TIME ZONE %(place)s)::int,
       sum(extract(epoch FROM least(ends, hour + interval '1 hour') - greatest(begins, hour))) / 3600
  FROM stay CROSS JOIN LATERAL
       generate_series(date_trunc('hour', begins, %(place)s), ends, interval '1 hour') AS hour
 WHERE hour < ends
 GROUP BY 1, 2, 3
"""
_COUNTED = """
SELECT lower(zone_code), (counted_at AT TIME ZONE %(place)s)::date,
       extract(hour FROM counted_at AT TIME ZONE %(place)s)::int,
       avg(least(occupied::float / capacity, 1))
  FROM enforcement_spacecount
 WHERE counted_at >= %(since)s AND counted_at < %(until)s AND lower(zone_code) = ANY(%(zones)s)
 GROUP BY 1, 2, 3
"""
# A vehicle looked at twice in an hour is one.
_LOOKS = """
SELECT look.zone, look.day, look.hour, count(*), count(paid.id)
  FROM (SELECT lower(zone_code) AS zone, (at AT TIME ZONE %(place)s)::date AS day,
               extract(hour FROM at AT TIME ZONE %(place)s)::int AS hour, plate_key, min(at) AS at
          FROM enforcement_platecheck
         WHERE recorded_at >= %(since)s AND at >= %(since)s AND at < %(until)s
           AND source IN ('field', 'offline', 'camera') AND plate_key <> ''
           AND lower(zone_code) = ANY(%(zones)s)
         GROUP BY 1, 2, 3, 4) look
  LEFT JOIN LATERAL (
       SELECT stay.id FROM permits_parkingsession stay
        WHERE stay.plate_key = look.plate_key AND lower(stay.zone_code) = look.zone
          AND stay.starts_at <= look.at AND coalesce(stay.stopped_at, stay.ends_at) > look.at
        LIMIT 1) paid ON true
 GROUP BY 1, 2, 3
"""


@dataclass(slots=True)
class Observed:
    """What is known of zones in [first, until) of local days, by zone and hour."""

    first: date
    until: date
    paid: dict[Hour, float] = field(default_factory=dict)
    counted: dict[Hour, float] = field(default_factory=dict)
    looks: dict[Hour, tuple[int, int]] = field(default_factory=dict)
    begun: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """How full a segment was, or why that is not known; `paid_hours` were paid on `days` days of the calendar."""

    measured: Measured | None
    decision: Decision
    paid_hours: float
    days: int


def observed(
    programme: Programme, zones: Collection[str], *, since: datetime, until: datetime
) -> Observed:
    """Return what is known of `zones` between two instants, the second excluded.

    :raises Refused: if the database needs too long.
    """
    values = {
        "since": since,
        "until": until,
        "place": programme.tz.key,
        "zones": sorted({code_key(zone) for zone in zones}),
    }
    known = Observed(since.astimezone(programme.tz).date(), until.astimezone(programme.tz).date())
    with within(SECONDS, "There is more to read than a page may."), reading():
        for zone, day, hour, vehicles in sql.rows(_PAID, **values):
            known.paid[zone, day, hour] = float(vehicles)
        for zone, day, hour, share in sql.rows(_COUNTED, **values):
            known.counted[zone, day, hour] = float(share)
        for zone, day, hour, seen, payers in sql.rows(_LOOKS, **values):
            known.looks[zone, day, hour] = (seen, payers)
    for zone, day, _ in known.paid:
        known.begun[zone] = min(day, known.begun.get(zone, day))
    return known


def of_segment(
    known: Observed, segment: Segment, programme: Programme, *, changed_on: date | None
) -> Found:
    """Return how full a segment was since it last changed: as it was counted, or else as stays paid for and
    officers' looks together say."""
    zone = code_key(segment.zone.code)
    spaces = segment.zone.capacity.total if segment.zone.capacity else 0
    first = max(known.first, changed_on or known.first)
    span = (known.until - first).days
    hours_by_day = {
        day: segment.hours(day)
        for day in (first + timedelta(days=n) for n in range(max(span, 0)))
        if not is_left_out(programme, segment, day)
    }
    hours_by_day = {day: hours for day, hours in hours_by_day.items() if hours}
    counted: dict[date, list[float]] = defaultdict(list)
    paid: dict[date, list[float]] = defaultdict(list)
    looks = payers = 0
    begun = known.begun.get(zone)
    for day, hours in hours_by_day.items():
        for on, hour in hours:
            key = (zone, on, hour)
            if key in known.counted:
                counted[day].append(known.counted[key])
            if begun is not None and day >= begun:
                paid[day].append(known.paid.get(key, 0.0))
            seen, paying = known.looks.get(key, (0, 0))
            looks, payers = looks + seen, payers + paying
    total = sum(sum(values) for values in paid.values())
    decision = demand.is_known(
        spaces=spaces, counted_days=len(counted), days=len(paid), looks=looks, payers=payers
    )
    since = (known.until - max(first, begun)).days if begun else span
    if not decision:
        return Found(None, decision, total, since)
    if len(counted) >= demand.LEAST_DAYS:
        return Found(_counted(counted), decision, total, since)
    return Found(_paid(paid, looks, payers, spaces), decision, total, since)


def _counted(days: dict[date, list[float]]) -> Measured:
    means = [fmean(shares) for shares in days.values()]
    hours = [share for shares in days.values() for share in shares]
    return Measured(
        occupancy=fmean(means),
        error=NINE_IN_TEN * stdev(means) / sqrt(len(means)),
        days=len(means),
        free_share=sum(share < 1 for share in hours) / len(hours),
        because=(f"Counted in {len(hours):,} hours of {len(means)} days.",),
    )


def _paid(days: dict[date, list[float]], looks: int, payers: int, spaces: int) -> Measured:
    """Paid stays at a time over the share of vehicles that had paid where somebody looked."""
    paying = payers / looks
    means = [fmean(vehicles) / spaces / paying for vehicles in days.values()]
    hours = [vehicles / paying for day in days.values() for vehicles in day]
    middle = fmean(means)
    spread = stdev(means) / sqrt(len(means))
    unknown = middle * sqrt((1 - paying) / (looks * paying))
    at_a_time = fmean([fmean(vehicles) for vehicles in days.values()])
    return Measured(
        occupancy=min(middle, 1.0),
        error=NINE_IN_TEN * sqrt(spread**2 + unknown**2),
        days=len(means),
        free_share=sum(vehicles <= spaces - 1 for vehicles in hours) / len(hours),
        because=(
            f"{at_a_time:.1f} paid stays at a time for {spaces} spaces.",
            f"Of {looks:,} vehicles that officers and cameras looked at {payers:,} had paid: for each paid stay "
            f"{1 / paying:.1f} vehicles stand there.",
        ),
    )
