"""Who may hold, use and spoil the numbers of citations."""

from parkops.kernel.decisions import ALLOWED, Decision

PREFIX = "C"
"""Citations are numbered `C-2026-00417-3`."""

MOST_HELD = 200
"""So many open numbers a device may hold for one officer: a long shift's worth."""


def may_allot(count: int, *, is_staff: bool) -> Decision:
    """Decide whether a device may hold so many numbers of somebody."""
    if not is_staff:
        return Decision("officer", "Numbers are allotted to a member of staff.", field="officer")
    if not 1 <= count <= MOST_HELD:
        return Decision(
            "count", f"A device may hold 1 to {MOST_HELD} numbers, not {count}.", field="count"
        )
    return ALLOWED


def may_use(*, is_known: bool, is_used: bool, is_theirs: bool) -> Decision:
    """Decide whether a citation may bear a number that it was written with."""
    if not is_known or not is_theirs:
        # The same words for both: nobody learns which numbers others hold.
        told = "This number was not allotted to this officer on this device."
        return Decision("number_not_allotted", told, field="number")
    if is_used:
        return Decision("number_used", "Another citation bears this number.", field="number")
    return ALLOWED


def may_spoil(*, is_used: bool, is_spoiled: bool, reason: str) -> Decision:
    """Decide whether a number may be recorded as spoiled."""
    if is_used:
        return Decision("used", "A citation bears this number; void the citation instead.")
    if is_spoiled:
        return Decision("spoiled", "This number is recorded as spoiled already.")
    if not reason.strip():
        return Decision("reason", "Say what became of the number.", field="reason")
    return ALLOWED
