"""The rows of open data: the reports' own figures, small numbers hidden."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from parkops.kernel.dates import add_months, local_date, midnight
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from reporting import catalogue, sql
from reporting.catalogue.base import Asking
from reporting.opendata.sets import MONTHS, WEEKS
from reporting.rules.hiding import LEAST, WITHHELD, Shown, shown, shown_together

Row = dict[str, Any]
Counts = dict[str, dict[tuple[str, str], int]]
"""How many, by month, of a code with its name."""

_HOURS = """
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
  SELECT s.zone_code, extract(isodow FROM s.seen_at AT TIME ZONE %(place)s)::int AS weekday,
         to_char(s.seen_at AT TIME ZONE %(place)s, 'HH24:00') AS hour,
         (s.seen_at AT TIME ZONE %(place)s)::date AS day, s.plate_key
    FROM s WHERE s.zone_code <> ''
   GROUP BY 1, 2, 3, 4, 5
)
SELECT zone_code, weekday, hour, count(DISTINCT day), count(DISTINCT plate_key),
       round(count(*)::numeric / count(DISTINCT day))::int
  FROM hours
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
"""


def rows_of_all(at: datetime) -> tuple[date, dict[str, list[Row]]]:
    """Return the last day of what is open at `at`, and the rows of every set by its code."""
    rules = programme.in_force(at).programme
    until = local_date(at, rules.tz).replace(day=1) - timedelta(days=1)
    first = add_months(until.replace(day=1), 1 - MONTHS)

    def told(code: str, **answers: str) -> Sequence[Sequence[Any]]:
        report = catalogue.report_of(code)
        given = {"from": first.isoformat(), "to": until.isoformat(), **answers}
        read = report.answers(given, today=until)
        return report.build(Asking(read, rules, at, lambda _share, _stage: None)).rows

    by_violation = _counted(told("citations", by="month,violation"), code=1, name=2, count=3)
    by_zone_told = told("citations", by="month,zone")
    by_zone = _counted(
        [[month, _known_zone(rules, code), *rest] for month, code, *rest in by_zone_told],
        code=1,
        count=2,
        named=lambda code: _zone(rules, code),
    )
    permits = _counted(told("permit-sales"), code=1, name=2, count=3)
    violations, zones = _citations(by_violation, by_zone)
    return until, {
        "citations-by-violation": violations,
        "citations-by-zone": zones,
        "permits-by-type": _rows(
            permits, {m: shown(of) for m, of in permits.items()}, "type", "permits"
        ),
        "revenue-by-month": _revenue(told("payments-by-subject")),
        "vehicles-by-hour": _vehicles(rules, at),
    }


def _counted(
    rows: Sequence[Sequence[Any]],
    *,
    code: int,
    count: int,
    name: int | None = None,
    named: Callable[[str], str] = str,
) -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(int))
    for row in rows:
        key = str(row[code] or "")
        label = str(row[name] or "") if name is not None else named(key)
        found[str(row[0])][key, label] += int(row[count])
    return found


def _citations(by_violation: Counts, by_zone: Counts) -> tuple[list[Row], list[Row]]:
    """Return the rows of both, hidden together: the sum of a month is the same in both."""
    violations, zones = {}, {}
    for month in {*by_violation, *by_zone}:
        tables = [by_violation.get(month, {}), by_zone.get(month, {})]
        violations[month], zones[month] = shown_together(tables)
    return (
        _rows(by_violation, violations, "violation", "citations"),
        _rows(by_zone, zones, "zone", "citations"),
    )


def _rows(
    counts: Counts, found: Mapping[str, Mapping[tuple[str, str], Shown]], key: str, number: str
) -> list[Row]:
    return [
        {
            "month": month,
            key: code,
            "name": name,
            number: found[month][code, name].number,
            "note": found[month][code, name].why,
        }
        for month in sorted(counts, reverse=True)
        for code, name in sorted(counts[month])
    ]


def _revenue(rows: Sequence[Sequence[Any]]) -> list[Row]:
    """Return what was paid; of fewer than five payments the amount could be somebody's price."""
    counts: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    paid: dict[tuple[str, str, str], Money] = {}
    for month, kind, item, payments, amount in rows:
        counts[str(month)][str(kind), str(item)] = int(payments)
        paid[str(month), str(kind), str(item)] = amount
    found = {month: shown(of) for month, of in counts.items()}
    return [
        {
            "month": month,
            "for": kind,
            "item": item,
            "amount": None if one.number is None else paid[month, kind, item].amount,
            "note": one.why,
        }
        for month in sorted(found, reverse=True)
        for (kind, item), one in sorted(found[month].items())
    ]


def _vehicles(rules: Programme, at: datetime) -> list[Row]:
    today = local_date(at, rules.tz)
    monday = today - timedelta(days=today.weekday())
    lines = sql.rows(
        _HOURS,
        begins=midnight(monday - timedelta(weeks=WEEKS), rules.tz),
        ends=midnight(monday, rules.tz),
        place=rules.tz.key,
    )
    return [
        {
            "zone": zone,
            "weekday": weekday,
            "hour": hour,
            "days": days,
            "vehicles": each if plates >= LEAST else None,
            "note": "" if plates >= LEAST else WITHHELD,
        }
        for zone, weekday, hour, days, plates, each in lines
    ]


def _known_zone(rules: Programme, code: Any) -> str:
    """The code of a zone of the program; what a former system's file wrote there stays inside."""
    zone = rules.zone(str(code)) if code else None
    return zone.code if zone else ""


def _zone(rules: Programme, code: str) -> str:
    zone = rules.zone(code) if code else None
    return zone.name if zone else ""
