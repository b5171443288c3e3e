"""When holders are reminded that a permit or a paid stay ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

DAYS_BEFORE = (7, 1)
"""How many days before its end a holder is reminded, the earliest first."""
SHORTEST = timedelta(days=14)
"""Permits for less than this are not worth a reminder."""
STAY_BEFORE = timedelta(minutes=10)
"""How long before its end who parks by the hour is reminded."""
STAY_SHORTEST = timedelta(minutes=20)
"""Stays shorter than this are not worth a reminder."""


def days_told_before(*, starts_at: datetime, ends_at: datetime, at: datetime) -> int | None:
    """Return how many days before the end the next reminder comes; None if none comes."""
    if ends_at - starts_at < SHORTEST:
        return None
    return next((days for days in DAYS_BEFORE if at < ends_at - timedelta(days=days)), None)


def stay_reminder_due(
    *, starts_at: datetime, ends_at: datetime, is_stopped: bool, is_reminded: bool, at: datetime
) -> bool:
    """Return whether a reminder of a paid stay's end is due at `at`; once for each end."""
    if is_stopped or is_reminded or ends_at - starts_at < STAY_SHORTEST:
        return False
    return ends_at - STAY_BEFORE <= at < ends_at


def reminder_due(
    *,
    starts_at: datetime,
    ends_at: datetime,
    sold_at: datetime,
    reminded_days: int | None,
    days_before: Sequence[int] = DAYS_BEFORE,
    at: datetime,
) -> int | None:
    """Return for how many days before the end a reminder is due at `at`; None for none.

    Of several that are due only the latest goes out, so a job that was down says no day that is
    past. None goes out within a day of the sale, nor twice, nor for a short term.
    """
    if at >= ends_at or ends_at - starts_at < SHORTEST:
        return None
    due = [days for days in days_before if at >= ends_at - timedelta(days=days)]
    if not due:
        return None
    days = min(due)
    if reminded_days is not None and reminded_days <= days:
        return None
    if sold_at > ends_at - timedelta(days=days + 1):
        return None
    return days
