"""How the figures follow the acts on payments; part of the acts that call this."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from django.db.models import QuerySet

from parkops.kernel.tallies import Steps, of, together
from parkops.tallies import operations as tallies
from payments.models import (
    BankLine,
    Discrepancy,
    Dispute,
    Drawer,
    Payment,
    PaymentPlan,
    Refund,
)
from payments.queries.drawers import (
    cheques_here,
    drawers_here,
    drops_here,
    is_emptied,
    lies_here,
    receipts_in,
)
from payments.rules import counting


def count(payment: Payment) -> None:
    """Count a payment that was just written, and that it is in its open drawer."""
    is_cheque = payment.method == Payment.Method.CHEQUE
    own = _payment(payment, is_here=is_cheque and payment.state == Payment.State.SUCCEEDED)
    tallies.add(together(own, _in_drawer(payment)))


def tallied(payment: Payment) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked payment, and of what is given back of it."""
    return tallies.following(lambda: _payment(payment, is_here=lies_here(payment)))


def count_refund(refund: Refund) -> None:
    """Count a refund that was just written."""
    tallies.add(_refund(refund))


def tallied_refund(refund: Refund) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked refund."""
    return tallies.following(lambda: _refund(refund))


def count_dispute(dispute: Dispute) -> None:
    """Count a chargeback that was just written."""
    tallies.add(_dispute(dispute))


def tallied_dispute(dispute: Dispute) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked chargeback."""
    return tallies.following(lambda: _dispute(dispute))


def count_plan(plan: PaymentPlan) -> None:
    """Count a payment plan that was just written."""
    tallies.add(_plan(plan))


def tallied_plan(plan: PaymentPlan) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked plan."""
    return tallies.following(lambda: _plan(plan))


def count_lines(lines: Sequence[BankLine]) -> None:
    """Count lines of the bank's that were just written."""
    tallies.add(_lines(lines))


def tallied_line(line: BankLine) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked line."""
    return tallies.following(lambda: _lines([line]))


def tallied_lines(lines: QuerySet[BankLine]) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of locked lines, in the database."""
    open_ones = lines.filter(state=BankLine.State.OPEN)
    return tallies.following(lambda: counting.waiting(counting.BANK_LINES, open_ones.count()))


def count_difference(one: Discrepancy) -> None:
    """Count a new difference."""
    tallies.add(_difference(one))


def tallied_difference(one: Discrepancy) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked difference."""
    return tallies.following(lambda: _difference(one))


def tallied_differences(rows: QuerySet[Discrepancy]) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of locked differences, in the database."""
    open_ones = rows.filter(state=Discrepancy.State.OPEN)
    return tallies.following(lambda: counting.waiting(counting.DIFFERENCES, open_ones.count()))


def tallied_drawer(drawer: Drawer) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked drawer."""
    return tallies.following(lambda: _drawer(drawer))


def count_drop() -> None:
    """Count a drop to the safe that was just written."""
    tallies.add(counting.waiting(counting.TO_DEPOSIT, 1))


def tallied_deposit(
    *, drawers: Sequence[int], movements: Sequence[int], payments: Sequence[int]
) -> AbstractContextManager[None]:
    """Let the figures follow that of these, by their rows' ids, the block takes some to the bank."""

    def here() -> Steps:
        rows: list[tuple[QuerySet, Sequence[int]]] = [
            (drawers_here(), drawers),
            (drops_here(), movements),
            (cheques_here(), payments),
        ]
        found = sum(which.filter(pk__in=ids).count() for which, ids in rows if ids)
        return counting.waiting(counting.TO_DEPOSIT, found)

    return tallies.following(here)


def _payment(payment: Payment, *, is_here: bool) -> Steps:
    return counting.payment(
        is_taken=payment.state == Payment.State.SUCCEEDED and payment.brought_for_id is None,
        amount_minor=payment.amount_minor,
        succeeded_at=payment.succeeded_at,
        is_in_review=payment.state == Payment.State.NEEDS_REVIEW,
        lies_here=is_here,
    )


def _in_drawer(payment: Payment) -> Steps:
    if payment.drawer is None:
        return {}
    return counting.waiting(of(counting.RECEIPTS, str(payment.drawer.public_id)), 1)


def _refund(refund: Refund) -> Steps:
    done = (Refund.State.SUCCEEDED, Refund.State.REJECTED)
    return counting.waiting(counting.REFUNDS, refund.state not in done)


def _dispute(dispute: Dispute) -> Steps:
    waits = dispute.status == Dispute.Status.NEEDS_RESPONSE and dispute.answered_at is None
    return counting.waiting(counting.DISPUTES, waits)


def _plan(plan: PaymentPlan) -> Steps:
    return counting.waiting(counting.PLANS, plan.state == PaymentPlan.State.ASKED)


def _lines(lines: Sequence[BankLine]) -> Steps:
    open_ones = sum(line.state == BankLine.State.OPEN for line in lines)
    return counting.waiting(counting.BANK_LINES, open_ones)


def _difference(one: Discrepancy) -> Steps:
    return counting.waiting(counting.DIFFERENCES, one.state == Discrepancy.State.OPEN)


def _drawer(drawer: Drawer) -> Steps:
    is_closed = drawer.closed_at is not None
    return counting.drawer(
        str(drawer.public_id),
        is_closed=is_closed,
        is_signed=drawer.signed_at is not None,
        is_asked_again=drawer.recount_asked_at is not None,
        is_deposited=is_closed and is_emptied(drawer),
        receipts=0 if is_closed else receipts_in(drawer),
    )
