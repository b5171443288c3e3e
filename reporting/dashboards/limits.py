"""When a figure is beyond its limit, and when it is back. Pure: no database, no clock, no Django."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from parkops.kernel.dates import MINUTES_PER_DAY
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.window_forms import WindowFault, parse_window, write_window
from parkops.kernel.windows import ALL_DAY, EVERY_DAY, Window, describe, holds

OVER, UNDER = "over", "under"
BACK_SHARE = 0.05
"""By what share of the limit a figure has to come back before it counts as back: one that trembles around its
limit crosses it once."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure should not be `over` or `under` an amount; with `hours` ("Mon-Fri 10:00-16:00") only then."""

    direction: str
    amount: int
    hours: str = ""

    def is_watched(self, at: datetime, zone: ZoneInfo) -> bool:
        """Return whether it is a limit at an instant, by the clocks of `zone`."""
        return not self.hours or holds((parse_window(self.hours),), at, zone=zone)

    def text(self, amount: str) -> str:
        """Return the limit in words, its amount being written as it is told: under 5, Mon-Fri 10:00-16:00."""
        told = f"{self.direction} {amount}"
        return f"{told}, {describe((parse_window(self.hours),))}" if self.hours else told

    def is_beyond(self, value: int) -> bool:
        """Return whether a value is beyond the limit; the limit itself is not."""
        return value > self.amount if self.direction == OVER else value < self.amount

    def is_back(self, value: int) -> bool:
        """Return whether a value that was beyond is well within again."""
        room = ceil(self.amount * BACK_SHARE)
        if self.direction == OVER:
            return value <= self.amount - room
        return value >= self.amount + room

    def after(self, value: int, *, was_crossed: bool, is_watched: bool = True) -> bool:
        """Return whether the limit counts as crossed at a value, given whether it did before; outside its hours
        it does not."""
        if not is_watched:
            return False
        return not self.is_back(value) if was_crossed else self.is_beyond(value)


def hours_of(days: frozenset[int], begins: int | None, ends: int | None) -> str:
    """Return days (none: every day) and minutes of the day as a limit has them; nothing where they leave nothing
    out. Where the end is not after the beginning it is on the next day."""
    hours = ((begins or 0, MINUTES_PER_DAY if ends is None else ends),)
    window = Window(days=days or EVERY_DAY, hours=hours)
    return "" if window.is_always else str(write_window(window))


def may_hold_in(hours: str) -> Decision:
    """Decide whether a text says hours of the week."""
    try:
        window = parse_window(hours) if hours else None
    except WindowFault as fault:
        return Decision("hours", f"{fault}.", "hours")
    if window is not None and isinstance(write_window(window), dict):
        told = "A limit has days of the week and hours, such as Mon-Fri 10:00-16:00."
        return Decision("hours", told, "hours")
    return ALLOWED


def may_limit(*, direction: str, counts_up: bool, is_own: bool, hours: str = "") -> Decision:
    """Decide whether a figure may have a limit of this direction."""
    if is_own:
        return Decision(
            "own", "This figure is another for each person, so it has no limit.", "figure"
        )
    if direction == UNDER and counts_up and not _is_within_a_day(hours):
        return Decision(
            "counts_up",
            "This figure begins at nothing each midnight, so it would be under every morning. Tie the limit to "
            "hours of the day, such as 10:00 to 16:00.",
            "direction",
        )
    return ALLOWED


def _is_within_a_day(hours: str) -> bool:
    """Return whether hours begin after midnight and end by the next."""
    window = parse_window(hours) if hours else Window()
    return window.hours != ALL_DAY and all(0 < start < end for start, end in window.hours)
