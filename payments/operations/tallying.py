"""How the figures follow the acts on payments; part of the acts that call this."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from django.db.models import QuerySet

from parkops.kernel.tallies import Steps, of, together
from parkops.tallies import operations as tallies
from payments import place
from payments.models import (
    BankLine,
    Charge,
    Discrepancy,
    Dispute,
    Drawer,
    Invoice,
    InvoiceLine,
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
from payments.queries.invoices import owed_by_day
from payments.rules import counting

A_DAY = timedelta(days=1)


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


def count_invoice(invoice: Invoice) -> None:
    """Count an invoice that was just written with its lines."""
    tallies.add(_invoices([invoice.pk]))


def tallied_invoice(invoice: Invoice) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked invoice, in the database."""
    return tallies.following(lambda: _invoices([invoice.pk]))


def lock_invoices(charges: Iterable[Charge]) -> list[int]:
    """Lock the invoices that locked charges are on, and return their ids. How many invoices are overdue
    depends on all charges of each: who changes one of them waits for who changes another."""
    on_account = [charge.pk for charge in charges if charge.payer_id is not None]
    if not on_account:
        return []
    lines = InvoiceLine.objects.filter(charge_id__in=on_account, is_live=True)
    rows = Invoice.objects.select_for_update(no_key=True).filter(
        pk__in=lines.values("invoice_id"), voided_at__isnull=True
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


@contextmanager
def tallied_charges(charges: Iterable[Charge]) -> Iterator[None]:
    """Let the figures follow what the block changes, in the database, of what is owed of locked charges:
    what their invoices ask for."""
    found = lock_invoices(charges)
    if not found:
        yield
        return
    with tallies.following(lambda: _invoices(found)):
        yield


def _invoices(ids: Sequence[int]) -> Steps:
    return together(
        *(
            counting.invoice(owed_minor=owed, overdue_at=place.day_start(due_on + A_DAY))
            for due_on, owed in owed_by_day(ids)
        )
    )


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
