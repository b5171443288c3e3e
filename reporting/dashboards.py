"""How the live figures are said on the dashboard: labels, comparisons, links, tones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import NoReverseMatch, reverse

from parkops.kernel.money import Money
from parkops.programme.schema import Programme
from parkops.ui import charts, maps, words
from parkops.ui.values import Todo
from reporting.queries.live import Counts, Series

FULL_SHARE = 0.98
NEARLY_FULL_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure in its bay."""

    label: str
    value: object
    url: str
    anchor: str
    of: str = ""
    strong: str = ""
    note: str = ""
    spark: charts.Spark | None = None


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """One zone of the occupancy list."""

    code: str
    name: str
    taken: int
    spaces: int
    share: float
    tone: str
    url: str


def stats(counts: Counts, *, locale: str) -> list[Stat]:
    """Return the figures of the day, each with what it is compared with and where its rows are.

    `locale` is how the amounts are written.
    """
    weekday = f"last {date.fromisoformat(counts.day):%A}"
    day = day_query(counts)
    return [
        Stat(
            "Occupied now",
            counts.occupied,
            _link("office_checks:list"),
            "occupied",
            of=f"{counts.spaces:,}" if counts.spaces else "",
            note="counted, or seen or paid for in the last three hours",
        ),
        Stat(
            "Permits in force",
            counts.permits_active,
            _link("office_permits:list", "status=active"),
            "permits",
            strong=str(counts.sold.total),
            note=f"sold today, {_against(counts.sold)} {weekday}",
            spark=_spark(counts.sold),
        ),
        Stat(
            "Plates checked",
            counts.checks.total,
            _link("office_checks:list", day),
            "checks",
            note=f"{_against(counts.checks)} {weekday}",
            spark=_spark(counts.checks),
        ),
        Stat(
            "Citations today",
            counts.citations.total,
            _link("office_citations:list", day),
            "citations",
            note=f"{_against(counts.citations)} {weekday}",
            spark=_spark(counts.citations),
        ),
        Stat(
            "Taken today",
            Money(counts.taken.total, counts.currency),
            _link("office_payments:list", day),
            "taken",
            strong=_money_against(counts, locale),
            note=f"than {weekday}",
            spark=_spark(counts.taken),
        ),
    ]


def queues(counts: Counts) -> list[Stat]:
    """Return the figures that stand and wait, each a link to its rows."""
    return [
        Stat(
            "Held carts",
            counts.permits_held,
            _link("office_permits:list", "status=held"),
            "held",
            note="places kept, not paid yet",
        ),
        Stat(
            "Unpaid citations",
            counts.citations_unpaid,
            _link("office_citations:list", "status=unpaid"),
            "unpaid",
            note="issued by us, still owing",
        ),
        Stat(
            "Appeals waiting",
            counts.appeals_waiting,
            _link("office_appeals:list"),
            "appeals",
            note="for a decision",
        ),
        Stat(
            "Officers on shift",
            counts.officers_on_shift,
            _link("office_checks:list", day_query(counts)),
            "officers",
            note="since they signed on",
        ),
        Stat(
            "Failed jobs",
            counts.jobs_failed,
            _link("office_jobs:list", "state=failed"),
            "jobs",
            note="reports and imports that stopped",
        ),
    ]


def day_query(counts: Counts) -> str:
    """Return the query that filters a list to the day of the figures."""
    return f"from={counts.day}&to={counts.day}"


