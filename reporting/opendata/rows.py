"""The rows of open data: the reports' own figures, small numbers hidden."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from parkops.kernel.dates import add_months, local_date
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from reporting import catalogue
from reporting.catalogue.base import Asking
from reporting.catalogue.spaces import WEEKDAYS
from reporting.datasets import Dataset
from reporting.insights.values import rows_of
from reporting.opendata.sets import MONTHS, WEEKS
from reporting.rules.hiding import LEAST, WITHHELD, Shown, shown, shown_together

Row = dict[str, Any]
Counts = dict[str, dict[tuple[str, str], int]]
"""How many, by month, of a code with its name."""


def rows_of_all(at: datetime) -> tuple[date, dict[str, list[Row]]]:
    """Return the last day of what is open at `at`, and the rows of every set by its code."""
    rules = programme.in_force(at).programme
    until = local_date(at, rules.tz).replace(day=1) - timedelta(days=1)
    first = add_months(until.replace(day=1), 1 - MONTHS)

    def dataset(code: str, begins: date, ends: date, **answers: str) -> Dataset:
        report = catalogue.report_of(code)
        given = {"from": begins.isoformat(), "to": ends.isoformat(), **answers}
        read = report.answers(given, today=until)
        return report.build(Asking(read, rules, at, lambda _share, _stage: None))

    def told(code: str, **answers: str) -> Sequence[Sequence[Any]]:
        return dataset(code, first, until, **answers).rows

    monday = local_date(at, rules.tz)
    monday -= timedelta(days=monday.weekday())
    seen = dataset("occupancy-seen", monday - timedelta(weeks=WEEKS), monday - timedelta(days=1))

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
        "vehicles-by-hour": _vehicles(rules, rows_of(seen)),
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


def _vehicles(rules: Programme, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    found = []
    for row in rows:
        zone, is_shown = _known_zone(rules, row["zone"]), row["plates"] >= LEAST
        if zone:
            found.append(
                {
                    "zone": zone,
                    "weekday": WEEKDAYS.index(row["weekday"]) + 1,
                    "hour": row["hour"],
                    "days": row["days"] if is_shown else None,
                    "vehicles": int(row["vehicles"] / row["days"] + 0.5) if is_shown else None,
                    "note": "" if is_shown else WITHHELD,
                }
            )
    return found


def _known_zone(rules: Programme, code: Any) -> str:
    """The code of a zone of the program; what a former system's file wrote there stays inside."""
    zone = rules.zone(str(code)) if code else None
    return zone.code if zone else ""


def _zone(rules: Programme, code: str) -> str:
    zone = rules.zone(code) if code else None
    return zone.name if zone else ""
