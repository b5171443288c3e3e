"""Readings at any instant as figures of slots of half an hour."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, datetime

SLOT_MINUTES = 30
SLOTS = 24 * 60 // SLOT_MINUTES
FURTHEST_MINUTES = 90
"""Between two readings further apart nothing is known."""
NEAR_MINUTES = 20
"""A reading so near stands for a slot where there is none on its other side."""


def by_slot(readings: Iterable[tuple[datetime, float]]) -> dict[tuple[date, int], float]:
    """Return the figures at each whole half hour of local days, between the readings before and after it.

    `readings` are (local time, figure) in any order.
    """
    days: dict[date, list[tuple[float, float]]] = {}
    for at, value in readings:
        days.setdefault(at.date(), []).append((at.hour * 60 + at.minute + at.second / 60, value))
    found: dict[tuple[date, int], float] = {}
    for day, told in days.items():
        told.sort()
        minutes = [minute for minute, _ in told]
        first, last = minutes[0] - NEAR_MINUTES, minutes[-1] + NEAR_MINUTES
        for slot in range(max(int(first // SLOT_MINUTES), 0), SLOTS):
            minute = slot * SLOT_MINUTES
            if minute > last:
                break
            here = _at(minute, minutes, told)
            if here is not None:
                found[day, slot] = here
    return found


def _at(minute: int, minutes: Sequence[float], told: Sequence[tuple[float, float]]) -> float | None:
    """The figure at a minute of a day: on the line between its neighbors, or that of the one near by."""
    place = bisect_left(minutes, minute)
    if place < len(told) and minutes[place] == minute:
        return told[place][1]
    if 0 < place < len(told):
        (before, low), (after, high) = told[place - 1], told[place]
        if after - before <= FURTHEST_MINUTES:
            return low + (high - low) * (minute - before) / (after - before)
    near = [
        (abs(minute - told[n][0]), told[n][1]) for n in (place - 1, place) if 0 <= n < len(told)
    ]
    gap, value = min(near)
    return value if gap <= NEAR_MINUTES else None