def todo(counts: Counts, *, now: datetime) -> list[Todo]:
    """Return what waits for somebody, the oldest promise first; nothing that is not there."""
    waiting = []
    if counts.appeals_waiting:
        oldest = datetime.fromisoformat(counts.oldest_appeal_at)
        days = (now - oldest).days
        waiting.append(
            Todo(
                str(counts.appeals_waiting),
                "Appeals waiting",
                _link("office_appeals:list"),
                f"The oldest was filed {_ago(now - oldest)}",
                tone="bad" if days > 10 else "warn" if days > 5 else "",
            )
        )
    for count, text, url, detail, tone in (
        (
            counts.permits_to_approve,
            "Permits to approve",
            _link("office_permits:list", "status=pending"),
            "Paid, waiting for a look at their documents",
            "",
        ),
        (
            counts.payments_to_review,
            "Payments to look into",
            _link("office_payments:list", "state=needs_review"),
            "What the card provider says does not match",
            "bad",
        ),
        (
            counts.books_differ,
            "Differences in the books",
            _link("office_ledger:proof"),
            "What is kept is not what its entries say",
            "bad",
        ),
        (
            counts.differences_open,
            "Differences with the card provider or the bank",
            _link("office_reconciliation:differences"),
            "What they say is not what our books have",
            "bad",
        ),
        (
            counts.jobs_failed,
            "Failed jobs",
            _link("office_jobs:list", "state=failed"),
            "Reports or imports that stopped",
            "bad",
        ),
        (
            counts.tasks_given_up + counts.messages_failed,
            "Messages and tasks given up",
            _link("office_jobs:list"),
            "Tried six times",
            "bad",
        ),
    ):
        if count:
            waiting.append(Todo(str(count), text, url, detail, tone=tone))
    return waiting


def zones(counts: Counts) -> list[ZoneLine]:
    """Return the zones with spaces, the fullest first."""
    lines = []
    for zone in counts.zones:
        share = zone.taken / zone.spaces
        lines.append(
            ZoneLine(
                zone.code,
                zone.name,
                zone.taken,
                zone.spaces,
                share,
                _tone(share),
                _link("office_checks:list", f"zone={zone.code}"),
            )
        )
    return sorted(lines, key=lambda line: (-line.share, line.code))


def zone_map(programme: Programme, counts: Counts) -> object | None:
    """Return the drawing of the zones that have a geometry, None if none has."""
    known = {zone.code: zone for zone in counts.zones}
    places = []
    for zone in programme.zones:
        count = known.get(zone.code)
        if zone.geometry is None or count is None:
            continue
        places.append(
            maps.Place(
                zone.code,
                zone.geometry,
                f"{max(count.spaces - count.taken, 0)} free",
                _link("office_checks:list", f"zone={zone.code}"),
                _tone(count.taken / count.spaces),
            )
        )
    return maps.draw(places, title="Map of the zones, how many spaces are free")


def citations_by_hour(counts: Counts) -> object:
    """Return the chart of today's citations by hour, with the same weekday a week before."""
    day = day_query(counts)
    series = counts.citations
    first = min(_first(series.today), _first(series.before), 7)
    last = max(_last(series.today), _last(series.before), 18)
    points = [
        charts.Point(
            f"{hour:02}",
            series.today[hour],
            _link("office_citations:list", f"{day}&hour={hour}") if series.today[hour] else "",
            f"{series.today[hour]} at {hour:02}:00, {series.before[hour]} a week before",
            is_now=hour == series.hour,
        )
        for hour in range(first, last + 1)
    ]
    return charts.bars(
        points,
        title="Citations by hour",
        before=[series.before[hour] for hour in range(first, last + 1)],
    )


def _first(values: list[int]) -> int:
    return next((hour for hour, value in enumerate(values) if value), 23)


def _last(values: list[int]) -> int:
    return max((hour for hour, value in enumerate(values) if value), default=0)


def _spark(series: Series) -> charts.Spark:
    return charts.spark(_running(series.today[: series.hour + 1]), before=_running(series.before))


def _running(values: list[int]) -> list[float]:
    total, found = 0, []
    for value in values:
        total += value
        found.append(float(total))
    return found


def _against(series: Series) -> str:
    more = series.total - series.total_before
    if more == 0:
        return "as many as"
    return f"{abs(more):,} {'more' if more > 0 else 'fewer'} than"


def _money_against(counts: Counts, locale: str) -> str:
    more = counts.taken.total - counts.taken.total_before
    amount = words.money_text(Money(abs(more), counts.currency), locale)
    return f"{amount} {'more' if more >= 0 else 'less'}"


def _tone(share: float) -> str:
    return "bad" if share >= FULL_SHARE else "warn" if share >= NEARLY_FULL_SHARE else ""


def _ago(gone: timedelta) -> str:
    if gone.days:
        return "1 day ago" if gone.days == 1 else f"{gone.days} days ago"
    hours = gone.seconds // 3600
    return f"{hours} h ago" if hours else f"{gone.seconds // 60} min ago"


def _link(name: str, query: str = "") -> str:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{url}?{query}" if query else url
