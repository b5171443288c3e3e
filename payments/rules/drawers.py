"""What the rules of cash drawers and deposits say. Pure."""

from parkops.kernel.decisions import ALLOWED, Decision
from payments.rules import may_keep_text


def may_move_cash(
    *, kind: str, purpose: str, amount: int, reason: str, lies_there: int
) -> Decision:
    """Decide whether cash may be put into a drawer or taken out of it beside payments."""
    if amount <= 0:
        return Decision("amount", "The amount must be above zero.", "amount")
    is_drop = kind == "drop"
    if is_drop != (purpose == "safe"):
        return Decision("purpose", "Say what the cash is for.", "purpose")
    if not is_drop and not reason:
        return Decision("reason", "Say why the cash is moved.", "reason")
    if kind == "paid_in" and purpose == "expense":
        return Decision("purpose", "A purchase is paid out, not in.", "purpose")
    if kind != "paid_in" and amount > lies_there:
        return Decision("too_much", "That is more than can lie in the drawer.", "amount")
    return may_keep_text(reason, field="reason")


def needs_explaining(*, over: int, above: int, explanation: str) -> bool:
    """Return whether a drawer that is over or short by more than `above` still lacks a reason."""
    return abs(over) > above and not explanation


def may_explain(*, is_counted: bool, is_signed: bool) -> Decision:
    """Decide whether a reason may be written for what a drawer is over or short."""
    if not is_counted:
        return Decision("drawer_not_counted", "This drawer has not been counted yet.")
    if is_signed:
        return Decision("drawer_signed", "This drawer is signed off: it stays as it is.")
    return ALLOWED


def may_sign(
    *,
    is_counted: bool,
    is_signed: bool,
    is_asked_again: bool,
    is_own: bool,
    is_explained: bool,
) -> Decision:
    """Decide whether somebody may sign a drawer off, or ask for another count: never who held it or
    counted it."""
    counted = may_explain(is_counted=is_counted, is_signed=is_signed)
    if not counted:
        return counted
    if is_asked_again:
        return Decision("recount_asked", "This drawer is to be counted again first.")
    if is_own:
        return Decision(
            "own_drawer", "You held or counted this drawer: somebody else signs it off."
        )
    if not is_explained:
        return Decision(
            "not_explained", "It is over or short by more than may pass: a reason comes first."
        )
    return ALLOWED


def may_deposit(
    *, cash: int, cheques: int, counted: int, shown: str, counted_shown: str
) -> Decision:
    """Decide whether a bag may go to the bank: the cash counted is what drawers and drops come to."""
    if cash < 0:
        return Decision("nothing", "These drawers and drops come to less than nothing.", "drawers")
    if counted != cash:
        return Decision(
            "counted",
            f"The drawers and drops come to {shown}, and {counted_shown} was counted.",
            "counted",
        )
    if not cash and not cheques:
        return Decision("nothing", "Tick what goes to the bank.", "drawers")
    return ALLOWED
