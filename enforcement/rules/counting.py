"""What enforcement's rows add to the figures that are kept: citations, appeals, calls, and what else waits."""

from datetime import date, datetime, timedelta

from enforcement.rules import calls
from parkops.kernel.tallies import EVER, Steps, of, quarter, together

UNPAID, WAITING = "citations_unpaid", "appeals_waiting"
WITH_NOBODY, TO_HEAR = "appeals_with_nobody", "appeals_to_hear"
PROOFS, VOIDS = "proofs_waiting", "voids_waiting"
CALLS, NEW_CALLS, LATE_CALLS = "calls_open", "calls_new", "calls_late"
ON_SHIFT = "officers_on_shift"
LEVELS = (
    UNPAID,
    WAITING,
    WITH_NOBODY,
    TO_HEAR,
    PROOFS,
    VOIDS,
    CALLS,
    NEW_CALLS,
    LATE_CALLS,
    ON_SHIFT,
)
OF_REVIEWER, BY_DAY = "appeals_of", "appeals_by_day"
LEVELS_APART = (OF_REVIEWER, BY_DAY)
"""Appeals that wait: in whose queue, and by which local day they should be decided (empty: none)."""
ISSUED, CHECKED, HEARINGS = "citations_issued", "plates_checked", "hearings_booked"
FLOWS = (ISSUED, CHECKED, HEARINGS)
ISSUED_IN = "citations_in"
FLOWS_APART = (ISSUED_IN,)
"""Citations by the zone that they were issued in."""
MICROSECOND = timedelta(microseconds=1)


def citation(
    *, is_ours: bool, issued_at: datetime, zone_code: str, fine_minor: int, is_over: bool
) -> Steps:
    """Return what a citation adds; an imported one is not counted.

    `is_over` says that it was paid, dismissed, voided or written off.
    """
    if not is_ours:
        return {}
    when = quarter(issued_at)
    return together(
        {(ISSUED, when): 1},
        {(of(ISSUED_IN, zone_code), when): 1} if zone_code else {},
        _waits(UNPAID, fine_minor > 0 and not is_over),
    )


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


def call(*, is_over: bool, state: str, answer_by: datetime) -> Steps:
    """Return what a call adds: it is late once the instant has passed by which somebody should be there."""
    if is_over:
        return {}
    late = {} if state == calls.ARRIVED else {(LATE_CALLS, answer_by + MICROSECOND): 1}
    return together(_waits(CALLS, True), _waits(NEW_CALLS, state == calls.NEW), late)


def proof(*, is_decided: bool) -> Steps:
    """Return what a proof adds that somebody showed for a citation."""
    return _waits(PROOFS, not is_decided)


def void_request(*, is_decided: bool) -> Steps:
    """Return what it adds that somebody asked to void a citation."""
    return _waits(VOIDS, not is_decided)


def hearing(*, is_released: bool, starts_at: datetime) -> Steps:
    """Return what a booked hearing adds, whether it was held or not."""
    return {} if is_released else {(HEARINGS, quarter(starts_at)): 1}


def shift(*, has_ended: bool) -> Steps:
    """Return what the shift of an officer adds."""
    return _waits(ON_SHIFT, not has_ended)


def checks(recorded_at: datetime, count: int) -> Steps:
    """Return what so many plate checks add that were recorded at one instant."""
    return {(CHECKED, quarter(recorded_at)): count} if count else {}


def _waits(name: str, it_does: bool) -> Steps:
    return {(name, EVER): 1} if it_does else {}
