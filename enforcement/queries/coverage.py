"""Which zones were looked at in which hours: checks and citations by zone and local hour."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractHour

from enforcement.models import Citation, PlateCheck
from enforcement.queries.citations import tenant_zone
from parkops.kernel.dates import midnight
from parkops.programme import queries as programme
from parkops.ui import charts
from parkops.ui.charts import Chart, Point

HOURS = range(24)
LOOKS = ("field", "camera")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was seen from one day to another: the grid, the busiest and the forgotten zones."""

    chart: Chart
    total: int
    unseen: list[str]


def coverage(what: str, first: date, last: date) -> Coverage:
    """Return checks (of officers and cameras) or citations of the days, by zone and local hour."""
    zone = tenant_zone()
    begins, ends = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    grouped = (
        _by_zone_and_hour(
            Citation.objects.filter(
                issued_at__gte=begins, issued_at__lt=ends, source=Citation.Source.OURS
            ),
            "issued_at",
            zone,
        )
        if what == "citations"
        else _by_zone_and_hour(
            PlateCheck.objects.filter(at__gte=begins, at__lt=ends, source__in=LOOKS), "at", zone
        )
    )
    for row in grouped:
        counts[row["zone_code"].upper()][row["hour"]] += row["n"]
    version = programme.in_force(begins).programme
    codes = [one.code for one in version.zones if one.enforced]
    known = {code.upper() for code in codes}
    codes += sorted(code for code in counts if code and code not in known)
    lines = [
        (
            code,
            [
                Point(
                    f"{code}, {hour}:00",
                    counts[code.upper()][hour] if code.upper() in counts else 0,
                )
                for hour in HOURS
            ],
        )
        for code in codes
    ]
    named = "Citations" if what == "citations" else "Checks"
    return Coverage(
        charts.heat(
            [str(hour) for hour in HOURS], lines, title=f"{named} by zone and hour", head="Zone"
        ),
        sum(n for hours in counts.values() for n in hours.values()),
        [code for code in codes if code.upper() not in counts],
    )


def _by_zone_and_hour(rows: QuerySet[Any], column: str, zone: ZoneInfo) -> Iterable[dict[str, Any]]:
    hours = rows.annotate(hour=ExtractHour(column, tzinfo=zone)).values("zone_code", "hour")
    return hours.annotate(n=Count("pk")).order_by("zone_code", "hour")
