"""What citations, appeals and plate checks add to the figures that are kept."""

from datetime import date, datetime

from parkops.kernel.tallies import EVER, Steps, of, quarter, together

UNPAID, WAITING = "citations_unpaid", "appeals_waiting"
WITH_NOBODY, TO_HEAR = "appeals_with_nobody", "appeals_to_hear"
LEVELS = (UNPAID, WAITING, WITH_NOBODY, TO_HEAR)
OF_REVIEWER, BY_DAY = "appeals_of", "appeals_by_day"
LEVELS_APART = (OF_REVIEWER, BY_DAY)
"""Appeals that wait: in whose queue, and by which local day they should be decided (empty: none)."""
ISSUED, CHECKED = "citations_issued", "plates_checked"
FLOWS = (ISSUED, CHECKED)


def citation(*, is_ours: bool, issued_at: datetime, fine_minor: int, is_over: bool) -> Steps:
    """Return what a citation adds; an imported one is not counted.

    `is_over` says that it was paid, dismissed, voided or written off.
    """
    if not is_ours:
        return {}
    owing = {(UNPAID, EVER): 1} if fine_minor > 0 and not is_over else {}
    return together({(ISSUED, quarter(issued_at)): 1}, owing)


def appeal(*, is_decided: bool, reviewer_ref: str, is_heard: bool, decide_on: date | None) -> Steps:
    """Return what an appeal adds.

    It counts for the day itself by which it should be decided: whatever day it is by the clocks of a
    tenant, those of earlier days are late, also once its time zone is another.
    """
    if is_decided:
        return {}
    names = [
        WAITING,
        of(OF_REVIEWER, reviewer_ref) if reviewer_ref else WITH_NOBODY,
        of(BY_DAY, decide_on.isoformat() if decide_on else ""),
        *([TO_HEAR] if is_heard else []),
    ]
    return {(name, EVER): 1 for name in names}


def checks(recorded_at: datetime, count: int) -> Steps:
    """Return what so many plate checks add that were recorded at one instant."""
    return {(CHECKED, quarter(recorded_at)): count} if count else {}
