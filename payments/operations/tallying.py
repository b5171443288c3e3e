"""How the figures follow the acts on payments; part of the acts that call this."""

from contextlib import AbstractContextManager

from parkops.kernel.tallies import Steps
from parkops.tallies import operations as tallies
from payments.models import Payment
from payments.rules import counting


def count(payment: Payment) -> None:
    """Count a payment that was just written."""
    tallies.add(_of(payment))


def tallied(payment: Payment) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked payment."""
    return tallies.following(lambda: _of(payment))


def _of(payment: Payment) -> Steps:
    return counting.payment(
        is_taken=payment.state == Payment.State.SUCCEEDED and payment.brought_for_id is None,
        amount_minor=payment.amount_minor,
        succeeded_at=payment.succeeded_at,
    )
