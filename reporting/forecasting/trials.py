"""How a forecast of occupancy would have done on past days, beside what any method must beat."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reporting.forecasting.weekly import (
    DAY,
    Series,
    Tried,
    Weekly,
    best_weight,
    fitted,
    last_week,
    offs_of,
    persistence,
    three_weeks,
    tried,
)

FITTED_ON = timedelta(days=21)
"""Weights and factors are fitted on so long before the days that they are tried on."""
AN_HOUR = 2
"""Slots of half an hour."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The errors of the days from `first`: told a week and an hour ahead, and by the plain methods."""

    first: date
    last: date
    weight: float
    week: Tried
    hour: Tried
    last_week: Tried
    three_weeks: Tried
    still: Tried

    def __add__(self, other: "Trial") -> "Trial":
        """Return the errors of both together."""
        return Trial(
            min(self.first, other.first),
            max(self.last, other.last),
            (self.weight + other.weight) / 2,
            self.week + other.week,
            self.hour + other.hour,
            self.last_week + other.last_week,
            self.three_weeks + other.three_weeks,
            self.still + other.still,
        )


def days_from(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included."""
    return [first + n * DAY for n in range((last - first).days + 1)]


def learned(series: Series, before: date, odd: Container[date]) -> Weekly:
    """Return the usual week as fitted on the weeks before a day."""
    return Weekly(best_weight([series], _before(before), odd), odd)


def trial(series: Series, *, first: date, last: date, odd: Container[date] = ()) -> Trial:
    """Return how the forecasts of a series would have done from `first` to `last`, fitted on the days before."""
    days = days_from(first, last)
    week = learned(series, first, odd)
    hour = fitted([offs_of(series, week, _before(first))], steps=AN_HOUR)
    return Trial(
        first,
        last,
        week.weight,
        tried(series, week, days),
        hour.tried(offs_of(series, week, days)),
        tried(series, last_week, days),
        tried(series, three_weeks, days),
        tried(series, persistence(AN_HOUR), days),
    )


def _before(day: date) -> Sequence[date]:
    return days_from(day - FITTED_ON, day - DAY)
