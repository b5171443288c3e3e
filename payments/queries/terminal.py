"""What the card terminal took, and its days that are closed."""

from django.db.models import QuerySet

from parkops.kernel.decisions import NotFound
from payments.models import Payment, Refund, TerminalBatch, TerminalItem


def at_the_terminal() -> QuerySet[Payment]:
    """Return what was taken by the terminal and is in no batch yet, in no order."""
    return Payment.objects.filter(
        method=Payment.Method.TERMINAL, state=Payment.State.SUCCEEDED, batched__isnull=True
    )


def refunded_at_the_terminal() -> QuerySet[Refund]:
    """Return what was given back by the terminal and is in no batch yet, in no order."""
    return Refund.objects.filter(
        payment__method=Payment.Method.TERMINAL,
        state=Refund.State.SUCCEEDED,
        batched__isnull=True,
    ).select_related("payment")


def terminal_batches() -> QuerySet[TerminalBatch]:
    """Return the days of the terminal that are closed, in no order."""
    return TerminalBatch.objects.all()


def terminal_batch(number: str) -> TerminalBatch:
    """Return the batch of this number.

    :raises NotFound: if this tenant has none.
    """
    found = TerminalBatch.objects.filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no terminal batch {number}.")
    return found


def items_of_batch(batch: TerminalBatch) -> list[TerminalItem]:
    """Return what a batch is made of."""
    return list(batch.items.select_related("payment", "refund__payment").order_by("pk"))
