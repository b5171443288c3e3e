"""When a hearing may be booked, moved or given up, and which times a clerk opens."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.dates import local_instant
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say

NOTICE = timedelta(hours=24)
"""Until so long before a hearing the appellant may book, move or release it; staff always may."""
MOST_SLOTS = 400


def may_book(
    *,
    is_heard: bool,
    is_decided: bool,
    starts_at: datetime,
    is_closed: bool,
    left: int,
    moves_from: datetime | None,
    by_staff: bool,
    at: datetime,
) -> Decision:
    """Decide whether an appeal may be booked into a slot, from the hearing that it has if any."""
    if is_decided:
        return Decision("decided", say("This appeal has been decided."))
    if not is_heard:
        return Decision("no_hearing", say("There is no hearing at this level."))
    if moves_from is not None:
        refused = may_release(starts_at=moves_from, by_staff=by_staff, at=at)
        if not refused:
            return refused
    soonest = at if by_staff else at + NOTICE
    if starts_at <= soonest:
        return Decision("too_late", say("This time is too soon to be booked. Choose a later one."))
    if is_closed:
        return Decision(
            "slot_closed", say("This time is not offered any more. Choose another one.")
        )
    if left <= 0:
        return Decision("slot_full", say("This time has just been taken. Choose another one."))
    return ALLOWED


def may_release(*, starts_at: datetime, by_staff: bool, at: datetime) -> Decision:
    """Decide whether a booked hearing may be moved or given up."""
    if by_staff or at <= starts_at - NOTICE:
        return ALLOWED
    return Decision(
        "too_late",
        say("A hearing is moved until 24 hours before it. Call the parking office."),
    )


def starts(
    first: date,
    last: date,
    *,
    weekdays: Sequence[int],
    begins: int,
    ends: int,
    minutes: int,
    zone: ZoneInfo,
) -> list[datetime]:
    """Return when slots of so many minutes start, on these weekdays (Monday is 0) from the minute
    `begins` of the day to `ends`."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        local_instant(day, minute, zone)
        for day in days
        if day.weekday() in weekdays
        for minute in range(begins, ends - minutes + 1, minutes)
    ]
