"""When what is owed may be given up. Pure."""

from enforcement.rules.standing import Status
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money


def may_write_off(
    *, status: Status, owed: Money, has_charge: bool, is_asked: bool, reason: str
) -> Decision:
    """Decide whether a citation may be written off: something is owed, no appeal is open, and why."""
    if is_asked:
        return Decision("asked_already", "This citation is written off, or it was asked for.")
    if status is Status.ON_APPEAL:
        return Decision("on_appeal", "It is on appeal; decide that first.")
    if status is Status.ON_PLAN:
        return Decision("on_plan", "It is on a payment plan; end that first.")
    if not owed.minor:
        return Decision("nothing_owed", "Nothing is owed on it.")
    if not has_charge:
        return Decision(
            "imported", "It was brought over from another system and has no charge here."
        )
    if not reason.strip():
        return Decision("reason", "Say why it is written off.", field="reason")
    return ALLOWED
