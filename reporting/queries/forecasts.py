"""How full a zone will be, and what will come in: told from what was, with how such forecasts would have done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from parkops.kernel.dates import local_date, midnight
from parkops.programme.schema import Programme
from reporting import sql
from reporting.forecasting.readings import SLOT_MINUTES
from reporting.forecasting.trials import AN_HOUR, Trial, days_from, learned, trial
from reporting.forecasting.weekly import (
    DAY,
    WEEK,
    Series,
    Tried,
    Weekly,
    best_weight,
    fitted,
    last_week,
    offs_of,
    tried,
)
from reporting.queries.counted import shares_of

LEARNED = timedelta(days=98)
"""Ten weeks to go by, three to fit on and one to be tried on."""
SURE = 0.8
"""The range holds so often."""
LEAST_WEEKS = 3
AHEAD_WEEKS = 4
TRIED_WEEKS = 8
FITTED_WEEKS = 8
MONEY_WEEKS, LEAST_MONEY_WEEKS = 40, 10

_NEWEST = """
SELECT counted_at, capacity FROM enforcement_spacecount
 WHERE zone_code = %(zone)s AND counted_at <= %(at)s AND kind = ANY(%(kinds)s)
 ORDER BY counted_at DESC LIMIT 1
"""
# Who pays comes back from the provider within two days: the index is on when a payment was begun.
_TAKEN = """
SELECT (succeeded_at AT TIME ZONE %(place)s)::date, sum(amount_minor)::bigint
  FROM payments_payment
 WHERE state = 'succeeded' AND created_at >= %(begins)s - interval '2 days' AND created_at < %(ends)s
   AND succeeded_at >= %(begins)s AND succeeded_at < %(ends)s
 GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """What to expect at a local time: the share of the spaces, and the range that holds four times in five."""

    day: date
    slot: int
    share: float
    low: float
    high: float

    @property
    def clock(self) -> str:
        """The local time: 09:30."""
        hour, half = divmod(self.slot * SLOT_MINUTES, 60)
        return f"{hour:02}:{half:02}"


@dataclass(frozen=True, slots=True)
class OccupancyForecast:
    """The week after `known_to` of a zone, and how the week before it would have been told.

    `covered` is how often the truth of that week was within the range that the two weeks before it gave.
    """

    zone: str
    capacity: int
    known_to: date
    weight: float
    hours: tuple[Expected, ...]
    tried: Trial
    reach: float
    covered: float | None
    next_hour: Expected | None


@dataclass(frozen=True, slots=True)
class Week:
    """What comes in in a week: expected, and between what, in minor units."""

    first: date
    minor: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class RevenueForecast:
    """The next weeks, the weeks before them, and how such forecasts would have done beside the week before."""

    known: tuple[tuple[date, int], ...]
    weeks: tuple[Week, ...]
    tried: Tried
    plain: Tried
    weight: float

    @property
    def usual(self) -> float:
        """What a week of the known ones comes to."""
        return sum(minor for _, minor in self.known) / max(len(self.known), 1)


def occupancy(zone: str, *, rules: Programme, at: datetime) -> OccupancyForecast | None:
    """Return the forecast of a zone; None where fewer than three weeks were counted, or no day of the last one.

    It begins on the day of `at`, or after the last day that was counted if that is longer ago.
    """
    newest = _newest(zone, at)
    if newest is None:
        return None
    counted_at, capacity = newest
    today, tz = local_date(at, rules.tz), rules.tz
    known_to = min(local_date(counted_at, tz), today - DAY)
    odd = _holidays(rules, known_to - LEARNED, known_to + WEEK)
    series = shares_of([zone], first=known_to - LEARNED, last=today, zone=tz)[zone]
    known = {key: share for key, share in series.items() if key[0] <= known_to}
    if len({day for day, _ in known}) < LEAST_WEEKS * 5 or _weeks(known) < LEAST_WEEKS:
        return None
    last = trial(known, first=known_to - 6 * DAY, last=known_to, odd=odd)
    first = known_to - 20 * DAY
    before = tried(known, learned(known, first, odd), days_from(first, known_to - WEEK))
    earlier, reach = before.within(SURE), (before + last.week).within(SURE)
    if reach is None:
        return None
    week = learned(known, known_to + DAY, odd)
    days = days_from(known_to + DAY, known_to + WEEK)
    slots = sorted({slot for _, slot in known})
    hours = [
        _expected(day, slot, share, reach)
        for day in days
        for slot in slots
        if (share := week(known, day, slot, known_to)) is not None
    ]
    covered = (
        sum(abs(error) <= earlier for error in last.week.errors) / last.week.count
        if earlier is not None and last.week.count
        else None
    )
    return OccupancyForecast(
        zone,
        capacity,
        known_to,
        week.weight,
        tuple(hours),
        last,
        reach,
        covered,
        _next_hour(series, week, last, known_to, at.astimezone(tz)),
    )


