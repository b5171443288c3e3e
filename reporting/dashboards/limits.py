"""When a figure is beyond its limit, and when it is back. Pure: no database, no clock, no Django."""

from dataclasses import dataclass
from math import ceil

from parkops.kernel.decisions import ALLOWED, Decision

OVER, UNDER = "over", "under"
BACK_SHARE = 0.05
"""By what share of the limit a figure has to come back before it counts as back: one that trembles around its
limit crosses it once."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure should not be `over` or `under` an amount."""

    direction: str
    amount: int

    def is_beyond(self, value: int) -> bool:
        """Return whether a value is beyond the limit; the limit itself is not."""
        return value > self.amount if self.direction == OVER else value < self.amount

    def is_back(self, value: int) -> bool:
        """Return whether a value that was beyond is well within again."""
        room = ceil(self.amount * BACK_SHARE)
        if self.direction == OVER:
            return value <= self.amount - room
        return value >= self.amount + room

    def after(self, value: int, *, was_crossed: bool) -> bool:
        """Return whether the limit counts as crossed at a value, given whether it did before."""
        return not self.is_back(value) if was_crossed else self.is_beyond(value)


def may_limit(*, direction: str, counts_up: bool, is_own: bool) -> Decision:
    """Decide whether a figure may have a limit of this direction."""
    if is_own:
        return Decision(
            "own", "This figure is another for each person, so it has no limit.", "figure"
        )
    if direction == UNDER and counts_up:
        return Decision(
            "counts_up",
            "This figure begins at nothing each midnight, so it would be under every morning.",
            "direction",
        )
    return ALLOWED
