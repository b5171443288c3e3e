"""How full will it be? What will come in? Each with how such a forecast would have done."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from parkops.kernel.money import Money, decimals
from parkops.kernel.permissions import Permission
from parkops.ui import charts
from parkops.ui.words import share_text
from reporting.datasets import Cell, Column, Kind
from reporting.forecasting.weekly import Tried
from reporting.insights.values import Answer, Asked, Drawing, Figure, Question, Table
from reporting.queries import forecasts
from reporting.queries.counted import counted_zones
from reporting.queries.forecasts import Expected, OccupancyForecast, RevenueForecast

DAYS = (
    Column("day", "Day"),
    Column("hour", "Fullest"),
    Column("taken", "Taken then", Kind.COUNT),
    Column("between", "Between"),
    Column("share", "Of the spaces", Kind.SHARE),
    Column("free", "Free then", Kind.COUNT),
)
METHODS = (
    Column("ahead", "Told"),
    Column("method", "By"),
    Column("error", "Mean error, %", Kind.NUMBER),
    Column("count", "Figures", Kind.COUNT),
    Column("gaps", "Left out for gaps", Kind.COUNT),
)
WEEKS = (
    Column("week", "Week from"),
    Column("expected", "Expected", Kind.MONEY),
    Column("low", "At least", Kind.MONEY),
    Column("high", "At most", Kind.MONEY),
)
TRIED = (
    Column("method", "By"),
    Column("mean", "Off on average", Kind.MONEY),
    Column("worst", "At the worst", Kind.MONEY),
    Column("count", "Forecasts", Kind.COUNT),
)


def occupancy(asked: Asked) -> Answer:
    """Return the coming week of a zone: of the one asked for, else of the first that was counted."""
    zones = counted_zones()
    zone = next((code for code in zones if code.upper() == asked.zone.upper()), "")
    if not asked.zone:
        zone = next(iter(zones), "")
    if not zone:
        where = f"{asked.zone} was never counted" if asked.zone else "No zone was ever counted"
        told = "A forecast needs three weeks of counts by sensors, a gate or people."
        if asked.zone and zones:
            told += f" Counted are {', '.join(zones[:12])}."
        return Answer(empty=(where, told))
    found = forecasts.occupancy(zone, rules=asked.programme, at=asked.at)
    if found is None:
        return Answer(
            empty=(
                f"{zone} was not counted long enough",
                "A forecast needs three weeks of counts, the last one of them without long gaps.",
            )
        )
    return _told(asked, found)


def _told(asked: Asked, found: OccupancyForecast) -> Answer:
    url = asked.report("occupancy-counted", **_learned(found))
    fullest = max(found.hours, key=lambda one: one.share)
    figures = [
        Figure(
            "Fullest",
            share_text(fullest.share),
            f"{fullest.day:%A} {fullest.clock}, between {_between(fullest, found.capacity)} vehicles",
            url,
        )
    ]
    if found.next_hour:
        soon = found.next_hour
        figures.append(
            Figure(
                f"At {soon.clock} today",
                round(soon.share * found.capacity),
                f"between {_between(soon, found.capacity)}, from how full it is now",
                url,
                of=f"{found.capacity:,}",
            )
        )
    week = found.tried.week
    figures.append(
        Figure(
            "Off a week ahead",
            f"{100 * (week.mean or 0):.1f} %",
            f"of the spaces on average; as the week before: {_error(found.tried.last_week)}",
            url,
        )
    )
    if found.covered is not None:
        figures.append(
            Figure(
                "Within its range", share_text(found.covered), "of last week; 80 % is meant", url
            )
        )
    return Answer(
        figures=figures,
        drawings=[
            Drawing(
                f"The week of {found.zone} from {found.hours[0].day:%-d %B %Y}",
                chart=_line(found),
                sub=f"vehicles, of {found.capacity:,} spaces, and the range that holds four times in five",
                url=url,
            )
        ],
        tables=[_days(found, url), _methods(found, url)],
        how=[
            "Each half hour of the week is smoothed from week to week: the newest week weighs "
            f"{share_text(found.weight)}, the one before as much of the rest, and so on for ten weeks. Holidays "
            "of the program are like Sundays.",
            "That weight is the one which would have done best in the three weeks before. The hour ahead follows "
            "from how far the present is off that usual week, by two factors fitted by least squares.",
            "Tried: the last seven days, each told a week ahead by what was fitted before them, beside the same "
            "half hour of the week before, which any method must beat.",
            "It knows nothing of an event, a strike or a new price.",
        ],
    )


def _learned(found: OccupancyForecast) -> dict[str, str]:
    """What the report has to be asked, to show what was learned from."""
    first = found.known_to - forecasts.LEARNED
    return {
        "from": first.isoformat(),
        "to": found.known_to.isoformat(),
        "in_zone": found.zone,
    }


def _between(one: Expected, capacity: int) -> str:
    return f"{one.low * capacity:,.0f} and {one.high * capacity:,.0f}"


def _line(found: OccupancyForecast) -> charts.Chart:
    hours = [one for one in found.hours if one.slot % 2 == 0]
    middles: dict[Any, int] = {}
    for day in {one.day for one in hours}:
        slots = [one.slot for one in hours if one.day == day]
        middles[day] = slots[len(slots) // 2]
    points = [
        charts.Point(
            f"{one.day:%a}" if middles[one.day] == one.slot else "",
            round(one.share * found.capacity),
            text=f"{one.day:%a %-d %b} {one.clock}: {one.share * found.capacity:,.0f}, between "
            f"{_between(one, found.capacity)}",
        )
        for one in hours
    ]
    band = [(round(one.low * found.capacity), round(one.high * found.capacity)) for one in hours]
    drawn = charts.line(
        points,
        title=f"Vehicles expected in {found.zone}, hour by hour",
        head="Hour",
        names=("Expected", ""),
        band=band,
    )
    for n, one in enumerate(hours):
        drawn.rows[n] = (f"{one.day:%a %-d %b} {one.clock}", drawn.rows[n][1])
    return drawn


def _days(found: OccupancyForecast, url: str) -> Table:
    rows = []
    for day in sorted({one.day for one in found.hours}):
        peak = max((one for one in found.hours if one.day == day), key=lambda one: one.share)
        taken = round(peak.share * found.capacity)
        rows.append(
            [
                f"{day:%a %-d %b}",
                peak.clock,
                taken,
                _between(peak, found.capacity),
                peak.share,
                max(found.capacity - taken, 0),
            ]
        )
    return _table("Day by day", DAYS, rows, url=url)


def _methods(found: OccupancyForecast, url: str) -> Table:
    tried = found.tried
    rows = [
        ["A week ahead", "The usual week, smoothed", *_row(tried.week)],
        ["A week ahead", "The same half hour a week before", *_row(tried.last_week)],
        ["A week ahead", "The mean of the last three weeks", *_row(tried.three_weeks)],
        ["An hour ahead", "The usual week and the present", *_row(tried.hour)],
        ["An hour ahead", "As it is now", *_row(tried.still)],
    ]
    return _table(
        "How it would have done",
        METHODS,
        rows,
        sub=f"{_days_text(tried.first, tried.last)}, as a share of the spaces",
        url=url,
    )


def _days_text(first: date, last: date) -> str:
    """Return some days in words, each month and year once: "23 to 29 November 2026"."""
    form = (
        "%-d" if first.month == last.month else "%-d %B" if first.year == last.year else "%-d %B %Y"
    )
    return f"{first:{form}} to {last:%-d %B %Y}"


def _row(tried: Tried) -> list[Any]:
    return [None if tried.mean is None else round(100 * tried.mean, 1), tried.count, tried.gaps]


def _error(tried: Tried) -> str:
    return "not known" if tried.mean is None else f"{100 * tried.mean:.1f} %"


def _table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    *,
    sub: str = "",
    url: str = "",
) -> Table:
    cells = [[Cell(*pair) for pair in zip(row, columns, strict=True)] for row in rows]
    return Table(title, columns, cells, sub=sub, url=url)


def revenue(asked: Asked) -> Answer:
    """Return what the next four weeks bring, beside what the last ones brought."""
    found = forecasts.revenue(rules=asked.programme, at=asked.at)
    if found is None:
        return Answer(
            empty=(
                "Too little is known of what comes in",
                "A forecast needs ten weeks of payments to learn from and to be tried on.",
            )
        )
    currency = asked.programme.currency
    url = asked.report(
        "payments-by-method",
        **{
            "from": (asked.today - forecasts.MONEY_WEEKS * timedelta(days=7)).isoformat(),
            "to": asked.today.isoformat(),
        },
    )
    coming = sum(week.minor for week in found.weeks)
    known = asked.records(
        "office_payments:list",
        Permission.PAYMENT_VIEW,
        state="succeeded",
        since=found.known[0][0].isoformat(),
        until=(asked.today - timedelta(days=1)).isoformat(),
    )
    return Answer(
        figures=[
            Figure("Next four weeks", Money(coming, currency), "expected, before refunds", url),
            Figure(
                "A week, lately",
                Money(round(found.usual), currency),
                f"on average of the last {len(found.known)}",
                known or url,
            ),
            Figure(
                "Off on average",
                Money(round(found.tried.mean or 0), currency),
                f"a week; as the week before: {_money(found.plain, currency)}",
                url,
            ),
        ],
        drawings=[
            Drawing(
                "Payments by week",
                chart=_weeks_chart(found, currency),
                sub=f"{currency}: what came in, and then what is expected, with the range that holds four times "
                "in five",
                url=url,
            )
        ],
        tables=[
            _table(
                "Week by week",
                WEEKS,
                [
                    [
                        f"{week.first:%-d %b %Y}",
                        *(Money(minor, currency) for minor in (week.minor, week.low, week.high)),
                    ]
                    for week in found.weeks
                ],
                url=url,
            ),
            _table(
                "How it would have done",
                TRIED,
                [
                    ["The usual week, smoothed", *_off(found.tried, currency)],
                    ["As the newest week known then", *_off(found.plain, currency)],
                ],
                sub="one to four weeks ahead, by the last weeks",
                url=url,
            ),
        ],
        how=[
            "What succeeded in payments each day, smoothed weekday by weekday: the newest week weighs "
            f"{share_text(found.weight)}, the one before as much of the rest. Weeks begin on the weekday of "
            "today.",
            f"Tried: the last weeks, each told one to four weeks ahead, {found.tried.count} forecasts in all, "
            "beside the newest week that was known then.",
        ],
        cautions=[
            (
                "A sale of permits is not foreseen.",
                "Where most money comes in a few days of the year, last year's weeks say more than these.",
            )
        ],
    )


def _off(tried: Tried, currency: str) -> list[Any]:
    """How far forecasts were off on average and at the worst, and how many there were."""
    mean = None if tried.mean is None else Money(round(tried.mean), currency)
    worst = Money(round(max(map(abs, tried.errors))), currency) if tried.errors else None
    return [mean, worst, tried.count]


def _money(tried: Tried, currency: str) -> str:
    return "not known" if tried.mean is None else str(Money(round(tried.mean), currency))


def _weeks_chart(found: RevenueForecast, currency: str) -> charts.Chart:
    unit = 10 ** decimals(currency)
    points, band = [], []
    for first, minor in found.known:
        points.append(charts.Point(f"{first:%-d %b}", minor // unit))
        band.append((minor // unit, minor // unit))
    for week in found.weeks:
        text = f"from {week.first:%-d %b}: {Money(week.minor, currency)}, expected"
        points.append(charts.Point(f"{week.first:%-d %b}", week.minor // unit, text=text))
        band.append((week.low // unit, week.high // unit))
    return charts.line(
        points,
        title="Payments by week, and the next four weeks",
        head="Week from",
        names=("Amount", ""),
        band=band,
    )


OCCUPANCY = Question(
    "forecast",
    "Forecast",
    "How full will it be?",
    "The coming week of a zone hour by hour, its range, and how last week would have been told.",
    occupancy,
    frozenset({"counted"}),
)
REVENUE = Question(
    "revenue",
    "Revenue",
    "What will come in?",
    "The next four weeks of payments with their range, and how such forecasts would have done.",
    revenue,
    frozenset(),
)