def _next_hour(
    series: Series, week: Weekly, last: Trial, known_to: date, local: datetime
) -> Expected | None:
    """An hour after the newest half hour that was counted today, if that was within the hour."""
    reach = last.hour.within(SURE)
    now = (local.hour * 60 + local.minute) // SLOT_MINUTES
    today = local.date()
    offs = offs_of(series, week, [today], known_to=known_to)
    if reach is None or not offs:
        return None
    near = fitted([offs_of(series, week, days_from(known_to - 20 * DAY, known_to))], steps=AN_HOUR)
    for slot in (now + AN_HOUR, now + AN_HOUR - 1):
        off, usual = near(offs, today, slot), week(series, today, slot, known_to)
        if off is not None and usual is not None:
            return _expected(today, slot, usual + off, reach)
    return None


def _expected(day: date, slot: int, share: float, reach: float) -> Expected:
    return Expected(day, slot, max(share, 0.0), max(share - reach, 0.0), share + reach)


def _holidays(rules: Programme, first: date, last: date) -> frozenset[date]:
    return frozenset(day for day in days_from(first, last) if day in rules.holidays)


def _weeks(series: Series) -> int:
    return len({day.isocalendar()[:2] for day, _ in series})


def _newest(zone: str, at: datetime) -> tuple[datetime, int] | None:
    found = [
        row
        for kind in ("sensor", "gate", "manual")
        for row in sql.rows(_NEWEST, zone=zone, at=at, kinds=[kind])
    ]
    return max(found) if found else None


def revenue(*, rules: Programme, at: datetime) -> RevenueForecast | None:
    """Return what the next four weeks bring; None where fewer than ten weeks are known.

    A week has seven days and begins today.
    """
    tz = rules.tz
    known_to = local_date(at, tz) - DAY
    first = known_to - MONEY_WEEKS * WEEK + DAY
    odd = _holidays(rules, first, known_to + AHEAD_WEEKS * WEEK)
    begins, ends = midnight(first, tz), midnight(known_to + DAY, tz)
    taken = dict(sql.rows(_TAKEN, place=tz.key, begins=begins, ends=ends))
    if not taken or (known_to - min(taken)).days < LEAST_MONEY_WEEKS * 7:
        return None
    begun = min(taken)
    series = {(day, 0): float(taken.get(day, 0)) for day in days_from(begun, known_to)}
    weeks = (known_to - begun).days // 7
    tried_weeks = min(TRIED_WEEKS, weeks - AHEAD_WEEKS - 1)
    starts = [known_to - n * WEEK + DAY for n in range(tried_weeks, 0, -1)]
    fitted_on = days_from(starts[0] - FITTED_WEEKS * WEEK, starts[0] - DAY)
    week = Weekly(best_weight([series], fitted_on, odd), odd)
    own: list[float] = []
    plain: list[float] = []
    for start in starts:
        true = sum(series[start + n * DAY, 0] for n in range(7))
        for ahead in range(AHEAD_WEEKS):
            known = start - ahead * WEEK - DAY
            for guess, errors in ((week, own), (last_week, plain)):
                told = _of_week(guess, series, start, known)
                if told is not None:
                    errors.append(told - true)
    trials = Tried(tuple(own))
    reach = trials.within(SURE)
    if reach is None:
        return None
    coming = []
    for n in range(AHEAD_WEEKS):
        start = known_to + DAY + n * WEEK
        told = _of_week(week, series, start, known_to)
        if told is not None:
            coming.append(
                Week(start, round(told), round(max(told - reach, 0)), round(told + reach))
            )
    past = [known_to - n * WEEK + DAY for n in range(min(weeks, 12), 0, -1)]
    return RevenueForecast(
        tuple((day, round(sum(series[day + n * DAY, 0] for n in range(7)))) for day in past),
        tuple(coming),
        trials,
        Tried(tuple(plain)),
        week.weight,
    )


def _of_week(guess: Any, series: Series, start: date, known_to: date) -> float | None:
    told = [guess(series, start + n * DAY, 0, known_to) for n in range(7)]
    return None if None in told else sum(told)
