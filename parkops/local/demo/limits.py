"""What the demonstration's office set on its dashboards: limits of figures, and a screen in the hall."""

from datetime import datetime

from parkops.accounts.models import User
from parkops.kernel.actors import Actor
from reporting.operations import limits, walls

LIMITS = (
    ("appeals", "over", 3, "warn", "reviewer", ""),
    ("calls_late", "over", 0, "bad", "officer_lead", ""),
    ("to_sign", "over", 2, "warn", "accountant", ""),
    ("differences", "over", 0, "bad", "accountant", ""),
    ("officers", "under", 1, "warn", "officer_lead", "Mon-Fri 10:00-16:00"),
)
SHOWN = ("occupied", "checks", "citations", "officers", "occupancy", "map")


def set_up(administrator: User, *, by: Actor, at: datetime) -> None:
    """Set the limits, and hang the screen."""
    for figure, direction, amount, tone, role, hours in LIMITS:
        limits.set_limit(
            figure=figure,
            direction=direction,
            amount=amount,
            tone=tone,
            for_all=True,
            by_mail=True,
            told_role=role,
            hours=hours,
            user=administrator,
            by=by,
            at=at,
        )
    walls.set_up_screen(name="Entrance hall", pieces=SHOWN, theme="dark", by=by, at=at)
