"""How many obey, and how many of the others are cited? Where is our signage bad?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from parkops.ui import charts
from parkops.ui.words import share_text
from reporting.catalogue.spaces import WEEKDAYS
from reporting.datasets import Cell, Column, Dataset, Kind
from reporting.insights.intervals import FEW, between, wilson
from reporting.insights.values import (
    MOST_ROWS,
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

USUAL_STAY_HOURS = 2.0
"""How long a vehicle stands where nobody pays, if nothing better is known."""
SMALL_SHARE = 0.1


def compliance(asked: Asked) -> Answer:
    """Return the share of vehicles in order, how many others are cited, and how many that may be of all."""
    dataset = asked.dataset("compliance")
    if not dataset.rows:
        return Answer(
            empty=(
                "No vehicle was checked while its zone was enforced",
                "Checks by officers and cameras come here, with how many were in order.",
            )
        )
    url, total = asked.report("compliance"), totals_of(dataset)
    captured = _captured(asked, dataset)
    figures = [
        Figure(
            "Compliance", _percent(total["share"]), between(total["good"], total["looked"]), url
        ),
        Figure(
            "Vehicles looked at",
            total["looked"],
            "once a zone and day",
            url,
        ),
        Figure(
            "Cited of those not in order",
            _percent(total["followed"]),
            f"{total['cited']:,} of {total['bad']:,}",
            url,
        ),
    ]
    whole = [row for row in captured if row["expected"]]
    if whole:
        written, expected = (sum(row[key] for row in whole) for key in ("written", "expected"))
        figures.append(
            Figure(
                "Capture rate",
                _rate(min(written / expected, 1)),
                "of what is thought to happen in counted zones",
                asked.report("citations-by-place"),
            )
        )
    shown = rows_of(dataset)
    return Answer(
        figures=figures,
        drawings=[
            Drawing(
                "Compliance by zone",
                chart=charts.bars(
                    [
                        charts.Point(
                            row["zone"],
                            round(100 * (row["share"] or 0)),
                            text=f"{row['zone']}: {_percent(row['share'])} of {row['looked']:,}, "
                            f"{between(row['good'], row['looked'])}",
                        )
                        for row in shown[:12]
                    ],
                    title="Percent of the vehicles looked at that were in order",
                    head="Zone",
                    names=("Percent", ""),
                ),
                sub="percent of the vehicles looked at",
                url=url,
            )
        ],
        tables=[
            table_of(dataset, title="By zone", url=url),
            *([_captured_table(captured)] if captured else []),
        ],
        how=[
            "A vehicle counts once a zone and day, and is in order if every look at it was. The bounds "
            "(Wilson's) hold 19 times in 20, as if vehicles were looked at by chance.",
            "Capture rate: vehicle hours are what was counted in the hours that are enforced; by how long paid "
            f"stays are there (without any, {USUAL_STAY_HOURS:.0f} hours) they are stays; the share not in order "
            "of them are violations; citations written are compared with that. It needs counts.",
        ],
        cautions=[
            (
                "Officers look where they expect something.",
                "The truth may be better than this. A walk through all of a zone is the fairest look.",
            )
        ],
    )


def _captured(asked: Asked, looked: Dataset) -> list[dict[str, Any]]:
    """For each zone that was counted: the stays thought not in order, and the citations written."""
    hours: dict[str, float] = {}
    weeks = ((asked.last - asked.first).days + 1) / 7
    enforced: dict[tuple[str, str, str], bool] = {}
    for row in rows_of(asked.dataset("occupancy-counted")):
        key = (row["zone"], row["weekday"], row["hour"])
        if key not in enforced:
            enforced[key] = _is_enforced(asked, *key)
        if enforced[key]:
            hours[row["zone"]] = hours.get(row["zone"], 0.0) + row["taken"] * weeks
    if not hours:
        return []
    stay = {row["zone"]: row["mean"] / 60 for row in rows_of(asked.dataset("turnover"))}
    written: dict[str, int] = {}
    for row in rows_of(asked.dataset("citations-by-place")):
        zone = row["zone"].upper()
        written[zone] = written.get(zone, 0) + row["issued"]
    found = []
    for row in rows_of(looked):
        zone = next((one for one in hours if one.upper() == row["zone"].upper()), "")
        if not zone or not hours[zone]:
            continue
        length = max(stay.get(row["zone"].upper(), USUAL_STAY_HOURS), 1 / 60)
        stays = hours[zone] / length
        low, high = wilson(row["bad"], row["looked"])
        found.append(
            {
                **row,
                "zone": zone,
                "stays": stays,
                "length": length,
                "expected": stays * row["bad"] / row["looked"],
                "least": stays * low,
                "most": stays * high,
                "written": written.get(zone.upper(), 0),
            }
        )
    return found


def _is_enforced(asked: Asked, code: str, weekday: str, hour: str) -> bool:
    """Whether a zone is enforced in an hour of the last week of the days asked for."""
    zone = asked.programme.zone(code)
    if zone is None or not zone.enforced:
        return False
    back = (asked.last.weekday() - WEEKDAYS.index(weekday)) % 7
    day = asked.last - timedelta(days=back)
    at = datetime(day.year, day.month, day.day, int(hour[:2]), 30, tzinfo=asked.tz)
    return asked.programme.holds(zone.enforced, at)


CAPTURED = (
    Column("zone", "Zone"),
    Column("stays", "Stays", Kind.COUNT),
    Column("length", "Hours each", Kind.NUMBER),
    Column("share", "Not in order", Kind.SHARE),
    Column("expected", "Violations", Kind.COUNT),
    Column("between", "Between"),
    Column("written", "Citations", Kind.COUNT),
    Column("rate", "Capture rate, %", Kind.NUMBER),
    Column("rates", "Between"),
)


def _captured_table(captured: list[dict[str, Any]]) -> Table:
    rows = [
        [
            row["zone"],
            round(row["stays"]),
            round(row["length"], 1),
            row["bad"] / row["looked"],
            round(row["expected"]),
            f"{row['least']:,.0f} to {row['most']:,.0f}",
            row["written"],
            round(100 * min(row["written"] / row["expected"], 1.0), 1) if row["expected"] else None,
            _rates(row),
        ]
        for row in captured
    ]
    cells = [[Cell(*pair) for pair in zip(row, CAPTURED, strict=True)] for row in rows]
    return Table(
        "Capture rate",
        CAPTURED,
        cells,
        sub="an estimate, of the zones that are counted",
    )


def _rates(row: dict[str, Any]) -> str:
    least = min(row["written"] / row["most"], 1) if row["most"] else 0
    most = min(row["written"] / row["least"], 1) if row["least"] else 1
    return f"{100 * least:.1f} to {100 * most:.1f}"


def _rate(share: float) -> str:
    """Return a share in words, a small one with a decimal: "1.1 %"."""
    return f"{100 * share:.1f} %" if share < SMALL_SHARE else share_text(share)


def signage(asked: Asked) -> Answer:
    """Return which rules, places and officers' citations are appealed, and fall."""
    datasets = [
        ("appeals-by-violation", "By rule", "violation"),
        ("appeals-by-zone", "By zone and place", "place"),
        ("appeals-by-officer", "By officer", "officer"),
    ]
    rules = asked.dataset("appeals-by-violation")
    total = totals_of(rules)
    if not total["issued"]:
        return Answer(
            empty=(
                "No citation was written in these days",
                "Citations and what came of appeals against them come here, by rule, place and officer.",
            )
        )
    url = asked.report("appeals-by-violation")
    figures = [
        Figure(
            "Citations",
            total["issued"],
            "without warnings",
            url,
        ),
        Figure(
            "Appealed",
            _percent(total["rate"]),
            f"{total['appealed']:,}, {between(total['appealed'], total['issued'])}",
            url,
        ),
        Figure(
            "Dismissed of those",
            _percent(total["fell"]),
            f"{total['dismissed']:,}"
            + (f", {between(total['dismissed'], total['appealed'])}" if total["appealed"] else ""),
            url,
        ),
    ]
    tables, suspects = [], []
    for code, title, key in datasets:
        dataset = rules if code == "appeals-by-violation" else asked.dataset(code)
        if key == "place" and not any(row["place"] for row in rows_of(dataset)):
            title = "By zone"
        tables.append(_appealed_table(dataset, title, asked.report(code)))
        if key == "officer" or not total["appealed"]:
            continue
        usual = total["dismissed"] / total["appealed"]
        for row in rows_of(dataset):
            if row["appealed"] >= FEW and wilson(row["dismissed"], row["appealed"])[0] > usual:
                suspects.append(" ".join(filter(None, (row.get("zone"), row.get(key)))))
    cautions = [
        (
            "Small numbers mislead.",
            f"Of fewer than {FEW} appeals a rate says little: read its bounds. An officer who works where a sign "
            "is bad has the sign's appeals.",
        )
    ]
    if suspects:
        told = (
            f"{', '.join(suspects[:6])}: dismissed more often than elsewhere, by more than chance."
        )
        cautions.insert(0, ("Look at these signs and rules first.", told))
    return Answer(
        figures=figures,
        tables=tables,
        how=[
            "Citations of these days without warnings, and the last appeal against each. The dismissal rate is "
            "of those appealed; its bounds (Wilson's) hold 19 times in 20.",
            "A place or rule is named first if at least "
            f"{FEW} of its citations were appealed and even the lower bound is above the rate of all.",
        ],
        cautions=cautions,
    )


