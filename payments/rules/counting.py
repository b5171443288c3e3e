"""What payments, and what becomes of them, add to the figures that are kept."""

from datetime import datetime

from parkops.kernel.tallies import EVER, Steps, of, quarter, together

TAKEN = "money_taken"
REVIEW, DIFFERENCES = "payments_to_review", "differences_open"
REFUNDS, DISPUTES, PLANS = "refunds_not_done", "disputes_to_answer", "plans_to_decide"
BANK_LINES, TO_SIGN, TO_DEPOSIT = "bank_lines_open", "drawers_to_sign", "to_deposit"
OVERDUE, OVERDUE_MINOR = "invoices_overdue", "invoices_overdue_minor"
RECEIPTS = "receipts_in"
"""How many payments went into each open drawer, told apart by the drawer's public id."""

FLOWS = (TAKEN,)
LEVELS = (
    REVIEW,
    DIFFERENCES,
    REFUNDS,
    DISPUTES,
    PLANS,
    BANK_LINES,
    TO_SIGN,
    TO_DEPOSIT,
    RECEIPTS,
    OVERDUE,
    OVERDUE_MINOR,
)


def waiting(name: str, count: int | bool) -> Steps:
    """Return what so many things that wait for somebody add to the figure of them."""
    return {(name, EVER): int(count)} if count else {}


def payment(
    *,
    is_taken: bool,
    amount_minor: int,
    succeeded_at: datetime | None,
    is_in_review: bool = False,
    lies_here: bool = False,
) -> Steps:
    """Return what a payment adds: its amount in minor units, when it came. `is_taken` says that it came
    here and did not bounce, `lies_here` that it is a check which is to go to the bank."""
    told = [waiting(REVIEW, is_in_review), waiting(TO_DEPOSIT, lies_here)]
    if is_taken and succeeded_at is not None:
        told.append({(TAKEN, quarter(succeeded_at)): amount_minor})
    return together(*told)


def drawer(
    public_id: str,
    *,
    is_closed: bool,
    is_signed: bool,
    is_asked_again: bool,
    is_deposited: bool,
    receipts: int,
) -> Steps:
    """Return what a drawer adds: its receipts while it is open, then that it waits for its second person
    and for the bank."""
    if not is_closed:
        return waiting(of(RECEIPTS, public_id), receipts)
    return together(
        waiting(TO_SIGN, not is_signed and not is_asked_again),
        waiting(TO_DEPOSIT, not is_deposited),
    )


def invoice(*, owed_minor: int, overdue_at: datetime) -> Steps:
    """Return what an invoice that is not void adds from the local midnight on after which it is overdue:
    itself, and what is owed of it."""
    if owed_minor <= 0:
        return {}
    return {(OVERDUE, overdue_at): 1, (OVERDUE_MINOR, overdue_at): owed_minor}
