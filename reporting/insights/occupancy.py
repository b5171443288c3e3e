"""How full are our zones, and when? How long do people stay, and how often does a space turn over?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from parkops.ui import charts, maps
from parkops.ui.words import share_text
from reporting.catalogue.spaces import WEEKDAYS
from reporting.datasets import Cell, Column, Kind
from reporting.insights.values import (
    Answer,
    Asked,
    Drawing,
    Figure,
    Question,
    Table,
    rows_of,
    table_of,
    totals_of,
)

Hour = tuple[str, str]


def how_full(asked: Asked) -> Answer:
    """Return the week as it was counted, hour by hour; where nobody counted, as it was seen and paid for."""
    counted = asked.dataset("occupancy-counted")
    seen = asked.dataset("occupancy-seen")
    if not counted.rows and not seen.rows:
        return Answer(
            empty=(
                "Nothing was counted or seen in these days",
                "Counts come in by the API or as a file; checks, camera reads and paid stays count too.",
            )
        )
    drawings, tables, figures = [], [*_now(asked)], []
    if counted.rows:
        rows, url = rows_of(counted), asked.report("occupancy-counted")
        week = _week(rows)
        zones = _zones(rows)
        drawings.append(
            Drawing(
                f"Occupancy of {asked.zone or 'all counted zones'}",
                chart=_heat(week),
                sub="percent of the spaces, by weekday and hour",
                url=url,
            )
        )
        if drawn := _map(asked, zones):
            drawings.append(
                Drawing(
                    "On the map",
                    map=drawn,
                    sub="each zone in its fullest hour of the week",
                    url=url,
                )
            )
        total = totals_of(counted)
        hour, cell = max(week.items(), key=lambda one: one[1]["share"])
        fullest = max(zones.values(), key=lambda one: one["share"])
        figures = [
            Figure("Fullest hour", share_text(cell["share"]), f"{hour[0]} {hour[1]}", url),
            Figure("Fullest zone", share_text(fullest["share"]), _peak_text(fullest), url),
            Figure("Zones counted", len(zones), "", url, of=_of_zones(asked)),
            Figure("Counts", total["counts"], f"{total['over']:,} of them over capacity", url),
        ]
        tables.append(_zone_table(zones, url))
    if seen.rows:
        url = asked.report("occupancy-seen")
        drawings.append(
            Drawing(
                "Vehicles seen or paid for",
                chart=_seen_heat(rows_of(seen)),
                sub="a figure from below, on average of the days on which somebody looked",
                url=url,
            )
        )
        if not counted.rows:
            figures = [Figure("Vehicles", totals_of(seen)["vehicles"], "plates a day's hour", url)]
    return Answer(
        figures=figures,
        drawings=drawings,
        tables=tables,
        how=[
            "An hour of a day is the mean of its counts; an hour of the week is the mean of its days, so that a "
            "sensor which tells itself often weighs no more.",
            "The error says how near the mean of such hours is, 19 times in 20, from how the days differ. How "
            "far sensors and gates themselves are off is learned from counts by hand within ten minutes.",
            "Vehicles seen are different plates that officers checked or chalked, cameras read, or that had "
            "paid, in an hour. Where nobody looked nothing was seen.",
        ],
    )


def _now(asked: Asked) -> Iterator[Table]:
    """How full the zones are at this moment, between what bounds and why, where anything is known."""
    dataset = asked.dataset("occupancy-now")
    whole = table_of(
        dataset,
        title="Now",
        keys=("zone", "taken", "low", "high", "spaces", "share", "why"),
        url=asked.report("occupancy-now"),
    )
    known = [
        row
        for row in whole.rows
        if row[1].value and asked.zone.upper() in ("", str(row[0].value).upper())
    ]
    if known:
        yield replace(whole, rows=known, totals=(), sub="as on Today")


def _week(rows: Sequence[dict[str, Any]]) -> dict[Hour, dict[str, Any]]:
    """Every hour of the week of all zones together: taken of spaces, the days, and the error."""
    found: dict[Hour, dict[str, Any]] = {}
    for row in rows:
        cell = found.setdefault(
            (row["weekday"], row["hour"]), {"taken": 0.0, "spaces": 0.0, "days": 0, "square": 0.0}
        )
        cell["taken"] += row["taken"]
        cell["spaces"] += row["spaces"]
        cell["days"] = max(cell["days"], row["days"])
        cell["square"] += ((row["error"] or 0.0) * row["spaces"]) ** 2
    for cell in found.values():
        cell["share"] = cell["taken"] / cell["spaces"]
        cell["error"] = cell["square"] ** 0.5 / cell["spaces"]
    return found


def _heat(week: dict[Hour, dict[str, Any]]) -> charts.Chart:
    def point(weekday: str, hour: str) -> charts.Point:
        cell = week.get((weekday, hour))
        if cell is None:
            return charts.Point(hour, 0, text=f"{weekday} {hour}: not counted")
        told = (
            f"{weekday} {hour}: {share_text(cell['share'])}, {cell['taken']:,.0f} of {cell['spaces']:,.0f}, "
            f"give or take {share_text(cell['error'])}, {_days(cell['days'])}"
        )
        return charts.Point(hour, round(100 * cell["share"]), text=told)

    return _by_week(week, point, title="Occupancy in percent by weekday and hour")


def _seen_heat(rows: Sequence[dict[str, Any]]) -> charts.Chart:
    each: dict[Hour, float] = defaultdict(float)
    days: dict[Hour, int] = defaultdict(int)
    for row in rows:
        key = (row["weekday"], row["hour"])
        each[key] += row["each"]
        days[key] = max(days[key], row["days"])

    def point(weekday: str, hour: str) -> charts.Point:
        value = each.get((weekday, hour), 0.0)
        told = f"{value:,.1f} vehicles, {_days(days[weekday, hour])}" if value else "nobody looked"
        return charts.Point(hour, round(value, 1), text=f"{weekday} {hour}: {told}")

    return _by_week(each, point, title="Vehicles seen or paid for by weekday and hour")


def _by_week(known: Any, point: Any, *, title: str) -> charts.Chart:
    """Draw a week, with the hours between the first and the last that are known."""
    told = sorted(int(hour[:2]) for _, hour in known)
    hours = [f"{hour:02}:00" for hour in range(told[0], told[-1] + 1)]
    return charts.heat(
        [hour[:2] for hour in hours],
        [(weekday[:3], [point(weekday, hour) for hour in hours]) for weekday in WEEKDAYS],
        title=title,
        head="Weekday",
    )


def _zones(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each zone in its fullest hour, with the mean of all its hours."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        zone = found.setdefault(
            row["zone"],
            {**row, "sum": 0.0, "hours": 0, "all": 0, "above": 0},
        )
        if row["share"] > zone["share"]:
            zone.update({key: row[key] for key in ("weekday", "hour", "share", "error", "taken")})
        zone["sum"] += row["share"]
        zone["hours"] += 1
        zone["all"] += row["counts"]
        zone["above"] += row["over"]
    return found


ZONE_COLUMNS = (
    Column("zone", "Zone"),
    Column("name", "Name"),
    Column("peak", "Fullest hour"),
    Column("share", "Then", Kind.SHARE),
    Column("error", "Give or take", Kind.SHARE),
    Column("mean", "All counted hours", Kind.SHARE),
    Column("spaces", "Spaces", Kind.COUNT),
    Column("counts", "Counts", Kind.COUNT),
    Column("over", "Over capacity", Kind.COUNT),
)


def _zone_table(zones: dict[str, dict[str, Any]], url: str) -> Table:
    rows = [
        [
            zone["zone"],
            zone["name"],
            f"{zone['weekday'][:3]} {zone['hour']}",
            zone["share"],
            zone["error"],
            zone["sum"] / zone["hours"],
            round(zone["spaces"]),
            zone["all"],
            zone["above"],
        ]
        for zone in sorted(zones.values(), key=lambda one: (-one["share"], one["zone"]))
    ]
    cells = [[Cell(*pair) for pair in zip(row, ZONE_COLUMNS, strict=True)] for row in rows]
    return Table("By zone", ZONE_COLUMNS, cells, sub="the fullest first", url=url)


def _map(asked: Asked, zones: dict[str, dict[str, Any]]) -> maps.Map | None:
    return maps.draw(
        [
            maps.Place(
                zone.code,
                zone.geometry,
                share_text(found["share"]),
                tone=f"heat-{max(1, min(5, -int(-5 * found['share'] // 1)))}",
            )
            for zone in asked.programme.zones
            if zone.geometry and (found := zones.get(zone.code))
        ],
        title="Map of the counted zones, how full they are in their fullest hour",
    )


def _peak_text(zone: dict[str, Any]) -> str:
    return f"{zone['zone']}, {zone['weekday'][:3]} {zone['hour']}"


def _of_zones(asked: Asked) -> str:
    known = [zone for zone in asked.programme.zones if zone.capacity and zone.capacity.total]
    return "" if asked.zone else f"{len(known):,}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def stays(asked: Asked) -> Answer:
    """Return how long people stay in each zone, and how often a space is used anew."""
    turnover, lengths = asked.dataset("turnover"), asked.dataset("stay-lengths")
    if not turnover.rows:
        return Answer(
            empty=(
                "Nobody paid to park in these days",
                "Paid stays come here, with how long they are.",
            )
        )
    rows, url = rows_of(turnover), asked.report("turnover")
    total = totals_of(lengths)
    bands = [
        (label, total[key])
        for label, key in (
            ("30 min", "to_30"),
            ("1 h", "to_60"),
            ("2 h", "to_120"),
            ("4 h", "to_240"),
            ("longer", "longer"),
        )
    ]
    lengths_url = asked.report("stay-lengths")
    mean = sum(row["mean"] * row["stays"] for row in rows) / sum(row["stays"] for row in rows)
    known = [row for row in rows if row["turnover"] is not None]
    figures = [
        Figure("Paid stays", totals_of(turnover)["stays"], "that began in these days", url),
        Figure("Minutes each", round(mean), "on average", url),
    ]
    if known:
        most = max(known, key=lambda row: row["turnover"])
        figures.append(
            Figure(
                "Most turnover", most["turnover"], f"stays on 100 spaces a day, {most['zone']}", url
            )
        )
    return Answer(
        figures=figures,
        drawings=[
            Drawing(
                "How long people stay",
                chart=charts.bars(
                    [charts.Point(label, count) for label, count in bands],
                    title="Paid stays by how long they are",
                    head="Up to",
                    names=("Stays", ""),
                ),
                sub="paid stays of up to so long",
                url=lengths_url,
            )
        ],
        tables=[
            table_of(turnover, title="By zone", url=url),
            table_of(lengths, url=lengths_url),
        ],
        how=[
            "A stay is as long as was paid, or until it was stopped. Turnover is the stays that began, by the "
            "spaces that the program has and the days asked for, Sundays too.",
            "Permit holders and guests are not in it: nobody tells when they come and go.",
        ],
    )


QUESTIONS = (
    Question(
        "occupancy",
        "Occupancy",
        "How full are our zones, and when?",
        "The week hour by hour, on a heat map and on the map, with how sure each figure is.",
        how_full,
    ),
    Question(
        "stays",
        "Stays",
        "How long do people stay?",
        "Lengths of stays, and how often a space is used anew each day.",
        stays,
    ),
)
