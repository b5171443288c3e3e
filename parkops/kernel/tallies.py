"""What rows add to the figures that are kept beside them: how much of what, at which instant.

A **flow** is told by the quarter of an hour in which it happened: citations issued, money taken. A
**level** is told by the instants at which it changes, past and future, so that time passing changes it
without anybody writing: permits in force. One that no clock changes has all its steps at `EVER`.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from parkops.kernel.periods import Period

Steps = Mapping[tuple[str, datetime], int]
"""By the figure's name and the instant: what is added there."""

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""The instant of steps that have none of their own, and of all past steps of a level once added up."""

NOTHING: Steps = {}


APART = "/"
"""Between the name of a figure that is told apart and what it is told for."""


def of(name: str, whom: str) -> str:
    """Return the name of that part of a figure which is of one zone, one person, one drawer."""
    return f"{name}{APART}{whom}"


def quarter(at: datetime) -> datetime:
    """Return the beginning of the quarter of an hour of `at`; local hours of every zone begin with one."""
    utc = at.astimezone(UTC)
    return utc - timedelta(
        minutes=utc.minute % 15, seconds=utc.second, microseconds=utc.microsecond
    )


def during(name: str, period: Period) -> Steps:
    """Return the steps of a level that is one higher during a period."""
    return {(name, period.start): 1, (name, period.end): -1}


def together(*told: Steps) -> Steps:
    """Return the sum of steps."""
    total: Counter[tuple[str, datetime]] = Counter()
    for steps in told:
        total.update(steps)
    return {key: n for key, n in total.items() if n}


def moved(before: Steps, after: Steps) -> Steps:
    """Return what has to be added to `before` to come to `after`."""
    return together(after, {key: -n for key, n in before.items()})
