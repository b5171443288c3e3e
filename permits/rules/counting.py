"""What a permit adds to the figures that are kept: held, waiting, in force, and when it was sold."""

from parkops.kernel.periods import Period
from parkops.kernel.tallies import EVER, Steps, during, quarter, together
from permits.rules.status import Life, live_periods

ACTIVE, HELD, PENDING, SOLD = "permits_active", "permits_held", "permits_pending", "permits_sold"
LEVELS = (ACTIVE, HELD, PENDING)
FLOWS = (SOLD,)


def steps(life: Life) -> Steps:
    """Return what a permit of this life adds, now and at each instant ahead that changes it."""
    told = [during(ACTIVE, period) for period in live_periods(life)]
    stops = [life.cancelled_at, life.revoked_at]
    if life.hold_expires_at is not None:
        told.append(_until(HELD, [life.hold_expires_at, life.paid_at, *stops]))
    if life.paid_at is not None:
        told.append({(SOLD, quarter(life.paid_at)): 1})
        if life.needs_approval:
            waits = min(t for t in [life.approved_at, life.ends_at, *stops] if t)
            if life.paid_at < waits:
                told.append(during(PENDING, Period(life.paid_at, waits)))
    return together(*told)


def _until(name: str, ends: list) -> Steps:
    return during(name, Period(EVER, max(EVER, min(end for end in ends if end))))
