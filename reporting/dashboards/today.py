"""How the day is said beside the figures: how full the zones are, what waits, what happened by the hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from parkops.kernel.money import decimals
from parkops.kernel.permissions import Permission
from parkops.ui import charts, maps
from parkops.ui.maps import Map
from parkops.ui.values import Todo
from reporting.dashboards.look import Look, link
from reporting.queries.desks import OfficerAtWork
from reporting.queries.live import Counts, Series, ZoneCount

FULL_SHARE = 0.98
NEARLY_FULL_SHARE = 0.9
P = Permission


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
    between: str
    source: str


@dataclass(frozen=True, slots=True)
class _Waits:
    """A line of what waits: shown to those who may open its list."""

    count: int
    text: str
    url: str
    detail: str
    permission: Permission
    tone: str = ""


def todo(look: Look) -> list[Todo]:
    """Return what waits for this person, the oldest promise first; nothing that is not there."""
    counts = look.counts
    lines = [
        _Waits(
            counts.permits_to_approve,
            "Permits to approve",
            link("office_permits:list", "status=pending"),
            "Paid, waiting for a look at their documents",
            P.PERMIT_VIEW,
        ),
        _Waits(
            counts.payments_to_review,
            "Payments to look into",
            link("office_payments:list", "state=needs_review"),
            "What the card provider says does not match",
            P.PAYMENT_VIEW,
            "bad",
        ),
        _Waits(
            counts.books_differ,
            "Differences in the books",
            link("office_ledger:proof"),
            "What is kept is not what its entries say",
            P.LEDGER_VIEW,
            "bad",
        ),
        _Waits(
            counts.differences_open,
            "Differences with the card provider or the bank",
            link("office_reconciliation:differences"),
            "What they say is not what our books have",
            P.PAYMENT_VIEW,
            "bad",
        ),
        _Waits(
            counts.jobs_failed,
            "Failed jobs",
            link("office_jobs:list", "state=failed"),
            "Reports or imports that stopped",
            P.JOB_VIEW,
            "bad",
        ),
        _Waits(
            counts.tasks_given_up + counts.messages_failed,
            "Messages and tasks given up",
            link("office_jobs:list"),
            "Tried six times",
            P.JOB_VIEW,
            "bad",
        ),
    ]
    if counts.appeals_waiting:
        lines.insert(0, _appeals(look))
    return [
        Todo(str(line.count), line.text, line.url, line.detail, tone=line.tone)
        for line in lines
        if line.count and look.may(line.permission)
    ]


def _appeals(look: Look) -> _Waits:
    filed = datetime.fromisoformat(look.counts.oldest_appeal_at).astimezone(look.rules.tz)
    days = (date.fromisoformat(look.counts.day) - filed.date()).days
    return _Waits(
        look.counts.appeals_waiting,
        "Appeals waiting",
        link("office_appeals:list"),
        f"The oldest was filed {_ago(days)}",
        P.APPEAL_VIEW,
        "bad" if days > 10 else "warn" if days > 5 else "",
    )


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
                tone_of(share),
                _present(zone.code),
                _between(zone),
                zone.source,
            )
        )
    return sorted(lines, key=lambda line: (-line.share, line.code))


def _between(zone: ZoneCount) -> str:
    """Return how sure the count of a zone is: "38 to 47", "or more"."""
    if zone.high is None:
        return "or more"
    return "" if zone.low == zone.high else f"{zone.low:,} to {zone.high:,}"


def zone_map(
    look: Look, *, officers: Sequence[OfficerAtWork] = (), links: bool = True
) -> Map | None:
    """Return the drawing of the zones that have a geometry, with the officers seen; None if none has one."""
    known = {zone.code: zone for zone in look.counts.zones}
    places = []
    for zone in look.rules.zones:
        count = known.get(zone.code)
        if zone.geometry is None or count is None:
            continue
        places.append(
            maps.Place(
                zone.code,
                zone.geometry,
                f"{max(count.spaces - count.taken, 0)} free",
                _present(zone.code) if links else "",
                tone_of(count.taken / count.spaces),
            )
        )
    if not places:
        return None
    title = "Map of the zones, how many spaces are free"
    seen = [_officer(one, look) for one in officers if one.is_seen]
    return maps.draw(
        [*places, *seen], title=f"{title}, and the officers at work" if seen else title
    )


def _officer(one: OfficerAtWork, look: Look) -> maps.Place:
    seen = datetime.fromisoformat(one.seen_at).astimezone(look.rules.tz)
    where = {"type": "Point", "coordinates": [one.lon, one.lat]}
    return maps.Place(one.mark, where, f"{seen:%H:%M}", link("office_dispatch:officers"), "info")


def by_hour(look: Look, name: str, title: str, query: str = "") -> charts.Chart:
    """Return the chart of a series of today by hour, with the same weekday a week before.

    With a `query` an hour's bar leads to its citations.
    """
    series: Series = getattr(look.counts, name)
    unit = 10 ** decimals(look.counts.currency) if name == "taken" else 1
    first = min(_first(series.today), _first(series.before), 7)
    last = max(_last(series.today), _last(series.before), 18)
    rows_of = link("office_citations:list", f"{query}&hour=") if query else ""
    points = [
        charts.Point(
            f"{hour:02}",
            series.today[hour] / unit,
            f"{rows_of}{hour}" if rows_of and series.today[hour] else "",
            f"{charts.figure(series.today[hour] / unit)} at {hour:02}:00, "
            f"{charts.figure(series.before[hour] / unit)} a week before",
            is_now=hour == series.hour,
        )
        for hour in range(first, last + 1)
    ]
    before = [series.before[hour] / unit for hour in range(first, last + 1)]
    unit_text = f", {look.counts.currency}" if name == "taken" else ""
    names = (f"Today{unit_text}", f"Week before{unit_text}")
    return charts.bars(points, title=title, head="Hour", before=before, names=names)


def tone_of(share: float) -> str:
    """Return the tone of a zone of which this share is taken."""
    return "bad" if share >= FULL_SHARE else "warn" if share >= NEARLY_FULL_SHARE else ""


def _present(zone: str) -> str:
    return link("office_dashboard:present", urlencode({"zone": zone}))


def _first(values: Sequence[int]) -> int:
    return next((hour for hour, value in enumerate(values) if value), 23)


def _last(values: Sequence[int]) -> int:
    return max((hour for hour, value in enumerate(values) if value), default=0)


def _ago(days: int) -> str:
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
