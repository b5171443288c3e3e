"""What a shift should look at: zones by hour, out of the last weeks of looks at plates."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from enforcement.rules import patrol
from enforcement.rules.patrol import Known, Seen, Stop
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date, local_instant
from parkops.kernel.decisions import Decision
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from parkops.tenancy.patience import TookTooLong, within
from parkops.ui import charts
from parkops.ui.charts import Chart, Point

WEEKS = (12, 8, 4, 2)
"""Of how many weeks the looks may be asked for, the usual first."""
SECONDS = 8
LATELY = timedelta(days=28)

_LOOKS = """
SELECT lower(zone_code), extract(isodow FROM at AT TIME ZONE %(place)s)::int - 1,
       extract(hour FROM at AT TIME ZONE %(place)s)::int, count(*),
       count(*) FILTER (WHERE verdict IN ('unauthorized', 'overtime', 'second_vehicle')),
       count(*) FILTER (WHERE at >= %(lately)s),
       count(DISTINCT ((at AT TIME ZONE %(place)s)::date, actor_ref)), max(at)
  FROM enforcement_platecheck
 WHERE recorded_at >= %(since)s AND at >= %(since)s AND at < %(until)s
   AND source IN ('field', 'offline', 'camera')
 GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Suggested:
    """The stops of a shift, a list an officer, with what they rest on; none where `decision` says why."""

    on: date
    beats: Sequence[Sequence[Stop]]
    decision: Decision
    names: dict[str, str]
    chart: Chart | None
    first_hour: int
    hours: int
    weeks: int
    officers: int = 1

    @property
    def weekday(self) -> str:
        """The day in words."""
        return f"{self.on:%A %-d %B}"

    @property
    def stops(self) -> Sequence[Stop]:
        """The stops of the first officer, of all if there is one."""
        return self.beats[0] if self.beats else []

    @property
    def zones(self) -> list[list[str]]:
        """The codes of each beat's zones in the order in which they are first visited."""
        return [[*dict.fromkeys(stop.zone for stop in beat)] for beat in self.beats]

    @property
    def rows(self) -> list[tuple[str, str, list[tuple[Stop, str]]]]:
        """Each beat: what it is called, what is expected in all of it, and its stops with their zones' names."""
        return [
            (
                "Suggested stops" if len(self.beats) == 1 else f"Officer {n}",
                f"{self.weekday}, {patrol.found_by(beat):.1f} violations expected",
                [(stop, self.names.get(stop.zone, stop.zone)) for stop in beat],
            )
            for n, beat in enumerate(self.beats, start=1)
        ]


def suggested(
    *,
    on: date,
    first_hour: int,
    hours: int,
    at: datetime,
    weeks: int = WEEKS[0],
    officers: int = 1,
) -> Suggested:
    """Return where so many `officers` go in a shift of so many `hours` from `first_hour` of the local day `on`,
    out of the looks of so many `weeks`; where the database needs too long for them, `decision` says so."""
    rules = programme.in_force(at).programme
    shift = range(first_hour, first_hour + hours)
    narrow = "Choose fewer weeks of checks." if weeks > WEEKS[-1] else "Try again in some minutes."
    try:
        with within(SECONDS, narrow, field="weeks"):
            known = _known(rules, weeks=weeks, at=at)
    except TookTooLong as late:
        decision = Decision(late.code, str(late), late.field)
        return Suggested(on, [], decision, {}, None, first_hour, hours, weeks)
    by_hour = {
        hour: [
            one
            for one in known.values()
            if _is_enforced(rules, one.zone, local_instant(on, hour * 60 + 30, rules.tz))
        ]
        for hour in shift
    }
    zones = {one.zone: one for found in by_hour.values() for one in found}
    usual = Seen(
        sum(one.week.looks for one in known.values()), sum(one.week.found for one in known.values())
    )
    decision = patrol.is_known([*zones.values()], weeks=weeks)
    beats: list[list[Stop]] = []
    if decision:
        arranged = patrol.arrange(by_hour, officers=officers, weekday=on.weekday(), usual=usual)
        beats = [beat for beat in arranged if beat]
    return Suggested(
        on=on,
        beats=beats,
        officers=officers,
        decision=decision,
        names={zone.code: zone.name for zone in rules.zones},
        chart=_chart([*zones.values()], shift, on, usual) if decision else None,
        first_hour=first_hour,
        hours=hours,
        weeks=weeks,
    )


def _known(rules: Programme, *, weeks: int, at: datetime) -> dict[str, Known]:
    """Return what is known of each zone with hours of its own, by its key."""
    values: dict[str, Any] = {
        "since": at - timedelta(weeks=weeks),
        "until": at,
        "lately": at - LATELY,
        "place": rules.tz.key,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS, values)
        rows = cursor.fetchall()
    found = {
        code_key(zone.code): Known(zone.code, spaces=zone.capacity.total if zone.capacity else 1)
        for zone in rules.zones
        if zone.enforced
    }
    hours: dict[str, dict[tuple[int, int], Seen]] = defaultdict(dict)
    shifts: dict[str, int] = defaultdict(int)
    for key, weekday, hour, looks, violations, lately, officers, last in rows:
        known = found.get(key)
        if known is None:
            continue
        band = (weekday, hour // patrol.BAND * patrol.BAND)
        hours[key][band] = _and(hours[key].get(band, Seen()), looks, violations)
        shifts[key] += officers
        last_on = local_date(last, rules.tz)
        found[key] = replace(
            known,
            week=_and(known.week, looks, violations),
            lately=known.lately + lately,
            last_on=max(known.last_on or last_on, last_on),
        )
    walked = sum(shifts.values())
    usual = sum(one.week.looks for one in found.values()) / walked if walked else patrol.USUAL_PACE
    for key, known in found.items():
        pace = known.week.looks / shifts[key] if shifts[key] else usual
        found[key] = replace(known, hours=dict(hours[key]), pace=pace)
    return found


def _and(seen: Seen, looks: int, violations: int) -> Seen:
    return Seen(seen.looks + looks, seen.found + violations)


def _is_enforced(rules: Programme, code: str, at: datetime) -> bool:
    zone = rules.zone(code)
    return zone is not None and rules.holds(zone.enforced, at)


def _chart(zones: list[Known], shift: range, on: date, usual: Seen) -> Chart:
    labels = [f"{hour % 24}" for hour in shift]
    lines = [
        (
            one.zone,
            [
                Point(
                    label,
                    round(patrol.expected(one, usual, weekday=on.weekday(), hour=hour), 1),
                    text=f"{one.zone}, {hour % 24}:00",
                )
                for label, hour in zip(labels, shift, strict=True)
            ],
        )
        for one in zones
    ]
    return charts.heat(
        labels, lines, title="Violations expected an hour, by zone and hour", head="Zone"
    )
