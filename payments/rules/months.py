"""Months of the books: which may be closed, which opened again, and where late postings go. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.dates import add_months, local_date, midnight
from parkops.kernel.decisions import ALLOWED, Decision

SETTLES_AFTER = timedelta(hours=2)
"""How long after its end a month, or a day, is what nobody posts to by chance any more: an act that began
before is done by then."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the tenant's calendar, by its first day."""

    first: date
    zone: ZoneInfo

    @classmethod
    def at(cls, at: datetime, zone: ZoneInfo) -> "Month":
        """Return the month that the calendars of `zone` show at `at`."""
        return cls(local_date(at, zone).replace(day=1), zone)

    @property
    def begins_at(self) -> datetime:
        """The instant of its first midnight."""
        return midnight(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant that is not in it."""
        return self.next.begins_at

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(add_months(self.first, 1), self.zone)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.first:%B %Y}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands open at the end of a month, with where it is seen; `stops` the close or is only said."""

    text: str
    stops: bool
    url: str = ""


def may_close(month: Month, *, closed: Month | None, at: datetime) -> Decision:
    """Decide whether a month may be closed when `closed` is the last that is; the first of all takes
    what came before with it."""
    if closed is not None and month.first <= closed.first:
        return Decision("month_closed", f"{month} is closed already.", "month")
    if closed is not None and month.first > closed.next.first:
        return Decision("month_order", f"{closed.next} is closed first.", "month")
    if at < month.ends_at + SETTLES_AFTER:
        return Decision(
            "month_runs",
            f"{month} can be closed two hours after its end: what began in it is posted by then.",
            "month",
        )
    return ALLOWED


def may_ask_reopening(
    month: Month, *, closed: Month | None, is_asked: bool, reason: str
) -> Decision:
    """Decide whether somebody may ask for a month to be opened again: only the last closed one is."""
    if closed is None or month.first > closed.first:
        return Decision("month_open", f"{month} is open.", "month")
    if month.first < closed.first:
        return Decision("month_order", f"{closed} is opened again first.", "month")
    if is_asked:
        return Decision("reopening_asked", f"Somebody asked already to open {month} again.")
    if not reason.strip():
        return Decision("reason", "Say why the month is opened again.", "reason")
    return ALLOWED


def may_decide_reopening(month: Month, *, is_asked: bool, is_own: bool) -> Decision:
    """Decide whether somebody may let a month be opened again, or not: never who asked for it."""
    if not is_asked:
        return Decision("reopening_decided", f"Nobody waits for {month} to be opened again.")
    if is_own:
        return Decision("own_reopening", "You asked for this: somebody else lets it happen or not.")
    return ALLOWED


def late_text(text: str, at: datetime, zone: ZoneInfo) -> str:
    """Return the words of what is posted later than it happened."""
    return f"{text} (of {at.astimezone(zone):%-d %B %Y}, posted after the month was closed)"
