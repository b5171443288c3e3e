"""When an officer's position is kept."""

from datetime import datetime, timedelta

from parkops.kernel.decisions import ALLOWED, Decision

FRESH = timedelta(minutes=15)
"""A position older than this says nothing of where somebody is now."""
MOST_OFTEN = timedelta(seconds=20)
"""So far apart positions are kept at least."""


def may_keep(
    *, has_agreed: bool, on_shift: bool, last_at: datetime | None, at: datetime
) -> Decision:
    """Decide whether a position is kept: with consent, during a shift, and not too often."""
    if not has_agreed:
        return Decision("no_consent", "You have not agreed that your position is sent.")
    if not on_shift:
        return Decision("off_shift", "Your position is kept during a shift only.")
    if last_at is not None and at - last_at < MOST_OFTEN:
        return Decision("too_often", "Your position was kept just now.")
    return ALLOWED
