"""What citations, appeals and plate checks add to the figures that are kept."""

from datetime import datetime

from parkops.kernel.tallies import EVER, Steps, quarter, together

UNPAID, WAITING = "citations_unpaid", "appeals_waiting"
ISSUED, CHECKED = "citations_issued", "plates_checked"
LEVELS = (UNPAID, WAITING)
FLOWS = (ISSUED, CHECKED)


def citation(*, is_ours: bool, issued_at: datetime, fine_minor: int, is_over: bool) -> Steps:
    """Return what a citation adds; an imported one is not counted.

    `is_over` says that it was paid, dismissed, voided or written off.
    """
    if not is_ours:
        return {}
    owing = {(UNPAID, EVER): 1} if fine_minor > 0 and not is_over else {}
    return together({(ISSUED, quarter(issued_at)): 1}, owing)


def appeal(*, is_decided: bool) -> Steps:
    """Return what an appeal adds."""
    return {} if is_decided else {(WAITING, EVER): 1}


def checks(recorded_at: datetime, count: int) -> Steps:
    """Return what so many plate checks add that were recorded at one instant."""
    return {(CHECKED, quarter(recorded_at)): count} if count else {}