BOUNDS = Column("between", "Its bounds")


SHOWN = frozenset(
    {
        "name",
        "zone",
        "place",
        "officer",
        "issued",
        "appealed",
        "dismissed",
        "reduced",
        "rate",
        "fell",
    }
)


def _appealed_table(dataset: Dataset, title: str, url: str) -> Table:
    """The most dismissed first, with the bounds of the dismissal rate; without places where none is named."""
    keys = [column.key for column in dataset.columns]
    blank = {"place"} - {key for row in rows_of(dataset) for key, cell in row.items() if cell}
    part, whole = keys.index("dismissed"), keys.index("appealed")
    left_out = {"name", *blank} if "zone" in keys else blank
    shown = [key for key in keys if key in SHOWN and key not in left_out]
    places = [keys.index(key) for key in shown]
    columns = [dataset.columns[place] for place in places]
    rows = sorted(dataset.rows, key=lambda row: (-row[part], -row[whole]))

    def with_bounds(row: Sequence[Any]) -> list[Cell]:
        told = between(row[part], row[whole]) + (", few" if 0 < row[whole] < FEW else "")
        cells = [Cell(row[place], column) for place, column in zip(places, columns, strict=True)]
        return [*cells, Cell(told, BOUNDS)]

    return Table(
        title,
        [*columns, BOUNDS],
        [with_bounds(row) for row in rows[:MOST_ROWS]],
        with_bounds(dataset.totals) if rows else (),
        sub="the most dismissed first"
        + (f", {MOST_ROWS} of {len(rows):,}" if len(rows) > MOST_ROWS else ""),
        url=url,
    )


def _percent(share: float | None) -> str:
    return "" if share is None else share_text(share)


QUESTIONS = (
    Question(
        "compliance",
        "Compliance",
        "How many obey, and how many of the others do we cite?",
        "Compliance with its bounds, follow-up of what is found, and the capture rate.",
        compliance,
    ),
    Question(
        "appeals",
        "Appeals",
        "Where is our signage bad?",
        "Appeal and dismissal rates by rule, place and officer, with the bounds of small numbers.",
        signage,
        frozenset({"period"}),
    ),
)
