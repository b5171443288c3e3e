"""What a permit's status is at an instant, from the instants at which things happened to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.periods import FOREVER, Period


class Status(StrEnum):
    """What a permit is at an instant."""

    HELD = "held"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


S = Status
OPEN = frozenset({S.HELD, S.PENDING, S.SCHEDULED, S.ACTIVE})
"""The statuses that `customer.permits` counts."""
CURRENT = OPEN | {S.SUSPENDED}
"""The statuses that take a place, of the quota and of the customer's own limit."""

NEXT: dict[Status, frozenset[Status]] = {
    S.HELD: frozenset({S.PENDING, S.SCHEDULED, S.ACTIVE, S.EXPIRED, S.CANCELLED}),
    S.PENDING: frozenset({S.SCHEDULED, S.ACTIVE, S.SUSPENDED, S.EXPIRED, S.CANCELLED, S.REVOKED}),
    S.SCHEDULED: frozenset({S.ACTIVE, S.SUSPENDED, S.CANCELLED, S.REVOKED}),
    S.ACTIVE: frozenset({S.SUSPENDED, S.EXPIRED, S.CANCELLED, S.REVOKED}),
    S.SUSPENDED: frozenset({S.ACTIVE, S.SCHEDULED, S.EXPIRED, S.CANCELLED, S.REVOKED}),
    S.EXPIRED: frozenset({S.PENDING, S.SCHEDULED, S.ACTIVE}),
    S.CANCELLED: frozenset(),
    S.REVOKED: frozenset(),
}
"""What may become of each. A hold that expired becomes a permit only by money that came late and
found a place."""


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to a permit and when; None is not (yet). A hold's end matters until paid."""

    starts_at: datetime
    ends_at: datetime
    hold_expires_at: datetime | None = None
    paid_at: datetime | None = None
    needs_approval: bool = False
    approved_at: datetime | None = None
    cancelled_at: datetime | None = None
    revoked_at: datetime | None = None
    suspensions: tuple[tuple[datetime, datetime | None], ...] = ()


def pauses(stored: Iterable[Sequence[Any]]) -> tuple[tuple[datetime, datetime | None], ...]:
    """Return the suspensions of a `Life` as a permit's row keeps them: from when to when, as text."""
    return tuple(
        (datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
        for start, end in stored
    )


def status_at(life: Life, at: datetime) -> Status:
    """Return the status at the instant `at`, past or future, as far as is known now."""
    if _by(life.revoked_at, at):
        return S.REVOKED
    if _by(life.cancelled_at, at):
        return S.CANCELLED
    if not _by(life.paid_at, at):
        over = life.hold_expires_at is not None and at >= life.hold_expires_at
        return S.EXPIRED if over else S.HELD
    if at >= life.ends_at:
        return S.EXPIRED
    if life.needs_approval and not _by(life.approved_at, at):
        return S.PENDING
    if any(start <= at and (end is None or at < end) for start, end in life.suspensions):
        return S.SUSPENDED
    return S.SCHEDULED if at < life.starts_at else S.ACTIVE


def live_periods(life: Life) -> list[Period]:
    """Return when the permit is active, as known now: in order, none empty."""
    if life.paid_at is None or (life.needs_approval and life.approved_at is None):
        return []
    begins = max(life.starts_at, life.paid_at, life.approved_at or life.starts_at)
    stops = [stop for stop in (life.ends_at, life.cancelled_at, life.revoked_at) if stop]
    if begins >= min(stops):
        return []
    live = [Period(begins, min(stops))]
    for start, end in life.suspensions:
        pause = Period(start, max(end or FOREVER, start))
        live = [
            part
            for period in live
            for part in period.split_by([pause.start, pause.end])
            if not pause.contains(part.start)
        ]
    return live


def may_become(status: Status, wanted: Status) -> Decision:
    """Decide whether a permit of `status` may become `wanted`."""
    if wanted in NEXT[status]:
        return ALLOWED
    return Decision(f"permit_{status}", f"This permit is {status}, so it cannot become {wanted}.")


def _by(instant: datetime | None, at: datetime) -> bool:
    return instant is not None and instant <= at
